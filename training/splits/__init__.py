"""Who learns and who is measured: a frozen rule that says of any DeepGlobe id whether it is train, val or test.

The rule looks at the id alone, never at which other scenes somebody has: a scene that is *test* here is *test*
everywhere and for ever. Tables of scenes that touch each other keep neighbours on one side.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from satseg_core.errors import UsageError
from training.config import DataConfig, read_toml

SIDES = ("train", "val", "test")
"""To learn from, to look at while learning, and to report on at the end."""

SHARES = (0.70, 0.15, 0.15)
"""Share of all ids that falls to each of `SIDES`."""

SALT = "satseg:"
"""What stands before an id when it is hashed. Changing it would deal all scenes anew."""


def neighbour_groups(name: str = "deepglobe") -> tuple[tuple[str, ...], ...]:
    """Groups of scenes that touch each other, from ``training/splits/NAME.toml``."""
    table = read_toml(Path(__file__).with_name(f"{name}.toml"))
    return tuple(tuple(group) for group in table["groups"])


def known_sides(name: str = "deepglobe") -> dict[str, list[str]]:
    """The sides of the ids that are known, as frozen in ``training/splits/NAME.toml``."""
    table = read_toml(Path(__file__).with_name(f"{name}.toml"))
    return {side: list(table["known"][side]) for side in SIDES}


def place(name: str) -> float:
    """Where an id falls in 0 to 1: the first eight bytes of ``sha256(SALT + id)``, evenly spread."""
    digest = hashlib.sha256(f"{SALT}{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2.0**64


def side_of(scene_id: str, groups: Sequence[Sequence[str]] = ()) -> str:
    """The side of a scene: one of `SIDES`; scenes of a group go where the group's first id goes."""
    first = next((group[0] for group in groups if scene_id in group), scene_id)
    where, edge = place(first), 0.0
    for side, share in zip(SIDES[:-1], SHARES):
        edge += share
        if where < edge:
            return side
    return SIDES[-1]


def split_ids(ids: Iterable[str], groups: Sequence[Sequence[str]] = ()) -> dict[str, list[str]]:
    """Ids by side, sorted; a side may be empty when there are few."""
    sides: dict[str, list[str]] = {side: [] for side in SIDES}
    for scene_id in sorted(ids):
        sides[side_of(scene_id, groups)].append(scene_id)
    return sides


def write_lists(folder: Path, source: str, sides: Mapping[str, Sequence[str]]) -> None:
    """Write ``SIDE.txt`` for every side: a line ``source/id`` a scene, as ``@FILE`` in a configuration reads it."""
    for side, ids in sides.items():
        text = "".join(f"{source}/{scene_id}\n" for scene_id in ids)
        (folder / f"{side}.txt").write_text(text, encoding="utf-8")


def resolved(data: DataConfig) -> DataConfig:
    """The same data with every item ``@FILE`` of ``held_out``, ``only`` and ``exclude`` replaced by that file's lines.

    A file has one scene a line, as ``source/id``; in ``only`` and ``exclude`` ``id`` will do as well.

    Raises:
        UsageError: such a file cannot be read.
    """
    sources = tuple(
        replace(source, only=named_ids(source.only, source.name), exclude=named_ids(source.exclude, source.name))
        for source in data.sources
    )
    return replace(data, sources=sources, held_out=named_scenes(data.held_out))


def named_ids(items: Iterable[str], source: str) -> tuple[str, ...]:
    """Ids of one source, as `resolved` reads its ``only`` and ``exclude``."""
    return tuple(name[len(source) + 1 :] if name.startswith(f"{source}/") else name for name in named_scenes(items))


def named_scenes(items: Iterable[str]) -> tuple[str, ...]:
    """Scene names, with every item ``@FILE`` replaced by the lines of that text file.

    Raises:
        UsageError: such a file cannot be read.
    """
    names: list[str] = []
    for item in items:
        names.extend(_lines(Path(item[1:])) if item.startswith("@") else [item])
    return tuple(names)


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read the list of scenes {path} ({error}); training.prepare writes it.") from error
    return [line.strip() for line in text.splitlines() if line.strip()]
