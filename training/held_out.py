"""Measuring the averaged network while it trains, with the engine's own tiled inference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable

import numpy as np
import numpy.typing as npt
import torch

from satseg_core.events import Reporter
from satseg_core.legend import Legend
from satseg_core.model.card import ModelCard
from satseg_core.model.network import DeepLabV3Plus
from satseg_core.model.presets import preset
from training.config import TrainingConfig
from training.data.imagery import COLORS
from training.data.scenes import Scene
from training.evaluate import evaluate_scenes
from training.evaluation import pool
from training.parallel import Group

FIGURES = ("miou", "miou_all", "pixel_accuracy")
"""Those of `training.metrics.figures` that are followed; ``miou`` decides which weights are best."""


class NetworkRuntime:
    """A network as it is; see `satseg_core.model.runtime.Runtime`.

    Args:
        network: in evaluation mode, its memory channels last.
        device: where it lies.
    """

    name = "torch"
    version = str(torch.__version__)
    reason = "it is in training"
    precision = "float32"
    batch = 1
    at_once = 1

    def __init__(self, network: DeepLabV3Plus, device: torch.device) -> None:
        self.device = device.type
        self._network = network
        self._place = device

    @torch.inference_mode()
    def scores(self, tiles: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Class scores: ``(N, B, T, T) float32`` to ``(N, C, T/4, T/4) float32``."""
        pixels = torch.from_numpy(np.ascontiguousarray(tiles)).to(self._place)
        scores = self._network.forward_scores(pixels.contiguous(memory_format=torch.channels_last))
        return np.asarray(scores.contiguous().cpu().numpy(), np.float32)


def working_card(config: TrainingConfig, legend: Legend) -> ModelCard:
    """What the engine has to know of a network in training."""
    words, network = config.card, config.network
    bands = COLORS if len(network.mean) == len(COLORS) else tuple(f"band {i + 1}" for i in range(len(network.mean)))
    return ModelCard(
        name=words.name,
        title=words.title,
        description=words.description,
        version=words.version,
        licence=words.licence,
        legend=legend,
        architecture=preset(network.preset),
        bands=bands,
        mean=network.mean,
        std=network.std,
        pixel_size=config.data.pixel_size,
        tile_size=words.tile_size,
        overlap=words.overlap,
    )


def measure(
    runtime: NetworkRuntime,
    card: ModelCard,
    scenes: Sequence[Scene],
    group: Group,
    cancelled: Callable[[], bool],
) -> dict[str, float]:
    """Figures on scenes, which the processes of a run share among themselves; the same in all of them.

    Args:
        runtime: the network.
        card: see `working_card`.
        scenes: at least one.
        group: the processes.
        cancelled: asked often; must say the same in all processes.

    Raises:
        CancelledError: ``cancelled`` became true.
        SatSegError: an image or its labels cannot be read.
    """
    mine = scenes[group.rank :: group.size]
    found = evaluate_scenes(runtime, card, mine, Reporter(cancelled=cancelled)) if mine else None
    figures = pool([part for part in group.gather(found) if part is not None]).figures()
    return {name: float(figures[name] or 0.0) for name in FIGURES}
