"""Which scenes there are, how large they are, and what is read of them."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from satseg_core.errors import RasterError, UsageError
from satseg_core.legend import LAND_COVER
from satseg_core.model.card import Scaling
from satseg_core.raster.scaling import find_stretch
from satseg_core.raster.source import open_source
from training.config import DataConfig, SourceConfig
from training.data.codes import IGNORE, DataError
from training.data.resize import Box
from training.data.scenes import Scene, find_scenes, split

from .conftest import SIZE
from .made_data import blocks, image_of, one_scene, placed, write


def deepglobe(folder: Path, **settings: object) -> SourceConfig:
    usual = {
        "name": "made",
        "images": str(folder / "images/*.jpg"),
        "labels": str(folder / "labels/{id}_mask.png"),
        "coding": "colors128",
        "pixel_size": 0.5,
    }
    return SourceConfig(**{**usual, **settings})  # type: ignore[arg-type]


def find(*sources: SourceConfig, held_out: tuple[str, ...] = ()) -> list[Scene]:
    return find_scenes(DataConfig(sources, held_out), LAND_COVER)


def test_scenes_are_found_in_order_and_split_by_name(scenes_folder: Path) -> None:
    scenes = find(deepglobe(scenes_folder), deepglobe(scenes_folder, name="again", only=("b", "a")))
    assert [s.name for s in scenes] == ["made/a", "made/b", "made/c", "made/d", "again/a", "again/b"]
    trained, held = split(scenes, ["made/d", "again/a"])
    assert [s.name for s in trained] == ["made/a", "made/b", "made/c", "again/b"]
    assert [s.name for s in held] == ["made/d", "again/a"]


def test_files_can_list_scenes(scenes_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "held.txt").write_text("made/d\n\nmade/a\n", encoding="utf-8")
    (tmp_path / "not.txt").write_text("made/b\n", encoding="utf-8")
    held_out = (f"@{tmp_path / 'held.txt'}",)
    scenes = find(deepglobe(scenes_folder, exclude=(f"@{tmp_path / 'not.txt'}",)), held_out=held_out)
    trained, held = split(scenes, held_out)
    assert [s.name for s in trained] == ["made/c"]
    assert [s.name for s in held] == ["made/a", "made/d"]
    with pytest.raises(UsageError, match=r"none\.txt"):
        split(scenes, [f"@{tmp_path / 'none.txt'}"])


def test_weights_by_name_replace_a_sources_own_and_leave_it_out_at_zero(scenes_folder: Path) -> None:
    sources = (deepglobe(scenes_folder, weight=2.0), deepglobe(scenes_folder, name="again", weight=0.0))
    assert [s.source.name for s in find(*sources)] == ["made"] * 4
    data = DataConfig(sources, weights={"made": 0.0, "again": 3.0})
    assert {(s.source.name, s.source.weight) for s in find_scenes(data, LAND_COVER)} == {("again", 3.0)}
    with pytest.raises(UsageError, match=r"data\.weights names other"):
        find_scenes(DataConfig(sources, weights={"other": 1.0}), LAND_COVER)


def test_a_scene_has_its_files_size_and_labels(scenes_folder: Path) -> None:
    scene = find(deepglobe(scenes_folder, only=("c",)))[0]
    assert scene.shape == (SIZE, SIZE)
    assert scene.metres == 0.5
    assert scene.extent(1.0) == (SIZE / 2, SIZE / 2)
    image, codes = scene.read(Box(0, 0, *scene.shape), scene.shape)
    assert image.shape == (SIZE, SIZE, 3)
    assert image.dtype == codes.dtype == np.uint8
    assert set(codes[:, 0]) == {3}
    assert set(codes[:, -1]) == {4}
    assert np.array_equal(codes, scene.read_codes_full())


def test_scenes_can_be_sent_to_other_processes(scenes_folder: Path) -> None:
    scene = find(deepglobe(scenes_folder))[0]
    assert pickle.loads(pickle.dumps(scene)) == scene
    assert hash(scene) != hash(find(deepglobe(scenes_folder))[1])


def test_the_georeference_goes_before_the_configuration(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed(0.25))
    assert one_scene(tmp_path, whole="water", pixel_size=9.0).metres == pytest.approx(0.25, rel=1e-3)


def test_oblong_px_of_degrees_are_measured_along_both_sides(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), Affine(1e-5, 0, 15, 0, -1e-5, 60), "EPSG:4326")
    scene = one_scene(tmp_path, whole="water")
    assert scene.ground == pytest.approx((0.558, 1.114), rel=2e-3)
    assert scene.extent(1.0) == pytest.approx((90 * 1.114, 90 * 0.558), rel=2e-3)


def test_image_size_is_of_the_longer_side(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks())[:45])
    assert one_scene(tmp_path, whole="water", image_size=180.0).metres == 2.0


def test_a_size_that_nobody_tells_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()))
    with pytest.raises(UsageError, match="set pixel_size or image_size of the data source made"):
        one_scene(tmp_path, whole="water")


def test_whole_images_have_one_label(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed())
    assert (one_scene(tmp_path, whole="rangeland").read_codes_full() == 2).all()


def test_px_without_data_are_ignored_and_filled(tmp_path: Path) -> None:
    image = image_of(blocks()) + 1
    image[:30] = 0
    write(tmp_path / "a.tif", image, placed(), nodata=0)
    scene = one_scene(tmp_path, whole="water")
    pixels, codes = scene.read(Box(0, 0, 90, 90), (90, 90), fill=(1, 2, 3))
    assert (codes[:30] == IGNORE).all()
    assert (codes[30:] == 4).all()
    assert (pixels[:30] == (1, 2, 3)).all()
    assert np.array_equal(pixels[30:], image[30:])
    smaller, few = scene.read(Box(0, 0, 90, 90), (9, 9))
    assert (few[:3] == IGNORE).all()
    assert (smaller[3:] > 0).all()


def test_wide_values_are_stretched_as_the_engine_does(tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(200, 3000, (64, 64, 4)).astype(np.uint16)
    path = write(tmp_path / "a.tif", values, placed())
    image, _ = one_scene(tmp_path, whole="water", bands=(3, 2, 1, 4)).read(Box(0, 0, 64, 64), (64, 64))
    with open_source(str(path), ["a", "b", "c", "d"], (3, 2, 1, 4)) as source:
        stretch = find_stretch(source, Scaling())
    scaled = (values[..., [2, 1, 0, 3]] - np.array(stretch.low)) / (np.array(stretch.high) - stretch.low) * 255
    assert image.shape == (64, 64, 4)
    assert np.abs(image - np.clip(scaled, 0, 255)).max() <= 0.51


def test_bytes_are_what_their_file_means_as_in_the_engine(tmp_path: Path) -> None:
    grey = np.random.default_rng(0).integers(0, 16, (64, 64)).astype(np.uint8)
    write(tmp_path / "a.tif", grey, placed(), nbits=4, photometric="MINISWHITE")
    image, _ = one_scene(tmp_path, whole="water").read(Box(0, 0, 64, 64), (64, 64))
    assert (image == (15 - grey)[..., None] * 17).all()


def test_real_numbers_with_holes_are_read(tmp_path: Path) -> None:
    values = np.random.default_rng(0).random((32, 32, 3)).astype(np.float32)
    values[5, 7, 1] = np.nan
    write(tmp_path / "a.tif", values, placed())
    image, codes = one_scene(tmp_path, whole="water").read(Box(0, 0, 32, 32), (32, 32), fill=(9,))
    assert np.argwhere(codes == IGNORE).tolist() == [[5, 7]]
    assert image[5, 7].tolist() == [9, 9, 9]
    assert np.ptp(image) == 255


def test_windows_show_what_the_whole_shows(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(blocks()), placed())
    write(tmp_path / "a_label.tif", blocks(), placed())
    scene = one_scene(tmp_path)
    image, codes = scene.read(Box(0, 0, 90, 90), (30, 30))
    part, some = scene.read(Box(30, 15, 30, 60), (10, 20))
    assert np.abs(part.astype(int) - image[10:20, 5:25]).max() <= 1
    assert np.array_equal(some, codes[10:20, 5:25])


def test_images_are_averaged_when_they_shrink_and_interpolated_when_they_grow(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 255, (60, 60, 3), dtype=np.uint8)
    write(tmp_path / "a.tif", image, placed())
    scene = one_scene(tmp_path, whole="water")
    small, _ = scene.read(Box(0, 0, 60, 60), (20, 20))
    assert np.abs(small - image.reshape(20, 3, 20, 3, 3).mean(axis=(1, 3))).max() <= 1
    large, _ = scene.read(Box(20, 20, 10, 10), (20, 20))
    between = 0.75 * image[20:30, 20:30].astype(float) + 0.25 * image[20:30, 19:29]
    mixed = 0.75 * between[1:] + 0.25 * (0.75 * image[20:29, 20:30].astype(float) + 0.25 * image[20:29, 19:29])
    assert np.abs(large[2::2, 2::2] - mixed[:, 1:]).max() <= 1


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"images": "none/*.jpg"}, UsageError, "has no images like none"),
        ({"images": "none/a.jpg"}, UsageError, r"need one \*"),
        ({"images": "*/*.jpg"}, UsageError, r"need one \*"),
        ({"labels": "none/{id}.png"}, DataError, "has no labels none/a.png"),
        ({"labels": ""}, UsageError, "needs labels, or a class for whole images"),
        ({"whole": "water"}, UsageError, "and not both"),
        ({"labels": "", "whole": "city"}, UsageError, "names the class 'city'"),
        ({"only": ("a", "z")}, UsageError, "has no images z"),
        ({"exclude": ("y",)}, UsageError, "has no images y"),
        ({"bands": (1, 2, 9)}, UsageError, "has no band 9"),
    ],
)
def test_what_does_not_fit_is_named(
    scenes_folder: Path, settings: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        find(deepglobe(scenes_folder, **settings))


def test_names_that_are_wrong_are_named(scenes_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="held-out scenes made/z do not exist"):
        find(deepglobe(scenes_folder), held_out=("made/a", "made/z"))
    with pytest.raises(UsageError, match="same name"):
        find(deepglobe(scenes_folder), deepglobe(scenes_folder))
    scenes = find(deepglobe(scenes_folder))
    with pytest.raises(UsageError, match="Every scene is held out"):
        split(scenes, [scene.name for scene in scenes])
    (tmp_path / "x.jpg").write_bytes(b"no image")
    with pytest.raises(RasterError, match=r"x\.jpg cannot be opened"):
        find(SourceConfig("s", str(tmp_path / "*.jpg"), whole="water", pixel_size=1.0))


def test_the_real_scenes_have_the_seven_classes_and_nothing_to_ignore(shared: Path) -> None:
    scenes = find(deepglobe(shared / "deepglobe"))
    assert len(scenes) == 15
    (cloudy,) = [scene for scene in scenes if scene.id == "6399"]
    codes = cloudy.read_codes_full()
    assert codes.shape == cloudy.shape == (2448, 2448)
    assert set(np.unique(codes)) == set(LAND_COVER.codes)
    assert float((codes == 6).mean()) == pytest.approx(0.069, abs=0.001)


def test_real_labels_on_other_grids_lie_on_their_images(shared: Path) -> None:
    tiles, masks = shared / "naip/images/tile_*.tif", shared / "naip/labels/mask_{id}.tif"
    classes = {"4": "forest", "5": "water"}
    scenes = find(SourceConfig("naip", str(tiles), str(masks), classes, bands=(1, 2, 3), only=("24899", "13476")))
    assert [round(scene.metres, 2) for scene in scenes] == [0.6, 0.6]
    folder = shared / "openearthmap"
    classes = {"5": "forest", "7": "agriculture", "8": "urban"}
    fine = find(SourceConfig("oem", str(folder / "images/*.tif"), str(folder / "labels/{id}.png"), classes))
    assert len(fine) == 2
    for scene in fine:
        image, codes = scene.read(Box(0, 0, *scene.shape), (256, 256))
        green = image[..., 1].astype(float) - image[..., [0, 2]].mean(axis=2)

        def contrast(labels: np.ndarray, green: np.ndarray = green) -> float:
            return float(green[labels == 3].mean() - green[labels == 0].mean())

        assert contrast(codes) > max(contrast(codes[::-1]), contrast(codes.T)) + 1
