"""What lies beside a map: its run record, and what the record names as far as it is still there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from satseg_core.errors import ModelError, SatSegError
from satseg_core.model.card import ModelCard
from satseg_core.model.store import find_model
from satseg_core.outputs import sidecar
from satseg_core.picture import window_under
from satseg_core.raster.stack import Part, Stack

Record = Mapping[str, Any]
"""A run record as `satseg_core.record` writes it; people may have changed it."""

_NETWORK = {"GDAL_HTTP_CONNECTTIMEOUT": 5, "GDAL_HTTP_TIMEOUT": 20, "GDAL_HTTP_MAX_RETRY": 0}
"""GDAL's options where an image lies on a server: a page can do without its image."""

_MALFORMED = (KeyError, IndexError, TypeError, ValueError, AttributeError)
"""What looking into a record raises if it is not as expected."""


def read_record(map_path: Path, labels: DatasetReader) -> Record | None:
    """The run record beside a map; None where there is none, or one of another map.

    Args:
        map_path: the map.
        labels: the same, opened.
    """
    try:
        values = json.loads(sidecar(map_path, ".json").read_text(encoding="utf-8"))
        (top, bottom), (left, right) = values["grid"]["rows"], values["grid"]["cols"]
        same = values["command"] == "segment" and (bottom - top, right - left) == labels.shape
    except (OSError, *_MALFORMED):
        return None
    return values if same else None


def image_name(record: Record) -> str:
    """The file name of the image that was mapped, whatever system it was mapped on; empty where it is not told.

    Args:
        record: of the run.
    """
    try:
        return re.split(r"[\\/]", str(record["input"]["path"]))[-1]
    except _MALFORMED:
        return ""


def find_card(record: Record) -> ModelCard | None:
    """The card of the model that made a map, if that very model is still where it was or installed."""
    try:
        names = [record["options"]["model"], record["model"]["name"]]
        digest = record["model"]["weights_sha256"]
    except _MALFORMED:
        return None
    for name in names:
        try:
            card = find_model(name).card
        except (ModelError, OSError, TypeError):
            continue
        if digest and card.weights_sha256 == digest:
            return card
    return None


@contextmanager
def open_image(record: Record, map_path: Path, labels: DatasetReader) -> Iterator[DatasetReader | None]:
    """The image that was mapped; None where no raster of its grid is at its place or beside the map.

    Args:
        record: of the run.
        map_path: the map.
        labels: the same, opened.
    """
    with rasterio.Env(**_NETWORK), ExitStack() as stack:
        yield next((image for image in _candidates(record, map_path, stack) if _is_under(image, labels, record)), None)


def _candidates(record: Record, map_path: Path, stack: ExitStack) -> Iterator[DatasetReader]:
    try:
        named = str(record["input"]["path"])
    except _MALFORMED:
        return
    scene = _opened_scene(record)
    if scene is not None:
        yield stack.enter_context(scene)
    beside = map_path.parent
    for place in dict.fromkeys((named, str(beside / named), str(beside / image_name(record)))):
        image = _opened(place)
        if image is not None:
            yield stack.enter_context(image)


def _opened_scene(record: Record) -> DatasetReader | None:
    """The bands of a scene in several files, as one raster; None for other records, and where a file is gone."""
    try:
        parts = record["input"]["overrides"]["stack"]["parts"]
        return rasterio.open(Stack(tuple(Part(**part) for part in parts)).virtual(rasterio.open))
    except (*_MALFORMED, SatSegError, RasterioError, OSError):
        return None


def _opened(place: str) -> DatasetReader | None:
    try:
        return rasterio.open(place)
    except (RasterioError, OSError, ValueError):
        return None


def _is_under(image: DatasetReader, labels: DatasetReader, record: Record) -> bool:
    try:
        described, grid = record["input"], record["grid"]
        same = (described["width"], described["height"]) == (image.width, image.height)
        placed = np.allclose(described["transform"], image.transform[:6], rtol=1e-9, atol=0)
        window = window_under(image, labels)
        return bool(same and placed and (window.col_off, window.row_off) == (grid["cols"][0], grid["rows"][0]))
    except _MALFORMED:
        return False
