"""Making an environment: whole or not at all, cancelled at once, one at a time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from satseg_core.errors import CancelledError, OutputError, SatSegError
from satseg_qgis.engine import install, made
from satseg_qgis.engine.install import Installer, pip_words, proxy_variables
from satseg_qgis.engine.made import Kind, Size, made_pythons


def small(*requirements: str, disk_mb: int = 30) -> Kind:
    """A kind that is made in no time."""
    return Kind("light", requirements, {"linux": Size(1, disk_mb)})


EMPTY = small()
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


class Cacheable(SimpleHTTPRequestHandler):
    """Says, as PyPI does, that what it gives may be kept."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "max-age=3600")
        super().end_headers()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server of a folder's files, on this machine."""
    handler = partial(Cacheable, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


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
    kind = small("satseg-tiny>=1")
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
        installer(tmp_path / "envs").make(small("surely-not-there"), wheel, sys.executable)
    assert list((tmp_path / "envs").iterdir()) == []


def test_an_engine_that_does_not_run_leaves_what_was_there(tmp_path: Path, wheel: Path) -> None:
    old = made.environment_path(tmp_path / "envs", EMPTY)
    old.mkdir(parents=True)
    (old / "mark").touch()
    with pytest.raises(SatSegError, match="engine does not run in the new environment"):
        installer(tmp_path / "envs").make(small("satseg-tiny"), wheel, sys.executable)
    assert [path.name for path in (tmp_path / "envs").iterdir()] == [old.name]
    assert (old / "mark").exists()


def test_a_cancel_ends_it_at_once_and_leaves_nothing(tmp_path: Path, wheel: Path) -> None:
    began = time.monotonic()
    one = installer(tmp_path / "envs", cancelled=lambda: time.monotonic() - began > 0.3)
    with pytest.raises(CancelledError):
        one.make(small("satseg-tiny"), wheel, sys.executable)
    assert time.monotonic() - began < 5
    assert list((tmp_path / "envs").iterdir()) == []


OTHER_QGIS = """
import sys
from pathlib import Path
from satseg_qgis.engine.install import Installer
from satseg_qgis.engine.made import Kind, Size
def tell(line):
    print(line, flush=True)
    sys.stdin.read()
kind = Kind("light", (), {"linux": Size(1, 30)})
Installer(Path(sys.argv[1]), tell, lambda _: None, lambda: False).make(kind, None, sys.executable)
"""


def other_qgis(folder: Path) -> subprocess.Popen[str]:
    """Another process that has begun to make an environment, and waits for the end of its standard input."""
    words = [sys.executable, "-c", OTHER_QGIS, str(folder)]
    child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    assert "Making a virtual environment" in child.stdout.readline()
    return child


def test_one_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "envs"
    with other_qgis(folder) as child:
        half_made = folder / f"light-{made.NUMBER}.partial"
        with pytest.raises(OutputError, match="Another QGIS is making this environment"):
            installer(folder).make(EMPTY, None, sys.executable)
        assert half_made.is_dir()
        child.kill()


def test_what_one_that_was_killed_has_left_is_taken_over(tmp_path: Path, wheel: Path, healthy: None) -> None:
    folder = tmp_path / "envs"
    with other_qgis(folder) as child:
        child.kill()
    assert len(list(folder.iterdir())) == 2
    assert installer(folder).make(small("satseg-tiny"), wheel, sys.executable).exists()
    assert [path.name for path in folder.iterdir()] == [f"light-{made.NUMBER}"]


def test_what_pip_fetches_is_inside_and_goes(tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pip that is ended leaves its files in the folder for temporary ones."""
    show = "import tempfile; print('files go to', tempfile.gettempdir())"
    monkeypatch.setattr(install, "engine_command", lambda python, _: (python, "-c", show))
    one = installer(tmp_path / "envs")
    environment = one.make(small("satseg-tiny"), wheel, sys.executable).parents[1]
    (line,) = (line for line in one.lines if line.startswith("files go to"))
    assert Path(line[len("files go to ") :]).parent == environment.with_name(environment.name + made.PARTIAL)
    assert not any(path.name == install._TEMPORARY for path in environment.iterdir())


def test_what_comes_from_a_server_stays_in_no_cache(tmp_path: Path, wheel: Path, healthy: None) -> None:
    page = wheel / "simple" / "satseg-tiny" / "index.html"
    page.parent.mkdir(parents=True)
    (file,) = wheel.glob("*.whl")
    page.write_text(f'<a href="../../{file.name}">{file.name}</a>', encoding="utf-8")
    with served(wheel) as address:
        pip = {"INDEX_URL": f"{address}/simple", "TRUSTED_HOST": "127.0.0.1", "CACHE_DIR": str(tmp_path / "cache")}
        environ = {**os.environ, **{f"PIP_{name}": value for name, value in pip.items()}}
        one = installer(tmp_path / "envs", environ=environ)
        one.make(small("satseg-tiny"), None, sys.executable)
    assert any(re.search(f"Downloading .*{file.name}", line) for line in one.lines)
    assert not (tmp_path / "cache").exists()


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / f"light-{made.NUMBER}.lock").mkdir()  # the file cannot be made, not even by root
    with pytest.raises(OutputError, match=r"cannot be written to .*SATSEG_ENVIRONMENTS"):
        installer(tmp_path).make(EMPTY, None, sys.executable)


def test_a_folder_of_wheels_says_how_much_room_is_needed(tmp_path: Path, wheel: Path) -> None:
    unpacked = 50_000_000
    with zipfile.ZipFile(wheel / "large-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("large.py", bytes(unpacked))
    (wheel / "broken-1.0-py3-none-any.whl").write_bytes(b"no zip")
    size = install.size_of_wheels(wheel, Size(3000, 6000))
    assert size.download_mb == 0
    assert 70 < size.disk_mb < 100
    assert install.size_of_wheels(wheel, Size(10, 60)).disk_mb == 60


def test_the_base_is_a_python_that_makes_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's has neither venv nor pip unless python3-venv is installed."""
    own = f"{sys.version_info[0]}.{sys.version_info[1]}.{sys.version_info[2]}"
    bare = python_like(tmp_path / "bare", own, makes=False)
    other = python_like(tmp_path / "other", "3.12.99", makes=True)
    best = python_like(tmp_path / "best", own, makes=True)
    for found, expected in (([bare, other, best], best), ([bare, other], other), ([bare], bare)):
        monkeypatch.setattr(install, "own_pythons", lambda *_, found=found: found)
        assert install.base_python({}) == expected


def python_like(path: Path, version: str, makes: bool) -> str:
    """A program that answers like a Python of a version, with or without ``venv``."""
    code = 0 if makes else 1
    path.write_text(f'#!/bin/sh\ncase "$2" in *ensurepip*) exit {code};; esac\necho {version}\n', encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_a_disk_that_is_too_small_is_told_before_anything_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"takes about 1,000,000,101 MB .* SATSEG_ENVIRONMENTS"):
        installer(tmp_path / "envs").make(small(disk_mb=10**9), None, sys.executable)


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
