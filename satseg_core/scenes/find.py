"""Which scene a name means: a folder, an archive, a file of its metadata, or a STAC item."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import rasterio
from rasterio.errors import RasterioError

from satseg_core.errors import RasterError, SatSegError
from satseg_core.remote import gdal_name, is_remote
from satseg_core.remote.addresses import absolute, is_local, read_text
from satseg_core.scenes.assets import scene_of_assets
from satseg_core.scenes.files import Quality, SceneFiles
from satseg_core.scenes.grouping import group
from satseg_core.scenes.kinds import RASTERS, claim_sentinel2, is_product, single_band
from satseg_core.scenes.listing import ARCHIVES, Entry, in_archive, in_bucket, in_folder, is_packed, suffix

_SUBDATASET = re.compile(
    r"SENTINEL2_L[12][ABC](?:_TILE)?:(?P<path>.+\.xml)(?::(?P<px>10|20|60)m(?::EPSG_\d+)?)?", re.IGNORECASE
)
_SENTINEL_XML = re.compile(r"MTD_\w+\.xml|manifest\.safe|S2\w_\w+\.xml", re.IGNORECASE)
_METADATA = re.compile(r"(?P<key>.+?)_(?:MTL\.(?:txt|json|xml)|metadata\.(?:json|xml))", re.IGNORECASE)
_BUCKET = re.compile(r"/vsi(?:s3|gs|az|adls)/")
_ITEM = re.compile(r"https?://[^?#]+/items/[^/?#]+/?(?:\?|$)", re.IGNORECASE)
"""An item of a STAC server."""

_JSON = (".json", ".geojson")
_NO_SCENES = (".zarr", ".gdb")
_SHOWN = 3


def find_scene(name: str, names: Sequence[str], asset: str | None = None) -> SceneFiles | None:
    """The scene that a name means; None for a raster as it is.

    Args:
        name: that the user gave.
        names: of the bands that the model reads.
        asset: key of the asset of a STAC item to map, or None.

    Raises:
        RasterError: it means several scenes, or cannot be read.
        OutputError: a store does not answer.
    """
    found = _SUBDATASET.fullmatch(name)
    if found:
        return _subdataset(found["path"], found["px"])
    is_item = _ITEM.match(name) is not None and suffix(name) not in RASTERS
    if is_item or (suffix(name) in _JSON and not _METADATA.fullmatch(Path(name).name)):
        return _of_stac(name, names, asset)
    if is_remote(name):
        return _of_remote(name)
    return _of_local(Path(name)) if is_local(name) else None


def quality_beside(name: str) -> Quality | None:
    """The raster of quality that belongs to a raster which was named itself; None where none is known.

    Raises:
        RasterError: the folder cannot be read.
    """
    path = Path(name)
    if not is_local(name) or not path.is_file():
        return None
    address = str(path.absolute())
    scenes, _ = group(in_folder(path.absolute().parent, 0), str(path.absolute().parent))
    for scene in scenes:
        if address in {scene.address, *(band.file for band in scene.bands)}:
            return scene.quality
    return None


def scene_of_band(name: str) -> str:
    """What to give for the scene that a file is a band of, by its name; empty for other files."""
    key = single_band(Path(name).name) if is_local(name) else ""
    return str(Path(name).with_name(key)) if key and Path(name).is_file() else ""


def is_single_band(name: str) -> bool:
    """Whether a raster has one band; where that cannot be told, it may have."""
    if not is_local(name):
        return True
    try:
        with rasterio.open(name) as dataset:
            return bool(dataset.count == 1)
    except RasterioError:
        return True


def _of_local(path: Path) -> SceneFiles | None:
    if path.is_dir():
        return None if path.suffix.lower() in _NO_SCENES else _one_of(in_folder(path.absolute()), str(path.absolute()))
    if not path.is_file():
        return _by_beginning(path)
    if path.suffix.lower() in ARCHIVES:
        return _one_of(in_archive(path), str(path.absolute()))
    if is_packed(path.name):
        raise RasterError(f"{path} is packed; unpack it first and give the folder.")
    if _SENTINEL_XML.fullmatch(path.name):
        return _one_of(in_folder(path.absolute().parent), str(path.absolute().parent))
    metadata = _METADATA.fullmatch(path.name)
    return _by_beginning(path.with_name(metadata["key"])) if metadata else None


def _of_remote(name: str) -> SceneFiles | None:
    """The scene in a folder of a bucket; web servers list none."""
    text = name.rstrip("/")
    if _SENTINEL_XML.fullmatch(text.rpartition("/")[2]):
        text = text.rpartition("/")[0]
    if not _BUCKET.match(gdal_name(text)) or suffix(text) not in ("", ".safe"):
        return None
    try:
        return _one_of(in_bucket(text), text)
    except RasterError:
        raise
    except SatSegError:
        # Nobody who reads a raster without a suffix needs the libraries that list buckets.
        if is_product(text.rpartition("/")[2]):
            raise
        return None


def _by_beginning(path: Path) -> SceneFiles | None:
    """The scene whose files' names begin with a path."""
    folder = path.absolute().parent
    if not folder.is_dir():
        return None
    beginning = str(path.absolute())
    scenes, _ = group(in_folder(folder, 0), str(folder), is_single_band)
    # Planet's files have the level of the product behind the name of the scene.
    found = [scene for scene in scenes if re.fullmatch(re.escape(beginning) + r"(?:_[13][ABC])?", scene.address)]
    return found[0] if len(found) == 1 else None


def _one_of(entries: Iterable[Entry], place: str) -> SceneFiles | None:
    """The only scene among files.

    Raises:
        RasterError: there are several.
    """
    scenes, _ = group(entries, place, is_single_band)
    if len(scenes) > 1:
        names = sorted(scene.address for scene in scenes)
        more = ", …" if len(names) > _SHOWN else ""
        raise RasterError(
            f"{place} holds {len(scenes)} scenes; give one of them ({', '.join(names[:_SHOWN])}{more}), or map all with"
            " 'satseg segment-many'."
        )
    return scenes[0] if scenes else None


def _subdataset(path: str, metres: str | None) -> SceneFiles | None:
    """What GDAL's name for a part of a Sentinel-2 product means: bands of one size of px."""
    place = Path(path) if is_local(path) else None
    if place is None:
        return _zipped(path, metres)
    if not place.is_file():
        raise RasterError(f"There is no file {path}; check the name.")
    folder = str(place.absolute().parent)
    return _single(in_folder(Path(folder)), folder, metres)


def _zipped(path: str, metres: str | None) -> SceneFiles | None:
    """The same in a .zip of this machine."""
    found = re.fullmatch(r"/vsizip/\{?(?P<zip>.+?\.zip)\}?/.*", path, re.IGNORECASE)
    packed = Path(found["zip"]) if found else None
    return _single(in_archive(packed), str(packed.absolute()), metres) if packed and packed.is_file() else None


def _single(entries: Iterable[Entry], folder: str, metres: str | None) -> SceneFiles | None:
    """The scene of one granule; several are left to GDAL, which puts them together."""
    kept = [entry for entry in entries if metres is None or _has_px(entry, metres)]
    scenes, _ = group(kept, folder)
    return scenes[0] if len(scenes) == 1 else None


def _has_px(entry: Entry, metres: str) -> bool:
    """Whether a file may be of a scene with such px; rasters of quality always."""
    claim = claim_sentinel2(entry.file, entry.folder.rpartition("/")[2])
    return claim is None or bool(claim.kind) or claim.rank == int(metres)


def _of_stac(name: str, names: Sequence[str], asset: str | None) -> SceneFiles | None:
    """The scene of a STAC item; None for JSON of another kind."""
    try:
        value = json.loads(read_text(name))
    except FileNotFoundError as error:
        raise RasterError(f"There is no file {name}; check the name.") from error
    except (OSError, ValueError):
        return None
    if not isinstance(value, dict):
        return None
    items = [value] if value.get("type") == "Feature" else list(value.get("features") or ())
    if not items or not all(isinstance(item, dict) and "assets" in item for item in items):
        return None
    if len(items) > 1:
        raise RasterError(f"{name} holds {len(items)} items; give one of them, or map all with 'satseg segment-many'.")
    base = absolute(name, str(Path.cwd() / "x")) if is_local(name) else name
    return replace(scene_of_assets(items[0], base, names, asset), title="STAC item")
