"""Images and labels in memory to another size: images averaged or interpolated, labels by majority or nearest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from training.data.codes import Codes

Pixels = npt.NDArray[np.uint8]
"""An image, ``(H, W, B) uint8``."""


class Box(NamedTuple):
    """A rectangle of px, from the upper left corner; fractions allowed."""

    row: float
    col: float
    rows: float
    cols: float

    def scaled(self, down: float, right: float) -> Box:
        """The same ground in other px: ``down`` and ``right`` of them a px of this box."""
        return Box(self.row * down, self.col * right, self.rows * down, self.cols * right)

    def moved(self, down: float, right: float) -> Box:
        """The box some px further down and right."""
        return self._replace(row=self.row + down, col=self.col + right)

    def within(self, shape: tuple[int, ...]) -> Box:
        """Without the rounding errors by which the box reaches beyond an image of this shape."""
        row, col = max(0.0, self.row), max(0.0, self.col)
        return Box(row, col, min(self.rows, shape[0] - row), min(self.cols, shape[1] - col))

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom, px."""
        return (self.col, self.row, self.col + self.cols, self.row + self.rows)


def shrinks(box: Box, shape: tuple[int, int]) -> bool:
    """Whether a box has more px than its picture of ``shape`` along any axis."""
    return box.rows > shape[0] * 1.0001 or box.cols > shape[1] * 1.0001


def resize_image(image: Pixels, box: Box, shape: tuple[int, int]) -> Pixels:
    """A part of an image at another size.

    Averaged when it shrinks, every px by the area that counts; bilinear when it grows.

    Args:
        image: ``(H, W, B) uint8``.
        box: the part, inside the image.
        shape: rows and columns of the result.

    Returns:
        ``(h, w, B) uint8``.
    """
    method = Image.Resampling.BOX if shrinks(box, shape) else Image.Resampling.BILINEAR
    if image.shape[2] == 3:
        return _resized(image, box, shape, method)
    # Pillow has no pictures of other counts of bands whose last one is not opacity.
    return np.stack([_resized(band, box, shape, method) for band in image.transpose(2, 0, 1)], axis=2)


def _resized(array: npt.NDArray[np.uint8], box: Box, shape: tuple[int, int], method: Image.Resampling) -> Pixels:
    picture = Image.fromarray(np.ascontiguousarray(array))
    return np.asarray(picture.resize((shape[1], shape[0]), method, box=box.corners))


def resize_codes(codes: Codes, box: Box, shape: tuple[int, int]) -> Codes:
    """A part of a label image at another size: the code with the most area when it shrinks, else the nearest.

    Args:
        codes: ``(H, W) uint8``.
        box: the part, inside the image.
        shape: rows and columns of the result.

    Returns:
        ``(h, w) uint8``.
    """
    if not shrinks(box, shape):
        return _resized(codes, box, shape, Image.Resampling.NEAREST)
    present = np.flatnonzero(np.bincount(codes.ravel(), minlength=1))
    if len(present) == 1:
        return np.full(shape, present[0], np.uint8)
    result = np.full(shape, present[0], np.uint8)
    largest = np.zeros(shape, np.uint8)
    for code in present:
        share = _resized((codes == code).view(np.uint8) * np.uint8(255), box, shape, Image.Resampling.BOX)
        more = share > largest
        result[more], largest[more] = code, share[more]
    return result
