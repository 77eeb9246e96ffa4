"""Reading cards with the standard library alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from satseg_core.errors import ModelError
from satseg_core.model.card import CARD_KEY, ModelCard
from satseg_core.model.header import read_card, read_metadata, read_onnx_metadata
from satseg_core.model.store import ModelFile

from .conftest import make_card

PROJECT = Path(__file__).resolve().parents[3]


def with_header(path: Path, header: bytes, length: int | None = None) -> Path:
    path.write_bytes((len(header) if length is None else length).to_bytes(8, "little") + header)
    return path


def with_metadata(path: Path, metadata: object) -> Path:
    return with_header(path, json.dumps({"__metadata__": metadata}).encode())


def test_both_files_of_a_model_carry_the_same_card(small_model: ModelFile) -> None:
    if not small_model.weights or not small_model.onnx:
        pytest.fail("the model lacks a file")
    assert read_card(small_model.weights) == read_card(small_model.onnx) == small_model.card


@pytest.mark.parametrize("text", ["", "a", "Größe ✓", "x" * 5000, '{"a": "b"}\n'])
def test_metadata_are_what_the_onnx_package_wrote(text: str, tmp_path: Path) -> None:
    graph = onnx.helper.make_graph([], "g", [], [], [onnx.numpy_helper.from_array(__import__("numpy").zeros(999), "w")])
    model = onnx.helper.make_model(graph)
    onnx.helper.set_model_props(model, {"first": text, "second": "2"})
    onnx.save(model, str(tmp_path / "m.onnx"))
    assert read_onnx_metadata(tmp_path / "m.onnx") == {"first": text, "second": "2"}


def test_a_file_without_card_is_refused(tmp_path: Path) -> None:
    assert read_metadata(with_header(tmp_path / "a.safetensors", b"{}")) == {}
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph([], "g", [], [])), str(tmp_path / "a.onnx"))
    for suffix in ("safetensors", "onnx"):
        with pytest.raises(ModelError, match="carries no SatSeg model card"):
            read_card(tmp_path / f"a.{suffix}")


@pytest.mark.parametrize("header", [b"", b"[]", b"3", b"{", b"\xff\xfe", b'{"__metadata__": 3}', b"[" * 200_000])
def test_headers_that_are_none_are_refused(header: bytes, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a safetensors file"):
        read_metadata(with_header(tmp_path / "m.safetensors", header))


@pytest.mark.parametrize("length", [0, 1, 1000, 10**9, 2**63])
def test_wrong_lengths_are_refused(length: int, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a safetensors file"):
        read_metadata(with_header(tmp_path / "m.safetensors", b"{}  ", length))


def test_metadata_must_be_text(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a safetensors file"):
        read_metadata(with_metadata(tmp_path / "m.safetensors", {CARD_KEY: 3}))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200), suffix=st.sampled_from(["safetensors", "onnx"]))
def test_random_bytes_are_refused_and_nothing_worse(content: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"m.{suffix}"
    path.write_bytes(content)
    with pytest.raises(ModelError):
        read_card(path)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(json.loads(make_card().to_json()))),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=4,
    ),
)
def test_any_value_in_a_card_is_taken_or_refused(name: str, value: object) -> None:
    text = json.dumps({**json.loads(make_card().to_json()), name: value})
    try:
        card = ModelCard.from_json(text)
    except ModelError:
        return
    assert ModelCard.from_json(card.to_json()).to_json() == card.to_json()


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.onnx", tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(ModelError, match="cannot be read"):
            read_card(path)


def test_listing_models_and_reading_cards_loads_nothing_heavy() -> None:
    code = """
import sys
from satseg_core.model.store import list_models
import satseg_core.model.runtime
for model in list_models():
    print(model.name)
heavy = {"torch", "torchvision", "numpy", "onnxruntime", "onnx", "safetensors", "rasterio", "PIL"} & set(sys.modules)
sys.exit("loaded: " + ", ".join(sorted(heavy)) if heavy else 0)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "landcover" in done.stdout.split()
