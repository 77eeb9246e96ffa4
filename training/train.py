"""Train a model: ``python -m training.train training/configs/NAME.toml``."""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from tensorboardX import SummaryWriter
from torch import Tensor, nn

from satseg_core.errors import SatSegError
from satseg_core.legend import LAND_COVER
from satseg_core.model.network import DeepLabV3Plus
from satseg_core.model.presets import preset
from training.config import NetworkConfig, ScheduleConfig, TrainingConfig, read_config
from training.datasets import IGNORE, DataError, Scene, frequencies, read_scene, scene_ids, shrink, split_ids
from training.evaluate import evaluate_scenes
from training.metrics import figures
from training.transforms import CropSampler


def learning_rate_factor(step: int, steps: int, warm_up: int) -> float:
    """Share of the peak rate at ``step``: a line up to 1, then half a cosine down to 0 at ``steps``."""
    if step < warm_up:
        return (step + 1) / warm_up
    return 0.5 * (1.0 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


def class_weights(share: np.ndarray[Any, np.dtype[np.float64]], power: float) -> Tensor:
    """Loss weights ``(C,) float32``: ``share ** -power``, with mean 1 over the px; 0 for classes without px."""
    weights = np.where(share > 0, np.maximum(share, 1e-6) ** -power, 0.0)
    return torch.as_tensor(weights / float((weights * share).sum()), dtype=torch.float32)


def freeze_statistics(module: nn.Module) -> None:
    """Let batch norm use the means and deviations that it came with (its scale and shift still learn)."""
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.eval()


class Average:
    """Exponential moving average of a network's floating-point state."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._decay = decay
        self._updates = 0
        self.state: dict[str, Tensor] = {k: v.detach().clone() for k, v in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move towards the network's present state; faster at first, when there is little to remember."""
        self._updates += 1
        keep = min(self._decay, (1 + self._updates) / (10 + self._updates))
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                self.state[name].lerp_(value, 1.0 - keep)


class Trainer:
    """One run on one machine: everything that lives from the first step to the last."""

    def __init__(self, config: TrainingConfig, scenes: Sequence[Scene], held_out: Sequence[Scene]) -> None:
        self.config = config
        self.held_out = held_out
        self.network = build(config.network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = Average(self.network, config.schedule.ema)
        self._sampler = CropSampler(
            scenes, config.schedule.crop, config.augmentation, config.schedule.balanced, config.schedule.seed
        )
        share = frequencies(scenes, len(LAND_COVER))
        weights = class_weights(share, config.schedule.class_weight_power)
        self._loss = nn.CrossEntropyLoss(weight=weights, ignore_index=IGNORE)
        self._optimizer = make_optimizer(self.network, config.schedule)
        self._mean = torch.tensor(config.network.mean)[:, None, None]
        self._std = torch.tensor(config.network.std)[:, None, None]

    def step(self, step: int) -> float:
        """One optimiser step; gives the loss."""
        schedule = self.config.schedule
        for group in self._optimizer.param_groups:
            group["lr"] = group["peak"] * learning_rate_factor(step, schedule.steps, schedule.warm_up)
        images, labels = self._sampler.batch(schedule.batch)
        images = ((images - self._mean) / self._std).contiguous(memory_format=torch.channels_last)
        loss = self._loss(self.network(images), labels)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self._optimizer.step()
        self.average.update(self.network)
        return float(loss.detach())

    def losses(self) -> Iterator[float]:
        """Run all steps, giving each one's loss."""
        self.network.train()
        freeze_statistics(self.network.backbone)
        for step in range(self.config.schedule.steps):
            yield self.step(step)

    def save(self, path: Path) -> None:
        """Write the averaged weights as a bare safetensors file."""
        save_file({k: v.contiguous() for k, v in self.average.state.items()}, str(path))

    def measure(self) -> dict[str, Any]:
        """Figures of the averaged weights on the held-out scenes, at the training pixel size."""
        network = build(dataclasses.replace(self.config.network, start_weights=""))
        network.load_state_dict(self.average.state)
        matrix = evaluate_scenes(network.eval(), self.held_out, self.config.network)
        return figures(matrix, LAND_COVER)


def build(config: NetworkConfig) -> DeepLabV3Plus:
    """The network of a run, with its start weights.

    Raises:
        DataError: the start weights cannot be read.
        ModelError: they do not fit.
    """
    weights = read_start_weights(Path(config.start_weights)) if config.start_weights else None
    return DeepLabV3Plus(preset(config.preset), len(config.mean), len(LAND_COVER), weights)


def read_start_weights(path: Path) -> Mapping[str, Tensor]:
    """Read a torchvision state dict; a pickle that holds anything but tensors is refused unrun.

    Raises:
        DataError: the file is missing or holds something else.
    """
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"The start weights {path} cannot be read ({reason}); give a state dict of tensors.") from error
    if not isinstance(weights, dict) or not all(isinstance(value, Tensor) for value in weights.values()):
        raise DataError(
            f"The start weights {path} cannot be read as a state dict of tensors; save one with torch.save."
        )
    return weights


def make_optimizer(network: DeepLabV3Plus, schedule: ScheduleConfig) -> torch.optim.Optimizer:
    """AdamW with a smaller rate for the backbone and no decay for norms and biases."""
    groups: list[dict[str, Any]] = []
    for name, parameter in network.named_parameters():
        factor = schedule.backbone_factor if name.startswith("backbone.") else 1.0
        decay = schedule.weight_decay if parameter.ndim > 1 else 0.0
        groups.append({"params": [parameter], "peak": schedule.learning_rate * factor, "weight_decay": decay})
    return torch.optim.AdamW(groups, lr=schedule.learning_rate)


def train(config: TrainingConfig) -> dict[str, Any]:
    """Run a training and write ``weights.safetensors``, ``metrics.json`` and scalars to its output folder.

    Returns:
        The final figures on the held-out scenes.

    Raises:
        SatSegError: data, weights or settings are wrong.
    """
    torch.manual_seed(config.schedule.seed)
    torch.set_num_threads(config.schedule.threads)
    output = Path(config.output)
    output.mkdir(parents=True, exist_ok=True)
    trained, held_out = split_ids(scene_ids(Path(config.data.folder)), config.data.held_out)
    trainer = Trainer(config, _read(config, trained), _read(config, held_out))
    began = time.monotonic()
    with SummaryWriter(str(output)) as writer:
        for done, loss in enumerate(trainer.losses(), start=1):
            _report(writer, config.schedule, done, loss, time.monotonic() - began)
            if done % config.schedule.checkpoint_every == 0 and done < config.schedule.steps:
                _checkpoint(trainer, writer, output, done)
        result = _checkpoint(trainer, writer, output, config.schedule.steps)
    record = {"config": dataclasses.asdict(config), "trained_on": trained, "held_out": held_out, "figures": result}
    (output / "metrics.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return result


def _read(config: TrainingConfig, ids: Sequence[str]) -> list[Scene]:
    factor = config.data.pixel_size / config.data.source_pixel_size
    return [shrink(read_scene(Path(config.data.folder), scene_id), factor) for scene_id in ids]


def _report(writer: Any, schedule: ScheduleConfig, done: int, loss: float, elapsed: float) -> None:
    writer.add_scalar("loss", loss, done)
    writer.add_scalar("rate", learning_rate_factor(done - 1, schedule.steps, schedule.warm_up), done)
    if done <= 5 or done % 10 == 0:
        left = elapsed / done * (schedule.steps - done)
        print(
            f"step {done}/{schedule.steps}  loss {loss:.3f}  {elapsed / done:.2f} s/step  {left / 60:.1f} min left",
            flush=True,
        )


def _checkpoint(trainer: Trainer, writer: Any, output: Path, done: int) -> dict[str, Any]:
    trainer.save(output / "weights.safetensors")
    result = trainer.measure()
    writer.add_scalar("held_out/miou", result["miou"], done)
    writer.add_scalar("held_out/pixel_accuracy", result["pixel_accuracy"], done)
    print(f"step {done}: held out {json.dumps(result)}", flush=True)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description="Train a land-cover model.")
    parser.add_argument("config", type=Path, help="TOML file that describes the run")
    parser.add_argument("--steps", type=int, help="optimiser steps, instead of the file's")
    parser.add_argument("--output", help="folder for the results, instead of the file's")
    options = parser.parse_args(arguments)
    try:
        config = read_config(options.config)
        if options.steps is not None:
            config = dataclasses.replace(config, schedule=dataclasses.replace(config.schedule, steps=options.steps))
        train(dataclasses.replace(config, output=options.output or config.output))
    except SatSegError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
