"""Legends from files, from those that SatSeg brings."""

from __future__ import annotations

import json

import numpy as np
import pytest

from satseg_core.errors import UsageError
from satseg_core.legend import LAND_COVER
from satseg_core.raster.legend_files import known_legends, read_legend_file
from satseg_core.raster.legends import legend_of

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
