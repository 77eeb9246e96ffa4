#!/usr/bin/env bash
# Red, green, blue, near infrared in bytes, written with GDAL's defaults, though the bands are called so: near
# infrared is alpha. Where it is 0 (water) px have no data, and means of red leave them out.
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
from rasterio.enums import Resampling
from rasterio.transform import from_origin

print("rasterio", rasterio.__version__, "with GDAL", rasterio.__gdal_version__)

land = np.arange(64) % 2 == 0
red, nir = np.where(land, 100, 200), np.where(land, 250, 0)
values = np.stack([np.tile(line, (64, 1)) for line in (red, red, red, nir)]).astype(np.uint8)
with rasterio.open(
    "in.tif", "w", driver="GTiff", count=4, height=64, width=64, dtype="uint8", crs="EPSG:32632",
    transform=from_origin(500_000, 5_300_000, 10, 10),
) as file:
    file.descriptions = ("red", "green", "blue", "nir")
    file.write(values)
with rasterio.open("in.tif") as file:
    mean = file.read(1, out_shape=(8, 8), resampling=Resampling.average)
    seen = {"mean of red": int(mean[0, 0]), "nir is": file.colorinterp[3].name, "data": float((file.dataset_mask() > 0).mean())}
expected = {"mean of red": 150, "nir is": "undefined", "data": 1.0}
recorded = {"mean of red": 100, "nir is": "alpha", "data": 0.5}
print("expected:", expected)
print("seen:    ", seen)
sys.exit(seen != recorded)
PY
