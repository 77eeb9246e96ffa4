"""The installed command, run as a child process, and a scene to run it on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from satseg_core.model.store import find_model
from satseg_core.unfinished import folder_of

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


class Going:
    """A command that is running, and the workers of it."""

    def __init__(self, arguments: list[object], **variables: str) -> None:
        self.child = subprocess.Popen(
            [str(SATSEG), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **variables},
            start_new_session=True,
        )

    def wait_for(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until something is so, while the command runs."""
        end = time.monotonic() + seconds
        while not condition():
            assert self.child.poll() is None, self.child.communicate()
            assert time.monotonic() < end
            time.sleep(0.01)

    @property
    def workers(self) -> list[int]:
        """Processes of its workers."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                line = (path / "cmdline").read_bytes()
                parent = (path / "status").read_text().split("PPid:")[1].split()[0]
            except OSError:
                continue
            if b"spawn_main" in line and int(parent) == self.child.pid:
                found.append(int(path.name))
        return found

    def end(self, seconds: float = 120) -> tuple[int, str, str]:
        """Wait for its end; gives its code, and what it said on stdout and stderr."""
        out, err = self.child.communicate(timeout=seconds)
        return self.child.returncode, out, err


def noted(output: Path) -> int:
    """How many blocks of a map an interrupted run has noted as done."""
    path = folder_of(output) / "blocks.txt"
    return path.read_text(encoding="ascii").count("\n") if path.exists() else 0


def scene(height: int, width: int, bands: int = 3, seed: int = 3) -> np.ndarray:
    """Patches of several colours and textures, ``(bands, height, width) uint8``."""
    rng = np.random.default_rng(seed)
    shape = (bands, height // 64 + 1, width // 64 + 1)
    patches = np.kron(rng.integers(30, 220, shape), np.ones((64, 64), int))[:, :height, :width]
    return np.clip(patches + rng.normal(0, 12, patches.shape), 1, 255).astype(np.uint8)
