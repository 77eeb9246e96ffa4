"""What the plugin keeps in QGIS' settings, and what it reads of them."""

from __future__ import annotations

from qgis.core import QgsSettings

PYTHON_KEY = "satseg/python"
"""Interpreter that runs the engine, where the user has named one."""

_PROXY_KEYS = {
    "enabled": "proxy/proxyEnabled",
    "type": "proxy/proxyType",
    "host": "proxy/proxyHost",
    "port": "proxy/proxyPort",
    "user": "proxy/proxyUser",
    "password": "proxy/proxyPassword",  # nosec B105 # the name of a setting  # pragma: allowlist secret
}


def named_python() -> str:
    """The interpreter of the setting; empty where there is none."""
    return str(QgsSettings().value(PYTHON_KEY, "") or "")


def proxy_settings() -> dict[str, str]:
    """QGIS' proxy as text, for `satseg_qgis.engine.install.proxy_variables`."""
    settings = QgsSettings()
    return {name: str(settings.value(key, "") or "") for name, key in _PROXY_KEYS.items()}
