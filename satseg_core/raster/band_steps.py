"""Bands that show the same at several times, depths or the like, as netCDF has them: no colours."""

from __future__ import annotations

import re

from rasterio.io import DatasetReader

_OF_LIGHT = re.compile(r"n?_?(?:band|channel|wave|wvl|wl|spectr|rgb|colou?r|component)", re.IGNORECASE)
"""Dimensions along which the bands of an image lie begin like this."""


def band_steps(dataset: DatasetReader) -> str | None:
    """The names of the dimensions of a netCDF along which its bands lie, for people; None for bands of light.

    Args:
        dataset: the open raster.
    """
    tags = dataset.tags()
    names = [name for name in tags.get("NETCDF_DIM_EXTRA", "").strip("{}").split(",") if name]
    steps = [name for name in names if not _OF_LIGHT.match(name) and _size(tags.get(f"NETCDF_DIM_{name}_DEF", "")) > 1]
    return " and ".join(steps) or None


def _size(definition: str) -> int:
    """How many steps, from GDAL's ``{number,type}``."""
    found = re.match(r"\{?(\d+)", definition)
    return int(found.group(1)) if found else 1
