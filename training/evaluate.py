"""Measure a network on labelled scenes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from satseg_core.model.card import ModelCard
from satseg_core.model.file import load_network
from satseg_core.model.network import DeepLabV3Plus
from training.config import NetworkConfig
from training.datasets import Scene, shrink
from training.metrics import Matrix, confusion, figures

SAMPLING = 8
"""Every so many px of a scene, down and across, the temperature is fitted on one."""


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


@dataclass(frozen=True)
class Assessment:
    """What was found on held-out scenes.

    Attributes:
        figures: as `training.metrics.figures` gives them, at the scenes' own px.
        temperature: see `fit_temperature`.
        ece_before: expected calibration error without it, 0 to 1.
        ece_after: the same with it.
    """

    figures: dict[str, Any]
    temperature: float
    ece_before: float
    ece_after: float


def assess(model: Path, scenes: Iterable[Scene], source_pixel_size: float) -> Assessment:
    """Measure a model file on scenes, comparing at the scenes' own px, and fit its temperature on them.

    Args:
        model: ``.safetensors`` file.
        scenes: at the size of their files.
        source_pixel_size: m on the ground per px of the scenes.

    Raises:
        ModelError: the model file is malformed.
    """
    card, network = load_network(model)
    classes = len(card.legend)
    matrix = np.zeros((classes, classes), np.int64)
    scores, labels = [], []
    for scene in scenes:
        found = scene_scores(network, card, scene, card.pixel_size / source_pixel_size)
        matrix += confusion(scene.codes, found.argmax(dim=0).numpy().astype(np.uint8), classes)
        counted = torch.from_numpy(np.ascontiguousarray(scene.codes[::SAMPLING, ::SAMPLING]).ravel()).long()
        sampled = found[:, ::SAMPLING, ::SAMPLING].reshape(classes, -1).T
        scores.append(sampled[counted < classes].clone())
        labels.append(counted[counted < classes])
    temperature = fit_temperature(torch.cat(scores), torch.cat(labels))
    before, after = (calibration_error(torch.cat(scores) / t, torch.cat(labels)) for t in (1.0, temperature))
    return Assessment(figures(matrix, card.legend), temperature, before, after)


@torch.inference_mode()
def scene_scores(network: DeepLabV3Plus, card: ModelCard, scene: Scene, factor: float) -> Tensor:
    """Scores ``(C, H, W) float32`` on a scene's own px; the network sees it shrunk by ``factor``, in one piece."""
    small = shrink(scene, factor)
    tiles = normalised(small, NetworkConfig(mean=card.mean, std=card.std))
    coarse = network.forward_scores(tiles)
    return functional.interpolate(coarse, size=scene.codes.shape, mode="bilinear", align_corners=False)[0]


def fit_temperature(scores: Tensor, labels: Tensor) -> float:
    """The temperature that makes the softmax of ``scores / temperature`` most likely (Guo et al. 2017).

    Args:
        scores: ``(n, C) float32``.
        labels: class indices ``(n,) int64``.
    """
    log_temperature = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.LBFGS([log_temperature], max_iter=50, line_search_fn="strong_wolfe")

    def loss() -> float:
        optimizer.zero_grad()
        value = functional.cross_entropy(scores / log_temperature.exp(), labels)
        value.backward()  # type: ignore[no-untyped-call]
        return float(value.detach())

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return round(float(log_temperature.detach().exp()), 3)


def calibration_error(scores: Tensor, labels: Tensor, bins: int = 15) -> float:
    """Expected calibration error: the gap between confidence and accuracy, averaged over px, 0 to 1."""
    confidence, predicted = scores.softmax(dim=1).max(dim=1)
    hit = (predicted == labels).double()
    which = (confidence.double() * bins).long().clamp(max=bins - 1)
    gaps = torch.zeros(bins, dtype=torch.double).index_add_(0, which, confidence.double() - hit)
    return round(float(gaps.abs().sum() / max(1, len(labels))), 4)
