"""Clouds with their shadows, and haze, composed over crops; land that they hide becomes *unknown*."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from training.augment.fields import Field, fractal
from training.augment.geometry import IGNORE
from training.augment.light import Picture

HIDDEN = 0.5
"""Cloud opacity from which land counts as hidden."""

DEEP = 0.45
"""Share of the light that is left, below which land in shadow counts as hidden."""

Codes = npt.NDArray[np.uint8]
Range = tuple[float, float]


@dataclass(frozen=True)
class Kind:
    """A kind of cloud. Ranges are drawn from for every crop.

    Attributes:
        share: how often it is drawn, against the others.
        size: of its largest structures, as a share of the crop's width.
        cover: share of the sky that it covers.
        slope: of its spectrum; see `fractal`.
        depth: optical depth gained for each standard deviation above the edge.
        thickest: largest optical depth.
        relief: how much brightness varies with its bumps.
        stretch: see `fractal`.
    """

    share: float
    size: Range
    cover: Range
    slope: Range
    depth: Range
    thickest: Range
    relief: Range
    stretch: Range = (1.0, 1.0)


KINDS = (
    Kind(0.30, (0.10, 0.30), (0.03, 0.20), (1.7, 2.1), (2.0, 5.0), (2.0, 5.0), (0.05, 0.2)),  # puffs
    Kind(0.35, (0.30, 0.90), (0.10, 0.50), (1.7, 2.1), (1.5, 5.0), (2.5, 6.0), (0.05, 0.2)),  # heaps
    Kind(0.20, (0.80, 3.00), (0.50, 1.00), (1.8, 2.4), (1.0, 3.0), (1.5, 6.0), (0.03, 0.15)),  # sheets
    Kind(0.15, (0.30, 1.50), (0.30, 0.90), (1.5, 2.0), (0.2, 0.6), (0.3, 1.2), (0.0, 0.05), (2.0, 6.0)),  # veils
)
"""From fair-weather puffs to a closed sheet, and thin high cloud."""


def add_clouds(pixels: Picture, codes: Codes, rng: np.random.Generator, unknown: int | None) -> tuple[Picture, Codes]:
    """Draw a sky of one kind of cloud, lay its shadows on the land and itself over both.

    Args:
        pixels: ``(B, H, W) float32`` in 0..1.
        codes: ``(H, W) uint8``.
        rng: where chance comes from.
        unknown: label of hidden px; None for 255.

    Returns:
        The same shapes.
    """
    height, width = codes.shape
    side = max(height, width)
    kind = KINDS[int(rng.choice(len(KINDS), p=[k.share for k in KINDS]))]
    depth, bump = _sky(kind, side, rng)
    toward_sun = float(rng.uniform(0, 2 * math.pi))
    opacity = 1.0 - np.exp(-depth)
    light = _shadow(_softer(opacity), toward_sun, side, rng)[:height, :width]
    tops = _tops(bump, toward_sun, float(rng.uniform(*kind.relief)), rng)[:height, :width]
    over = opacity[:height, :width]
    shaded = pixels * _blue(len(pixels), light)
    result = shaded * (1.0 - over) + over * tops * _tint(len(pixels), rng)
    hidden = (_softer(opacity)[:height, :width] > HIDDEN) | (light < DEEP)
    return result, np.where(hidden, IGNORE if unknown is None else unknown, codes).astype(np.uint8)


def add_haze(pixels: Picture, rng: np.random.Generator) -> Picture:
    """A thin veil of uneven strength that hides nothing; same shape."""
    height, width = pixels.shape[1:]
    side = max(height, width)
    field = fractal(_canvas(side), side * rng.uniform(0.5, 2.0), rng.uniform(1.8, 3.0), rng)[:height, :width]
    strength = np.clip(rng.uniform(0.05, 0.35) * (1.0 + rng.uniform(0.0, 0.5) * field), 0.0, 0.45)
    air = rng.uniform(0.55, 0.95) * _tint(len(pixels), rng)
    result: Picture = (pixels * (1.0 - strength) + strength * air).astype(np.float32)
    return result


def _canvas(side: int) -> int:
    """Width of the sky, px: half as wide again as the crop, so that shadows come from clouds beyond it too."""
    return 32 * math.ceil(1.5 * side / 32)


def _sky(kind: Kind, side: int, rng: np.random.Generator) -> tuple[Field, Field]:
    """Optical depth and height of the clouds."""
    size = _canvas(side)
    wavelength = side * math.exp(rng.uniform(*np.log(kind.size)))
    angle, stretch = float(rng.uniform(0, math.pi)), float(rng.uniform(*kind.stretch))
    field = fractal(size, wavelength, float(rng.uniform(*kind.slope)), rng, stretch, angle)
    edge = np.quantile(field[::4, ::4], 1.0 - rng.uniform(*kind.cover))
    above = np.maximum(field - np.float32(edge), 0.0)
    thickest = np.float32(rng.uniform(*kind.thickest))
    depth = thickest * (1.0 - np.exp(-above * np.float32(rng.uniform(*kind.depth)) / thickest))
    return depth, above


def _tops(above: Field, toward_sun: float, relief: float, rng: np.random.Generator) -> Field:
    """Brightness of cloud tops: slopes that face the sun are brighter."""
    down, right = (round(4 * part) for part in (math.sin(toward_sun), math.cos(toward_sun)))
    slope = above - np.roll(above, (-down, -right), axis=(0, 1))
    return np.float32(rng.uniform(0.75, 1.05)) + np.float32(relief) * np.clip(slope * 4, -2.0, 1.0)


def _softer(field: Field) -> Field:
    """Smoothed over some 4 px, as the sun's width does to shadows and people who draw labels to detail."""
    size = len(field)
    small = Image.fromarray(field).resize((size // 4, size // 4), Image.Resampling.BOX)
    return np.asarray(small.resize((size, size), Image.Resampling.BICUBIC))


def _shadow(opacity: Field, toward_sun: float, side: int, rng: np.random.Generator) -> Field:
    """Share of light that reaches the ground, with clouds at one height and the sun in one place."""
    far = side * rng.uniform(0.05, 0.6)
    down, right = (round(-far * part) for part in (math.sin(toward_sun), math.cos(toward_sun)))
    return 1.0 - np.float32(rng.uniform(0.3, 0.7)) * np.roll(opacity, (down, right), axis=(0, 1))


def _blue(bands: int, light: Field) -> Picture:
    """Light of each band in shadow ``(B, H, W)``: what is left comes from the blue sky."""
    sky = _banded(bands, (-0.12, -0.02, 0.18))
    return light * (1.0 + sky * (1.0 - light))


def _tint(bands: int, rng: np.random.Generator) -> Picture:
    """Factor of each band ``(B, 1, 1)`` that makes white a little bluish or yellowish."""
    warmth = np.float32(rng.normal(0.0, 0.025))
    return 1.0 + warmth * _banded(bands, (1.0, 0.0, -1.0))


def _banded(bands: int, colors: tuple[float, float, float]) -> Picture:
    """A number a band ``(B, 1, 1)``: red, green and blue, red's for any beyond, none for images of one or two."""
    values = np.full(bands, colors[0] if bands >= 3 else 0.0, np.float32)
    if bands >= 3:
        values[:3] = colors
    return values[:, None, None]
