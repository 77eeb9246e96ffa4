"""What a run shows while it goes on: a line with the time left, and scalars and pictures for TensorBoard."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

import numpy as np
import numpy.typing as npt
import torch
from tensorboardX import SummaryWriter
from torch.nn import functional

from satseg_core.legend import Legend
from satseg_core.model.network import DeepLabV3Plus
from training.config import Augmentation, TrainingConfig
from training.curve import History
from training.data.crops import CropDataset
from training.data.scenes import Scene
from training.jobs import show_time

Say = Callable[[str], None]

SAY_SECONDS = 10.0
"""Seconds between two lines."""

PLAIN = Augmentation((1.0, 1.0), False, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""Crops as they are."""

PICTURES = 4
"""How many crops are shown with what the network makes of them."""


class Log:
    """Tells people how a run goes; one process of it does.

    Args:
        folder: for TensorBoard's events.
        config: of the run.
        begin: step to begin after; what an interrupted run logged of later steps is dropped.
        say: hears one line at a time.
    """

    def __init__(self, folder: Path, config: TrainingConfig, begin: int, say: Say) -> None:
        self._schedule = config.schedule
        self._writer = SummaryWriter(str(folder), purge_step=begin + 1 if begin else None)
        self._begin, self._say = begin, say
        self._began = self._said = time.monotonic()

    def step(self, history: History) -> None:
        """Note the last step: its loss and its rate."""
        done, loss = history.steps, history.losses[-1]
        self._writer.add_scalar("loss", loss, done)
        self._writer.add_scalar("rate", history.rates[-1], done)
        now = time.monotonic()
        if now - self._said < SAY_SECONDS and done - self._begin > 1 and done < self._schedule.steps:
            return
        self._said = now
        pace = (now - self._began) / (done - self._begin)
        left = show_time(pace * (self._schedule.steps - done))
        mean = float(np.mean(history.losses[-20:]))
        self._say(f"step {done}/{self._schedule.steps}  loss {mean:.3f}  {pace:.2f} s a step  about {left} left")

    def measured(self, figures: dict[str, float], seconds: float) -> None:
        """Note figures on held-out scenes, and how many s it took to get them; the time left goes without them."""
        step = int(figures["step"])
        named = {name: value for name, value in figures.items() if name != "step"}
        for name, value in named.items():
            self._writer.add_scalar(f"held_out/{name}", value, step)
        words = "  ".join(f"{name} {value:.3f}" for name, value in named.items())
        self._say(f"step {step}/{self._schedule.steps}  held out: {words}")
        self._began += seconds

    def picture(self, sheet: npt.NDArray[np.uint8], step: int) -> None:
        """Note a picture ``(H, W, 3) uint8``."""
        self._writer.add_image("crops", sheet, step, dataformats="HWC")

    def close(self) -> None:
        """Write what is still in memory."""
        self._writer.close()


class Pictures:
    """Some crops beside their truth and what a network makes of them.

    Args:
        scenes: where the crops are from, unchanged.
        config: of the run.
        legend: of the model.
    """

    def __init__(self, scenes: Sequence[Scene], config: TrainingConfig, legend: Legend) -> None:
        # Without workers: a few crops need few scenes in memory.
        data = dataclasses.replace(config.data, workers=0)
        crops = CropDataset(scenes, dataclasses.replace(config, augmentation=PLAIN, data=data), legend)
        self._crops: list[Any] = [crops[number] for number in range(min(PICTURES, len(crops)))]
        self._mean, self._std = (torch.tensor(v)[:, None, None] for v in (config.network.mean, config.network.std))
        self._colors = np.zeros((256, 3), np.uint8)
        self._colors[: len(legend)] = [land_class.color for land_class in legend]

    @torch.inference_mode()
    def draw(self, network: DeepLabV3Plus) -> npt.NDArray[np.uint8]:
        """A sheet ``(H, W, 3) uint8``: one crop a row, its first three bands, truth and prediction side by side."""
        device = next(network.parameters()).device
        images = torch.stack([image for image, _ in self._crops])
        pixels = ((images - self._mean) / self._std).to(device, memory_format=torch.channels_last)
        scores = functional.interpolate(network.forward_scores(pixels), size=images.shape[2:], mode="bilinear")
        predicted = scores.argmax(dim=1).cpu().numpy()
        rows = [
            np.hstack([_visible(image.numpy()), self._colors[truth.numpy()], self._colors[found]])
            for (image, truth), found in zip(self._crops, predicted)
        ]
        return np.asarray(np.vstack(rows), np.uint8)


def _visible(image: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Three bands to look at, ``(H, W, 3) uint8``, of an image ``(B, H, W)`` in 0..1."""
    bands = image[:3] if len(image) >= 3 else np.repeat(image[:1], 3, axis=0)
    return np.asarray((bands.transpose(1, 2, 0) * 255).round(), np.uint8)
