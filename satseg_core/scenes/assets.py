"""The bands of a STAC item: which of its assets has them, and what the item says of their values."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from satseg_core.errors import RasterError
from satseg_core.remote.addresses import absolute
from satseg_core.scenes.files import Quality, SceneBand, SceneFiles
from satseg_core.scenes.kinds import RASTERS
from satseg_core.scenes.products import COMMON, SENTINEL2, by_wavelength, common_name, shows

Asset = Mapping[str, Any]
Assets = Mapping[str, Asset]

_TYPES = ("image/tiff", "image/jp2", "image/vnd.stac.geotiff", "image/x.geotiff", "image/geotiff")
_NO_PICTURES = frozenset(
    {"thumbnail", "overview", "metadata", "cloud", "cloud-mask", "cloud-shadow", "data-mask", "water-mask",
     "snow-ice", "saturation", "cirrus"}
)  # fmt: skip
_VISUAL = re.compile(r"visual|tci|true.?colou?r|rendered.?preview", re.IGNORECASE)
_PX = re.compile(r"_(\d\d)m$", re.IGNORECASE)
_QUALITY = (
    (re.compile(r"scl(?:_\d\dm)?", re.IGNORECASE), "scl"),
    (re.compile(r"qa_pixel", re.IGNORECASE), "qa_pixel"),
    (re.compile(r".*udm2(?:_\w+)?", re.IGNORECASE), "udm2"),
    (re.compile(r"fmask", re.IGNORECASE), "fmask"),
)
_STATE = ("file:size", "file:checksum", "updated")
_FINER = 0.5
"""A picture for the eye goes before data if its px are this much finer or more."""


@dataclass(frozen=True)
class _Described:
    """An asset and what the item says of its bands, in their order; none if it says nothing."""

    key: str
    asset: Asset
    bands: tuple[SceneBand, ...]

    @property
    def visual(self) -> bool:
        """Whether it is a picture for the eye: 8 bits, stretched and cut off by somebody."""
        roles = set(self.asset.get("roles") or ())
        return "visual" in roles or bool(_VISUAL.search(f"{self.key} {self.asset.get('title') or ''}"))

    @property
    def gsd(self) -> float:
        """Units a px, as far as the item says: finer is smaller."""
        found = _PX.search(self.key)
        raster = next(iter(self.asset.get("raster:bands") or ()), None) or {}
        transform = self.asset.get("proj:transform")
        told = (
            float(found.group(1)) if found else None,
            self.asset.get("gsd"),
            raster.get("spatial_resolution") or self.asset.get("raster:spatial_resolution"),
            transform[0] if transform is not None and len(transform) else None,
        )
        return next((float(value) for value in told if value), math.inf)

    def has(self, names: Iterable[str]) -> bool:
        return all(any(shows(band.label, band.common, name) is not None for band in self.bands) for name in names)


def scene_of_assets(
    item: Mapping[str, Any], address: str, names: Sequence[str], wanted: str | None = None
) -> SceneFiles:
    """The scene of an item: one asset with all of a model's bands, or an asset a band.

    Data go before pictures for the eye, one asset before several, and what says nothing of its bands comes last.

    Args:
        item: a STAC item.
        address: what addresses in it are relative to.
        names: of the bands that the model reads.
        wanted: key of the asset to map; None to choose.

    Raises:
        RasterError: it has no such asset, or none that is a raster.
    """
    name = str(item.get("id") or "item").replace("/", "_")
    properties: Mapping[str, Any] = item.get("properties") or {}
    assets: Assets = {k: v for k, v in (item.get("assets") or {}).items() if v and v.get("href")}
    described = {key: _described(key, asset, properties, address) for key, asset in assets.items()}
    usable = [one for key, one in described.items() if is_picture(assets[key])]
    chosen = [described[wanted]] if wanted in described else _with_bands(usable, names) if wanted is None else []
    told = bool(chosen) and (len(chosen) > 1 or chosen[0].has(names))
    if not chosen:
        chosen = [described[choose_asset(assets, wanted, name)]]
    quality = _quality(assets, address)
    return SceneFiles(
        name=name,
        address=absolute(str(chosen[0].asset["href"]), address) if len(chosen) == 1 else address,
        title="STAC item",
        bands=_bands_of(chosen, usable) if told else (),
        quality=quality,
        nodata=_nodata_of(chosen[0]) if not told else (),
        state=tuple(_state(one, properties) for one in chosen) if len(chosen) > 1 else (),
    )


def _bands_of(chosen: Sequence[_Described], usable: Sequence[_Described]) -> tuple[SceneBand, ...]:
    """The bands of the assets that were chosen; of several also what others have, for those who number them."""
    if len(chosen) == 1:
        return chosen[0].bands
    taken = {band.common for one in chosen for band in one.bands}
    others = [one for one in usable if not one.visual and len(one.bands) == 1]
    finest: dict[str, SceneBand] = {}
    for one in sorted(others, key=lambda other: other.gsd):
        finest.setdefault(one.bands[0].common, one.bands[0])
    kept = {id(band) for name, band in finest.items() if name not in taken}
    kept |= {id(band) for one in chosen for band in one.bands}
    return tuple(band for one in usable for band in one.bands if id(band) in kept)


def _with_bands(assets: Sequence[_Described], names: Sequence[str]) -> list[_Described]:
    """The asset, or the assets, that say that they have all bands; empty where none do."""
    whole = [one for one in assets if len(one.bands) > 1 and one.has(names)]
    if len(names) == 1:
        whole = [one for one in assets if one.has(names)]
    data = sorted((one for one in whole if not one.visual), key=lambda one: one.gsd)
    pictures = sorted((one for one in whole if one.visual), key=lambda one: one.gsd)
    several = _one_each([one for one in assets if not one.visual], names)
    found = data[:1] or several or pictures[:1]
    if pictures and found and pictures[0].gsd <= _FINER * max(one.gsd for one in found) < math.inf:
        return pictures[:1]
    return found


def _one_each(assets: Sequence[_Described], names: Sequence[str]) -> list[_Described]:
    """An asset for each band: the one that has it best, and the finest of those."""
    found = []
    for name in names:
        ranked = [
            (rank, one.gsd, str(one.asset.get("type") or "").startswith("image/jp2"), place)
            for place, one in enumerate(assets)
            if len(one.bands) == 1 and (rank := shows(one.bands[0].label, one.bands[0].common, name)) is not None
        ]
        if not ranked:
            return []
        found.append(assets[min(ranked)[-1]])
    return list({one.key: one for one in found}.values())


def _described(key: str, asset: Asset, properties: Mapping[str, Any], address: str) -> _Described:
    """What an item says of the bands of an asset: ``bands`` of STAC 1.1, else ``eo:bands`` and ``raster:bands``."""
    named = _list(asset.get("bands")) or [_of_item(band, properties) for band in _list(asset.get("eo:bands"))]
    raster = _list(asset.get("raster:bands"))
    if not named:
        common = str(asset.get("eo:common_name") or "") or _of_key(key, properties)
        if not common:
            return _Described(key, asset, ())
        named = [{"name": key, "common_name": common}]
    if len(named) == 1 and not _common(named[0]):
        named = [{**named[0], "common_name": asset.get("eo:common_name") or _of_key(key, properties)}]
    href = absolute(str(asset["href"]), address)
    bands = []
    for number, band in enumerate(named, 1):
        values = raster[number - 1] if len(raster) == len(named) else {}
        nodata = _first(band.get("nodata"), values.get("nodata"), asset.get("nodata"))
        label = str(band.get("name") or key)
        bands.append(SceneBand(label, _common(band), href, number, _number(nodata)))
    return _Described(key, asset, tuple(bands))


def _of_item(band: Any, properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """A band of ``eo:bands``; early STAC has the place in the item's own list."""
    if isinstance(band, int):
        every = _list(properties.get("eo:bands"))
        band = every[band] if 0 <= band < len(every) else {}
    return band if isinstance(band, Mapping) else {}


def _common(band: Mapping[str, Any]) -> str:
    told = str(band.get("eo:common_name") or band.get("common_name") or "").lower()
    if told in COMMON:
        return told
    wave = _first(band.get("eo:center_wavelength"), band.get("center_wavelength"))
    return common_name(str(band.get("name") or "")) or (by_wavelength(float(wave)) if wave else "")


def _of_key(key: str, properties: Mapping[str, Any]) -> str:
    """What an asset shows by its key: a common name, or a band of Sentinel-2."""
    plain = _PX.sub("", key)
    if common_name(plain):
        return common_name(plain)
    platform = f"{properties.get('constellation') or ''} {properties.get('platform') or ''}".lower()
    return SENTINEL2.get(plain.upper(), "") if re.search(r"sentinel-?2", platform) else ""


def _quality(assets: Assets, address: str) -> Quality | None:
    """The asset that tells clouds, if there is one of a known kind."""
    for pattern, kind in _QUALITY:
        for key, asset in sorted(assets.items(), key=lambda found: str(found[1].get("type") or "") == "image/jp2"):
            if pattern.fullmatch(key) and _is_raster(asset):
                return Quality(absolute(str(asset["href"]), address), kind)
    return None


def _nodata_of(one: _Described) -> tuple[float, ...]:
    """What an item says of px without data, where its bands are left to the file."""
    told = [band.nodata for band in one.bands] or [
        _number(band.get("nodata")) for band in _list(one.asset.get("raster:bands"))
    ]
    known = {value for value in (told or [_number(one.asset.get("nodata"))]) if value is not None}
    return tuple(known) if len(known) == 1 else ()


def _state(one: _Described, properties: Mapping[str, Any]) -> tuple[str, int | None, int | str | None]:
    asset = one.asset
    told = _first(asset.get("file:checksum"), asset.get("updated"), properties.get("updated"))
    return str(asset["href"]).partition("?")[0], asset.get("file:size"), None if told is None else str(told)


def _list(value: Any) -> list[Any]:
    """A list, also of an array of Arrow; empty for nothing."""
    return [] if value is None else [band if band is not None else {} for band in value]


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _number(value: Any) -> float | None:
    """A nodata value: a number, or one of STAC's words for those that JSON lacks."""
    words = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
    if isinstance(value, str):
        return words.get(value.lower())
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def is_picture(asset: Asset) -> bool:
    """Whether an asset is a raster that may be mapped: no thumbnail, and nothing about another one."""
    return _is_raster(asset) and not _NO_PICTURES & set(asset.get("roles") or ())


def choose_asset(assets: Assets, wanted: str | None, item: str) -> str:
    """The key of the asset to map, where none says which bands it has.

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
        if is_picture(value) and not any(pattern.fullmatch(key) for pattern, _ in _QUALITY)
    }
    for role in ("visual", "data"):
        for key, roles in rasters.items():
            if role in roles:
                return key
    for key in rasters:
        return key
    raise RasterError(f"The item {item} has no asset that is a raster; it has: {listing}. Name one with --asset.")


def _is_raster(asset: Asset) -> bool:
    kind = str(asset.get("type") or "").lower()
    if kind:
        return kind.startswith(_TYPES)
    return str(asset["href"]).partition("?")[0].lower().endswith(RASTERS)
