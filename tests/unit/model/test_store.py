"""Finding models by name and by file."""

from __future__ import annotations

import dataclasses
import os
import shutil
from pathlib import Path

import pytest

from satseg_core.errors import ModelError
from satseg_core.model.card import ModelCard
from satseg_core.model.file import read_model, write_model
from satseg_core.model.store import (
    DEFAULT_MODEL,
    FOLDERS_VARIABLE,
    SHIPPED,
    ModelFile,
    find_model,
    list_models,
    open_model,
)


@pytest.fixture
def folder(small_model: ModelFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the user's with the small model in it."""
    for path in (small_model.weights, small_model.onnx):
        if path:
            shutil.copy(path, tmp_path)
    monkeypatch.setenv(FOLDERS_VARIABLE, os.pathsep.join([str(tmp_path / "none"), str(tmp_path)]))
    return tmp_path


def rename(path: Path, target: Path, name: str) -> ModelCard:
    """Copy a model file under another name of the model."""
    card, state = read_model(path)
    return write_model(target, dataclasses.replace(card, name=name), state)


def test_the_default_model_comes_with_satseg() -> None:
    model = find_model()
    assert model == find_model(None) == find_model(DEFAULT_MODEL)
    assert model.weights == SHIPPED / "landcover.safetensors"
    assert model.onnx == SHIPPED / "landcover.onnx"
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 20_000_000


def test_models_are_found_by_name_and_by_file(folder: Path) -> None:
    by_name = find_model("small")
    assert by_name.weights == folder / "small.safetensors"
    assert by_name.onnx == folder / "small.onnx"
    for suffix in ("safetensors", "onnx"):
        assert find_model(str(folder / f"small.{suffix}")) == by_name


def test_all_models_are_listed_by_name(folder: Path) -> None:
    assert [model.name for model in list_models()] == ["landcover", "small"]


def test_a_folder_of_the_users_comes_first(folder: Path) -> None:
    rename(folder / "small.safetensors", folder / "mine.safetensors", "landcover")
    assert find_model().weights == folder / "mine.safetensors"


def test_one_file_is_enough(folder: Path) -> None:
    (folder / "small.safetensors").unlink()
    assert find_model("small").weights is None
    assert find_model("small").onnx == folder / "small.onnx"


def test_an_onnx_of_other_weights_is_not_taken_for_the_same_model(folder: Path) -> None:
    card, state = read_model(folder / "small.safetensors")
    state["classifier.bias"] += 1.0
    write_model(folder / "small.safetensors", card, state)
    assert find_model("small").onnx is None
    assert open_model(folder / "small.onnx").weights is None


def test_a_damaged_file_is_passed_over_in_lists_and_named_when_asked_for(folder: Path) -> None:
    (folder / "broken.safetensors").write_bytes(b"123")
    assert [model.name for model in list_models()] == ["landcover", "small"]
    with pytest.raises(ModelError, match=r"broken\.safetensors is not a safetensors file"):
        find_model("broken")


def test_unknown_models_are_told_from_the_known(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"no model 'forest9'.*landcover, small"):
        find_model("forest9")


def test_files_of_other_kinds_are_refused(folder: Path) -> None:
    (folder / "weights.pth").write_bytes(b"123")
    for path in (folder / "weights.pth", folder):
        with pytest.raises(ModelError, match="is no model file"):
            find_model(str(path))
    with pytest.raises(ModelError, match="cannot be read"):
        find_model(str(folder / "none.onnx"))
