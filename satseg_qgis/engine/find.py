"""Which Python runs the engine.

In this order: the one that ``SATSEG_PYTHON`` names, the one of the plugin's setting, that of an environment that the
plugin made (`made`), and QGIS' own, if it has the libraries.

A candidate is believed only after it was run and could import what the engine needs.
"""

from __future__ import annotations

import json
import os
import subprocess  # nosec B404 # running another Python is what this module is for
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from satseg_core.errors import RuntimeUnavailableError
from satseg_core.version import __version__
from satseg_qgis.engine.environment import child_environment
from satseg_qgis.engine.made import environments_folder, made_pythons
from satseg_qgis.engine.systems import with_advice
from satseg_qgis.engine.words import tr

VARIABLE = "SATSEG_PYTHON"
"""Names the Python of the engine and overrides every search."""

PROBE_SECONDS = 60.0
"""A first import from a cold disk with a virus scanner takes half a minute; a hung program takes for ever."""

OLDEST = (3, 9)
"""Version of Python that the engine needs at least."""

RETRY_SECONDS = 10.0
"""How long a failed probe is remembered: installing the libraries should not need a restart of QGIS."""

LIBRARIES = ("numpy", "rasterio", "pyproj", "shapely", "pyogrio", "click", "tqdm")
"""What the engine imports whatever it runs; besides one of ONNX Runtime and PyTorch."""

PACKAGES = " ".join((*LIBRARIES, "onnxruntime"))
INSTALL = f"pip install {PACKAGES}"

_PROBE = """
import importlib, json, sys
def problem(name):
    try:
        importlib.import_module(name)
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)
def satseg():
    try:
        return importlib.import_module("satseg_core.version").__version__
    except Exception:
        return None
missing = {name: problem(name) for name in sys.argv[1:]}
missing["onnxruntime"] = problem("onnxruntime") and problem("torch") and problem("onnxruntime")
print(json.dumps({
    "version": list(sys.version_info[:3]), "satseg": satseg(),
    "missing": {name: text for name, text in missing.items() if text},
}))
"""
"""What a candidate is asked to run: prints one JSON object."""


@dataclass(frozen=True)
class Engine:
    """A Python that can run the engine.

    Attributes:
        python: path of the interpreter.
        command: what the arguments of ``satseg`` are appended to.
        version: of the interpreter, such as ``3.12.3``.
    """

    python: str
    command: tuple[str, ...]
    version: str


@dataclass(frozen=True)
class Probe:
    """What a candidate answered.

    Attributes:
        problem: clause that says what is wrong with it; None where it can run the engine.
        version: of the interpreter.
        satseg: version of the ``satseg_core`` installed in it, if any.
    """

    problem: str | None
    version: str = ""
    satseg: str | None = None


@dataclass
class ProbeCache:
    """Probes of this session by interpreter: good ones for good, failed ones for `RETRY_SECONDS`."""

    seen: dict[str, tuple[float, Probe]] = field(default_factory=dict)

    def probe(self, python: str) -> Probe:
        """What `probe` says about ``python``, asked once."""
        known = self.seen.get(python)
        if known and (known[1].problem is None or time.monotonic() - known[0] < RETRY_SECONDS):
            return known[1]
        answer = probe(python)
        self.seen[python] = (time.monotonic(), answer)
        return answer


_CACHE = ProbeCache()


def forget_probes() -> None:
    """Look anew at every candidate: what is installed has changed."""
    _CACHE.seen.clear()


def find_engine(environ: Mapping[str, str] | None = None, cache: ProbeCache = _CACHE, setting: str = "") -> Engine:
    """The first candidate that can run the engine.

    Args:
        environ: environment of QGIS; None is ``os.environ``.
        cache: where probes are remembered.
        setting: interpreter that the plugin's setting names; empty for none.

    Raises:
        RuntimeUnavailableError: none can; the sentence says what to do.
    """
    environ = os.environ if environ is None else environ
    by_variable = environ.get(VARIABLE, "").strip()
    named = by_variable or setting.strip()
    found = [named] if named else _candidates(environ)
    problem = ""
    for python in found:
        answer = cache.probe(python)
        if answer.problem is None:
            return Engine(python, engine_command(python, answer.satseg), answer.version)
        problem = problem or f"{python} {answer.problem}"
    reason = _nothing_found(named, problem, VARIABLE if by_variable else tr("The plugin's setting"))
    raise RuntimeUnavailableError(with_advice(reason, environ, PACKAGES))


def _candidates(environ: Mapping[str, str]) -> list[str]:
    """Interpreters that nobody named, best first."""
    made = made_pythons(environments_folder(sys.platform, environ, Path.home()), sys.platform)
    own = own_pythons(sys.platform, sys.executable, sys.prefix, sys.version_info[:2])
    return list(dict.fromkeys([*map(str, made), *own]))


def engine_command(python: str, installed: str | None) -> tuple[str, ...]:
    """What runs the engine: the ``satseg`` installed in ``python`` if of this version, or else what came with QGIS."""
    if installed == __version__:
        return (python, "-m", "satseg_core")
    return (python, str(Path(__file__).resolve().with_name("launch.py")))


def own_pythons(platform: str, executable: str, prefix: str, version: tuple[int, ...]) -> list[str]:
    """Files that may be QGIS' own Python, best first.

    Inside QGIS ``sys.executable`` is QGIS itself on Windows and macOS. A bare ``python`` from PATH
    would be anybody's, and ``/usr/bin/python3`` on macOS opens an offer to install developer tools.

    Args:
        platform: ``sys.platform``.
        executable: ``sys.executable``.
        prefix: ``sys.prefix``.
        version: major and minor version of QGIS' Python.
    """
    if platform == "win32":
        candidates = _windows(Path(executable), Path(prefix), version)
    elif platform == "darwin":
        candidates = _macos(Path(executable), Path(prefix), version)
    else:
        candidates = [Path(executable), Path(prefix) / "bin" / "python3"]
    files = [str(path) for path in candidates if path.is_file() and _is_python(path)]
    return list(dict.fromkeys(files))


def _windows(executable: Path, prefix: Path, version: tuple[int, ...]) -> list[Path]:
    """In QGIS' installers ``prefix`` is the folder ``apps/Python312`` of their root, and QGIS is in ``bin``."""
    found = [prefix / "python.exe"]
    for root in (prefix.parent.parent, executable.parent.parent):
        apps = root / "apps"
        own = apps / "Python{}{}".format(*version)
        others = sorted(path for path in apps.glob("Python3*") if path != own)
        found += [root / "bin" / "python3.exe", *(path / "python.exe" for path in (own, *others))]
    return found


def _macos(executable: Path, prefix: Path, version: tuple[int, ...]) -> list[Path]:
    """Inside ``QGIS.app/Contents``; newer builds have it beside the program."""
    folder = executable.parent
    name = "python{}.{}".format(*version)
    places = [folder / "bin", folder, prefix / "bin"]
    return [place / program for place in places for program in ("python3", name, "python") if place != Path("/usr/bin")]


def _is_python(path: Path) -> bool:
    return path.name.lower().startswith("python")


def probe(python: str, seconds: float = PROBE_SECONDS) -> Probe:
    """Run ``python`` and ask for its version and whether it can import what the engine needs.

    Args:
        python: path of the interpreter.
        seconds: time limit, s.
    """
    try:
        done = _ask(python, seconds, _PROBE, *LIBRARIES)
    except subprocess.TimeoutExpired:
        return Probe(tr("did not answer within {seconds} s").format(seconds=f"{seconds:.0f}"))
    except OSError as error:
        return Probe(tr("cannot be run ({why})").format(why=error.strerror or error))
    return read_probe(done.stdout.decode("utf-8", "replace"), done.returncode)


def _ask(python: str, seconds: float, code: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run code in another Python, with the engine's environment.

    Raises:
        OSError: it cannot be run.
        subprocess.TimeoutExpired: it takes longer.
    """
    return subprocess.run(  # nosec B603 # named by the user, QGIS' own, or made by the plugin; no shell
        [python, "-c", code, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=seconds,
        env=child_environment(os.environ),
        check=False,
        **window_options(),
    )


def read_probe(text: str, code: int) -> Probe:
    """Judge a candidate by what the probe printed and the exit code."""
    try:
        answer = json.loads(text.strip().splitlines()[-1])
        version = ".".join(str(part) for part in answer["version"])
        missing = dict(answer["missing"])
    except (IndexError, ValueError, KeyError, TypeError):
        return Probe(tr("is no working Python (it ended with code {code})").format(code=code))
    if tuple(answer["version"]) < OLDEST:
        needed = ".".join(map(str, OLDEST))
        problem = tr("is Python {version}, and SatSeg needs {needed} or newer").format(version=version, needed=needed)
        return Probe(problem, version)
    if missing:
        return Probe(tr("cannot import {names}").format(names=", ".join(sorted(missing))), version)
    return Probe(None, version, answer.get("satseg"))


def window_options() -> dict[str, Any]:
    """Options of a child process that keep a console window from opening on Windows."""
    return {"creationflags": getattr(subprocess, "CREATE_NO_WINDOW", 0)}


def probe_version(python: str, seconds: float = PROBE_SECONDS) -> str:
    """Version of an interpreter, such as ``3.12.3``; empty where it does not run or is too old for SatSeg."""
    try:
        done = _ask(python, seconds, "import sys; print('.'.join(map(str, sys.version_info[:3])))")
        version = done.stdout.decode("utf-8", "replace").strip()
        return version if tuple(map(int, version.split(".")[:2])) >= OLDEST else ""
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""


def makes_environments(python: str) -> bool:
    """Whether an interpreter has ``venv`` and the pip to put into one."""
    try:
        return _ask(python, PROBE_SECONDS, "import ensurepip, venv").returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _nothing_found(named: str, problem: str, by: str) -> str:
    if named:
        sentence = tr(
            "{by} names a Python that cannot run SatSeg: {problem}; run `{install}` with it or name another one."
        )
        return sentence.format(by=by, problem=problem, install=INSTALL)
    why = f" ({problem})" if problem else ""
    sentence = tr(
        "No Python with SatSeg's libraries was found{why}; run 'Set up SatSeg' in the Processing Toolbox"
        " (satseg:setup), or run `{install}` in a virtual environment and name its Python in {variable}."
    )
    return sentence.format(why=why, install=INSTALL, variable=VARIABLE)
