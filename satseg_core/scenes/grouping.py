"""From the files of a folder to the scenes that they are: each once, and rasters of quality are none."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Callable, NamedTuple

from satseg_core.scenes.files import Quality, SceneBand, SceneFiles
from satseg_core.scenes.kinds import (
    FAMILIES,
    RASTERS,
    Claim,
    claim_band,
    claim_hls,
    claim_landsat,
    claim_planet,
    claim_sentinel2,
    claim_theia,
    claim_udm2,
)
from satseg_core.scenes.listing import Entry, suffix
from satseg_core.scenes.numbering import numbered
from satseg_core.scenes.products import PLANET

IsBand = Callable[[str], bool]
"""Whether a raster may be a single band, by its name or URL."""

_GRANULE = "granule"
_SAFE = ".safe"
_CLASSI = re.compile(r"(?:.*_)?MSK_CLASSI_B00\.(?:jp2|tiff?)", re.IGNORECASE)
_FEWEST = 2
"""Files that are called by their bands are a scene if there are so many of them."""


class _Key(NamedTuple):
    """What tells a scene from others: its family, its folder, and what its files' names have in common."""

    family: str
    folder: str
    key: str


@dataclass(frozen=True)
class _Member:
    entry: Entry
    claim: Claim


Groups = Mapping[_Key, Sequence[_Member]]


def group(
    entries: Iterable[Entry], root: str, is_band: IsBand = lambda _: True
) -> tuple[list[SceneFiles], list[Entry]]:
    """The scenes among files, and the rasters that are no part of one.

    Args:
        entries: files of a folder and of those in it.
        root: name or URL of the folder.
        is_band: see `IsBand`; asked of one file of those that only their names make a scene.

    Returns:
        Scenes and rasters, in no order.
    """
    every = [entry for entry in entries if suffix(entry.file) in RASTERS]
    products = _Products(root)
    left = [entry for entry in every if not products.take(entry)]
    scenes = products.scenes()
    left = [entry for entry in left if not products.swallows(entry)]
    masked, left = _with_udm2(left, root)
    called, left = _called_by_bands(left, root, is_band)
    return [*scenes, *masked, *called], left


class _Products:
    """Files of known products.

    Args:
        root: name or URL of the folder that names are relative to.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._groups: dict[_Key, list[_Member]] = defaultdict(list)
        self._safes: set[str] = set()
        self._classi: dict[str, Entry] = {}
        self._granules: Counter[str] = Counter()

    def take(self, entry: Entry) -> bool:
        """Take a file that is of a product."""
        claim = claim_sentinel2(entry.file, entry.folder.rpartition("/")[2])
        if claim is not None:
            folder, granule = _product_folder(entry.folder)
            key = granule or claim.key
            if granule or folder.lower().endswith(_SAFE) or (not folder and self._root.lower().endswith(_SAFE)):
                self._safes.add(folder)
            self._groups[_Key("sentinel-2", folder, key)].append(_Member(entry, claim))
            return True
        if _CLASSI.fullmatch(entry.file):
            folder, granule = _product_folder(entry.folder.rpartition("/")[0])
            self._classi[f"{folder}/{granule}"] = entry
            return True
        for claims in (claim_landsat, claim_hls, claim_theia, claim_planet):
            claim = claims(entry.file)
            if claim is not None:
                self._groups[_Key(claim.family, entry.folder, claim.key)].append(_Member(entry, claim))
                return True
        return False

    def swallows(self, entry: Entry) -> bool:
        """Whether a raster lies in a product's folder, of which no other raster is a scene."""
        parts = entry.folder.split("/")
        return any("/".join(parts[:count]) in self._safes for count in range(len(parts) + 1))

    def scenes(self) -> list[SceneFiles]:
        """All that have bands."""
        found = []
        self._granules = Counter(key.folder for key in self._groups if key.family == "sentinel-2")
        for key, members in self._groups.items():
            bands = _planet_bands(members) if key.family == "planet" else _bands(members)
            if bands:
                scene = _scene(key, members, bands, self._place(key))
                found.append(self._with_classi(scene, key) if scene.quality is None else scene)
        return found

    def _place(self, key: _Key) -> tuple[str, str]:
        """Name and address of a scene."""
        folder = PurePosixPath(key.folder or PurePosixPath(self._root.replace("\\", "/")).name)
        if key.family != "sentinel-2":
            return _named(self._root, key.folder, key.key)
        alone = self._granules[key.folder] == 1
        if alone and (key.folder in self._safes or not key.key):
            return _stem(str(folder)), _join(self._root, key.folder)
        if key.folder in self._safes:
            return f"{_stem(str(folder))}/{key.key}", _join(self._root, f"{key.folder}/GRANULE/{key.key}".lstrip("/"))
        return _named(self._root, key.folder, key.key)

    def _with_classi(self, scene: SceneFiles, key: _Key) -> SceneFiles:
        entry = self._classi.get(f"{key.folder}/{key.key}")
        if key.family != "sentinel-2" or entry is None:
            return scene
        return replace(scene, quality=Quality(entry.address, "classi"), state=(*scene.state, _state(entry)))


def _product_folder(folder: str) -> tuple[str, str]:
    """The folder of a Sentinel-2 product and the name of the granule that a band's folder lies in."""
    parts = [part for part in folder.split("/") if part]
    while parts and (re.fullmatch(r"R\d\dm|IMG_DATA", parts[-1], re.IGNORECASE)):
        parts.pop()
    if len(parts) >= 2 and parts[-2].lower() == _GRANULE:
        return "/".join(parts[:-2]), parts[-1]
    return "/".join(parts), ""


def _scene(key: _Key, members: Sequence[_Member], bands: tuple[SceneBand, ...], place: tuple[str, str]) -> SceneFiles:
    quality = min((m for m in members if m.claim.kind), key=lambda m: (m.claim.rank, m.entry.name), default=None)
    read = {band.file for band in bands} | ({quality.entry.address} if quality else set())
    return SceneFiles(
        name=place[0],
        address=place[1],
        title=FAMILIES[key.family].title,
        bands=bands,
        quality=Quality(quality.entry.address, quality.claim.kind) if quality else None,
        state=tuple(sorted((_state(m.entry) for m in members if m.entry.address in read), key=lambda state: state[0])),
    )


def _bands(members: Sequence[_Member]) -> tuple[SceneBand, ...]:
    """One file for each band: the finest."""
    best: dict[str, _Member] = {}
    for member in sorted(members, key=lambda m: (m.claim.rank, m.entry.name)):
        if member.claim.label:
            best.setdefault(member.claim.label.upper(), member)
    ordered = sorted(best.items(), key=lambda found: _in_order(found[0]))
    return tuple(_band(member) for _, member in ordered)


def _band(member: _Member) -> SceneBand:
    claim = member.claim
    # ESPA's products of the older collections have another value, which their files declare.
    nodata = None if claim.label.lower().startswith("sr_band") else FAMILIES[claim.family].nodata
    return SceneBand(claim.label, claim.common, member.entry.address, nodata=nodata)


def _in_order(label: str) -> tuple[str, int, str]:
    """B8 before B8A before B9 before B10."""
    found = re.fullmatch(r"(\D*)(\d*)(.*)", label)
    words, number, rest = found.groups() if found else (label, "", "")
    return words, int(number or 0), rest


def _planet_bands(members: Sequence[_Member]) -> tuple[SceneBand, ...]:
    """All bands of the best image: reflectance before radiance before a picture for the eye."""
    images = [m for m in members if re.search(r"analytic|visual", m.claim.what) and "udm" not in m.claim.what]
    if not images:
        return ()
    best = min(images, key=_planet_rank)
    what, name = best.claim.what, best.claim.key
    count = 4
    if "visual" in what or (re.match(r"(?:basic_)?analytic(?!ms)", what) and "_ssc" not in name and "_RE" not in name):
        count = 3
    elif "8b" in what:
        count = 8
    elif re.search(r"_RE\d", name):
        count = 5
    nodata = None if "visual" in what else FAMILIES["planet"].nodata
    return tuple(
        SceneBand(common, common, best.entry.address, number, nodata) for number, common in enumerate(PLANET[count], 1)
    )


def _planet_rank(member: _Member) -> tuple[bool, bool, bool, bool, str]:
    what = member.claim.what
    return ("visual" in what, "sr" not in what, "harmonized" not in what, "8b" not in what, member.entry.name)


def _with_udm2(entries: Sequence[Entry], root: str) -> tuple[list[SceneFiles], list[Entry]]:
    """Images that a usable data mask lies beside, whatever they are called: the mask is none."""
    masks = {(entry.folder, stem): entry for entry in entries if (stem := claim_udm2(entry.file)) is not None}
    images = {(entry.folder, _stem(entry.file)): entry for entry in entries}
    scenes, taken = [], {mask.address for mask in masks.values()}
    for place, mask in masks.items():
        image = images.get(place)
        if image is None:
            continue
        taken.add(image.address)
        name, _ = _named(root, *place)
        quality, state = Quality(mask.address, "udm2"), (_state(image), _state(mask))
        scenes.append(SceneFiles(name, image.address, "image with a usable data mask", (), quality, state=state))
    return scenes, [entry for entry in entries if entry.address not in taken]


def _called_by_bands(entries: Sequence[Entry], root: str, is_band: IsBand) -> tuple[list[SceneFiles], list[Entry]]:
    """Files whose names say which band is in them, and no more."""
    groups: dict[_Key, list[_Member]] = defaultdict(list)
    for entry in entries:
        claim = claim_band(_stem(entry.file))
        if claim is not None:
            groups[_Key("bands", entry.folder, claim.key)].append(_Member(entry, claim))
    scenes, taken = [], set()
    for key, members in groups.items():
        bands = _bands(members)
        if len(bands) < _FEWEST or not is_band(bands[0].file):
            continue
        taken |= {member.entry.address for member in members}
        name, address = _named(root, key.folder, key.key.rstrip(" _.-"))
        title = FAMILIES["bands"].title
        scenes.append(numbered(replace(_scene(key, members, bands, (name, address)), title=title)))
    return scenes, [entry for entry in entries if entry.address not in taken]


def _named(root: str, folder: str, key: str) -> tuple[str, str]:
    """Name and address of a scene whose files' names begin alike; of the folder where they have nothing in common."""
    if not key:
        name = folder or PurePosixPath(root.replace("\\", "/")).name
        return name, _join(root, folder)
    inside = f"{folder}/{key}" if folder else key
    return inside, _join(root, inside)


def _join(root: str, inside: str) -> str:
    """An address in a folder."""
    if not inside:
        return root
    separator = "/" if "/" in root or "\\" not in root else "\\"
    return f"{root.rstrip(separator)}{separator}{inside.replace('/', separator)}"


def _stem(name: str) -> str:
    return name[: -len(suffix(name))] if suffix(name) in (*RASTERS, _SAFE) else name


def _state(entry: Entry) -> tuple[str, int | None, int | str | None]:
    return entry.name, entry.size, entry.changed
