"""Which band of a raster says where it has data: one that is declared to do so, and not one that shows something."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rasterio.enums import ColorInterp
from rasterio.io import DatasetReader


def alpha_band(dataset: DatasetReader, catalogue: Sequence[str] = (), used: Collection[int] = ()) -> int | None:
    """The band that says where there is data: 0 where there is none. None where no band does.

    Args:
        dataset: the open raster.
        catalogue: what a catalogue calls each band; empty where there is none.
        used: bands, from 1, that are read as data.
    """
    words = catalogue or dataset.descriptions
    for band, kind in zip(dataset.indexes, dataset.colorinterp):
        shows = str(words[band - 1] or "").strip().lower() not in ("", "alpha")
        if kind == ColorInterp.alpha and band not in used and not shows:
            return int(band)
    return None
