#!/bin/sh
# See that the tests in the real QGIS can run: a Python that has qgis, pytest and pytest-timeout.
# Installs what is missing where that is one command away (Debian and Ubuntu, as root); says what to do elsewhere.
set -u
python="${QGIS_PYTHON:-/usr/bin/python3}"

ready() {
    "$python" -c 'import qgis.core, pytest, pytest_timeout' 2>/dev/null
}

ready && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "Installing QGIS, and pytest for its Python ..."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq &&
        apt-get install -qq -y --no-install-recommends qgis python3-qgis python3-pytest python3-pytest-timeout \
            qttools5-dev-tools \
            >/dev/null
    ready && exit 0
fi
echo "$python cannot import qgis, pytest and pytest_timeout: install QGIS 3.22 or later, and both for its Python," \
    "or name another Python with QGIS_PYTHON=...; 'make test-engine' runs the other tests." >&2
exit 1
