"""Legends from files, from those that SatSeg brings, and from attribute tables beside rasters."""

from __future__ import annotations

import json

import numpy as np
import pyogrio.raw
import pytest

from satseg_core.errors import UsageError
from satseg_core.legend import LAND_COVER
from satseg_core.raster.legend_files import attribute_table, known_legends, read_legend_file
from satseg_core.raster.legends import legend_of

RAT = """<PAMDataset><PAMRasterBand band="1"><GDALRasterAttributeTable Row0Min="0" BinSize="1" tableType="thematic">
<FieldDefn index="0"><Name>Value</Name><Type>0</Type><Usage>5</Usage></FieldDefn>
<FieldDefn index="1"><Name>Class</Name><Type>2</Type><Usage>2</Usage></FieldDefn>
<FieldDefn index="2"><Name>R</Name><Type>0</Type><Usage>6</Usage></FieldDefn>
<FieldDefn index="3"><Name>G</Name><Type>0</Type><Usage>7</Usage></FieldDefn>
<FieldDefn index="4"><Name>B</Name><Type>0</Type><Usage>8</Usage></FieldDefn>
<Row index="0"><F>0</F><F>Moor &amp; fen</F><F>10</F><F>20</F><F>30</F></Row>
<Row index="1"><F>9</F><F>Dune</F><F>40</F><F>50</F><F>60</F></Row>
</GDALRasterAttributeTable></PAMRasterBand></PAMDataset>"""

CODES = np.array([[0, 9, 9, 3]], np.uint8)


def test_known_legends_are_complete():
    assert known_legends() == ("nlcd", "worldcover")
    worldcover = read_legend_file("worldcover")
    assert worldcover.codes == (10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100)
    assert worldcover.by_code(80).name == "permanent water bodies"
    assert len(read_legend_file("nlcd")) == 16


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "legend.csv"
    path.write_text("\ufeffcode, name, color\n7, Heide und Moor, #0a141e\n", encoding="utf-8")
    (only,) = read_legend_file(str(path))
    assert (only.code, only.name, only.color) == (7, "Heide und Moor", (10, 20, 30))
    for value in (LAND_COVER.to_json(), {"legend": LAND_COVER.to_json()}, {"model": {"legend": LAND_COVER.to_json()}}):
        (tmp_path / "legend.json").write_text(json.dumps(value), encoding="utf-8")
        assert read_legend_file(str(tmp_path / "legend.json")) == LAND_COVER


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "code,name,color\nx,y,#000000\n", "code,name,color\n1,y,red\n"])
def test_what_is_no_legend_is_told(tmp_path, content):
    path = tmp_path / "legend.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="columns code, name and color"):
        read_legend_file(str(path))
    with pytest.raises(UsageError, match="or one of nlcd, worldcover"):
        read_legend_file("absent")


def test_names_and_colors_of_an_attribute_table(make_raster):
    path = make_raster(CODES)
    path.with_name(path.name + ".aux.xml").write_text(RAT, encoding="utf-8")
    found = [(c.code, c.name, c.color) for c in legend_of(path)]
    assert found[0] == (0, "Moor & fen", (10, 20, 30))
    assert found[1][:2] == (3, "class 3")
    assert found[2] == (9, "Dune", (40, 50, 60))


def test_an_attribute_table_of_esri(make_raster, tmp_path):
    path = make_raster(CODES)
    pyogrio.raw.write(
        tmp_path / "table.dbf",
        geometry=None,
        field_data=[
            np.array([0, 9], np.int32),
            np.array(["Moor", "Dune"], object),
            *(np.array(shades) for shades in ([0.2, 1.0], [0.4, 0.0], [0.6, 0.0])),
        ],
        fields=["VALUE", "Class_Name", "Red", "Green", "Blue"],
        driver="ESRI Shapefile",
    )
    (tmp_path / "table.dbf").rename(path.with_name(path.name + ".vat.dbf"))
    assert attribute_table(path) == {0: ("Moor", (51, 102, 153)), 9: ("Dune", (255, 0, 0))}
    assert [c.name for c in legend_of(path)] == ["Moor", "class 3", "Dune"]
    path.with_name(path.name + ".vat.dbf").write_bytes(b"broken")
    assert attribute_table(path) == {}


def test_a_legend_that_is_given_wins(make_raster):
    assert legend_of(make_raster(CODES), "worldcover") == read_legend_file("worldcover")
