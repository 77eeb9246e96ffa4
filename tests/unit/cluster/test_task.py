"""A worker's blocks are those of a run in one process, bit for bit, in any order and from several threads."""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from satseg_core import scores
from satseg_core.cluster.sent_model import SentModel
from satseg_core.cluster.task import BlockDone, BlockMaker, RemoteJob, RuntimeChoice
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
    return RemoteJob(
        input=plan.source.path,
        bands=plan.source.bands,
        size=plan.source.shape,
        lattice=plan.lattice,
        within=plan.within,
        block_size=BLOCK_SIZE,
        stretch=plan.stretch,
        area=None,
        model=SentModel.of(MODEL, "onnx"),
        choice=RuntimeChoice("onnx", "cpu", "auto", 1),
        temperature=plan.card.temperature,
        memory=memory,
    )


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
