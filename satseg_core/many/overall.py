"""What lies over all maps of a folder: the collection, the mosaic and the table of failures, made from the items."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from satseg_core import geopackages
from satseg_core.errors import OutputError
from satseg_core.legend import Legend
from satseg_core.many.folder import Folder
from satseg_core.many.mosaic import MOSAIC, write_mosaic
from satseg_core.many.names import JOB, item_name
from satseg_core.many.one import SceneFailed
from satseg_core.many.stac_out import COLLECTION, brief, earlier_scenes, is_own_collection, make_collection

FAILURES = "failures.csv"
"""Name of the table of scenes that failed; it is there only if some did."""

_HEAD = "scene,input,reason\n"

Items = Mapping[str, Mapping[str, Any]]
"""Items by the names of their scenes; see `brief`."""


@dataclass(frozen=True)
class Overall:
    """Addresses of what lies over all maps.

    Attributes:
        collection: the STAC collection; None if no scene has a map.
        mosaic: the index; None if no map has a place.
    """

    collection: str | None = None
    mosaic: str | None = None


def read_items(folder: Folder, scenes: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The items of scenes by their names, as far as SatSeg wrote them; see `brief`."""
    names = {item_name(scene): scene for scene in scenes}
    for name, text in folder.read_all(list(names)):
        with suppress(ValueError, KeyError, TypeError):
            item = json.loads(text)
            if JOB in item["properties"]:
                yield names[name], brief(item)


def check_replaceable(folder: Folder, there: Container[str]) -> None:
    """Refuse a folder where files of others have the names of what lies over all maps.

    Args:
        folder: of the outputs.
        there: names of the files in it.

    Raises:
        OutputError: one has.
    """
    for name, is_own in ((COLLECTION, is_own_collection), (FAILURES, lambda text: text.startswith(_HEAD))):
        if name in there and not is_own(folder.read(name) or ""):
            raise not_own(folder, name)
    if MOSAIC in there and not folder.remote:
        geopackages.check_replaceable(Path(folder.address(MOSAIC)))


def not_own(folder: Folder, name: str) -> OutputError:
    """The error for a file of others that has the name of one of SatSeg's."""
    return OutputError(
        f"{folder.address(name)} is not of SatSeg's making, and a run writes a file of that name; move or delete it, or"
        f" choose another folder."
    )


def write_overall(items: Items, folder: Folder, legend: Legend) -> Overall:
    """Write the collection and the mosaic over items, and over those of earlier runs to the same folder.

    Args:
        items: of this run's inputs.
        folder: that they are in.
        legend: of the maps.

    Raises:
        OutputError: they cannot be written.
    """
    every = {**_earlier(folder, items), **items}
    if not every:
        return Overall()
    folder.write(COLLECTION, json.dumps(make_collection(every, folder, legend), indent=1, ensure_ascii=False) + "\n")
    return Overall(folder.address(COLLECTION), write_mosaic(every, folder))


def _earlier(folder: Folder, items: Items) -> dict[str, dict[str, Any]]:
    """Items of runs over other inputs, which have gone to the same folder."""
    try:
        collection = json.loads(folder.read(COLLECTION) or "{}")
    except ValueError:
        return {}
    return dict(read_items(folder, [name for name in earlier_scenes(collection) if name not in items]))


def write_failures(failures: Sequence[SceneFailed], folder: Folder) -> str | None:
    """Write the table of failures, or remove it if there are none; gives its address.

    Raises:
        OutputError: it cannot be written.
    """
    if not failures:
        folder.remove(FAILURES)
        return None
    text = io.StringIO()
    text.write(_HEAD)
    table = csv.writer(text, lineterminator="\n")
    table.writerows([failure.name, failure.source, failure.reason] for failure in failures)
    folder.write(FAILURES, text.getvalue())
    return folder.address(FAILURES)
