"""How much room a run needs on which disk, foretold before it begins.

Sizes are those of maps of the demo's scene and of real imagery of 0.5 to 300 m a px.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from satseg_core.errors import OutputError
from satseg_core.events import Reporter
from satseg_core.prediction import Plan
from satseg_core.space import FLAT_BYTES, free_bytes, in_words, taken_bytes, volume
from satseg_core.unfinished import folder_of

MAP_BYTES, CONFIDENCE_BYTES = 0.1, 0.5
"""Bytes a px of the finished rasters: 0.01 to 0.13 and 0.2 to 0.6 were found."""

LEAST_BYTES = 0.01
"""A map that is nearly of one class takes this many bytes a px."""

EDGE_BYTES, MOST_EDGE_BYTES, PACKAGE_BYTES = 0.6, 2.0, 120_000
"""Bytes of polygons for each raster px along the sides of model px (0.3 to 0.9 were found), and of an empty layer."""


@dataclass(frozen=True)
class Targets:
    """Where a run will write, and what depends on it.

    Attributes:
        output: the map.
        confidence: of each px, or None.
        polygons: of the map, or None.
        merges: small areas will be merged.
    """

    output: Path
    confidence: Path | None = None
    polygons: Path | None = None
    merges: bool = False


@dataclass(frozen=True)
class Room:
    """Bytes that a run takes in one folder while it works.

    Attributes:
        folder: where; it may be yet to be made.
        least: whatever the map shows.
        likely: what stays, and what goes at the end.
        most: if nothing can be compressed.
    """

    folder: Path
    least: float
    likely: float
    most: float


def file_bytes(plan: Plan, targets: Targets, edge_bytes: float = EDGE_BYTES) -> dict[str, float]:
    """Likely bytes of the map, the confidence and the polygons, by the names ``output``, ``confidence``, ``polygons``.

    Args:
        plan: of the run.
        targets: of the run.
        edge_bytes: of polygons for each raster px of `edges`.
    """
    pixels = plan.within.rows.size * plan.within.cols.size
    files = {"output": MAP_BYTES * pixels}
    if targets.confidence:
        files["confidence"] = CONFIDENCE_BYTES * pixels
    if targets.polygons:
        files["polygons"] = PACKAGE_BYTES + edge_bytes * edges(plan)
    return files


def edges(plan: Plan) -> float:
    """Raster px along one side of each of the model's px: what the borders of polygons are made of."""
    rows, cols = plan.lattice.rows.scale, plan.lattice.cols.scale
    pixels = plan.within.rows.size * plan.within.cols.size
    return float(pixels / (rows * cols) * max(rows, cols, 1.0))


def rooms_of(plan: Plan, targets: Targets) -> list[Room]:
    """What a run writes where."""
    pixels = plan.within.rows.size * plan.within.cols.size
    likely, most = (file_bytes(plan, targets, each) for each in (EDGE_BYTES, MOST_EDGE_BYTES))
    flat = FLAT_BYTES * pixels
    # Flat files lie beside the map, until everything is done; what an earlier run left of them is used again.
    beside = max(flat * (2 if targets.confidence else 1) - taken_bytes(folder_of(targets.output)), 0)
    rooms = [Room(targets.output.parent, beside + LEAST_BYTES * pixels, beside + likely["output"], beside + flat)]
    if targets.confidence:
        rooms.append(Room(targets.confidence.parent, LEAST_BYTES * pixels, likely["confidence"], flat))
    if targets.polygons:
        # Other formats are copied from a GeoPackage.
        times = 1 if targets.polygons.suffix.lower() == ".gpkg" else 2
        rooms.append(Room(targets.polygons.parent, 0, times * likely["polygons"], times * most["polygons"]))
    return rooms


def check_space(rooms: Sequence[Room], reporter: Reporter) -> None:
    """Refuse a run that cannot end for lack of space, and warn of one that may not.

    Raises:
        OutputError: a disk has less room than the run takes, whatever the map shows.
    """
    for room in _by_volume(rooms):
        free, folder = free_bytes(room.folder), os.path.abspath(room.folder)
        if free is None or free >= room.most:
            continue
        if free < room.least:
            raise OutputError(
                f"The run needs about {in_words(room.likely)} in {folder}, where {in_words(free)} are free; free"
                f" some space, choose another folder, or map a smaller extent."
            )
        reporter.warning(
            f"The run may need up to {in_words(room.most)} in {folder}, where {in_words(free)} are free; about"
            f" {in_words(room.likely)} are likely."
        )


def _by_volume(rooms: Sequence[Room]) -> list[Room]:
    """What is needed on each disk, named by the first folder there."""
    found: dict[Any, Room] = {}
    for room in rooms:
        key = volume(room.folder)
        known = found.get(key)
        found[key] = (
            room
            if known is None
            else Room(known.folder, known.least + room.least, known.likely + room.likely, known.most + room.most)
        )
    return list(found.values())
