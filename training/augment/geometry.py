"""Turns, mirror images and free rotation: image and labels stay on the same ground."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from training.config import Augmentation
from training.data.codes import IGNORE, Codes

Pixels = npt.NDArray[np.uint8]


def place(image: Pixels, codes: Codes, settings: Augmentation, rng: np.random.Generator) -> tuple[Pixels, Codes]:
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


def turn(image: Pixels, codes: Codes, which: int) -> tuple[Pixels, Codes]:
    """One of the eight turns and mirror images of a square; even ones keep the shape of any rectangle. Views."""
    image, codes = np.rot90(image, which % 4), np.rot90(codes, which % 4)
    return (image[:, ::-1], codes[:, ::-1]) if which >= 4 else (image, codes)


def rotate(image: Pixels, codes: Codes, degrees: float) -> tuple[Pixels, Codes]:
    """Rotate around the centre, anticlockwise: the image bilinear, labels nearest.

    The image's corners are filled with its mirror image, so that no straight black edge teaches
    anything; the labels there are 255.
    """
    height, width = codes.shape
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    # grid_sample measures both axes from -1 to 1, however long they are.
    turned = torch.tensor([[[cosine, -sine * height / width, 0.0], [sine * width / height, cosine, 0.0]]])
    grid = functional.affine_grid(turned, [1, 1, height, width], align_corners=False)
    bands = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1), np.float32))[None]
    bands = functional.grid_sample(bands, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    below = torch.from_numpy(codes.astype(np.float32) - IGNORE)[None, None]
    below = functional.grid_sample(below, grid, mode="nearest", padding_mode="zeros", align_corners=False)
    return bands[0].permute(1, 2, 0).round().byte().numpy(), (below[0, 0] + IGNORE).round().byte().numpy()
