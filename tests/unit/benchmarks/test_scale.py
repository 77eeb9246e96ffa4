"""The model of time and cost does its sums right, and writes into its page what belongs there and nothing else."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import scale
from benchmarks.scale import BLOCK_PX, Job, Parameters, core_seconds, many_maps, one_map
from satseg_core.model.store import find_model

MADE_UP = Parameters(
    start=1.0,
    workers=2.0,
    tile=0.04,
    shared_tile=0.05,
    pixel=20e-9,
    finish=10e-9,
    command=0.02,
    scheduler=0.005,
    step=200,
    border=0.0,
    model_pixel=2.0,
)
JOB = Job("made up", 1000, 1.0)
"""A thousand million px of 1 m; 6,250 tiles of 400 m."""

BLOCK_SECONDS = (6250 * 0.04 + 1e9 * 20e-9) / (1e9 / BLOCK_PX)
"""Of one core."""


def test_px_and_tiles_of_a_job() -> None:
    assert JOB.pixels == pytest.approx(1e9)
    assert JOB.tiles(MADE_UP) == pytest.approx(6250)
    # Finer px are averaged, coarser ones are enlarged, by four at most: the network costs the same, and then less.
    assert Job("", 1000, 0.1).tiles(MADE_UP) == pytest.approx(6250)
    assert Job("", 1000, 8.0).tiles(MADE_UP) == pytest.approx(6250)
    assert Job("", 1000, 16.0).tiles(MADE_UP) == pytest.approx(6250 / 4)


def test_one_core_takes_the_sum_of_all_parts() -> None:
    assert core_seconds(JOB, MADE_UP) == pytest.approx(250 + 20)
    seconds, what = one_map(JOB, MADE_UP, 1)
    assert seconds == pytest.approx(1 + 2 + 250 + 20 + 10)
    assert what == "the workers"


@pytest.mark.parametrize("cores", [1, 2, 4, 8])
def test_twice_the_cores_take_half_of_what_workers_do(cores: int) -> None:
    (once, first), (twice, second) = one_map(JOB, MADE_UP, cores), one_map(JOB, MADE_UP, 2 * cores)
    assert first == second == "the workers"
    fixed = 1 + 2 + 10
    assert once - fixed == pytest.approx(2 * (twice - fixed))


def test_the_knee_is_where_workers_make_as_many_blocks_a_second_as_the_command_takes() -> None:
    knee = BLOCK_SECONDS / MADE_UP.command
    below, above = int(knee), int(knee) + 1
    assert below / BLOCK_SECONDS <= 1 / MADE_UP.command <= above / BLOCK_SECONDS
    assert one_map(JOB, MADE_UP, below)[1] == "the workers"
    seconds, what = one_map(JOB, MADE_UP, above)
    assert what == "the process that writes"
    assert seconds == one_map(JOB, MADE_UP, 100 * above)[0] == pytest.approx(1 + 2 + 1e9 / BLOCK_PX * 0.02 + 10)


def test_a_slow_scheduler_and_a_slow_store_are_bounds_too() -> None:
    slow = dataclasses.replace(MADE_UP, scheduler=0.5)
    assert one_map(JOB, slow, 1024) == (pytest.approx(1 + 2 + 1e9 / BLOCK_PX * 0.5 + 10), "the scheduler")
    fast = dataclasses.replace(MADE_UP, tile=0.0, pixel=0.0)
    assert one_map(JOB, fast, 1) == (pytest.approx(1 + 2 + 1e9 * scale.BYTES_PX / 50e6 + 10), "reading")


def test_workers_run_more_tiles_the_more_of_them_share_a_map() -> None:
    shared = dataclasses.replace(MADE_UP, border=1.25)
    assert scale.tiles_run(6400, 1, shared) == pytest.approx(6400)
    assert scale.tiles_run(6400, 4, shared) == pytest.approx(81.25**2)
    assert core_seconds(JOB, shared, 4) > core_seconds(JOB, shared) == pytest.approx(250 + 20)
    # No more than there are blocks.
    small = Job("one block", 1, 1.0)
    assert one_map(small, shared, 64)[0] < 1 + 2 + core_seconds(small, shared) / 64 + 0.02


@pytest.mark.parametrize("raster", [(40_000, 2.44), (100_000, 0.5)])
@pytest.mark.parametrize("workers", [1, 2, 16, 64])
def test_so_many_tiles_are_run_by_parts_of_real_orders(raster: tuple[int, float], workers: int) -> None:
    tiles, run = scale.tiles_counted(*raster, workers)
    assert run == tiles if workers == 1 else run > tiles
    assert run == pytest.approx(scale.tiles_run(tiles, workers, dataclasses.replace(MADE_UP, border=1.25)), rel=0.1)


def test_many_maps_have_nobody_to_wait_for() -> None:
    fixed = 1 + 2
    working = 250 + 20 + 2 * 10  # who finishes a map has both cores of the machine that was measured
    assert many_maps(JOB, MADE_UP, 1) == pytest.approx(fixed + working)
    assert many_maps(JOB, MADE_UP, 10_000) == pytest.approx(fixed + working / 10_000)
    assert one_map(JOB, MADE_UP, 10_000)[0] > 4 * many_maps(JOB, MADE_UP, 10_000)


def test_the_examples_are_what_the_model_says() -> None:
    head, _, *rows = scale.example_table(MADE_UP).splitlines()
    assert len(rows) == len(scale.JOBS)
    for job, row in zip(scale.JOBS, rows):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == head.count("|") - 1
        assert cells[0] == job.name
        assert cells[-1] == f"${core_seconds(job, MADE_UP) / 3600 * scale.PRICE:,.2f}"
        assert one_map(job, MADE_UP, 64)[1] in cells[5]


@pytest.fixture
def figures() -> tuple[dict[str, Any], dict[str, Any]]:
    """What the two benchmarks write; workers that are no slower than one process, and no faster."""
    side = 32768**2
    stages = {"segment": (1000 * 0.04 + side * 20e-9) / 2, "finish": side * 9e-9, "areas": side * 1e-9}
    bench = {
        "start": [{"seconds": 0.5}, {"seconds": 9.0}, {"seconds": 1.0}],
        "native network": [{"seconds": 2.0, "tiles": 100}] * 3,
        "size 32768": [{"stages": stages, "tiles": 1000}] * 3,
    }
    row = {"block_seconds": 1.0, "ideal": 4.0}
    rows = [
        {**row, "workers": 1, "blocks": 4, "seconds": 5.0, "command_cpu": 9.0, "scheduler_cpu": 9.0},
        {**row, "workers": 4, "blocks": 16, "seconds": 5.0, "command_cpu": 0.02, "scheduler_cpu": 0.005},
    ]
    seconds = {
        "plain": [12.0], "one worker": [14.0], "two workers": [14.5], "two plain runs side by side": [11.0],
        "tiny": [1.0], "tiny, one worker": [3.0], "tiny, two workers": [3.0],
        "network, two threads": [2.5], "network, one thread": [4.0],
    }  # fmt: skip
    tiles = dict.fromkeys(seconds, 400) | {"network, two threads": 100, "network, one thread": 100}
    return bench, {
        "real": {"pixels": 10**8, "seconds": seconds, "tiles": tiles},
        "simulated": rows[:1],
        "fast": rows,
    }


def test_parameters_are_those_that_were_measured(figures: tuple[dict[str, Any], dict[str, Any]]) -> None:
    card = find_model().card
    found = Parameters.measured(*figures)
    step = card.tile_size - card.overlap
    expected = dataclasses.replace(
        MADE_UP, step=step, border=card.tile_size / step, model_pixel=card.pixel_size
    )  # medians, and of the busiest cluster
    assert dataclasses.asdict(found) == pytest.approx(dataclasses.asdict(expected))


def test_the_model_is_right_where_all_goes_by_it(figures: tuple[dict[str, Any], dict[str, Any]]) -> None:
    cluster = figures[1]
    seconds = cluster["real"]["seconds"]
    working = (400 * 0.05 + 1e8 * 20e-9) / 2
    seconds["plain"] = [1 + working + 1]
    seconds["one worker"] = [1 + 2 + working + 1]
    made_up = dataclasses.replace(MADE_UP, border=1.25)
    seconds["two workers"] = [1 + 2 + ((20 + 1.25 * 0.4142) ** 2 * 0.04 + 1e8 * 20e-9) / 2 + 1]
    rows = scale.real_table(cluster, made_up).splitlines()[2:]
    assert [row.split("|")[1].strip() for row in rows] == ["plain", "one worker", "two workers"]
    assert [row.split("|")[-2].strip() for row in rows] == ["1.00"] * 3
    # A worker alone: four blocks one after the other, and one that is waited for.
    assert scale.check_table(cluster).splitlines()[-1] == "| 4 | 1 s | 16 | 5 s | 5 s | 1.00 |"


def test_what_is_between_its_marks_is_replaced_and_nothing_else(
    figures: tuple[dict[str, Any], dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def text(parameters: str, check: str) -> str:
        marked = f"<!-- parameters -->\n{parameters}<!-- end -->\nbetween\n<!-- check -->\n{check}<!-- end -->\n"
        return f"# Kept\n\\1 of the text\n{marked}after\n<!-- other -->\n| kept |\n<!-- end -->\n"

    page = tmp_path / "scale.md"
    page.write_text(text("| old |\n", ""), encoding="utf-8")
    parameters, check = scale.parameter_table(Parameters.measured(*figures)), scale.check_table(figures[1])
    for name, values in zip(("bench", "cluster"), figures):
        (tmp_path / f"{name}.json").write_text(json.dumps(values), encoding="utf-8")
    words = [f"--{name}={tmp_path / name}.json" for name in ("bench", "cluster")]
    monkeypatch.setattr(sys, "argv", ["scale", f"--page={page}", *words])
    for _ in range(2):  # the second time there are tables to be replaced
        assert scale.main() == 0
        assert page.read_text(encoding="utf-8") == text(f"{parameters}\n", f"{check}\n")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (89.0, "89.0 s"), (90.0, "1.5 min"), (5400.0, "1.5 h"), (129_600.0, "1.5 days")],
)
def test_durations_have_the_unit_that_people_would_use(seconds: float, words: str) -> None:
    assert scale._duration(seconds) == words
