"""Updating the plugin in a running QGIS: what was loaded before must not linger."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

CODE = """
import sys
from pathlib import Path
from qgis.core import QgsApplication
application = QgsApplication([], False, sys.argv[2])
application.initQgis()
from qgis import utils
before = set(sys.modules)  # newer QGIS imports numpy itself
plugins = Path(sys.argv[1])
sys.path.insert(0, str(plugins))
utils.plugin_paths = [str(plugins)]

def provider():
    return QgsApplication.processingRegistry().providerById("satseg")

for version in ("1.0.0", "2.0.0"):
    (plugins / "satseg_qgis" / "satseg_core" / "version.py").write_text('__version__ = "%s"' % version)
    utils.updateAvailablePlugins()
    assert utils.loadPlugin("satseg_qgis")
    assert utils.startProcessingPlugin("satseg_qgis")
    heavy = {"numpy", "torch", "rasterio", "onnxruntime", "shapely", "click"} & (set(sys.modules) - before)
    print(provider().versionInfo(), len(provider().algorithms()), sorted(heavy))
    assert utils.unloadPlugin("satseg_qgis")
    assert provider() is None
    print([name for name in sys.modules if name.startswith("satseg_core")])
"""


def test_a_second_version_replaces_the_first_without_a_restart(qgis_process, tmp_path: Path) -> None:
    shutil.copytree(qgis_process.plugin, tmp_path / "plugins" / "satseg_qgis")
    command = [sys.executable, "-B", "-c", CODE, str(tmp_path / "plugins"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    lines = done.stdout.splitlines()
    assert lines == ["1.0.0 4 []", "[]", "2.0.0 4 []", "[]"], done.stdout + done.stderr
