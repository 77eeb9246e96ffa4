"""``satseg segment`` as a user runs it: the installed command on real files."""

from __future__ import annotations

import json
import sqlite3
import xml.etree.ElementTree as ElementTree

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.transform import from_origin

from satseg_core.legend import LAND_COVER
from tests.e2e.command import PIXEL, SATSEG, satseg, scene

NATIVE = from_origin(500_000, 5_000_000, PIXEL, PIXEL)


def labels(path):
    with rasterio.open(path) as dataset:
        return dataset.read(1)


def test_the_map_has_the_grid_of_the_scene_and_is_a_cog(mapped):
    with rasterio.open(mapped / "scene.tif") as scene_file, rasterio.open(mapped / "map.tif") as found:
        assert (found.shape, found.transform, found.crs) == (scene_file.shape, scene_file.transform, scene_file.crs)
        assert found.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert (found.count, found.dtypes[0], found.nodata) == (1, "uint8", 255)
        assert found.overviews(1)
        colors = found.colormap(1)
        assert all(colors[c.code][:3] == c.color for c in LAND_COVER)
        assert json.loads(found.tags()["SATSEG_LEGEND"]) == LAND_COVER.to_json()
        values = found.read(1)
    assert set(np.unique(values)) <= set(LAND_COVER.codes)


def test_overviews_are_the_most_frequent_class_and_never_a_mean(mapped):
    with rasterio.open(mapped / "map.tif", overview_level=0) as overview:
        assert set(np.unique(overview.read(1))) <= set(np.unique(labels(mapped / "map.tif")))


def test_names_of_classes_lie_beside_the_map(mapped):
    root = ElementTree.parse(mapped / "map.tif.aux.xml").getroot()
    names = [element.text for element in root.iter("Category")]
    assert [names[c.code].lower() for c in LAND_COVER] == [c.name for c in LAND_COVER]
    assert root.find(".//GDALRasterAttributeTable") is not None
    assert (mapped / "map.qml").read_text().startswith("<!DOCTYPE qgis")


def test_confidence_is_a_percentage(mapped):
    values = labels(mapped / "confidence.tif")
    assert values.shape == labels(mapped / "map.tif").shape
    assert 100 / 7 - 1 <= values.min() <= values.max() <= 100


def test_polygons_are_valid_and_cover_the_map(mapped):
    info, _, wkb, fields = pyogrio.raw.read(mapped / "map.gpkg", layer="map")
    geometries = shapely.from_wkb(wkb)
    assert shapely.is_valid(geometries).all()
    assert list(info["fields"]) == ["code", "class", "area_m2", "area_ha", "perimeter_m", "confidence"]
    counts = np.bincount(labels(mapped / "map.tif").ravel(), minlength=7)
    for land_class in LAND_COVER:
        area = shapely.area(geometries[fields[0] == land_class.code]).sum()
        assert area == pytest.approx(counts[land_class.code] * PIXEL**2, rel=1e-9)
        assert set(fields[1][fields[0] == land_class.code]) <= {land_class.name}
    # UTM at its central meridian is 0.9996 of the ground.
    assert fields[2].sum() == pytest.approx(700 * 900 * PIXEL**2 / 0.9996**2, rel=1e-5)
    with sqlite3.connect(mapped / "map.gpkg") as database:
        assert database.execute("select count(*) from layer_styles where useAsDefault").fetchone() == (1,)


def test_the_record_says_what_made_the_map(mapped):
    record = json.loads((mapped / "map.json").read_text())
    assert record["model"]["name"] == "landcover"
    assert len(record["model"]["weights_sha256"]) == 64
    assert record["grid"]["tiles_run"] == record["grid"]["tiles_in_raster"] > 1
    assert record["input"]["metres_per_pixel"] == pytest.approx([PIXEL, PIXEL], rel=1e-3)
    assert {"segment", "finish", "areas", "polygons"} <= set(record["seconds"])
    assert sum(area["pixels"] for area in record["areas"]) == 700 * 900
    assert sum(area["percent"] for area in record["areas"]) == pytest.approx(100)
    assert record["versions"]["rasterio"] == rasterio.__version__
    assert record["runtime"]["name"] in ("onnx", "openvino")


def test_events_are_json_lines_and_nothing_else(mapped):
    events = [json.loads(line) for line in (mapped / "events.jsonl").read_text().splitlines()]
    percents = [event["percent"] for event in events if event["event"] == "progress"]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert any(e["event"] == "message" and "Running landcover" in e["text"] for e in events)
    result = events[-1]
    assert result["event"] == "result"
    assert result["output"] == str(mapped / "map.tif")
    assert [area["name"] for area in result["areas"]] == [c.name for c in LAND_COVER]


def test_a_second_run_gives_the_same_file(mapped, tmp_path):
    runtime = json.loads((mapped / "map.json").read_text())["runtime"]["name"]
    same = ["--runtime", runtime]  # which one is faster may be another one now
    if runtime == "onnx":
        same += ["--threads", 1]
    assert satseg("segment", mapped / "scene.tif", "--output", tmp_path / "map.tif", *same).code == 0
    assert (tmp_path / "map.tif").read_bytes() == (mapped / "map.tif").read_bytes()


def test_an_extent_gives_that_part_of_the_map(mapped, tmp_path):
    west, north = 500_000 + 100.5 * PIXEL, 5_000_000 - 200 * PIXEL
    extent = f"{west},{north - 300 * PIXEL},{west + 333 * PIXEL},{north}"
    run = satseg("segment", mapped / "scene.tif", "--output", tmp_path / "part.tif", "--extent", extent)
    assert run.code == 0, run.err
    np.testing.assert_array_equal(labels(tmp_path / "part.tif"), labels(mapped / "map.tif")[200:500, 100:434])
    with rasterio.open(tmp_path / "part.tif") as dataset:
        assert dataset.transform == pytest.approx(NATIVE * Affine.translation(100, 200))


def test_a_mask_is_mapped_inside_and_costs_nothing_outside(mapped, tmp_path):
    box = shapely.box(500_000 + 10 * PIXEL, 5_000_000 - 60 * PIXEL, 500_000 + 50 * PIXEL, 5_000_000 - 20 * PIXEL)
    pyogrio.raw.write(
        tmp_path / "area.gpkg",
        np.array([shapely.to_wkb(box)], object),
        [],
        [],
        geometry_type="Polygon",
        crs="EPSG:32633",
    )
    mask = tmp_path / "area.gpkg"
    run = satseg("segment", mapped / "scene.tif", "--output", tmp_path / "in.tif", "--mask", mask, "--progress", "json")
    assert run.code == 0, run.err
    expected = np.full((700, 900), 255, np.uint8)
    expected[20:60, 10:50] = labels(mapped / "map.tif")[20:60, 10:50]
    np.testing.assert_array_equal(labels(tmp_path / "in.tif"), expected)
    assert run.events[-1]["tiles_run"] == 1


def test_pixels_without_data_stay_without(write_scene, tmp_path):
    values = scene(300, 420)
    values[:, :, :150] = 0
    path = write_scene(tmp_path / "in.tif", values=values, nodata=0)
    assert satseg("segment", path, "--output", tmp_path / "map.tif").code == 0
    np.testing.assert_array_equal(labels(tmp_path / "map.tif") == 255, np.arange(420)[None] + np.zeros((300, 1)) < 150)


def test_a_raster_without_any_data_gives_an_empty_map(write_scene, tmp_path):
    path = write_scene(tmp_path / "in.tif", values=np.zeros((3, 80, 90), np.uint8), nodata=0)
    run = satseg("segment", path, "--output", tmp_path / "map.tif", "--polygons", tmp_path / "p.gpkg")
    assert run.code == 0, run.err
    assert (labels(tmp_path / "map.tif") == 255).all()
    assert pyogrio.read_info(tmp_path / "p.gpkg", layer="p")["features"] == 0


@pytest.mark.parametrize(
    "place",
    [
        pytest.param({"transform": Affine(0.5, 0, 5e5, 0, 0.5, 5e6)}, id="south-up"),
        pytest.param(
            {"transform": Affine.translation(5e5, 5e6) * Affine.rotation(20) * Affine.scale(0.5, -0.5)}, id="rotated"
        ),
        pytest.param({"crs": "EPSG:4326", "transform": from_origin(15, 60, 9e-6, 4.5e-6)}, id="geographic"),
        pytest.param({"crs": None, "transform": None}, id="no georeference"),
    ],
)
def test_any_placement_keeps_its_grid(write_scene, tmp_path, place):
    path = write_scene(tmp_path / "in.tif", **place)
    run = satseg("segment", path, "--output", tmp_path / "map.tif", "--polygons", tmp_path / "map.gpkg")
    assert run.code == 0, run.err
    with rasterio.open(path) as before, rasterio.open(tmp_path / "map.tif") as after:
        assert (before.crs, before.transform, before.shape) == (after.crs, after.transform, after.shape)
        corners = [before.transform * corner for corner in ((0, 0), (420, 0), (420, 300), (0, 300))]
    if place.get("crs", "") is None:
        # QGIS draws rasters without georeference downwards from zero; polygons lie where it draws them.
        corners = [(x, -y) for x, y in corners]
    _, _, wkb, _ = pyogrio.raw.read(tmp_path / "map.gpkg", layer="map")
    geometries = shapely.from_wkb(wkb)
    assert shapely.is_valid(geometries).all()
    frame = shapely.Polygon(corners)
    assert shapely.union_all(geometries).symmetric_difference(frame).area < 1e-6 * frame.area
    assert ("no CRS" in run.err) == (place.get("crs", "") is None)


def test_pixel_size_is_one_option_away(mapped, tmp_path):
    run = satseg("segment", mapped / "scene.tif", "--output", tmp_path / "map.tif", "--pixel-size", 2 * PIXEL)
    assert run.code == 0, run.err
    grid = json.loads((tmp_path / "map.json").read_text())["grid"]
    assert grid["raster_px_per_model_px"] == pytest.approx([2, 2], rel=0.01)
    assert labels(tmp_path / "map.tif").shape == (700, 900)


def test_sixteen_bits_are_mapped_like_eight(mapped, write_scene, tmp_path):
    with rasterio.open(mapped / "scene.tif") as dataset:
        values = dataset.read().astype(np.uint16) * 40
    path = write_scene(tmp_path / "in.tif", values=values, transform=NATIVE, photometric="RGB")
    run = satseg("segment", path, "--output", tmp_path / "map.tif", "--stretch", "0,10200")
    assert run.code == 0, run.err
    assert (labels(tmp_path / "map.tif") == labels(mapped / "map.tif")).mean() > 0.999


def test_runtimes_agree(mapped, tmp_path):
    pytest.importorskip("torch")
    run = satseg("segment", mapped / "scene.tif", "--output", tmp_path / "map.tif", "--runtime", "torch")
    assert run.code == 0, run.err
    assert (labels(tmp_path / "map.tif") == labels(mapped / "map.tif")).mean() >= 0.999


def test_python_m_is_the_same_command():
    import subprocess
    import sys

    for command in ([str(SATSEG)], [sys.executable, "-m", "satseg_core"]):
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
        assert done.stdout.startswith("satseg, version ")
