#!/usr/bin/env bash
# Ways from one CRS to another, without files of grids: the group of ways lists a mere guess (accuracy unknown) for French
# Lambert zones, with and without an area of interest, while Transformer.from_crs takes a way that is good to 3 m and
# lies some 50 m beside it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyproj==3.7.2
cd "$folder"
PROJ_NETWORK=OFF venv/bin/python -W ignore - <<'PY'
import math
import sys
import pyproj
from pyproj.transformer import TransformerGroup

print("pyproj", pyproj.__version__, "with PROJ", pyproj.proj_version_str)

place = (600_000, 2_200_000)
group = TransformerGroup(27572, 2154, always_xy=True)
taken = pyproj.Transformer.from_crs(27572, 2154, always_xy=True)
here, there = group.transformers[0].transform(*place), taken.transform(*place)
seen = {
    "accuracies listed": [way.accuracy for way in group.transformers],
    "accuracy of the one taken": taken.get_last_used_operation().accuracy,
    "metres between": round(math.dist(here, there), -1),
}
expected = {"accuracies listed": [3.0, -1.0], "accuracy of the one taken": 3.0, "metres between": 0.0}
recorded = {"accuracies listed": [-1.0], "accuracy of the one taken": 3.0, "metres between": 50.0}
print("expected:", expected)
print("seen:    ", seen)
sys.exit(seen != recorded)
PY
