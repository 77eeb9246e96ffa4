"""Zones in a GeoPackage: a field for each class, in the zones' own CRS."""

from __future__ import annotations

import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from satseg_core.legend import LandClass, Legend
from satseg_core.raster.zones import Zone
from satseg_core.vector.zone_file import field_names, write_zones


def legend(*names):
    return Legend(tuple(LandClass(code, name, name, (code, 0, 0)) for code, name in enumerate(names, 1)))


@pytest.mark.parametrize(
    ("names", "fields"),
    [
        ([">60 % trees", "<60 % trees"], ["over_60_percent_trees", "under_60_percent_trees"]),
        (["Forest (dense)", "Forest, dense", "Water"], ["forest_dense_1", "forest_dense_2", "water"]),
        (["Лес", "Вода"], ["лес", "вода"]),
        (["Straße", "Wälder"], ["straße", "wälder"]),
        (["森林", "水"], ["森林", "水"]),
        (["जंगल", "पानी"], ["जंगल", "पानी"]),
        (["?!", "--", "A"], ["class_1", "class_2", "a"]),
        (["a", "A", "a_1"], ["a_1", "a_2", "a_1_3"]),
        (["≥ 5 m", "≤ 5 m"], ["from_5_m", "up_to_5_m"]),
    ],
)
def test_fields_are_called_as_their_classes_and_differ(names, fields):
    assert field_names(legend(*names)) == fields


@given(st.lists(st.text(alphabet="aAb1_ >%é\u0301я", min_size=1, max_size=4), min_size=1, max_size=9, unique=True))
def test_every_class_has_a_field_of_its_own(names):
    names = [name if name.strip() else f"x{number}" for number, name in enumerate(names)]
    found = field_names(legend(*dict.fromkeys(names)))
    assert len({name.lower() for name in found}) == len(dict.fromkeys(names))


def test_zones_are_written_as_they_came_with_all_classes(tmp_path):
    shapes = [shapely.box(13, 50, 14, 51), shapely.MultiPolygon([shapely.box(-180, -90, 180, 90)])]
    areas = [(25.0, 50.0), (75.0, 100.0)]
    zones = [Zone("a", shape, "EPSG:4326", (1.0, 2.0), area) for shape, area in zip(shapes, areas)]
    write_zones(tmp_path / "zones.gpkg", zones, legend(">60 % Bäume", "<60 % Bäume"))
    info, _, wkb, columns = pyogrio.raw.read(tmp_path / "zones.gpkg")
    assert info["crs"] == "EPSG:4326"
    assert info["fields"].tolist() == ["zone", "over_60_percent_bäume_m2", "under_60_percent_bäume_m2"]
    assert [column.tolist() for column in columns] == [["a", "a"], [25, 75], [50, 100]]
    assert [a.equals(b) for a, b in zip(shapely.from_wkb(wkb), shapes)] == [True, True]
