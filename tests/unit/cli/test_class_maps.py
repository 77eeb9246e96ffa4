"""Maps of classes from elsewhere on the command line: floating point, CORINE's codes, names inside of the file."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import rasterio
import shapely

KEY = """code;name;color
111;Continuous urban fabric;#e6004d
311;Broad-leaved forest;#80ff00
523;Sea and ocean;#e6f2ff
"""


def satseg(*words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "satseg_core", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture
def corine(make_raster, tmp_path: Path) -> Path:
    """20 px of urban fabric, 30 of forest, 40 of sea, 10 without data, as the raster calculator of QGIS writes it."""
    values = np.full((10, 10), 523, np.float32)
    values[:2], values[2:5], values[9] = 111, 311, np.finfo(np.float32).min
    (tmp_path / "clc.csv").write_text(KEY, encoding="utf-8")
    return make_raster(values, name="clc.tif", nodata=float(np.finfo(np.float32).min))


def test_areas_of_corine(corine: Path, tmp_path: Path) -> None:
    done = satseg("areas", corine, "--legend", tmp_path / "clc.csv", "--output", tmp_path / "areas.csv")
    rows = list(csv.DictReader((tmp_path / "areas.csv").open(encoding="utf-8")))
    assert [(row["code"], row["name"], row["pixels"]) for row in rows] == [
        ("111", "Continuous urban fabric", "20"),
        ("311", "Broad-leaved forest", "30"),
        ("523", "Sea and ocean", "40"),
    ]
    assert "warning" not in done.stderr.lower()
    satseg("areas", corine, "--output", tmp_path / "areas.json")
    assert [row["name"] for row in json.loads((tmp_path / "areas.json").read_text())] == [
        "class 111", "class 311", "class 523",
    ]  # fmt: skip


def test_the_page_has_the_colors_of_the_key(corine: Path, tmp_path: Path) -> None:
    satseg("areas", corine, "--legend", tmp_path / "clc.csv", "--output", tmp_path / "areas.html")
    page = (tmp_path / "areas.html").read_text(encoding="utf-8")
    assert "<td>523</td><td>Sea and ocean</td>" in page
    assert page.index("44.4 %") < page.index("33.3 %") < page.index("22.2 %")
    assert page.count("data:image/png;base64,") == 8  # the map, no data, three bars, three colours in the table


def test_zones_of_corine(corine: Path, tmp_path: Path) -> None:
    west, north, px = 500_000, 5_000_000, 1.22
    box = shapely.box(west, north - 2.5 * px, west + 10 * px, north)
    pyogrio.raw.write(
        tmp_path / "zones.gpkg", shapely.to_wkb([box]), [], [], geometry_type="Polygon", crs="EPSG:32633"
    )  # fmt: skip
    words = ("--zones", tmp_path / "zones.gpkg", "--legend", tmp_path / "clc.csv", "--output", tmp_path / "z.json")
    satseg("areas", corine, *words)
    rows = json.loads((tmp_path / "z.json").read_text())
    assert [(row["code"], row["pixels"]) for row in rows] == [
        (111, pytest.approx(20)), (311, pytest.approx(5)), (523, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".fgb", ".shp"])
def test_polygons_of_corine(corine: Path, tmp_path: Path, suffix: str) -> None:
    output = tmp_path / f"land{suffix}"
    satseg("vectorize", corine, "--legend", tmp_path / "clc.csv", "--output", output)
    layer = next(name for name, kind in pyogrio.list_layers(output) if kind)
    _, _, _, (code, name, *_) = pyogrio.raw.read(output, layer=layer)
    assert sorted(zip(code.tolist(), name.tolist())) == [
        (111, "Continuous urban fabric"), (311, "Broad-leaved forest"), (523, "Sea and ocean"),
    ]  # fmt: skip
    style = output.with_suffix(".qml").read_text(encoding="utf-8")
    assert '<paletteEntry value="523" color="#e6f2ff" alpha="255" label="Sea and ocean"/>' in style


def test_what_is_no_map_of_classes_is_told_by_its_value(make_raster, tmp_path: Path) -> None:
    values = np.ones((4, 4), np.float32)
    values[2, 2] = 2.5
    shares = make_raster(values, name="shares.tif")
    for words in (("areas", shares), ("vectorize", shares, "--output", tmp_path / "x.gpkg")):
        done = satseg(*words, code=1)
        assert len(done.stderr.strip().splitlines()) == 1
        assert "shares.tif holds 2.5, and class codes are whole numbers; round it first" in done.stderr
    assert not (tmp_path / "x.gpkg").exists()
    legend = tmp_path / "legend.csv"
    legend.write_text("code,name,color\n1,one,#000000\n", encoding="utf-8")
    for words in (("areas", shares), ("vectorize", shares, "--output", tmp_path / "x.gpkg")):
        assert "holds 2.5" in satseg(*words, "--legend", legend, code=1).stderr
    assert not (tmp_path / "x.gpkg").exists()


def test_255_without_a_nodata_value_is_told(make_raster, tmp_path: Path) -> None:
    labels = make_raster(np.array([[1, 255]], np.uint8), name="bytes.tif")
    for words in (("areas", labels), ("vectorize", labels, "--output", tmp_path / "x.gpkg")):
        assert "names no nodata value, so its 255 counts as a class" in satseg(*words).stderr
    with rasterio.open(labels, "r+") as dataset:
        dataset.nodata = 255
    assert "nodata" not in satseg("areas", labels).stderr
