"""Running a model through ONNX Runtime."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from satseg_core.errors import ModelError, RuntimeUnavailableError
from satseg_core.model.runtime import Choice, check_graph
from satseg_core.model.store import ModelFile

_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


class OnnxRuntime:
    """A model in ONNX Runtime; see `satseg_core.model.runtime.Runtime`.

    Raises:
        RuntimeUnavailableError: ONNX Runtime is not installed, or has no such device.
        ModelError: the file is malformed, or its graph is not what its card says.
    """

    name = "onnx"
    precision = "float32"

    def __init__(self, model: ModelFile, choice: Choice, threads: int) -> None:
        library = _import_library()
        self.device = choice.device
        self.version = str(library.__version__)
        self.reason = choice.reason
        self._session = _open_session(library, model, _provider(library, choice.device), threads)
        inputs = self._session.get_inputs()
        check_graph(model, *([port.shape for port in ports] for ports in (inputs, self._session.get_outputs())))
        self._input = inputs[0].name

    def scores(self, tiles: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Class scores: ``(N, B, T, T) float32`` to ``(N, C, T/s, T/s) float32``."""
        # One tile at a time: the order of additions, and so the last bit, may depend on the batch.
        results: list[npt.NDArray[np.float32]] = [
            self._session.run(None, {self._input: tiles[i : i + 1]})[0] for i in range(len(tiles))
        ]
        return np.concatenate(results)


def _import_library() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise RuntimeUnavailableError(
            "ONNX Runtime cannot be imported in this Python; pip install onnxruntime, or use --runtime torch."
        ) from error
    return onnxruntime


def _provider(library: Any, device: str) -> str:
    provider = _PROVIDERS.get(device, "")
    if provider not in library.get_available_providers():
        raise RuntimeUnavailableError(f"This ONNX Runtime cannot use the device {device}; use --device cpu.")
    return provider


def _open_session(library: Any, model: ModelFile, provider: str, threads: int) -> Any:
    options = library.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors alone
    # Threads that spin while they wait steal the processor from reading, blending and other workers.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.use_deterministic_compute", "1")
    try:
        return library.InferenceSession(str(model.onnx), options, providers=[provider])
    except Exception as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"ONNX Runtime refuses {model.onnx} ({reason}); fetch or export it again.") from error
