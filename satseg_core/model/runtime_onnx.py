"""Running a model through ONNX Runtime."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from satseg_core.errors import ModelError, RuntimeUnavailableError
from satseg_core.model.choice import ONNX_PROVIDERS, Choice
from satseg_core.model.runtime import check_graph, no_precision
from satseg_core.model.store import ModelFile

_SETTINGS: dict[str, dict[str, Any]] = {
    # TensorFloat-32 has no more bits than float16; and to try every algorithm at each start takes longer than a map.
    "cuda": {"use_tf32": 0, "cudnn_conv_algo_search": "HEURISTIC"},
}
"""Settings of a device's provider."""


_MOST_LANES = 8

_LANE_BYTES_PX = 200
"""What a network takes while it works on a tile, for each px: 18 MB with `landcover` and its tiles of 320 px a side."""

_LANES_BYTES = 170e6
"""What the lanes may take together; `satseg_core.memory.FIXED_MB` has room for it."""

_USED = 0.85
"""Share of the threads that must have something to do."""

_TILES_A_LANE = 2
"""Tiles that a lane is given at a time: one that is done early goes on, instead of waiting for the others."""


def lanes_of(threads: int, tile_size: int) -> tuple[int, int]:
    """How processor threads are shared out: lanes that have a tile each, and threads of each lane.

    Threads that share a tile wait for each other at each of its layers: with two of them for two tiles instead, 268 Mpx
    take a sixth less time.
    """
    most = min(max(int(_LANES_BYTES / (_LANE_BYTES_PX * tile_size**2)), 1), _MOST_LANES, threads)
    every = ((lanes, threads // lanes) for lanes in range(most, 0, -1))
    return next((lanes, each) for lanes, each in every if lanes * each >= _USED * threads)


class OnnxRuntime:
    """A model in ONNX Runtime; see `satseg_core.model.runtime.Runtime`.

    Raises:
        RuntimeUnavailableError: ONNX Runtime is not installed, or has no such device or precision.
        ModelError: the file is malformed, or its graph is not what its card says.
    """

    name = "onnx"
    precision = "float32"

    def __init__(self, model: ModelFile, choice: Choice, threads: int, precision: str = "auto") -> None:
        if precision not in ("auto", self.precision):
            raise no_precision("ONNX Runtime", choice.device, precision)
        library = _import_library()
        self.device = choice.device
        self.version = str(library.__version__)
        self.reason = choice.reason
        lanes, each = lanes_of(threads, model.card.tile_size) if choice.device == "cpu" else (1, threads)
        self.batch = _TILES_A_LANE * lanes if lanes > 1 else 1
        self.at_once = 2 if lanes > 1 else 1  # a lane that is done has a tile of the next call
        self._lanes = ThreadPoolExecutor(lanes, thread_name_prefix="satseg-lane") if lanes > 1 else None
        self._session = _open_session(library, model, choice.device, each)
        inputs = self._session.get_inputs()
        check_graph(model, *([port.shape for port in ports] for ports in (inputs, self._session.get_outputs())))
        self._input = inputs[0].name

    def scores(self, tiles: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Class scores: ``(N, B, T, T) float32`` to ``(N, C, T/s, T/s) float32``."""
        # One tile at a time: the order of additions, and so the last bit, may depend on the batch.
        parts = [tiles[i : i + 1] for i in range(len(tiles))]
        run = self._lanes.map if self._lanes else map
        return np.concatenate(list(run(self._run, parts)))

    def _run(self, tile: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        result: npt.NDArray[np.float32] = self._session.run(None, {self._input: tile})[0]
        return result


def _import_library() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise RuntimeUnavailableError(
            "ONNX Runtime cannot be imported in this Python; pip install onnxruntime, or use --runtime torch."
        ) from error
    return onnxruntime


def _open_session(library: Any, model: ModelFile, device: str, threads: int) -> Any:
    provider = ONNX_PROVIDERS.get(device, "")
    if provider not in library.get_available_providers():
        raise RuntimeUnavailableError(f"This ONNX Runtime cannot use the device {device}; use --device cpu.")
    options = library.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors alone
    # Threads that spin while they wait steal the processor from reading, blending and other workers.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.use_deterministic_compute", "1")
    if device == "directml":  # its documentation asks for both
        options.enable_mem_pattern = False
        options.execution_mode = library.ExecutionMode.ORT_SEQUENTIAL
    providers = [(provider, _SETTINGS.get(device, {})), ONNX_PROVIDERS["cpu"]]
    try:
        session = library.InferenceSession(str(model.onnx), options, providers=providers[: 1 if device == "cpu" else 2])
    except Exception as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"ONNX Runtime refuses {model.onnx} ({reason}); fetch or export it again.") from error
    # Where a driver is missing or too old it goes on with the processor and says so in a log that nobody reads.
    if session.get_providers()[0] != provider:
        raise RuntimeUnavailableError(
            f"ONNX Runtime finds no {device} that works here; see to its driver, or use --device cpu."
        )
    return session
