"""Made scenes in DeepGlobe's layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from satseg_core.errors import OutputError, UsageError
from training.data.codes import IGNORE, codes_from_colors
from training.made_scenes import label_colors, made_ids, main, make_scene, write_scenes
from training.splits import side_of


def test_three_ids_are_enough_for_all_sides():
    assert [side_of(i) for i in made_ids(3, seed=5)] == ["train", "val", "test"]
    ids = made_ids(12, seed=5)
    assert len(set(ids)) == 12
    assert ids[:3] == made_ids(3, seed=5)
    assert ids != made_ids(12, seed=6)


def test_a_scene_shows_its_classes():
    image, codes = make_scene(np.random.default_rng(2), 128)
    assert (image.shape, image.dtype) == ((128, 128, 3), np.uint8)
    assert (codes.shape, codes.dtype) == ((128, 128), np.uint8)
    present = [code for code in range(6) if (codes == code).sum() > 200]
    assert len(present) >= 4
    means = {code: image[codes == code].mean() for code in present}
    assert len({round(value / 5) for value in means.values()}) >= 3


def test_label_colours_are_deepglobes():
    codes = np.repeat(np.arange(7, dtype=np.uint8), 16)[:, None].repeat(112, axis=1)
    colors = label_colors(np.random.default_rng(1), codes)
    back = codes_from_colors(colors)
    assert (back[:8, :8] == IGNORE).all()
    back[:8, :8] = codes[:8, :8]
    np.testing.assert_array_equal(back, codes)
    assert not np.isin(colors, (0, 255)).all()


def test_scenes_are_written_and_repeatable(tmp_path: Path):
    ids = write_scenes(tmp_path / "a", 2, 64, seed=3)
    write_scenes(tmp_path / "b", 2, 64, seed=3)
    names = sorted(path.name for path in (tmp_path / "a/train").iterdir())
    assert names == sorted(f"{i}_{kind}" for i in ids for kind in ("sat.jpg", "mask.png"))
    for name in names:
        assert (tmp_path / "a/train" / name).read_bytes() == (tmp_path / "b/train" / name).read_bytes()
    assert Image.open(tmp_path / "a/train" / f"{ids[0]}_sat.jpg").size == (64, 64)


def test_existing_scenes_are_not_touched(tmp_path: Path):
    (tmp_path / "train").mkdir()
    with pytest.raises(OutputError, match="exists already"):
        write_scenes(tmp_path, 1, 64)


def test_odd_sizes_are_refused(tmp_path: Path, capsys):
    with pytest.raises(UsageError, match="multiple of 8"):
        write_scenes(tmp_path, 1, 100)
    assert main([str(tmp_path / "new"), "--size", "7"]) == 2
    assert "error: Scenes of 7 px" in capsys.readouterr().err
