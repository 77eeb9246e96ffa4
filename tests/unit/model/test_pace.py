"""Choosing a runtime by its time: measured once, remembered, and never in the way."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from satseg_core.errors import RuntimeUnavailableError
from satseg_core.model import pace
from satseg_core.model.choice import Choice
from satseg_core.model.runtime import load_runtime
from satseg_core.model.store import ModelFile

CHOICES = (Choice("onnx", "cpu", "a"), Choice("openvino", "cpu", "b"))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SATSEG_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "pace.json"


@pytest.mark.parametrize(
    ("other", "expected"), [(0.05, "openvino"), (0.089, "openvino"), (0.095, "onnx"), (0.2, "onnx")]
)
def test_the_first_is_left_for_what_is_clearly_faster(other: float, expected: str) -> None:
    picked = pace.pick(CHOICES, {"onnx": 0.1, "openvino": other})
    assert picked.runtime == expected
    assert "100 ms" in picked.reason
    assert f"{1000 * other:.0f} ms" in picked.reason


def test_what_was_measured_is_remembered(small_model: ModelFile, cache: Path) -> None:
    loaded = []

    def load(choice: Choice):
        loaded.append(choice.runtime)
        return load_runtime(small_model, choice.runtime, threads=1)

    assert not pace.are_measured(small_model, CHOICES, 1)
    first = pace.fastest(small_model, CHOICES, 1, load)
    assert pace.are_measured(small_model, CHOICES, 1)
    assert not pace.are_measured(small_model, CHOICES, 2)
    assert loaded == ["onnx", "openvino"]
    assert pace.fastest(small_model, CHOICES, 1, load) == first
    assert loaded == ["onnx", "openvino"]
    pace.fastest(small_model, CHOICES, 2, load)
    assert len(loaded) == 4
    assert len(json.loads(cache.read_text(encoding="utf-8"))) == 2


def test_a_card_that_does_not_run_is_left(small_model: ModelFile, cache: Path) -> None:
    def load(choice: Choice):
        if choice.device != "cpu":
            raise OSError("no driver")
        return load_runtime(small_model, choice.runtime, "cpu", threads=1)

    choices = (Choice("onnx", "cpu", "a"), Choice("onnx", "directml", "b"))
    for _ in range(2):
        picked = pace.fastest(small_model, choices, 1, load)
        assert (picked.label, "onnx on directml does not run" in picked.reason) == ("onnx", True)


def test_the_time_of_a_tile_is_what_was_measured_before(small_model: ModelFile, cache: Path) -> None:
    runtime = load_runtime(small_model, "onnx", threads=1)
    alone = CHOICES[:1]
    assert pace.tile_time(small_model, runtime, alone, 1, runs=0) is None
    first = pace.tile_time(small_model, runtime, alone, 1)
    assert 0 < first.usual <= first.now
    assert pace.tile_time(small_model, runtime, alone, 1, runs=0) == pace.TileTime(first.usual, first.usual)
    assert pace.tile_time(small_model, runtime, alone, 2, runs=0) is None
    for _ in range(5):
        again = pace.tile_time(small_model, runtime, alone, 1)
        assert again.usual <= min(again.now, first.usual)


def test_the_time_of_a_tile_is_known_from_choosing(small_model: ModelFile, cache: Path) -> None:
    chosen = pace.fastest(small_model, CHOICES, 1, lambda one: load_runtime(small_model, one.runtime, threads=1))
    times = next(iter(json.loads(cache.read_text(encoding="utf-8")).values()))
    runtime = load_runtime(small_model, chosen.runtime, threads=1)
    found = pace.tile_time(small_model, runtime, CHOICES, 1, runs=0)
    assert found == pace.TileTime(times[chosen.runtime], times[chosen.runtime])


def test_tiles_are_measured_as_many_at_a_time_as_a_runtime_likes(small_model: ModelFile, cache: Path) -> None:
    class Noting:
        name, device, version, reason, precision, batch = "onnx", "cpu", "", "", "float32", 4

        def __init__(self) -> None:
            self.given: list[int] = []

        def scores(self, tiles):
            self.given.append(len(tiles))
            time.sleep(0.02)
            return tiles

    runtime = Noting()
    assert 0.005 <= pace.measure(runtime, small_model) < 0.02
    assert set(runtime.given) == {4}
    assert pace.tile_time(small_model, runtime, CHOICES[:1], 1, runs=0) is None
    assert 0.005 <= pace.tile_time(small_model, runtime, CHOICES[:1], 1).now < 0.02


def test_the_time_of_a_tile_on_other_machines_is_not_known(small_model: ModelFile, cache: Path) -> None:
    class Elsewhere:
        name, device, version, reason, precision, batch = "torch", "cuda", "", "", "float16", 1

        def scores(self, tiles):
            raise RuntimeUnavailableError("torch on cuda runs on the workers alone.")

    assert pace.tile_time(small_model, Elsewhere(), [Choice("torch", "cuda", "")], 1) is None
    assert not cache.exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', '{"a": {"onnx": "x"}}'])
def test_a_damaged_memory_is_made_anew(small_model: ModelFile, cache: Path, content: str) -> None:
    cache.parent.mkdir()
    cache.write_text(content, encoding="utf-8")
    pace.fastest(small_model, CHOICES, 1, lambda choice: load_runtime(small_model, choice.runtime, threads=1))
    assert len(json.loads(cache.read_text(encoding="utf-8"))) == 1


def test_a_folder_that_cannot_be_written_is_no_failure(
    small_model: ModelFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("SATSEG_CACHE", str(tmp_path / "file"))
    load = lambda choice: load_runtime(small_model, choice.runtime, threads=1)  # noqa: E731
    assert pace.fastest(small_model, CHOICES, 1, load).runtime in ("onnx", "openvino")


def test_auto_says_what_it_measured(small_model: ModelFile, cache: Path) -> None:
    runtime = load_runtime(small_model, threads=1)
    assert runtime.name in ("onnx", "openvino")
    assert "ms a tile here" in runtime.reason
    assert cache.exists()


@pytest.mark.parametrize(
    ("system", "variables", "expected"),
    [
        ("linux", {}, "/home/me/.cache/satseg"),
        ("linux", {"XDG_CACHE_HOME": "/c"}, "/c/satseg"),
        ("darwin", {}, "/home/me/Library/Caches/satseg"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/satseg/Cache"),
        ("win32", {}, "/home/me/AppData/Local/satseg/Cache"),
    ],
)
def test_every_system_has_its_folder(
    system: str, variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SATSEG_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    assert pace.cache_folder() == Path(expected)
