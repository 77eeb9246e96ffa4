"""The environment of the engine's process: QGIS' own variables would send another Python to the wrong files."""

from __future__ import annotations

from collections.abc import Mapping

DROPPED = frozenset(
    (
        "VIRTUAL_ENV",
        "__PYVENV_LAUNCHER__",
        "PIP_USER",
        "PIP_TARGET",
        "PIP_PREFIX",
        "QGIS_PREFIX_PATH",
        "PROJ_LIB",
        "PROJ_DATA",
        "GDAL_DATA",
        "GDAL_DRIVER_PATH",
        "LD_LIBRARY_PATH",
    )
)
"""Names that point into QGIS' installation; macOS' Python takes ``__PYVENV_LAUNCHER__`` for its own place."""

DROPPED_PREFIXES = ("PYTHON", "DYLD_")
"""``PYTHONHOME`` and ``PYTHONPATH`` above all; OSGeo4W also sets ``PYTHONEXECUTABLE``."""

ADDED = {"PYTHONSAFEPATH": "1", "PYTHONUTF8": "1"}
"""No modules from the working folder; UTF-8 in paths and streams, on Windows too."""


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """A copy of ``environ`` for the engine; the given mapping stays as it is.

    Args:
        environ: the variables of the QGIS process, such as ``os.environ``.
    """
    kept = {name: value for name, value in environ.items() if not _is_dropped(name.upper())}
    return {**kept, **ADDED}


def _is_dropped(name: str) -> bool:
    return name in DROPPED or name.startswith(DROPPED_PREFIXES)
