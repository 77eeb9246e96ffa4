"""Which px of a raster were ever given a value: GDAL gives 0 for the rest, and nothing says so.

Of a raster made of others these are the px that come from one of them, of a GeoTIFF those of the blocks in the file.
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Callable
from xml.etree import ElementTree  # nosec B405 # what GDAL itself has written anew is parsed, see below

import numpy as np
import pyogrio
from numpy.typing import NDArray
from rasterio.io import DatasetReader

from satseg_core.raster.sparse import Rect, written
from satseg_core.remote.names import is_elsewhere

Open = Callable[[str], DatasetReader]
"""Opens a raster by its name."""

BETWEEN = "gaps between the rasters that it is made of"
NEVER_WRITTEN = "parts of the file that were never written"
"""What is not covered, for run records."""

_SLACK = 1e-3
"""GDAL takes a px as covered if a source covers more of it than this, px."""

_DEEPEST = 8
"""Virtual rasters in one another that are looked into."""

_SOURCES = frozenset(
    ("SimpleSource", "ComplexSource", "AveragedSource", "KernelFilteredSource", "NoDataFromMaskSource")
)


@dataclass(frozen=True)
class Coverage:
    """The px that come from a source.

    Attributes:
        rects: ``(n, 4) int64``, first column and row, and those after the last.
        shape: height and width of the raster.
        rest: what the other px are, one of `BETWEEN` and `NEVER_WRITTEN`.
    """

    rects: NDArray[np.int64]
    shape: tuple[int, int]
    rest: str = BETWEEN

    @classmethod
    def of(cls, rects: Sequence[Rect], shape: tuple[int, int], rest: str = BETWEEN) -> Coverage:
        """Of the px that rectangles touch."""
        found = np.asarray(rects, np.float64).reshape(-1, 4)
        limits = np.array([shape[1], shape[0]])
        first = np.floor(found[:, :2] + _SLACK).clip(0, limits)
        after = np.ceil(found[:, 2:] - _SLACK).clip(0, limits)
        whole = np.concatenate([first, after], axis=1).astype(np.int64)
        return cls(np.unique(whole[(after > first).all(axis=1)], axis=0), shape, rest)

    def at(self, rows: NDArray[np.int64], cols: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether the px of some rows and columns, both rising, are covered, ``(rows, columns) bool``."""
        covered = np.zeros((len(rows), len(cols)), bool)
        left, top, right, low = self.rects.T
        near = (left <= cols[-1]) & (right > cols[0]) & (top <= rows[-1]) & (low > rows[0])
        for x, y, beyond, below in self.rects[near]:
            down, across = np.searchsorted(rows, (y, below)), np.searchsorted(cols, (x, beyond))
            covered[down[0] : down[1], across[0] : across[1]] = True
        return covered

    def is_whole(self) -> bool:
        """Whether there is no gap."""
        height, width = self.shape
        edges = np.unique(np.concatenate([[0, height], self.rects[:, 1], self.rects[:, 3]]))
        return all(_reaches(self.rects[(self.rects[:, 1] <= y) & (self.rects[:, 3] > y)], width) for y in edges[:-1])


def _reaches(rects: NDArray[np.int64], width: int) -> bool:
    """Whether rectangles, sorted by their left edges, leave no column of a row out."""
    if not len(rects):
        return False
    right = np.maximum.accumulate(rects[:, 2])
    return bool(rects[0, 0] == 0 and right[-1] == width and (rects[1:, 0] <= right[:-1]).all())


def gaps(dataset: DatasetReader, band: int, opened: Open) -> Coverage | None:
    """What covers a band; None if there is no gap, or nobody can know.

    Of virtual rasters that are warped, pansharpened or computed from others it is not known.

    Args:
        dataset: the open raster.
        band: from 1.
        opened: opens what it lists.

    Raises:
        RasterioError: a virtual raster that it lists cannot be opened.
    """
    in_file = written(dataset, band)
    made = _indexed(dataset) if dataset.driver == "GTI" else _covered(dataset, band, opened, _DEEPEST)
    rects = made if in_file is None else in_file
    if rects is None:
        return None
    coverage = Coverage.of(rects, dataset.shape, BETWEEN if in_file is None else NEVER_WRITTEN)
    return None if coverage.is_whole() else coverage


def _covered(dataset: DatasetReader, band: int, opened: Open, deep: int) -> list[Rect] | None:
    """Rectangles that the sources of a virtual raster's band lie in; None for all of it."""
    content = dataset.tags(ns="xml:VRT").get("xml:VRT") if dataset.driver == "VRT" and deep else None
    if not content:
        return None
    root = ElementTree.fromstring(content)  # nosec B314 # no file, but what GDAL made of it
    described = root.findall("VRTRasterBand")
    if root.get("subClass") or len(described) < band or described[band - 1].get("subClass"):
        return None
    sources = [element for element in described[band - 1] if element.tag.endswith("Source")]
    rects: list[Rect] = []
    for source in sources:
        found = _of_source(source, dataset.name, opened, deep) if source.tag in _SOURCES else None
        if found is None:
            return None
        rects += found
    # A band without any source is meant to be 0.
    return rects if sources else None


def _of_source(source: ElementTree.Element, name: str, opened: Open, deep: int) -> list[Rect] | None:
    target = _rect(source.find("DstRect"))
    if target is None:
        return None
    part = _rect(source.find("SrcRect"))
    inner = _of_nested(source, name, opened, deep)
    if part is None:
        return [target] if inner is None else None
    properties = source.find("SourceProperties")
    if inner is None:
        size = (math.inf, math.inf)
        if properties is not None:
            size = (float(properties.get("RasterXSize", "inf")), float(properties.get("RasterYSize", "inf")))
        inner = [(0.0, 0.0, *size)]
    return [moved for rect in inner for moved in _moved(rect, part, target)]


def _of_nested(source: ElementTree.Element, name: str, opened: Open, deep: int) -> list[Rect] | None:
    """The rectangles of a source that is itself a virtual raster, in its own px."""
    listed = source.find("SourceFilename")
    file = (listed.text or "").strip() if listed is not None else ""
    if not file.lower().partition("?")[0].endswith(".vrt"):
        return None
    if listed is not None and listed.get("relativeToVRT") == "1":
        file = _beside(name, file)
    band = source.findtext("SourceBand", "1").strip()
    with opened(file) as inner:
        if not band.isdigit() or inner.nodatavals[int(band) - 1] is not None:
            return None
        return _covered(inner, int(band), opened, deep - 1)


def _beside(name: str, file: str) -> str:
    """The name of a file beside another one."""
    if is_elsewhere(name) or name.startswith("/vsi"):
        return posixpath.join(posixpath.dirname(name), file)
    return str(Path(name).parent / file)


def _rect(element: ElementTree.Element | None) -> Rect | None:
    """A rectangle as GDAL writes it; None if there is none, or it says to take everything."""
    if element is None:
        return None
    x, y, width, height = (float(element.get(key, "-1")) for key in ("xOff", "yOff", "xSize", "ySize"))
    return (x, y, x + width, y + height) if width > 0 and height > 0 else None


def _moved(rect: Rect, part: Rect, target: Rect) -> Iterator[Rect]:
    """Where a rectangle of a source comes to lie, if it shares anything with the part of it that is shown."""
    left, top = max(rect[0], part[0]), max(rect[1], part[1])
    right, low = min(rect[2], part[2]), min(rect[3], part[3])
    if left < right and top < low:
        across = (target[2] - target[0]) / (part[2] - part[0])
        down = (target[3] - target[1]) / (part[3] - part[1])
        yield (
            target[0] + (left - part[0]) * across,
            target[1] + (top - part[1]) * down,
            target[0] + (right - part[0]) * across,
            target[1] + (low - part[1]) * down,
        )


def _indexed(dataset: DatasetReader) -> list[Rect] | None:
    """Rectangles that the rasters of an index (GTI) lie in; None if its file is not understood."""
    name = dataset.name.removeprefix("GTI:")
    transform = dataset.transform
    if not transform.is_rectilinear or transform.b or not Path(name).is_file():
        return None
    try:
        bounds = pyogrio.read_bounds(name)[1]
    except (RuntimeError, ValueError):  # its errors are the one or the other
        return None
    x = (np.asarray(bounds[[0, 2]]) - transform.c) / transform.a
    y = (np.asarray(bounds[[1, 3]]) - transform.f) / transform.e
    # Coordinates in an index are rounded: nearly whole px are meant to be whole.
    x, y = (np.where(np.abs(v - np.rint(v)) < 0.01, np.rint(v), v) for v in (np.sort(x, axis=0), np.sort(y, axis=0)))
    return [(float(a), float(b), float(c), float(d)) for a, b, c, d in zip(x[0], y[0], x[1], y[1])]
