"""Systems on which a Python of QGIS' own, or wheels from PyPI, are not what they are elsewhere, and what to do there.

Nothing is refused for that: it is tried as everywhere, and the advice follows the reason of a failure.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from satseg_qgis.engine.words import marked, tr

FLATPAK, SNAP, NIX, MUSL = "flatpak", "snap", "nix", "musl"

_ADVICE = {
    FLATPAK: marked(
        "QGIS runs in a Flatpak, which uses no Python of the system outside; install the libraries into it from a"
        " terminal: flatpak run --devel --command=pip3 org.qgis.qgis install --user {packages}"
    ),
    SNAP: marked(
        "QGIS runs in a Snap, which may use no Python but its own; if that has no pip, install QGIS from qgis.org or"
        " your system's packages instead."
    ),
    NIX: marked(
        "This Python comes from Nix, and packages from PyPI do not find the system's libraries there; turn on nix-ld,"
        " or make a Python with Nix (python3.withPackages) that has {packages}, and name it in SATSEG_PYTHON."
    ),
    MUSL: marked(
        "This system is built on musl, for which PyPI has no rasterio, pyogrio and onnxruntime; install them from the"
        " system's packages (on Alpine: apk add py3-rasterio py3-onnxruntime) or build them, and name a Python that has"
        " {packages} in SATSEG_PYTHON."
    ),
}

_GLIBC = ("lib64/ld-linux*.so*", "lib/ld-linux*.so*", "lib/*-linux-gnu*/ld-linux*.so*")
"""The loader that PyPI's wheels are made for."""


def system_kind(platform: str, environ: Mapping[str, str], prefix: str, root: Path) -> str | None:
    """One of the names above; None on systems where everything is as usual.

    Args:
        platform: ``sys.platform``.
        environ: of QGIS.
        prefix: ``sys.prefix`` of QGIS' Python.
        root: of the file system.
    """
    if not platform.startswith("linux"):
        return None
    if environ.get("FLATPAK_ID") or (root / ".flatpak-info").is_file():
        return FLATPAK
    # A terminal that is a Snap itself hands its variables on to a QGIS that is none.
    if environ.get("SNAP") and Path(environ["SNAP"]) in Path(prefix).parents:
        return SNAP
    if prefix.startswith("/nix/store/") or (root / "etc" / "NIXOS").exists():
        return NIX
    # Debian has musl as a package beside its own library.
    if any(root.glob("lib/ld-musl-*")) and not any(any(root.glob(name)) for name in _GLIBC):
        return MUSL
    return None


def advice(kind: str | None, packages: str) -> str:
    """A sentence for who has met a failure on a system of this kind; empty for None.

    Args:
        kind: as `system_kind` says.
        packages: names of what the engine needs, with spaces between.
    """
    return "" if kind is None else tr(_ADVICE[kind]).format(packages=packages)


def with_advice(reason: str, environ: Mapping[str, str], packages: str) -> str:
    """A reason, and the advice for this system after it."""
    kind = system_kind(sys.platform, environ, sys.prefix, Path("/"))
    return f"{reason} {advice(kind, packages)}".rstrip()
