"""The engine's environment: nothing of QGIS' own installation gets through."""

from __future__ import annotations

import pytest

from satseg_qgis.engine.environment import child_environment

QGIS = {
    "PYTHONHOME": "/qgis",
    "PYTHONPATH": "/qgis/python",
    "PYTHONEXECUTABLE": "C:/OSGeo4W/bin/python3.exe",
    "VIRTUAL_ENV": "/venv",
    "__PYVENV_LAUNCHER__": "/QGIS.app/Contents/MacOS/bin/python3",
    "PIP_USER": "1",
    "PIP_TARGET": "/t",
    "PIP_PREFIX": "/p",
    "QGIS_PREFIX_PATH": "/qgis",
    "PROJ_LIB": "/qgis/proj",
    "PROJ_DATA": "/qgis/proj",
    "GDAL_DATA": "/qgis/gdal",
    "GDAL_DRIVER_PATH": "/qgis/plugins",
    "LD_LIBRARY_PATH": "/qgis/lib",
    "DYLD_LIBRARY_PATH": "/qgis/lib",
    "DYLD_FALLBACK_LIBRARY_PATH": "/qgis/lib",
}


@pytest.mark.parametrize("name", sorted(QGIS))
def test_variables_that_point_into_qgis_are_dropped(name: str) -> None:
    assert name not in child_environment({name: QGIS[name], "HOME": "/home/me"})


def test_windows_spells_names_as_it_likes() -> None:
    assert "PythonHome" not in child_environment({"PythonHome": "C:/QGIS"})


@pytest.mark.parametrize("name", ["PATH", "HOME", "TEMP", "HTTPS_PROXY", "SATSEG_MODELS", "CUDA_VISIBLE_DEVICES"])
def test_everything_else_is_kept(name: str) -> None:
    assert child_environment({name: "value"})[name] == "value"


def test_working_folder_is_no_place_for_modules_and_text_is_utf8() -> None:
    added = child_environment({"PYTHONSAFEPATH": "", "PYTHONUTF8": "0"})
    assert added == {"PYTHONSAFEPATH": "1", "PYTHONUTF8": "1"}


def test_the_environment_of_qgis_stays_as_it_is() -> None:
    before = dict(QGIS)
    child_environment(QGIS)
    assert before == QGIS
