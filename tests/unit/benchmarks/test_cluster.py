"""The page on workers is made of its figures, and simulated workers do all blocks on a real Dask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks import simulated
from benchmarks.cluster import WAYS, page, spread, table
from satseg_core.cluster.task import BlockDone
from satseg_core.raster.grid import Block, Span


@pytest.fixture
def found() -> dict[str, Any]:
    """Made-up figures of three runs."""
    seconds = {
        "plain": [30.0, 10.0, 20.0], "one worker": [21.0, 22.0, 99.0], "two workers": [25.0, 1.0, 25.0],
        "two plain runs side by side": [15.0] * 3, "tiny": [1.0] * 3, "tiny, one worker": [3.5] * 3,
        "tiny, two workers": [4.0] * 3,
    }  # fmt: skip
    row = {"workers": 16, "blocks": 1600, "block_seconds": 2.8, "seconds": 400.0, "ideal": 280.0}
    return {
        "real": {
            "pixels": 268_435_456,
            "seconds": seconds,
            "core_seconds": {way: [35.0, 30.0, 40.0] for way in WAYS},
            "tiles": dict.fromkeys(WAYS, 4096) | {"plain": 4000},
        },
        "simulated": [{**row, "command_cpu": 0.0162, "scheduler_cpu": 0.0042}],
        "fast": [{**row, "workers": 64, "command_cpu": 0.01, "scheduler_cpu": 0.001}],
    }


def test_the_page_has_a_row_for_each_way_and_their_medians(found: dict[str, Any]) -> None:
    text = page(found)
    rows = [line for line in text.splitlines() if line.startswith(tuple(f"| {way} |" for way in WAYS))]
    assert rows == [
        "| plain | 20.0 | 10.0 - 30.0 | 1.00 | 35.0 | 4,000 |",
        "| one worker | 22.0 | 21.0 - 99.0 | 1.10 | 35.0 | 4,096 |",
        "| two workers | 25.0 | 1.0 - 25.0 | 1.25 | 35.0 | 4,096 |",
        "| two plain runs side by side | 15.0 | 15.0 - 15.0 | 0.75 | 35.0 | 4,096 |",
    ]
    assert "268 Mpx" in text
    assert "one worker takes 0.70 - 4.95 of the plain run's time, median 2.20;" in text
    assert "two reach 0.60 - 15.00 of the ideal, median 0.60." in text
    assert "2.5 s for one, 3.0 s for two." in text
    assert "| 16 | 1,600 | 400.0 | 0.70 | 4.0 | 16.2 | 4.2 |" in text
    assert "| 64 | 1,600 | 400.0 | 0.70 | 4.0 | 10.0 | 1.0 |" in text


def test_a_table_has_its_first_column_to_the_left() -> None:
    assert table(("way", "s"), [("plain", "1")]) == "| way | s |\n| --- | ---: |\n| plain | 1 |"
    assert spread([3.0, 1.04, 2.0]) == "1.0 - 3.0"


@pytest.mark.parametrize("seconds", [0.05, 0.5])
def test_simulated_workers_do_all_blocks_and_no_faster_than_they_can(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    taken: list[BlockDone] = []
    really_written = simulated.written

    @contextmanager
    def watched(folder: Path) -> Iterator[Any]:
        with really_written(folder) as put:

            def put_and_note(done: BlockDone) -> None:
                put(done)
                taken.append(done)

            yield put_and_note

    monkeypatch.setattr(simulated, "written", watched)
    found = simulated.simulate(2, 8, seconds)
    side = simulated.SIDE
    assert sorted(done.block.rows.start // side for done in taken) == list(range(8))
    made = simulated.make_codes(Block(Span(0, side), Span(0, side))).rasters[0]
    assert all((done.rasters[0] == made).all() for done in taken)
    assert (found["workers"], found["blocks"], found["block_seconds"]) == (2, 8, seconds)
    assert found["ideal"] == pytest.approx(4 * seconds)
    assert 4 * seconds <= found["seconds"] < 30
    assert 0 < found["command_cpu"] * 8 < 30
    assert 0 <= found["scheduler_cpu"] * 8 < 30


def test_simulated_workers_end_with_their_run() -> None:
    with simulated.sleepers(2) as cluster:
        scheduler = cluster.scheduler
        assert scheduler.is_running()
    assert not scheduler.is_running()


def test_made_blocks_are_maps_of_fields() -> None:
    block = Block(Span(0, 100), Span(0, 80))
    codes, confidence = simulated.make_codes(block).rasters
    assert codes.shape == (100, 80)
    assert confidence is None
    assert codes.max() < 7
    assert (codes[: simulated.FIELD, : simulated.FIELD] == codes[0, 0]).all()
    assert len(set(codes[::50, ::40].ravel().tolist())) > 1
