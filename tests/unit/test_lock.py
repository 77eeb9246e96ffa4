"""A file that one process has: for real, between processes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from satseg_core import lock

HOLDER = """
import sys
from pathlib import Path
from satseg_core import lock
path = Path(sys.argv[1])
held = lock.take(path)
print("has it" if held else "has it not", flush=True)
sys.stdin.read()
lock.let_go(held, path)
"""


@contextmanager
def other_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the file until its standard input ends."""
    words = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        assert child.stdout.readline() == "has it\n"
        yield child


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.lock"


def test_one_process_has_it_and_gives_it_back(path: Path) -> None:
    with other_process(path) as child:
        assert lock.take(path) is None
        assert path.exists()
        child.communicate()
        assert child.returncode == 0
    assert not path.exists()
    held = lock.take(path)
    assert held
    lock.let_go(held, path)
    assert not path.exists()


def test_it_is_gone_with_a_process_that_is_killed(path: Path) -> None:
    with other_process(path) as child:
        child.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
        child.wait()
        assert path.exists()
        held = lock.take(path)
    assert held
    held.close()


def test_a_file_that_was_left_is_in_nobodys_way(path: Path) -> None:
    path.write_bytes(b"of an older version")
    held = lock.take(path)
    assert held
    held.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no file that is open")
def test_a_file_that_was_removed_keeps_nobody_out(path: Path) -> None:
    """One opens the file, the one before removes it, a third makes it anew: the first must not think that it has it."""
    with path.open("ab") as early:
        path.unlink()
        assert lock._lock(early)
        assert not lock._is_at(path, early)
        held = lock.take(path)
        assert held
        assert not lock._is_at(path, early)
        lock.let_go(held, path)


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        lock.take(tmp_path / "absent" / "a.lock")
