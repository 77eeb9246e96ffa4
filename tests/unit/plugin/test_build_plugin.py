"""The zip: what is in it, that it is reproducible, and that the gate holds back what the plugin site refuses."""

from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[3]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_plugin", PROJECT / "tools" / "build_plugin.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build_plugin = load()

METADATA = """[general]
name=SatSeg
description=Maps
version=1.2.3
qgisMinimumVersion=3.22
author=A
email=a@b.c
about=Needs numpy
	and rasterio: 100 % outside QGIS.
tracker=t
repository=r
hasProcessingProvider=yes
icon=icons/satseg.svg
"""
GOOD = {"__init__.py": "", "metadata.txt": METADATA, "LICENSE": "GPL", "icons/satseg.svg": "<svg/>"}


def zipped(folder: Path, files: dict[str, str], top: str = "satseg_qgis") -> Path:
    target = folder / "plugin.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{top}/{name}", text)
    return target


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("zip") / "satseg_qgis.zip"
    assert build_plugin.main(["--output", str(target)]) == 0
    return target


def test_the_zip_of_this_project_passes(built: Path) -> None:
    with zipfile.ZipFile(built) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"satseg_qgis"}
    for name in ("plugin.py", "engine/launch.py", "icons/satseg.svg", "satseg_core/__main__.py", "training/train.py"):
        assert f"satseg_qgis/{name}" in names


def test_the_same_sources_give_the_same_bytes(built: Path, tmp_path: Path) -> None:
    build_plugin.write_zip(build_plugin.plugin_files(PROJECT), tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == built.read_bytes()


def test_a_good_zip_has_no_problems(tmp_path: Path) -> None:
    assert build_plugin.problems(zipped(tmp_path, GOOD), "1.2.3") == []


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"x/__pycache__/a.pyc": ""}, "hidden or a cache"),
        ({".git/config": ""}, "hidden or a cache"),
        ({"run.sh": ""}, "script of the shell"),
        ({"lib.dll": ""}, "binary"),
        ({"metadata.txt": METADATA.replace("1.2.3", "1.2.4")}, "metadata.txt says version 1.2.4, satseg_core 1.2.3"),
        ({"metadata.txt": METADATA.replace("tracker=t\n", "")}, "lacks tracker"),
        ({"metadata.txt": METADATA.replace("name=SatSeg", "name=SatSeg Plugin")}, "must not contain 'plugin'"),
        ({"metadata.txt": METADATA.replace("hasProcessingProvider=yes\n", "")}, "qgis_process"),
        ({"metadata.txt": METADATA.replace("satseg.svg", "other.svg")}, "icon icons/other.svg is missing"),
    ],
)
def test_what_the_plugin_site_refuses_is_found(tmp_path: Path, files: dict[str, str], words: str) -> None:
    found = build_plugin.problems(zipped(tmp_path, {**GOOD, **files}), "1.2.3")
    assert any(words in problem for problem in found), found


@pytest.mark.parametrize("missing", ["__init__.py", "metadata.txt", "LICENSE"])
def test_missing_files_are_found(tmp_path: Path, missing: str) -> None:
    files = {name: text for name, text in GOOD.items() if name != missing}
    assert f"{missing} is missing" in build_plugin.problems(zipped(tmp_path, files), "1.2.3")


def test_a_second_top_folder_is_found(tmp_path: Path) -> None:
    found = build_plugin.problems(zipped(tmp_path, GOOD, top="satseg-main"), "1.2.3")
    assert any("is outside the folder satseg_qgis" in problem for problem in found)


def test_a_zip_that_is_too_large_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_plugin, "MAX_BYTES", 100)
    assert "more than 100" in build_plugin.problems(zipped(tmp_path, GOOD), "1.2.3")[0]


@pytest.mark.skipif(importlib.util.find_spec("bandit") is None, reason="needs bandit")
@pytest.mark.parametrize(("code", "count"), [("assert True\n", 1), ("assert True  # nosec B101 # a reason\n", 0)])
def test_what_bandit_blocks_is_found(tmp_path: Path, code: str, count: int) -> None:
    target = zipped(tmp_path, {**GOOD, "bad.py": code})
    assert len(build_plugin.bandit_problems(target, PROJECT / "pyproject.toml")) == count


def test_caches_and_hidden_files_of_a_checkout_stay_out(tmp_path: Path) -> None:
    for name in ("a.py", "__pycache__/a.cpython-311.pyc", ".cache/b", "sub/.hidden"):
        path = tmp_path / "satseg_qgis" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    names = [name for name in build_plugin.plugin_files(tmp_path) if name.endswith((".py", ".pyc", "b", ".hidden"))]
    assert names == ["satseg_qgis/a.py"]
