#!/usr/bin/env bash
# A band that is declared as alpha is a mask in bytes and uint16 and none in int16, uint32 and float32: px that it hides
# are data there.
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
from rasterio.enums import ColorInterp
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


def mask(kind):
    values = np.ones((4, 1, 2), kind)
    values[3, 0] = [0, 255]
    write("in.tif", values)
    with rasterio.open("in.tif", "r+") as file:
        file.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
    with rasterio.open("in.tif") as file:
        assert file.colorinterp[3] == ColorInterp.alpha
        return [bool(value) for value in file.dataset_mask()[0]]


kinds = "uint8", "uint16", "int16", "uint32", "float32"
expected = dict.fromkeys(kinds, [False, True])
seen = {kind: mask(kind) for kind in kinds}
recorded = {**expected, **dict.fromkeys(("int16", "uint32", "float32"), [True, True])}
print("expected:", expected)
print("seen:    ", seen)
sys.exit(seen != recorded)
PY
