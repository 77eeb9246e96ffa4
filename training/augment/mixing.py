"""ClassMix: the land of some of one crop's classes laid over another crop (Olsson et al. 2021, arXiv 2007.07936)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from training.data.codes import IGNORE, Codes

Crop = tuple[npt.NDArray[np.uint8], Codes]
"""Image ``(H, W, B)`` and codes ``(H, W)``."""


def mix(first: Crop, second: Crop, rng: np.random.Generator) -> Crop:
    """Paste half of the second crop's classes (rounded down) into the first, before `apply` gives both one light.

    Call it for ``settings.mix`` of the crops. Ignored px are not pasted.

    Args:
        first: the crop that is pasted into; left as it is.
        second: one of the same shape, from anywhere.
        rng: picks the classes.
    """
    image, codes = second
    present = np.unique(codes[codes != IGNORE])
    chosen = rng.choice(present, len(present) // 2, replace=False)
    pasted = np.isin(codes, chosen)
    return np.where(pasted[..., None], image, first[0]), np.where(pasted, codes, first[1])
