"""Making an environment for the engine: a virtual environment, wheels into it, a look whether the engine runs.

It is made under another name and renamed when everything is there, so that nobody finds half of one; a lock keeps a
second QGIS from making the same. Only wheels are installed: nothing is compiled on the user's machine.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess  # nosec B404 # running pip in another Python is what this module is for
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Callable
from urllib.parse import quote

from satseg_core.errors import CancelledError, OutputError, RuntimeUnavailableError, SatSegError
from satseg_qgis.engine.environment import child_environment
from satseg_qgis.engine.explain import explain
from satseg_qgis.engine.find import engine_command, own_pythons, probe_version, window_options
from satseg_qgis.engine.made import PARTIAL, Kind, environment_path, python_of, write_note
from satseg_qgis.engine.process import kill_tree

TAIL = 40
"""Lines that a failure is explained from."""

SPARE_MB = 300
"""Besides what the environment takes: wheels on their way."""

STALE_SECONDS = 3600.0
"""A lock that nobody has touched for so long is of a QGIS that was killed."""

_DOWNLOAD = re.compile(r"Downloading .*\(([\d.]+) ([kMG]?B)\)")
_UNITS = {"B": 1e-6, "kB": 1e-3, "MB": 1.0, "GB": 1e3}
_VENV_SHARE, _FETCH_SHARE, _INSTALL_SHARE = 0.05, 0.65, 0.25

Tell = Callable[[str], None]
Progress = Callable[[float], None]


class Installer:
    """Makes environments.

    Args:
        folder: of the environments.
        tell: gets every line of the log.
        progress: gets the share that is done, 0 to 1.
        cancelled: asked ten times a second.
        environ: of QGIS; None is ``os.environ``.
        proxy: variables that name a proxy; see `proxy_variables`.
    """

    def __init__(
        self,
        folder: Path,
        tell: Tell,
        progress: Progress,
        cancelled: Callable[[], bool],
        environ: Mapping[str, str] | None = None,
        proxy: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = folder
        self._tell = tell
        self._progress = progress
        self._cancelled = cancelled
        self._environ = {**child_environment(os.environ if environ is None else environ), **(proxy or {})}

    def make(self, kind: Kind, wheels: Path | None = None, base: str | None = None) -> Path:
        """Make an environment; one of the same kind is replaced when the new one is complete.

        Args:
            kind: of it.
            wheels: folder to take all packages from instead of the internet.
            base: interpreter to make it from; None for QGIS' own.

        Returns:
            The environment's interpreter.

        Raises:
            RuntimeUnavailableError: there is no Python to make it from.
            OutputError: no space, or another QGIS is at it.
            SatSegError: pip failed; the sentence says what to do.
            CancelledError: the user cancelled, and nothing is left.
        """
        if wheels is not None and not any(wheels.glob("*.whl")):
            raise OutputError(f"There are no wheels in {wheels}; fill it with pip download, or leave the folder out.")
        python = base or base_python()
        target = environment_path(self._folder, kind)
        self._check_space(kind)
        with _locked(target.with_name(target.name + ".lock")):
            partial = target.with_name(target.name + PARTIAL)
            try:
                version = self._fill(partial, kind, wheels, python)
                write_note(partial, kind, version)
                _replace(partial, target)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
        self._progress(1.0)
        return python_of(target, sys.platform)

    def _fill(self, partial: Path, kind: Kind, wheels: Path | None, base: str) -> str:
        """Everything into the folder; gives the version of its Python."""
        shutil.rmtree(partial, ignore_errors=True)
        self._tell(f"Making a virtual environment with {base}")
        self._run([base, "-m", "venv", str(partial)], "make a virtual environment", lambda _: None)
        self._progress(_VENV_SHARE)
        inside = python_of(partial, sys.platform)
        self._tell(f"Installing {', '.join(kind.requirements)}")
        self._run([str(inside), *pip_words(kind, wheels)], "install the packages", _Fetched(kind, self._progress).line)
        self._progress(_VENV_SHARE + _FETCH_SHARE + _INSTALL_SHARE)
        self._tell("Looking whether the engine runs")
        self._run([*engine_command(str(inside), None), "doctor"], "run the engine", lambda _: None)
        return probe_version(str(inside))

    def _check_space(self, kind: Kind) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self._folder).free / 1e6
        except OSError as error:
            raise OutputError(
                f"The folder {self._folder} cannot be made ({error.strerror}); name another in SATSEG_ENVIRONMENTS."
            ) from error
        needed = kind.disk_mb + SPARE_MB
        if free < needed:
            raise OutputError(
                f"The environment takes about {needed:,} MB and there are {free:,.0f} MB free in {self._folder};"
                " free some space, or name a folder on another disk in SATSEG_ENVIRONMENTS."
            )

    def _run(self, words: Sequence[str], what: str, watch: Tell) -> None:
        """Run a program to its end, line by line.

        Raises:
            CancelledError: the user cancelled; the program is gone.
            SatSegError: it failed.
        """
        tail: deque[str] = deque(maxlen=TAIL)

        def hear(stream: Iterator[bytes]) -> None:
            for raw in stream:
                line = raw.decode("utf-8", "replace").rstrip()
                tail.append(line)
                watch(line)
                self._tell(line)

        try:
            process = subprocess.Popen(  # nosec B603 # an interpreter that was probed, our own arguments, no shell
                list(words),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=self._environ,
                start_new_session=sys.platform != "win32",
                **window_options(),
            )
        except OSError as error:
            raise RuntimeUnavailableError(f"{words[0]} cannot be run ({error.strerror or error}).") from error
        reader = threading.Thread(target=hear, args=(process.stdout,), daemon=True)
        reader.start()
        while process.poll() is None:
            if self._cancelled():
                kill_tree(process)  # venv runs pip in a process of its own
                raise CancelledError
            time.sleep(0.1)
        reader.join(timeout=5.0)
        if process.stdout and not reader.is_alive():
            process.stdout.close()
        if process.returncode:
            raise SatSegError(explain(list(tail), what))


class _Fetched:
    """Turns what pip prints into progress: megabytes fetched of those that there are about."""

    def __init__(self, kind: Kind, progress: Progress) -> None:
        self._expected = kind.download_mb
        self._progress = progress
        self._done = 0.0

    def line(self, line: str) -> None:
        """Look at a line."""
        found = _DOWNLOAD.search(line)
        if found:
            self._done += float(found.group(1)) * _UNITS[found.group(2)]
            self._progress(_VENV_SHARE + _FETCH_SHARE * min(self._done / self._expected, 1.0))
        elif line.startswith("Installing collected packages"):
            self._progress(_VENV_SHARE + _FETCH_SHARE)


def pip_words(kind: Kind, wheels: Path | None) -> list[str]:
    """Arguments of a Python that installs the packages of a kind into itself."""
    words = ["-m", "pip", "install", "--only-binary", ":all:", "--no-input", "--disable-pip-version-check"]
    words += ["--progress-bar", "off", "--no-warn-script-location"]
    words += ["--no-index", "--find-links", str(wheels)] if wheels else []
    return [*words, *kind.requirements]


def base_python() -> str:
    """QGIS' own Python, which environments are made from.

    Raises:
        RuntimeUnavailableError: none was found, or none is new enough.
    """
    found = own_pythons(sys.platform, sys.executable, sys.prefix, sys.version_info[:2])
    for python in found:
        if probe_version(python):
            return python
    raise RuntimeUnavailableError(
        "QGIS' own Python was not found; make an environment yourself and name its Python in SATSEG_PYTHON."
    )


def proxy_variables(settings: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The proxy of QGIS' settings as pip takes it; empty where the environment names one already, or there is none.

    Args:
        settings: ``enabled``, ``type``, ``host``, ``port``, ``user``, ``password``, as text.
        environ: of QGIS.
    """
    if settings.get("enabled", "false").lower() != "true" or not settings.get("host"):
        return {}
    if any(name in environ for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")):
        return {}
    scheme = "socks5" if settings.get("type", "").startswith("Socks5") else "http"
    login = ""
    if settings.get("user"):
        login = f"{quote(settings['user'], safe='')}:{quote(settings.get('password', ''), safe='')}@"
    port = f":{settings['port']}" if settings.get("port") else ""
    url = f"{scheme}://{login}{settings['host']}{port}"
    return {"HTTP_PROXY": url, "HTTPS_PROXY": url}


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep others out: a file that only one can make."""
    for last in (False, True):
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError as error:
            if last or time.time() - path.stat().st_mtime < STALE_SECONDS:
                raise OutputError(
                    f"Another QGIS is making this environment; wait for it, or delete {path} if none is."
                ) from error
            path.unlink()
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


def _replace(partial: Path, target: Path) -> None:
    """Put a complete environment in its place, instead of one that is there."""
    old = target.with_name(target.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    try:
        if target.exists():
            target.rename(old)
        partial.rename(target)
    except OSError as error:
        raise OutputError(
            f"{target} cannot be replaced ({error.strerror or error}); close other QGIS windows and try again."
        ) from error
    shutil.rmtree(old, ignore_errors=True)
