#!/usr/bin/env bash
# A square inside of a valid polygon that has a hole like a sliver: the intersection of the square with the polygon is a
# line without area, that of the polygon with the square is the square.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.2.6 shapely==2.1.2
cd "$folder"
venv/bin/python - <<'PY'
import sys
import numpy as np
import shapely

print("shapely", shapely.__version__, "with GEOS", shapely.geos_version_string)

triangle = shapely.Polygon([(0, 0), (0, 6), (6, 0)])
star = shapely.Polygon([(0, 0), (3.5, 2.5), (6, 0), (14.5, 3.5), (-0.5, -2), (0, 4), (10, 0)])
zone = shapely.union_all(shapely.make_valid(np.array([triangle, star])))
square = shapely.box(4, 1, 5, 2)
seen = {
    "zone is valid": bool(zone.is_valid),
    "zone covers the square's middle": bool(zone.covers(square.centroid)),
    "square with zone": float(shapely.intersection(square, zone).area),
    "zone with square": float(shapely.intersection(zone, square).area),
}
expected = {**seen, "square with zone": 1.0, "zone with square": 1.0}
recorded = {
    "zone is valid": True, "zone covers the square's middle": True, "square with zone": 0.0, "zone with square": 1.0,
}
print("expected:", expected)
print("seen:    ", seen)
sys.exit(seen != recorded)
PY
