"""Small scenes as archives give them: folders with the names, sizes of px and types of the real ones.

Sizes are in px of the finest band; a multiple of six keeps all of Sentinel-2's sizes whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.drivers import raster_driver_extensions
from rasterio.transform import from_origin

SIDE = 240
EAST, NORTH = 600_000, 5_300_040
CRS = "EPSG:32632"
S2_ID = "S2A_MSIL2A_20200714T101031_N0500_R022_T32TQT_20230401T120000"
L1C_ID = "S2A_MSIL1C_20200714T101031_N0500_R022_T32TQT_20230401T120000"
L8_ID = "LC08_L2SP_193027_20200714_20200911_02_T1"
L5_ID = "LT05_L2SP_193027_20100714_20200911_02_T1"
PLANET_ID = "20200714_101010_27_2231"

S2_PX = {
    10: ("B02", "B03", "B04", "B08"),
    20: ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B11", "B12", "B8A"),
    60: ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B09", "B11", "B12", "B8A"),
}


def band(seed: str, px: float = 10, side: int = SIDE, hole: bool = False) -> np.ndarray:
    """A smooth band ``(h, w) uint16`` of its own; the same ground at all sizes of px. ``hole``: zeros at a corner."""
    rng = np.random.default_rng(sum(map(ord, seed)))
    fine = np.kron(rng.integers(300, 6000, (side // 12, side // 12)), np.ones((12, 12)))
    fine += np.add.outer(np.arange(side), 2 * np.arange(side))
    if hole:
        fine[: side // 8, : side // 4] = 0
    step = round(px / 10)
    return fine[::step, ::step].astype(np.uint16)


def write(path: Path, values: np.ndarray, px: float = 10, **profile: Any) -> Path:
    """Write ``(h, w)`` or ``(B, h, w)`` values; JPEG 2000 without loss where the name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    values = values if values.ndim == 3 else values[None]
    jp2 = path.suffix == ".jp2" and "jp2" in raster_driver_extensions()
    settings: dict[str, Any] = {
        "driver": "JP2OpenJPEG" if jp2 else "GTiff",
        "count": values.shape[0],
        "height": values.shape[1],
        "width": values.shape[2],
        "dtype": values.dtype,
        "crs": CRS,
        "transform": from_origin(EAST, NORTH, px, px),
        **({"QUALITY": "100", "REVERSIBLE": "YES", "YCBCR420": "NO"} if jp2 else {}),
        **profile,
    }
    with rasterio.open(path, "w", **settings) as dataset:
        dataset.write(values)
    return path


def stacked(path: Path, bands: Sequence[np.ndarray], px: float = 10, **profile: Any) -> Path:
    """The GeoTIFF that somebody would make by hand of the bands red, green and blue."""
    return write(path, np.stack(bands), px, photometric="RGB", **{"nodata": 0, **profile})


def scl(side: int = SIDE // 2) -> np.ndarray:
    """A scene classification of 20 m: all its values, in stripes."""
    return (np.add.outer(np.arange(side), np.arange(side)) // 9 % 12).astype(np.uint8)


def safe(folder: Path, name: str = S2_ID, hole: bool = True, classification: bool = True) -> Path:
    """A Sentinel-2 product of level 2A as it is since 2018, with all that lies in it."""
    root = folder / f"{name}.SAFE"
    granule = root / "GRANULE" / "L2A_T32TQT_A026429_20200714T101142"
    stem = "T32TQT_20200714T101031"
    for metres, labels in S2_PX.items():
        images = granule / "IMG_DATA" / f"R{metres}m"
        for label in labels:
            write(images / f"{stem}_{label}_{metres}m.jp2", band(label, metres, hole=hole), metres)
        for label in ("AOT", "WVP"):
            write(images / f"{stem}_{label}_{metres}m.jp2", band(label, metres), metres)
        picture = np.stack([band(label, metres) // 40 for label in ("B04", "B03", "B02")]).clip(1, 255)
        write(images / f"{stem}_TCI_{metres}m.jp2", picture.astype(np.uint8), metres)
        if metres >= 20 and classification:
            values = scl() if metres == 20 else scl()[::3, ::3]
            write(images / f"{stem}_SCL_{metres}m.jp2", values, metres)
    for label in ("CLDPRB_20m", "SNWPRB_20m"):
        write(granule / "QI_DATA" / f"MSK_{label}.jp2", np.zeros((SIDE // 2, SIDE // 2), np.uint8), 20)
    write(granule / "QI_DATA" / f"{stem}_PVI.jp2", np.zeros((3, 64, 64), np.uint8), 320)
    write(granule / "QI_DATA" / "MSK_DETFOO_B04.jp2", np.zeros((SIDE, SIDE), np.uint8))
    _safe_metadata(root, granule, name)
    return root


def safe_l1c(folder: Path, name: str = L1C_ID) -> Path:
    """A Sentinel-2 product of level 1C: one folder for all bands, and a mask of clouds."""
    root = folder / f"{name}.SAFE"
    granule = root / "GRANULE" / "L1C_T32TQT_A026429_20200714T101142"
    stem = "T32TQT_20200714T101031"
    sizes = {"B01": 60, "B09": 60, "B10": 60, "B02": 10, "B03": 10, "B04": 10, "B08": 10}
    for label in ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12"):
        metres = sizes.get(label, 20)
        write(granule / "IMG_DATA" / f"{stem}_{label}.jp2", band(label, metres), metres)
    write(granule / "IMG_DATA" / f"{stem}_TCI.jp2", np.full((3, SIDE, SIDE), 9, np.uint8))
    side = SIDE // 6
    masks = np.zeros((3, side, side), np.uint8)
    masks[0, :9], masks[1, :, :7], masks[2, 20:] = 1, 1, 1
    write(granule / "QI_DATA" / "MSK_CLASSI_B00.jp2", masks, 60)
    (root / "MTD_MSIL1C.xml").write_text("<n1:Level-1C_User_Product/>")
    return root


def _safe_metadata(root: Path, granule: Path, name: str) -> None:
    """What GDAL's driver for Sentinel-2 reads of a product, and no more."""
    images = sorted(
        path.relative_to(root).as_posix().removesuffix(".jp2") for path in (granule / "IMG_DATA").rglob("*.jp2")
    )
    files = "".join(f"<IMAGE_FILE>{image}</IMAGE_FILE>" for image in images)
    special = "".join(
        f"<Special_Values><SPECIAL_VALUE_TEXT>{text}</SPECIAL_VALUE_TEXT>"
        f"<SPECIAL_VALUE_INDEX>{value}</SPECIAL_VALUE_INDEX></Special_Values>"
        for text, value in (("NODATA", 0), ("SATURATED", 65535))
    )
    (root / "MTD_MSIL2A.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><n1:Level-2A_User_Product'
        ' xmlns:n1="https://psd-14.sentinel2.eo.esa.int/PSD/User_Product_Level-2A.xsd"><n1:General_Info><Product_Info>'
        f"<PRODUCT_URI>{name}.SAFE</PRODUCT_URI><PROCESSING_LEVEL>Level-2A</PROCESSING_LEVEL>"
        "<PRODUCT_TYPE>S2MSI2A</PRODUCT_TYPE><PROCESSING_BASELINE>05.00</PROCESSING_BASELINE>"
        '<Query_Options completeSingleTile="true"><PRODUCT_FORMAT>SAFE_COMPACT</PRODUCT_FORMAT></Query_Options>'
        "<Product_Organisation><Granule_List>"
        f'<Granule datastripIdentifier="DS" granuleIdentifier="{granule.name}" imageFormat="JPEG2000">{files}</Granule>'
        "</Granule_List></Product_Organisation></Product_Info>"
        f"<Product_Image_Characteristics>{special}</Product_Image_Characteristics></n1:General_Info>"
        "</n1:Level-2A_User_Product>"
    )
    sizes = "".join(
        f'<Size resolution="{px}"><NROWS>{SIDE * 10 // px}</NROWS><NCOLS>{SIDE * 10 // px}</NCOLS></Size>'
        f'<Geoposition resolution="{px}"><ULX>{EAST}</ULX><ULY>{NORTH}</ULY><XDIM>{px}</XDIM><YDIM>-{px}</YDIM>'
        "</Geoposition>"
        for px in (10, 20, 60)
    )
    (granule / "MTD_TL.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><n1:Level-2A_Tile_ID'
        ' xmlns:n1="https://psd-14.sentinel2.eo.esa.int/PSD/S2_PDI_Level-2A_Tile_Metadata.xsd">'
        f"<n1:General_Info><TILE_ID>{granule.name}</TILE_ID></n1:General_Info><n1:Geometric_Info><Tile_Geocoding>"
        f"<HORIZONTAL_CS_NAME>WGS84 / UTM zone 32N</HORIZONTAL_CS_NAME><HORIZONTAL_CS_CODE>{CRS}</HORIZONTAL_CS_CODE>"
        f"{sizes}</Tile_Geocoding></n1:Geometric_Info></n1:Level-2A_Tile_ID>"
    )
    (root / "manifest.safe").write_text("<xfdu/>")


def qa_pixel(side: int = SIDE) -> np.ndarray:
    """A Landsat QA_PIXEL: every one of its first eight bits alone, and clear land, in stripes."""
    kinds = np.array([21824, *(1 << bit for bit in range(8))], np.uint16)
    return kinds[np.add.outer(np.arange(side), 3 * np.arange(side)) // 11 % len(kinds)]


def landsat(folder: Path, name: str = L8_ID, hole: bool = True) -> Path:
    """A Landsat product of Collection 2, level 2, in a folder; for 4 to 7 with the bands that those have."""
    numbers = (1, 2, 3, 4, 5, 6, 7) if name[3] in "89" else (1, 2, 3, 4, 5, 7)
    for number in numbers:
        write(folder / f"{name}_SR_B{number}.TIF", band(f"{name}{number}", hole=hole), 30, nodata=0)
    write(folder / f"{name}_ST_B{10 if name[3] in '89' else 6}.TIF", band("thermal"), 30, nodata=0)
    for what in ("SR_QA_AEROSOL", "ST_EMIS", "ST_QA", "QA_RADSAT"):
        write(folder / f"{name}_{what}.TIF", np.ones((SIDE, SIDE), np.uint16), 30)
    write(folder / f"{name}_QA_PIXEL.TIF", qa_pixel(), 30, nodata=1)
    number = int(name[2:4])
    (folder / f"{name}_MTL.txt").write_text(
        f'GROUP = LANDSAT_METADATA_FILE\n SPACECRAFT_ID = "LANDSAT_{number}"\nEND\n'
    )
    (folder / f"{name}_SR_stac.json").write_text('{"type": "Feature", "id": "x", "assets": {}}')
    return folder


def udm2(side: int = SIDE) -> np.ndarray:
    """A usable data mask: bands 1 to 6 in stripes, one of them at each px; 7 confidence, 8 old mask."""
    which = np.add.outer(2 * np.arange(side), np.arange(side)) // 13 % 6
    masks = [(which == number).astype(np.uint8) for number in range(6)]
    return np.stack([*masks, np.full((side, side), 90, np.uint8), np.zeros((side, side), np.uint8)])


def planet(folder: Path, name: str = PLANET_ID, bands: int = 4) -> Path:
    """A PlanetScope scene in a folder: reflectance, picture, both masks and metadata."""
    colours = ["blue", "green", "red", "nir"]
    if bands == 8:
        colours = ["coastal", "blue", "green_i", "green", "yellow", "red", "rededge", "nir"]
    ending = "_8b" if bands == 8 else ""
    values = np.stack([band(f"planet {colour}", hole=True) for colour in colours])
    write(folder / f"{name}_3B_AnalyticMS_SR{ending}_clip.tif", values, 3, nodata=0, photometric="MINISBLACK")
    write(folder / f"{name}_3B_Visual_clip.tif", np.full((4, SIDE, SIDE), 7, np.uint8), 3)
    write(folder / f"{name}_3B_udm2_clip.tif", udm2(), 3)
    write(folder / f"{name}_3B_AnalyticMS{ending}_DN_udm_clip.tif", np.zeros((SIDE, SIDE), np.uint8), 3)
    (folder / f"{name}_3B_AnalyticMS_metadata{ending}_clip.xml").write_text("<ps:EarthObservation/>")
    (folder / f"{name}_metadata.json").write_text("{}")
    return folder


def item(path: Path, assets: Mapping[str, Mapping[str, Any]], **properties: Any) -> Path:
    """A STAC item."""
    value = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": path.stem,
        "geometry": None,
        "properties": {"datetime": "2020-07-14T10:10:31Z", **properties},
        "links": [],
        "assets": dict(assets),
    }
    path.write_text(json.dumps(value))
    return path
