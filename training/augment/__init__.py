"""Crops in other places, light, under clouds, with gaps; numpy in, numpy out, all of it a function of a generator."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from training.augment.clouds import add_clouds, add_haze
from training.augment.gaps import cut_gaps
from training.augment.geometry import place
from training.augment.light import Picture, blur, noise, relight
from training.augment.mixing import mix
from training.config import Augmentation
from training.data.codes import Codes

__all__ = ["apply", "mix"]


def apply(
    image: npt.NDArray[np.uint8],
    codes: Codes,
    settings: Augmentation,
    rng: np.random.Generator,
    unknown: int | None,
) -> tuple[Picture, Codes]:
    """Vary a crop as the settings allow: position, light, haze and clouds, the camera, and at last gaps.

    ``settings.scale`` and ``settings.mix`` are for whoever cuts the crops: see `mix`.

    Args:
        image: ``(H, W, B) uint8``; red, green and blue first where it has them.
        codes: its labels, ``(H, W) uint8`` with 255 for ignored px.
        settings: how much may change.
        rng: everything random comes from it.
        unknown: label of land that cannot be seen; None if the legend has no such class, then 255 takes its place.

    Returns:
        Image ``(B, H, W) float32`` in 0..1 and labels ``(H, W) uint8``, neither sharing memory with what was given.
    """
    image, codes = place(image, codes, settings, rng)
    pixels = relight(image, settings, rng)
    if rng.random() < settings.haze:
        pixels = add_haze(pixels, rng)
    if rng.random() < settings.clouds:
        pixels, codes = add_clouds(pixels, codes, rng, unknown)
    pixels = noise(blur(pixels, settings.blur, rng), settings.noise, rng)
    np.clip(pixels, 0.0, 1.0, out=pixels)
    # The last draw of all: whatever comes before is the same with gaps and without.
    return cut_gaps(pixels, codes, rng) if rng.random() < settings.gaps else (pixels, codes)
