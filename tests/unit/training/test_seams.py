"""Scenes that touch."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from satseg_core.demo_paint import spectral_noise
from training.config import read_config
from training.deepglobe import find_copy
from training.prepare import LEARN, prepare
from training.seams import Edges, Seam, find_edges, find_seams
from training.splits import side_of

WIDTH = 256


def land(seed: int, size: int = 2 * WIDTH) -> np.ndarray:
    """Something like land, ``(size, size, 3) uint8``, out of more of it: the noise goes on from edge to edge."""
    rng = np.random.default_rng(seed)
    large = size + WIDTH
    grey = 110 + 30 * spectral_noise(rng, large, 1.2, size / 4)[..., None] + 2 * rng.standard_normal((large, large, 3))
    return np.clip(grey, 0, 255).astype(np.uint8)[:size, :size]


def compressed(image: np.ndarray) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(image).save(file, format="JPEG", quality=85)
    return np.asarray(Image.open(file))


def cut(image: np.ndarray, row: int, col: int) -> Edges:
    return find_edges(compressed(image[row : row + WIDTH, col : col + WIDTH]))


def test_quarters_of_a_picture_touch():
    picture = land(1)
    edges = {f"{row}{col}": cut(picture, row * WIDTH, col * WIDTH) for row in (0, 1) for col in (0, 1)}
    assert find_seams(edges) == [
        Seam("00", "01", "left of"),
        Seam("00", "10", "above"),
        Seam("01", "11", "above"),
        Seam("10", "11", "left of"),
    ]


def test_other_pictures_do_not():
    assert find_seams({str(seed): cut(land(seed), 0, 0) for seed in range(12)}) == []


def test_a_gap_is_no_seam():
    picture = land(2, 3 * WIDTH)
    assert find_seams({"a": cut(picture, 0, 0), "b": cut(picture, 0, WIDTH + 24)}) == []


def test_flat_edges_and_other_sizes_are_no_seams():
    flat = find_edges(np.full((WIDTH, WIDTH, 3), 90, np.uint8))
    small = find_edges(land(3)[:64, :64])
    assert find_seams({"a": flat, "b": flat, "c": small}) == []
    assert find_seams({}) == []


def test_edges_are_the_outermost_px():
    image = np.zeros((8, 12, 3), np.uint8)
    image[0], image[-1], image[1:-1, 0], image[1:-1, -1] = 10, 20, 30, 40
    edges = find_edges(image)
    assert edges.top.tolist() == [10.0, 10.0, 10.0]
    assert edges.bottom.tolist() == [20.0, 20.0, 20.0]
    assert edges.left.tolist() == [25.0, 27.5]
    assert edges.right.tolist() == [32.5, 35.0]


@pytest.fixture
def touching(tmp_path: Path) -> dict[str, str]:
    """A copy in ``tmp_path`` of two scenes that touch, one to train on, one to test on, and a third; ids by side."""
    ids = {side: next(str(i) for i in range(500, 900) if side_of(str(i)) == side) for side in ("train", "test", "val")}
    picture = land(4)
    halves = {"train": picture[:WIDTH, :WIDTH], "test": picture[:WIDTH, WIDTH:], "val": land(5)[:WIDTH, :WIDTH]}
    ids["other"] = next(str(i) for i in range(900, 999) if side_of(str(i)) == "train")
    halves["other"] = land(6)[:WIDTH, :WIDTH]
    for name, pixels in halves.items():
        Image.fromarray(pixels).save(tmp_path / f"{ids[name]}_sat.jpg", quality=90)
        Image.new("RGB", (WIDTH, WIDTH), (0, 255, 0)).save(tmp_path / f"{ids[name]}_mask.png")
    return ids


def test_preparing_tells_of_them(tmp_path: Path, touching: dict[str, str], capsys):
    values = prepare(tmp_path)
    assert values["seams"] == [[touching["train"], "left of", touching["test"]]]
    assert values["train_touching_held_out"] == [touching["train"]]
    assert "1 pairs of scenes touch; 1 scenes of train touch one of val or test" in capsys.readouterr().out
    assert touching["train"] in read_config(tmp_path / LEARN).data.sources[0].only


def test_apart_does_not_train_on_them(tmp_path: Path, touching: dict[str, str]):
    values = prepare(tmp_path, apart=True)
    assert values["sides"]["train"]["scenes"] == 1
    assert values["scenes"] == 4
    assert (tmp_path / "splits/train.txt").read_text() == f"deepglobe/{touching['other']}\n"
    used = read_config(tmp_path / LEARN).data.sources[0].only
    assert set(used) == {touching["other"], touching["val"]}


def test_the_real_neighbours_are_found(shared: Path):
    scenes = find_copy(shared / "deepglobe").pairs
    edges = {pair.id: find_edges(np.asarray(Image.open(pair.image).convert("RGB"))) for pair in scenes}
    assert find_seams(edges) == [Seam("19627", "794214", "above"), Seam("482365", "180902", "left of")]
