#!/usr/bin/env bash
# Nodata of rasters of 64-bit whole numbers, as rasterio writes and reads it: the lowest value of int64 comes back as -9,
# 2 to the power of 63 as 9, and 2 to the power of 53 and 1 one too low; there is no error and no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.2.6 rasterio==1.4.4
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import sys
import numpy as np
import rasterio

print("rasterio", rasterio.__version__, "with GDAL", rasterio.__gdal_version__)

expected, seen = {}, {}
for dtype, value in (("int64", -(2**63)), ("uint64", 2**63), ("int64", 2**53 + 1)):
    with rasterio.open("n.tif", "w", driver="GTiff", width=2, height=2, count=1, dtype=dtype, nodata=value) as file:
        file.write(np.zeros((1, 2, 2), dtype))
    with rasterio.open("n.tif") as file:
        expected[value], seen[value] = value, int(file.nodata)
recorded = {-(2**63): -9, 2**63: 9, 2**53 + 1: 2**53}
print("expected:", expected)
print("seen:    ", seen)
sys.exit(seen != recorded)
PY
