"""Forecasts where others do the blocks: workers on this machine, or those of a scheduler."""

from __future__ import annotations

import dataclasses
import json
import statistics
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from satseg_core import forecast as forecasts
from satseg_core.crew import FIRST_BLOCK, START, Crew, threads_each
from satseg_core.errors import UsageError
from satseg_core.forecast import Forecast, foresee
from satseg_core.memory import DEFAULT_MB
from satseg_core.model.pace import TileTime
from satseg_core.model.runtime import ElsewhereRuntime, load_runtime, usable_processors
from satseg_core.model.store import find_model
from satseg_core.prediction import Plan
from satseg_core.raster.source import open_source
from satseg_core.rooms import Targets
from satseg_core.segment import SegmentOptions, dry_run

PROJECT = Path(__file__).resolve().parents[2]
MODEL = find_model()
TILE = 0.04
"""Seconds that two threads are said to take for a tile."""

SIDE = 16_384
"""64 blocks."""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plan]:
    """A large raster at the model's px: it is all zero and takes no room."""
    monkeypatch.setattr(forecasts, "LARGE", float("inf"))  # its reading is not tried
    bands = "".join(f'<VRTRasterBand dataType="Byte" band="{band}"/>' for band in (1, 2, 3))
    path = tmp_path / "in.vrt"
    path.write_text(
        f'<VRTDataset rasterXSize="{SIDE}" rasterYSize="{SIDE}"><SRS>EPSG:32633</SRS>'
        f"<GeoTransform>500000, 2.44, 0, 5000000, 0, -2.44</GeoTransform>{bands}</VRTDataset>"
    )
    with open_source(str(path), MODEL.card.bands, (1, 2, 3)) as source:
        yield Plan.make(source, MODEL.card, load_runtime(MODEL, "onnx", threads=1), (1.0, 1.0))


def foretold(plan: Plan, crew: Crew, tile: float | None = TILE, done: int = 0) -> Forecast:
    """With the time of a tile for two threads of this machine; None where it cannot be measured."""
    time = None if tile is None else TileTime(tile, tile)
    return foresee(plan, Targets(plan_output(plan)), plan.order()[:done], 2, lambda runs: time, crew)


def plan_output(plan: Plan) -> Path:
    return Path(plan.source.path).with_name("map.tif")


def on_cards(plan: Plan) -> Plan:
    return dataclasses.replace(plan, runtime=ElsewhereRuntime("torch", "cuda", "auto"))


def working(found: Forecast) -> float:
    """Seconds of the stage that the crew does, without its start."""
    return found.seconds["segment"] - found.crew.start - forecasts.AT_ONCE["segment"]


def test_cores_are_what_counts_not_how_they_are_divided(plan: Plan) -> None:
    alone = foretold(plan, Crew.alone(2))
    one = foretold(plan, Crew.of_scheduler("tcp://x", [2]))
    two = foretold(plan, Crew.of_scheduler("tcp://x", [1, 1]))
    assert working(one) == pytest.approx(working(alone), rel=1e-6)
    assert one.tiles == alone.tiles
    # Both run the tiles where their parts meet.
    assert alone.tiles < two.tiles < 1.1 * alone.tiles
    assert working(two) == pytest.approx(working(alone), rel=0.1)
    assert {name: value for name, value in two.seconds.items() if name != "segment"} == {
        name: value for name, value in alone.seconds.items() if name != "segment"
    }


def test_twice_the_threads_take_half_the_time(plan: Plan) -> None:
    seconds = [working(foretold(plan, Crew.of_scheduler("tcp://x", [threads] * 4))) for threads in (1, 2, 4)]
    assert seconds[0] == pytest.approx(2 * seconds[1]) == pytest.approx(4 * seconds[2])


def test_more_workers_than_blocks_bring_nothing(plan: Plan) -> None:
    as_many, many = (foretold(plan, Crew.of_scheduler("tcp://x", [2] * count)) for count in (64, 6400))
    assert many.seconds == as_many.seconds
    # The last one has a worker for itself, however many there are.
    last = foretold(plan, Crew.of_scheduler("tcp://x", [2] * 64), done=63)
    assert working(last) == pytest.approx(working(foretold(plan, Crew.alone(2), done=63)), rel=0.01)


def test_who_has_no_block_left_waits_for_the_others() -> None:
    crew = Crew.of_scheduler("tcp://x", [1] * 4)
    assert [crew.busy(blocks) for blocks in (0, 1, 4, 5, 8)] == [1.0, 0.25, 1.0, 0.625, 1.0]
    assert [Crew.alone(8).busy(blocks) for blocks in (1, 5)] == [1.0, 1.0]


def test_the_process_that_takes_all_blocks_is_a_bound(plan: Plan) -> None:
    crew = Crew.of_scheduler("tcp://x", [1000] * 64)
    assert working(foretold(plan, crew)) == pytest.approx(forecasts.COMMAND * 64)


def test_graphics_cards_are_what_counts_where_the_network_runs_on_them(plan: Plan) -> None:
    plan = on_cards(plan)
    slow = 1.0  # so that nothing else bounds it
    alone = foretold(plan, Crew.alone(2), slow)
    on_one, on_two = (
        foretold(plan, dataclasses.replace(Crew.here(4, None, 2, cards=cards), start=0.0), slow) for cards in (1, 2)
    )
    assert working(on_one) == pytest.approx(working(alone) * on_one.tiles / alone.tiles)
    assert working(on_two) == pytest.approx(working(on_one) / 2)
    there = foretold(plan, Crew.of_scheduler("tcp://x", [8] * 4), slow)
    assert working(there) == pytest.approx(working(on_one) / 4)
    assert there.where == "32 threads of the 4 workers at tcp://x with torch, if they are as fast as this machine"


def test_cards_that_are_not_here_are_taken_for_cores(plan: Plan) -> None:
    crew = Crew.of_scheduler("tcp://x", [1] * 4)
    found = foretold(on_cards(plan), crew, tile=None)
    side = MODEL.card.tile_size
    assert working(found) == pytest.approx(found.tiles * forecasts.GUESSED_TILE * side**2 * 2 / 4)
    assert (
        found.where
        == "4 threads of the 4 workers at tcp://x with torch, or less, as their cuda cannot be measured here"
    )


def test_threads_are_divided_among_workers_here() -> None:
    most = usable_processors()
    assert [threads_each(workers, 8) for workers in (1, 2, 3, 8, 20)] == [8, 4, 2, 1, 1]
    assert threads_each(1, None) == most
    assert Crew.here(1, None, 2).cores == most
    assert Crew.here(most, None, 2).cores == most
    assert Crew.here(50 * most, None, 2).cores == most  # they share the processors
    assert Crew.here(1, 4 * most, 2).cores == 4 * most  # as was asked for
    assert Crew.here(2, 1, 2).cores == min(2, most)


def test_workers_here_take_time_to_start_and_memory_each() -> None:
    most = usable_processors()
    assert Crew.alone(2).start == 0
    assert Crew.here(most, None, 2).start == START
    assert Crew.here(3 * most, None, 2).start == 3 * START
    assert Crew.of_scheduler("tcp://x", [1] * 99).start == FIRST_BLOCK
    assert Crew.here(3, None, 2).memory == DEFAULT_MB
    assert Crew.here(3, None, 2, memory=500).memory == 500


@pytest.mark.parametrize(
    ("crew", "words"),
    [
        (Crew.alone(1), "1 core with onnx"),
        (Crew.alone(8), "8 cores with onnx"),
        (Crew(1, 8, 2, 1000), "8 cores with onnx, shared by 1 worker with up to 1.0 GB of memory"),
        (Crew(4, 8, 8, 1000), "8 cores with onnx, shared by 4 workers with up to 4.0 GB of memory in all"),
        (
            Crew.of_scheduler("tcp://10.0.0.1:8786", [1]),
            "1 thread of the worker at tcp://10.0.0.1:8786 with onnx, if they are as fast as this machine",
        ),
        (
            Crew.of_scheduler("tcp://10.0.0.1:8786", [4, 2]),
            "6 threads of the 2 workers at tcp://10.0.0.1:8786 with onnx, if they are as fast as this machine",
        ),
    ],
)
def test_who_does_it_in_words(crew: Crew, words: str) -> None:
    assert crew.where("onnx", "cpu", measured=True) == words


def test_constants_are_those_of_the_benchmark() -> None:
    found = json.loads((PROJECT / "docs" / "cluster-benchmark.json").read_text(encoding="utf-8"))
    busiest = max(found["fast"], key=lambda row: row["workers"])
    assert busiest["command_cpu"] / 2 < forecasts.COMMAND < busiest["command_cpu"] * 2
    seconds = found["real"]["seconds"]
    small = "tiny, " if "tiny" in seconds else ""
    start = statistics.median(seconds[f"{small}one worker"]) - statistics.median(seconds["tiny" if small else "plain"])
    assert start / 2 < START < start * 2


def test_a_dry_run_with_no_workers_is_refused_as_a_run_is(make_raster, tmp_path: Path) -> None:
    path = make_raster(np.zeros((3, 64, 64), np.uint8))
    with pytest.raises(UsageError, match="at least one worker, not 0"):
        dry_run(SegmentOptions(str(path), str(tmp_path / "map.tif"), workers=0))
