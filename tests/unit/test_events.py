"""Progress is one rising fraction over all stages, with a time left; cancel stops at the next report."""

from __future__ import annotations

import pytest

from satseg_core.errors import CancelledError
from satseg_core.events import Message, Progress, Reporter, Result


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_stages_make_one_rising_fraction():
    seen, clock = [], Clock()
    reporter = Reporter(seen.append, clock=clock)
    reporter.plan({"read": 1, "write": 3})
    for name, steps in (("read", 2), ("write", 3)):
        with reporter.stage(name, steps) as stage:
            for _ in range(steps):
                clock.now += 1
                stage.advance()
    fractions = [event.fraction for event in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert fractions[2] == pytest.approx(0.25)
    assert reporter.seconds == {"read": 2, "write": 3}


def test_time_left_is_extrapolated_and_not_guessed_at_the_start():
    seen, clock = [], Clock()
    reporter = Reporter(seen.append, clock=clock)
    reporter.plan({"work": 1})
    with reporter.stage("work", 4) as stage:
        assert seen[-1].seconds_left is None
        clock.now += 10
        stage.advance()
        assert seen[-1] == Progress("work", 0.25, 30)


def test_progress_never_goes_back():
    seen = []
    reporter = Reporter(seen.append)
    reporter.plan({"work": 1})
    with reporter.stage("work", 10) as stage:
        stage.reach(8)
        stage.reach(3)
        assert seen[-1].fraction == pytest.approx(0.8)


def test_cancel_stops_at_the_next_report():
    cancelled = False
    reporter = Reporter(cancelled=lambda: cancelled)
    with pytest.raises(CancelledError), reporter.stage("work", 2) as stage:
        stage.advance()
        cancelled = True
        stage.advance()


def test_messages_and_results_pass_through():
    seen = []
    reporter = Reporter(seen.append)
    reporter.message("a")
    reporter.warning("b")
    reporter.result({"c": 1})
    assert seen == [Message("a"), Message("b", "warning"), Result({"c": 1})]


def test_the_same_warning_is_told_once():
    seen = []
    reporter = Reporter(seen.append)
    for text in ("It has no CRS.", "It is coarse.", "It has no CRS."):
        reporter.warning(text)
        reporter.message(text)
    assert [event.text for event in seen if event.level == "warning"] == ["It has no CRS.", "It is coarse."]
    assert len(seen) == 5


def test_sentences_are_put_in_other_words_for_a_while():
    seen = []
    reporter = Reporter(seen.append)
    with reporter.worded(lambda text: text.replace("b", "c")), reporter.worded(lambda text: text.replace("a", "b")):
        reporter.warning("a")
        reporter.message("a")
    reporter.warning("a")
    assert [event.text for event in seen] == ["c", "c", "a"]


def test_errors_are_put_in_other_words_too():
    reporter = Reporter()
    with pytest.raises(CancelledError, match=r"^c$"):  # noqa: SIM117
        with reporter.worded(lambda text: text.replace("b", "c")), reporter.worded(lambda text: text.replace("a", "b")):
            raise CancelledError("a")
