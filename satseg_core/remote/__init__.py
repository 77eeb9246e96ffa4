"""Rasters and outputs that lie elsewhere: on web servers and in object stores."""

from satseg_core.remote.names import gdal_name, is_elsewhere, is_remote, join, last_part, store_url
from satseg_core.remote.store import content, exists, upload

__all__ = ["content", "exists", "gdal_name", "is_elsewhere", "is_remote", "join", "last_part", "store_url", "upload"]
