# make demo | test | lint | bench | plugin: each does its own set-up and can be repeated.
#
# PYTHON       the Python (3.9 or later) that the environment .venv is made from
# QGIS_PYTHON  the Python that can import qgis, for the tests in the real QGIS

PYTHON ?= python3
QGIS_PYTHON ?= /usr/bin/python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
SET_UP := pyproject.toml constraints.txt

.DELETE_ON_ERROR:
.PHONY: demo test test-engine test-qgis lint format bench plugin clean

demo: $(VENV)/.light
	$(BIN)/python -m satseg_core demo --overwrite demo

test: test-engine test-qgis

test-engine: $(VENV)/.dev
	$(BIN)/python -m pytest tests/unit tests/e2e

test-qgis: $(VENV)/.dev $(VENV)/.qgis
	SATSEG_PYTHON=$(CURDIR)/$(BIN)/python QT_QPA_PLATFORM=offscreen $(QGIS_PYTHON) -m pytest --timeout 300 tests/qgis

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/update_translations.py --check
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive satseg_core satseg_qgis training

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

plugin: $(VENV)/.light
	$(PIP) bandit detect-secrets
	$(BIN)/python tools/build_plugin.py

clean:
	rm -rf $(VENV) build dist demo *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# The environment, in steps: what mapping needs, and what development needs besides (torch among it).
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 9))' || \
	  { echo "SatSeg needs Python 3.9 or later; say which with: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python's venv module does not work; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.light: $(SET_UP) | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.light
	$(PIP) --editable '.[dev]'
	@touch $@

# QGIS comes from the system: pip has none.
$(VENV)/.qgis: | $(BIN)/python
	@QGIS_PYTHON=$(QGIS_PYTHON) sh tools/ensure_qgis.sh
	@touch $@
