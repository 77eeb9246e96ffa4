"""Running the engine: events, failures, crashes and cancel, with real processes."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from satseg_core.errors import CancelledError
from satseg_qgis.engine import process
from satseg_qgis.engine.process import EngineFailedError, describe_failure, parse_event, run_engine

Events = list[dict[str, Any]]


def never() -> bool:
    return False


def run(command: list[str], mode: str, cancelled: Any = never, **variables: str) -> tuple[dict[str, Any], Events]:
    events: Events = []
    environ = {**os.environ, "FAKE_ENGINE": mode, **variables}
    return run_engine(command, lambda event: events.append(dict(event)), cancelled, environ), events


def test_events_arrive_in_order_and_the_result_is_returned(fake_engine: list[str]) -> None:
    result, events = run(fake_engine, "work")
    assert result["output"] == "map.tif"
    assert [event["event"] for event in events] == ["message", "message", *["progress"] * 3, "result"]
    assert events[1] == {"event": "message", "level": "warning", "text": "Ünïcode «warning»"}


def test_the_environment_is_clean_and_the_arguments_arrive(fake_engine: list[str]) -> None:
    command = [*fake_engine, "segment", "my image.tif"]
    result, _ = run(command, "environment", PYTHONHOME="/nowhere", GDAL_DATA="/nowhere")
    assert result["argv"] == ["segment", "my image.tif"]
    assert "PYTHONHOME" not in result["environ"]
    assert "GDAL_DATA" not in result["environ"]
    assert result["environ"]["PYTHONSAFEPATH"] == "1"


def test_an_error_of_the_engine_is_its_own_sentence(fake_engine: list[str]) -> None:
    with pytest.raises(EngineFailedError) as error:
        run(fake_engine, "fail")
    assert str(error.value) == "The raster cannot be read; choose another one."


def test_without_a_sentence_the_end_of_stderr_is_quoted(fake_engine: list[str]) -> None:
    with pytest.raises(EngineFailedError) as error:
        run(fake_engine, "stderr_only")
    lines = str(error.value).splitlines()
    assert lines[0] == "The engine failed with code 3."
    assert lines[1:] == [f"line {number}" for number in range(30, 50)]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_crash_is_named(fake_engine: list[str]) -> None:
    with pytest.raises(EngineFailedError, match=r"crashed \(SIGSEGV\)[^\n]*\nabout to crash"):
        run(fake_engine, "crash")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_being_killed_points_at_memory(fake_engine: list[str]) -> None:
    with pytest.raises(EngineFailedError, match="lack of memory"):
        run(fake_engine, "killed")


def test_an_end_without_a_result_is_no_success(fake_engine: list[str]) -> None:
    with pytest.raises(EngineFailedError, match=r"without a result[^\n]*\nno JSON at all"):
        run(fake_engine, "mute")


def test_a_program_that_cannot_be_started_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EngineFailedError, match="could not be started"):
        run([str(tmp_path / "nowhere")], "work")


def test_cancel_reaches_a_silent_engine_at_once_and_lets_it_clean_up(fake_engine: list[str], tmp_path: Path) -> None:
    part = tmp_path / "part"
    asked: list[float] = []

    def cancelled() -> bool:
        if part.exists():
            asked.append(time.monotonic())
        return len(asked) > 5

    with pytest.raises(CancelledError):
        run(fake_engine, "wait", cancelled, FAKE_PART=str(part))
    assert time.monotonic() - asked[5] < 3
    assert asked[5] - asked[0] < 5 * 0.2 + 0.5  # asked at least five times a second
    assert not part.exists()


def test_an_engine_that_does_not_listen_is_ended(fake_engine: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.5)
    began = time.monotonic()
    with pytest.raises(CancelledError):
        run(fake_engine, "deaf", lambda: True)
    assert time.monotonic() - began < 10


def test_an_error_in_the_listener_leaves_no_engine_behind(fake_engine: list[str], tmp_path: Path) -> None:
    part = tmp_path / "part"
    environ = {**os.environ, "FAKE_ENGINE": "wait", "FAKE_PART": str(part)}

    def broken(event: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_engine(fake_engine, broken, never, environ)
    assert not part.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="fork")
def test_a_process_that_holds_the_streams_does_not_hold_qgis(
    fake_engine: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LINGER_POLLS", 5)
    began = time.monotonic()
    result, _ = run(fake_engine, "linger")
    assert result["output"] == "map.tif"
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("line", ["", "text", "[1]", '"a"', '{"no": "event"}', '{"event": 1}', "{"])
def test_what_is_no_event_is_not_taken_for_one(line: str) -> None:
    assert parse_event(line) is None


@pytest.mark.parametrize(
    ("code", "words"),
    [(0xC0000005, "crashed (0xC0000005)"), (-11, "crashed (SIGSEGV)"), (-9, "lack of memory"), (2, "code 2")],
)
def test_exit_codes_in_words(code: int, words: str) -> None:
    assert words in describe_failure(code, [])
