"""Styles and tables made from a legend, as XML readers and GDAL see them (tests/qgis shows them to QGIS)."""

from __future__ import annotations

import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from satseg_core.legend import LAND_COVER, NODATA, LandClass, Legend
from satseg_core.style import aux_xml, color_table, qml

ODD = Legend(
    (
        LandClass(3, 'a<b> & "c"', "rock & <scree>", (1, 2, 3)),
        LandClass(0, "übrig", "", (250, 0, 9)),
        LandClass(254, "last", "", (9, 9, 9)),
    )
)


@pytest.mark.parametrize("legend", [LAND_COVER, ODD])
def test_qml_has_a_palette_and_categories(legend):
    root = ElementTree.fromstring(qml(legend))
    palette = {int(e.get("value")): (e.get("color"), e.get("label")) for e in root.iter("paletteEntry")}
    assert palette == {c.code: (c.hex_color, c.title) for c in legend}
    renderer = root.find("renderer-v2")
    assert renderer.get("attr") == "class"
    categories = {e.get("symbol"): (e.get("value"), e.get("label")) for e in renderer.iter("category")}
    fills = {s.get("name"): s.find("layer/prop[@k='color']").get("v") for s in renderer.iter("symbol")}
    assert [categories[str(i)] for i in range(len(legend))] == [(c.name, c.title) for c in legend]
    assert [fills[str(i)] for i in range(len(legend))] == ["{},{},{},255".format(*c.color) for c in legend]


@pytest.mark.parametrize("legend", [LAND_COVER, ODD])
def test_color_table_covers_every_value(legend):
    table = color_table(legend)
    assert sorted(table) == list(range(256))
    assert table[NODATA] == (0, 0, 0, 0)
    assert {value: color[:3] for value, color in table.items() if color[3]} == {c.code: c.color for c in legend}


@pytest.mark.parametrize("legend", [LAND_COVER, ODD])
def test_aux_xml_names_codes_and_tabulates_colors(legend):
    band = ElementTree.fromstring(aux_xml(legend)).find("PAMRasterBand")
    names = [e.text or "" for e in band.iter("Category")]
    assert {i: name for i, name in enumerate(names) if name} == {c.code: c.title for c in legend}
    rows = [[f.text or "" for f in row] for row in band.iter("Row")]
    assert rows == [[str(c.code), c.title, c.description, *map(str, c.color), "255"] for c in legend]


@pytest.mark.skipif(not shutil.which("gdalinfo"), reason="needs gdalinfo (Debian: gdal-bin)")
def test_gdal_reads_the_side_file(make_raster):
    path = make_raster(np.zeros((1, 8, 8), np.uint8), nodata=255)
    path.with_name(path.name + ".aux.xml").write_text(aux_xml(LAND_COVER), encoding="utf-8")
    told = subprocess.run(["gdalinfo", str(path)], capture_output=True, text=True, check=True).stdout
    assert "4: Water" in told
    assert "Pasture, grassland and scrub" in told
