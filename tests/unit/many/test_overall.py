"""What lies over all maps replaces SatSeg's own files alone, and nothing old is read with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from satseg_core.errors import OutputError
from satseg_core.events import Reporter
from satseg_core.geopackages import strangers
from satseg_core.legend import LAND_COVER
from satseg_core.many.folder import Folder
from satseg_core.many.job import Products
from satseg_core.many.names import JOB
from satseg_core.many.one import SceneFailed
from satseg_core.many.overall import check_replaceable, write_failures, write_overall
from satseg_core.many.run import ManyOptions, look
from satseg_core.segment import SegmentOptions

NAMES = ("collection.json", "failures.csv", "mosaic.gti.gpkg")


def item(x: float) -> dict[str, Any]:
    properties = {
        "datetime": "2024-05-01T10:00:00Z",
        "proj:code": "EPSG:32633",
        "proj:shape": [10, 10],
        "proj:transform": [1, 0, 500_000 + x, 0, -1, 5_000_000],
        "satseg:model": {"name": "landcover", "version": "1"},
        JOB: {},
    }
    return {"bbox": [15, 45, 15.1, 45.1], "properties": properties, "assets": {"map": {"href": f"./{x}.tif"}}}


def write(folder: Folder) -> None:
    write_overall({"a": item(0), "b": item(10)}, folder, LAND_COVER)
    write_failures([SceneFailed("c", "c.tif", "damaged")], folder)


def test_own_files_are_known_and_replaced(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path))
    check_replaceable(folder, folder.files())
    write(folder)
    assert folder.files() == {*NAMES}
    assert strangers(tmp_path / "mosaic.gti.gpkg") == []
    check_replaceable(folder, folder.files())
    write(folder)


@pytest.mark.parametrize("name", [*NAMES, "in.stac.json"])
def test_files_of_others_are_not_replaced(tmp_path: Path, make_raster, name: str) -> None:
    folder = tmp_path / "maps"
    folder.mkdir()
    if name.endswith(".gpkg"):
        square = np.array([shapely.to_wkb(shapely.box(0, 0, 1, 1))], object)
        pyogrio.raw.write(folder / name, square, [], [], layer="tiles", geometry_type="Polygon", crs="EPSG:4326")
    else:
        (folder / name).write_text(json.dumps({"type": "Collection", "description": "mine", "properties": {}}))
    before = (folder / name).read_bytes()
    source = make_raster(np.zeros((3, 8, 8), np.uint8))
    options = ManyOptions((str(source),), str(folder), SegmentOptions("", ""), Products(False, False), overwrite=True)
    with pytest.raises(OutputError, match=rf"{name} .*(not of SatSeg's making|\(tiles\))"):
        look(options, Reporter())
    assert (folder / name).read_bytes() == before
    assert [path.name for path in folder.iterdir()] == [name]


def test_overviews_and_logs_of_an_earlier_index_go(tmp_path: Path) -> None:
    folder = Folder(str(tmp_path))
    write(folder)
    for ending in ("-wal", "-shm", ".aux.xml"):
        (tmp_path / f"mosaic.gti.gpkg{ending}").write_text("old")
    write(folder)
    assert folder.files() == {*NAMES}
