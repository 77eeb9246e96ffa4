"""How often classes occur, and where."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from satseg_core.legend import LAND_COVER
from training.config import DataConfig, SourceConfig
from training.data.codes import IGNORE
from training.data.places import Places, chances, frequencies, survey
from training.data.scenes import Scene, find_scenes

from .made_data import image_of, placed, write

RARE = np.zeros((200, 200), np.uint8)
RARE[40:44, 160:164] = 5
RARE[100:] = 200


def two_sets(folder: Path) -> list[Scene]:
    """Three images of water, and one with a little barren land whose lower half is not labelled."""
    for name in ("a", "b", "c"):
        write(folder / f"water/{name}.tif", image_of(RARE), placed())
    write(folder / "rare/a.tif", image_of(RARE), placed())
    write(folder / "labels/a.tif", RARE, placed())
    water = SourceConfig("water", str(folder / "water/*.tif"), whole="water", weight=1.0)
    rare = SourceConfig("rare", str(folder / "rare/*.tif"), str(folder / "labels/{id}.tif"), weight=3.0)
    return find_scenes(DataConfig((water, rare)), LAND_COVER)


def test_a_survey_tells_shares_and_places(tmp_path: Path) -> None:
    found = survey(two_sets(tmp_path)[-1])
    assert found.shares[[0, 5, IGNORE]] == pytest.approx([0.4996, 0.0004, 0.5])
    assert set(found.places) == {0, 5}
    assert found.places[5].shape == (16, 2)
    assert found.places[5].min(axis=0) == pytest.approx([40.5 / 200, 160.5 / 200])
    assert found.places[0].max() < 1


def test_sets_are_drawn_by_weight_and_share_it(tmp_path: Path) -> None:
    assert chances(two_sets(tmp_path)) == pytest.approx([1 / 12, 1 / 12, 1 / 12, 3 / 4])


def test_frequencies_are_of_labelled_px_as_crops_show_them(tmp_path: Path) -> None:
    scenes = two_sets(tmp_path)
    # A quarter of the crops shows water; three quarters show the other scene, half of which counts.
    total = 0.25 + 0.75 * 0.5
    expected = [0.75 * 0.4996 / total, 0, 0, 0, 0.25 / total, 0.75 * 0.0004 / total, 0]
    assert frequencies(scenes, None, 7) == pytest.approx(expected)
    assert frequencies(scenes, [0, 0, 1, 0], 7) == pytest.approx([0, 0, 0, 0, 1, 0, 0])


def test_nothing_labelled_has_no_frequencies(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", image_of(RARE), placed())
    source = SourceConfig("s", str(tmp_path / "*.tif"), whole="ignore")
    scenes = find_scenes(DataConfig((source,)), LAND_COVER)
    assert frequencies(scenes, None, 7).tolist() == [0] * 7
    assert len(Places(scenes, chances(scenes))) == 0


def test_places_are_of_each_class_as_often(tmp_path: Path) -> None:
    scenes = two_sets(tmp_path)
    places = Places(scenes, chances(scenes))
    assert len(places) == 3
    rng = np.random.default_rng(0)
    drawn = [places.draw(rng) for _ in range(900)]
    barren = [(down, right) for i, down, right in drawn if i == 3 and 0.8 <= right < 0.82 and 0.2 <= down < 0.22]
    assert len(barren) == pytest.approx(300, abs=50)
    assert sum(index < 3 for index, _, _ in drawn) == pytest.approx(300, abs=50)
    assert {index for index, _, _ in drawn} == {0, 1, 2, 3}


def test_scenes_that_are_never_drawn_are_no_place(tmp_path: Path) -> None:
    scenes = two_sets(tmp_path)
    places = Places(scenes, np.array([1.0, 0, 0, 0]))
    rng = np.random.default_rng(0)
    assert {places.draw(rng)[0] for _ in range(50)} == {0}
