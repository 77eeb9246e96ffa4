"""What executes a model: one small protocol, and the choice of a runtime that is installed.

Importing this module is cheap; torch and ONNX Runtime are imported by `load_runtime` alone.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Optional, Protocol

from satseg_core.errors import ModelError, RuntimeUnavailableError, UsageError
from satseg_core.model.choice import Choice, candidates, cards_of, choose, installed
from satseg_core.model.store import ModelFile

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float32]
else:
    Array = Any

PRECISIONS = ("auto", "float32", "bfloat16", "float16")
"""What a runtime may multiply in. ``auto`` is float16 for torch on a graphics card and float32 elsewhere. float16 keeps
the class of 99.98 cells in a hundred, bfloat16 that of 97.5 (``python -m benchmarks.bits``), so it is never chosen
unasked."""


class Runtime(Protocol):
    """A loaded model.

    A tile's scores depend on the tile, the model and the runtime with its device alone, bit for bit, whatever
    ran before it or beside it. Last bits may also depend on the number of threads; ONNX Runtime's do not.

    Attributes:
        name: one of `RUNTIMES`.
        device: one of `satseg_core.model.choice.DEVICES`.
        version: of the library.
        reason: why this runtime and device were chosen, one clause.
        precision: of its multiplications, ``float32``, ``bfloat16`` or ``float16``.
        batch: tiles that it likes to be given at a time.
        at_once: calls of `scores` at a time that keep it busy: 1 where it is to be used by one thread alone.
    """

    name: str
    device: str
    version: str
    reason: str
    precision: str
    batch: int
    at_once: int

    def scores(self, tiles: Array) -> Array:
        """Class scores of tiles that are scaled and normalised already.

        Args:
            tiles: ``(N, B, T, T) float32``.

        Returns:
            ``(N, C, T/s, T/s) float32``, not normalised, s the card's ``score_stride``.
        """


@dataclass
class ElsewhereRuntime:
    """A runtime that only the workers of a cluster have: what is known of it before they are asked.

    Attributes:
        name, device, version, reason, precision, batch, at_once: see `Runtime`.
    """

    name: str
    device: str
    precision: str
    version: str = "of the workers"
    reason: str = "the workers have it"
    batch: int = 1
    at_once: int = 1

    @classmethod
    def asked_for(cls, runtime: str, device: str, precision: str) -> ElsewhereRuntime:
        """What a command's words mean on another machine.

        Raises:
            UsageError: the runtime is left open, which only a machine that has the device could settle.
        """
        if runtime == "auto":
            raise UsageError(f"Name the runtime that the workers have for {device}, such as --runtime torch.")
        return cls(runtime, device, precision)

    def scores(self, tiles: Array) -> Array:  # noqa: ARG002 -- the protocol's
        """Not here.

        Raises:
            RuntimeUnavailableError: always.
        """
        raise RuntimeUnavailableError(f"{self.name} on {self.device} runs on the workers alone.")


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


LoadRuntime = Callable[[ModelFile, str, str, Optional[int], str], Runtime]
"""What gives a loaded model: `load_runtime`, or what keeps models for it; what is asked for comes in its order."""


def load_runtime(
    model: ModelFile,
    runtime: str = "auto",
    device: str = "auto",
    threads: int | None = None,
    precision: str = "auto",
) -> Runtime:
    """Load a model into a runtime.

    Args:
        model: the model.
        runtime: one of `RUNTIMES`, or ``auto``.
        device: one of `DEVICES`, or ``auto``. Where `choice.candidates` leaves several, `pace.fastest` decides.
        threads: processor threads; None for as many as this process may use.
        precision: one of `PRECISIONS`.

    Raises:
        UsageError: there is no such runtime, device or precision, or no thread.
        RuntimeUnavailableError: the runtime or device cannot be used in this Python, or not with this model.
        ModelError: the model is malformed.
    """
    if threads is not None and threads < 1:
        raise UsageError(f"A run needs at least one thread, not {threads}.")
    if precision not in PRECISIONS:
        raise UsageError(f"There is no precision '{precision}'; choose {', '.join(PRECISIONS)}.")
    count = threads or usable_processors()
    found = candidates(model, runtime, device)
    if precision in ("bfloat16", "float16"):
        return _load(model, _for_short(model, found[0], runtime, precision), count, precision)
    if len(found) == 1:
        return _load(model, found[0], count, precision)
    from satseg_core.model.pace import fastest

    return _load(model, fastest(model, found, count, lambda one: _load(model, one, count)), count, precision)


def _for_short(model: ModelFile, choice: Choice, runtime: str, precision: str) -> Choice:
    """The runtime for 16 bits: OpenVINO or torch, which have them, instead of ONNX Runtime."""
    if choice.runtime == "onnx" and runtime == "auto":
        other = "openvino" if installed("openvino") and precision == "bfloat16" else "torch"
        choice = choose(model, other, choice.device)
    return dataclasses.replace(choice, reason=f"{precision} was asked for")


def _load(model: ModelFile, choice: Choice, threads: int, precision: str = "auto") -> Runtime:
    if choice.runtime == "onnx":
        from satseg_core.model.runtime_onnx import OnnxRuntime

        return OnnxRuntime(model, choice, threads, precision)
    if choice.runtime == "openvino":
        from satseg_core.model.runtime_openvino import OpenVinoRuntime

        return OpenVinoRuntime(model, choice, threads, precision)
    from satseg_core.model.runtime_torch import TorchRuntime

    return TorchRuntime(model, choice, threads, precision)


def no_precision(runtime: str, device: str, precision: str) -> RuntimeUnavailableError:
    """What is said where a runtime cannot multiply in 16 bits, or no faster than in 32."""
    return RuntimeUnavailableError(f"{runtime} on this {device} has no {precision} that pays; leave --precision out.")


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
    return ("cpu", *cards_of(library.get_available_providers()))


def _torch_devices(library: Any) -> tuple[str, ...]:
    from satseg_core.model.torchvision_import import import_torchvision

    import_torchvision()
    found = ["cpu"]
    if library.cuda.is_available():
        found.append("cuda")
    if library.backends.mps.is_available():
        found.append("mps")
    return tuple(found)
