"""Running a model through OpenVINO, on request in 16 bits where the processor has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from satseg_core.errors import ModelError, RuntimeUnavailableError
from satseg_core.model.choice import Choice
from satseg_core.model.runtime import check_graph, no_precision
from satseg_core.model.store import ModelFile


class OpenVinoRuntime:
    """A model in OpenVINO; see `satseg_core.model.runtime.Runtime`.

    Raises:
        RuntimeUnavailableError: OpenVINO is not installed, or the processor or its 16 bits are not what was asked for.
        ModelError: the file is malformed, or its graph is not what its card says.
    """

    name = "openvino"
    batch = 1
    at_once = 1

    def __init__(self, model: ModelFile, choice: Choice, threads: int, precision: str = "auto") -> None:
        library = import_openvino()
        if choice.device != "cpu":
            raise RuntimeUnavailableError(f"OpenVINO runs on no {choice.device} here; use --device cpu.")
        self.device = choice.device
        self.version = str(library.__version__)
        self.reason = choice.reason
        core = library.Core()
        self.precision = "float32" if precision == "auto" else precision
        if self.precision not in ("float32", "bfloat16") or (self.precision == "bfloat16" and not has_bfloat16(core)):
            raise no_precision("OpenVINO", "processor", precision)
        try:
            graph = core.read_model(str(model.onnx))
            check_graph(model, _shape(graph.inputs), _shape(graph.outputs))
            compiled = core.compile_model(graph, "CPU", _settings(threads, self.precision))
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise ModelError(f"OpenVINO refuses {model.onnx} ({reason}); fetch or export it again.") from error
        self._request = compiled.create_infer_request()

    def scores(self, tiles: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Class scores: ``(N, B, T, T) float32`` to ``(N, C, T/s, T/s) float32``."""
        # One tile at a time: the order of additions, and so the last bit, may depend on the batch.
        results = [self._request.infer([np.ascontiguousarray(tiles[i : i + 1])])[0] for i in range(len(tiles))]
        return np.concatenate(results).astype(np.float32, copy=False)


def import_openvino() -> Any:
    """The library.

    Raises:
        RuntimeUnavailableError: it cannot be imported.
    """
    try:
        import openvino
    except (ImportError, OSError) as error:
        raise RuntimeUnavailableError(
            "OpenVINO cannot be imported in this Python; pip install 'satseg[openvino]', or use --runtime onnx."
        ) from error
    return openvino


def has_bfloat16(core: Any) -> bool:
    """True if the processor multiplies bfloat16 numbers itself, so that they are faster than 32 bits."""
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _settings(threads: int, precision: str) -> dict[str, Any]:
    return {
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": {"float32": "f32", "bfloat16": "bf16"}[precision],
        "PERFORMANCE_HINT": "LATENCY",
        # Threads bound to cores would be in the way of reading and writing.
        "ENABLE_CPU_PINNING": False,
    }


def _shape(ports: Any) -> list[list[Any]]:
    """The shapes of a graph's inputs or outputs; None for lengths that are free."""
    return [[n.get_length() if n.is_static else None for n in port.get_partial_shape()] for port in ports]
