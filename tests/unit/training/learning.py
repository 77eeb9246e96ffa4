"""Settings of runs that take seconds, and the command that runs them in child processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conftest import PROJECT
from training.config import TrainingConfig, merged, parse_config

COLORS = {
    "#00ffff": "urban",
    "#ffff00": "agriculture",
    "#ff00ff": "rangeland",
    "#00ff00": "forest",
    "#0000ff": "water",
    "#ffffff": "barren",
    "#000000": "unknown",
}

TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
"""Launcher of two processes."""


def settings(scenes: Path, output: Path, **tables: dict[str, Any]) -> dict[str, Any]:
    """A run on the scenes of the fixture ``scenes_folder``, as plain values; tables replace some of them."""
    source = {
        "name": "made",
        "images": f"{scenes.as_posix()}/images/*.jpg",
        "labels": f"{scenes.as_posix()}/labels/{{id}}_mask.png",
        "coding": "colors128",
        "classes": COLORS,
        "pixel_size": 1.0,
    }
    plain = {
        "output": output.as_posix(),
        "data": {"sources": [source], "held_out": ["made/b"], "pixel_size": 1.25},
        "schedule": {"steps": 2, "batch": 4, "crop": 32, "warm_up": 1, "threads": 1, "device": "cpu"},
        "card": {"name": "short", "title": "Some steps", "tile_size": 64, "overlap": 16},
    }
    return merged(plain, tables)


def config(scenes: Path, output: Path, **tables: dict[str, Any]) -> TrainingConfig:
    """The same, checked."""
    return parse_config(settings(scenes, output, **tables))


def start(*words: object, module: str = "training.train", launcher: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """Start a module in a child process; it can be waited for with `wait_until` and ``communicate``."""
    command = [sys.executable, "-W", "error::UserWarning", *launcher, "-m", module, *map(str, words)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PROJECT, env=environment
    )


def wait_until(true: Callable[[], bool], child: subprocess.Popen[str], seconds: float = 120) -> None:
    """Wait until something happens while a child runs; fails if it never does."""
    deadline = time.monotonic() + seconds
    while not true():
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.005)
