"""What GDAL leaves of polygons that it cuts at the antimeridian."""

from __future__ import annotations

import json

from shapely.geometry import shape

from satseg_core.vector.antimeridian import mend_cuts

SQUARE = [[[179.9, 0.0], [180.0, 0.0], [180.0, 0.1], [179.9, 0.1], [179.9, 0.0]]]
OTHER = [[[-180.0, 0.0], [-179.9, 0.0], [-179.9, 0.1], [-180.0, 0.1], [-180.0, 0.0]]]
SLIVER = [[[-180.0, 0.0], [-180.0, 0.0], [-180.0, 0.1], [-180.0, 0.1], [-180.0, 0.0]]]
POLYGON = {"type": "Polygon", "coordinates": SQUARE}
BOTH = {"type": "MultiPolygon", "coordinates": [SQUARE, OTHER]}


def write(path, *geometries):
    """As GDAL does, a feature a line; one names a kind of geometry in its fields."""
    lines = [
        json.dumps({"type": "Feature", "properties": {"class": '"MultiPolygon"', "a": 0.1}, "geometry": geometry})
        for geometry in geometries
    ]
    features = ",\n".join(lines)
    path.write_text(f'{{\n"type": "FeatureCollection",\n"features": [\n{features}\n]\n}}\n', encoding="utf-8")
    return path


def mended(path):
    mend_cuts(path)
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert {feature["properties"]["class"] for feature in features} == {'"MultiPolygon"'}
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    return [feature["geometry"] for feature in features]


def test_lines_and_slivers_of_a_cut_are_left_out(tmp_path):
    touching = {"type": "LineString", "coordinates": [[-180.0, 0.0], [-180.0, 0.1]]}
    point = {"type": "Point", "coordinates": [-180.0, 0.0]}
    collection = {"type": "GeometryCollection", "geometries": [POLYGON, touching, point]}
    sliver = {"type": "MultiPolygon", "coordinates": [SQUARE, SLIVER]}
    found = mended(write(tmp_path / "x.geojson", POLYGON, collection, sliver, BOTH))
    assert [geometry["type"] for geometry in found] == ["Polygon", "Polygon", "Polygon", "MultiPolygon"]
    assert all(shape(one).equals(shape(POLYGON)) for one in found[:3])
    assert shape(found[3]).equals(shape(BOTH))


def test_both_sides_of_the_cut_stay(tmp_path):
    parts = [POLYGON, {"type": "Polygon", "coordinates": OTHER}]
    (found,) = mended(write(tmp_path / "x.geojson", {"type": "GeometryCollection", "geometries": parts}))
    assert found["type"] == "MultiPolygon"
    assert shape(found).equals(shape(BOTH))


def test_files_without_cuts_are_left_as_they_are(tmp_path):
    path = tmp_path / "x.geojson"
    path.write_text('{"features": [\n{"geometry": {"type": "Polygon"}}\n]}', encoding="utf-8")
    before = path.stat().st_ino, path.read_bytes()
    mend_cuts(path)
    assert (path.stat().st_ino, path.read_bytes()) == before
