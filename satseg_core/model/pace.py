"""How fast runtimes are on this machine: measured once, in about two seconds, and remembered."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import platform
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Callable

import numpy as np

from satseg_core.errors import RuntimeUnavailableError
from satseg_core.model.choice import Choice
from satseg_core.model.runtime import Runtime
from satseg_core.model.store import ModelFile

CACHE_VARIABLE = "SATSEG_CACHE"
"""Environment variable with the folder that is written to instead of the user's own."""

SECONDS = 0.6
"""How long each runtime is measured, s, at most `MOST_RUNS` tiles."""

SHORT_SECONDS = 0.2
"""How long a runtime that is chosen already is measured, s."""

MOST_RUNS = 12

_MEASURED = "as many tiles as a runtime likes"
"""How: what was remembered of another way is no matter."""

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
    path = _memory()
    key = _key(model, choices, threads)
    known = _read(path)
    times = known.get(key, {})
    if not _has_all(times, choices):
        times = {choice.label: _time(choice, load, model) for choice in choices}
        _write(path, {**known, key: times})
    return pick(choices, times)


def are_measured(model: ModelFile, choices: Sequence[Choice], threads: int) -> bool:
    """Whether `fastest` remembers the times of all of these choices."""
    return _has_all(_read(_memory()).get(_key(model, choices, threads), {}), choices)


def _has_all(times: Mapping[str, float], choices: Sequence[Choice]) -> bool:
    return set(times) == {choice.label for choice in choices}


@dataclass(frozen=True)
class TileTime:
    """What a runtime takes for one tile, s.

    Attributes:
        now: at this moment, whatever else the machine does.
        usual: the least that was ever measured here.
    """

    now: float
    usual: float


def tile_time(
    model: ModelFile, runtime: Runtime, choices: Sequence[Choice], threads: int, runs: int = MOST_RUNS
) -> TileTime | None:
    """Time that a runtime takes for one tile of the model's size, where it is given as many as it likes.

    Args:
        model: that the runtime has loaded.
        runtime: to be asked about.
        choices: that it was chosen from; `fastest` has measured them if there were several.
        threads: of the runtime.
        runs: most that it is measured by now, to be remembered; 0 gives what is remembered, or None.

    Returns:
        None where it is not known, or where the runtime runs on other machines alone.
    """
    path = _memory()
    known = _read(path)
    choice = Choice(runtime.name, runtime.device, "")
    # `fastest` measures in the precision that runtimes have by themselves.
    plain = runtime.precision == "float32"
    key = _key(model, [choice], threads, "" if plain else runtime.precision)
    times = [known.get(key, {}).get(choice.label, math.inf)]
    if plain and len(choices) > 1:
        times.append(known.get(_key(model, choices, threads), {}).get(choice.label, math.inf))
    usual = min(times)
    if not runs:
        return None if math.isinf(usual) else TileTime(usual, usual)
    try:
        now = measure(runtime, model, SHORT_SECONDS, runs)
    except RuntimeUnavailableError:  # other machines have it
        return None
    if now < usual:
        usual = now
        _write(path, {**known, key: {choice.label: now}})
    return TileTime(now, usual)


def pick(choices: Sequence[Choice], times: Mapping[str, float]) -> Choice:
    """The choice whose time, s a tile by label, is clearly the shortest, or else the first."""
    first = choices[0]
    best = min(choices, key=lambda choice: times[choice.label])
    if times[best.label] > WORTH * times[first.label]:
        best = first
    others = ", ".join(f"{choice.label} {_words(times[choice.label])}" for choice in choices if choice is not best)
    return Choice(best.runtime, best.device, f"it takes {_words(times[best.label])} a tile here ({others})")


def _words(seconds: float) -> str:
    return "does not run" if math.isinf(seconds) else f"{1000 * seconds:.0f} ms"


def _time(choice: Choice, load: Load, model: ModelFile) -> float:
    """Median time of one tile, s; infinite where the runtime or its device does not run."""
    try:
        return measure(load(choice), model)
    except Exception:  # noqa: BLE001 - drivers fail in ways of their own; who asks for a device by name is told
        return math.inf


def measure(runtime: Runtime, model: ModelFile, seconds: float = SECONDS, runs: int = MOST_RUNS) -> float:
    """Median time of one tile, s, where the runtime is given as many as it likes, so often or until it takes longer."""
    card = model.card
    tiles = np.zeros((runtime.batch, len(card.bands), card.tile_size, card.tile_size), np.float32)
    runtime.scores(tiles)
    times: list[float] = []
    while sum(times) < seconds and len(times) < runs:
        began = time.perf_counter()
        runtime.scores(tiles)
        times.append(time.perf_counter() - began)
    return statistics.median(times) / runtime.batch


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


def _key(model: ModelFile, choices: Sequence[Choice], threads: int, how: str = "") -> str:
    """Digest of what the times depend on, the way of measuring included; ``how`` says what is not as usual."""
    packages = {"onnx": "onnxruntime", "openvino": "openvino", "torch": "torch"}
    versions = [[choice.label, _version(packages[choice.runtime])] for choice in choices]
    machine = [platform.node(), platform.processor(), platform.machine(), os.cpu_count()]
    facts = [_MEASURED, how, model.card.weights_sha256, model.card.tile_size, versions, threads, machine]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _version(package: str) -> str:
    """Of a package, which may have a name of its own for a kind of graphics card; importing it would take longer."""
    for name in (package, f"{package}-gpu", f"{package}-directml"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            return metadata.version(name)
    return "unknown"


def _memory() -> Path:
    """The file of what is remembered."""
    return cache_folder() / "pace.json"


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
