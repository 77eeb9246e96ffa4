"""Measure a network on labelled scenes."""

from __future__ import annotations

from typing import Iterable

import numpy as np
import torch
from torch import Tensor, nn

from training.config import NetworkConfig
from training.datasets import Scene
from training.metrics import Matrix, confusion


def normalised(scene: Scene, config: NetworkConfig) -> Tensor:
    """The scene's image as the network wants it, ``(1, 3, H, W) float32``."""
    pixels = torch.from_numpy(np.array(scene.image)).permute(2, 0, 1).float() / 255.0
    mean, std = (torch.tensor(values)[:, None, None] for values in (config.mean, config.std))
    return ((pixels - mean) / std)[None].contiguous(memory_format=torch.channels_last)


@torch.inference_mode()
def evaluate_scenes(network: nn.Module, scenes: Iterable[Scene], config: NetworkConfig) -> Matrix:
    """Confusion matrix over whole scenes, each run in one piece at the size that it has."""
    total = None
    for scene in scenes:
        scores = network(normalised(scene, config))[0]
        counted = confusion(scene.codes, scores.argmax(dim=0).numpy().astype(np.uint8), scores.shape[0])
        total = counted if total is None else total + counted
    return np.zeros((0, 0), np.int64) if total is None else total
