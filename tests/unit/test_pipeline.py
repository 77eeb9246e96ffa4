"""Work side by side: order is kept, queues are bounded, errors arrive, and threads end."""

from __future__ import annotations

import threading
import time
from contextlib import closing

import pytest

from satseg_core.pipeline import Behind, ahead, side_by_side


def threads_of(prefix):
    return [thread for thread in threading.enumerate() if thread.name.startswith(prefix)]


def wait_until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


def test_items_come_in_their_order_and_the_thread_ends():
    assert list(ahead(range(50), 3)) == list(range(50))
    assert not threads_of("satseg-ahead")


def test_items_are_made_before_they_are_asked_for_but_not_many():
    made = []

    def items():
        for number in range(100):
            made.append(number)
            yield number

    with closing(ahead(items(), 3)) as found:
        assert next(found) == 0
        assert wait_until(lambda: len(made) >= 4)
        time.sleep(0.05)
        assert made == [0, 1, 2, 3]
    assert not threads_of("satseg-ahead")


def test_items_are_made_in_one_other_thread():
    def items():
        for _ in range(9):
            yield threading.get_ident()

    makers = set(ahead(items(), 4))
    assert len(makers) == 1
    assert threading.get_ident() not in makers


def test_an_error_while_making_items_comes_after_the_items_before_it():
    def items():
        yield 1
        yield 2
        raise ValueError("the third is rotten")

    found = ahead(items(), 5)
    assert [next(found), next(found)] == [1, 2]
    with pytest.raises(ValueError, match="rotten"):
        next(found)
    assert not threads_of("satseg-ahead")


def test_what_is_put_is_done_in_its_order_while_the_caller_goes_on():
    done, gate = [], threading.Event()

    def work(item):
        gate.wait(5)
        done.append(item)

    with Behind(work, 1) as behind:
        behind.put(1)
        assert done == []
        gate.set()
        for item in range(2, 20):
            behind.put(item)
    assert done == list(range(1, 20))
    assert not threads_of("satseg-behind")


def test_no_more_than_the_depth_waits():
    gate, seen = threading.Event(), []
    started = threading.Event()

    def put_all(behind):
        for item in range(3):
            behind.put(item)
            seen.append(item)
        started.set()

    with Behind(lambda _: gate.wait(5), 1) as behind:
        thread = threading.Thread(target=put_all, args=(behind,))
        thread.start()
        assert not started.wait(0.1)
        assert seen == [0]
        gate.set()
        thread.join()


def test_an_error_of_the_function_reaches_the_caller():
    def work(item):
        if item == 3:
            raise ValueError("no room")

    with pytest.raises(ValueError, match="no room"), Behind(work, 1) as behind:
        for item in range(10):
            behind.put(item)
    with pytest.raises(ValueError, match="no room"), Behind(work, 8) as behind:
        behind.put(3)
    assert not threads_of("satseg-behind")


def test_an_error_of_the_caller_is_not_kept_waiting_by_what_was_put():
    done = []

    def work(item):
        time.sleep(0.05)
        done.append(item)

    with pytest.raises(KeyError), Behind(work, 100) as behind:
        for item in range(50):
            behind.put(item)
        raise KeyError
    assert len(done) < 10


@pytest.mark.parametrize("at_once", [1, 3])
def test_results_come_in_the_order_of_their_items(at_once):
    def late_if_even(number):
        time.sleep(0.005 * (number % 2 == 0))
        return -number

    assert list(side_by_side(late_if_even, range(20), at_once)) == [-number for number in range(20)]
    assert not threads_of("satseg-side")


@pytest.mark.parametrize("at_once", [1, 2])
def test_so_many_calls_run_at_a_time_and_one_item_waits(at_once):
    running, taken, go = [], [], threading.Event()

    def call(number):
        running.append(number)
        assert go.wait(10)
        return number

    def items():
        for number in range(10):
            taken.append(number)
            yield number

    found = []
    reader = threading.Thread(target=lambda: found.extend(side_by_side(call, items(), at_once)))
    reader.start()
    assert wait_until(lambda: len(running) == at_once and len(taken) == at_once + 1)
    time.sleep(0.05)
    assert (len(running), len(taken)) == (at_once, at_once + 1)
    go.set()
    reader.join(10)
    assert found == list(range(10))


def test_an_error_comes_in_the_place_of_its_result():
    def fail_at_two(number):
        if number == 2:
            raise ValueError("two")
        return number

    results = side_by_side(fail_at_two, range(10), 2)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError, match="two"):
        next(results)
    assert not threads_of("satseg-side")


def test_who_closes_waits_for_what_runs_alone():
    begun, called = threading.Event(), []

    def call(number):
        called.append(number)
        if number:
            begun.set()
            time.sleep(0.1)
        return number

    with closing(side_by_side(call, range(10), 1)) as results:
        assert next(results) == 0
        assert begun.wait(10)
    assert called == [0, 1]
    assert not threads_of("satseg-side")
