"""A runtime is loaded once for jobs that follow each other, and never shared by two at a time."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from satseg_core.errors import UsageError
from satseg_core.model.keeper import RuntimeKeeper
from satseg_core.model.store import ModelFile, find_model, open_model


@pytest.fixture
def model(tmp_path: Path) -> ModelFile:
    """The default model, in a file that may be changed."""
    found = find_model()
    assert found.onnx is not None
    return open_model(Path(shutil.copy(found.onnx, tmp_path)))


def test_the_same_is_loaded_once_and_anything_else_anew(model: ModelFile) -> None:
    keeper = RuntimeKeeper()
    with keeper.lent() as load:
        first = load(model, "onnx", "cpu", 1)
        assert load(model, "onnx", "cpu", 1) is first
    with keeper.lent() as load:
        assert load(model, "onnx", "cpu", 1) is first
    with keeper.lent() as load:
        more_threads = load(model, "onnx", "cpu", 2)
        assert more_threads is not first
    with keeper.lent() as load:
        assert load(model, "onnx", "cpu", 2) is more_threads
        exact = load(model, "onnx", "cpu", 2, "float32")
        assert exact is not more_threads
    assert model.onnx is not None
    os.utime(model.onnx, ns=(1, 1))
    with keeper.lent() as load:
        assert load(model, "onnx", "cpu", 2, "float32") is not exact


def test_two_at_a_time_have_one_each(model: ModelFile) -> None:
    keeper = RuntimeKeeper()
    with keeper.lent() as load, keeper.lent() as other:
        assert load(model, "onnx", "cpu", 1) is not other(model, "onnx", "cpu", 1)


def test_a_job_that_fails_leaves_nothing(model: ModelFile) -> None:
    keeper = RuntimeKeeper()
    with pytest.raises(UsageError), keeper.lent() as load:
        first = load(model, "onnx", "cpu", 1)
        raise UsageError("something")
    with keeper.lent() as load:
        assert load(model, "onnx", "cpu", 1) is not first
        with pytest.raises(UsageError, match="no runtime 'nonsense'"):
            load(model, "nonsense")


def test_a_closed_one_keeps_nothing(model: ModelFile) -> None:
    keeper = RuntimeKeeper()
    with keeper.lent() as load:
        first = load(model, "onnx", "cpu", 1)
        keeper.close()
    with keeper.lent() as load:
        assert load(model, "onnx", "cpu", 1) is not first
