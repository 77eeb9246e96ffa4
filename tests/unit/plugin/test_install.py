"""Making an environment: whole or not at all, cancelled at once, one at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from satseg_core.errors import CancelledError, OutputError, SatSegError
from satseg_qgis.engine import install, made
from satseg_qgis.engine.install import Installer, pip_words, proxy_variables
from satseg_qgis.engine.made import Kind, made_pythons

EMPTY = Kind("light", (), 1, 30)
"""Nothing to install: what is there besides is the true thing."""


def installer(folder: Path, **changes) -> Installer:
    lines: list[str] = []
    values = {"tell": lines.append, "progress": lambda _: None, "cancelled": lambda: False, **changes}
    made_one = Installer(folder, **values)
    made_one.lines = lines
    return made_one


@pytest.fixture
def healthy(monkeypatch: pytest.MonkeyPatch):
    """The environments of these tests are empty, so the engine is not asked whether it runs."""
    monkeypatch.setattr(install, "engine_command", lambda python, _: (python, "-c", "pass"))


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A folder with one small wheel in it."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "satseg-tiny"\nversion = "1.0"\n[tool.setuptools]\npy-modules = ["satseg_tiny"]\n',
        encoding="utf-8",
    )
    (source / "satseg_tiny.py").write_text("VALUE = 7\n", encoding="utf-8")
    folder = tmp_path / "wheels"
    words = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q", "-w", folder, source]
    subprocess.run(words, check=True)
    return folder


def test_an_environment_from_a_folder_of_wheels(tmp_path: Path, wheel: Path, healthy: None) -> None:
    kind = Kind("light", ("satseg-tiny>=1",), 1, 30)
    progress: list[float] = []
    one = installer(tmp_path / "envs", progress=progress.append)
    python = one.make(kind, wheel, sys.executable)
    done = subprocess.run([python, "-c", "import satseg_tiny as t; print(t.VALUE)"], capture_output=True, text=True)
    assert done.stdout.strip() == "7"
    assert made_pythons(tmp_path / "envs", sys.platform) == [python]
    assert progress == sorted(progress)
    assert progress[-1] == 1.0
    assert any("satseg-tiny" in line for line in one.lines)
    again = installer(tmp_path / "envs").make(kind, wheel, sys.executable)
    assert again == python
    assert [path.name for path in (tmp_path / "envs").iterdir()] == [python.parents[1].name]


def test_packages_that_are_missing_leave_nothing(tmp_path: Path, wheel: Path, healthy: None) -> None:
    with pytest.raises(SatSegError, match="no wheel of surely-not-there"):
        installer(tmp_path / "envs").make(Kind("light", ("surely-not-there",), 1, 30), wheel, sys.executable)
    assert list((tmp_path / "envs").iterdir()) == []


def test_an_engine_that_does_not_run_leaves_what_was_there(tmp_path: Path, wheel: Path) -> None:
    old = made.environment_path(tmp_path / "envs", EMPTY)
    old.mkdir(parents=True)
    (old / "mark").touch()
    with pytest.raises(SatSegError, match="not possible to run the engine"):
        installer(tmp_path / "envs").make(Kind("light", ("satseg-tiny",), 1, 30), wheel, sys.executable)
    assert [path.name for path in (tmp_path / "envs").iterdir()] == [old.name]
    assert (old / "mark").exists()


def test_a_cancel_ends_it_at_once_and_leaves_nothing(tmp_path: Path, wheel: Path) -> None:
    began = time.monotonic()
    one = installer(tmp_path / "envs", cancelled=lambda: time.monotonic() - began > 0.3)
    with pytest.raises(CancelledError):
        one.make(Kind("light", ("satseg-tiny",), 1, 30), wheel, sys.executable)
    assert time.monotonic() - began < 5
    assert list((tmp_path / "envs").iterdir()) == []


def test_one_at_a_time(tmp_path: Path, wheel: Path) -> None:
    folder = tmp_path / "envs"
    folder.mkdir()
    lock = folder / f"light-{made.NUMBER}.lock"
    lock.touch()
    with pytest.raises(OutputError, match=r"Another QGIS is making .* delete .*\.lock"):
        installer(folder).make(EMPTY, wheel, sys.executable)
    assert lock.exists()


def test_the_lock_of_one_that_was_killed_is_taken_over(tmp_path: Path, wheel: Path, healthy: None) -> None:
    folder = tmp_path / "envs"
    folder.mkdir()
    lock = folder / f"light-{made.NUMBER}.lock"
    lock.touch()
    os.utime(lock, (time.time() - 7200,) * 2)
    assert installer(folder).make(Kind("light", ("satseg-tiny",), 1, 30), wheel, sys.executable).exists()
    assert not lock.exists()


def test_a_disk_that_is_too_small_is_told_before_anything_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"takes about 1,000,000,300 MB .* SATSEG_ENVIRONMENTS"):
        installer(tmp_path / "envs").make(Kind("light", (), 1, 10**9), None, sys.executable)


def test_an_empty_folder_of_wheels_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no wheels in"):
        installer(tmp_path / "envs").make(EMPTY, tmp_path, sys.executable)


def test_nothing_is_compiled_and_a_folder_means_no_internet() -> None:
    words = pip_words(made.KINDS[0], Path("/w"))
    assert "--only-binary" in words
    assert words.index("--no-index") < words.index("/w")
    assert "--no-index" not in pip_words(made.KINDS[0], None)


PROXY = {"enabled": "true", "type": "HttpProxy", "host": "proxy", "port": "8080", "user": "", "password": ""}


@pytest.mark.parametrize(
    ("changes", "environ", "expected"),
    [
        ({}, {}, "http://proxy:8080"),
        ({"user": "me@here", "password": "a:b"}, {}, "http://me%40here:a%3Ab@proxy:8080"),  # pragma: allowlist secret
        ({"type": "Socks5Proxy"}, {}, "socks5://proxy:8080"),
        ({"port": ""}, {}, "http://proxy"),
        ({"enabled": "false"}, {}, None),
        ({"host": ""}, {}, None),
        ({}, {"HTTPS_PROXY": "http://other"}, None),
    ],
)
def test_the_proxy_of_qgis_is_passed_on(changes: dict[str, str], environ: dict[str, str], expected: str | None) -> None:
    found = proxy_variables({**PROXY, **changes}, environ)
    assert found == ({} if expected is None else {"HTTP_PROXY": expected, "HTTPS_PROXY": expected})
