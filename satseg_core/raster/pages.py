"""Files that hold several rasters, of which GDAL opens the first without a word: pages of a TIFF, images of a NITF."""

from __future__ import annotations

from rasterio.io import DatasetReader

from satseg_core.remote.names import without_secrets

_SERVICES = frozenset(("WCS", "WMS", "WMTS"))
"""What these list besides are the layers of a server."""


def other_pages(dataset: DatasetReader) -> list[str]:
    """GDAL's names of the rasters in a file besides the open one; overviews and masks are none."""
    if dataset.count == 0 or dataset.driver in _SERVICES:
        return []
    return list(dataset.subdatasets[1:])


def pages_warnings(dataset: DatasetReader, path: str) -> list[str]:
    """The sentence for a file of several rasters.

    Args:
        dataset: the open raster.
        path: as the user gave it.
    """
    others = other_pages(dataset)
    if not others:
        return []
    count, name = len(others) + 1, without_secrets(others[0])
    return [
        f"{path} holds {count} rasters, and the first was taken; if another is meant, give its name, such as {name}."
    ]
