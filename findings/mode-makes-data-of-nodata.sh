#!/usr/bin/env bash
# Fewer px by Resampling.mode: where all px under one are nodata, a negative nodata value of int16 and int32, and NaN, become a 0
# that the mask calls data. Positive ones, -9999 in floats and Resampling.average stay nodata.
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

def write(name, values, **profile):
    count, height, width = values.shape
    place = from_origin(500_000, 5_300_000, 10, 10)
    with rasterio.open(
        name, "w", driver="GTiff", count=count, height=height, width=width, dtype=values.dtype, crs="EPSG:32632",
        transform=place, **profile,
    ) as file:
        file.write(values)


def fewer(kind, nodata, how):
    values = np.full((1, 64, 64), 5, kind)
    values[:, :, :32] = nodata
    write("in.tif", values, nodata=nodata)
    with rasterio.open("in.tif") as file:
        return file.read(1, out_shape=(16, 16), resampling=how, masked=True)[0].tolist()


wanted = [None] * 8 + [5] * 8
cases = [
    ("uint8", 9), ("int16", 9), ("int16", -99), ("int32", 9), ("int32", -99), ("float32", -9999), ("float32", float("nan")),
]
expected = {f"{kind} {nodata} {how.name}": wanted for kind, nodata in cases for how in (Resampling.mode, Resampling.average)}
seen = {
    f"{kind} {nodata} {how.name}": fewer(kind, nodata, how)
    for kind, nodata in cases for how in (Resampling.mode, Resampling.average)
}
zeros = dict.fromkeys(("int16 -99 mode", "int32 -99 mode", "float32 nan mode"), [0] * 8 + [5] * 8)
recorded = {**expected, **zeros}
expected = "8 px without data, then 8 of 5, in each of " + ", ".join(expected)
different = {case: values for case, values in seen.items() if values != wanted}
print("expected:", expected)
print("seen otherwise:", different)
sys.exit(seen != recorded)
PY
