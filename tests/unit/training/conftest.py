"""Small scenes in DeepGlobe's layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from satseg_core.legend import LAND_COVER
from tests.torch_threads import one_thread  # noqa: F401 - a fixture

SIZE = 160
"""Width of the made scenes, px."""


def make_scene(folder: Path, scene_id: str, codes: tuple[int, int]) -> None:
    """A scene of two classes, left and right, whose image has their map colours and some noise."""
    rng = np.random.default_rng(sum(codes))
    grid = np.where(np.arange(SIZE)[None, :] < SIZE // 2, codes[0], codes[1]).repeat(SIZE, axis=0)
    colors = np.array([c.color for c in LAND_COVER], np.float32)[grid]
    labels = np.array([c.label_color for c in LAND_COVER], np.uint8)[grid]
    pixels = np.clip(colors + rng.normal(0, 12, colors.shape), 0, 255).astype(np.uint8)
    for part, name, array in (("images", f"{scene_id}.jpg", pixels), ("labels", f"{scene_id}_mask.png", labels)):
        (folder / part).mkdir(parents=True, exist_ok=True)
        Image.fromarray(array).save(folder / part / name)


@pytest.fixture(scope="session")
def scenes_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four scenes; ``a`` and ``b`` show urban and agriculture, ``c`` forest and water, ``d`` all but that."""
    folder = tmp_path_factory.mktemp("scenes")
    for scene_id, codes in (("a", (0, 1)), ("b", (1, 0)), ("c", (3, 4)), ("d", (2, 5))):
        make_scene(folder, scene_id, codes)
    return folder
