"""Running a model through torch: on the processor tile by tile, on a graphics card in batches of 16 bits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from satseg_core.errors import ModelError, RuntimeUnavailableError
from satseg_core.model.batches import fitting_batch
from satseg_core.model.choice import Choice
from satseg_core.model.runtime import no_precision
from satseg_core.model.store import ModelFile

Tiles = npt.NDArray[np.float32]


class TorchRuntime:
    """A model in torch; see `satseg_core.model.runtime.Runtime`.

    A batch is always of the same size (filled up with empty tiles), as the order of additions, and so the last bit of a
    score, may depend on it. Where the memory of a graphics card does not suffice any more, batches become smaller.

    The number of threads is torch's own, for the whole process.

    Args:
        model: with its ``.safetensors`` file.
        choice: device and reason.
        threads: of the processor.
        precision: see `satseg_core.model.runtime.PRECISIONS`.
        batch: tiles at a time; None for one on the processor, and what fits and pays on a graphics card.

    Raises:
        RuntimeUnavailableError: torch or torchvision is not installed, or has no such device or precision.
        ModelError: the file is malformed.
    """

    name = "torch"
    at_once = 1

    def __init__(
        self, model: ModelFile, choice: Choice, threads: int, precision: str = "auto", batch: int | None = None
    ) -> None:
        self._torch = _import_torch()
        self.device = _check_device(self._torch, choice.device)
        self.version = str(self._torch.__version__)
        self.reason = choice.reason
        self.precision = _precision(self._torch, self.device, precision)
        self._torch.set_num_threads(threads)
        self._torch.backends.cudnn.deterministic = True
        # With 32 bits 32 are meant: TensorFloat-32 keeps ten of the mantissa's 23.
        self._torch.backends.cudnn.allow_tf32 = False
        self._torch.backends.cuda.matmul.allow_tf32 = False
        self._network = self._load(model)
        self.batch = batch or self._find_batch(model)

    def _load(self, model: ModelFile) -> Any:
        from satseg_core.model.file import load_network
        from satseg_core.model.folding import fold_batch_norm

        if model.weights is None:
            raise ModelError(f"The model '{model.name}' has no .safetensors file for torch.")
        _, network = load_network(model.weights)
        folded, _ = fold_batch_norm(network)
        return folded.to(device=self.device, memory_format=self._torch.channels_last)  # type: ignore[call-overload]

    def _find_batch(self, model: ModelFile) -> int:
        if self.device == "cpu":
            return 1
        card = model.card
        tiles = np.zeros((1, len(card.bands), card.tile_size, card.tile_size), np.float32)

        def run(count: int) -> float:
            stack = tiles.repeat(count, axis=0)
            self._run(stack)  # the first of its size makes plans
            began = time.perf_counter()
            self._run(stack)
            return time.perf_counter() - began

        return fitting_batch(run)

    def scores(self, tiles: Tiles) -> Tiles:
        """Class scores: ``(N, B, T, T) float32`` to ``(N, C, T/s, T/s) float32``.

        Raises:
            MemoryError: the graphics card has no room for one tile.
        """
        results: list[Tiles] = []
        done = 0
        while done < len(tiles):
            part = tiles[done : done + self.batch]
            try:
                results.append(self._run(_filled(part, self.batch))[: len(part)])
            except MemoryError:  # another program took what was free
                if self.batch == 1:
                    raise
                self.batch //= 2
                continue
            done += len(part)
        return np.concatenate(results)

    def _run(self, tiles: Tiles) -> Tiles:
        """One batch."""
        torch = self._torch
        short = self.precision != "float32"
        cast = torch.autocast(self.device, dtype=getattr(torch, self.precision), enabled=short)
        with torch.inference_mode(), cast, _memory_errors(torch):
            pixels = torch.from_numpy(np.array(tiles, order="C"))
            if self.device == "cuda":
                pixels = pixels.pin_memory()  # the card fetches it by itself
            pixels = pixels.to(self.device, non_blocking=True)
            scores = self._network.forward_scores(pixels.contiguous(memory_format=torch.channels_last))
            result: Tiles = scores.float().contiguous().cpu().numpy()
        return result


def _filled(tiles: Tiles, batch: int) -> Tiles:
    """Tiles with empty ones after them, ``batch`` in all."""
    return tiles if len(tiles) == batch else np.pad(tiles, ((0, batch - len(tiles)), (0, 0), (0, 0), (0, 0)))


@contextmanager
def _memory_errors(torch: Any) -> Iterator[None]:
    """Turn torch's own error of a full graphics card into Python's."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        torch.cuda.empty_cache()
        raise MemoryError("the graphics card's memory is used up") from error


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


def _precision(torch: Any, device: str, precision: str) -> str:
    """What is multiplied in."""
    if precision == "auto":
        return "float16" if device == "cuda" else "float32"
    usable = {
        "float32": True,
        "float16": device != "cpu",
        "bfloat16": device != "cpu" or bool(torch.cpu.get_capabilities().get("avx512_bf16", False)),
    }
    if not usable[precision]:
        raise no_precision("torch", "processor", precision)
    return precision
