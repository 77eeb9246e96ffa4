"""What ``satseg areas`` writes: a page, a table, or zones."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import numpy as np
import pyogrio
import pytest
import shapely


def _areas(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "satseg_core", "areas", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")


@pytest.fixture
def classified(make_raster):
    """60 px of class 3 and 40 of class 7, without names or colours."""
    codes = np.full((10, 10), 3, np.uint8)
    codes[6:] = 7
    return make_raster(codes, name="map & more.tif", nodata=255)


def test_the_page_is_of_the_map(classified, tmp_path):
    _areas(classified, "--output", tmp_path / "areas.html")
    page = (tmp_path / "areas.html").read_text(encoding="utf-8")
    assert "<h1>Land cover: map &amp; more.tif</h1>" in page
    assert page.index("60.0 %") < page.index("40.0 %")
    assert page.count("data:image/png;base64,") == 5  # the map, two bars, two colours in the table


def test_tables_have_a_row_a_class(classified, tmp_path):
    for name in ("areas.csv", "areas.json"):
        _areas(classified, "--output", tmp_path / name)
    rows = list(csv.DictReader((tmp_path / "areas.csv").open(encoding="utf-8")))
    assert [(row["code"], row["pixels"]) for row in rows] == [("3", "60"), ("7", "40")]
    assert [row["percent"] for row in json.loads((tmp_path / "areas.json").read_text())] == pytest.approx([60, 40])


def test_zones_have_a_chart_each(classified, tmp_path):
    west, north, side = 500_000, 5_000_000, 12.2
    halves = [shapely.box(west, north - 6.1, west + side, north), shapely.box(west, north - side, west + side, north)]
    pyogrio.raw.write(
        tmp_path / "zones.gpkg", shapely.to_wkb(halves), [np.array(["north <1>", "all"], object)], ["name"],
        geometry_type="Polygon", crs="EPSG:32633",
    )  # fmt: skip
    _areas(classified, "--zones", tmp_path / "zones.gpkg", "--field", "name", "--output", tmp_path / "zones.html")
    page = (tmp_path / "zones.html").read_text(encoding="utf-8")
    north_part, _, all_part = page.partition("<h2>all</h2>")
    assert "<h2>north &lt;1&gt;</h2>" in north_part
    assert "100.0 %" in north_part
    assert "60.0 %" in all_part
