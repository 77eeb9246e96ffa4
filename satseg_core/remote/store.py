"""Finished files go to object stores through fsspec, which has a library for each; they are imported when needed.

GDAL could write to the stores itself, but rasterio offers its copying for rasters alone, and an output is several
files of which most are none.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from satseg_core.errors import OutputError, RuntimeUnavailableError
from satseg_core.remote.names import account_of, gdal_name, store_url

_LIBRARIES = {"s3": "s3fs", "gs": "gcsfs", "az": "adlfs"}
"""What fsspec needs for each store."""


def exists(target: str) -> bool:
    """Whether an object is there already.

    Raises:
        UsageError: it is none that can be written to.
        RuntimeUnavailableError: the store's library is not installed.
        OutputError: the store cannot be asked: it does not answer, or refuses.
    """
    url = store_url(target)
    try:
        return bool(_store(target).info(url)["type"] == "file")
    except FileNotFoundError:
        return False
    except RuntimeUnavailableError:
        raise
    except Exception as error:
        raise OutputError(_refused(target, error)) from error


def upload(local: Path, target: str) -> None:
    """Copy a finished file to an object, which appears whole or not at all, and replaces one of the same name.

    Raises:
        UsageError: it is none that can be written to.
        RuntimeUnavailableError: the store's library is not installed.
        OutputError: the store does not take it.
    """
    url = store_url(target)
    try:
        _store(target).put_file(os.fspath(local), url)
    except RuntimeUnavailableError:
        raise
    except Exception as error:
        raise OutputError(_refused(target, error)) from error


def _refused(target: str, error: Exception) -> str:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return f"{target} cannot be written ({reason}); check the name and the credentials, and try again."


def _store(target: str) -> Any:
    """The file system of fsspec that a target lies in."""
    scheme = store_url(target).partition("://")[0]
    library = _LIBRARIES[scheme]
    try:
        import fsspec

        return fsspec.filesystem(scheme, **_settings(target, os.environ))
    except ImportError as error:
        raise RuntimeUnavailableError(
            f"Writing to {scheme}:// needs {library}; install it with: python -m pip install {library}"
        ) from error


def _settings(target: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """What the store's library does not find in the environment by itself, as GDAL has other names for some of it."""
    handler = gdal_name(target)[1:].partition("/")[0]
    if handler == "vsis3":
        return _s3_settings(environ)
    if handler in ("vsiaz", "vsiadls"):
        return _azure_settings(target, environ)
    if environ.get("GS_NO_SIGN_REQUEST", "").upper() in ("YES", "TRUE", "ON", "1"):
        return {"token": "anon"}
    return {}


def _s3_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    settings: dict[str, Any] = {"skip_instance_cache": True, "use_listings_cache": False}
    host = environ.get("AWS_S3_ENDPOINT")
    if environ.get("AWS_NO_SIGN_REQUEST", "").upper() in ("YES", "TRUE", "ON", "1"):
        settings["anon"] = True
    if host and not environ.get("AWS_ENDPOINT_URL_S3") and not environ.get("AWS_ENDPOINT_URL"):
        secure = environ.get("AWS_HTTPS", "YES").upper() not in ("NO", "FALSE", "OFF", "0")
        settings["endpoint_url"] = host if "://" in host else f"{'https' if secure else 'http'}://{host}"
    return settings


def _azure_settings(target: str, environ: Mapping[str, str]) -> dict[str, Any]:
    found = {
        "account_name": account_of(target) or environ.get("AZURE_STORAGE_ACCOUNT"),
        "account_key": environ.get("AZURE_STORAGE_ACCESS_KEY"),
    }
    return {name: value for name, value in found.items() if value}
