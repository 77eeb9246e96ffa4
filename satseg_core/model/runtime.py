"""What executes a model: one small protocol, and the choice of a runtime that is installed.

Importing this module is cheap; torch and ONNX Runtime are imported by `load_runtime` alone.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.metadata
import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from satseg_core.errors import ModelError, RuntimeUnavailableError, UsageError
from satseg_core.model.store import ModelFile

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float32]
else:
    Array = Any

RUNTIMES = ("onnx", "openvino", "torch")
"""Names of the runtimes there are."""

PRECISIONS = ("float32", "bfloat16")
"""What a runtime may multiply in. 16 bits halve the time where the processor has them, and change two or three
classes in a hundred (docs/benchmarks.md): they are never chosen unasked."""

DEVICES = ("cpu", "cuda", "mps")
"""Names of the devices that a runtime may have."""


class Runtime(Protocol):
    """A loaded model.

    A tile's scores depend on the tile, the model and the runtime with its device alone, bit for bit, whatever
    ran before it or beside it. Last bits may also depend on the number of threads; ONNX Runtime's do not.

    Attributes:
        name: one of `RUNTIMES`.
        device: ``cpu``, ``cuda`` or ``mps``.
        version: of the library.
        reason: why this runtime and device were chosen, one clause.
        precision: of its multiplications, ``float32`` or ``bfloat16``.
    """

    name: str
    device: str
    version: str
    reason: str
    precision: str

    def scores(self, tiles: Array) -> Array:
        """Class scores of tiles that are scaled and normalised already.

        Args:
            tiles: ``(N, B, T, T) float32``.

        Returns:
            ``(N, C, T/s, T/s) float32``, not normalised, s the card's ``score_stride``.
        """


@dataclass(frozen=True)
class RuntimeInfo:
    """What ``satseg doctor`` says of a runtime.

    Attributes:
        name: one of `RUNTIMES`.
        version: of the library; None where it cannot be imported.
        devices: what it can run on here.
        problem: a sentence on why it cannot be used, or None.
    """

    name: str
    version: str | None
    devices: tuple[str, ...]
    problem: str | None = None


@dataclass(frozen=True)
class Choice:
    """A runtime and device, and why: one clause."""

    runtime: str
    device: str
    reason: str


def load_runtime(
    model: ModelFile,
    runtime: str = "auto",
    device: str = "auto",
    threads: int | None = None,
    precision: str = "float32",
) -> Runtime:
    """Load a model into a runtime.

    Args:
        model: the model.
        runtime: one of `RUNTIMES`, or ``auto``: see `choose`; where OpenVINO is installed, too, `pace.fastest` decides.
        device: ``cpu``, ``cuda``, ``mps``, or ``auto``.
        threads: processor threads; None for as many as this process may use.
        precision: one of `PRECISIONS`.

    Raises:
        UsageError: there is no such runtime, device or precision, or no thread.
        RuntimeUnavailableError: the runtime or device cannot be used in this Python, or not with this model.
        ModelError: the model is malformed.
    """
    if threads is not None and threads < 1:
        raise UsageError(f"A run needs at least one thread, not {threads}.")
    count = threads or usable_processors()
    if precision != "float32":
        return _load_short(model, runtime, device, count, precision)
    choice = choose(model, runtime, device)
    if runtime == "auto" and choice.runtime == "onnx" and _installed("openvino") and _installed("onnxruntime"):
        from satseg_core.model.pace import fastest

        choices = [choice, Choice("openvino", "cpu", "it is installed")]
        choice = fastest(model, choices, count, lambda one: _load(model, one, count))
    return _load(model, choice, count)


def _load_short(model: ModelFile, runtime: str, device: str, threads: int, precision: str) -> Runtime:
    """A runtime with less than 32 bits."""
    if precision not in PRECISIONS:
        raise UsageError(f"There is no precision '{precision}'; choose {' or '.join(PRECISIONS)}.")
    if runtime not in ("auto", "openvino"):
        raise UsageError(f"The runtime {runtime} has no {precision} here; use --runtime openvino, or leave it out.")
    from satseg_core.model.runtime_openvino import OpenVinoRuntime

    choice = dataclasses.replace(choose(model, "openvino", device), reason=f"{precision} was asked for")
    return OpenVinoRuntime(model, choice, threads, precision)


def _load(model: ModelFile, choice: Choice, threads: int) -> Runtime:
    if choice.runtime == "onnx":
        from satseg_core.model.runtime_onnx import OnnxRuntime

        return OnnxRuntime(model, choice, threads)
    if choice.runtime == "openvino":
        from satseg_core.model.runtime_openvino import OpenVinoRuntime

        return OpenVinoRuntime(model, choice, threads)
    from satseg_core.model.runtime_torch import TorchRuntime

    return TorchRuntime(model, choice, threads)


def choose(model: ModelFile, runtime: str = "auto", device: str = "auto") -> Choice:
    """Choose a runtime: torch where it has a GPU, else ONNX Runtime where the model has an ONNX file, else torch.

    Raises:
        UsageError: there is no such runtime or device.
        RuntimeUnavailableError: what was asked for cannot run this model here.
    """
    if runtime not in ("auto", *RUNTIMES):
        raise UsageError(f"There is no runtime '{runtime}'; choose auto, {', '.join(RUNTIMES)}.")
    if device not in ("auto", *DEVICES):
        raise UsageError(f"There is no device '{device}'; choose auto, {', '.join(DEVICES)}.")
    if runtime != "auto":
        return _choose_device(model, runtime, device)
    if device in ("cuda", "mps"):
        return Choice(_with_file(model, "torch"), device, f"the device {device} was asked for")
    if device == "auto" and model.weights and has_cuda():
        return Choice("torch", "cuda", "torch finds a CUDA device")
    if model.onnx and (_installed("onnxruntime") or not _installed("torch")):
        where = "the cpu was asked for" if device == "cpu" else "no GPU is in reach of torch here"
        return Choice("onnx", "cpu", f"{where} and ONNX Runtime is the fastest on a processor")
    return Choice(_with_file(model, "torch"), "cpu", "the model cannot run through ONNX Runtime here")


def _installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ValueError:  # what Python says of a package whose import was blocked
        return False


def _choose_device(model: ModelFile, runtime: str, device: str) -> Choice:
    """The device of a runtime that was asked for."""
    reason = f"the runtime {runtime} was asked for"
    if device == "auto":
        device = "cuda" if runtime == "torch" and has_cuda() else "cpu"
    return Choice(_with_file(model, runtime), device, reason)


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


def check_graph(model: ModelFile, inputs: Sequence[Sequence[Any]], outputs: Sequence[Sequence[Any]]) -> None:
    """Refuse a graph whose bands or classes are not those of the card.

    Args:
        model: whose graph it is.
        inputs: shapes; lengths that are free are no numbers.
        outputs: the same.

    Raises:
        ModelError: it is not what the card says.
    """
    if [len(shape) for shape in (*inputs, *outputs)] != [4, 4]:
        raise ModelError(f"{model.onnx} does not turn one stack of tiles into one of scores; export the model again.")
    for what, found, expected in (
        ("bands", inputs[0][1], len(model.card.bands)),
        ("classes", outputs[0][1], len(model.card.legend)),
    ):
        if found != expected:
            raise ModelError(f"The graph in {model.onnx} has {found} {what} and its card {expected}; export it again.")


def has_cuda() -> bool:
    """True if torch is installed and finds a CUDA device; a CPU build is told without its slow import."""
    try:
        if importlib.metadata.version("torch").endswith("+cpu"):
            return False
        return bool(importlib.import_module("torch").cuda.is_available())
    except (ImportError, OSError):
        return False


def usable_processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def available_runtimes() -> list[RuntimeInfo]:
    """Every runtime with its version and devices here, or why it cannot be used. Imports them all."""
    return [
        _describe("onnx", "onnxruntime", _onnx_devices),
        _describe("openvino", "openvino", lambda _: ("cpu",)),
        _describe("torch", "torch", _torch_devices),
    ]


def _describe(name: str, package: str, devices: Any) -> RuntimeInfo:
    try:
        library = importlib.import_module(package)
        return RuntimeInfo(name, str(library.__version__), devices(library))
    except ImportError as error:
        missing = importlib.util.find_spec(package) is None
        return RuntimeInfo(name, None, (), f"{package} is not installed" if missing else f"{package}: {error}")
    except Exception as error:  # noqa: BLE001 - a broken library must not keep the doctor from speaking
        return RuntimeInfo(name, None, (), f"{package} does not load: {error}")


def _onnx_devices(library: Any) -> tuple[str, ...]:
    return ("cpu", "cuda") if "CUDAExecutionProvider" in library.get_available_providers() else ("cpu",)


def _torch_devices(library: Any) -> tuple[str, ...]:
    from satseg_core.model.torchvision_import import import_torchvision

    import_torchvision()
    found = ["cpu"]
    if library.cuda.is_available():
        found.append("cuda")
    if library.backends.mps.is_available():
        found.append("mps")
    return tuple(found)
