"""Evaluations on disk, pooled, and as figures."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from training.calibration import fit_temperature
from training.data.codes import DataError
from training.evaluation import Evaluation, pool
from training.metrics import figures

CLASSES = ("field", "wood", "unknown")


def made(*scenes: str, seed: int = 1, px: int = 400) -> Evaluation:
    """Counts and scores that mean nothing."""
    rng = np.random.default_rng(seed)
    matrices = rng.integers(0, 100, (len(scenes), 3, 3))
    places = rng.integers(0, len(scenes), px).astype(np.int32)
    scores, labels = rng.normal(size=(px, 3)).astype(np.float32), rng.integers(0, 3, px).astype(np.uint8)
    return Evaluation(CLASSES, scenes, matrices, scores, labels, places)


def same(one: Evaluation, other: Evaluation) -> bool:
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(Evaluation))


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    evaluation = made("a/1", "b/2")
    evaluation.save(tmp_path / "evaluation.npz")
    assert same(Evaluation.load(tmp_path / "evaluation.npz"), evaluation)
    assert [path.name for path in tmp_path.iterdir()] == ["evaluation.npz"]


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"no archive"):
        (tmp_path / "evaluation.npz").write_bytes(content)
        with pytest.raises(DataError, match="measure again"):
            Evaluation.load(tmp_path / "evaluation.npz")
    np.savez(tmp_path / "other.npz", classes=np.array(["a"]))
    for name in ("other.npz", "absent.npz"):
        with pytest.raises(DataError, match="measure again"):
            Evaluation.load(tmp_path / name)


def test_pooling_keeps_scenes_apart() -> None:
    parts = [made("a/1", "a/2", seed=1), made("b/1", seed=2), made("c/1", "c/2", seed=3)]
    whole = pool(parts)
    assert whole.scenes == ("a/1", "a/2", "b/1", "c/1", "c/2")
    assert (whole.confusion == sum(part.confusion for part in parts)).all()
    assert whole.by_scene()["b/1"] == parts[1].by_scene()["b/1"]
    for part in parts:
        for number, name in enumerate(part.scenes):
            inside = whole.places == whole.scenes.index(name)
            np.testing.assert_array_equal(whole.labels[inside], part.labels[part.places == number])
            np.testing.assert_array_equal(whole.scores[inside], part.scores[part.places == number])


def test_what_cannot_be_pooled_is_refused() -> None:
    with pytest.raises(DataError, match="share scenes"):
        pool([made("a/1"), made("a/1")])
    with pytest.raises(DataError, match="different classes"):
        pool([made("a/1"), replace(made("b/1"), classes=("x", "y", "z"))])
    with pytest.raises(DataError, match="no evaluations"):
        pool([])


def test_figures_are_over_all_px_and_per_image_over_scenes() -> None:
    evaluation = made("a/1", "a/2")
    found = evaluation.figures()
    assert found["miou"] == figures(evaluation.matrices.sum(axis=0), CLASSES)["miou"]
    each = [figures(matrix, CLASSES)["miou"] for matrix in evaluation.matrices]
    assert found["miou_per_image"] == pytest.approx(np.mean(each))
    assert found["miou_per_image"] != pytest.approx(found["miou"])


def test_a_scene_without_known_land_has_no_mean() -> None:
    evaluation = made("a/1", "a/2")
    evaluation.matrices[1, :2] = 0
    assert evaluation.figures()["miou_per_image"] == evaluation.by_scene()["a/1"]["miou"]


def test_groups_share_the_temperature_fitted_on_the_others() -> None:
    evaluation = made("a/1", "a/2", "b/1")
    first = evaluation.places < 2
    found = evaluation.calibration(groups=[0, 0, 1])
    others = [fit_temperature(evaluation.scores[part], evaluation.labels[part]) for part in (~first, first)]
    assert found["temperatures"] == others
    assert found["ece_cross_fitted"] == evaluation.error(np.where(first, *others))
    assert len(evaluation.calibration()["temperatures"]) == 3


def test_one_scene_alone_has_nothing_to_fit_on() -> None:
    found = made("a/1").calibration()
    assert found["ece_cross_fitted"] is None
    assert found["temperature"] > 0
