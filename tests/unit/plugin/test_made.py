"""Where the plugin's environments lie on each system, and which of them count."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from satseg_qgis.engine import made
from satseg_qgis.engine.made import KINDS, environment_path, environments_folder, kind_named, made_pythons, python_of

HOME = Path("/home/me")


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {}, "/home/me/.local/share/satseg/engine"),
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/satseg/engine"),
        ("darwin", {}, "/home/me/Library/Application Support/SatSeg/engine"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/SatSeg/engine"),
        ("win32", {}, "/home/me/AppData/Local/SatSeg/engine"),
        ("win32", {"SATSEG_ENVIRONMENTS": "/elsewhere"}, "/elsewhere"),
    ],
)
def test_every_system_has_its_folder(platform: str, environ: dict[str, str], expected: str) -> None:
    assert environments_folder(platform, environ, HOME) == Path(expected)


def make(folder: Path, kind: str, platform: str, complete: bool = True) -> Path:
    environment = environment_path(folder, kind_named(kind))
    python = python_of(environment, platform)
    python.parent.mkdir(parents=True)
    python.touch()
    (environment / "pyvenv.cfg").touch()
    if complete:
        made.write_note(environment, kind_named(kind), "3.12.3")
    return python


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_only_complete_environments_count_and_full_goes_first(tmp_path: Path, platform: str) -> None:
    assert made_pythons(tmp_path / "absent", platform) == []
    make(tmp_path, "light", platform, complete=False)
    assert made_pythons(tmp_path, platform) == []
    full = make(tmp_path, "full", platform)
    assert made_pythons(tmp_path, platform) == [full]
    light = python_of(environment_path(tmp_path, kind_named("light")), platform)
    made.write_note(environment_path(tmp_path, kind_named("light")), kind_named("light"), "3.12.3")
    assert made_pythons(tmp_path, platform) == [full, light]
    full.unlink()
    assert made_pythons(tmp_path, platform) == [light]


def test_the_note_says_what_is_inside(tmp_path: Path) -> None:
    make(tmp_path, "light", "linux")
    note = json.loads((environment_path(tmp_path, KINDS[0]) / made.NOTE).read_text(encoding="utf-8"))
    assert (note["kind"], note["python"]) == ("light", "3.12.3")
    assert any(one.startswith("onnxruntime") for one in note["requirements"])


def test_removing_takes_environments_alone(tmp_path: Path) -> None:
    make(tmp_path, "light", "linux")
    (tmp_path / "light-0.partial").mkdir()
    (tmp_path / "light-0.partial" / "pyvenv.cfg").touch()
    (tmp_path / "mine").mkdir()
    (tmp_path / "light-of-hand").mkdir()
    removed = made.remove_environments(tmp_path)
    assert sorted(path.name for path in removed) == ["light-0.partial", f"light-{made.NUMBER}"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["light-of-hand", "mine"]
    assert made.remove_environments(tmp_path / "absent") == []


def test_light_has_no_torch() -> None:
    light, full = KINDS
    assert not any("torch" in one for one in light.requirements)
    assert set(light.requirements) < set(full.requirements)
    for platform in ("linux", "win32", "darwin"):
        assert light.size(platform).download_mb < full.size(platform).download_mb
        assert light.size(platform).disk_mb < full.size(platform).disk_mb


def test_full_is_gigabytes_where_torch_has_cuda_alone() -> None:
    full = kind_named("full")
    assert full.size("linux").download_mb > 2000 > full.size("win32").disk_mb
    assert full.size("freebsd14") == full.size("linux")
