#!/usr/bin/env bash
# A raster attribute table whose colours are shares from 0 to 1, as Esri writes them: GDAL makes the columns whole numbers
# when it reads them, and nearly all colours black.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.2.6 rasterio==1.4.4
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import re
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


write("classes.tif", np.array([[[0, 1]]], np.uint8))
fields = "".join(
    f'<FieldDefn index="{i}"><Name>{name}</Name><Type>{kind}</Type><Usage>{usage}</Usage></FieldDefn>'
    for i, (name, kind, usage) in enumerate([("Value", 0, 5), ("Red", 1, 6), ("Share", 1, 0)])
)
rows = "".join(f'<Row index="{i}"><F>{i}</F><F>{x}</F><F>{x}</F></Row>' for i, x in enumerate((0.4, 0.9)))
with open("classes.tif.aux.xml", "w") as file:
    file.write(
        '<PAMDataset><PAMRasterBand band="1"><GDALRasterAttributeTable tableType="thematic">'
        f"{fields}{rows}</GDALRasterAttributeTable></PAMRasterBand></PAMDataset>"
    )
rasterio.shutil.copy("classes.tif", "classes.vrt", driver="VRT")
with open("classes.vrt") as file:
    cells = [float(cell) for cell in re.findall("<F>(.*?)</F>", file.read())]
expected = {"Red": [0.4, 0.9], "Share": [0.4, 0.9]}
seen = {"Red": cells[1::3], "Share": cells[2::3]}
recorded = {"Red": [0.0, 0.0], "Share": [0.4, 0.9]}
print("expected:", expected)
print("seen:    ", seen)
sys.exit(seen != recorded)
PY
