#!/usr/bin/env bash
# A CRS by a name that is no CRS's: "ETRS89 / UTM zone 32" is completed to the one with northing before easting
# (EPSG:3044), without a word, where the same of WGS 84 is refused as ambiguous.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyproj==3.7.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import sys
import pyproj
from pyproj.exceptions import CRSError

print("pyproj", pyproj.__version__, "with PROJ", pyproj.proj_version_str)


def named(name):
    try:
        return pyproj.CRS(name).name
    except CRSError:
        return "refused"


names = "ETRS89 / UTM zone 32", "WGS 84 / UTM zone 32"
expected = dict.fromkeys(names, "refused")
seen = {name: named(name) for name in names}
recorded = {**expected, "ETRS89 / UTM zone 32": "ETRS89 / UTM zone 32N (N-E)"}
print("expected:", expected)
print("seen:    ", seen)
sys.exit(seen != recorded)
PY
