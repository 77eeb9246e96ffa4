"""Another light on the land, and another camera: colours, sharpness, noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from training.config import Augmentation

Picture = npt.NDArray[np.float32]
"""``(B, H, W)``, 0..1 where not said otherwise."""


def relight(image: npt.NDArray[np.uint8], settings: Augmentation, rng: np.random.Generator) -> Picture:
    """Gamma, brightness, each band's gain, contrast and saturation at random.

    All but saturation act on one value at a time, so they are worked out for the 256 values of each
    band and looked up.

    Args:
        image: ``(H, W, B) uint8``.
        settings: how far each may go.
        rng: where chance comes from.

    Returns:
        ``(B, H, W) float32`` in 0..1.
    """
    bands = image.shape[2]
    curve = np.linspace(0.0, 1.0, 256) ** _factor(settings.gamma, rng)
    gains = rng.uniform(-settings.gain, settings.gain, (bands, 1)) + _factor(settings.brightness, rng)
    tables = gains * curve
    center = np.mean([table[image[::4, ::4, band]].mean() for band, table in enumerate(tables)])
    tables = (center + (tables - center) * _factor(settings.contrast, rng)).astype(np.float32)
    pixels = np.stack([table[image[..., band]] for band, table in enumerate(tables)])
    return np.clip(_saturated(pixels, _factor(settings.saturation, rng)), 0.0, 1.0)


def _factor(most: float, rng: np.random.Generator) -> float:
    return float(1.0 + rng.uniform(-most, most))


def _saturated(pixels: Picture, factor: float) -> Picture:
    """Each px away from its own grey (mean of bands) by ``factor``, or towards it."""
    if factor == 1.0:
        return pixels
    grey: Picture = pixels.mean(axis=0, keepdims=True)
    return grey + (pixels - grey) * np.float32(factor)


def blur(pixels: Picture, largest: float, rng: np.random.Generator) -> Picture:
    """Gaussian blur of a random sigma from 0 to ``largest`` px; the edge is mirrored."""
    if largest <= 0:
        return pixels
    sigma = float(rng.uniform(0.0, largest))
    reach = max(1, round(3 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-3)) ** 2)
    kernel = (kernel / kernel.sum()).astype(np.float32)
    return _filtered(_filtered(pixels, kernel, 1), kernel, 2)


def _filtered(pixels: Picture, kernel: npt.NDArray[np.float32], axis: int) -> Picture:
    """Weighted sum of px along an axis."""
    reach, length = len(kernel) // 2, pixels.shape[axis]
    padded = np.pad(pixels, [(reach, reach) if i == axis else (0, 0) for i in range(3)], mode="symmetric")
    result = np.zeros_like(pixels)
    for shift, weight in enumerate(kernel):
        part = slice(shift, shift + length)
        result += weight * (padded[:, part] if axis == 1 else padded[:, :, part])
    return result


def noise(pixels: Picture, largest: float, rng: np.random.Generator) -> Picture:
    """Noise of each px and band by itself, of a random standard deviation from 0 to ``largest``; may leave 0..1."""
    if largest <= 0:
        return pixels
    deviation = np.float32(rng.uniform(0.0, largest))
    return pixels + deviation * rng.standard_normal(pixels.shape, dtype=np.float32)
