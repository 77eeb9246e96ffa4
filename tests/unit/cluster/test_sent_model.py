"""A model comes to workers as it was, with the files that are needed there."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from satseg_core.cluster.sent_model import SentModel
from satseg_core.errors import ModelError
from satseg_core.model.store import ModelFile, find_model, open_model


@pytest.fixture
def own(tmp_path: Path) -> ModelFile:
    """The default model as a user's own: both of its files, in a folder that does not come with SatSeg."""
    model = find_model()
    for path in (model.weights, model.onnx):
        assert path is not None
        shutil.copy(path, tmp_path)
    return open_model(tmp_path / f"{model.name}.onnx")


@pytest.mark.parametrize(
    ("runtime", "suffixes"),
    [
        ("onnx", [".onnx"]),
        ("openvino", [".onnx"]),
        ("torch", [".safetensors"]),
        ("auto", [".safetensors", ".onnx"]),
    ],
)
def test_the_files_that_a_runtime_reads(own: ModelFile, runtime: str, suffixes: list[str], tmp_path: Path) -> None:
    sent = SentModel.of(own, runtime)
    assert [Path(name).suffix for name, _ in sent.files] == suffixes
    there = tmp_path / "there"
    there.mkdir()
    found = open_model(sent.unpack(there))
    assert found.card == own.card
    assert [path is not None for path in (found.weights, found.onnx)] == [
        suffix in suffixes for suffix in (".safetensors", ".onnx")
    ]


def test_the_other_file_is_sent_where_a_runtime_has_none_of_its_own(own: ModelFile) -> None:
    alone = dataclasses.replace(own, weights=None)
    assert [Path(name).suffix for name, _ in SentModel.of(alone, "torch").files] == [".onnx"]


def test_what_comes_with_satseg_stays(own: ModelFile) -> None:
    assert SentModel.unless_shipped(find_model()).files == ()
    assert SentModel.unless_shipped(own) == SentModel.of(own)


def test_a_file_that_is_gone_is_one_sentence(own: ModelFile) -> None:
    assert own.onnx is not None
    own.onnx.unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        SentModel.of(own, "onnx")
