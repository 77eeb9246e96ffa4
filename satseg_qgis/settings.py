"""What the plugin keeps in QGIS' settings, and what it reads of them."""

from __future__ import annotations

from qgis.core import QgsSettings

PYTHON_KEY = "satseg/python"
"""Interpreter that runs the engine, where the user has named one."""

_PROXY_KEYS = ("Enabled", "Type", "Host", "Port", "User", "Password")
"""Ends of the settings that QGIS' own dialog of options writes, as in ``proxy/proxyHost``."""


def named_python() -> str:
    """The interpreter of the setting; empty where there is none."""
    return str(QgsSettings().value(PYTHON_KEY, "") or "")


def proxy_settings() -> dict[str, str]:
    """QGIS' proxy as text, for `satseg_qgis.engine.install.proxy_variables`."""
    settings = QgsSettings()
    return {key.lower(): str(settings.value(f"proxy/proxy{key}", "") or "") for key in _PROXY_KEYS}
