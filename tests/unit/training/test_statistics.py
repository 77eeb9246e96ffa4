"""Statistics of a data set."""

from __future__ import annotations

import numpy as np
import pytest

from training.data.codes import IGNORE
from training.statistics import measure, table, to_json, total


@pytest.fixture
def scenes() -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(3)
    codes = [np.zeros((8, 6), np.uint8), np.full((5, 4), 4, np.uint8)]
    codes[0][:4] = 2
    codes[1][0] = IGNORE
    return [(rng.integers(0, 256, (*c.shape, 3), np.uint8), c) for c in codes]


def test_colours_agree_with_numpy(scenes):
    whole = total(measure(*scene) for scene in scenes)
    values = np.concatenate([image.reshape(-1, 3) for image, _ in scenes]) / 255.0
    np.testing.assert_allclose(whole.mean, values.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(whole.deviation, values.std(axis=0), rtol=1e-9)


def test_classes_are_counted(scenes):
    whole = total(measure(*scene) for scene in scenes)
    assert (whole.scenes, whole.px) == (2, 68)
    assert {code: int(n) for code, n in enumerate(whole.counts) if n} == {0: 24, 2: 24, 4: 16, IGNORE: 4}
    assert whole.seen[[0, 2, 4, 5]].tolist() == [1, 1, 1, 0]
    assert whole.shares()["water"] == pytest.approx(16 / 64)
    assert sum(whole.shares().values()) == pytest.approx(1.0)


def test_nothing_is_no_error():
    empty = total([])
    assert (empty.scenes, empty.px) == (0, 0)
    assert set(empty.shares().values()) == {0.0}
    assert empty.deviation.tolist() == [0.0, 0.0, 0.0]


def test_json_and_table_say_the_same(scenes):
    parts = {"train": measure(*scenes[0]), "val": measure(*scenes[1])}
    whole = total(parts.values())
    values = to_json(whole, parts)
    assert values["classes"]["rangeland"] == {"px": 24, "share": 0.375, "scenes": 1}
    assert values["ignored_px"] == 4
    assert values["sides"]["val"]["shares"]["water"] == 1.0
    lines = table(whole, parts).splitlines()
    assert lines[0].split() == ["class", "Mpx", "share", "scenes", "train", "(1)", "val", "(1)"]
    assert lines[3].split() == ["rangeland", "0.0", "37.50%", "1", "50.00%", "0.00%"]
    assert "4 px with the colour of no class" in lines[8]
