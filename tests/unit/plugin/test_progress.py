"""The progress line: short, rough, and seldom."""

from __future__ import annotations

import pytest

from satseg_qgis.engine.progress import ProgressText, time_left


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "5 s"), (12, "10 s"), (49, "50 s"), (50, "1 min"), (95, "2 min"), (3500, "58 min"), (3590, "1 h 0 min"),
     (9000, "2 h 30 min")],
)  # fmt: skip
def test_time_left_is_rounded(seconds: float, text: str) -> None:
    assert time_left(seconds) == text


def test_texts_come_with_a_new_stage_with_the_first_estimate_and_then_seldom() -> None:
    now = [0.0]
    text = ProgressText(clock=lambda: now[0])
    assert text.line("segment", None) == "Classifying"
    assert text.line("segment", None) is None
    assert text.line("segment", 100.0) == "Classifying, about 2 min left"
    now[0] = 14.0
    assert text.line("segment", 80.0) is None
    now[0] = 15.0
    assert text.line("segment", 80.0) == "Classifying, about 1 min left"
    assert text.line("polygons", 40.0) == "Drawing polygons, about 40 s left"
    assert text.line("areas", 3.0) == "Measuring areas"
    assert text.line("something new", 40.0) == "something new, about 40 s left"
