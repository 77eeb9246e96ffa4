"""Variants beside each other: figures pooled over folds, differences over the folds that both have."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from satseg_core.legend import LAND_COVER
from training.comparison import Results, compare, describe, show, signed, write_comparison
from training.evaluation import Evaluation, pool
from training.fold import FoldResult

NAMES = tuple(land_class.name for land_class in LAND_COVER)


def fold(scenes: dict[str, float], steps: int = 100, minutes: float = 2.0, seed: int = 0) -> FoldResult:
    """A fold with scenes of urban land and agriculture, of which this share is right."""
    matrices = np.zeros((len(scenes), 7, 7), np.int64)
    for matrix, right in zip(matrices, scenes.values()):
        for code, other in ((0, 1), (1, 0)):
            matrix[code, code], matrix[code, other] = round(1000 * right), round(1000 * (1 - right))
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, 400).astype(np.uint8)
    scores = rng.normal(0, 1, (400, 7)).astype(np.float32)
    scores[np.arange(400), labels] += 6  # too sure of itself: a temperature helps
    labels[::4] = 1 - labels[::4]
    places = np.sort(rng.integers(0, len(scenes), 400)).astype(np.int32)
    return FoldResult(Evaluation(NAMES, tuple(scenes), matrices, scores, labels, places), steps, minutes)


@pytest.fixture
def base() -> Results:
    return Results("base", {"A": fold({"s/1": 0.8, "s/2": 0.7}), "B": fold({"s/3": 0.9}, minutes=4.0, seed=1)})


def test_folds_are_pooled_and_calibrated_across_each_other(base: Results) -> None:
    (summary,) = compare([base])["variants"]
    whole = pool([result.evaluation for result in base.folds.values()])
    assert summary["figures"] == whole.figures()
    assert summary["figures"]["pixel_accuracy"] == pytest.approx(0.8)
    assert summary["calibration"] == whole.calibration([0, 0, 1])
    assert len(summary["calibration"]["temperatures"]) == 2
    assert summary["calibration"]["ece_cross_fitted"] < summary["calibration"]["ece_before"]
    assert (summary["steps"], summary["minutes"], summary["difference"]) == (100, 3.0, None)
    assert summary["measured_on"].startswith("3 scenes in 2 folds")


def test_differences_go_over_the_folds_that_both_have(base: Results) -> None:
    better = Results("more", {"A": fold({"s/1": 0.9, "s/2": 0.6})}, ("B",))
    found = compare([base, better])
    difference = found["variants"][1]["difference"]
    ours, theirs = better.pooled().figures(), base.pooled(["A"]).figures()
    assert difference["miou"] == pytest.approx(ours["miou"] - theirs["miou"])
    assert difference["pixel_accuracy"] == pytest.approx(0.0)  # not 0.75 less the 0.8 of both folds
    assert (difference["scenes_better"], difference["scenes"]) == (1, 2)
    assert difference["iou"]["forest"] is None
    assert found["missing"] == {"more": ["B"]}


def test_without_common_folds_there_is_no_difference(base: Results) -> None:
    first = Results("base", {"A": base.folds["A"]})
    other = Results("other", {"B": base.folds["B"]})
    assert compare([first, other])["variants"][1]["difference"] is None


def test_scenes_are_told_one_by_one(base: Results) -> None:
    scenes = compare([base])["scenes"]
    assert list(scenes) == ["s/1", "s/2", "s/3"]
    assert scenes["s/2"]["pixel_accuracy"] == pytest.approx(0.7)
    assert scenes["s/3"]["fold"] == "B"
    assert scenes["s/1"]["share"]["urban"] == 0.5
    assert scenes["s/1"]["share"]["water"] == 0


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def test_the_tables_hold_what_was_found(base: Results, tmp_path: Path) -> None:
    worse = Results("less", {name: fold(dict.fromkeys(r.evaluation.scenes, 0.6)) for name, r in base.folds.items()})
    path = write_comparison(tmp_path, [base, worse, Results("later", {}, ("A", "B"))], "the command")
    text = path.read_text("utf-8")
    lines = rows(text)
    assert len({len(line) for line in lines[:4]}) == 1
    head, _, first, second = lines[:4]
    assert first[:3] == ["base", "2", show(base.pooled().figures()["miou"])]
    assert second[head.index("pixel accuracy")] == "0.600"
    assert second[head.index("pixel accuracy") + 1] == "-0.200"
    assert second[head.index("better on")] == "0 of 3"
    assert "* `later`: A, B" in text
    assert "`the command`" in text
    assert any(line[0] == "s/2" and line[3] == "0.700" for line in lines)
    stored = json.loads((tmp_path / "comparison.json").read_text("utf-8"))
    assert [variant["name"] for variant in stored["variants"]] == ["base", "less"]
    assert stored["command"] == "the command"


def test_nothing_finished_is_said_so() -> None:
    text = describe(compare([Results("base", {}, ("A",))]), "x")
    assert "* `base`: A" in text
    assert rows(text) == []


def test_numbers_read_well() -> None:
    assert (show(0.12345), show(None)) == ("0.123", "–")
    assert (signed(0.0104), signed(-0.2), signed(None)) == ("+0.010", "-0.200", "")
