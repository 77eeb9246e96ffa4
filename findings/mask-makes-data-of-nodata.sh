#!/usr/bin/env bash
# A GeoTIFF with a nodata value and a mask: where there is a mask, px of the nodata value are data unless it hides
# them as well, also in masked arrays; there is no warning.
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
from rasterio.transform import from_origin

print("rasterio", rasterio.__version__, "with GDAL", rasterio.__gdal_version__)

def write(name, values, **profile):
    count, height, width = values.shape
    place = from_origin(500_000, 5_300_000, 10, 10)
    with rasterio.open(
        name, "w", driver="GTiff", count=count, height=height, width=width, dtype=values.dtype, crs="EPSG:32632",
        transform=place, **profile,
    ) as file:
        file.write(values)


values = np.array([[[5, 5, 9, 9]]], np.uint8)
write("in.tif", values, nodata=9)
with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open("in.tif", "r+") as file:
    file.write_mask(np.array([[True, False, True, False]]))
with rasterio.open("in.tif") as file:
    seen = {"nodata": file.nodata, "mask": file.dataset_mask()[0].tolist(), "read": file.read(1, masked=True)[0].tolist()}
expected = {"nodata": 9.0, "mask": [255, 0, 0, 0], "read": [5, None, None, None]}
recorded = {"nodata": 9.0, "mask": [255, 0, 255, 0], "read": [5, None, 9, None]}
print("expected:", expected)
print("seen:    ", seen)
sys.exit(seen != recorded)
PY
