"""Builds ``dist/satseg_qgis.zip`` and holds it against the plugin site's rules.

The same sources give the same bytes: files are sorted, and their times are fixed.
"""

from __future__ import annotations

import argparse
import configparser
import importlib.util
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
NAME = "satseg_qgis"
"""The one top folder of the zip, and the name of the plugin's package."""

MAX_BYTES = 25_000_000
TIME = (2026, 1, 1, 0, 0, 0)
REQUIRED = (
    "name", "description", "version", "qgisMinimumVersion", "author", "email", "about", "tracker", "repository"
)  # fmt: skip
FORBIDDEN_SUFFIXES = {".pyc", ".pyo", ".exe", ".dll", ".so", ".dylib", ".pyd", ".bat", ".cmd", ".sh", ".ps1"}
ENGINE = ("satseg_core", "training")
"""Packages that go into the plugin's folder."""


def plugin_files(project: Path) -> dict[str, Path]:
    """Files of the zip: name inside it, and where it comes from."""
    files = {f"{NAME}/{name}": project / name for name in ("metadata.txt", "LICENSE")}
    for path in _sources(project / NAME):
        files[path.relative_to(project).as_posix()] = path
    for package in ENGINE:
        for path in _sources(project / package):
            files[f"{NAME}/{path.relative_to(project).as_posix()}"] = path
    return dict(sorted(files.items()))


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if path.is_file() and not hidden and path.suffix not in (".pyc", ".pyo"):
            yield path


def write_zip(files: dict[str, Path], target: Path) -> None:
    """Write the zip, the same bytes for the same files."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in files.items():
            info = zipfile.ZipInfo(name, TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100644 << 16
            archive.writestr(info, path.read_bytes())


def problems(target: Path, version: str) -> list[str]:
    """What the plugin site would refuse; a sentence each.

    Args:
        target: the zip.
        version: of SatSeg, which the zip must state.
    """
    found = []
    if target.stat().st_size > MAX_BYTES:
        found.append(f"the zip has {target.stat().st_size:,} bytes, more than {MAX_BYTES:,}")
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
        found += _name_problems(names)
        if f"{NAME}/metadata.txt" in names:
            text = archive.read(f"{NAME}/metadata.txt").decode("utf-8")
            found += _metadata_problems(text, version)
            found += _icon_problems(text, names)
    return found


def _name_problems(names: Iterable[str]) -> Iterator[str]:
    names = list(names)
    for name in names:
        parts = name.split("/")
        if parts[0] != NAME:
            yield f"{name} is outside the folder {NAME}"
        if any(part.startswith(".") or part == "__pycache__" for part in parts):
            yield f"{name} is hidden or a cache"
        if Path(name).suffix.lower() in FORBIDDEN_SUFFIXES:
            yield f"{name} is a binary or a script of the shell"
    for needed in ("__init__.py", "metadata.txt", "LICENSE"):
        if f"{NAME}/{needed}" not in names:
            yield f"{needed} is missing"


def _metadata_problems(text: str, version: str) -> Iterator[str]:
    metadata = read_metadata(text)
    for key in REQUIRED:
        if not metadata.get(key, "").strip():
            yield f"metadata.txt lacks {key}"
    if "plugin" in metadata.get("name", "").lower():
        yield "the name must not contain 'plugin'"
    if metadata.get("version") != version:
        yield f"metadata.txt says version {metadata.get('version')}, satseg_core {version}"
    if not re.fullmatch(r"\d+\.\d+\.\d+", metadata.get("version", "")):
        yield "the version is not of the form x.y.z"
    if metadata.get("hasProcessingProvider") != "yes":
        yield "without hasProcessingProvider=yes the algorithms are missing from qgis_process"


def _icon_problems(text: str, names: list[str]) -> Iterator[str]:
    icon = read_metadata(text).get("icon", "")
    if icon and f"{NAME}/{icon}" not in names:
        yield f"the icon {icon} is missing"


def read_metadata(text: str) -> dict[str, str]:
    """Keys and values of ``metadata.txt``, read as the plugin site does."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return dict(parser["general"])


def bandit_problems(target: Path, configuration: Path) -> list[str]:
    """What bandit finds in the zip as users unpack it; needs bandit in this Python."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(target) as archive:
            archive.extractall(folder)
        command = [sys.executable, "-m", "bandit", "-q", "-c", str(configuration), "-r", folder, "-f", "custom"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    return [line.strip() for line in (done.stdout or done.stderr).splitlines() if line.strip()]


def version_of(project: Path) -> str:
    """The version that ``satseg_core`` states."""
    text = (project / "satseg_core" / "version.py").read_text(encoding="utf-8")
    found = re.search(r'__version__ = "([^"]+)"', text)
    return found.group(1) if found else ""


def main(arguments: list[str] | None = None) -> int:
    """Build and check; the exit code is 1 where the plugin site would refuse the zip."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=PROJECT / "dist" / f"{NAME}.zip")
    options = parser.parse_args(arguments)
    target: Path = options.output
    write_zip(plugin_files(PROJECT), target)
    found = problems(target, version_of(PROJECT))
    if importlib.util.find_spec("bandit") is None:
        print("bandit is not installed: the security check of the plugin site was left out", file=sys.stderr)
    else:
        found += bandit_problems(target, PROJECT / "pyproject.toml")
    for problem in found:
        print(f"{target.name}: {problem}", file=sys.stderr)
    if not found:
        print(f"{target}: {target.stat().st_size:,} bytes")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
