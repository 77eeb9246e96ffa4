from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.curve import History, smooth, write_curve


def history(steps: int = 40) -> History:
    measured = [{"step": step, "miou": value, "pixel_accuracy": 0.9} for step, value in ((10, 0.3), (20, 0.5))]
    return History([2.0 / (1 + i) for i in range(steps)], [1e-3] * steps, measured)


def test_a_history_is_kept_and_drawn(tmp_path: Path) -> None:
    write_curve(history(), tmp_path)
    again = History(**json.loads((tmp_path / "curve.json").read_text("utf-8")))
    assert again == history()
    with Image.open(tmp_path / "curve.png") as picture:
        assert picture.size == (900, 600)
        drawn = np.asarray(picture.convert("RGB"))
    bare = tmp_path / "bare"
    write_curve(History([1.0], [1e-3]), bare)
    with Image.open(bare / "curve.png") as picture:
        assert not np.array_equal(np.asarray(picture.convert("RGB")), drawn)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bare", "curve.json", "curve.png"]


def test_the_best_is_the_earliest_of_the_highest() -> None:
    rows = history()
    rows.measured.append({"step": 40, "miou": 0.5, "pixel_accuracy": 0.8})
    assert rows.best() == rows.measured[1]
    assert rows.latest() == rows.measured[2]
    assert history().latest() is None
    assert History().best() is None


def test_smoothing_keeps_the_length_and_the_mean_of_a_line() -> None:
    assert smooth([]).shape == (0,)
    assert smooth([3.0]) == pytest.approx([3.0])
    line = np.arange(300.0)
    assert smooth(line.tolist())[10:-10] == pytest.approx(line[10:-10])
    noise = np.random.default_rng(1).normal(0, 1, 300)
    assert smooth(noise.tolist()).std() < 0.5 * noise.std()
