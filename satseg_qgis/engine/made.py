"""The environments that the plugin makes for the engine: where they lie, and what is in them.

They hold libraries alone, no code of SatSeg's: an update of the plugin goes on with the same environment until it needs
other libraries. All profiles of a user share them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from satseg_core.version import __version__

NUMBER = 1
"""Raised when the engine needs other libraries than before; older environments are not looked at any more."""

FOLDER_VARIABLE = "SATSEG_ENVIRONMENTS"
"""Names another folder for the environments."""

NOTE = "satseg-environment.json"
"""In each environment that is complete: written last."""

PARTIAL = ".partial"
"""End of the name of one that is being made, or was left when QGIS was killed."""

COMMON = (
    "numpy>=1.22", "rasterio>=1.3.4", "pyproj>=3.6.1", "shapely>=2.1; python_version >= '3.10'",
    "shapely>=2.0; python_version < '3.10'", "pyogrio>=0.8", "safetensors>=0.4", "click>=8.1", "tqdm>=4.64",
    "Pillow>=10.1", "onnxruntime>=1.16",
)  # fmt: skip


@dataclass(frozen=True)
class Size:
    """Of an environment.

    Attributes:
        download_mb: to be fetched, about.
        disk_mb: taken when it is there, about.
    """

    download_mb: int
    disk_mb: int


@dataclass(frozen=True)
class Kind:
    """A choice of libraries.

    Attributes:
        name: fixed, in names of folders.
        requirements: as pip takes them.
        sizes: by ``sys.platform``; ``linux`` counts for all others.
    """

    name: str
    requirements: tuple[str, ...]
    sizes: Mapping[str, Size]

    def size(self, platform: str) -> Size:
        """Size on a system."""
        return self.sizes.get(platform, self.sizes["linux"])


KINDS = (
    Kind("light", COMMON, {"linux": Size(135, 460), "win32": Size(95, 330), "darwin": Size(86, 330)}),
    Kind(
        "full",
        (*COMMON, "torch>=2.1", "torchvision>=0.16"),
        {"linux": Size(3140, 6150), "win32": Size(235, 1050), "darwin": Size(240, 1130)},
    ),
)
"""What can be made; the first is the default. Sizes are those of the wheels on PyPI and of what is in them, for x86-64,
and ARM on macOS: ``docs/qgis.md``. Torch from PyPI has CUDA on Linux alone."""


def kind_named(name: str) -> Kind:
    """One of `KINDS`.

    Raises:
        KeyError: there is none of that name.
    """
    return {kind.name: kind for kind in KINDS}[name]


def environments_folder(platform: str, environ: Mapping[str, str], home: Path) -> Path:
    """The folder of the environments, outside of the plugin and of QGIS' profiles.

    Args:
        platform: ``sys.platform``.
        environ: of this process.
        home: the user's folder.
    """
    named = environ.get(FOLDER_VARIABLE, "").strip()
    if named:
        return Path(named)
    if platform == "win32":
        # Local, as a roaming profile would carry half a gigabyte through the network.
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "SatSeg" / "engine"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "SatSeg" / "engine"
    return Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "satseg" / "engine"


def environment_path(folder: Path, kind: Kind) -> Path:
    """Where an environment lies when it is complete."""
    return folder / f"{kind.name}-{NUMBER}"


def python_of(environment: Path, platform: str) -> Path:
    """The interpreter of an environment."""
    return environment / ("Scripts/python.exe" if platform == "win32" else "bin/python")


def made_pythons(folder: Path, platform: str) -> list[Path]:
    """Interpreters of the environments that are complete; *full* first, as who made it wants it."""
    paths = [environment_path(folder, kind) for kind in reversed(KINDS)]
    pythons = [python_of(path, platform) for path in paths if (path / NOTE).is_file()]
    return [python for python in pythons if python.is_file()]


def write_note(environment: Path, kind: Kind, python: str) -> None:
    """Mark an environment as complete.

    Args:
        environment: its folder.
        kind: of it.
        python: version of its interpreter.
    """
    facts = {"kind": kind.name, "python": python, "requirements": kind.requirements, "satseg": __version__}
    (environment / NOTE).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def remove_environments(folder: Path) -> list[Path]:
    """Delete all environments, of other versions of the plugin too, and what was left half made; gives their folders.

    Raises:
        OSError: one is in use.
    """
    names = [kind.name for kind in KINDS]
    found = [
        path
        for path in sorted(folder.glob("*"))
        if path.is_dir() and path.name.split("-")[0] in names and (path / "pyvenv.cfg").exists()
    ]
    for path in found:
        shutil.rmtree(path)
    return found
