"""STAC items of maps, and the collection over them: plain JSON, of STAC 1.1."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from affine import Affine
from pyproj import CRS

from satseg_core.legend import NODATA, Legend
from satseg_core.many.folder import Folder
from satseg_core.many.footprint import corners, on_earth
from satseg_core.many.names import JOB, item_name
from satseg_core.many.scenes import Scene
from satseg_core.model.card import ModelCard
from satseg_core.record import now
from satseg_core.remote.addresses import is_local
from satseg_core.remote.names import without_secrets
from satseg_core.version import __version__

STAC_VERSION = "1.1.0"

COLLECTION = "collection.json"
"""Name of the collection."""

_SCHEMAS = "https://stac-extensions.github.io"
_CLASSIFICATION = f"{_SCHEMAS}/classification/v2.0.0/schema.json"
_FILE = f"{_SCHEMAS}/file/v2.1.0/schema.json"
_PROJECTION = f"{_SCHEMAS}/projection/v2.0.0/schema.json"
_PROCESSING = f"{_SCHEMAS}/processing/v1.2.0/schema.json"

_COG = "image/tiff; application=geotiff; profile=cloud-optimized"

_ASSETS: Mapping[str, Mapping[str, Any]] = {
    "map": {"title": "Land cover", "type": _COG, "roles": ["data", "classification"]},
    "confidence": {"title": "Confidence in percent", "type": _COG, "roles": ["data", "confidence"]},
    "polygons": {"title": "Polygons", "type": "application/geopackage+sqlite3", "roles": ["data", "polygons"]},
    "record": {"title": "What made the map", "type": "application/json", "roles": ["metadata"]},
}
"""What is said of each asset whatever the scene."""


def make_item(
    scene: Scene,
    folder: Folder,
    names: Mapping[str, str],
    card: ModelCard,
    job: Mapping[str, Any],
) -> dict[str, Any]:
    """The STAC item of a map that has been written.

    Args:
        scene: that was mapped.
        folder: that the map is in.
        names: of its files in the folder, by the keys of assets.
        card: the model's.
        job: what the outputs depend on.
    """
    record = json.loads(folder.read(names["record"]) or "{}")
    grid = _Grid.of(record)
    placed = on_earth(grid.crs, grid.transform, grid.shape)
    source = scene.found.item
    made = now().replace("+00:00", "Z")
    times = dict(source.times) if source else {}
    item: dict[str, Any] = {
        "type": "Feature",
        "stac_version": STAC_VERSION,
        "stac_extensions": [_CLASSIFICATION, _FILE, _PROJECTION, _PROCESSING],
        "id": scene.name.replace("/", "_"),
        "geometry": placed[0] if placed else None,
        "properties": {
            "datetime": times.get("datetime") or (None if len(times) >= 2 else made),
            **{key: value for key, value in times.items() if key != "datetime"},
            "created": made,
            **grid.to_json(),
            "processing:software": {"SatSeg": __version__},
            "processing:lineage": f"Land cover by the model {card.name} {card.version} of SatSeg {__version__}",
            "satseg:model": {"name": card.name, "version": card.version, "weights_sha256": card.weights_sha256},
            "satseg:areas": record["areas"],
            JOB: dict(job),
        },
        "links": _links(scene, folder),
        "assets": {key: _asset(key, name, folder, card.legend) for key, name in names.items()},
        "collection": collection_id(folder),
    }
    if placed:
        item["bbox"] = placed[1]
    return item


@dataclass(frozen=True)
class _Grid:
    """The grid of a map: of its raster, or of the part that was mapped."""

    crs: CRS | None
    transform: Affine
    shape: tuple[int, int]

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> _Grid:
        """What a run record says of it."""
        source, (top, bottom), (left, right) = record["input"], record["grid"]["rows"], record["grid"]["cols"]
        transform = Affine(*source["transform"]) * Affine.translation(left, top)
        return cls(CRS.from_wkt(source["crs"]) if source["crs"] else None, transform, (bottom - top, right - left))

    def to_json(self) -> dict[str, Any]:
        """In the words of STAC's projection extension."""
        authority = self.crs.to_authority() if self.crs else None
        found: dict[str, Any] = {
            "proj:code": ":".join(authority) if authority else None,
            "proj:shape": list(self.shape),
            "proj:transform": list(self.transform)[:6],
        }
        if self.crs and not authority:
            found["proj:wkt2"] = self.crs.to_wkt()
        if self.crs:
            outline = corners(self.transform, self.shape)
            found["proj:bbox"] = [*map(float, outline.min(axis=0)), *map(float, outline.max(axis=0))]
        return found


def _asset(key: str, name: str, folder: Folder, legend: Legend) -> dict[str, Any]:
    size, digest = folder.measure(name)
    asset = {"href": f"./{name.rpartition('/')[2]}", **_kind(key, legend), "file:size": size}
    if digest:
        asset["file:checksum"] = f"1220{digest}"  # a multihash: sha2-256, 32 bytes
    return asset


def _kind(key: str, legend: Legend) -> dict[str, Any]:
    """What is said of an asset whatever the scene."""
    asset = dict(_ASSETS[key])
    if key in ("map", "confidence"):
        asset.update({"data_type": "uint8", "nodata": NODATA})
    if key == "map":
        asset["classification:classes"] = classes(legend)
    if key == "confidence":
        asset["unit"] = "%"
    return asset


def classes(legend: Legend) -> list[dict[str, Any]]:
    """A legend in the words of STAC's classification extension."""
    return [
        {
            "value": c.code,
            "name": re.sub(r"[^0-9A-Za-z_-]+", "-", c.name) or str(c.code),
            "title": c.title,
            "description": c.description or c.title,
            "color_hint": c.hex_color[1:].upper(),
        }
        for c in legend
    ]


def _links(scene: Scene, folder: Folder) -> list[dict[str, Any]]:
    up = "../" * scene.name.count("/") or "./"
    links = [
        {"rel": rel, "href": f"{up}{COLLECTION}", "type": "application/json"}
        for rel in ("root", "parent", "collection")
    ]
    item = scene.found.item
    source = item.href if item and item.href else scene.source
    kind = {"type": "application/geo+json"} if item and item.href.endswith("json") else {}
    links.append({"rel": "derived_from", "href": _href(source, folder.address(scene.name)), **kind})
    return links


def _href(source: str, seen_from: str) -> str:
    """The address of a source as an item has it: relative where both are files of this system."""
    if not is_local(source) or not is_local(seen_from):
        return without_secrets(source)
    try:
        return Path(os.path.relpath(source, Path(seen_from).parent)).as_posix()
    except ValueError:  # on another drive of Windows
        return Path(source).absolute().as_uri()


def collection_id(folder: Folder) -> str:
    """Identifier of the collection: the folder's name."""
    last = folder.root.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1]
    return re.sub(r"[^\w.-]+", "-", last) or "land-cover"


_BRIEF = (
    "datetime", "start_datetime", "end_datetime", "proj:code", "proj:wkt2", "proj:shape", "proj:transform",
    "satseg:model", JOB,
)  # fmt: skip


def brief(item: Mapping[str, Any]) -> dict[str, Any]:
    """What the files over all scenes need of an item: of a hundred thousand, whole ones would fill the memory."""
    properties = item["properties"]
    return {
        **({"bbox": item["bbox"]} if "bbox" in item else {}),
        "properties": {name: properties[name] for name in _BRIEF if properties.get(name) is not None},
        "assets": {key: {"href": asset["href"]} for key, asset in item["assets"].items()},
    }


_MADE = "Land-cover maps made by SatSeg"


def is_own_collection(text: str) -> bool:
    """Whether a file is a collection as `make_collection` makes it."""
    try:
        values = json.loads(text)
        return bool(values["type"] == "Collection" and values["description"].startswith(_MADE))
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def make_collection(items: Mapping[str, Mapping[str, Any]], folder: Folder, legend: Legend) -> dict[str, Any]:
    """The collection over items.

    Args:
        items: by the names of their scenes; `brief` ones do.
        folder: that they are in.
        legend: of the maps.
    """
    boxes = [item["bbox"] for item in items.values() if "bbox" in item]
    keys = {key for item in items.values() for key in item["assets"]}
    models = sorted({f"{m['name']} {m['version']}" for m in (i["properties"]["satseg:model"] for i in items.values())})
    return {
        "type": "Collection",
        "stac_version": STAC_VERSION,
        "stac_extensions": [_CLASSIFICATION],
        "id": collection_id(folder),
        "title": "Land cover",
        "description": f"{_MADE} with {' and '.join(models) or 'no model'}.",
        "license": "other",
        "extent": {
            "spatial": {"bbox": [_around(boxes)]},
            "temporal": {"interval": [_interval([item["properties"] for item in items.values()])]},
        },
        "summaries": {"satseg:model": models} if models else {},
        "item_assets": {key: _kind(key, legend) for key in _ASSETS if key in keys},
        "links": [
            {"rel": "root", "href": f"./{COLLECTION}", "type": "application/json"},
            *(
                {"rel": "item", "href": f"./{item_name(name)}", "type": "application/geo+json"}
                for name in sorted(items)
            ),
        ],
    }


def _around(boxes: Sequence[Sequence[float]]) -> list[float]:
    """West, south, east, north of all; the whole way round where one crosses the 180th meridian."""
    if not boxes:
        return [-180.0, -90.0, 180.0, 90.0]
    wests, souths, easts, norths = zip(*boxes)
    if any(west > east for west, east in zip(wests, easts)):
        return [-180.0, min(souths), 180.0, max(norths)]
    return [min(wests), min(souths), max(easts), max(norths)]


def _interval(properties: Sequence[Mapping[str, Any]]) -> list[str | None]:
    starts = [p.get("start_datetime") or p.get("datetime") for p in properties]
    ends = [p.get("end_datetime") or p.get("datetime") for p in properties]
    first, last = [time for time in starts if time], [time for time in ends if time]
    return [min(first) if first else None, max(last) if last else None]


def earlier_scenes(collection: Mapping[str, Any]) -> list[str]:
    """Names of the scenes that a collection links to."""
    ending = item_name("")
    hrefs = (str(link.get("href")) for link in collection.get("links", ()) if link.get("rel") == "item")
    return [href[2 : -len(ending)] for href in hrefs if href.startswith("./") and href.endswith(ending)]
