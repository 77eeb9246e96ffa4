"""Batches for graphics cards: as many tiles as pay and fit, and the same scores whatever they are gathered with."""

from __future__ import annotations

from typing import Callable

import numpy as np
import pytest

from satseg_core.model.batches import fitting_batch
from satseg_core.model.choice import Choice
from satseg_core.model.runtime_torch import TorchRuntime
from satseg_core.model.store import ModelFile


def card(memory: int, parallel: int) -> Callable[[int], float]:
    """A graphics card with room for ``memory`` tiles that takes as long for one as for ``parallel`` of them."""

    def run(count: int) -> float:
        if count > memory:
            raise MemoryError
        return 0.001 * -(-count // parallel)

    return run


@pytest.mark.parametrize(
    ("memory", "parallel", "expected"), [(100, 1, 1), (100, 8, 8), (100, 1000, 64), (5, 1000, 4), (1, 1000, 1)]
)
def test_a_batch_is_what_pays_and_fits(memory: int, parallel: int, expected: int) -> None:
    assert fitting_batch(card(memory, parallel)) == expected


def test_a_card_without_room_for_one_tile_is_told() -> None:
    with pytest.raises(MemoryError):
        fitting_batch(card(0, 1))


def runtime_of(model: ModelFile, batch: int) -> TorchRuntime:
    return TorchRuntime(model, Choice("torch", "cpu", "a test"), 1, batch=batch)


def tiles(count: int) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, 3, 64, 64)).astype(np.float32)


def test_a_tile_has_the_same_bits_wherever_it_is_in_batches(small_model: ModelFile) -> None:
    image = tiles(7)
    runtime = runtime_of(small_model, 4)
    scores = runtime.scores(image)
    assert scores.shape == (7, 7, 16, 16)
    assert np.array_equal(runtime.scores(image[5:6])[0], scores[5])
    assert np.array_equal(runtime.scores(image[::-1])[::-1], scores)
    assert np.abs(scores - runtime_of(small_model, 1).scores(image)).max() < 1e-3


def test_memory_that_is_gone_makes_batches_smaller(small_model: ModelFile, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = runtime_of(small_model, 8)
    whole, room = runtime._run, 3

    def run(stack: np.ndarray) -> np.ndarray:
        if len(stack) > room:
            raise MemoryError
        return whole(stack)

    monkeypatch.setattr(runtime, "_run", run)
    image = tiles(9)
    assert np.abs(runtime.scores(image) - runtime_of(small_model, 1).scores(image)).max() < 1e-3
    assert runtime.batch == 2
    room = 0
    with pytest.raises(MemoryError):
        runtime.scores(image)
