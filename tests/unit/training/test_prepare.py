"""Preparing DeepGlobe, on made scenes in all of its layouts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from satseg_core.legend import LAND_COVER
from training.config import parse_config, read_config
from training.data.codes import IGNORE, DataError, codes_from_colors
from training.data.scenes import find_scenes, split
from training.deepglobe import LAYOUTS, find_copy, write_index
from training.made_scenes import write_scenes
from training.prepare import LEARN, RECIPE, TEST, configurations, main, prepare
from training.splits import side_of

SIZE = 64


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Three made scenes, one a side, in Kaggle's layout."""
    write_scenes(tmp_path / "copy", 3, SIZE)
    return tmp_path / "copy"


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.image)
def test_every_layout_is_found(copy: Path, tmp_path: Path, layout):
    moved = tmp_path / "moved"
    for path in (copy / "train").iterdir():
        scene_id, _, kind = path.stem.partition("_")
        target = moved / (layout.image if kind == "sat" else layout.labels).format(id=scene_id)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    found = find_copy(moved)
    assert found.layout == layout
    assert len(found.pairs) == 3
    assert all(pair.image.exists() and pair.labels.exists() for pair in found.pairs)
    values = prepare(moved)
    assert values["scenes"] == 3
    assert len(find_scenes(read_config(moved / LEARN).data, LAND_COVER)) == 2


def test_index_labels_hold_the_codes_in_the_legends_colours(copy: Path):
    prepare(copy)
    for pair in find_copy(copy).pairs:
        written = Image.open(copy / "labels_index" / f"{pair.id}.png")
        colors = np.asarray(Image.open(pair.labels).convert("RGB"))
        np.testing.assert_array_equal(np.asarray(written), codes_from_colors(colors))
        shown = np.asarray(written.convert("RGB"))
        for land_class in LAND_COVER:
            assert (shown[np.asarray(written) == land_class.code] == land_class.color).all()


def test_impure_colours_are_cleaned_and_red_is_ignored(tmp_path: Path):
    (tmp_path / "train").mkdir()
    colors = np.zeros((16, 16, 3), np.uint8)
    colors[:4] = (12, 240, 250)
    colors[4:8] = (255, 0, 0)
    colors[8:12] = (127, 128, 0)
    Image.fromarray(colors).save(tmp_path / "train/5_mask.png")
    Image.fromarray(colors).save(tmp_path / "train/5_sat.jpg")
    values = prepare(tmp_path)
    codes = np.asarray(Image.open(tmp_path / "labels_index/5.png"))
    assert codes[::4, 0].tolist() == [0, IGNORE, 3, 6]
    assert values["ignored_px"] == 64
    assert values["classes"]["forest"] == {"px": 64, "share": pytest.approx(1 / 3, abs=1e-6), "scenes": 1}


def test_what_is_written(copy: Path, capsys):
    before = files_below(copy)
    values = prepare(copy)
    ids = [pair.id for pair in find_copy(copy).pairs]
    made = {"statistics.json", LEARN, TEST, *(f"splits/{side}.txt" for side in ("train", "val", "test"))}
    assert files_below(copy) - before == made | {f"labels_index/{i}.png" for i in ids}
    assert json.loads((copy / "statistics.json").read_text()) == values
    for side in ("train", "val", "test"):
        lines = (copy / f"splits/{side}.txt").read_text().splitlines()
        assert lines == [f"deepglobe/{i}" for i in ids if side_of(i) == side]
        assert len(lines) == values["sides"][side]["scenes"] == 1
    assert "agriculture" in capsys.readouterr().out


def test_elsewhere_leaves_the_copy_alone(copy: Path, tmp_path: Path):
    before = files_below(copy)
    prepare(copy, tmp_path / "made")
    assert files_below(copy) == before
    assert (tmp_path / "made" / LEARN).exists()


def test_workers_give_the_same(copy: Path, tmp_path: Path):
    assert prepare(copy, tmp_path / "two", workers=2) == prepare(copy, tmp_path / "one")
    for path in (tmp_path / "one/labels_index").iterdir():
        assert path.read_bytes() == (tmp_path / "two/labels_index" / path.name).read_bytes()


def test_training_and_test_configurations_keep_their_sides(copy: Path):
    prepare(copy)
    sides = {side_of(pair.id): f"deepglobe/{pair.id}" for pair in find_copy(copy).pairs}
    learn, test = (read_config(copy / name) for name in (LEARN, TEST))
    trained, measured = split(find_scenes(learn.data, LAND_COVER), learn.data.held_out)
    assert [scene.name for scene in trained] == [sides["train"]]
    assert [scene.name for scene in measured] == [sides["val"]]
    measured = find_scenes(test.data, LAND_COVER)
    assert [scene.name for scene in measured] == list(test.data.held_out) == [sides["test"]]
    codes = measured[0].read_codes_full()
    index = np.asarray(Image.open(copy / f"labels_index/{measured[0].id}.png"))
    np.testing.assert_array_equal(codes, index)
    assert measured[0].metres == 0.5


def test_the_recipe_is_valid_and_stays_what_is_written(copy: Path):
    recipe = read_config(RECIPE)
    prepare(copy)
    written = read_config(copy / LEARN)
    for part in ("augmentation", "loss", "network", "schedule", "card", "comparison"):
        assert getattr(written, part) == getattr(recipe, part)
    for variant in recipe.comparison.variants:
        assert variant in ("light", "adamw")


def test_a_changed_configuration_is_kept(copy: Path, capsys):
    prepare(copy)
    (copy / LEARN).write_text('output = "mine"\n')
    prepare(copy)
    assert (copy / LEARN).read_text() == 'output = "mine"\n'
    assert "Delete it to get it anew" in capsys.readouterr().err


def test_scenes_that_come_later_are_not_trained_on(copy: Path):
    prepare(copy)
    before = [scene.id for scene in find_scenes(read_config(copy / LEARN).data, LAND_COVER)]
    for path in list((copy / "train").iterdir()):
        path.with_name(f"7{path.name}").write_bytes(path.read_bytes())
    prepare(copy)
    assert [scene.id for scene in find_scenes(read_config(copy / LEARN).data, LAND_COVER)] == before


def test_images_without_labels_are_left_out(tmp_path: Path, capsys):
    ids = write_scenes(tmp_path, 4, SIZE)
    (tmp_path / f"train/{ids[3]}_mask.png").unlink()
    values = prepare(tmp_path)
    assert values["unlabelled"] == [ids[3]]
    assert values["scenes"] == 3
    assert "1 images have no labels" in capsys.readouterr().err
    used = [s.id for name in (LEARN, TEST) for s in find_scenes(read_config(tmp_path / name).data, LAND_COVER)]
    assert sorted(used) == sorted(ids[:3])


def test_all_broken_scenes_are_named_at_once(copy: Path):
    first, second, _ = find_copy(copy).pairs
    Image.new("RGB", (SIZE, SIZE - 8)).save(first.labels)
    second.image.write_bytes(second.image.read_bytes()[:400])
    with pytest.raises(DataError) as caught:
        prepare(copy)
    assert f"Scene {first.id}: the image is 64 x 64 px and its labels are 64 x 56 px" in str(caught.value)
    assert f"Cannot read {second.image}" in str(caught.value)
    assert not (copy / "statistics.json").exists()


def test_an_empty_folder_is_explained(tmp_path: Path, capsys):
    assert main(["deepglobe", str(tmp_path)]) == 1
    assert "should hold train/ID_sat.jpg" in capsys.readouterr().err


def test_a_file_in_the_way_is_explained(copy: Path, tmp_path: Path, capsys):
    (tmp_path / "taken").write_text("")
    assert main(["deepglobe", str(copy), "--output", str(tmp_path / "taken"), "--workers", "1"]) == 1
    assert "choose another --output" in capsys.readouterr().err


def test_a_failed_write_leaves_nothing(tmp_path: Path):
    target = tmp_path / "labels.png"
    target.mkdir()
    with pytest.raises(Exception, match="Cannot write"):
        write_index(target, np.zeros((4, 4), np.uint8))
    assert [path.name for path in tmp_path.iterdir()] == ["labels.png"]


def test_paths_are_absolute(copy: Path):
    relative = Path(os.path.relpath(copy))
    config = configurations(relative, LAYOUTS[0], relative, {"train": [], "val": [], "test": []})[LEARN]
    assert parse_config(config).data.sources[0].images == f"{copy.as_posix()}/train/*_sat.jpg"


def test_the_command(copy: Path):
    command = [sys.executable, "-m", "training.prepare", "deepglobe", str(copy), "--workers", "1"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert f"Next: python -m training.train {copy / LEARN}" in result.stdout
    assert "3/3" in result.stderr
