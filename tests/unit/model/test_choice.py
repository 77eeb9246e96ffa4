"""What may run a model on machines with other libraries and graphics cards than this one's."""

from __future__ import annotations

import dataclasses

import pytest

from satseg_core.errors import RuntimeUnavailableError
from satseg_core.model import choice, runtime_onnx
from satseg_core.model.choice import ONNX_PROVIDERS, Choice, candidates, cards_of
from satseg_core.model.runtime_onnx import OnnxRuntime
from satseg_core.model.store import ModelFile


@pytest.mark.parametrize(
    ("providers", "cards"),
    [
        (["CPUExecutionProvider"], ()),
        (["AzureExecutionProvider", "CPUExecutionProvider"], ()),
        (["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"], ("cuda",)),
        (["DmlExecutionProvider", "CPUExecutionProvider"], ("directml",)),
        (["CoreMLExecutionProvider", "CPUExecutionProvider"], ("coreml",)),
    ],
)
def test_cards_are_told_from_the_packages_of_onnx_runtime(providers: list[str], cards: tuple[str, ...]) -> None:
    assert cards_of(providers) == cards


def machine(monkeypatch: pytest.MonkeyPatch, packages: tuple[str, ...], cards: tuple[str, ...], cuda: bool) -> None:
    monkeypatch.setattr(choice, "installed", lambda package: package in packages)
    monkeypatch.setattr(choice, "onnx_cards", lambda: cards)
    monkeypatch.setattr(choice, "has_cuda", lambda: cuda)


EVERYTHING = ("onnxruntime", "openvino", "torch")


@pytest.mark.parametrize(
    ("packages", "cards", "cuda", "device", "expected"),
    [
        (("onnxruntime",), (), False, "auto", ["onnx"]),
        (EVERYTHING, (), False, "auto", ["onnx", "openvino"]),
        (EVERYTHING, ("cuda",), True, "auto", ["torch on cuda"]),
        (("onnxruntime", "openvino"), ("cuda",), False, "auto", ["onnx", "onnx on cuda", "openvino"]),
        (("onnxruntime",), ("directml",), False, "auto", ["onnx", "onnx on directml"]),
        (("onnxruntime",), ("coreml",), False, "auto", ["onnx", "onnx on coreml"]),
        (EVERYTHING, ("cuda",), True, "cpu", ["onnx", "openvino"]),
        (EVERYTHING, ("cuda",), True, "cuda", ["torch on cuda"]),
        (("onnxruntime",), ("cuda",), False, "cuda", ["onnx on cuda"]),
        (("onnxruntime",), (), False, "cuda", ["torch on cuda"]),
        (EVERYTHING, ("coreml",), False, "mps", ["torch on mps"]),
        (EVERYTHING, (), False, "directml", ["onnx on directml"]),
        (("torch",), (), False, "auto", ["torch"]),
        ((), (), False, "auto", ["onnx"]),
    ],
)
def test_what_is_installed_decides_what_is_tried(
    packages: tuple[str, ...],
    cards: tuple[str, ...],
    cuda: bool,
    device: str,
    expected: list[str],
    small_model: ModelFile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine(monkeypatch, packages, cards, cuda)
    assert [one.label for one in candidates(small_model, device=device)] == expected


def test_a_runtime_that_was_asked_for_is_tried_on_its_cards(
    small_model: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(monkeypatch, EVERYTHING, ("directml",), True)
    assert [one.label for one in candidates(small_model, "onnx")] == ["onnx", "onnx on directml"]
    assert [one.label for one in candidates(small_model, "torch")] == ["torch on cuda"]
    assert [one.label for one in candidates(small_model, "onnx", "cpu")] == ["onnx"]


def test_a_model_without_weights_runs_on_the_card_through_onnx(
    small_model: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(monkeypatch, EVERYTHING, ("cuda",), True)
    graph_alone = dataclasses.replace(small_model, weights=None)
    assert [one.label for one in candidates(graph_alone, device="cuda")] == ["onnx on cuda"]
    assert [one.label for one in candidates(graph_alone)] == ["onnx", "onnx on cuda", "openvino"]


class LibraryWithoutDriver:
    """ONNX Runtime as it is on a machine whose package has a graphics card's provider and whose system has no driver:
    it says that it has the provider, and goes on with the processor."""

    def __init__(self, provider: str) -> None:
        import onnxruntime

        self._library, self._provider = onnxruntime, provider

    def __getattr__(self, name: str) -> object:
        return getattr(self._library, name)

    def get_available_providers(self) -> list[str]:
        return [self._provider, "CPUExecutionProvider"]

    def InferenceSession(self, path: str, options: object, providers: list[object]) -> object:
        assert isinstance(providers[0], tuple)
        assert providers[0][0] == self._provider
        return self._library.InferenceSession(path, options, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("device", [device for device in ONNX_PROVIDERS if device != "cpu"])
def test_a_card_without_a_driver_is_told(device: str, small_model: ModelFile, monkeypatch: pytest.MonkeyPatch) -> None:
    library = LibraryWithoutDriver(ONNX_PROVIDERS[device])
    monkeypatch.setattr(runtime_onnx, "_import_library", lambda: library)
    with pytest.raises(RuntimeUnavailableError, match=f"no {device} that works here; see to its driver"):
        OnnxRuntime(small_model, Choice("onnx", device, "a test"), 1)
