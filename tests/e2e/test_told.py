"""What a user says of files goes before what they say: CRSs, layers, values without data, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine

from satseg_core.vector.geopackage import no_crs_warning
from tests.e2e.command import satseg

UTM = "EPSG:32632"
PLACE = Affine(3, 0, 500_000, 0, -3, 5_400_000)
LARGE, SMALL = shapely.box(500_000, 5_399_400, 500_600, 5_400_000), shapely.box(500_000, 5_399_700, 500_300, 5_400_000)


def write_polygons(path: Path, layer: str, shape: shapely.Geometry, crs: str | None) -> Path:
    with no_crs_warning():
        pyogrio.raw.write(
            path, np.array([shapely.to_wkb(shape)], object), [np.array(["a"], object)], ["name"], layer=layer, crs=crs,
            geometry_type="Polygon", append=path.exists(),
        )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, write_scene) -> Path:
    """Images, class maps and masks that lie in UTM 32, whatever they say; the masks have 10,000 px."""
    folder = tmp_path_factory.mktemp("told")
    with rasterio.Env():
        for name, crs in (("none", None), ("wrong", "EPSG:32633"), ("right", UTM)):
            write_scene(folder / f"{name}.tif", 200, 200, crs=crs, transform=PLACE)
            codes = np.ones((1, 200, 200), np.uint8)
            codes[:, :50] = 4
            write_scene(folder / f"classes_{name}.tif", values=codes, crs=crs, transform=PLACE, nodata=255)
            write_polygons(folder / f"mask_{name}.shp", f"mask_{name}", SMALL, crs)
    write_polygons(folder / "two.gpkg", "whole", LARGE, UTM)
    write_polygons(folder / "two.gpkg", "aoi", SMALL, UTM)
    run = satseg("segment", folder / "right.tif", "--mask", folder / "mask_right.shp", "-o", folder / "right-map.tif")
    assert run.code == 0, run.err
    return folder


def px(path: Path) -> np.ndarray:
    with rasterio.open(path) as dataset:
        assert dataset.crs.to_epsg() == 32632
        return dataset.read(1)


@pytest.mark.parametrize("said", ["none", "wrong"])
@pytest.mark.parametrize("more", [[], ["--workers", "2"]])
def test_a_map_of_an_image_whose_crs_is_told_is_that_of_the_image_that_says_it(folder, tmp_path, said, more) -> None:
    run = satseg(
        "segment", folder / f"{said}.tif", "--crs", UTM, "--mask", folder / f"mask_{said}.shp", "--mask-crs", UTM,
        "-o", tmp_path / "map.tif", "--polygons", tmp_path / "map.gpkg", *more, "--progress", "json",
    )  # fmt: skip
    assert run.code == 0, run.err
    assert (px(tmp_path / "map.tif") == px(folder / "right-map.tif")).all()
    assert (px(tmp_path / "map.tif") != 255).sum() == 10_000
    assert pyogrio.read_info(tmp_path / "map.gpkg", layer="map")["crs"] == UTM
    assert not [event for event in run.events if event.get("level") == "warning"]
    total = sum(area["area_m2"] for area in run.events[-1]["areas"])
    assert total == pytest.approx(90_000, rel=2e-3)


def test_the_record_says_what_was_told(folder, tmp_path) -> None:
    words = ["segment", folder / "none.tif", "-o", tmp_path / "map.tif"]
    assert satseg(*words, "--crs", UTM).code == 0
    record = json.loads((tmp_path / "map.json").read_text())
    assert record["options"]["crs"] == UTM
    assert record["input"]["overrides"]["crs"] == UTM
    assert "UTM zone 32N" in record["input"]["crs"]


def test_a_layer_is_named_in_either_way(folder, tmp_path) -> None:
    for number, words in enumerate(
        (["--mask", f"{folder}/two.gpkg|layername=aoi"], ["--mask", folder / "two.gpkg", "--mask-layer", "aoi"])
    ):
        output = tmp_path / f"{number}.tif"
        run = satseg("segment", folder / "right.tif", "-o", output, *words, "--progress", "json")
        assert run.code == 0, run.err
        assert (px(output) == px(folder / "right-map.tif")).all()


def test_without_a_name_others_are_told_of(folder, tmp_path) -> None:
    run = satseg("segment", folder / "right.tif", "-o", tmp_path / "m.tif", "--mask", folder / "two.gpkg")
    assert run.code == 0
    assert "whole was taken, not aoi: name one with --mask-layer" in run.err
    assert "aoi" in " ".join(json.loads((tmp_path / "m.json").read_text())["warnings"])
    run = satseg("areas", folder / "classes_right.tif", "--zones", folder / "two.gpkg")
    assert run.code == 0
    assert "not aoi: name one with --zones-layer" in run.err


@pytest.mark.parametrize("said", ["none", "wrong"])
def test_class_maps_and_zones_are_where_the_user_says(folder, tmp_path, said) -> None:
    def rows(name: str, *words: object) -> list[dict]:
        run = satseg("areas", folder / f"classes_{name}.tif", *words, "--progress", "json")
        assert run.code == 0, run.err
        assert not [event for event in run.events if event.get("level") == "warning"]
        return run.events[-1]["areas"]

    assert rows(said, "--crs", UTM) == rows("right")
    zones = ["--zones", folder / f"mask_{said}.shp", "--zones-crs", UTM]
    right = rows("right", "--zones", folder / "mask_right.shp")
    assert rows(said, "--crs", UTM, *zones) == right
    output = tmp_path / "zones.gpkg"
    assert rows(said, "--crs", UTM, *zones, "-o", output) == right
    assert pyogrio.read_info(output, layer="zones")["crs"] == UTM
    assert rows("right", "--zones", f"{folder}/two.gpkg|layername=aoi") == right
    assert rows("right", "--zones", folder / "two.gpkg", "--zones-layer", "aoi") == right


def test_polygons_and_pages_have_the_crs_that_is_told(folder, tmp_path) -> None:
    for name, words in (("none", ["--crs", UTM]), ("right", [])):
        output = tmp_path / f"{name}.gpkg"
        run = satseg("vectorize", folder / f"classes_{name}.tif", "-o", output, "--workers", "2", *words)
        assert run.code == 0, run.err
        page = tmp_path / f"{name}.html"
        assert satseg("areas", folder / f"classes_{name}.tif", "-o", page, *words).code == 0
        assert " ha" in page.read_text()
    told, right = (pyogrio.raw.read(tmp_path / f"{name}.gpkg", layer=name) for name in ("none", "right"))
    assert told[0]["crs"] == right[0]["crs"] == UTM
    assert told[2].tolist() == right[2].tolist()
    assert [column.tolist() for column in told[3]] == [column.tolist() for column in right[3]]


def test_values_of_a_map_can_be_told_to_be_no_class(folder, tmp_path) -> None:
    run = satseg("areas", folder / "classes_right.tif", "--nodata", "255,4", "--progress", "json")
    assert [(row["code"], row["pixels"]) for row in run.events[-1]["areas"]] == [(1, 30_000)]
    run = satseg("vectorize", folder / "classes_right.tif", "--nodata", "255,4", "-o", tmp_path / "p.gpkg")
    assert run.code == 0, run.err
    assert pyogrio.raw.read(tmp_path / "p.gpkg", layer="p")[3][0].tolist() == [1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--crs", "EPSG:1"], "--crs 'EPSG:1' is no CRS that PROJ knows"),
        (["--mask", "two.gpkg", "--mask-crs", "nonsense"], "--mask-crs 'nonsense' is no CRS that PROJ knows"),
        (["--mask-layer", "aoi"], "are of a --mask"),
        (["--mask", "two.gpkg|layername=roads"], "two.gpkg has no layer roads; it has whole, aoi"),
        (["--mask", "two.gpkg|layername=aoi", "--mask-layer", "whole"], "different layers"),
        (["--mask", "two.gpkg|layername=aoi|subset=name = 'a'"], "more than a layer (subset)"),
        (["--nodata", "abc"], "VALUE[,VALUE…]"),
    ],
)
def test_mistakes_are_one_sentence(folder, tmp_path, words, sentence) -> None:
    words = [str(folder / word) if word.startswith("two.gpkg") else word for word in words]
    run = satseg("segment", folder / "right.tif", "-o", tmp_path / "m.tif", *words)
    assert run.code == 2
    assert sentence in run.err
    assert list(tmp_path.iterdir()) == []


def test_zones_options_need_zones(folder) -> None:
    run = satseg("areas", folder / "classes_right.tif", "--zones-layer", "aoi")
    assert run.code == 2
    assert "--zones-layer belongs to --zones" in run.err


@pytest.fixture(scope="module")
def package(folder) -> Path:
    """A GeoPackage with an image and a class map."""
    path = folder / "rasters.gpkg"
    for name in ("none", "classes_right", "right"):
        with rasterio.open(folder / f"{name}.tif") as source:
            more = {"APPEND_SUBDATASET": "YES"} if path.exists() else {}
            profile = {"driver": "GPKG", "RASTER_TABLE": name, "TILE_FORMAT": "PNG", **more}
            size = {"width": 200, "height": 200, "count": source.count, "dtype": "uint8"}
            with rasterio.open(path, "w", crs=UTM, transform=PLACE, **size, **profile) as target:
                target.write(source.read())
    return path


def test_rasters_in_a_geopackage_are_named(folder, package, tmp_path) -> None:
    words = ["--mask", folder / "mask_right.shp", "--bands", "1,2,3"]
    run = satseg("segment", f"{package}|layername=right", *words, "-o", tmp_path / "m.tif")
    assert run.code == 0, run.err
    assert (px(tmp_path / "m.tif") == px(folder / "right-map.tif")).all()
    record = json.loads((tmp_path / "m.json").read_text())
    assert record["input"]["bytes"] == package.stat().st_size
    run = satseg("segment-many", f"{package}|layername=right", f"{package}|layername=none", *words, "-o", tmp_path)
    assert run.code == 0, run.err
    assert (px(tmp_path / "rasters-right.tif") == px(folder / "right-map.tif")).all()
    assert (tmp_path / "rasters-none.tif").exists()


def test_a_raster_of_a_geopackage_that_is_not_there(package, tmp_path) -> None:
    for name in (f"{package}|layername=roads", f"GPKG:{package}:roads"):
        run = satseg("segment", name, "-o", tmp_path / "m.tif")
        assert run.code == 1
        assert f"{package} has no raster roads; it has none, classes_right, right." in run.err
    run = satseg("segment", f"{package}.gpkg|layername=right", "-o", tmp_path / "m.tif")
    assert f"There is no file {package}.gpkg; check the name." in run.err


def test_many_scenes_take_what_is_told(folder, tmp_path) -> None:
    run = satseg(
        "segment-many", folder / "none.tif", folder / "wrong.tif", "--crs", UTM, "--nodata", "none",
        "--mask", f"{folder}/two.gpkg|layername=aoi", "-o", tmp_path,
    )  # fmt: skip
    assert run.code == 0, run.err
    for name in ("none", "wrong"):
        assert (px(tmp_path / f"{name}.tif") == px(folder / "right-map.tif")).all()
    again = [
        "segment-many", folder / "none.tif", folder / "wrong.tif", "--crs", UTM, "--nodata", "none", "-o", tmp_path,
        "--dry-run", "--progress", "json", "--mask", folder / "two.gpkg",
    ]  # fmt: skip
    assert satseg(*again, "--mask-layer", "aoi").events[-1]["already"] == 2
    assert satseg(*again, "--mask-layer", "whole").events[-1]["already"] == 0
