"""What GDAL and QGIS read with a file, by its name alone: an old one beside a new map is taken for a part of it.

Standard library only, as `satseg_core.outputs`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath

from satseg_core.remote.names import folded

NOTHING = r"(?!)"


class Role(Enum):
    """What a companion is to its file."""

    PART = "belongs to that file alone: overviews, masks, statistics, journals, indexes; goes with it"
    STRANGER = "may be of others, too, or of a file whose name differs in case: SatSeg never replaces it"
    WORDS = "a style or a description that somebody wrote; stays with its file"


@dataclass(frozen=True)
class Reading:
    """Endings of what is read with files of one kind, as patterns in lower case.

    Attributes:
        after: follow the whole name, and belong to that file alone.
        instead: take the place of the suffix, and belong to that file alone.
        shared: take the place of the suffix, and may be another file's.
        words: of a layer in QGIS, take the place of the suffix, too.
    """

    after: str = NOTHING
    instead: str = NOTHING
    shared: str = NOTHING
    words: str = r"\.(qml|qmd)"


_RASTER = Reading(
    after=r"(\.(ovr|msk))+(\.aux\.xml)?|\.aux\.xml|\.vat\.(dbf|cpg)",
    # World files and tables of MapInfo place a map that has no place of its own; the others are camera models.
    shared=r"\.(tfw|tifw|tiffw|wld|tab|rpb|rpc|imd|xml)|_rpc\.txt",
)

_KINDS = {
    ".tif": _RASTER,
    ".tiff": _RASTER,
    ".gpkg": Reading(after=r"-(wal|shm|journal)|\.aux\.xml"),
    ".shp": Reading(
        after=r"\.xml",
        instead=r"\.(shx|dbf|dbt|prj|qpj|cpg|cst|qix|sbn|sbx|fbn|fbx|ain|aih|atx|ixs|mxs|idm|ind)|\.[^.]+\.atx",
    ),
    ".geojson": Reading(),
    ".fgb": Reading(),
    ".parquet": Reading(),
    ".csv": Reading(instead=r"\.csvt", words=NOTHING),
}
"""By the suffix of the file; whatever else is written has no companions."""


@dataclass(frozen=True)
class Companion:
    """A file that is read with another one: its name in their folder, and its role."""

    name: str
    role: Role


def companions(target: str, names: Iterable[str]) -> Iterator[Companion]:
    """The files of a folder that are read with one of them; GDAL does not mind the case of most of their names.

    Args:
        target: name of the file, which need not be there, as it is spelled in the folder.
        names: of all files of the folder.
    """
    suffix = PurePath(target).suffix
    reading = _KINDS.get(suffix.lower())
    if reading is None:
        return
    stem = target[: -len(suffix)]
    for name in sorted(names):
        role = _role(name, target, stem, reading)
        if role is not None:
            yield Companion(name, role)


def _role(name: str, target: str, stem: str, reading: Reading) -> Role | None:
    for beginning, endings in ((target, reading.after), (stem, reading.instead)):
        if _ends(name, beginning, endings):
            return Role.PART if _begins(name, beginning) else Role.STRANGER
    if _ends(name, stem, reading.shared):
        return Role.STRANGER
    if _ends(name, stem, reading.words) and _begins(name, stem):
        return Role.WORDS
    return None


def _ends(name: str, beginning: str, endings: str) -> bool:
    """Whether a name is a beginning, in any case, and one of the endings."""
    whole, first = folded(name), folded(beginning)
    return whole.startswith(first) and re.fullmatch(endings, whole[len(first) :]) is not None


def _begins(name: str, beginning: str) -> bool:
    """Whether a name has a beginning in the same case."""
    return unicodedata.normalize("NFC", name).startswith(unicodedata.normalize("NFC", beginning))


def is_own_record(content: bytes) -> bool:
    """Whether a file is a run record of SatSeg's."""
    try:
        values = json.loads(content)
        return values["command"] == "segment" and "satseg" in values["versions"]
    except (ValueError, KeyError, TypeError):
        return False


def is_never_own(_content: bytes) -> bool:
    """Of files that tell nobody who made them."""
    return False
