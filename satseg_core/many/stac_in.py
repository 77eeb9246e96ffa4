"""Scenes of a STAC item, item collection, collection or catalogue; JSON, read as far as is needed."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from satseg_core.errors import RasterError, UsageError
from satseg_core.many.folder import read_text
from satseg_core.many.scenes import RASTERS, Found, SourceItem, absolute
from satseg_core.many.stac_pages import Pages, Request, next_page
from satseg_core.many.web import ask

_DOWN = ("item", "items", "child")
"""Relations of links to what a catalogue or a collection has; a server's collection has pages of items."""

_TIMES = ("datetime", "start_datetime", "end_datetime")
_STATE = ("file:size", "file:checksum", "updated")
_TYPES = ("image/tiff", "image/jp2", "image/vnd.stac.geotiff", "image/x.geotiff", "image/geotiff")
_NO_PICTURES = frozenset({"thumbnail", "overview", "metadata", "cloud", "cloud-mask", "data-mask"})


def read_stac(path: str, asset: str | None) -> Iterator[Found]:
    """The scenes of a STAC file or of a server's answer, and of all that it links to as items, children or next page.

    Args:
        path: file or URL.
        asset: key of the asset to map; None to choose one, see `choose_asset`.

    Raises:
        UsageError: the file, or one that it links to, is missing or no STAC, or pages go on for ever.
    """
    waiting, seen, pages = deque([Request(path)]), set(), Pages()
    while waiting:
        request = waiting.popleft()
        if request in seen:
            continue
        seen.add(request)
        address, value = request.address, _load(request)
        kind = value.get("type")
        if kind == "FeatureCollection":
            features = value.get("features") or ()
            for feature in features:
                yield scene_of(feature, absolute(own_address(feature) or address, address), asset)
            following = next_page(value.get("links") or (), request)
            if following is not None:
                pages.turn(features, address)
                waiting.appendleft(following)
        elif kind == "Feature":
            yield scene_of(value, address, asset)
        elif kind in ("Collection", "Catalog") or "stac_version" in value:
            links = value.get("links", ())
            waiting += [Request(absolute(str(link["href"]), address)) for link in links if link.get("rel") in _DOWN]
        else:
            raise UsageError(f"{address} is no STAC item, item collection, collection or catalogue; check the file.")


def _load(request: Request) -> dict[str, Any]:
    address = request.address
    try:
        value = json.loads(read_text(address) if request.body is None else ask(address, request.body))
    except (OSError, ValueError) as error:
        raise UsageError(f"The STAC file {address} cannot be read ({error}); check the name and the file.") from error
    if not isinstance(value, dict):
        raise UsageError(f"{address} is no STAC item, item collection, collection or catalogue; check the file.")
    return value


def own_address(item: Mapping[str, Any]) -> str | None:
    """The address that an item gives itself, if it does."""
    links = item.get("links") or ()
    return next((str(link["href"]) for link in links if link.get("rel") == "self" and link.get("href")), None)


def scene_of(item: Mapping[str, Any], address: str, asset: str | None) -> Found:
    """The scene of an item.

    Args:
        item: a STAC item.
        address: what addresses in it are relative to.
        asset: see `read_stac`.
    """
    name = str(item.get("id") or "item").replace("/", "_")
    long = f"{item.get('collection') or 'scenes'}/{name}".replace("//", "/")
    properties: Mapping[str, Any] = item.get("properties") or {}
    assets: Mapping[str, Mapping[str, Any]] = {
        key: value for key, value in (item.get("assets") or {}).items() if value and value.get("href")
    }
    try:
        chosen = assets[choose_asset(assets, asset, name)]
    except RasterError as error:
        return Found("", name, long, problem=str(error))
    state = {key: value for key in _STATE if (value := chosen.get(key, properties.get(key))) is not None}
    shape = chosen.get("proj:shape") or properties.get("proj:shape")
    return Found(
        source=absolute(str(chosen["href"]), address),
        short=name,
        long=long,
        size=state.get("file:size"),
        pixels=int(shape[0]) * int(shape[1]) if shape is not None and len(shape) == 2 else None,
        item=SourceItem(
            id=str(item.get("id") or name),
            href=address,
            times={key: properties[key] for key in _TIMES if properties.get(key) is not None},
            state=state,
        ),
    )


def choose_asset(assets: Mapping[str, Mapping[str, Any]], wanted: str | None, item: str) -> str:
    """The key of the asset to map.

    Where none is named: the first with the role *visual*, else with the role *data*, else of a raster's media type;
    thumbnails, overviews and masks never.

    Raises:
        RasterError: there is none such.
    """
    listing = ", ".join(assets) or "none"
    if wanted is not None:
        if wanted not in assets:
            raise RasterError(f"The item {item} has no asset '{wanted}'; it has: {listing}.")
        return wanted
    rasters = {
        key: set(value.get("roles") or ()) | ({"visual"} if key == "visual" else set())
        for key, value in assets.items()
        if _is_raster(value) and not _NO_PICTURES & set(value.get("roles") or ())
    }
    for role in ("visual", "data"):
        for key, roles in rasters.items():
            if role in roles:
                return key
    for key in rasters:
        return key
    raise RasterError(f"The item {item} has no asset that is a raster; it has: {listing}. Name one with --asset.")


def _is_raster(asset: Mapping[str, Any]) -> bool:
    kind = str(asset.get("type") or "").lower()
    if kind:
        return kind.startswith(_TYPES)
    return str(asset["href"]).partition("?")[0].lower().endswith(RASTERS)
