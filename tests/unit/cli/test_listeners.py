"""What the command line shows of a run: a bar for people, JSON lines for programs, plain lines otherwise."""

from __future__ import annotations

import io
import json
import threading

from satseg_core.cli.listeners import BarListener, JsonListener, TextListener
from satseg_core.events import Message, Progress, Result


def test_the_bar_names_the_stage_and_the_time_left():
    stream = io.StringIO()
    bar = BarListener(stream)
    bar(Progress("segment", 0.0, None))
    bar._bar.mininterval = 0
    bar(Progress("segment", 0.25, 3725.0))
    bar._bar.refresh()
    text = stream.getvalue()
    assert "Classifying" in text
    assert "25%" in text
    assert "1:02:05 left" in text
    bar.close()
    bar.close()


def test_messages_stay_above_the_bar():
    stream = io.StringIO()
    bar = BarListener(stream)
    bar(Message("look out", "warning"))
    assert "Warning: look out" in stream.getvalue()


def test_plain_lines_have_messages_and_no_progress():
    stream = io.StringIO()
    listener = TextListener(stream)
    for event in (Progress("segment", 0.5, None), Message("hello"), Result({"a": 1})):
        listener(event)
    assert stream.getvalue() == "hello\n"


def test_json_progress_is_not_sent_more_often_than_it_can_be_used():
    stream = io.StringIO()
    listener = JsonListener(stream, threading.Event())
    for step in range(1000):
        listener(Progress("segment", step / 1000, 1.0))
    listener(Progress("areas", 1.0, 0.0))
    listener(Result({"output": "ä.tif"}))
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(events) < 50
    assert events[0] == {"event": "progress", "stage": "segment", "percent": 0.0, "seconds_left": 1.0}
    assert events[-2]["percent"] == 100
    assert events[-1] == {"event": "result", "output": "ä.tif"}


def test_a_run_that_nobody_listens_to_any_more_is_cancelled():
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    cancel = threading.Event()
    JsonListener(Gone(), cancel)(Message("hello"))
    assert cancel.is_set()
