"""Which bands of a raster a model reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Optional

from rasterio.enums import ColorInterp
from rasterio.io import DatasetReader

from satseg_core.errors import RasterError, UsageError

Choice = tuple[list[int], Optional[Mapping[int, tuple[int, ...]]], list[str]]
"""The band numbers to read, the palette if the one band is an index, and warnings."""


def choose_bands(dataset: DatasetReader, path: str, names: Sequence[str], bands: Sequence[int] | None) -> Choice:
    """Which bands a model reads.

    Args:
        dataset: the open raster.
        path: as the user gave it.
        names: the bands that the model expects, in order.
        bands: 1-based numbers that the user gave, or None.

    Raises:
        RasterError: there are too few bands.
        UsageError: a band number does not exist, or their count is not the model's.
    """
    if bands:
        return _given_bands(dataset, path, names, bands), None, []
    data = [i for i, kind in zip(dataset.indexes, dataset.colorinterp) if kind != ColorInterp.alpha]
    listing = ", ".join(names)
    if len(data) == 1 and len(names) == 3 and _palette(dataset, data[0]):
        return data * 3, _palette(dataset, data[0]), []
    matched = _bands_by_name(dataset, data, names)
    if matched:
        return matched, None, []
    if len(data) >= len(names):
        return data[: len(names)], None, _order_warning(path, data, names)
    if len(data) == 1:
        return (
            data * len(names),
            None,
            [f"{path} has one band, used for {listing} alike: expect a poorer map than from colours."],
        )
    raise RasterError(
        f"{path} has {len(data)} bands and the model reads {len(names)} ({listing}); say which with --bands."
    )


def _given_bands(dataset: DatasetReader, path: str, names: Sequence[str], bands: Sequence[int]) -> list[int]:
    if len(bands) != len(names):
        raise UsageError(
            f"The model reads {len(names)} bands ({', '.join(names)}), --bands names {len(bands)}; name {len(names)}."
        )
    missing = [band for band in bands if band not in dataset.indexes]
    if missing:
        raise UsageError(f"{path} has no band {missing[0]}; its bands are 1 to {dataset.count}.")
    return list(bands)


def _palette(dataset: DatasetReader, band: int) -> Mapping[int, tuple[int, ...]] | None:
    if dataset.colorinterp[band - 1] != ColorInterp.palette:
        return None
    try:
        return dict(dataset.colormap(band))
    except ValueError:
        return None


def _bands_by_name(dataset: DatasetReader, data: Sequence[int], names: Sequence[str]) -> list[int]:
    """Bands whose colour interpretation or description is what the model asks for; empty unless all are found."""
    for labels in (
        [kind.name.lower() for kind in dataset.colorinterp],
        [(text or "").strip().lower() for text in dataset.descriptions],
    ):
        found = [next((i for i in data if labels[i - 1] == name.lower()), 0) for name in names]
        if all(found):
            return found
    return []


def _order_warning(path: str, data: Sequence[int], names: Sequence[str]) -> list[str]:
    if len(data) == len(names) == 1:
        return []
    used = ", ".join(f"{band} as {name}" for band, name in zip(data, names))
    return [f"{path} does not say what its bands show; band {used} was assumed: choose others with --bands."]
