"""Runs the ``satseg_core`` that lies with this plugin, in a Python that has its libraries.

``python launch.py segment ...`` is ``satseg segment ...`` without installing SatSeg.
"""

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    _here = Path(__file__).resolve().parent
    _plugin = _here.parent
    _root = _plugin if (_plugin / "satseg_core").is_dir() else _plugin.parent
    # The folder of this script would offer its neighbours as top-level modules.
    sys.path[:] = [str(_root), *(folder for folder in sys.path if Path(folder).resolve() != _here)]
    sys.argv[0] = "satseg"
    runpy.run_module("satseg_core", run_name="__main__", alter_sys=True)
