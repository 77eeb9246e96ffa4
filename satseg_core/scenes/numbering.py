"""Bands that are known by their numbers alone: of which satellite they are, as far as the names tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from satseg_core.scenes.files import SceneFiles
from satseg_core.scenes.products import LANDSAT_8, SENTINEL2, landsat_bands

_NUMBER = re.compile(r"(?P<how>SR_B|B|band[ _]?)(?P<number>\d\d?)(?P<rest>A?)", re.IGNORECASE)
_LANDSAT = re.compile(
    r"(?:^|[^A-Za-z])(?:L(?P<letter>[COTEM])|landsat[ _-]?)0?(?P<number>[1-9])(?![0-9])", re.IGNORECASE
)
_SENTINEL = re.compile(r"(?:^|[^A-Za-z])(?:S2[ABCD]?|sentinel[ _-]?2[ABCD]?)(?![0-9])", re.IGNORECASE)


def numbered(scene: SceneFiles) -> SceneFiles:
    """A scene of files that are called by their bands, with what those show.

    Where the names tell no satellite, numbers that one alone has tell it. `SceneFiles.doubt` says where none does.
    """
    numbers = {band.label: found for band in scene.bands if (found := _NUMBER.fullmatch(band.label))}
    if not numbers:
        return scene
    names = _names(scene, numbers)
    if names is None:
        return replace(scene, doubt="the names of its files do not say which satellite's bands these are")
    bands = tuple(
        replace(band, common=names.get(_plain(numbers[band.label]), "")) if band.label in numbers else band
        for band in scene.bands
    )
    return replace(scene, bands=bands)


def _plain(found: re.Match[str]) -> str:
    """``B4`` for ``SR_B4``, ``B04`` and ``band 4``."""
    return f"B{int(found['number'])}{found['rest'].upper()}"


def _names(scene: SceneFiles, numbers: Mapping[str, re.Match[str]]) -> Mapping[str, str] | None:
    """What plain numbers show; None if that is not known."""
    sentinel = {_short(label): common for label, common in SENTINEL2.items()}
    landsat = _LANDSAT.search(scene.name)
    if _SENTINEL.search(scene.name):
        return sentinel
    if landsat:
        return landsat_bands(landsat["letter"] or "C", int(landsat["number"]))
    plain = {_plain(found) for found in numbers.values()}
    if any(found["how"].upper() == "SR_B" for found in numbers.values()):
        # Surface reflectance of Landsat 4 to 7 has no band 6, which is thermal there.
        return LANDSAT_8 if "B6" in plain else landsat_bands("E", 7) if "B7" in plain else None
    padded = any(found["number"].startswith("0") for found in numbers.values())
    if padded or "B8A" in plain or "B12" in plain:
        return sentinel
    return LANDSAT_8 if {"B10", "B11"} <= plain else None


def _short(label: str) -> str:
    return f"B{int(label[1:3])}" if label[1:3].isdigit() else label
