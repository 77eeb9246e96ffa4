"""Labels on an image's grid, wherever they come from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import pytest
from affine import Affine
from PIL import Image
from pyproj import Transformer

from training.data.codes import IGNORE, DataError
from training.data.resize import Box

from .made_data import CORNER, UTM, WEB, blocks, image_of, one_scene, placed, write, write_polygons

WHOLE = Box(0, 0, 90, 90)


def agreement(first: np.ndarray, second: np.ndarray) -> float:
    return float((first == second).mean())


def test_labels_on_the_images_grid_are_read_as_they_are(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed())
    write(tmp_path / "a_label.tif", blocks(), placed())
    scene = one_scene(tmp_path)
    assert np.array_equal(scene.read_codes_full(), blocks())
    assert np.array_equal(scene.read_labels(Box(9, 18, 27, 36), (27, 36)), blocks()[9:36, 18:54])
    assert np.array_equal(scene.read_labels(WHOLE, (10, 10)), blocks()[4::9, 4::9])


def test_labels_without_a_crs_cover_the_image_at_any_px_size(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed())
    write(tmp_path / "a_label.tif", blocks()[::3, ::3])
    scene = one_scene(tmp_path)
    assert np.array_equal(scene.read_codes_full(), blocks())
    assert np.array_equal(scene.read_labels(Box(9, 18, 27, 36), (27, 36)), blocks()[9:36, 18:54])


def test_labels_that_cover_a_part_are_put_in_their_place(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed())
    write(tmp_path / "a_label.tif", blocks()[18:54, 27:72], placed() * Affine.translation(27, 18))
    expected = np.full((90, 90), IGNORE)
    expected[18:54, 27:72] = blocks()[18:54, 27:72]
    assert np.array_equal(one_scene(tmp_path).read_codes_full(), expected)


def test_labels_in_another_crs_are_warped(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed())
    move = Transformer.from_crs(UTM, WEB, always_xy=True)
    back = Transformer.from_crs(WEB, UTM, always_xy=True)
    # A finer grid in the other CRS, over the image and more, filled px by px from the truth.
    left, top = move.transform(CORNER[0] - 10, CORNER[1] + 10)
    other = Affine(0.5, 0, left, 0, -0.5, top)
    cols, rows = np.meshgrid(np.arange(340) + 0.5, np.arange(340) + 0.5)
    x, y = back.transform(*(other * (cols, rows)))
    col, row = np.floor(x - CORNER[0]).astype(int), np.floor(CORNER[1] - y).astype(int)
    inside = (col >= 0) & (col < 90) & (row >= 0) & (row < 90)
    codes = np.where(inside, blocks()[row.clip(0, 89), col.clip(0, 89)], 3).astype(np.uint8)
    write(tmp_path / "a_label.tif", codes, other, WEB)
    assert agreement(one_scene(tmp_path).read_codes_full(), blocks()) > 0.93


def test_what_warped_labels_call_nodata_is_ignored(tmp_path: Path) -> None:
    codes = blocks()[:, :45].copy()
    codes[:9] = 7
    write(tmp_path / "a.tif", image_of(blocks()), placed())
    write(tmp_path / "a_label.tif", codes, placed(), nodata=7)
    found = one_scene(tmp_path).read_codes_full()
    assert (found[:9] == IGNORE).all()
    assert (found[:, 45:] == IGNORE).all()
    assert np.array_equal(found[9:, :45], codes[9:])


def test_labels_of_another_shape_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed())
    write(tmp_path / "a_label.tif", blocks()[:60])
    with pytest.raises(DataError, match="are 90 x 60 px and their image 90 x 90 px"):
        one_scene(tmp_path).read_codes_full()


def test_damaged_labels_are_named(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed())
    (tmp_path / "a_label.tif").write_bytes(b"no raster")
    with pytest.raises(DataError, match=r"a_label\.tif cannot be read"):
        one_scene(tmp_path).read_codes_full()


def test_palettes_are_colours_or_values_as_the_coding_says(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed())
    picture = Image.fromarray(blocks(), mode=None).convert("P")
    picture.putdata(blocks().ravel().tolist())
    colors = np.random.default_rng(3).integers(0, 255, (6, 3))
    picture.putpalette(colors.ravel().tolist())
    picture.save(tmp_path / "a_label.png")
    labels = str(tmp_path / "{id}_label.png")
    names = ["urban", "agriculture", "rangeland", "forest", "water", "barren"]
    by_color = {"#{:02x}{:02x}{:02x}".format(*color): name for color, name in zip(colors, names)}
    for coding, classes in (("colors", by_color), ("values", {})):
        scene = one_scene(tmp_path, classes, labels=labels, coding=coding)
        assert np.array_equal(scene.read_codes_full(), blocks())


def test_transparent_labels_are_ignored(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed())
    image = np.zeros((90, 90, 4), np.uint8)
    image[..., 1] = 255
    image[:45, :, 3] = 255
    Image.fromarray(image).save(tmp_path / "a_label.png")
    found = one_scene(tmp_path, labels=str(tmp_path / "{id}_label.png"), coding="colors128").read_codes_full()
    assert (found[:45] == 3).all()
    assert (found[45:] == IGNORE).all()


@pytest.mark.parametrize(("crs", "suffix"), [(UTM, "gpkg"), (WEB, "gpkg"), ("OGC:CRS84", "geojson")])
def test_polygons_of_any_crs_are_drawn_and_the_rest_is_ignored(tmp_path: Path, crs: str, suffix: str) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed())
    path = write_polygons(tmp_path / f"areas.{suffix}", [(10, 20, 30, 60), (20, 40, 50, 50)], [4, 9], crs)
    settings = {"labels": str(path), "coding": "attribute", "attribute": "kind"}
    scene = one_scene(tmp_path, {"4": "water", "9": "ignore"}, **settings)
    expected = np.full((90, 90), IGNORE)
    expected[20:60, 10:30] = 4
    expected[40:50, 20:50] = IGNORE
    assert agreement(scene.read_codes_full(), expected) > 0.995
    assert (
        agreement(scene.read_labels(Box(30, 0, 40, 40), (80, 80)), expected[30:70, :40].repeat(2, 0).repeat(2, 1))
        > 0.99
    )
    assert (scene.read_labels(Box(70, 70, 10, 10), (5, 5)) == IGNORE).all()


def test_one_file_of_polygons_may_serve_each_image_or_all(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed())
    write_polygons(tmp_path / "a.gpkg", [(0, 0, 90, 90)], ["forest"])
    scene = one_scene(tmp_path, labels=str(tmp_path / "{id}.gpkg"), coding="attribute", attribute="kind")
    assert (scene.read_codes_full() == 3).all()


def test_tables_beside_the_polygons_do_not_matter(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed())
    path = tmp_path / "areas.gpkg"
    pyogrio.raw.write(path, None, [np.array(["x"])], ["style"], geometry_type=None, crs=None, layer="a_table")
    settings = {"labels": str(path), "coding": "attribute", "attribute": "kind"}
    with pytest.raises(DataError, match="no layer with polygons"):
        one_scene(tmp_path, **settings).read_codes_full()
    path.unlink()
    both = tmp_path / "both.gpkg"
    pyogrio.raw.write(both, None, [np.array(["x"])], ["style"], geometry_type=None, crs=None, layer="a_table")
    write_polygons(both, [(0, 0, 90, 90)], ["forest"], append=False, layer="land")
    assert (one_scene(tmp_path, **{**settings, "labels": str(both)}).read_codes_full() == 3).all()


@pytest.mark.parametrize(
    ("image_placed", "attribute", "words"),
    [(True, "type", "no attribute 'type'"), (False, "kind", "the image has no CRS")],
)
def test_polygons_that_do_not_fit_are_named(tmp_path: Path, image_placed: bool, attribute: str, words: str) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed() if image_placed else None)
    path = write_polygons(tmp_path / "areas.gpkg", [(0, 0, 90, 90)], ["forest"])
    scene = one_scene(tmp_path, labels=str(path), coding="attribute", attribute=attribute, pixel_size=1.0)
    with pytest.raises(DataError, match=words):
        scene.read_codes_full()


def test_a_file_that_holds_no_polygons_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed())
    (tmp_path / "areas.gpkg").write_bytes(b"nothing")
    scene = one_scene(tmp_path, labels=str(tmp_path / "areas.gpkg"), coding="attribute", attribute="kind")
    with pytest.raises(DataError, match=r"areas\.gpkg cannot be read as a vector file"):
        scene.read_codes_full()
