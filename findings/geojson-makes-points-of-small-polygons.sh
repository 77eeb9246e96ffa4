#!/usr/bin/env bash
# Polygons of some millimetres, written as GeoJSON of RFC 7946: seven decimals are a centimetre, and what
# collapses is written as points and lines into a layer of polygons, without a warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.2.6 shapely==2.0.7 pyogrio==0.11.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import json
import sys
import warnings
from collections import Counter
import numpy as np
import pyogrio
import shapely

print("pyogrio", pyogrio.__version__, "with GDAL", ".".join(map(str, pyogrio.__gdal_version__)))
side = 0.005 / 111_000
squares = [shapely.box(11.5 + i * side, 48, 11.5 + (i + 1) * side, 48 + side) for i in range(20)]
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    pyogrio.raw.write(
        "small.geojson", shapely.to_wkb(np.array(squares)), [], [], crs="EPSG:4326", geometry_type="Polygon",
        driver="GeoJSON", RFC7946="YES",
    )
with open("small.geojson") as file:
    kinds = Counter(feature["geometry"]["type"] for feature in json.load(file)["features"])
expected = {"only polygons, or a warning": True}
seen = {"only polygons, or a warning": set(kinds) == {"Polygon"} or bool(told), **kinds}
recorded = {"only polygons, or a warning": False, "Point": 11, "LineString": 9}
print("expected:", expected)
print("seen:    ", seen)
sys.exit(seen != recorded)
PY
