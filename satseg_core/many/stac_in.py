"""Scenes of a STAC item, item collection, collection or catalogue; JSON, read as far as is needed."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from satseg_core.errors import RasterError, UsageError
from satseg_core.many.scenes import Found, SourceItem
from satseg_core.many.stac_pages import Pages, Request, next_page
from satseg_core.remote.addresses import absolute, read_text
from satseg_core.remote.web import ask
from satseg_core.scenes.assets import scene_of_assets
from satseg_core.scenes.files import SceneFiles

_DOWN = ("item", "items", "child")
"""Relations of links to what a catalogue or a collection has; a server's collection has pages of items."""

_TIMES = ("datetime", "start_datetime", "end_datetime")
_STATE = ("file:size", "file:checksum", "updated")


def read_stac(path: str, asset: str | None, bands: Sequence[str]) -> Iterator[Found]:
    """The scenes of a STAC file or of a server's answer, and of all that it links to as items, children or next page.

    Args:
        path: file or URL.
        asset: key of the asset to map; None for those that have the bands.
        bands: names of those that the model reads.

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
                yield scene_of(feature, absolute(own_address(feature) or address, address), asset, bands)
            following = next_page(value.get("links") or (), request)
            if following is not None:
                pages.turn(features, address)
                waiting.appendleft(following)
        elif kind == "Feature":
            yield scene_of(value, address, asset, bands)
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


def scene_of(item: Mapping[str, Any], address: str, asset: str | None, bands: Sequence[str]) -> Found:
    """The scene of an item.

    Args:
        item: a STAC item.
        address: what addresses in it are relative to.
        asset: see `read_stac`.
        bands: see `read_stac`.
    """
    name = str(item.get("id") or "item").replace("/", "_")
    long = f"{item.get('collection') or 'scenes'}/{name}".replace("//", "/")
    properties: Mapping[str, Any] = item.get("properties") or {}
    try:
        scene = scene_of_assets(item, address, bands, asset)
    except RasterError as error:
        return Found("", name, long, problem=str(error))
    chosen = _asset_of(item, address, scene)
    state = {key: value for key in _STATE if (value := chosen.get(key, properties.get(key))) is not None}
    shape = chosen.get("proj:shape")
    shape = properties.get("proj:shape") if shape is None else shape
    return Found(
        source=scene.address if scene.address != address else f"{address}#{name}",
        short=name,
        long=long,
        size=scene.size if scene.state else state.get("file:size"),
        pixels=int(shape[0]) * int(shape[1]) if shape is not None and len(shape) == 2 else None,
        item=SourceItem(
            id=str(item.get("id") or name),
            href=address,
            times={key: properties[key] for key in _TIMES if properties.get(key) is not None},
            state=state,
        ),
        scene=scene,
    )


def _asset_of(item: Mapping[str, Any], address: str, scene: SceneFiles) -> Mapping[str, Any]:
    """The one asset that a scene is in, or the first of several."""
    files = {scene.address, *(band.file for band in scene.bands)}
    assets = [asset for asset in (item.get("assets") or {}).values() if asset and asset.get("href")]
    return next((asset for asset in assets if absolute(str(asset["href"]), address) in files), {})
