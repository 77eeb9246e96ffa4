"""Children that finish, fail, are interrupted, or outlive their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from training import jobs as jobs_module
from training.jobs import Job, last_line, run_jobs, show_time

PROJECT = Path(__file__).resolve().parents[3]

SLEEPER = """
import sys, time
from pathlib import Path
from training.jobs import cancel_at_eof
cancel_at_eof()
try:
    Path(sys.argv[1]).write_text("up")
    time.sleep(60)
except KeyboardInterrupt:
    Path(sys.argv[1]).write_text("ended in order")
    sys.exit(130)
"""

DEAF = "import sys, time; open(sys.argv[1], 'w').write('up'); time.sleep(60)"

PARENT = """
import sys
from pathlib import Path
from training.jobs import Job, run_jobs, terminated_like_interrupted
folder = Path(sys.argv[1])
children = [(sys.executable, "-c", (folder / "child.py").read_text(), str(folder / name)) for name in "ab"]
with terminated_like_interrupted():
    try:
        jobs = [Job("child", command, Path(command[3] + ".log")) for command in children]
        run_jobs(jobs, 2, print, float(sys.argv[2]))
    except KeyboardInterrupt:
        sys.exit(130)
"""


def python(code: str, folder: Path, name: str = "job", cost: float = 1.0) -> Job:
    return Job(name, (sys.executable, "-c", code), folder / "logs" / f"{name}.log", cost)


def wait_for(condition: object, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        if time.monotonic() > deadline:
            pytest.fail("it did not happen in time")
        time.sleep(0.05)


def ignore_interrupts() -> None:
    """What a shell does to the jobs in its background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def says(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


@pytest.fixture
def parent(tmp_path: Path):
    """Starts a process with two children and gives it once both are up."""
    started = []

    def start(child: str, grace: float = 20.0, **options: Any) -> subprocess.Popen[bytes]:
        (tmp_path / "child.py").write_text(child, "utf-8")
        command = [sys.executable, "-c", PARENT, str(tmp_path), str(grace)]
        started.append(subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, **options))
        wait_for(lambda: says(tmp_path / "a", "up") and says(tmp_path / "b", "up"))
        return started[0]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_each_child_has_its_log_and_its_variables(tmp_path: Path) -> None:
    code = "import os, sys; print(os.environ['WHO']); print('aside', file=sys.stderr)"
    jobs = [
        Job(name, (sys.executable, "-c", code), tmp_path / name / "log.txt", environment={"WHO": name}) for name in "ab"
    ]
    assert run_jobs(jobs, 2, lambda _: None) == []
    for name in "ab":
        assert sorted((tmp_path / name / "log.txt").read_text("utf-8").split()) == sorted(["aside", name])


def test_a_failure_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    said: list[str] = []
    bad = python("import sys; print('error: no such thing', file=sys.stderr); sys.exit(3)", tmp_path, "bad")
    good = python(f"open({str(tmp_path / 'made')!r}, 'w')", tmp_path, "good")
    (failure,) = run_jobs([bad, good], 1, said.append)
    assert (failure.job, failure.code, failure.reason) == (bad, 3, "error: no such thing")
    assert (tmp_path / "made").exists()
    assert any("bad: FAILED (error: no such thing)" in line for line in said)
    assert any(line.startswith("good: done; 2 of 2 ended") for line in said)


def test_no_more_run_at_once_than_asked(tmp_path: Path) -> None:
    code = f"""
import os, time
from pathlib import Path
mark = Path({str(tmp_path)!r}) / f"up-{{os.getpid()}}"
mark.touch()
time.sleep(0.4)
up = len(list(mark.parent.glob("up-*")))
time.sleep(0.4)
mark.unlink()
raise SystemExit(up)
"""
    assert {failure.code for failure in run_jobs([python(code, tmp_path, str(n)) for n in range(3)], 1, print)} == {1}
    assert 2 in {failure.code for failure in run_jobs([python(code, tmp_path, str(n)) for n in range(2)], 2, print)}


def test_time_left_follows_cost_and_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(jobs_module, "SAY_SECONDS", 0.1)
    steps = "import time\nfor n in range(1, 9): print(f'step {n}/8  loss 1.0', flush=True); time.sleep(0.2)"
    run_jobs([python(steps, tmp_path, "first"), python("pass", tmp_path, "second", 9.0)], 1, said.append)
    left = [line for line in said if line.startswith("first ") and "left" in line]
    assert left
    assert any(line.startswith("first 50%") for line in left)
    # The second costs nine times the first: what is left is much more than the first took.
    ended = next(line for line in said if line.startswith("first: done"))
    assert int(ended.rpartition("about ")[2].split()[0]) >= 9


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_the_parent_ends_its_children_in_order(parent, tmp_path: Path, number: int) -> None:
    process = parent(SLEEPER)
    process.send_signal(number)
    assert process.wait(20) == 130
    assert says(tmp_path / "a", "ended in order")
    assert says(tmp_path / "b", "ended in order")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_jobs_of_a_shells_background_end_in_order_too(parent, tmp_path: Path) -> None:
    process = parent(SLEEPER, preexec_fn=ignore_interrupts)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 130
    assert says(tmp_path / "a", "ended in order")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_child_that_does_not_listen_is_killed(parent) -> None:
    process = parent(DEAF, grace=0.2)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    assert time.monotonic() - began < 10


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_children_end_when_their_parent_is_killed(parent, tmp_path: Path) -> None:
    os.kill(parent(SLEEPER).pid, signal.SIGKILL)
    wait_for(lambda: says(tmp_path / "a", "ended in order") and says(tmp_path / "b", "ended in order"))


def test_the_last_line_is_the_last_that_says_something() -> None:
    assert last_line("Traceback\n  at x\nValueError: é\n\n".encode()) == "ValueError: é"
    assert last_line(b"10 %\r20 %\r") == "20 %"
    assert last_line(b"") == "it said nothing"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (89, "89 s"), (90, "2 min"), (3540, "59 min"), (3900, "1 h 05 min")]
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert show_time(seconds) == text
