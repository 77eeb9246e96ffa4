"""Random fields that look like nature: noise whose strength falls with a power of frequency."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]
"""``(S, S)``; on a torus: what leaves on the right comes in on the left."""


def fractal(
    size: int,
    wavelength: float,
    slope: float,
    rng: np.random.Generator,
    stretch: float = 1.0,
    angle: float = 0.0,
) -> Field:
    """A periodic random field of mean 0 and standard deviation 1, made by spectral synthesis.

    A faster sister of `satseg_core.demo_paint.spectral_noise`, for work that is done for every crop.

    Args:
        size: its width, px.
        wavelength: of the largest structures, px.
        slope: amplitude falls with frequency to minus this; 1.3 is ragged, 3 smooth.
        rng: where chance comes from.
        stretch: how many times longer than wide structures are.
        angle: direction of their length, radians.
    """
    down, right = _frequencies(size)
    if stretch != 1.0:
        along, across = (np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))
        right, down = (
            np.float32(stretch) * (np.float32(along[0]) * right + np.float32(along[1]) * down),
            np.float32(across[0]) * right + np.float32(across[1]) * down,
        )
    amplitude = (down * down + right * right + np.float32(wavelength**-2.0)) ** np.float32(-slope / 2)
    amplitude[0, 0] = 0.0
    # Uniform parts will do: thousands of waves add up to a normal distribution anyway.
    parts = rng.random((2, *amplitude.shape), dtype=np.float32) - np.float32(0.5)
    field = np.fft.irfft2((parts[0] + 1j * parts[1]) * amplitude, (size, size)).astype(np.float32, copy=False)
    return field / max(float(field.std()), 1e-12)


@lru_cache(maxsize=8)
def _frequencies(size: int) -> tuple[Field, Field]:
    """Cycles a px, downwards ``(S, 1)`` and to the right ``(1, S // 2 + 1)``."""
    down, right = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :]
    return down.astype(np.float32), right.astype(np.float32)
