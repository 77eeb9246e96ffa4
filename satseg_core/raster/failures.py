"""What a user reads of a raster that cannot be opened or read: what is wrong, what to do, and GDAL's own reason."""

from __future__ import annotations

import os
import re
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pyogrio
import rasterio
from rasterio.env import GDALVersion
from rasterio.errors import RasterioError

from satseg_core.raster.layer_names import file_of, rasters_in

_DRIVERS = {
    ".ecw": "ECW",
    ".sid": "MrSID",
    ".jp2": "JP2OpenJPEG",
    ".nc": "netCDF",
    ".h5": "HDF5",
    ".hdf5": "HDF5",
    ".he5": "HDF5",
    ".hdf": "HDF4",
    ".grb": "GRIB",
    ".grb2": "GRIB",
    ".grib": "GRIB",
    ".grib2": "GRIB",
    ".kea": "KEA",
    ".webp": "WEBP",
    ".jxl": "JPEGXL",
    ".avif": "AVIF",
    ".heic": "HEIF",
    ".pdf": "PDF",
    ".zarr": "Zarr",
}
"""What reads files by their endings; rasterio's wheels and some systems leave out a few of them."""

_ARCHIVES = {".zip": "zip", ".kmz": "zip", ".tar": "tar", ".tgz": "tar", ".gz": "gzip"}
"""What GDAL calls the file systems of archives."""

_RASTERS = (".tif", ".tiff", ".jp2", ".img", ".vrt", ".png", ".jpg", ".nc", ".ecw", ".sid", ".asc", ".bil")

_ZARR = ("zarr.json", ".zarray", ".zgroup", ".zmetadata")

_OF_FOLDER = (
    "{} is a folder in which no scene is recognised; give one of its rasters, or map all of them with"
    " 'satseg segment-many'."
)

_MISSING = re.compile(r"(\S[^:]*): No such file or directory|[`'](\S.*?)' does not exist in the file system")
_DENIED = re.compile(r"permission denied", re.IGNORECASE)
_CANNOT = re.compile(
    r"pixel ?func|python code|unsupported(?! marker)|not supported|not configured|unhandled|not handled|codec"
    r"|not compiled|not registered|not implemented|unknown compression|unknown pixel|cannot find|requires? ",
    re.IGNORECASE,
)
"""Words of GDAL's where a file may be whole, but this GDAL has no means for it."""

_NO_SERVERS = re.compile(r"pixel ?func|python code|missing codec|unsupported codec", re.IGNORECASE)
"""Those that no server says."""

_DAMAGED = re.compile(
    r"TIFF(?:ReadEncoded|Fill|ReadRaw|Fetch|ReadDirectory)|IReadBlock failed|read error|unexpected end|premature"
    r"|truncat|short file|corrupt|inflate|zlib|decod|checksum|crc|not enough data|parse error|no code-stream"
    r"|bad header|cannot read \d+ bytes",
    re.IGNORECASE,
)
"""Words of GDAL's where a file is not whole."""


def cannot_open(path: str, error: RasterioError) -> str:
    """The sentence for a file on this machine, or in an archive, that GDAL does not open as a raster.

    Args:
        path: as the user gave it.
        error: what rasterio raised.
    """
    name = file_of(path)
    file = Path(name)
    if "://" not in path and not path.startswith("/vsi") and ":" not in name[2:] and not file.exists():
        return f"There is no file {name}; check the name."
    there = rasters_in(path)
    if there:
        return f"{name} has no raster {path.rsplit(':', maxsplit=1)[-1]}; it has {', '.join(there)}."
    file = Path(path)
    return _of_the_file(path, file) or _of_gdal(path, error)


def _of_the_file(path: str, file: Path) -> str | None:
    """What can be told from the file itself, if anything can."""
    suffix = file.suffix.lower()
    if file.is_dir() and not any((file / name).exists() for name in _ZARR):
        layers = _layers(path) if suffix == ".gdb" else ()
        return _of_layers(path, layers) if layers else _OF_FOLDER.format(path)
    if file.is_file():
        if not os.access(file, os.R_OK):
            return f"{path} may not be read (permission denied); change its permissions, or copy it."
        if file.stat().st_size == 0:
            return f"{path} is empty (0 bytes); copy or download it again."
        if suffix in _ARCHIVES:
            return _of_archive(path, suffix)
    driver = _DRIVERS.get(suffix)
    with rasterio.Env() as env:
        if driver and driver not in env.drivers():
            return (
                f"{path} takes GDAL's driver {driver}, which the GDAL of this Python ({_version()}) does not have;"
                f" convert it to GeoTIFF where it opens (in QGIS: Raster > Conversion > Translate) and use that."
            )
    layers = _layers(path) if file.is_file() else ()
    return _of_layers(path, layers) if layers else None


def _of_layers(path: str, layers: Iterable[str]) -> str:
    listing = ", ".join(list(layers)[:3])
    return f"{path} holds no raster but layers of vectors ({listing}); give a raster."


def _layers(path: str) -> tuple[str, ...]:
    """Names of the vector layers in a file."""
    try:
        return tuple(str(name) for name, _ in pyogrio.list_layers(path))
    except Exception:  # noqa: BLE001 - whatever pyogrio cannot open, it is no file of vectors
        return ()


def _of_archive(path: str, suffix: str) -> str:
    system = "tar" if path.lower().endswith(".tar.gz") else _ARCHIVES[suffix]
    inside = next((name for name in _members(path, system) if name.lower().endswith(_RASTERS)), None)
    full = os.path.abspath(path).replace(os.sep, "/")
    if system == "gzip":
        return f"{path} is compressed as a whole; unpack it, or give the name /vsigzip/{full}."
    if inside is None:
        return f"{path} is an archive in which no raster is seen; unpack it and give the name of the raster in it."
    return (
        f"{path} is an archive; unpack it, or give the name of the raster in it, such as /vsi{system}/{full}/{inside}."
    )


def _members(path: str, system: str) -> Iterator[str]:
    """Names of the files in an archive, as far as it can be read."""
    with suppress(OSError, ValueError, zipfile.BadZipFile, tarfile.TarError):
        if system == "zip":
            with zipfile.ZipFile(path) as zipped:
                yield from zipped.namelist()
        if system == "tar":
            with tarfile.open(path) as tarred:
                yield from (member.name for member in tarred)


def _of_gdal(path: str, error: RasterioError) -> str:
    """What GDAL says, in a sentence."""
    reason = _reason(path, error)
    words = _without_names(reason, path)
    if _CANNOT.search(words) and not _DAMAGED.search(words):
        return _beyond(path, reason)
    return f"{path} cannot be opened as a raster; check that it is whole and not of another kind. (GDAL says: {reason})"


def is_no_servers_fault(error: RasterioError) -> bool:
    """Whether GDAL has no means for a raster, wherever that lies.

    Args:
        error: what rasterio raised.
    """
    return _NO_SERVERS.search(_reason("", error)) is not None


def cannot_read(path: str, error: RasterioError) -> str:
    """The sentence for a raster on this machine that GDAL opens and cannot read.

    Args:
        path: as the user gave it.
        error: what rasterio raised.
    """
    reason = _reason(path, error)
    words = _without_names(reason, path)
    missing = _MISSING.search(reason)
    if missing:
        return (
            f"{path} refers to {missing.group(1) or missing.group(2)}, which is not there; put it back, or make"
            f" {Path(path).name} again where its parts are. (GDAL says: {reason})"
        )
    if _DENIED.search(words):
        return f"{path}, or a file that it refers to, may not be read; change the permissions. (GDAL says: {reason})"
    if _CANNOT.search(words):
        return _beyond(path, reason)
    if _DAMAGED.search(words):
        return f"{path} is damaged and cannot be read to its end; copy or download it again. (GDAL says: {reason})"
    return (
        f"{path} cannot be read to its end; if it opens in QGIS, export it there as GeoTIFF and use that, else copy or"
        f" download it again. (GDAL says: {reason})"
    )


def _beyond(path: str, reason: str) -> str:
    return (
        f"{path} takes something that the GDAL of this Python ({_version()}) does not have; convert it to GeoTIFF with"
        f" the program that made it, and use that. (GDAL says: {reason})"
    )


def _without_names(reason: str, path: str) -> str:
    """What GDAL says without the file's name, which may have any words in it."""
    return reason.replace(path, "").replace(Path(path).name, "")


def _version() -> str:
    return str(GDALVersion.runtime())


def _reason(path: str, error: BaseException) -> str:
    """GDAL's reason on one line: of the errors that led to one another, the last, and the first if it adds to it."""
    texts: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        text = " ".join(str(cause).split())
        if text and "previous exception" not in text and text not in texts:
            texts.append(text)
        cause = cause.__cause__ or cause.__context__
    said = texts[0] if texts else type(error).__name__
    if texts and texts[-1] not in said:
        said = f"{said.rstrip('.')}; {texts[-1]}"
    return said.replace(f"'{path}' ", "").rstrip(".")[:300]
