#!/usr/bin/env bash
# A local (engineering) CRS in a GeoTIFF: degrees come back as an unknown unit of length of 0.01745 m, and the datum has
# lost its name.
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
from rasterio.crs import CRS

print("rasterio", rasterio.__version__, "with GDAL", rasterio.__gdal_version__)

local = CRS.from_wkt(
    'ENGCRS["Site",EDATUM["Pole 7"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],'
    'ANGLEUNIT["degree",0.0174532925199433]]'
)
with rasterio.open(
    "local.tif", "w", driver="GTiff", count=1, height=2, width=2, dtype="uint8", crs=local,
    transform=rasterio.Affine(0.1, 0, 5, 0, -0.1, 7),
) as file:
    file.write(np.ones((1, 2, 2), np.uint8))
with rasterio.open("local.tif") as file:
    back = file.crs.to_wkt(version="WKT2_2019")
expected = {"degree": True, "a length": False, "Pole 7": True}
seen = {"degree": "degree" in back, "a length": 'LENGTHUNIT["unknown",0.0174' in back, "Pole 7": "Pole 7" in back}
recorded = {"degree": False, "a length": True, "Pole 7": False}
print("expected:", expected)
print("seen:    ", seen)
sys.exit(seen != recorded)
PY
