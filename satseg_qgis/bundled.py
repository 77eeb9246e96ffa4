"""Where the engine's code lies, and the one place that makes ``import satseg_core`` work inside QGIS.

In the plugin's zip ``satseg_core`` and ``training`` lie inside this folder, in a checkout beside it.
Standard library only.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

CORE = "satseg_core"


HERE = Path(__file__).resolve().parent


def is_bundled() -> bool:
    """Whether this is the plugin as installed from its zip."""
    return (HERE / CORE).is_dir()


def code_root() -> Path:
    """The folder that holds ``satseg_core``."""
    return HERE if is_bundled() else HERE.parent


def load_core() -> None:
    """Load the ``satseg_core`` that came with this plugin, whatever else ``sys.path`` has.

    The search path stays as it is: the plugin's folder on it would offer its modules to every
    other plugin under names as common as ``provider``.
    """
    folder = code_root() / CORE
    loaded = getattr(sys.modules.get(CORE), "__file__", None)
    if loaded and (Path(loaded).resolve().parent == folder or not is_bundled()):
        return
    forget_core()
    spec = importlib.util.spec_from_file_location(
        CORE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"SatSeg's engine is missing from {folder}; install the plugin again.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[CORE] = module
    spec.loader.exec_module(module)


def forget_core() -> None:
    """Unload ``satseg_core``, so that an updated plugin loads its own and not the one before it."""
    for name in [name for name in sys.modules if name == CORE or name.startswith(CORE + ".")]:
        del sys.modules[name]
