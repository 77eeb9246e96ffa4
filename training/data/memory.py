"""Scenes kept in memory at half the model's pixel size, so that crops of any magnification cost little."""

from __future__ import annotations

import math
import os
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from training.data.codes import Codes
from training.data.resize import Box, Pixels, resize_codes, resize_image
from training.data.scenes import Scene

FINER = 2.0
"""Kept px a model px: crops are magnified, and should not be blurred by it."""

_SHARE = 0.25
"""Of the machine's memory, kept by the training processes on it and their helpers together."""

_AT_LEAST = 2e9
"""Bytes that are kept where the machine does not tell its memory."""


class Memory:
    """Reads windows of scenes in model px, through arrays at up to `FINER` times as many px.

    What is read does not depend on what is kept: scenes that are too large are read by window from
    the same finer grid.

    Args:
        pixel_size: of the model, m.
        each_mpx: scenes up to this many Mpx are kept.
        fill: of px without data, 0 to 255 a band.
        total_mpx: kept altogether; what was not used for longest goes first. None for a share of the machine's memory.
    """

    def __init__(
        self, pixel_size: float, each_mpx: float, fill: Sequence[int] = (0,), total_mpx: float | None = None
    ) -> None:
        self._pixel_size = pixel_size
        self._each = each_mpx * 1e6
        self._total = _room(len(fill)) if total_mpx is None else total_mpx * 1e6
        self._fill = tuple(fill)
        self._kept: OrderedDict[str, tuple[Pixels, Codes]] = OrderedDict()
        self._shared: dict[str, tuple[Pixels, Codes]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Without px: a process that is not forked reads its own."""
        return {**self.__dict__, "_kept": OrderedDict(), "_shared": {}}

    def share(self, scenes: Sequence[Scene], helpers: int) -> None:
        """Read now as many scenes as there is room for, so that helpers forked from this process share them.

        Args:
            scenes: earlier ones go first.
            helpers: how many processes; the last tenth of the room is divided among them for scenes left out.

        Raises:
            RasterError: an image cannot be read.
            DataError: labels cannot be read.
        """
        room, chosen = 0.9 * self._total, []
        for scene in scenes:
            size = math.prod(self.fine_shape(scene))
            if size <= min(room, self._each):
                chosen.append(scene)
                room -= size
        with ThreadPoolExecutor() as pool:
            self._shared = dict(zip((scene.name for scene in chosen), pool.map(self._read_whole, chosen)))
        self._total *= 0.1 / helpers

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
        if math.prod(fine) <= self._each:
            image, codes = self._whole(scene)
            return image[slice(*rows), slice(*cols)], codes[slice(*rows), slice(*cols)]
        box = Box(rows[0], cols[0], rows[1] - rows[0], cols[1] - cols[0])
        there = box.scaled(scene.shape[0] / fine[0], scene.shape[1] / fine[1]).within(scene.shape)
        return scene.read(there, (rows[1] - rows[0], cols[1] - cols[0]), self._fill)

    def _whole(self, scene: Scene) -> tuple[Pixels, Codes]:
        """All of a scene on the finer grid, read once if it can be kept."""
        if scene.name in self._shared:
            return self._shared[scene.name]
        if scene.name not in self._kept:
            self._make_room(math.prod(self.fine_shape(scene)))
            self._kept[scene.name] = self._read_whole(scene)
        self._kept.move_to_end(scene.name)
        return self._kept[scene.name]

    def _read_whole(self, scene: Scene) -> tuple[Pixels, Codes]:
        return scene.read(Box(0, 0, *scene.shape), self.fine_shape(scene), self._fill)

    def _make_room(self, px: int) -> None:
        """Forget scenes, those not used for longest first, until there is room for so many px or none is left."""
        while self._kept and px + sum(codes.size for _, codes in self._kept.values()) > self._total:
            self._kept.popitem(last=False)


def _room(bands: int) -> float:
    """Px of scenes that a training process may keep."""
    memory = _AT_LEAST
    if hasattr(os, "sysconf"):
        memory = max(memory, _SHARE * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    # Processes that torchrun starts on this machine share it.
    return memory / int(os.environ.get("LOCAL_WORLD_SIZE", "1")) / (bands + 1)


def _end(value: float) -> int:
    """The px after a border, and one more."""
    return math.ceil(value - 1e-6) + 1
