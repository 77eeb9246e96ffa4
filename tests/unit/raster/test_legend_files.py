"""Legends from files, from those that SatSeg brings."""

from __future__ import annotations

import json

import numpy as np
import pytest

from satseg_core.errors import UsageError
from satseg_core.legend import LAND_COVER
from satseg_core.raster.legend_files import known_legends, read_legend_file
from satseg_core.raster.legends import legend_of
from satseg_core.style import qml

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


@pytest.mark.parametrize(
    "content",
    ["a,b\n1,2\n", "code,name,color\nx,y,#000000\n", "code,name,color\n1,y,red\n", "code,name\n1.5,x\n", "code\n1\n"],
)
def test_what_is_no_legend_is_told(tmp_path, content):
    path = tmp_path / "legend.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="columns code, name and color"):
        read_legend_file(str(path))
    with pytest.raises(UsageError, match="or one of nlcd, worldcover"):
        read_legend_file("absent")


def test_another_encoding_is_told(tmp_path):
    (tmp_path / "key.csv").write_bytes("code,name\n1,Wälder\n".encode("cp1252"))
    with pytest.raises(UsageError, match=r"key\.csv is not a text in UTF-8"):
        read_legend_file(str(tmp_path / "key.csv"))


def test_a_style_of_qgis_is_a_legend(tmp_path):
    (tmp_path / "style.qml").write_text(qml(LAND_COVER), encoding="utf-8")
    found = read_legend_file(str(tmp_path / "style.qml"))
    assert [(c.code, c.name, c.color) for c in found] == [(c.code, c.title, c.color) for c in LAND_COVER]
    ramp = '<colorrampshader><item color="#e6004d" value="111" label="a &lt; b" alpha="255"/>'
    ramp += '<item alpha="255" label="a &lt; b" value="523.0" color="#e6f2ff"/></colorrampshader>'
    (tmp_path / "style.qml").write_text(ramp, encoding="utf-8")
    found = read_legend_file(str(tmp_path / "style.qml"))
    assert [(c.code, c.name, c.hex_color) for c in found] == [
        (111, "a < b", "#e6004d"), (523, "a < b (523)", "#e6f2ff"),
    ]  # fmt: skip


def test_names_in_a_style_may_have_brackets(tmp_path):
    # As Qt writes them: it leaves > as it is.
    entries = '<paletteEntry value="1" label="Trees > 60 %, &quot;dense&quot; &amp; tall" color="#005500" alpha="255"/>'
    entries += "<paletteEntry alpha='255' color='#aaff00' label='Trees < 60 %' value='2'/>"
    (tmp_path / "style.qml").write_text(f"<qgis><colorPalette>{entries}</colorPalette></qgis>", encoding="utf-8")
    found = read_legend_file(str(tmp_path / "style.qml"))
    assert [(c.code, c.name, c.hex_color) for c in found] == [
        (1, 'Trees > 60 %, "dense" & tall', "#005500"), (2, "Trees < 60 %", "#aaff00"),
    ]  # fmt: skip


def test_a_color_map_of_qgis_is_a_legend(tmp_path):
    text = "# QGIS Generated Color Map Export File\nINTERPOLATION:EXACT\n1,230,0,77,255,111 - Urban, continuous\n"
    (tmp_path / "clc.txt").write_text(text + "2,255,0,0,255,\n", encoding="utf-8")
    found = read_legend_file(str(tmp_path / "clc.txt"))
    assert [(c.code, c.name, c.color) for c in found] == [
        (1, "111 - Urban, continuous", (230, 0, 77)), (2, "class 2", (255, 0, 0)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.qml", '<item value="0.5" color="#ffffff" label="x"/>', "values are whole"),
        ("a.qml", '<item value="5" color="255,0,0" label="x"/>', "values are whole"),
        ("a.txt", "0.5,1,2,3,255,x\n", "as QGIS exports a color map"),
        ("a.json", "[1]", "a list of classes"),
        ("a.qml", "<qgis/>", "no classes"),
        ("a.txt", "nothing\n", "no classes"),
    ],
)
def test_other_files_say_what_they_need(tmp_path, name, content, reason):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=rf"{name} .*{reason}"):
        read_legend_file(str(tmp_path / name))


def test_a_key_of_corine_as_a_spreadsheet_writes_it(tmp_path):
    path = tmp_path / "clc.csv"
    path.write_text(
        "\ufeffCode;Name;Color;Note\r\n"
        "111;Continuous urban fabric;#e6004d;x\r\n"
        '"211";"Non-irrigated; arable\nland";#ffffa8;\r\n'
        "523;Sea and ocean;;\r\n;;;\r\n",
        encoding="utf-8",
    )
    legend = read_legend_file(str(path))
    assert [(c.code, c.name, c.hex_color) for c in legend][:2] == [
        (111, "Continuous urban fabric", "#e6004d"),
        (211, "Non-irrigated; arable\nland", "#ffffa8"),
    ]
    assert legend.by_code(523).name == "Sea and ocean"
    assert len({c.color for c in legend}) == 3


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("65536,y,#000000\n", "whole number from 0 to 65,535"),
        ("-1,y,#000000\n", "whole number from 0 to 65,535"),
        ("1,y,#000000\n1,z,#000000\n", "twice"),
        ("", "no classes"),
    ],
)
def test_a_legend_that_cannot_be_used_says_why(tmp_path, rows, reason):
    path = tmp_path / "legend.csv"
    path.write_text("code,name,color\n" + rows, encoding="utf-8")
    with pytest.raises(UsageError, match=f"legend.csv cannot be used: .*{reason}"):
        read_legend_file(str(path))


def test_a_legend_that_is_given_wins(make_raster):
    assert legend_of(make_raster(CODES), "worldcover") == read_legend_file("worldcover")
