"""A map that the engine really made, and pages read the way a browser reads them."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.transform import from_origin

from satseg_core.page import map_page
from satseg_core.segment import SegmentOptions, segment

_EMPTY = {"meta", "img", "br"}


@dataclass
class Seen(HTMLParser):
    """What a page shows: its text, the cells of its rows, and its pictures. Tags that do not match are an error."""

    texts: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    sources: list[tuple[int, int, str]] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    open_tags: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in _EMPTY:
            self.open_tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "img":
            found = dict(attrs)
            self.sources.append((int(found["width"]), int(found["height"]), found["src"]))

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open_tags:
            return
        self.texts.append(data)
        if {"td", "th"} & set(self.open_tags):
            self.rows[-1][-1] += data

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def row(self, first: str) -> list[str]:
        """The row of several cells that begins with a text."""
        return next(row for row in self.rows if len(row) > 1 and row[0] == first)

    def pictures(self, least: int = 0) -> list[np.ndarray]:
        """Pictures of at least this height as they are stored, ``(H, W, 3) uint8``."""
        shown = []
        for width, height, source in self.sources:
            data = base64.b64decode(source.partition(";base64,")[2])
            picture = Image.open(io.BytesIO(data))
            assert picture.size == (width, height)
            if height >= least:
                shown.append(np.asarray(picture.convert("RGB")))
        return shown


def look_at(html: str) -> Seen:
    """Read a page or a part of one."""
    seen = Seen()
    seen.feed(html)
    seen.close()
    assert not seen.open_tags
    return seen


@pytest.fixture
def look():
    return look_at


@pytest.fixture
def page(tmp_path):
    """Make the page of a map that is there, and read it."""
    from satseg_core.events import Reporter
    from satseg_core.raster.area import class_areas
    from satseg_core.raster.legends import legend_of

    def make(map_path: Path) -> Seen:
        legend = legend_of(map_path)
        return look_at(map_page(map_path, [a.to_json() for a in class_areas(map_path, legend, Reporter())], legend))

    return make


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """A folder with an image of two halves, ``scene & co.tif``, its map, ``map.tif``, and the run record."""
    folder = tmp_path_factory.mktemp("made")
    values = np.full((3, 400, 600), 60, np.uint8)
    values[:, :, 300:] = np.array([200, 40, 90], np.uint8)[:, None, None]
    values[:, :100, :100] = 0
    profile: dict[str, Any] = {"driver": "GTiff", "count": 3, "height": 400, "width": 600, "dtype": "uint8"}
    place = {"crs": "EPSG:32633", "transform": from_origin(500_000, 5_000_000, 2.44, 2.44)}
    with rasterio.open(folder / "scene & co.tif", "w", **profile, **place, nodata=0) as dataset:
        dataset.write(values)
    segment(SegmentOptions(input=str(folder / "scene & co.tif"), output=str(folder / "map.tif"), runtime="onnx"))
    return folder


@pytest.fixture
def record(made) -> dict[str, Any]:
    """The run record of that map, to change."""
    return json.loads((made / "map.json").read_text(encoding="utf-8"))


@pytest.fixture
def copy_of(made, tmp_path):
    """A copy of the map in another folder, with the record that is given."""
    import shutil

    def copy(record: Any) -> Path:
        shutil.copy(made / "map.tif", tmp_path / "map.tif")
        (tmp_path / "map.json").write_text(json.dumps(record), encoding="utf-8")
        return tmp_path / "map.tif"

    return copy
