#!/usr/bin/env bash
# One band of bytes written into a new GeoPackage, or copied into one on GoogleMapsCompatible tiles, is read as four:
# red, green, blue, alpha. A map of classes is then an image. Copied on its own grid it stays one band.
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
import rasterio.shutil
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


def colours(name):
    with rasterio.open(name) as file:
        return [kind.name for kind in file.colorinterp]


values = np.random.default_rng(0).integers(0, 9, (1, 300, 300)).astype(np.uint8)
write("one.tif", values)
with rasterio.open("one.tif") as file:
    profile = {**file.profile, "driver": "GPKG", "tiled": None, "interleave": None}
with rasterio.open("new.gpkg", "w", **{k: v for k, v in profile.items() if v is not None}) as file:
    file.write(values)
rasterio.shutil.copy("one.tif", "copy.gpkg", driver="GPKG")
rasterio.shutil.copy("one.tif", "web.gpkg", driver="GPKG", TILING_SCHEME="GoogleMapsCompatible")
expected = {"new": 1, "copied": 1, "copied to web tiles": 1}
seen = {"new": len(colours("new.gpkg")), "copied": len(colours("copy.gpkg")), "copied to web tiles": len(colours("web.gpkg"))}
recorded = {"new": 4, "copied": 1, "copied to web tiles": 4}
print("expected:", expected)
print("seen:    ", seen)
sys.exit(seen != recorded)
PY
