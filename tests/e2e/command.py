"""The installed command, run as a child process, and a scene to run it on."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from satseg_core.model.store import find_model

PIXEL = find_model().card.pixel_size
"""M a px that the default model works at: scenes of such px are used as they are."""

SATSEG = Path(sys.executable).with_name("satseg")


@dataclass(frozen=True)
class Run:
    """What a finished child said."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def satseg(*words: object, timeout: float = 240) -> Run:
    """Run the installed command."""
    done = subprocess.run(
        [str(SATSEG), *map(str, words)], capture_output=True, text=True, timeout=timeout, check=False, encoding="utf-8"
    )
    return Run(done.returncode, done.stdout, done.stderr)


def scene(height: int, width: int, bands: int = 3, seed: int = 3) -> np.ndarray:
    """Patches of several colours and textures, ``(bands, height, width) uint8``."""
    rng = np.random.default_rng(seed)
    shape = (bands, height // 64 + 1, width // 64 + 1)
    patches = np.kron(rng.integers(30, 220, shape), np.ones((64, 64), int))[:, :height, :width]
    return np.clip(patches + rng.normal(0, 12, patches.shape), 1, 255).astype(np.uint8)
