"""Making an environment for the engine: a virtual environment, wheels into it, a look whether the engine runs.

It is made under another name and renamed when everything is there, so that nobody finds half of one; a lock keeps a
second QGIS from making the same. Only wheels are installed: nothing is compiled on the user's machine. What pip fetches
lies inside of it, too, until it is installed: a pip that is ended leaves it, and that may be gigabytes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess  # nosec B404 # running pip in another Python is what this module is for
import sys
import threading
import time
import zipfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Callable
from urllib.parse import quote

from satseg_core import lock
from satseg_core.errors import CancelledError, OutputError, RuntimeUnavailableError, SatSegError
from satseg_qgis.engine.environment import child_environment
from satseg_qgis.engine.explain import explain
from satseg_qgis.engine.find import (
    PACKAGES,
    engine_command,
    makes_environments,
    own_pythons,
    probe_version,
    window_options,
)
from satseg_qgis.engine.made import PARTIAL, Kind, Size, environment_path, python_of, write_note
from satseg_qgis.engine.process import kill_tree
from satseg_qgis.engine.systems import with_advice
from satseg_qgis.engine.words import tr

TAIL = 40
"""Lines that a failure is explained from."""

SPARE_MB = 100
"""Besides what the environment takes, and the wheels on their way."""

_VENV_MB = 20
"""An environment with nothing but pip."""

_COMPILED = 1.19
"""What is on the disk in the end, against what is in the wheels: compiled modules, and what blocks leave unused."""

_TEMPORARY = "fetched"
"""Folder in an environment that is being made: of files on their way."""

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
        self._outside = os.environ if environ is None else environ
        self._environ = {**child_environment(self._outside), **(proxy or {})}

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
            sentence = tr("There are no wheels in {folder}; fill it with pip download, or leave the folder out.")
            raise OutputError(sentence.format(folder=wheels))
        python = base or base_python(self._outside)
        target = environment_path(self._folder, kind)
        size = kind.size(sys.platform) if wheels is None else size_of_wheels(wheels, kind.size(sys.platform))
        self._check_space(size)
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
        temporary = partial / _TEMPORARY
        temporary.mkdir(parents=True)
        self._environ.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary)))
        self._tell(tr("Making a virtual environment with {python}").format(python=base))
        self._run(
            [base, "-m", "venv", str(partial)], tr("The virtual environment could not be made ({why})."), lambda _: None
        )
        self._progress(_VENV_SHARE)
        inside = python_of(partial, sys.platform)
        self._tell(tr("Installing {packages}").format(packages=", ".join(kind.requirements)))
        watch = _Fetched(kind.size(sys.platform), self._progress).line
        self._run([str(inside), *pip_words(kind, wheels)], tr("The packages could not be installed ({why})."), watch)
        self._progress(_VENV_SHARE + _FETCH_SHARE + _INSTALL_SHARE)
        self._tell(tr("Looking whether the engine runs"))
        doctor = [*engine_command(str(inside), None), "doctor"]
        self._run(doctor, tr("The engine does not run in the new environment ({why})."), lambda _: None)
        shutil.rmtree(temporary, ignore_errors=True)
        return probe_version(str(inside))

    def _check_space(self, size: Size) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self._folder).free / 1e6
        except OSError as error:
            sentence = tr("The folder {folder} cannot be made ({why}); name another in SATSEG_ENVIRONMENTS.")
            raise OutputError(sentence.format(folder=self._folder, why=error.strerror)) from error
        needed = size.disk_mb + size.download_mb + SPARE_MB
        if free < needed:
            sentence = tr(
                "The environment takes about {needed} MB while it is made and there are {free} MB free in {folder};"
                " free some space, or name a folder on another disk in SATSEG_ENVIRONMENTS."
            )
            raise OutputError(sentence.format(needed=f"{needed:,}", free=f"{free:,.0f}", folder=self._folder))

    def _run(self, words: Sequence[str], failure: str, watch: Tell) -> None:
        """Run a program to its end, line by line.

        Args:
            words: the command line.
            failure: what is said where nothing better is known, with ``{why}`` in it.
            watch: gets every line.

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
            sentence = tr("{program} cannot be run ({why}).")
            raise RuntimeUnavailableError(sentence.format(program=words[0], why=error.strerror or error)) from error
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
            raise SatSegError(with_advice(explain(list(tail), failure), self._outside, PACKAGES))


class _Fetched:
    """Turns what pip prints into progress: megabytes fetched of those that there are about."""

    def __init__(self, size: Size, progress: Progress) -> None:
        self._expected = size.download_mb
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
    # Without a cache, as gigabytes would stay in the user's home, which may have a quota, when all is removed.
    words += ["--progress-bar", "off", "--no-warn-script-location", "--no-cache-dir"]
    words += ["--no-index", "--find-links", str(wheels)] if wheels else []
    return [*words, *kind.requirements]


def size_of_wheels(folder: Path, most: Size) -> Size:
    """What an environment from a folder of wheels takes: nothing is fetched, and torch may be the small one.

    Args:
        folder: with the wheels; wheels of other systems may lie in it, too.
        most: what the same takes from the internet.
    """
    unpacked = sum(map(_unpacked, folder.glob("*.whl")))
    return Size(0, min(most.disk_mb, _VENV_MB + round(_COMPILED * unpacked / 1e6)))


def _unpacked(wheel: Path) -> int:
    """Bytes of what is in it; none where it is broken, which pip says if it needs this one."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            return sum(member.file_size for member in archive.infolist())
    except (OSError, zipfile.BadZipFile):
        return 0


def base_python(environ: Mapping[str, str] = os.environ) -> str:
    """QGIS' own Python, which environments are made from.

    Args:
        environ: of QGIS.

    ``sys.executable`` may be another one, the first on the search path, where a program embeds Python on Linux: it is
    taken if QGIS' own lacks what makes environments, as Debian's does without ``python3-venv``.

    Raises:
        RuntimeUnavailableError: none was found, or none is new enough.
    """
    found = own_pythons(sys.platform, sys.executable, sys.prefix, sys.version_info[:2])
    working = [(python, version) for python in found for version in [probe_version(python)] if version]
    if working:
        own = ".".join(map(str, sys.version_info[:3]))
        return min(working, key=lambda one: (not makes_environments(one[0]), one[1] != own))[0]
    reason = tr("QGIS' own Python was not found; make an environment yourself and name its Python in SATSEG_PYTHON.")
    raise RuntimeUnavailableError(with_advice(reason, environ, PACKAGES))


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
    """Keep other QGIS out."""
    try:
        held = lock.take(path)
    except OSError as error:
        sentence = tr("The folder {folder} cannot be written to ({why}); name another in SATSEG_ENVIRONMENTS.")
        raise OutputError(sentence.format(folder=path.parent, why=error.strerror or error)) from error
    if held is None:
        raise OutputError(tr("Another QGIS is making this environment just now; wait for it."))
    try:
        yield
    finally:
        lock.let_go(held, path)


def _replace(partial: Path, target: Path) -> None:
    """Put a complete environment in its place, instead of one that is there."""
    old = target.with_name(target.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    try:
        if target.exists():
            target.rename(old)
        partial.rename(target)
    except OSError as error:
        sentence = tr("{folder} cannot be replaced ({why}); close other QGIS windows and try again.")
        raise OutputError(sentence.format(folder=target, why=error.strerror or error)) from error
    shutil.rmtree(old, ignore_errors=True)
