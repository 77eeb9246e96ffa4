"""Memory: what is asked for is divided, and too little is refused."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from satseg_core.errors import UsageError
from satseg_core.memory import FIXED_MB, SMALLEST_MB, Budget


def test_shares_and_what_is_fixed_are_within_the_whole():
    budget = Budget.of(1000)
    assert 0 < budget.gdal + budget.pieces + budget.scores <= (1000 - FIXED_MB) * 1e6
    assert budget.gdal_options()["GDAL_CACHEMAX"] == budget.gdal


def test_the_usual_run_and_a_rich_one():
    assert Budget.of() == Budget.of(None)
    assert Budget.of(10**6) == Budget.of(10**5)


def test_too_little_is_refused():
    Budget.of(SMALLEST_MB)
    with pytest.raises(UsageError, match=f"{SMALLEST_MB} MB"):
        Budget.of(SMALLEST_MB - 1)


HEAPS = """
import ctypes, sys, threading
from satseg_core.memory import few_arenas
if sys.argv[1] == "few":
    few_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(8)
def allocate():
    together.wait()
    for _ in range(1000):
        libc.malloc(1000)
threads = [threading.Thread(target=allocate) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a matter of glibc")
def test_threads_share_heaps():
    def heaps(how):
        done = subprocess.run([sys.executable, "-c", HEAPS, how], capture_output=True, text=True, check=True)
        return len(re.findall("<heap nr", done.stdout))

    assert heaps("few") <= 2 < heaps("many")
