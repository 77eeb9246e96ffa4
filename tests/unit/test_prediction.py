"""A planned run gives the same scores whole or in parts, and what is sampled is what is classified."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from satseg_core.events import Reporter
from satseg_core.legend import NODATA
from satseg_core.model.runtime import load_runtime
from satseg_core.model.store import find_model
from satseg_core.prediction import Plan, Prediction, model_scale
from satseg_core.raster.grid import Block, Span
from satseg_core.raster.placement import Placement
from satseg_core.raster.source import open_source

SIZE = (420, 530)


@pytest.fixture(scope="module")
def model():
    return find_model()


@pytest.fixture(scope="module")
def runtime(model):
    return load_runtime(model, "onnx", threads=1)


@pytest.fixture
def predict(make_raster, model, runtime):
    """Blocks of a made raster whose middle has no data, run in the part that is asked for."""
    rng = np.random.default_rng(3)
    pixels = rng.integers(1, 255, (3, *SIZE)).astype(np.uint8)
    pixels[:, 100:200, 150:300] = 0
    path = make_raster(pixels, nodata=0)

    def run(within=None, runtime=runtime):
        with open_source(str(path), model.card.bands) as source:
            scale, _ = model_scale(source, model.card, 2 * source.placement.metres[0])
            prediction = Prediction(Plan.make(source, model.card, runtime, scale, within=within))
            with Reporter().stage("segment", prediction.tiles) as stage:
                return list(prediction.blocks(stage)), prediction

    return run


def test_blocks_cover_what_was_asked_for_once_and_nothing_else(predict):
    within = Block(Span(30, 400), Span(7, 501))
    count = np.zeros(SIZE, int)
    found, prediction = predict(within)
    for predicted in found:
        count[slice(*predicted.block.rows), slice(*predicted.block.cols)] += 1
    assert (count[30:400, 7:501] == 1).all()
    assert count.sum() == 370 * 494
    assert prediction.tiles_run == prediction.tiles == 1


def test_classes_are_the_best_of_the_sampled_scores(predict):
    (predicted,), _ = predict()
    labels, percent = predicted.classify(range(7), temperature=1.0)
    rows, cols, values = predicted.sample(3)
    assert values.shape == (len(rows), 7)
    np.testing.assert_array_equal(labels[rows, cols], values.argmax(axis=1))
    softmax = np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(percent[rows, cols], 100 * softmax.max(axis=1), atol=0.51)


def test_sampled_px_are_the_same_in_parts_and_have_data(predict):
    (whole,), _ = predict()
    expected = {(row, col): value.tolist() for row, col, value in zip(*whole.sample(8))}
    assert all(row % 8 == 4 and col % 8 == 4 for row, col in expected)
    assert not any(100 <= row < 200 and 150 <= col < 300 for row, col in expected)
    (part,), _ = predict(Block(Span(61, 333), Span(10, 299)))
    found = {(row, col): value.tolist() for row, col, value in zip(*part.sample(8))}
    assert found == {place: value for place, value in expected.items() if 61 <= place[0] < 333 and 10 <= place[1] < 299}


def test_nothing_is_run_where_there_is_no_data(predict):
    (hole,), prediction = predict(Block(Span(110, 190), Span(160, 290)))
    labels, percent = hole.classify(range(7), temperature=1.0)
    assert prediction.tiles_run == 0
    assert (labels == NODATA).all()
    assert (percent == NODATA).all()
    assert hole.classify(range(7))[1] is None
    assert [part.shape for part in hole.sample(8)] == [(0,), (0,), (0, 7)]


def test_a_placement_may_be_given_to_images_that_have_none(make_raster, model):
    path = make_raster(np.zeros((3, 20, 20), np.uint8), crs=None, transform=None)
    with open_source(str(path), model.card.bands) as source:
        assert model_scale(source, model.card)[0] == (1.0, 1.0)
        placed = dataclasses.replace(source, placement=Placement((0.5, 0.5)))
        assert model_scale(placed, model.card)[0] == pytest.approx((2 * model.card.pixel_size,) * 2)


class InBatches:
    """A runtime that likes several tiles at a time, and counts them."""

    def __init__(self, runtime, batch):
        self._runtime, self.batch, self.calls = runtime, batch, []

    def __getattr__(self, name):
        return getattr(self._runtime, name)

    def scores(self, tiles):
        self.calls.append(len(tiles))
        return self._runtime.scores(tiles)


def test_tiles_are_gathered_in_batches_across_blocks(model, runtime, make_raster):
    pixels = np.random.default_rng(4).integers(1, 255, (3, 900, 900)).astype(np.uint8)
    path = make_raster(pixels)

    def run(batch):
        several = InBatches(runtime, batch)
        with open_source(str(path), model.card.bands) as source:
            plan = Plan.make(source, model.card, several, (1.0, 1.0))
            prediction = Prediction(plan)
            with Reporter().stage("segment", prediction.tiles) as stage:
                found = [(block.block, block.cells) for block in prediction.blocks(stage)]
        return found, several.calls

    one, single = run(1)
    many, calls = run(5)
    assert set(single) == {1}
    assert sum(calls) == len(single) == 16
    assert max(calls) == 5
    assert len(one) == len(many) > 0
    for (block, cells), (other, others) in zip(one, many):
        assert block == other
        np.testing.assert_array_equal(cells, others)
