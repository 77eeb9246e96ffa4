"""Finding the engine's Python: by running candidates, never by believing their name."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from satseg_core.errors import RuntimeUnavailableError
from satseg_core.version import __version__
from satseg_qgis.engine import find
from satseg_qgis.engine.find import Probe, ProbeCache, engine_command, find_engine, own_pythons, probe, read_probe


def touch(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return str(path)


def test_this_python_can_run_the_engine() -> None:
    answer = probe(sys.executable)
    assert answer.problem is None
    assert answer.version == ".".join(str(part) for part in sys.version_info[:3])


def test_the_named_python_overrides_every_search() -> None:
    engine = find_engine({"SATSEG_PYTHON": sys.executable}, ProbeCache())
    assert engine.python == sys.executable
    assert engine.command[0] == sys.executable


def test_a_named_python_that_does_not_work_is_an_error_and_not_a_hint(tmp_path: Path) -> None:
    with pytest.raises(RuntimeUnavailableError, match=r"SATSEG_PYTHON names .*/nowhere cannot be run .*pip install"):
        find_engine({"SATSEG_PYTHON": str(tmp_path / "nowhere")}, ProbeCache())


def test_without_any_python_the_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "own_pythons", lambda *_: [])
    with pytest.raises(RuntimeUnavailableError, match=r"pip install numpy.*SATSEG_PYTHON"):
        find_engine({}, ProbeCache())


def test_a_program_that_is_no_python_is_refused() -> None:
    assert "is no working Python" in str(probe("/bin/true" if Path("/bin/true").exists() else "hostname").problem)


def test_a_program_that_hangs_is_given_up(tmp_path: Path) -> None:
    program = tmp_path / "python3"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    began = time.monotonic()
    assert probe(str(program), seconds=0.5).problem == "did not answer within 0 s"
    assert time.monotonic() - began < 10


def test_a_python_without_the_libraries_is_refused_by_their_names() -> None:
    bare = [sys.executable, "-S", "-I", "-c", find._PROBE, *find.LIBRARIES]
    done = subprocess.run(bare, capture_output=True, text=True, check=True)
    assert "cannot import click, numpy" in str(read_probe(done.stdout, 0).problem)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"version": [3, 12, 1], "satseg": None, "missing": {}}, None),
        ({"version": [3, 8, 10], "satseg": None, "missing": {}}, "is Python 3.8.10, and SatSeg needs 3.9 or newer"),
        ({"version": [3, 9, 0], "satseg": None, "missing": {"rasterio": "x"}}, "cannot import rasterio"),
    ],
)
def test_what_a_candidate_answers_is_judged(answer: dict[str, object], problem: str | None) -> None:
    assert read_probe("chatter before\n" + json.dumps(answer), 0).problem == problem


@pytest.mark.parametrize("text", ["", "Python 2.7", "{}", '{"version": 3}', "[1]"])
def test_nonsense_is_refused(text: str) -> None:
    assert read_probe(text, 9009).problem == "is no working Python (it ended with code 9009)"


def test_an_installed_satseg_of_this_version_is_run_by_its_name() -> None:
    assert engine_command("py", __version__) == ("py", "-m", "satseg_core")


@pytest.mark.parametrize("installed", [None, "0.0.1"])
def test_otherwise_the_plugin_runs_what_came_with_it(installed: str | None) -> None:
    python, launcher = engine_command("py", installed)
    assert python == "py"
    assert Path(launcher).name == "launch.py"


def test_the_launcher_runs_the_engine_from_any_folder(tmp_path: Path) -> None:
    launcher = engine_command(sys.executable, None)[1]
    done = subprocess.run(
        [sys.executable, launcher, "--version"], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.stdout.split()[-1] == __version__, done.stderr


def test_a_good_answer_is_remembered_and_a_bad_one_only_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [Probe("is broken"), Probe(None, "3.12.0")]
    monkeypatch.setattr(find, "probe", lambda _: answers.pop(0))
    cache = ProbeCache()
    assert cache.probe("py").problem == "is broken"
    assert cache.probe("py").problem == "is broken"
    monkeypatch.setattr(find, "RETRY_SECONDS", 0.0)
    assert cache.probe("py").problem is None
    assert cache.probe("py").problem is None
    assert not answers


def test_on_windows_the_python_of_the_installation_and_never_qgis(tmp_path: Path) -> None:
    root = tmp_path / "QGIS"
    program = touch(root / "bin" / "qgis-bin.exe")
    own = touch(root / "apps" / "Python312" / "python.exe")
    osgeo = touch(root / "bin" / "python3.exe")
    assert own_pythons("win32", program, str(root / "apps" / "Python312"), (3, 12)) == [own, osgeo]


@pytest.mark.parametrize("prefix", ["QGIS/apps/qgis", "elsewhere"])
def test_on_windows_any_python_of_the_installation_where_the_prefix_misleads(tmp_path: Path, prefix: str) -> None:
    root = tmp_path / "QGIS"
    program = touch(root / "bin" / "qgis-bin.exe")
    old = touch(root / "apps" / "Python39" / "python.exe")
    own = touch(root / "apps" / "Python312" / "python.exe")
    touch(root / "apps" / "Python2" / "python.exe")
    assert own_pythons("win32", program, str(tmp_path / prefix), (3, 12)) == [own, old]


def test_on_macos_the_python_in_the_bundle_and_never_the_system(tmp_path: Path) -> None:
    contents = tmp_path / "QGIS.app" / "Contents"
    program = touch(contents / "MacOS" / "QGIS")
    own = touch(contents / "MacOS" / "bin" / "python3")
    found = own_pythons("darwin", program, "/usr", (3, 9))
    assert found == [own]


def test_on_newer_macos_builds_the_python_beside_the_program(tmp_path: Path) -> None:
    contents = tmp_path / "QGIS.app" / "Contents"
    program = touch(contents / "MacOS" / "QGIS")
    own = touch(contents / "MacOS" / "python")
    assert own_pythons("darwin", program, str(contents), (3, 12)) == [own]


def test_on_macos_the_framework_in_the_bundle(tmp_path: Path) -> None:
    contents = tmp_path / "QGIS.app" / "Contents"
    program = touch(contents / "MacOS" / "QGIS")
    framework = contents / "Frameworks" / "Python.framework" / "Versions" / "3.12"
    own = touch(framework / "bin" / "python3.12")
    assert own_pythons("darwin", program, str(framework), (3, 12)) == [own]


def test_on_macos_the_system_is_not_asked_even_where_it_runs(tmp_path: Path) -> None:
    assert own_pythons("darwin", "/usr/bin/python3", "/usr", (3, 9)) == []


def test_on_linux_the_running_python_unless_it_is_a_program_that_embeds_one(tmp_path: Path) -> None:
    python = touch(tmp_path / "bin" / "python3")
    program = touch(tmp_path / "bin" / "qgis")
    assert own_pythons("linux", python, str(tmp_path), (3, 11)) == [python]
    assert own_pythons("linux", program, str(tmp_path), (3, 11)) == [python]
