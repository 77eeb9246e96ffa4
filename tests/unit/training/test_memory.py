"""Windows of scenes are the same whether they are kept in memory or not."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from training.data.memory import Memory
from training.data.resize import Box
from training.data.scenes import Scene

from .made_data import blocks, image_of, one_scene, placed, write


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """90 x 72 m at 0.5 m a px."""
    folder = tmp_path_factory.mktemp("scene")
    codes = blocks(180, 9)[:, :144]
    write(folder / "a.tif", image_of(codes))
    write(folder / "a_label.tif", codes)
    return one_scene(folder, pixel_size=0.5)


def test_scenes_are_kept_at_half_the_models_pixel_size_or_as_they_are(scene: Scene) -> None:
    assert Memory(2.0, 1).fine_shape(scene) == (90, 72)
    assert Memory(1.5, 1).fine_shape(scene) == (120, 96)
    assert Memory(0.7, 1).fine_shape(scene) == (180, 144)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=st.floats(0, 70), col=st.floats(0, 50), side=st.floats(4, 60), size=st.integers(4, 48))
def test_what_is_kept_and_what_is_read_by_window_is_the_same(
    scene: Scene, row: float, col: float, side: float, size: int
) -> None:
    for pixel_size in (1.0, 1.7):
        box = Box(row / pixel_size, col / pixel_size, side / pixel_size, side / pixel_size)
        image, codes = Memory(pixel_size, 64).read(scene, box, (size, size))
        other, same = Memory(pixel_size, 0).read(scene, box, (size, size))
        assert image.shape == (size, size, 3)
        assert np.abs(image.astype(int) - other).max() <= 2
        assert (codes != same).mean() < 0.02


def test_a_window_shows_the_place_that_was_asked_for(scene: Scene) -> None:
    image, codes = Memory(1.0, 64).read(scene, Box(18, 9, 27, 27), (54, 54))
    truth = blocks(180, 9)[36:90, 18:72]
    assert np.array_equal(codes, truth)
    assert np.array_equal(image[..., 0], truth * 40)


def test_beyond_its_edges_a_scene_is_mirrored(scene: Scene) -> None:
    _, codes = Memory(1.0, 64).read(scene, Box(0, 0, 200, 200), (400, 400))
    whole = blocks(180, 9)[:, :144]
    assert np.array_equal(codes[:180, :144], whole)
    assert np.array_equal(codes[180:360, :144], whole[::-1])
    assert np.array_equal(codes[:180, 144:288], whole[:, ::-1])
    assert np.array_equal(codes[360:, 288:], whole[:40, :112])


def test_memory_has_room_for_so_many_px_and_forgets_what_was_used_longest_ago(tmp_path: Path) -> None:
    scenes = []
    for name in ("x", "y", "z"):
        write(tmp_path / name / "a.tif", image_of(blocks(seed=ord(name))), placed())
        scenes.append(one_scene(tmp_path / name, whole="water"))
    renamed = [Scene(**{**scene.__dict__, "id": str(scene.image)}) for scene in scenes]
    memory = Memory(2.0, 64, total_mpx=2.5 * 90 * 90 / 1e6)
    for index in (0, 1, 0, 2):
        memory.read(renamed[index], Box(0, 0, 9, 9), (9, 9))
    assert list(memory._kept) == [renamed[0].name, renamed[2].name]


def test_what_is_shared_reads_the_same_and_is_not_sent_along(scene: Scene) -> None:
    shared, alone = Memory(1.0, 64), Memory(1.0, 64)
    shared.share([scene], helpers=2)
    box = Box(3, 4, 20, 20)
    for memory in (shared, pickle.loads(pickle.dumps(shared))):
        for mine, other in zip(memory.read(scene, box, (30, 30)), alone.read(scene, box, (30, 30))):
            assert np.array_equal(mine, other)
    assert len(pickle.dumps(shared)) < 1000
    full = Memory(1.0, 64, total_mpx=0.01)
    full.share([scene], helpers=2)
    assert not full._shared
