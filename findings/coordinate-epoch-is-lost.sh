#!/usr/bin/env bash
# A GeoTIFF with a coordinate epoch (GDAL 3.4 and later keep it), written anew with rasterio's profile: the epoch is gone,
# and nothing that rasterio tells of the first file has it. A copy by GDAL keeps it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.2.6 rasterio==1.4.4
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import sys
import rasterio
import rasterio.shutil

print("rasterio", rasterio.__version__, "with GDAL", rasterio.__gdal_version__)

def epoch(name):
    rasterio.shutil.copy(name, "look.vrt", driver="VRT")
    with open("look.vrt") as file:
        return 'coordinateEpoch="2021.3"' in file.read()


with open("made.vrt", "w") as file:
    file.write(
        '<VRTDataset rasterXSize="2" rasterYSize="2"><SRS coordinateEpoch="2021.3">EPSG:9000</SRS>'
        '<GeoTransform>10, 0.1, 0, 50, 0, -0.1</GeoTransform><VRTRasterBand dataType="Byte" band="1"/></VRTDataset>'
    )
rasterio.shutil.copy("made.vrt", "first.tif", driver="GTiff")
with rasterio.open("first.tif") as first:
    told = str((first.crs.to_wkt(version="WKT2_2019"), first.profile, first.tags(), first.meta))
    with rasterio.open("second.tif", "w", **first.profile) as second:
        second.write(first.read())
rasterio.shutil.copy("first.tif", "copy.tif", driver="GTiff")
expected = {"told by rasterio": True, "written by profile": True, "copied": True}
seen = {"told by rasterio": "2021.3" in told, "written by profile": epoch("second.tif"), "copied": epoch("copy.tif")}
recorded = {"told by rasterio": False, "written by profile": False, "copied": True}
print("expected:", expected)
print("seen:    ", seen)
sys.exit(seen != recorded)
PY
