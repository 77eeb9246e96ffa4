"""Blocks are offered to workers in runs of neighbours, each once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from satseg_core.cluster.lanes import Lanes


def test_each_worker_goes_along_its_own_part() -> None:
    lanes = Lanes(range(9), ["a", "b", "c"])
    assert [[lanes.take(worker) for _ in range(3)] for worker in "abc"] == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert lanes.take("a") is None
    assert len(lanes) == 0


def test_who_is_done_takes_the_second_half_of_the_longest() -> None:
    lanes = Lanes(range(10), ["a", "b"])
    assert [lanes.take("a") for _ in range(5)] == [0, 1, 2, 3, 4]
    assert lanes.take("a") == 7
    assert [lanes.take("b") for _ in range(2)] == [5, 6]


def test_a_lane_of_a_worker_that_is_gone_is_taken_over() -> None:
    lanes = Lanes(range(6), ["a", "b"])
    lanes.take("a")
    lanes.keep(["b"])
    assert [lanes.take("b") for _ in range(5)] == [3, 4, 5, 1, 2]


def test_a_worker_that_comes_later_takes_part() -> None:
    lanes = Lanes(range(8), ["a"])
    lanes.take("a")
    assert lanes.take("b") == 4


def test_what_is_put_back_comes_to_the_next_who_has_nothing() -> None:
    lanes: Lanes[int, str] = Lanes([1], ["a", "b"])
    assert lanes.take("a") is None or True
    lanes.put_back(7)
    assert 7 in {lanes.take("b"), lanes.take("b")}


@given(
    st.integers(0, 60),
    st.integers(0, 5),
    st.lists(st.tuples(st.sampled_from(["take", "keep", "back"]), st.integers(0, 7)), max_size=200),
)
def test_every_item_is_given_out_once_whatever_happens(count: int, workers: int, steps: list) -> None:
    lanes: Lanes[int, int] = Lanes(range(count), list(range(workers)))
    given_out: list[int] = []
    for what, number in steps:
        if what == "take":
            item = lanes.take(number)
            if item is not None:
                given_out.append(item)
        elif what == "keep":
            lanes.keep(range(number))
        elif given_out:
            lanes.put_back(given_out.pop())
    while True:
        item = lanes.take(99)
        if item is None:
            break
        given_out.append(item)
    assert sorted(given_out) == list(range(count))
