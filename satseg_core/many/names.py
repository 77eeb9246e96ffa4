"""Names of the outputs of many scenes: each its own, on systems that tell no case, too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

RESERVED = ("collection", "mosaic.gti", "failures")
"""Names that the files over all scenes have."""

ITEM = ".stac"
CONFIDENCE = ".confidence"
_TAKEN_ENDINGS = (ITEM, CONFIDENCE)
"""What names of outputs have before their suffix."""

JOB = "satseg:job"
"""Property of an item: what the outputs depend on. It tells SatSeg's own items from others'."""

_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')


@dataclass(frozen=True)
class Candidate:
    """What a scene would like to be called.

    Attributes:
        short: with ``/`` between folders, without suffix.
        long: where others want the same.
        suffix: of its file, with the dot.
    """

    short: str
    long: str
    suffix: str


def item_name(scene: str) -> str:
    """Name of a scene's STAC item."""
    return f"{scene}{ITEM}.json"


def unique_names(candidates: Sequence[Candidate], suffixes: Sequence[str]) -> list[str]:
    """A name for each, in their order; the same whatever the order, and whatever others there are of other names.

    Where the long names are the same, too, the first of ``suffixes`` keeps the name and the others get theirs added.
    """
    shorts = [clean(candidate.short) for candidate in candidates]
    wanted = Counter(name.casefold() for name in shorts)
    names = [
        clean(candidate.long) if wanted[short.casefold()] > 1 else short for candidate, short in zip(candidates, shorts)
    ]
    ranks = {suffix: rank for rank, suffix in enumerate(suffixes)}
    order = sorted(
        range(len(names)),
        key=lambda place: (names[place], ranks.get(candidates[place].suffix, len(ranks)), candidates[place].suffix),
    )
    taken: set[str] = set()
    for place in order:
        names[place] = _free(names[place], candidates[place].suffix, taken)
        taken.add(names[place].casefold())
    return names


def _free(name: str, suffix: str, taken: set[str]) -> str:
    if name.casefold() not in taken:
        return name
    name = f"{name}_{suffix[1:]}" if suffix else name
    number, free = 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def clean(name: str) -> str:
    """A name that every system can have as a file, and that is none of SatSeg's own."""
    parts = [_FORBIDDEN.sub("_", part).strip(" ") for part in name.split("/")]
    kept = [part for part in parts if part.strip(".")] or ["scene"]
    last = kept[-1]
    if last.lower() in RESERVED:
        last = f"{last}_"
    for ending in _TAKEN_ENDINGS:
        if last.lower().endswith(ending):
            last = f"{last[: -len(ending)]}_{ending[1:]}"
    return "/".join([*kept[:-1], last])
