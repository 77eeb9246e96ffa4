"""fsspec's file systems for the object stores; they are imported when needed, and told what GDAL is told.

Credentials and addresses are in the environment. GDAL and the stores' own libraries do not read the same variables, so
each gets what it lacks from the other's: the libraries here, GDAL in `settings`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any

from satseg_core.errors import RuntimeUnavailableError
from satseg_core.remote.names import account_of, gdal_name, store_url

_LIBRARIES = {"s3": "s3fs", "gs": "gcsfs", "az": "adlfs"}
"""What fsspec needs for each store."""

_SILENCE = logging.NullHandler()

NOBODY = "anon"
"""gcsfs' word for no credentials at all."""

_AZURE_SECRETS = (
    "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_ANON",
)  # fmt: skip
"""Variables of which adlfs takes what lets it in."""


def store_of(target: str) -> Any:
    """The file system of fsspec that a target lies in.

    Raises:
        UsageError: it is none that can be written to.
        RuntimeUnavailableError: the store's library is not installed.
    """
    scheme = store_url(target).partition("://")[0]
    library = _LIBRARIES[scheme]
    try:
        return _file_system(scheme, library_settings(target, os.environ))
    except ImportError as error:
        raise RuntimeUnavailableError(
            f"Writing to {scheme}:// needs {library}; install it with: python -m pip install {library}"
        ) from error


def _file_system(scheme: str, settings: dict[str, Any]) -> Any:
    for name in ("azure", "gcsfs"):
        # They tell of each thing that they try; what matters comes as an error. A handler of the user's still hears it.
        logging.getLogger(name).addHandler(_SILENCE)
    if scheme == "gs" and (settings.get("endpoint_url") or os.environ.get("STORAGE_EMULATOR_HOST")):
        # fsspec's own choice first asks Google's other protocol of what kind a bucket is, for a minute each time if
        # a server has none.
        from gcsfs.core import GCSFileSystem

        return GCSFileSystem(**settings)
    import fsspec

    return fsspec.filesystem(scheme, **settings)


def library_settings(target: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """What the store's library does not find in the environment by itself, as GDAL has other names for some of it.

    Args:
        target: an object of a store.
        environ: the environment.
    """
    handler = gdal_name(target)[1:].partition("/")[0]
    # What others write meanwhile has to be seen.
    settings: dict[str, Any] = {"use_listings_cache": False}
    if handler == "vsis3":
        return {**settings, **_amazons(environ)}
    if handler in ("vsiaz", "vsiadls"):
        return {**settings, **_azures(target, environ)}
    return {**settings, **_googles(environ)}


def _amazons(environ: Mapping[str, str]) -> dict[str, Any]:
    settings: dict[str, Any] = {"skip_instance_cache": True}
    host = environ.get("AWS_S3_ENDPOINT")
    if is_on(environ, "AWS_NO_SIGN_REQUEST"):
        settings["anon"] = True
    if host and not environ.get("AWS_ENDPOINT_URL_S3") and not environ.get("AWS_ENDPOINT_URL"):
        secure = environ.get("AWS_HTTPS", "YES").upper() not in ("NO", "FALSE", "OFF", "0")
        settings["endpoint_url"] = host if "://" in host else f"{'https' if secure else 'http'}://{host}"
    return settings


def _googles(environ: Mapping[str, str]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if is_on(environ, "GS_NO_SIGN_REQUEST"):
        settings["token"] = NOBODY
    endpoint = environ.get("CPL_GS_ENDPOINT")
    if endpoint and not environ.get("STORAGE_EMULATOR_HOST"):
        settings["endpoint_url"] = endpoint.rstrip("/")
    return settings


def _azures(target: str, environ: Mapping[str, str]) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "account_name": account_of(target) or environ.get("AZURE_STORAGE_ACCOUNT"),
        "account_key": environ.get("AZURE_STORAGE_ACCESS_KEY") or environ.get("AZURE_STORAGE_KEY"),
    }
    if is_on(environ, "AZURE_NO_SIGN_REQUEST"):
        settings["anon"] = True
    elif not settings["account_key"] and not any(environ.get(name) for name in _AZURE_SECRETS):
        # Older releases would ask as nobody instead of as whom the machine is run by.
        settings["anon"] = False
    return {name: value for name, value in settings.items() if value is not None}


def is_on(environ: Mapping[str, str], name: str) -> bool:
    """Whether a variable has one of GDAL's words for yes."""
    return environ.get(name, "").upper() in ("YES", "TRUE", "ON", "1")
