#!/usr/bin/env bash
# GDAL's SENTINEL2 driver and a product of level 2A: the dataset of 10 m has aerosol and water vapour as bands 5 and 6
# beside the colours, that of 20 m lacks B02 to B04 though R20m holds them, and neither has a nodata value although the
# product says that 0 is one.
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
from rasterio.transform import from_origin

print("rasterio", rasterio.__version__, "with GDAL", rasterio.__gdal_version__)

granule, stem = "GRANULE/L2A_T32TQT_A026429_20200714T101142", "T32TQT_20200714T101031"
bands = {10: ("B02", "B03", "B04", "B08", "AOT", "WVP"), 20: ("B02", "B03", "B04", "B05", "B8A", "AOT", "WVP", "SCL")}
files = []
for metres, labels in bands.items():
    side = 1200 // metres
    for label in labels:
        image = f"{granule}/IMG_DATA/R{metres}m/{stem}_{label}_{metres}m"
        os.makedirs(os.path.dirname(image), exist_ok=True)
        files.append(f"<IMAGE_FILE>{image}</IMAGE_FILE>")
        kind = "uint8" if label == "SCL" else "uint16"
        with rasterio.open(
            f"{image}.jp2", "w", driver="JP2OpenJPEG", count=1, height=side, width=side, dtype=kind, crs="EPSG:32632",
            transform=from_origin(600_000, 5_300_040, metres, metres),
        ) as file:
            file.write(np.ones((1, side, side), kind))
space = "https://psd-14.sentinel2.eo.esa.int/PSD/"
with open("MTD_MSIL2A.xml", "w") as file:
    file.write(
        f'<n1:Level-2A_User_Product xmlns:n1="{space}User_Product_Level-2A.xsd"><n1:General_Info><Product_Info>'
        "<PROCESSING_LEVEL>Level-2A</PROCESSING_LEVEL><PRODUCT_TYPE>S2MSI2A</PRODUCT_TYPE>"
        "<Query_Options><PRODUCT_FORMAT>SAFE_COMPACT</PRODUCT_FORMAT></Query_Options>"
        f'<Product_Organisation><Granule_List><Granule granuleIdentifier="{os.path.basename(granule)}"'
        f' imageFormat="JPEG2000">{"".join(files)}</Granule></Granule_List></Product_Organisation></Product_Info>'
        "<Product_Image_Characteristics><Special_Values><SPECIAL_VALUE_TEXT>NODATA</SPECIAL_VALUE_TEXT>"
        "<SPECIAL_VALUE_INDEX>0</SPECIAL_VALUE_INDEX></Special_Values></Product_Image_Characteristics>"
        "</n1:General_Info></n1:Level-2A_User_Product>"
    )
sizes = "".join(
    f'<Size resolution="{px}"><NROWS>{1200 // px}</NROWS><NCOLS>{1200 // px}</NCOLS></Size>'
    f'<Geoposition resolution="{px}"><ULX>600000</ULX><ULY>5300040</ULY><XDIM>{px}</XDIM><YDIM>-{px}</YDIM></Geoposition>'
    for px in (10, 20, 60)
)
with open(f"{granule}/MTD_TL.xml", "w") as file:
    file.write(
        f'<n1:Level-2A_Tile_ID xmlns:n1="{space}S2_PDI_Level-2A_Tile_Metadata.xsd"><n1:General_Info><TILE_ID>'
        f"{os.path.basename(granule)}</TILE_ID></n1:General_Info><n1:Geometric_Info><Tile_Geocoding>"
        f"<HORIZONTAL_CS_CODE>EPSG:32632</HORIZONTAL_CS_CODE>{sizes}</Tile_Geocoding></n1:Geometric_Info>"
        "</n1:Level-2A_Tile_ID>"
    )


def opened(metres):
    with rasterio.open(f"SENTINEL2_L2A:MTD_MSIL2A.xml:{metres}m:EPSG_32632") as file:
        names = [(file.tags(band).get("BANDNAME"), file.descriptions[band - 1]) for band in file.indexes]
        special = {key: value for key, value in file.tags().items() if key.startswith("SPECIAL_VALUE")}
        return [name or text for name, text in names], file.nodata, special


(fine, nodata, special), (coarse, other, _) = opened(10), opened(20)
expected = {"10 m": ["B4", "B3", "B2", "B8"], "B2 to B4 of 20 m": True, "nodata": (0.0, 0.0)}
seen = {"10 m": fine, "B2 to B4 of 20 m": "B2" in coarse, "nodata": (nodata, other)}
recorded = {"10 m": ["B4", "B3", "B2", "B8", "AOT", "WVP"], "B2 to B4 of 20 m": False, "nodata": (None, None)}
print("said by the product:", special, "- bands of 20 m:", coarse)
print("expected:", expected)
print("seen:    ", seen)
sys.exit(seen != recorded)
PY
