#!/usr/bin/env bash
# Overviews beside a GeoTIFF whose name is written in other letters (C.TIF.OVR beside c.tif): on a disk that tells upper
# and lower case apart they are another file's, and GDAL shows them as the raster's own, of other values, with no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.2.6 rasterio==1.4.4
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import os
import sys
import numpy as np
import rasterio
from rasterio.enums import Resampling

print("rasterio", rasterio.__version__, "with GDAL", rasterio.__gdal_version__)


def write(name, value):
    with rasterio.open(name, "w", driver="GTiff", width=512, height=512, count=1, dtype="uint8") as file:
        file.write(np.full((1, 512, 512), value, np.uint8))


write("c.tif", 10)
write("d.tif", 200)
with rasterio.Env(TIFF_USE_OVR=True), rasterio.open("d.tif", "r+") as file:
    file.build_overviews([2, 4], Resampling.nearest)
os.rename("d.tif.ovr", "C.TIF.OVR")
if os.path.exists("c.tif.ovr"):
    sys.exit("this disk does not tell upper and lower case apart")
with rasterio.open("c.tif") as file:
    seen = {"whole": int(file.read(1).max()), "a quarter": int(file.read(1, out_shape=(128, 128)).max())}
expected = {"whole": 10, "a quarter": 10}
recorded = {"whole": 10, "a quarter": 200}
print("expected:", expected)
print("seen:    ", seen)
sys.exit(seen != recorded)
PY
