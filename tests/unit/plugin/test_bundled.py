"""The plugin's own engine is what gets imported, without touching the search path."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
HEAVY = ("numpy", "rasterio", "torch", "onnxruntime", "shapely", "pyproj", "click")


def python(code: str, *path: Path) -> str:
    inserted = "".join(f"sys.path.insert(0, {str(folder)!r});" for folder in path)
    command = [sys.executable, "-S", "-I", "-c", f"import sys;{inserted}{code}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def install(folder: Path) -> Path:
    """The plugin's folder as its zip has it, with a version of its own."""
    plugin = folder / "satseg_qgis"
    core = plugin / "satseg_core"
    core.mkdir(parents=True)
    for name in ("__init__.py", "bundled.py"):
        (plugin / name).write_text((PROJECT / "satseg_qgis" / name).read_text())
    (core / "__init__.py").write_text("from satseg_core.version import __version__\n")
    (core / "version.py").write_text("__version__ = 'bundled'\n")
    return plugin


def test_the_bundled_engine_wins_over_an_installed_one_and_the_path_stays(tmp_path: Path) -> None:
    install(tmp_path)
    code = (
        "import satseg_core; before = list(sys.path); import satseg_qgis, satseg_core; from satseg_core import version;"
        "print(satseg_core.__version__, version.__version__, before == sys.path)"
    )
    assert python(code, PROJECT, tmp_path) == "bundled bundled True"


def test_in_a_checkout_the_engine_beside_the_plugin_is_used() -> None:
    code = "import satseg_qgis, satseg_core; print(satseg_core.__file__)"
    assert python(code, PROJECT) == str(PROJECT / "satseg_core" / "__init__.py")


def test_what_qgis_imports_of_the_engine_needs_the_standard_library_alone() -> None:
    code = (
        "import satseg_qgis.engine.process, satseg_qgis.engine.commands; import satseg_core.model.store as store;"
        f"store.list_models(); print([name for name in {HEAVY} if name in sys.modules])"
    )
    assert python(code, PROJECT) == "[]"
