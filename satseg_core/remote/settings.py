"""GDAL's settings for things elsewhere. What the user has set in the environment is left as it is."""

from __future__ import annotations

import os
from collections.abc import Mapping

from satseg_core.remote.mosaics import listed_elsewhere
from satseg_core.remote.names import account_of, gdal_name, is_remote, last_part

_NETWORK = {
    # Each request: an answer within a time, and no waiting for one that never comes. Large parts may take long, so it
    # is the pace that counts.
    "GDAL_HTTP_CONNECTTIMEOUT": "15",
    "GDAL_HTTP_LOW_SPEED_TIME": "20",
    "GDAL_HTTP_LOW_SPEED_LIMIT": "100",
    "GDAL_HTTP_TCP_KEEPALIVE": "YES",
    # GDAL's own repeating goes before ours: it is the only one that sees a side file fail. The codes are those that it
    # has by itself, and GDAL before 3.10 knows no others.
    "GDAL_HTTP_MAX_RETRY": "2",
    "GDAL_HTTP_RETRY_DELAY": "0.5",
    # No listing of the folder, which web servers lack and which may be long in buckets; side files are asked for.
    "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
    # Neighbouring parts of a file in one request.
    "GDAL_HTTP_MERGE_CONSECUTIVE_RANGES": "YES",
    "GDAL_HTTP_MULTIPLEX": "YES",
}

_SIDE_FILES = ".tif,.tiff,.tif.aux.xml,.tiff.aux.xml,.tif.ovr,.tiff.ovr,.tif.msk,.tiff.msk,.tfw,.tifw,.wld"
"""All that a GeoTIFF may have beside it that changes its px or its place; GDAL asks for some forty names otherwise."""


def gdal_settings(*names: str | None, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """GDAL's settings for reading; none where nothing is remote.

    Args:
        names: of what is to be read; lists of rasters elsewhere count, too.
        environ: the environment.
    """
    given = [name for name in names if name]
    remote = [name for name in given if is_remote(name)] + [name for list_ in given for name in listed_elsewhere(list_)]
    if not remote:
        return {}
    wanted = dict(_NETWORK)
    if all(last_part(name).lower().endswith((".tif", ".tiff")) and "?" not in name for name in remote):
        wanted["CPL_VSIL_CURL_ALLOWED_EXTENSIONS"] = _SIDE_FILES
    for name in remote:
        wanted.update(_store_settings(name, environ))
    if "CPL_DEBUG" not in environ:
        # GDAL's threads print each request that fails; what matters is told in a sentence.
        wanted["CPL_LOG"] = os.devnull
    return {key: value for key, value in wanted.items() if key not in environ}


def _store_settings(name: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What GDAL has other names for than the stores' own programs."""
    if "/vsis3" in gdal_name(name):
        return _s3_settings(environ)
    if "/vsigs" in gdal_name(name):
        return _google_settings(environ)
    if "/vsiaz" in gdal_name(name) or "/vsiadls" in gdal_name(name):
        found = {
            "AZURE_STORAGE_ACCOUNT": account_of(name) or environ.get("AZURE_STORAGE_ACCOUNT_NAME"),
            "AZURE_STORAGE_ACCESS_KEY": environ.get("AZURE_STORAGE_ACCOUNT_KEY") or environ.get("AZURE_STORAGE_KEY"),
        }
        return {key: value for key, value in found.items() if value}
    return {}


def _s3_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The endpoint that Amazon's own programs take, for GDAL."""
    scheme, _, host = (environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL") or "").partition("://")
    if not host or environ.get("AWS_S3_ENDPOINT"):
        return {}
    return {
        "AWS_S3_ENDPOINT": host.rstrip("/"),
        "AWS_HTTPS": "YES" if scheme == "https" else "NO",
        "AWS_VIRTUAL_HOSTING": "FALSE",
    }


def _google_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The address that Google's own libraries take for a server that is not Google's; such ask for no credentials."""
    host = environ.get("STORAGE_EMULATOR_HOST", "")
    if not host or host == "default" or environ.get("CPL_GS_ENDPOINT"):
        return {}
    endpoint = (host if "://" in host else f"http://{host}").rstrip("/") + "/"
    credentials = any(environ.get(name) for name in _GOOGLE_CREDENTIALS)
    return {"CPL_GS_ENDPOINT": endpoint, **({} if credentials else {"GS_NO_SIGN_REQUEST": "YES"})}


_GOOGLE_CREDENTIALS = (
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GS_ACCESS_KEY_ID",
    "GS_OAUTH2_REFRESH_TOKEN",
    "GDAL_HTTP_HEADERS",
)
