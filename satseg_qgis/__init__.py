"""SatSeg in QGIS: Processing algorithms that run SatSeg's engine in a Python process of its own."""

# ruff: noqa: N802 -- QGIS names these methods and their arguments

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from satseg_qgis.bundled import load_core

if TYPE_CHECKING:
    from satseg_qgis.plugin import SatSegPlugin

load_core()


def classFactory(iface: Any) -> SatSegPlugin:
    """Make the plugin; QGIS calls this with its interface, `qgis_process` with None."""
    from satseg_qgis.plugin import SatSegPlugin

    return SatSegPlugin(iface)
