"""Which runtime is fastest on this machine: measured once, in about two seconds, and remembered."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Callable

import numpy as np

from satseg_core.model.runtime import Choice, Runtime
from satseg_core.model.store import ModelFile

CACHE_VARIABLE = "SATSEG_CACHE"
"""Environment variable with the folder that is written to instead of the user's own."""

SECONDS = 0.6
"""How long each runtime is measured, s, at most `MOST_RUNS` tiles."""

MOST_RUNS = 12

WORTH = 0.9
"""The first runtime is left only for one that takes at most this share of its time: its last bits are known best."""

Load = Callable[[Choice], Runtime]


def fastest(model: ModelFile, choices: Sequence[Choice], threads: int, load: Load) -> Choice:
    """Choose among runtimes by their time for one tile.

    Args:
        model: that is to run.
        choices: that can run it, the preferred one first.
        threads: of the runtime.
        load: makes the runtime of a choice.

    Returns:
        One of ``choices``, with a reason that has the times.
    """
    path = cache_folder() / "pace.json"
    key = _key(model, choices, threads)
    known = _read(path)
    times = known.get(key, {})
    if set(times) != {choice.runtime for choice in choices}:
        times = {choice.runtime: measure(load(choice), model) for choice in choices}
        _write(path, {**known, key: times})
    return pick(choices, times)


def pick(choices: Sequence[Choice], times: Mapping[str, float]) -> Choice:
    """The choice whose time, s a tile by name of the runtime, is clearly the shortest, or else the first."""
    first = choices[0]
    best = min(choices, key=lambda choice: times[choice.runtime])
    if times[best.runtime] > WORTH * times[first.runtime]:
        best = first
    others = ", ".join(f"{c.runtime} {1000 * times[c.runtime]:.0f} ms" for c in choices if c is not best)
    mine = f"{1000 * times[best.runtime]:.0f} ms a tile here"
    return Choice(best.runtime, best.device, f"it takes {mine} ({others})")


def measure(runtime: Runtime, model: ModelFile) -> float:
    """Median time of one tile, s."""
    card = model.card
    tile = np.zeros((1, len(card.bands), card.tile_size, card.tile_size), np.float32)
    runtime.scores(tile)
    times: list[float] = []
    while sum(times) < SECONDS and len(times) < MOST_RUNS:
        began = time.perf_counter()
        runtime.scores(tile)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def cache_folder() -> Path:
    """Where the user's programs keep what they can make again."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named)
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "satseg" / "Cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "satseg"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "satseg"


def _key(model: ModelFile, choices: Sequence[Choice], threads: int) -> str:
    """Digest of what the times depend on."""
    from importlib import metadata

    packages = {"onnx": "onnxruntime", "openvino": "openvino"}
    versions = [metadata.version(packages[choice.runtime]) for choice in choices]
    machine = [platform.node(), platform.processor(), platform.machine(), os.cpu_count()]
    facts = [model.card.weights_sha256, model.card.tile_size, versions, threads, machine]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _read(path: Path) -> dict[str, dict[str, float]]:
    """What is remembered; nothing where the file is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {str(key): {str(n): float(t) for n, t in times.items()} for key, times in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _write(path: Path, values: Mapping[str, Mapping[str, float]]) -> None:
    """Remember; a folder that cannot be written to costs two seconds the next time, no more."""
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
        scratch.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            scratch.unlink()
