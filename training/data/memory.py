"""Scenes kept in memory at half the model's pixel size, so that crops of any magnification cost little."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from training.data.codes import Codes
from training.data.resize import Box, Pixels, resize_codes, resize_image
from training.data.scenes import Scene

FINER = 2.0
"""Kept px a model px: crops are magnified, and should not be blurred by it."""

TOTAL_MPX = 2000.0
"""Mpx kept in memory by all processes together, at four bytes each; what was not used for longest goes first."""


class Memory:
    """Reads windows of scenes in model px, through arrays at up to `FINER` times as many px.

    What is read does not depend on what is kept: scenes that are too large are read by window from
    the same finer grid.

    Args:
        pixel_size: of the model, m.
        each_mpx: scenes up to this many Mpx are kept.
        fill: of px without data, 0 to 255 a band.
        total_mpx: kept altogether.
    """

    def __init__(
        self, pixel_size: float, each_mpx: float, fill: Sequence[int] = (0,), total_mpx: float = TOTAL_MPX
    ) -> None:
        self._pixel_size = pixel_size
        self._each = each_mpx * 1e6
        self._total = total_mpx * 1e6
        self._fill = tuple(fill)
        self._kept: OrderedDict[str, tuple[Pixels, Codes]] = OrderedDict()

    def fine_shape(self, scene: Scene) -> tuple[int, int]:
        """Rows and columns of the finer grid, which never has more px than the file."""
        rows, cols = scene.extent(self._pixel_size / FINER)
        return (min(scene.shape[0], max(1, round(rows))), min(scene.shape[1], max(1, round(cols))))

    def read(self, scene: Scene, box: Box, shape: tuple[int, int]) -> tuple[Pixels, Codes]:
        """A window of a scene; where it reaches beyond the lower or right edge, the scene is mirrored.

        Args:
            scene: any scene.
            box: the window in model px; its upper left corner inside the scene.
            shape: rows and columns of the result.

        Returns:
            The image ``(h, w, B) uint8`` and its codes ``(h, w) uint8``.

        Raises:
            RasterError: the image cannot be read.
            DataError: the labels cannot be read.
        """
        fine, extent = self.fine_shape(scene), scene.extent(self._pixel_size)
        inner = box.scaled(fine[0] / extent[0], fine[1] / extent[1])
        # One px more around, for interpolation.
        top, left = max(0, math.floor(inner.row) - 1), max(0, math.floor(inner.col) - 1)
        bottom, right = _end(inner.row + inner.rows), _end(inner.col + inner.cols)
        image, codes = self._piece(scene, fine, (top, min(bottom, fine[0])), (left, min(right, fine[1])))
        if inner.row + inner.rows > fine[0] + 1e-6 or inner.col + inner.cols > fine[1] + 1e-6:
            missing = ((0, max(0, bottom - fine[0])), (0, max(0, right - fine[1])))
            codes = np.pad(codes, missing, mode="symmetric")
            image = np.pad(image, (*missing, (0, 0)), mode="symmetric")
        inner = inner.moved(-top, -left).within(codes.shape)
        return resize_image(image, inner, shape), resize_codes(codes, inner, shape)

    def _piece(
        self, scene: Scene, fine: tuple[int, int], rows: tuple[int, int], cols: tuple[int, int]
    ) -> tuple[Pixels, Codes]:
        """Whole px of the finer grid."""
        if fine[0] * fine[1] <= self._each:
            image, codes = self._whole(scene, fine)
            return image[slice(*rows), slice(*cols)], codes[slice(*rows), slice(*cols)]
        box = Box(rows[0], cols[0], rows[1] - rows[0], cols[1] - cols[0])
        there = box.scaled(scene.shape[0] / fine[0], scene.shape[1] / fine[1]).within(scene.shape)
        return scene.read(there, (rows[1] - rows[0], cols[1] - cols[0]), self._fill)

    def _whole(self, scene: Scene, fine: tuple[int, int]) -> tuple[Pixels, Codes]:
        kept = self._kept.pop(scene.name, None)
        if kept is None:
            self._make_room(fine[0] * fine[1])
            kept = scene.read(Box(0, 0, *scene.shape), fine, self._fill)
        self._kept[scene.name] = kept
        return kept

    def _make_room(self, px: int) -> None:
        while self._kept and px + sum(codes.size for _, codes in self._kept.values()) > self._total:
            self._kept.popitem(last=False)


def _end(value: float) -> int:
    """The px after a border, and one more."""
    return math.ceil(value - 1e-6) + 1
