"""Zones are called what their field says, whatever its type; those without a name are told apart."""

from __future__ import annotations

import datetime
import json
import sqlite3
from contextlib import closing

import numpy as np
import pyogrio.raw
import pytest
import shapely

from satseg_core.errors import UsageError
from satseg_core.raster.polygon_file import read_polygons
from satseg_core.raster.zone_names import zone_names

DAY, NOON = datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 12, 30, 1)  # noqa: DTZ001


def names(path, values, missing=None):
    """Names of zones that are read from a field of a GeoPackage."""
    boxes = [shapely.to_wkb(shapely.box(i, 0, i + 1, 1)) for i in range(len(values))]
    masks = [np.array(missing)] if missing else None
    pyogrio.raw.write(
        path, np.array(boxes, object), [values], ["id"], field_mask=masks, crs="EPSG:32632", geometry_type="Polygon"
    )
    return zone_names(read_polygons(path, "any", "zones", with_fields=True), "id")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([11, 12, 13], np.int64), ["11", "2 (no id)", "13"]),
        (np.array([11, 12, -13], np.int32), ["11", "2 (no id)", "-13"]),
        (np.array([11.5, 0, 3.0]), ["11.5", "2 (no id)", "3"]),
        (np.array(["a", "b", "a"], object), ["a", "2 (no id)", "a"]),
        (np.array([DAY, DAY, DAY], "datetime64[D]"), ["2020-01-02", "2 (no id)", "2020-01-02"]),
        (np.array([NOON, NOON, NOON], "datetime64[ms]"), ["2020-01-02T12:30:01", "2 (no id)", "2020-01-02T12:30:01"]),
        (np.array([True, True, False]), ["true", "2 (no id)", "false"]),
    ],
)
def test_names_are_whole_and_those_that_are_missing_are_told(tmp_path, values, expected):
    found, sentence = names(tmp_path / "zones.gpkg", values, [False, True, False])
    assert found == expected
    assert sentence == "Zones without id go by their number (1 of 3): 2 (no id)."
    found, sentence = names(tmp_path / "whole.gpkg", values)
    assert "no id" not in "".join(found)
    assert found[0] == expected[0]
    assert sentence is None


def test_empty_text_is_no_name_and_lines_are_joined(tmp_path):
    found, _ = names(tmp_path / "zones.gpkg", np.array(["", "  ", "two\nlines"], object))
    assert found == ["1 (no id)", "2 (no id)", "two lines"]


def test_numbers_that_a_gap_would_round_are_refused(tmp_path):
    values = np.array([2**53 + 1, 0], np.int64)
    with pytest.raises(UsageError, match="make it a field of text"):
        names(tmp_path / "zones.gpkg", values, [False, True])
    assert names(tmp_path / "whole.gpkg", values)[0] == ["9007199254740993", "0"]


def test_without_a_field_zones_have_their_numbers_in_the_layer(tmp_path):
    wkb = [shapely.to_wkb(shape) for shape in (shapely.box(0, 0, 1, 1), shapely.Polygon(), shapely.box(1, 0, 2, 1))]
    pyogrio.raw.write(tmp_path / "z.gpkg", np.array(wkb, object), [], [], crs="EPSG:32632", geometry_type="Polygon")
    found = read_polygons(tmp_path / "z.gpkg", "any", "zones")
    assert zone_names(found, None) == (["1", "3"], None)
    assert found.warnings == (
        f"1 of 3 features of {tmp_path / 'z.gpkg'} have no polygon with an area and are left out: 2.",
    )


@pytest.mark.parametrize(
    ("value", "expected"), [(["a", "b"], "a, b"), ([1, 2], "1, 2"), ([1.5, 2.0], "1.5, 2"), ({"x": 1}, '{ "x": 1 }')]
)
def test_lists_are_names_too(tmp_path, value, expected):
    box = json.loads(shapely.to_geojson(shapely.box(1, 1, 2, 2)))
    feature = {"type": "Feature", "properties": {"id": value}, "geometry": box}
    (tmp_path / "zones.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    polygons = read_polygons(tmp_path / "zones.geojson", "any", "zones", with_fields=True)
    assert zone_names(polygons, "id") == ([expected], None)


def test_binary_data_are_no_names(tmp_path):
    names(tmp_path / "zones.gpkg", np.array(["a"], object))
    with closing(sqlite3.connect(tmp_path / "zones.gpkg")) as database, database:
        database.execute("ALTER TABLE zones ADD COLUMN picture BLOB DEFAULT x'00ff'")
    polygons = read_polygons(tmp_path / "zones.gpkg", "any", "zones", with_fields=True)
    with pytest.raises(UsageError, match="holds binary data; give one of text or numbers"):
        zone_names(polygons, "picture")
