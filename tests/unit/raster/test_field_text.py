"""Names of zones from Shapefiles, with and without a word on how they are encoded."""

from __future__ import annotations

import numpy as np
import pyogrio
import pytest
import shapely

from satseg_core.errors import UsageError
from satseg_core.events import Message, Reporter
from satseg_core.legend import LandClass, Legend
from satseg_core.raster.zones import zone_areas

LEGEND = Legend((LandClass(1, "one", "", (1, 2, 3)),))
WIDTH = 30


def shapefile(folder, names, encoding, said=None, field="name"):
    """Zones with names in some encoding; ``said``: what a ``.cpg`` says of it."""
    path = folder / "zones.shp"
    shapes = [shapely.box(500_000 + 10 * at, 4_999_980, 500_010 + 10 * at, 5_000_000) for at in range(len(names))]
    marks = [chr(ord("a") + at) * WIDTH for at in range(len(names))]
    pyogrio.raw.write(
        path, np.array([shapely.to_wkb(shape) for shape in shapes], object), [np.array(marks, object)], ["FFFFFF"],
        geometry_type="Polygon", crs="EPSG:32633", driver="ESRI Shapefile",
    )  # fmt: skip
    table = path.with_suffix(".dbf")
    content = table.read_bytes()
    for mark, name in zip(marks, names):
        content = content.replace(mark.encode(), name.encode(encoding).ljust(WIDTH))
    content = content.replace(b"FFFFFF", field.encode(encoding).ljust(6, b"\0"))
    table.write_bytes(content[:29] + b"\0" + content[30:])  # the byte there tells a code page
    path.with_suffix(".cpg").unlink()
    if said:
        path.with_suffix(".cpg").write_text(said)
    return path


def named(make_raster, path, field="name"):
    """Names of zones, and warnings."""
    said = []
    labels = make_raster(np.ones((10, 40), np.uint8), name="map.tif")
    reporter = Reporter(lambda event: said.append(event.text) if isinstance(event, Message) else None)
    found = zone_areas(labels, path, LEGEND, reporter, field)
    return [zone.name for zone in found], [text for text in said if "encoded" in text]


@pytest.mark.parametrize("names", [["Müller", "Äcker"], ["畑と水田", "plain"], ["Поле", "£ – €"]])
def test_utf_8_is_known_by_its_bytes(make_raster, tmp_path, names):
    assert named(make_raster, shapefile(tmp_path, names, "utf-8")) == (names, [])


def test_names_of_western_europe_are_read_with_a_doubt(make_raster, tmp_path):
    found, warnings = named(make_raster, shapefile(tmp_path, ["Müller", "Hof – 5 €"], "cp1252"))
    assert found == ["Müller", "Hof – 5 €"]
    assert (
        "zones.shp does not say how its texts are encoded, and those of name were read as Windows-1252" in warnings[0]
    )


@pytest.mark.parametrize(("name", "encoding"), [("Поле", "cp1251"), ("畑と水田", "shift_jis"), ("农田", "gbk")])
def test_garbage_is_not_silent_and_a_file_beside_it_mends_it(make_raster, tmp_path, name, encoding):
    found, warnings = named(make_raster, shapefile(tmp_path, [name], encoding))
    assert found != [name]
    assert len(warnings) == 1
    assert named(make_raster, shapefile(tmp_path, [name], encoding, encoding)) == ([name], [])


def test_what_a_file_says_counts(make_raster, tmp_path):
    assert named(make_raster, shapefile(tmp_path, ["Müller"], "latin-1", "ISO-8859-1")) == (["Müller"], [])


def test_plain_names_and_numbers_of_zones_raise_no_doubt(make_raster, tmp_path):
    assert named(make_raster, shapefile(tmp_path, ["Mueller"], "cp1252")) == (["Mueller"], [])
    assert named(make_raster, shapefile(tmp_path, ["Müller"], "cp1252"), field=None) == (["1"], [])


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_names_of_fields_are_texts_like_others(make_raster, tmp_path, encoding):
    path = shapefile(tmp_path, ["x"], encoding, field="Größ")
    found, warnings = named(make_raster, path, "Größ")
    assert found == ["x"]
    assert len(warnings) == (encoding != "utf-8")


def test_a_file_that_says_it_wrongly_is_a_sentence(make_raster, tmp_path):
    path = shapefile(tmp_path, ["Müller"], "cp1252", "UTF-8")
    with pytest.raises(UsageError, match=r"zones\.shp holds texts that are not encoded as it says; set its encoding"):
        named(make_raster, path)
    assert named(make_raster, path, field=None) == (["1"], [])
