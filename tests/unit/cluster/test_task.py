"""A worker's blocks are those of a run in one process, bit for bit, in any order and from several threads."""

from __future__ import annotations

import dataclasses
import pickle
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp

from satseg_core import scores
from satseg_core.cluster.mapping import remote_job
from satseg_core.cluster.task import BlockDone, BlockMaker, RemoteJob
from satseg_core.errors import RasterError
from satseg_core.events import Reporter
from satseg_core.model.runtime import load_runtime
from satseg_core.model.store import find_model
from satseg_core.prediction import Plan, Prediction
from satseg_core.raster.source import open_source

MODEL = find_model()
BLOCK_SIZE = 512
"""Of the blocks that are made here, px."""


@pytest.fixture
def plan(make_raster) -> Iterator[Plan]:
    """A raster of nine blocks whose tiles reach into each other."""
    rng = np.random.default_rng(5)
    values = np.kron(rng.integers(20, 230, (3, 50, 50)), np.ones((26, 26), int)).astype(np.uint8)
    path = make_raster(values, nodata=0)
    with open_source(str(path), MODEL.card.bands) as source:
        runtime = load_runtime(MODEL, "onnx", "cpu", 1)
        yield Plan.make(source, MODEL.card, runtime, (0.98, 0.98))


def job_of(plan: Plan, memory: int | None = None) -> RemoteJob:
    job = remote_job(plan, MODEL, plan.card.temperature, threads=1, memory=memory)
    return dataclasses.replace(job, block_size=BLOCK_SIZE)


def order_of(plan: Plan) -> list:
    return scores.ordered_blocks(plan.lattice, plan.within, BLOCK_SIZE, len(plan.card.legend), plan.budget.scores)


def same(one: BlockDone, other: BlockDone) -> bool:
    return one.block == other.block and all(np.array_equal(a, b) for a, b in zip(one.rasters, other.rasters))


@pytest.fixture
def maker(plan: Plan) -> Iterator[BlockMaker]:
    maker = BlockMaker(pickle.loads(pickle.dumps(job_of(plan))))
    yield maker
    maker.close()


def test_blocks_are_those_of_a_run_in_one_process(plan: Plan, maker: BlockMaker) -> None:
    with Reporter().stage("segment", 1) as stage:
        for predicted in Prediction(plan).blocks(stage):
            labels, percent = predicted.classify(plan.card.legend.codes, plan.card.temperature)
            made = maker.make(predicted.block)
            assert np.array_equal(made.rasters[0], labels)
            assert np.array_equal(made.rasters[1], percent)


INDEXES = np.random.default_rng(6).integers(0, 8, (1, 300, 300)).astype(np.uint8)
COLORS = np.random.default_rng(7).integers(20, 230, (4, 300, 300)).astype(np.uint8)


RED, GREEN, BLUE = ColorInterp.red, ColorInterp.green, ColorInterp.blue


def check_like_one_process(path: Path, bands: tuple[int, ...] | None) -> None:
    with open_source(str(path), MODEL.card.bands, bands) as source, Reporter().stage("segment", 1) as stage:
        plan = Plan.make(source, MODEL.card, load_runtime(MODEL, "onnx", "cpu", 1), (1.0, 1.0))
        maker = BlockMaker(remote_job(plan, MODEL, plan.card.temperature, threads=1, memory=None))
        (predicted,) = Prediction(plan).blocks(stage)
        made = maker.make(predicted.block)
        maker.close()
        for raster, alone in zip(made.rasters, predicted.classify(plan.card.legend.codes, plan.card.temperature)):
            assert np.array_equal(raster, alone)


@pytest.mark.parametrize(
    ("values", "colorinterp", "bands"),
    [
        (INDEXES, None, None),
        (COLORS, (RED, GREEN, BLUE, ColorInterp.alpha), None),
        (COLORS, (ColorInterp.undefined, BLUE, GREEN, RED), None),
        (COLORS, None, (4, 2, 1)),
        (COLORS.astype(np.uint16) * 40, None, None),
        (np.where(COLORS > 200, np.nan, COLORS).astype(np.float32), None, None),
    ],
    ids=["grey", "alpha", "backwards", "bands", "uint16", "float"],
)
def test_rasters_of_all_kinds_are_read_as_by_one_process(make_raster, values, colorinterp, bands) -> None:
    check_like_one_process(make_raster(values, colorinterp=colorinterp), bands)


@pytest.mark.parametrize("bands", [None, (1, 1, 1)])
def test_palettes_are_colours_or_values_as_in_one_process(make_raster, bands) -> None:
    path = make_raster(INDEXES)
    with rasterio.open(path, "r+") as dataset:
        dataset.write_colormap(1, {index: (index * 30, 255 - index * 30, 90, 255) for index in range(8)})
    check_like_one_process(path, bands)


def test_any_order_and_several_threads_give_the_same(plan: Plan, maker: BlockMaker) -> None:
    blocks = order_of(plan)
    assert len(blocks) == 9
    one_by_one = [maker.make(block) for block in blocks]
    other = BlockMaker(job_of(plan, memory=464))  # remembers few tiles
    shuffled = random.Random(1).sample(range(len(blocks)), len(blocks))
    with ThreadPoolExecutor(3) as pool:
        made = dict(zip(shuffled, pool.map(lambda number: other.make(blocks[number]), shuffled)))
    other.close()
    assert all(same(made[number], one_by_one[number]) for number in range(len(blocks)))


def test_neighbours_share_their_tiles(plan: Plan, maker: BlockMaker) -> None:
    blocks = order_of(plan)
    run = sum(maker.make(block).tiles_run for block in blocks)
    assert run == plan.lattice.tiles


def test_the_way_through_a_network_changes_nothing(plan: Plan, maker: BlockMaker) -> None:
    done = maker.make(order_of(plan)[4])
    packed = pickle.dumps(done.packed())
    assert same(pickle.loads(packed).unpacked(), done)
    assert len(packed) < done.rasters[0].nbytes


def test_another_raster_of_the_same_name_is_refused(plan: Plan, make_raster, tmp_path: Path) -> None:
    job = job_of(plan)
    make_raster(np.zeros((3, 40, 40), np.uint8))  # in its place
    with pytest.raises(RasterError, match="another raster on a worker"):
        BlockMaker(job)


def test_what_could_not_be_read_is_not_taken_for_px_the_next_time(make_raster) -> None:
    values = np.random.default_rng(8).integers(20, 230, (3, 512, 512)).astype(np.uint8)
    path = make_raster(values, tiled=True, blockxsize=128, blockysize=128, compress="deflate")
    whole, broken = path.read_bytes(), b"?" * 2000
    with open_source(str(path), MODEL.card.bands) as source, Reporter().stage("segment", 1) as stage:
        plan = Plan.make(source, MODEL.card, load_runtime(MODEL, "onnx", "cpu", 1), (2.0, 2.0))
        (predicted,) = Prediction(plan).blocks(stage)
        path.write_bytes(whole[: len(whole) // 2] + broken + whole[len(whole) // 2 + len(broken) :])
        maker = BlockMaker(remote_job(plan, MODEL, None, threads=1, memory=None))
        for _ in range(3):
            with pytest.raises(RasterError, match="is damaged"):
                maker.make(predicted.block)
        path.write_bytes(whole)  # a disk that came back
        assert np.array_equal(maker.make(predicted.block).rasters[0], predicted.classify(plan.card.legend.codes)[0])
        maker.close()


def test_a_failure_is_not_remembered(plan: Plan, maker: BlockMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    block = order_of(plan)[0]
    scores_of = maker.runtime.scores

    def fails(_: object) -> np.ndarray:
        raise RuntimeError("the network is broken")

    monkeypatch.setattr(maker.runtime, "scores", fails)
    with pytest.raises(RuntimeError, match="broken"):
        maker.make(block)
    monkeypatch.setattr(maker.runtime, "scores", scores_of)
    assert maker.make(block).tiles_run > 0
