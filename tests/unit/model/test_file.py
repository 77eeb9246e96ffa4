"""The model file: what goes in comes out, and whatever is wrong is refused in one sentence."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import pickle
import stat
from pathlib import Path
from typing import Callable

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file
from safetensors.torch import load_file as load_tensors

from satseg_core.errors import ModelError
from satseg_core.model.card import CARD_KEY
from satseg_core.model.file import load_network, read_model, stored_state, weights_digest, write_model
from satseg_core.model.header import read_card, read_metadata

from .conftest import make_card, make_network


def test_weights_come_back_as_they_were_rounded(tmp_path: Path) -> None:
    card = make_card()
    state = make_network(card).state_dict()
    written = write_model(tmp_path / "m.safetensors", card, state)
    read, found = read_model(tmp_path / "m.safetensors")
    assert read == written == dataclasses.replace(card, weights_sha256=written.weights_sha256)
    assert set(found) == {name for name in state if not name.endswith("num_batches_tracked")}
    for name, values in found.items():
        assert values.dtype == torch.float32
        assert torch.equal(values, state[name].half().float() if values.ndim > 1 else state[name]), name


def test_large_weights_are_stored_small(weights: Path) -> None:
    stored = load_tensors(str(weights))
    assert {v.dtype for v in stored.values() if v.ndim > 1} == {torch.float16}
    assert {v.dtype for v in stored.values() if v.ndim < 2} == {torch.float32}
    assert weights.stat().st_size < 5_000_000


def test_the_network_computes_what_the_written_one_computes(tmp_path: Path) -> None:
    card = make_card(bands=("a", "b"), mean=(0, 0), std=(1, 1))
    network = make_network(card)
    network.load_state_dict({k: v.float() for k, v in stored_state(network.state_dict()).items()}, strict=False)
    write_model(tmp_path / "m.safetensors", card, network.state_dict())
    _, again = load_network(tmp_path / "m.safetensors")
    image = torch.randn(1, 2, 64, 64)
    with torch.inference_mode():
        assert torch.equal(again(image), network(image))
    assert not again.training


def test_a_loaded_network_can_be_trained_on(weights: Path) -> None:
    _, network = load_network(weights)
    network.train()(torch.randn(2, 3, 64, 64)).sum().backward()
    assert network.classifier.weight.grad is not None
    assert not any(value.is_meta for value in network.state_dict().values())


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    card = make_card()
    for name in ("a", "b"):
        write_model(tmp_path / f"{name}.safetensors", card, make_network(card).state_dict())
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


def test_everyone_may_read_the_file_that_may_read_others(tmp_path: Path) -> None:
    card = make_card()
    write_model(tmp_path / "m.safetensors", card, make_network(card).state_dict())
    (tmp_path / "other").write_bytes(b"")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("m.safetensors", "other")}
    assert len(modes) == 1


def test_the_digest_is_what_its_description_says(weights: Path) -> None:
    digest = hashlib.sha256()
    for name, values in sorted(load_file(str(weights)).items()):
        shape = "[" + ",".join(str(n) for n in values.shape) + "]"
        digest.update(name.encode() + b"\0" + shape.encode() + b"\0" + values.astype("<f4").tobytes())
    assert read_card(weights).weights_sha256 == digest.hexdigest()


@given(st.permutations(["a", "b", "c"]))
def test_the_digest_does_not_depend_on_the_order_of_tensors(order: list[str]) -> None:
    values = {"a": torch.arange(4.0), "b": torch.ones(2, 2), "c": torch.zeros(())}
    assert weights_digest({name: values[name] for name in order}) == weights_digest(values)


def test_the_digest_tells_shapes_and_names_apart() -> None:
    ones = torch.ones(4)
    assert len({weights_digest(s) for s in ({"a": ones}, {"b": ones}, {"a": ones.reshape(2, 2)}, {})}) == 4


Tensors = dict[str, np.ndarray]


def rewrite(source: Path, target: Path, change: Callable[[Tensors], None]) -> None:
    """Copy a model file with changed tensors and the old card."""
    tensors = load_file(str(source))
    change(tensors)
    save_file(tensors, str(target), metadata=read_metadata(source))


def set_one(tensors: Tensors) -> None:
    tensors["classifier.bias"][0] += 1.0


def test_changed_weights_are_refused(weights: Path, tmp_path: Path) -> None:
    rewrite(weights, tmp_path / "m.safetensors", set_one)
    with pytest.raises(ModelError, match="not those that its card was written for"):
        read_model(tmp_path / "m.safetensors")


def drop(tensors: Tensors) -> None:
    del tensors["classifier.bias"]


def add(tensors: Tensors) -> None:
    tensors["more"] = np.zeros(3, np.float32)


def reshape(tensors: Tensors) -> None:
    tensors["classifier.weight"] = tensors["classifier.weight"][:3]


def double(tensors: Tensors) -> None:
    tensors["classifier.bias"] = tensors["classifier.bias"].astype(np.float64)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (drop, "lacks the tensor 'classifier.bias'"),
        (add, "has the tensor 'more', which"),
        (reshape, r"'classifier.weight' in shape \[3, 8, 1, 1\].* has \[7, 8, 1, 1\]"),
        (double, "neither float16 nor float32"),
    ],
)
def test_other_tensors_than_the_network_has_are_refused(
    change: Callable[[Tensors], None], words: str, weights: Path, tmp_path: Path
) -> None:
    path = tmp_path / "m.safetensors"
    rewrite(weights, path, change)
    values = {name: torch.from_numpy(value) for name, value in load_file(str(path)).items()}
    card = dataclasses.replace(read_card(weights), weights_sha256=weights_digest(values))
    save_file(load_file(str(path)), str(path), metadata={CARD_KEY: card.to_json()})
    with pytest.raises(ModelError, match=words):
        load_network(path)


def test_weights_that_do_not_fit_are_not_written(tmp_path: Path) -> None:
    state = make_network(make_card()).state_dict()
    with pytest.raises(ModelError, match=r"classifier\.bias.*\[7\].* has \[1\]"):
        one = dataclasses.replace(make_card().legend, classes=make_card().legend.classes[:1])
        write_model(tmp_path / "m.safetensors", make_card(legend=one), state)
    state["classifier.weight"][0] = 1e6  # infinite as float16
    with pytest.raises(ModelError, match=r"'classifier\.weight' are not finite"):
        write_model(tmp_path / "m.safetensors", make_card(), state)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("share", [0.0, 0.00001, 0.002, 0.5, 0.999999])
def test_parts_of_a_file_are_refused(share: float, weights: Path, tmp_path: Path) -> None:
    whole = weights.read_bytes()
    (tmp_path / "m.safetensors").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ModelError, match="export"):
        load_network(tmp_path / "m.safetensors")


def test_trailing_bytes_are_refused(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "m.safetensors").write_bytes(weights.read_bytes() + b"\0" * 8)
    with pytest.raises(ModelError, match="damaged"):
        load_network(tmp_path / "m.safetensors")


class Bomb:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.path), "w")


@pytest.mark.parametrize("write", [pickle.dump, torch.save])
def test_pickles_are_refused_and_not_run(write: Callable[..., None], tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    with path.open("wb") as file:
        write({"weights": Bomb(tmp_path / "harm")}, file)
    with pytest.raises(ModelError, match="not a safetensors file"):
        load_network(path)
    assert not (tmp_path / "harm").exists()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), value=st.integers(1, 255))
def test_no_byte_of_the_file_can_change_unnoticed(place: float, value: int, weights: Path, tmp_path: Path) -> None:
    content = bytearray(weights.read_bytes())
    begin = 8 + int.from_bytes(content[:8], "little")
    content[begin + int((len(content) - begin) * place)] ^= value
    (tmp_path / "m.safetensors").write_bytes(content)
    with pytest.raises(ModelError):
        read_model(tmp_path / "m.safetensors")


def card_values(weights: Path) -> dict[str, object]:
    values = json.loads(read_metadata(weights)[CARD_KEY])
    if not isinstance(values, dict):
        raise TypeError
    return values


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("format", 99, "newer format"),
        ("architecture", [], "malformed"),
        ("architecture", {"backbone": "mobilenet_v2", "aspp_rates": 5}, "malformed"),
        ("architecture", {"backbone": "mobilenet_v2", "aspp_channels": "many"}, "no positive whole number"),
        ("architecture", {"backbone": "vgg"}, "no backbone 'vgg'"),
        ("architecture", {"aspp_channels": 10**7}, "in shape"),
        ("legend", {}, "not a list"),
        ("bands", None, "malformed"),
        ("std", [0, 1, 1], "deviation"),
        ("tile_size", "big", "malformed"),
        ("name", 7, "words belong"),
        ("surprise", 1, "malformed"),
    ],
)
def test_impossible_cards_are_refused(name: str, value: object, words: str, weights: Path, tmp_path: Path) -> None:
    card = {**card_values(weights), name: value}
    save_file(load_file(str(weights)), str(tmp_path / "m.safetensors"), metadata={CARD_KEY: json.dumps(card)})
    with pytest.raises(ModelError, match=words):
        load_network(tmp_path / "m.safetensors")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.safetensors cannot be read \(No such file"):
        load_network(tmp_path / "none.safetensors")
