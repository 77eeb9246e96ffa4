"""The ONNX file: small, of any size, and of the same mind as torch."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from satseg_core.errors import ModelError
from satseg_core.model.card import CARD_KEY
from satseg_core.model.file import load_network, write_model
from satseg_core.model.onnx_export import export_onnx
from satseg_core.model.runtime import load_runtime
from satseg_core.model.store import ModelFile, open_model

from .conftest import SMALL, make_card, make_network


def textured(bands: int, size: int, count: int = 1) -> np.ndarray:
    """Smooth random images, more like land than noise is."""
    coarse = torch.randn((count, bands, size // 8, size // 8), generator=torch.Generator().manual_seed(5))
    return torch.nn.functional.interpolate(coarse, size=(size, size), mode="bicubic").numpy()


def torch_scores(model: ModelFile, tiles: np.ndarray) -> np.ndarray:
    _, network = load_network(model.weights or Path())
    with torch.inference_mode():
        return network.forward_scores(torch.from_numpy(tiles)).numpy()


@pytest.mark.parametrize(("bands", "classes", "backbone"), [(1, 2, "resnet18"), (5, 7, "mobilenet_v3_large")])
def test_scores_are_those_of_torch(bands: int, classes: int, backbone: str, tmp_path: Path) -> None:
    architecture = dataclasses.replace(SMALL, backbone=backbone)
    card = make_card(architecture=architecture, bands=tuple("abcdefg")[:bands], mean=(0,) * bands, std=(1,) * bands)
    card = dataclasses.replace(card, legend=dataclasses.replace(card.legend, classes=card.legend.classes[:classes]))
    write_model(tmp_path / "m.safetensors", card, make_network(card).state_dict())
    export_onnx(tmp_path / "m.safetensors", tmp_path / "m.onnx")
    model = open_model(tmp_path / "m.onnx")
    tiles = textured(bands, 96)
    expected, found = torch_scores(model, tiles), load_runtime(model, "onnx", threads=1).scores(tiles)
    assert found.shape == expected.shape == (1, classes, 24, 24)
    assert np.abs(found - expected).max() < 1e-3
    assert (found.argmax(axis=1) == expected.argmax(axis=1)).mean() >= 0.999


def test_the_default_model_agrees_with_torch() -> None:
    from satseg_core.model.store import find_model

    model = find_model()
    tiles = textured(len(model.card.bands), 256)
    expected, found = torch_scores(model, tiles), load_runtime(model, "onnx", threads=2).scores(tiles)
    assert np.abs(found - expected).max() < 1e-3
    assert (found.argmax(axis=1) == expected.argmax(axis=1)).mean() >= 0.999


@pytest.mark.parametrize("size", [32, 64, 160])
def test_tiles_may_have_any_size(size: int, small_model: ModelFile) -> None:
    tiles = textured(3, size, count=2)
    found = load_runtime(small_model, "onnx", threads=1).scores(tiles)
    assert found.shape == (2, 7, size // 4, size // 4)
    assert np.abs(found - torch_scores(small_model, tiles)).max() < 1e-3


def test_the_graph_is_small_and_says_what_it_takes(small_model: ModelFile) -> None:
    graph = onnx.load(str(small_model.onnx)).graph
    assert [i.name for i in graph.input] == ["tiles"]
    assert [o.name for o in graph.output] == ["scores"]
    for value in (graph.input[0], graph.output[0]):
        sizes = value.type.tensor_type.shape.dim
        assert [bool(d.dim_param) for d in sizes] == [True, False, True, True]
    large = [t for t in graph.initializer if len(t.dims) == 4 and t.dims[1:] != [1, 1, 1]]
    assert large
    assert {t.data_type for t in large} == {onnx.TensorProto.FLOAT16}
    assert not any(node.op_type == "BatchNormalization" for node in graph.node)


def test_the_card_lies_where_others_look_for_it(small_model: ModelFile) -> None:
    properties = {p.key: p.value for p in onnx.load(str(small_model.onnx)).metadata_props}
    assert properties[CARD_KEY] == small_model.card.to_json()


def test_exporting_twice_gives_the_same_bytes(small_model: ModelFile, tmp_path: Path) -> None:
    export_onnx(small_model.weights or Path(), tmp_path / "again.onnx")
    assert (tmp_path / "again.onnx").read_bytes() == (small_model.onnx or Path()).read_bytes()


def test_a_malformed_model_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "m.safetensors").write_bytes(b"no model at all")
    with pytest.raises(ModelError, match="not a safetensors file"):
        export_onnx(tmp_path / "m.safetensors", tmp_path / "m.onnx")
    assert not (tmp_path / "m.onnx").exists()
