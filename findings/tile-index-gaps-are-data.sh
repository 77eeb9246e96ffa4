#!/usr/bin/env bash
# GDAL's tile index (GTI) over rasters that name no nodata value: what no raster covers is read as 0,
# and its mask says that it is data. The index knows its rasters' outlines, so the mask could say otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.2.6 rasterio==1.4.4 shapely==2.0.7 pyogrio==0.11.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import sys
import numpy as np
import pyogrio
import rasterio
import shapely
from rasterio.transform import from_origin

print("rasterio", rasterio.__version__, "with GDAL", rasterio.__gdal_version__)

frames = []
for number, east in enumerate((500_000, 500_200)):
    with rasterio.open(
        f"{number}.tif", "w", driver="GTiff", count=1, height=10, width=10, dtype="uint8", crs="EPSG:32632",
        transform=from_origin(east, 5_300_000, 10, 10),
    ) as file:
        file.write(np.full((1, 10, 10), 7, np.uint8))
    frames.append(shapely.to_wkb(shapely.box(east, 5_299_900, east + 100, 5_300_000)))
pyogrio.raw.write(
    "tiles.gti.gpkg", np.array(frames, object), [np.array(["0.tif", "1.tif"], object)], ["location"],
    crs="EPSG:32632", geometry_type="Polygon",
)
with rasterio.open("GTI:tiles.gti.gpkg") as file:
    values, mask = file.read(1)[0], file.dataset_mask()[0]
expected = {"values": [7, 0, 7], "mask": [255, 0, 255]}
seen = {"values": values[[5, 15, 25]].tolist(), "mask": mask[[5, 15, 25]].tolist()}
recorded = {"values": [7, 0, 7], "mask": [255, 255, 255]}
print("expected:", expected)
print("seen:    ", seen)
sys.exit(seen != recorded)
PY
