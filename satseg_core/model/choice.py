"""Which runtime and device a model may run on here: what is asked for, or what is installed.

Standard library alone; torch and ONNX Runtime are imported to ask them for graphics cards, where they are installed.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import sys
from collections.abc import Collection
from dataclasses import dataclass

from satseg_core.errors import RuntimeUnavailableError, UsageError
from satseg_core.model.store import ModelFile

RUNTIMES = ("onnx", "openvino", "torch")
"""Names of the runtimes there are."""

ONNX_PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
"""What ONNX Runtime calls the devices that it may have: packages onnxruntime, -gpu and -directml, and macOS' own."""

_WITH_CARDS = ("onnxruntime-gpu", "onnxruntime-directml")
"""Distributions of ONNX Runtime with other devices than the processor."""

TORCH_DEVICES = ("cpu", "cuda", "mps")

DEVICES = tuple(dict.fromkeys((*TORCH_DEVICES, *ONNX_PROVIDERS)))
"""Names of the devices that a runtime may have."""


@dataclass(frozen=True)
class Choice:
    """A runtime and device, and why: one clause."""

    runtime: str
    device: str
    reason: str

    @property
    def label(self) -> str:
        """``onnx``, ``onnx on cuda``."""
        return self.runtime if self.device == "cpu" else f"{self.runtime} on {self.device}"


def choose(model: ModelFile, runtime: str = "auto", device: str = "auto") -> Choice:
    """The first of `candidates`."""
    return candidates(model, runtime, device)[0]


def candidates(model: ModelFile, runtime: str = "auto", device: str = "auto") -> list[Choice]:
    """What may run a model here. More than one where only a measurement can tell which is fastest.

    torch where it has a graphics card; else ONNX Runtime, where the model has an ONNX file, on each of its devices, and
    OpenVINO; else torch.

    Args:
        model: to run.
        runtime: one of `RUNTIMES`, or ``auto``.
        device: one of `DEVICES`, or ``auto``.

    Raises:
        UsageError: there is no such runtime or device.
        RuntimeUnavailableError: what was asked for cannot run this model here.
    """
    if runtime not in ("auto", *RUNTIMES):
        raise UsageError(f"There is no runtime '{runtime}'; choose auto, {', '.join(RUNTIMES)}.")
    if device not in ("auto", *DEVICES):
        raise UsageError(f"There is no device '{device}'; choose auto, {', '.join(DEVICES)}.")
    if runtime == "auto":
        return _automatic(model, device)
    reason = f"the runtime {runtime} was asked for"
    return [Choice(_with_file(model, runtime), one, reason) for one in _devices(runtime, device)]


def _devices(runtime: str, device: str) -> list[str]:
    """The devices that a runtime is to be tried on."""
    if device != "auto":
        return [device]
    if runtime == "torch":
        return ["cuda" if has_cuda() else "cpu"]
    return ["cpu", *onnx_cards()] if runtime == "onnx" else ["cpu"]


def _automatic(model: ModelFile, device: str) -> list[Choice]:
    if device not in ("auto", "cpu"):
        runtime = _runtime_on(device, bool(model.weights), onnx_cards())
        return [Choice(_with_file(model, runtime), device, f"the device {device} was asked for")]
    if device == "auto" and model.weights and has_cuda():
        return [Choice("torch", "cuda", "torch finds a CUDA device")]
    if not model.onnx or not (installed("onnxruntime") or not installed("torch")):
        return [Choice(_with_file(model, "torch"), "cpu", "the model cannot run through ONNX Runtime here")]
    where = "the cpu was asked for" if device == "cpu" else "no GPU is in reach of torch here"
    found = [Choice("onnx", "cpu", f"{where} and ONNX Runtime is the fastest on a processor")]
    if installed("onnxruntime"):
        cards = onnx_cards() if device == "auto" else ()
        found += [Choice("onnx", card, f"ONNX Runtime has {card}") for card in cards]
        found += [Choice("openvino", "cpu", "it is installed")] if installed("openvino") else []
    return found


def _runtime_on(device: str, has_weights: bool, cards: Collection[str]) -> str:
    """The runtime for a device that was asked for; torch first: it has 16 bits and batches there."""
    if device not in TORCH_DEVICES:
        return "onnx"
    return "onnx" if device in cards and not (has_weights and has_cuda()) else "torch"


def _with_file(model: ModelFile, runtime: str) -> str:
    """The runtime, if the model has the file that it needs."""
    if runtime == "torch" and model.weights is None:
        raise RuntimeUnavailableError(
            f"The model '{model.name}' has no .safetensors file for torch; put it beside its .onnx, "
            "or use --runtime onnx."
        )
    if runtime in ("onnx", "openvino") and model.onnx is None:
        raise RuntimeUnavailableError(
            f"The model '{model.name}' has no .onnx file of the same weights; write it with 'satseg export', "
            "or use --runtime torch."
        )
    return runtime


def installed(package: str) -> bool:
    """True if a package can be found; it is not imported."""
    try:
        return importlib.util.find_spec(package) is not None
    except ValueError:  # what Python says of a package whose import was blocked
        return False


def onnx_cards() -> tuple[str, ...]:
    """Devices besides the processor that ONNX Runtime was built for, if it is installed.

    The plain package has none but on macOS, which spares its import where OpenVINO is the faster one.
    """
    if sys.platform != "darwin" and not any(_version(name) for name in _WITH_CARDS):
        return ()
    try:
        return cards_of(importlib.import_module("onnxruntime").get_available_providers())
    except (ImportError, OSError):
        return ()


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def cards_of(providers: Collection[str]) -> tuple[str, ...]:
    """The devices of `ONNX_PROVIDERS` besides the processor that are among ONNX Runtime's providers."""
    return tuple(device for device, name in ONNX_PROVIDERS.items() if name in providers and device != "cpu")


def has_cuda() -> bool:
    """True if torch is installed and finds a CUDA device; a CPU build is told without its slow import."""
    if (_version("torch") or "+cpu").endswith("+cpu"):
        return False
    try:
        return bool(importlib.import_module("torch").cuda.is_available())
    except (ImportError, OSError):
        return False
