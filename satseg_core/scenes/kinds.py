"""How the files of known products are called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from satseg_core.scenes.products import HLS_LANDSAT, SENTINEL2, SENTINEL2_PX, common_name, landsat_bands

RASTERS = (".tif", ".tiff", ".jp2", ".vrt", ".img", ".ecw", ".sid", ".ntf", ".nitf")
"""Endings of the files in a folder that are rasters, in lower case; where two share a name, the first keeps it."""

_I = re.IGNORECASE

_S2 = re.compile(
    r"(?P<key>(?:.*_)?T\d{2}[A-Z]{3}(?:_\d{8}T\d{6})?)_(?P<what>B\d[\dA]|SCL|TCI|AOT|WVP|CLD|SNW|PVI|DDV)"
    r"(?:_(?P<px>\d\d)m)?\.(?:jp2|tiff?)",
    _I,
)
_S2_BARE = re.compile(r"(?P<what>B\d[\dA]|SCL|TCI|AOT|WVP)\.(?:jp2|tiff?)", _I)
_S2_FOLDER = re.compile(r"R(\d\d)m", _I)

_LANDSAT = re.compile(
    r"(?P<key>L(?P<letter>[COTEM])(?P<number>\d\d?)(?:_[A-Z0-9]{2,4}_\d{6}_\d{8}_\d{8}_[A-Z0-9]+(?:_(?:T[12]|RT|A[12]|V\d\d))?"
    r"|\d{13}[A-Z]{3}\d\d))_(?P<what>.+)\.tiff?",
    _I,
)
_LANDSAT_BAND = re.compile(r"(?:SR_)?(B\d\d?)|sr_band(\d)", _I)

_HLS = re.compile(r"(?P<key>HLS\.(?P<of>[LS])30\.T\w{5}\.\d+T\d+\.v\d+\.\d+)\.(?P<what>\w+)\.tiff?", _I)

_THEIA = re.compile(r"(?P<key>SENTINEL2[A-Z]_[\w-]+?_V\d+-\d+)_(?P<what>\w+)\.tiff?", _I)

_PLANET = re.compile(
    r"(?P<key>\d{8}_\d{6}_(?:\w+?)|\d+_\d{4}-\d\d-\d\d(?:T\d+)?_RE\d)_(?P<level>[13][ABC])_(?P<what>\w+)\.tiff?"
    r"|(?P<sky>\d{8}_\d{6}_ssc\d+_u\d+)_(?P<skywhat>\w+)\.tiff?",
    _I,
)

_UDM2 = re.compile(r"(?P<key>.+)_udm2(?P<clip>_clip)?\.tiff?", _I)

_WORD = (
    r"SR_B\d\d?|B\d[\dA]|B\d\d?|band[ _]?\d\d?|red[ _-]?edge|red|green|blue|nir|coastal|yellow|pan|swir(?:1|2|16|22)"
)
_BY_BAND = re.compile(rf"(?P<key>(?:.*?[ _.-])?)(?P<what>{_WORD})(?:_(?P<px>\d\d)m)?", _I)
_BY_QUALITY = re.compile(
    r"(?P<key>(?:.*?[ _.-])?)(?P<what>(?:SR_)?QA_\w+|ST_\w+|BQA|SCL|AOT|WVP|TCI|CLD|SNW|udm2?|Fmask|clouds?|cloud_?mask"
    r"|aerosol)(?:_\d\dm)?",
    _I,
)


class Claim(NamedTuple):
    """What a file is of a scene.

    Attributes:
        family: of products.
        key: what the names of the scene's files have in common.
        what: the rest that tells the file from others.
        label: of the band, or empty.
        common: what the band shows, or empty.
        kind: of a raster of quality, or empty.
        rank: among files of the same label: the lowest is taken.
    """

    family: str
    key: str
    what: str
    label: str = ""
    common: str = ""
    kind: str = ""
    rank: int = 0


@dataclass(frozen=True)
class Family:
    """A family of products.

    Attributes:
        title: for people.
        nodata: value of px without data that its products have; None for what the files say.
    """

    title: str
    nodata: float | None


FAMILIES: Mapping[str, Family] = {
    "sentinel-2": Family("Sentinel-2 scene", 0.0),
    "landsat": Family("Landsat scene", 0.0),
    "hls": Family("HLS scene", None),
    "theia": Family("Sentinel-2 scene of Theia", -10000.0),
    "planet": Family("Planet scene", 0.0),
    "bands": Family("scene in bands", None),
}


def claim_sentinel2(file: str, folder: str) -> Claim | None:
    """A file of a Sentinel-2 product, by its name and the name of its folder."""
    place = _S2_FOLDER.fullmatch(folder)
    found = _S2.fullmatch(file) or (_S2_BARE.fullmatch(file) if place else None)
    if found is None:
        return None
    parts = found.groupdict()
    what = parts["what"].upper()
    metres = int(parts.get("px") or (place.group(1) if place else SENTINEL2_PX.get(what, 20)))
    label = what if what in SENTINEL2 else ""
    kind = "scl" if what == "SCL" else ""
    return Claim("sentinel-2", parts.get("key") or "", what, label, SENTINEL2.get(what, ""), kind, metres)


def claim_landsat(file: str) -> Claim | None:
    """A file of a Landsat product."""
    found = _LANDSAT.fullmatch(file)
    if found is None:
        return None
    what = found["what"]
    band = _LANDSAT_BAND.fullmatch(what)
    label = f"B{band.group(1)[1:] if band.group(1) else band.group(2)}" if band else ""
    common = landsat_bands(found["letter"], int(found["number"])).get(label, "")
    # Bits of the older collections mean other things.
    kind = "qa_pixel" if what.upper() == "QA_PIXEL" else ""
    return Claim("landsat", found["key"], what, what if label else "", common, kind)


def claim_hls(file: str) -> Claim | None:
    """A file of Harmonized Landsat Sentinel-2."""
    found = _HLS.fullmatch(file)
    if found is None:
        return None
    names = HLS_LANDSAT if found["of"].upper() == "L" else SENTINEL2
    what = found["what"]
    label = what.upper() if what.upper() in names else ""
    return Claim("hls", found["key"], what, label, names.get(label, ""), "fmask" if what.lower() == "fmask" else "")


def claim_theia(file: str) -> Claim | None:
    """A file of Theia's Sentinel-2 products (MAJA): reflectance with slopes evened out goes before that without."""
    found = _THEIA.fullmatch(file)
    if found is None:
        return None
    form, _, band = found["what"].upper().rpartition("_")
    label = f"B{band[1:].zfill(2)}" if form in ("FRE", "SRE") and band.startswith("B") else ""
    return Claim("theia", found["key"], found["what"], label, SENTINEL2.get(label, ""), "", int(form == "SRE"))


def claim_planet(file: str) -> Claim | None:
    """A file of a Planet product; ``what`` is the rest of its name in small letters, such as ``analyticms_sr``."""
    found = _PLANET.fullmatch(file)
    if found is None:
        return None
    if found["sky"]:
        key, what = found["sky"], found["skywhat"].lower()
    else:
        key, what = f"{found['key']}_{found['level']}", found["what"].lower()
    return Claim("planet", key, what, kind="udm2" if "udm2" in what else "")


def claim_udm2(file: str) -> str | None:
    """The stem of the image that a file is the usable data mask of, for images of any name."""
    found = _UDM2.fullmatch(file)
    return f"{found['key']}{found['clip'] or ''}" if found else None


def claim_band(stem: str) -> Claim | None:
    """A file that is called by the band that is in it, whoever made it; ``what`` tells how it says so."""
    found = _BY_BAND.fullmatch(stem)
    if found:
        what = found["what"]
        return Claim("bands", found["key"], what, what, common_name(what), rank=int(found["px"] or 0))
    found = _BY_QUALITY.fullmatch(stem)
    if found is None:
        return None
    what = found["what"]
    kind = what.lower() if what.lower() in ("qa_pixel", "scl", "udm2", "fmask") else ""
    return Claim("bands", found["key"], what, kind=kind)


_PRODUCT = re.compile(
    r"S2[A-D]_(?:MSI|OPER|USER).*|L[COTEM]\d\d_\w+|SENTINEL2[A-Z]_.+|HLS\..+|\d{8}_\d{6}_.+|T\d{2}[A-Z]{3}_\d{8}.*", _I
)


def single_band(file: str) -> str:
    """The beginning of the names of a scene that a file is a band of, by its name; empty for other files."""
    claims = (claim_sentinel2(file, ""), claim_landsat(file), claim_hls(file), claim_theia(file))
    return next((claim.key for claim in claims if claim is not None and claim.label), "")


def is_product(file: str) -> bool:
    """Whether an archive may hold a known product, by its name."""
    return _PRODUCT.fullmatch(file) is not None
