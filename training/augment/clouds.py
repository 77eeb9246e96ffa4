"""Clouds with their shadows, and haze, composed over crops; land that they hide becomes *unknown*."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from training.augment.fields import Field, fractal
from training.augment.light import Picture
from training.data.codes import IGNORE, Codes

HIDDEN, SEEN = 0.45, 0.55
"""Land of whose contrast clouds and shadow leave less than the first is *unknown*; with the second it keeps its label.

Cloud that is half opaque lies between the two, and so does shadow that takes half of the light."""

Range = tuple[float, float]


@dataclass(frozen=True)
class Kind:
    """A kind of cloud. Ranges are drawn from for every crop.

    The figures were found by eye, beside the cloud of DeepGlobe's scene 6399 and Landsat 8 patches (L8 Biome).

    Attributes:
        share: how often it is drawn; those of all kinds add up to 1.
        size: of its largest structures, as a share of the crop's width.
        cover: share of the sky that it covers.
        slope: of its spectrum; see `fractal`.
        gain: optical depth gained for each standard deviation of its height.
        thickest: largest optical depth.
        wisps: how much the depth varies besides, in natural logarithms.
        relief: how much the brightness of its tops varies.
        stretch: see `fractal`.
    """

    share: float
    size: Range
    cover: Range
    slope: Range
    gain: Range
    thickest: Range
    wisps: Range
    relief: Range
    stretch: Range = (1.0, 1.4)


KINDS = (
    Kind(
        share=0.25,
        size=(0.15, 0.4),
        cover=(0.03, 0.2),
        slope=(1.9, 2.4),
        gain=(2.0, 6.0),
        thickest=(1.5, 5.0),
        wisps=(0.2, 0.6),
        relief=(0.0, 0.12),
    ),
    Kind(
        share=0.35,
        size=(0.4, 1.2),
        cover=(0.1, 0.5),
        slope=(1.8, 2.4),
        gain=(1.5, 5.0),
        thickest=(2.0, 6.0),
        wisps=(0.2, 0.7),
        relief=(0.0, 0.12),
    ),
    Kind(
        share=0.2,
        size=(1.0, 3.0),
        cover=(0.5, 1.0),
        slope=(1.8, 2.6),
        gain=(1.5, 4.0),
        thickest=(1.5, 6.0),
        wisps=(0.2, 0.6),
        relief=(0.0, 0.1),
    ),
    Kind(
        share=0.2,
        size=(0.4, 1.5),
        cover=(0.3, 0.9),
        slope=(1.9, 2.6),
        gain=(0.2, 0.8),
        thickest=(0.3, 1.2),
        wisps=(0.2, 0.5),
        relief=(0.0, 0.05),
        stretch=(1.0, 3.0),
    ),
)
"""Puffs of fair weather, heaps, closed sheets, and torn veils of thin cloud."""


def add_clouds(pixels: Picture, codes: Codes, rng: np.random.Generator, unknown: int | None) -> tuple[Picture, Codes]:
    """Draw a sky of one kind of cloud, lay its shadows on the land and itself over both.

    Args:
        pixels: ``(B, H, W) float32`` in 0..1.
        codes: ``(H, W) uint8``.
        rng: where chance comes from.
        unknown: label of hidden px; None for 255. Px between hidden and seen are 255 too.

    Returns:
        The same shapes.
    """
    side, window = max(codes.shape), (slice(codes.shape[0]), slice(codes.shape[1]))
    kind = KINDS[int(rng.choice(len(KINDS), p=[k.share for k in KINDS]))]
    toward_sun = float(rng.uniform(0, 2 * math.pi))
    depth, height = _sky(kind, side, rng)
    opacity: Field = np.float32(1.0) - np.exp(-depth)
    soft = _softer(opacity)
    light = _light(soft, toward_sun, side * float(rng.uniform(0.05, 0.6)), rng)[window]
    tops = _tops(_softer(height), toward_sun, float(rng.uniform(*kind.relief)), rng)[window]
    white = _tint(len(pixels), rng) * (tops * (0.8 + 0.2 * opacity[window]))
    land = pixels * _blue(len(pixels), light)
    return land + opacity[window] * (white - land), _labels(codes, light * (1.0 - soft[window]), unknown)


def add_haze(pixels: Picture, rng: np.random.Generator) -> Picture:
    """A thin veil of uneven strength, 0.45 at most, that hides nothing; ``(B, H, W) float32`` in 0..1, as given."""
    down, right = pixels.shape[1:]
    side = max(down, right)
    field = fractal(_canvas(side), side * float(rng.uniform(0.5, 2.0)), float(rng.uniform(1.8, 3.0)), rng)
    uneven = 1.0 + np.float32(rng.uniform(0.0, 0.5)) * field[:down, :right]
    strength: Field = np.clip(np.float32(rng.uniform(0.05, 0.35)) * uneven, 0.0, 0.45)
    white = np.float32(rng.uniform(0.55, 0.95)) * _tint(len(pixels), rng)
    return pixels + strength * (white - pixels)


def _canvas(side: int) -> int:
    """Width of the sky, px: half as wide again as the crop, so that shadows come from clouds beyond it too."""
    return 32 * math.ceil(1.5 * side / 32)


def _sky(kind: Kind, side: int, rng: np.random.Generator) -> tuple[Field, Field]:
    """Optical depth of the clouds and their height, the latter in standard deviations of the field they come from."""
    size, wavelength = _canvas(side), side * math.exp(rng.uniform(*np.log(kind.size)))
    angle, stretch = float(rng.uniform(0, math.pi)), float(rng.uniform(*kind.stretch))
    field = fractal(size, wavelength, float(rng.uniform(*kind.slope)), rng, stretch, angle)
    field -= np.float32(np.quantile(field[::4, ::4], 1.0 - rng.uniform(*kind.cover)))
    # A hyperbola instead of a bend at zero: the edge thins out into a faint veil.
    height: Field = 0.5 * (field + np.sqrt(field * field + np.float32(rng.uniform(0.02, 0.25) ** 2)))
    thickest = np.float32(rng.uniform(*kind.thickest))
    depth: Field = thickest * (1.0 - np.exp(-height * (np.float32(rng.uniform(*kind.gain)) / thickest)))
    wisps = fractal(size, 0.25 * wavelength, 1.9, rng, stretch, angle)
    return depth * np.exp(np.float32(rng.uniform(*kind.wisps)) * wisps), height


def _tops(height: Field, toward_sun: float, relief: float, rng: np.random.Generator) -> Field:
    """Brightness of cloud tops: slopes that face the sun are brighter, and dark folds deeper than bright ones high."""
    slope = height - _moved(height, toward_sun, -0.02 * len(height))
    slope /= max(float(slope.std()), 1e-6)
    np.clip(slope, -2.0, 1.0, out=slope)
    return np.float32(rng.uniform(0.8, 1.12)) + np.float32(relief) * slope


def _light(opacity: Field, toward_sun: float, far: float, rng: np.random.Generator) -> Field:
    """Share of light that reaches the ground under clouds at one height, whose shadows fall ``far`` px away."""
    return 1.0 - np.float32(rng.uniform(0.3, 0.7)) * _moved(opacity, toward_sun, -far)


def _moved(field: Field, angle: float, far: float) -> Field:
    """The field ``far`` px further on in a direction, radians from the right towards the bottom."""
    return np.roll(field, (round(far * math.sin(angle)), round(far * math.cos(angle))), axis=(0, 1))


def _softer(field: Field) -> Field:
    """Smoothed over some 4 px, as the sun's width smooths shadows and people who draw labels do detail."""
    size = len(field)
    small = Image.fromarray(field).resize((size // 4, size // 4), Image.Resampling.BOX)
    return np.asarray(small.resize((size, size), Image.Resampling.BILINEAR))


def _labels(codes: Codes, left: Field, unknown: int | None) -> Codes:
    """Labels of what can still be seen, by the share of the land's contrast that is left ``(H, W)``."""
    labels = np.where(left < SEEN, np.uint8(IGNORE), codes)
    labels[left < HIDDEN] = IGNORE if unknown is None else unknown
    return labels


def _blue(bands: int, light: Field) -> Picture:
    """Light of each band ``(B, H, W)``: in shadow, what is left comes from the blue sky."""
    dark: Field = np.float32(1.0) - light
    return light + light * dark * _banded(bands, (-0.12, -0.02, 0.18))


def _tint(bands: int, rng: np.random.Generator) -> Picture:
    """Factor of each band ``(B, 1, 1)`` that makes white a little yellowish or bluish."""
    return 1.0 + np.float32(rng.normal(0.0, 0.025)) * _banded(bands, (1.0, 0.0, -1.0))


def _banded(bands: int, colors: tuple[float, float, float]) -> Picture:
    """A number a band ``(B, 1, 1)``: red, green and blue, red's for any beyond; 0 for images of one band or two."""
    values = (*colors, *[colors[0]] * (bands - 3)) if bands >= 3 else (0.0,) * bands
    return np.array(values, np.float32)[:, None, None]
