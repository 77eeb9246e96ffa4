"""Turns, mirror images and free rotation: image and labels stay on the same ground."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from training.config import Augmentation

IGNORE = 255
"""Label of px that nothing is learned from."""

Pixels = npt.NDArray[np.uint8]


def place(image: Pixels, codes: Pixels, settings: Augmentation, rng: np.random.Generator) -> tuple[Pixels, Pixels]:
    """Rotate, turn and mirror at random, as the settings allow; always gives copies.

    Args:
        image: ``(H, W, B) uint8``.
        codes: ``(H, W) uint8``.
        settings: ``rotate`` and ``turn`` matter here. Quarter turns leave crops that are not square standing.
        rng: where chance comes from.
    """
    if settings.rotate > 0:
        image, codes = rotate(image, codes, float(rng.uniform(-settings.rotate, settings.rotate)))
    if settings.turn:
        square = image.shape[0] == image.shape[1]
        image, codes = turn(image, codes, int(rng.integers(8)) if square else 2 * int(rng.integers(4)))
    return np.array(image, order="C"), np.array(codes, order="C")


def turn(image: Pixels, codes: Pixels, which: int) -> tuple[Pixels, Pixels]:
    """One of the eight turns and mirror images of a square; even ones keep the shape of any rectangle. Views."""
    image, codes = np.rot90(image, which % 4), np.rot90(codes, which % 4)
    return (image[:, ::-1], codes[:, ::-1]) if which >= 4 else (image, codes)


def rotate(image: Pixels, codes: Pixels, degrees: float) -> tuple[Pixels, Pixels]:
    """Rotate around the centre, anticlockwise.

    The image's corners are filled with its mirror image, so that no straight black edge teaches
    anything; the labels there are 255. Image bilinear, labels nearest.
    """
    around = [(math.ceil(0.21 * n),) * 2 for n in codes.shape]
    padded = np.pad(image, [*around, (0, 0)], mode="symmetric")
    inside = tuple(slice(before, -before) for before, _ in around)
    bands = [
        _rotated(padded[..., band], degrees, Image.Resampling.BILINEAR, 0)[inside] for band in range(image.shape[2])
    ]
    return np.stack(bands, axis=-1), _rotated(codes, degrees, Image.Resampling.NEAREST, IGNORE)


def _rotated(band: Pixels, degrees: float, resampling: Image.Resampling, fill: int) -> Pixels:
    """One band ``(H, W) uint8`` about its centre, px from outside being ``fill``."""
    picture = Image.fromarray(np.ascontiguousarray(band))
    return np.asarray(picture.rotate(degrees, resampling, fillcolor=fill))
