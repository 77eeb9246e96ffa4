"""Running a model through torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from satseg_core.errors import ModelError, RuntimeUnavailableError
from satseg_core.model.runtime import Choice
from satseg_core.model.store import ModelFile


class TorchRuntime:
    """A model in torch; see `satseg_core.model.runtime.Runtime`.

    The number of threads is torch's own, for the whole process.

    Raises:
        RuntimeUnavailableError: torch or torchvision is not installed, or has no such device.
        ModelError: the file is malformed.
    """

    name = "torch"
    precision = "float32"

    def __init__(self, model: ModelFile, choice: Choice, threads: int) -> None:
        self._torch = _import_torch()
        self.device = _check_device(self._torch, choice.device)
        self.version = str(self._torch.__version__)
        self.reason = choice.reason
        self._torch.set_num_threads(threads)
        self._torch.backends.cudnn.deterministic = True
        self._network = self._load(model)

    def _load(self, model: ModelFile) -> Any:
        from satseg_core.model.file import load_network
        from satseg_core.model.folding import fold_batch_norm

        if model.weights is None:
            raise ModelError(f"The model '{model.name}' has no .safetensors file for torch.")
        _, network = load_network(model.weights)
        folded, _ = fold_batch_norm(network)
        return folded.to(device=self.device, memory_format=self._torch.channels_last)  # type: ignore[call-overload]

    def scores(self, tiles: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Class scores: ``(N, B, T, T) float32`` to ``(N, C, T/s, T/s) float32``."""
        # One tile at a time: the order of additions, and so the last bit, may depend on the batch.
        return np.concatenate([self._one(tiles[i : i + 1]) for i in range(len(tiles))])

    def _one(self, tile: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        torch = self._torch
        with torch.inference_mode():
            pixels = torch.from_numpy(tile.copy()).to(self.device)
            scores = self._network.forward_scores(pixels.contiguous(memory_format=torch.channels_last))
            result: npt.NDArray[np.float32] = scores.contiguous().cpu().numpy()
        return result


def _import_torch() -> Any:
    try:
        import torch
    except (ImportError, OSError) as error:
        raise RuntimeUnavailableError(
            "torch is not installed in this Python; pip install 'satseg[torch]', or use --runtime onnx."
        ) from error
    return torch


def _check_device(torch: Any, device: str) -> str:
    usable = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not usable.get(device, False):
        raise RuntimeUnavailableError(f"torch finds no {device} device here; use --device cpu.")
    return device
