"""Small areas go to a neighbour: what a map of a coarser scale would not show.

An area that is too small gets the class of the neighbour that it shares the longest border with (of equal ones the
larger, of these the one whose first px comes first), and becomes one with it and with all other neighbours of that
class. The smallest go first: of neighbours that are all too small only the smallest changes, and then all are looked at
again. Class codes are never averaged, nodata is no neighbour and never grows or shrinks, and the result depends on the
map alone, not on the blocks that it is read in.

All that is held in memory is a graph of areas and their borders, not the raster.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from satseg_core.errors import OutputError, UsageError
from satseg_core.raster.equal_area import EqualArea
from satseg_core.raster.labels import BLOCK, Codes, code_blocks, count_blocks, nodata_of
from satseg_core.raster.regions import Ints, Numbers, Regions, borders, components, find_regions, gathered

Progress = Callable[[float], None]

SCAN, ABSORB = 0.4, 0.2
"""Shares of the time that reading the map and merging take; the rest is writing."""


@dataclass(frozen=True)
class Areas:
    """The areas of a map as a graph.

    Attributes:
        codes: class code of each area, ``(n,)``.
        pixels: its size, ``(n,)``.
        first: its first px, counted row by row through the raster, ``(n,)``.
        one: one end of each border, ``(m,)``.
        other: the other end.
        lengths: of the borders, edges of px.
    """

    codes: Codes
    pixels: Ints
    first: Ints
    one: Numbers
    other: Numbers
    lengths: Numbers

    def united(self, one: Numbers, other: Numbers) -> tuple[Areas, Ints]:
        """The graph with some areas made one, and the new number of each; the code is that of the first."""
        root = components(len(self.codes), one, other)
        is_root = root == np.arange(len(root))
        number = (np.cumsum(is_root) - 1)[root]
        count = int(is_root.sum())
        pixels = np.bincount(number, self.pixels, count).astype(np.int64)
        first = np.full(count, np.iinfo(np.int64).max)
        np.minimum.at(first, number, self.first)
        ends, others = number[self.one], number[self.other]
        apart = ends != others
        return Areas(
            self.codes[is_root], pixels, first, *gathered(ends[apart], others[apart], self.lengths[apart])
        ), number


def generalized(dataset: DatasetReader, threshold: int, path: Path, progress: Progress, block: int = BLOCK) -> None:
    """Write the map with its small areas merged away.

    Args:
        dataset: the classified raster.
        threshold: fewest px that an area may have; areas with nothing but nodata around them may have fewer.
        path: GeoTIFF to make, on the same grid, with the nodata that `nodata_of` says.
        progress: told of the share that is done; may raise to stop.
        block: side of the blocks that are read, px.

    Raises:
        OutputError: the file cannot be written.
    """
    areas, area_of, starts = _scan(dataset, block, progress)
    areas, number = absorbed(areas, threshold, lambda done: progress(SCAN + ABSORB * done))
    codes = areas.codes[number[area_of]]
    profile = {
        "driver": "GTiff", "count": 1, "dtype": codes.dtype.name, "nodata": nodata_of(codes), "height": dataset.height,
        "width": dataset.width, "crs": dataset.crs, "transform": dataset.transform, "tiled": True, "blockxsize": 512,
        "blockysize": 512, "compress": "DEFLATE", "zlevel": 1, "bigtiff": "IF_SAFER",
    }  # fmt: skip
    try:
        with rasterio.open(path, "w", **profile) as target:
            for done, (window, old) in enumerate(code_blocks(dataset, block), 1):
                new = codes[starts[done - 1] + find_regions(old)[0]]
                target.write(new, 1, window=window)
                progress(SCAN + ABSORB + (1 - SCAN - ABSORB) * done / len(starts))
    except RasterioError as error:
        raise OutputError(f"Cannot write to {path.parent} ({error}); check the disk's free space.") from error


def smallest_px(min_area: float, dataset: DatasetReader, ground: EqualArea | None) -> int:
    """The fewest px that an area of ``min_area`` m² (px² without ``ground``) may have.

    Raises:
        UsageError: the raster's middle is not on the ground.
    """
    pixel = 1.0
    if ground:
        pixel = float(ground.pixels(dataset.height // 2, dataset.width // 2, 1, 1)[0, 0])
    if not pixel > 0:
        raise UsageError(
            "The raster's middle is not on the ground: leave the smallest area out, it has no meaning here."
        )
    return min(math.ceil(min_area / pixel), int(dataset.height * dataset.width))


def absorbed(areas: Areas, threshold: int, progress: Progress = lambda _: None) -> tuple[Areas, Ints]:
    """Merge areas that are too small, in rounds.

    Args:
        areas: the graph.
        threshold: fewest px of an area.
        progress: told of the share that is done, by the number of areas that are too small.

    Returns:
        The graph that is left, and the number in it of each area that was.
    """
    number = np.arange(len(areas.codes))
    most = 0
    while True:
        areas = _needed(areas, threshold)
        found, targets, left = _round(areas, threshold)
        most = max(most, left)
        progress(1 - left / most if most else 1.0)
        if not len(found):
            return areas, number
        codes = areas.codes.copy()
        codes[found] = codes[targets]
        same = codes[areas.one] == codes[areas.other]
        areas, new = replace(areas, codes=codes).united(areas.one[same], areas.other[same])
        number = new[number]


def _needed(areas: Areas, threshold: int) -> Areas:
    """Without the borders that nothing will happen at: with nodata, and between areas that are large enough."""
    data, small = areas.codes != nodata_of(areas.codes), areas.pixels < threshold
    keep = data[areas.one] & data[areas.other] & (small[areas.one] | small[areas.other])
    return replace(areas, one=areas.one[keep], other=areas.other[keep], lengths=areas.lengths[keep])


def _round(areas: Areas, threshold: int) -> tuple[Ints, Ints, int]:
    """Small areas that are smaller than all small neighbours, the neighbour each goes to, and how many are small."""
    small = np.flatnonzero(areas.pixels < threshold)
    rank = np.full(len(areas.codes), np.iinfo(np.int64).max)
    rank[small[np.lexsort((areas.first[small], areas.pixels[small]))]] = np.arange(len(small))
    ends = np.concatenate([areas.one, areas.other])
    others = np.concatenate([areas.other, areas.one])
    lengths = np.concatenate([areas.lengths, areas.lengths])
    lowest = np.full(len(rank), np.iinfo(np.int64).max)
    np.minimum.at(lowest, ends, rank[others])
    acts = rank[ends] < lowest[ends]
    ends, others, lengths = ends[acts], others[acts], lengths[acts]
    order = np.lexsort((areas.first[others], -areas.pixels[others], -lengths, ends))
    found, place = np.unique(ends[order], return_index=True)
    return found, others[order][place], len(small)


@dataclass
class _Scan:
    """What is gathered block by block: the regions of blocks are numbered through, one block after the other."""

    codes: list[Codes]
    pixels: list[Ints]
    first: list[Ints]
    borders: list[tuple[Numbers, Numbers, Numbers]]
    joined: list[tuple[Numbers, Numbers]]
    starts: list[int]

    def meet(self, one: Ints, other: Ints, codes: Codes, others: Codes) -> None:
        """Look at the px on the two sides of a frame between blocks."""
        same = codes == others
        if same.any():
            self.joined.append(gathered(one[same], other[same])[:2])
        if not same.all():
            self.borders.append(gathered(one[~same], other[~same]))


def _scan(dataset: DatasetReader, block: int, progress: Progress) -> tuple[Areas, Ints, list[int]]:
    """The areas of a map, the number of the area that each block's regions belong to, and where each block's begin."""
    scan = _Scan([], [], [], [], [], [])
    count, blocks = 0, count_blocks(dataset, block)
    above: dict[int, tuple[Ints, Codes]] = {}
    left: tuple[Ints, Codes] | None = None
    for window, codes in code_blocks(dataset, block):
        regions, found = find_regions(codes)
        scan.starts.append(count)
        _note(scan, window, codes, regions, found, count, dataset.width)
        numbers = regions.astype(np.int64) + count
        column = window.col_off
        if column in above:
            scan.meet(above[column][0], numbers[0], above[column][1], codes[0])
        if left is not None and column:
            scan.meet(left[0], numbers[:, 0], left[1], codes[:, 0])
        above[column] = (numbers[-1].copy(), codes[-1].copy())
        left = (numbers[:, -1].copy(), codes[:, -1].copy())
        count += found
        progress(SCAN * len(scan.starts) / blocks)
    parts = Areas(
        np.concatenate(scan.codes),
        np.concatenate(scan.pixels),
        np.concatenate(scan.first),
        *(np.concatenate([border[i] for border in scan.borders]) for i in range(3)),
    )
    joins = [np.concatenate([np.empty(0, np.int32), *(pair[i] for pair in scan.joined)]) for i in range(2)]
    starts = scan.starts
    del scan  # twice would be too much
    areas, number = parts.united(*joins)
    return areas, number, starts


def _note(
    scan: _Scan, window: Window, codes: Codes, regions: Regions, count: int, start: int, raster_width: int
) -> None:
    """Take down the regions of a block and their borders inside of it."""
    flat = regions.ravel()
    place = np.full(count, flat.size)
    np.minimum.at(place, flat, np.arange(flat.size))
    rows, columns = np.divmod(place, codes.shape[1])
    scan.codes.append(codes.ravel()[place])
    scan.pixels.append(np.bincount(flat, minlength=count))
    scan.first.append((rows + window.row_off) * raster_width + columns + window.col_off)
    one, other, lengths = borders(regions)
    scan.borders.append((one + np.int32(start), other + np.int32(start), lengths))
