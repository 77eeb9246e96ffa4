"""The coordinate epoch of a raster: of which year its places are, where the ground moves."""

from __future__ import annotations

import re
import uuid

import rasterio
import rasterio.shutil
from pyproj import CRS
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

_EPOCH = re.compile(r'<SRS[^>]*\bcoordinateEpoch="([^"]+)"')


def coordinate_epoch(dataset: DatasetReader) -> float | None:
    """The coordinate epoch of a raster's CRS, in decimal years; None where it has none.

    Rasterio does not tell it. A virtual raster that GDAL makes of the open one says it, whatever its format is.
    """
    if dataset.crs is None:
        return None
    virtual = f"/vsimem/satseg-{uuid.uuid4().hex}.vrt"
    opened = getattr(dataset, "opened", dataset)  # of those on servers
    try:
        rasterio.shutil.copy(opened, virtual, driver="VRT")
        try:
            with rasterio.open(virtual) as copied:
                # Of a CRS that somebody set, the file's epoch says nothing.
                text = copied.tags(ns="xml:VRT").get("xml:VRT", "") if copied.crs == dataset.crs else ""
                found = _EPOCH.search(text)
        finally:
            rasterio.shutil.delete(virtual)
        return float(found.group(1)) if found else None
    except (RasterioError, ValueError):
        return None


def with_epoch(crs_wkt: str, epoch: float | None) -> str:
    """A CRS with its coordinate epoch as GDAL reads it (``EPSG:9000@2021.3``); as it is where that cannot be said.

    GDAL takes an epoch only for CRSs that move, and rasterio's WKT does not tell that they do: their code does.
    """
    authority = CRS.from_wkt(crs_wkt).to_authority(min_confidence=100) if epoch else None
    if authority is None or authority[0] != "EPSG":
        return crs_wkt
    known = CRS.from_authority(*authority).to_wkt("WKT2_2019")
    moves = "DYNAMIC[" in known or 'ENSEMBLE["World Geodetic System 1984' in known
    return f"{':'.join(authority)}@{epoch!r}" if moves else crs_wkt
