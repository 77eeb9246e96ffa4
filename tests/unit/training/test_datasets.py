"""Scenes and their labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from satseg_core.errors import UsageError
from satseg_core.legend import LAND_COVER
from training.datasets import (
    IGNORE,
    DataError,
    Scene,
    codes_from_colors,
    frequencies,
    read_scene,
    scene_ids,
    shrink,
    split_ids,
)

from .conftest import SIZE


def test_every_label_colour_becomes_its_code_and_red_is_ignored() -> None:
    # DeepGlobe's published colours, written out.
    colors = {
        (0, 255, 255): "urban", (255, 255, 0): "agriculture", (255, 0, 255): "rangeland", (0, 255, 0): "forest",
        (0, 0, 255): "water", (255, 255, 255): "barren", (0, 0, 0): "unknown",
    }  # fmt: skip
    codes = codes_from_colors(np.array([[*colors, (255, 0, 0)]], np.uint8))
    assert [LAND_COVER.by_code(int(code)).name for code in codes[0, :-1]] == list(colors.values())
    assert codes[0, -1] == IGNORE


def test_colours_are_told_apart_at_128() -> None:
    nearly = np.array([[(127, 128, 255), (128, 127, 0), (200, 30, 129)]], np.uint8)
    assert codes_from_colors(nearly).tolist() == [[0, IGNORE, 2]]


def test_reading_a_scene_gives_codes(scenes_folder: Path) -> None:
    scene = read_scene(scenes_folder, "c")
    assert scene.image.shape == (SIZE, SIZE, 3)
    assert scene.image.dtype == scene.codes.dtype == np.uint8
    assert set(scene.codes[:, 0]) == {3}
    assert set(scene.codes[:, -1]) == {4}


def test_shrinking_averages_the_image_and_keeps_the_class_with_most_area() -> None:
    codes = np.array([[1, 1, 4, 4], [1, 2, 4, IGNORE]], np.uint8)
    image = np.array([[0, 10, 0, 0], [20, 30, 0, 200]], np.uint8)[..., None].repeat(3, axis=2)
    small = shrink(Scene("s", image, codes), 2.0)
    assert small.codes.tolist() == [[1, 4]]
    assert small.image[..., 0].tolist() == [[15, 50]]


def test_shrinking_by_a_fraction_keeps_the_shares_of_classes(scenes_folder: Path) -> None:
    small = shrink(read_scene(scenes_folder, "a"), 1.22 / 0.5)
    assert small.codes.shape == small.image.shape[:2] == (round(SIZE / 2.44),) * 2
    assert frequencies([small], 7)[:2] == pytest.approx([0.5, 0.5], abs=0.02)


def test_the_split_takes_what_is_held_out_and_nothing_else() -> None:
    assert split_ids(["b", "a", "c"], ["b"]) == (["a", "c"], ["b"])
    with pytest.raises(UsageError, match="z do not exist"):
        split_ids(["a"], ["z"])
    with pytest.raises(UsageError, match="Every scene is held out"):
        split_ids(["a"], ["a"])


def test_frequencies_leave_ignored_px_out() -> None:
    codes = np.array([[0, 0, 1, IGNORE]], np.uint8)
    assert frequencies([Scene("s", codes, codes)], 3).tolist() == pytest.approx([2 / 3, 1 / 3, 0])


def test_missing_and_unequal_files_are_named(scenes_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no scenes"):
        scene_ids(tmp_path)
    with pytest.raises(DataError, match="Scene z cannot be read"):
        read_scene(scenes_folder, "z")
    for part, name, size in (("images", "a.jpg", 8), ("labels", "a_mask.png", 9)):
        (tmp_path / part).mkdir()
        Image.new("RGB", (size, size)).save(tmp_path / part / name)
    with pytest.raises(DataError, match=r"\(8, 8\) px and its labels \(9, 9\)"):
        read_scene(tmp_path, "a")


def test_the_real_scenes_have_the_seven_classes_and_nothing_to_ignore(shared: Path) -> None:
    folder = shared / "deepglobe"
    assert len(scene_ids(folder)) == 15
    cloudy = read_scene(folder, "6399")
    assert set(np.unique(cloudy.codes)) == set(LAND_COVER.codes)
    assert float((cloudy.codes == 6).mean()) == pytest.approx(0.069, abs=0.001)
