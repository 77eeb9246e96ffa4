"""From blended scores to the classes of pixels: bilinear interpolation, arg-max, confidence.

Every step works element by element in a fixed order, so that a pixel gets the same bits whatever block,
process or order of work it is computed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Optional

import numpy as np
from numpy.typing import NDArray

from satseg_core.raster.grid import Block, Lattice
from satseg_core.scores import Scores

_CHUNK_VALUES = 2**20
"""Most interpolated values of a class held at a time: they should stay in the processor's cache."""

_GROUP_ROWS = 16
"""Px rows that are looked at together at least, so that small cells do not make many small steps."""

Classified = tuple[NDArray[np.uint8], Optional[NDArray[np.uint8]]]
"""Class codes ``(h, w) uint8`` and confidence ``(h, w) uint8`` in percent, if asked for."""

_Taps = tuple[NDArray[np.intp], NDArray[np.float32]]


def classify(
    lattice: Lattice, block: Block, scores: Scores, codes: Sequence[int], temperature: float | None = None
) -> Classified:
    """Bring scores back to raster px (bilinear) and take the best class of each.

    Args:
        lattice: of the raster.
        block: the px to classify.
        scores: blended scores on ``lattice.cells_of(block)``.
        codes: class code of each score band.
        temperature: divides scores before the softmax whose largest value is the confidence; None for no confidence.

    Returns:
        See `Classified`. Where classes tie, the first of the legend wins.
    """
    down, across = _taps(lattice, block)
    labels = _labels(scores, down, across, np.asarray(codes, np.uint8))
    return labels, None if temperature is None else _confidence(scores, down, across, temperature)


def interpolate(
    lattice: Lattice, block: Block, scores: Scores, rows: NDArray[np.intp], cols: NDArray[np.intp]
) -> Scores:
    """Scores of some px of a block, with the bits that `classify` sees.

    Args:
        lattice: of the raster.
        block: where the px lie.
        scores: blended scores on ``lattice.cells_of(block)``.
        rows: ``(h,)``, counted from the block's first.
        cols: ``(w,)``, the same.

    Returns:
        ``(C, h, w) float32``.
    """
    (first_y, weight_y), (first_x, weight_x) = _taps(lattice, block)
    across = _between(scores, first_x[cols], weight_x[cols], axis=2)
    return _between(across, first_y[rows], weight_y[rows], axis=1)


def _taps(lattice: Lattice, block: Block) -> tuple[_Taps, _Taps]:
    """Down and across, which cells the px of a block lie between, counted from the block's first, and where."""
    down, across = lattice.cells_of(block)
    first_y, weight_y = lattice.rows.taps(block.rows)
    first_x, weight_x = lattice.cols.taps(block.cols)
    return (first_y - down.start, weight_y), (first_x - across.start, weight_x)


def _between(values: Scores, first: NDArray[np.intp], weight: NDArray[np.float32], axis: int) -> Scores:
    """Linear interpolation along an axis: ``values[first] + (values[first + 1] - values[first]) * weight``."""
    return _along(values, _steps(values, axis), first, weight, axis)


def _steps(values: Scores, axis: int) -> Scores:
    """From each value to the next one along an axis; 0 from the last."""
    steps = np.zeros_like(values)
    before = tuple(slice(-1 if i == axis else None) for i in range(values.ndim))
    after = tuple(slice(1 if i == axis else 0, None) for i in range(values.ndim))
    np.subtract(values[after], values[before], out=steps[before])
    return steps


def _along(values: Scores, steps: Scores, first: NDArray[np.intp], weight: NDArray[np.float32], axis: int) -> Scores:
    """`_between`, given the `_steps`."""
    shape = [1] * values.ndim
    shape[axis] = -1
    result = steps.take(first, axis=axis)
    result *= weight.reshape(shape)
    result += values.take(first, axis=axis)
    return result


def _labels(scores: Scores, down: _Taps, across: _Taps, lookup: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Codes of the px.

    A class that is the best at all four cells around a px is the best at the px, as interpolation weighs every class
    alike. So scores are interpolated only between cells that disagree.
    """
    (first_y, weight_y), (first_x, weight_x) = down, across
    best = _first_best(iter(scores))
    labels = np.take(np.take(lookup[best], first_y, axis=0), first_x, axis=1)
    disputed = _disputed(best)
    steps = _steps(scores, axis=2)
    for rows in _groups(first_y, _CHUNK_VALUES // max(len(first_x), 1)):
        squares = np.any(disputed[first_y[rows.start] : first_y[rows.stop - 1] + 1], axis=0)
        cols = np.flatnonzero(np.take(squares, first_x))
        if cols.size:
            values = _interpolated(scores, steps, (first_y[rows], weight_y[rows]), (first_x[cols], weight_x[cols]))
            labels[rows, cols] = lookup[_first_best(values)]
    return labels


def _disputed(best: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """``(h, w) bool``: whether the classes of a cell, the next one across, and the two below them differ."""
    around = np.pad(best, ((0, 1), (0, 1)), mode="edge")
    right, below, across = around[:-1, 1:], around[1:, :-1], around[1:, 1:]
    disputed: NDArray[np.bool_] = (best != right) | (best != below) | (best != across)
    return disputed


def _groups(first_y: NDArray[np.intp], most: int) -> Iterator[slice]:
    """Cut px rows where they pass from cell to cell, into stretches of `_GROUP_ROWS` to ``most`` rows, about."""
    edges = [*(np.flatnonzero(np.diff(first_y)) + 1).tolist(), len(first_y)]
    start = 0
    for edge in edges:
        if edge - start >= _GROUP_ROWS or edge == len(first_y):
            for row in range(start, edge, max(most, 1)):
                yield slice(row, min(row + max(most, 1), edge))
            start = edge


def _interpolated(scores: Scores, steps: Scores, down: _Taps, across: _Taps) -> Iterator[Scores]:
    """The scores of the px, ``(h, w) float32``, class by class, given the `_steps` across.

    Across first: there are fewer rows of cells than of px, and to gather rows is faster than to gather columns.
    """
    first_y, weight_y = down
    top, bottom = first_y[0], first_y[-1] + 2
    for band, step in zip(scores[:, top:bottom], steps[:, top:bottom]):
        yield _between(_along(band, step, *across, axis=1), first_y - top, weight_y, axis=0)


def _first_best(values: Iterator[Scores]) -> NDArray[np.uint8]:
    """Index of the largest value of each px; faster than arg-max across a stack of bands."""
    best = next(values).copy()
    labels = np.zeros(best.shape, np.uint8)
    for number, band in enumerate(values, 1):
        np.copyto(labels, np.uint8(number), where=band > best)
        np.maximum(best, band, out=best)
    return labels


def _confidence(scores: Scores, down: _Taps, across: _Taps, temperature: float) -> NDArray[np.uint8]:
    """Softmax probability of the best class, in whole percent."""
    (first_y, weight_y), size = down, len(across[0])
    scaled = scores / np.float32(temperature)
    percent = np.empty((len(first_y), size), np.uint8)
    steps = _steps(scaled, axis=2)
    step = max(_CHUNK_VALUES // (len(scores) * size), 1)
    for start in range(0, len(first_y), step):
        rows = slice(start, start + step)
        values = list(_interpolated(scaled, steps, (first_y[rows], weight_y[rows]), across))
        percent[rows] = _percent(values)
    return percent


def _percent(values: Sequence[Scores]) -> NDArray[np.uint8]:
    """Largest of the softmax probabilities, in whole percent; overwrites ``values``."""
    best = values[0].copy()
    for band in values[1:]:
        np.maximum(best, band, out=best)
    total = np.zeros_like(best)
    for band in values:
        np.subtract(band, best, out=band)
        total += np.exp(band, out=band)
    np.divide(100, total, out=total)
    return np.rint(total, out=total).astype(np.uint8)
