"""How weights move: optimisers, the shape of the learning rate, and the average of weights that is the result."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, Callable

import torch
from torch import Tensor, nn
from torch.optim import SGD, AdamW, Optimizer
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel

from training.config import ScheduleConfig

STEPS_DOWN = (0.6, 0.85)
"""Shares of the run after which shape ``step`` cuts the rate to a tenth, and to a tenth of that."""


def _cosine(done: float) -> float:
    return 0.5 * (1.0 + math.cos(math.pi * done))


def _poly(done: float) -> float:
    return float((1.0 - done) ** 0.9)


def _step(done: float) -> float:
    return float(0.1 ** sum(done >= share for share in STEPS_DOWN))


def _constant(done: float) -> float:
    del done
    return 1.0


SHAPES: dict[str, Callable[[float], float]] = {"cosine": _cosine, "poly": _poly, "step": _step, "constant": _constant}
"""Share of the peak rate, by the share of the run (0 to 1) that is done since the warm-up."""


def rate_factor(step: int, schedule: ScheduleConfig) -> float:
    """Share of the peak rate in a step, counted from 0: a line up to 1 in the warm-up, then the schedule's shape."""
    if step < schedule.warm_up:
        return (step + 1) / schedule.warm_up
    done = (step - schedule.warm_up) / max(1, schedule.steps - schedule.warm_up)
    return SHAPES[schedule.shape](min(done, 1.0))


def make_optimizer(network: nn.Module, schedule: ScheduleConfig) -> Optimizer:
    """AdamW or SGD with a smaller rate for ``backbone.``, no decay for norms and biases, and no frozen weights."""
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            groups.setdefault((name.startswith("backbone."), parameter.ndim > 1), []).append(parameter)
    settings: list[dict[str, Any]] = [
        {
            "params": parameters,
            "lr": schedule.learning_rate * (schedule.backbone_factor if backbone else 1.0),
            "weight_decay": schedule.weight_decay if decays else 0.0,
        }
        for (backbone, decays), parameters in groups.items()
    ]
    if schedule.optimizer == "sgd":
        return SGD(settings, lr=schedule.learning_rate, momentum=0.9, foreach=True)
    return AdamW(settings, lr=schedule.learning_rate, foreach=True)


def make_rates(optimizer: Optimizer, schedule: ScheduleConfig) -> LambdaLR:
    """The learning rate of every step, for all groups alike."""
    return LambdaLR(optimizer, partial(rate_factor, schedule=schedule))


def average(network: nn.Module, decay: float) -> AveragedModel:
    """A copy of the network that follows its weights and statistics as an exponential moving average.

    Call its ``update_parameters`` after each step. It follows faster at first, when there is little to remember;
    a decay of 0 makes it a plain copy.
    """

    @torch.no_grad()
    def follow(averaged: Sequence[Tensor], current: Sequence[Tensor], updates: Tensor | int) -> None:
        del updates  # it is on the network's device, and a GPU would be waited for
        done = int(result.n_averaged)
        if averaged[0].is_floating_point():
            keep = min(decay, (1 + done) / (10 + done))
            torch._foreach_lerp_(list(averaged), list(current), 1.0 - keep)
        else:
            torch._foreach_copy_(list(averaged), list(current))

    result = AveragedModel(network, multi_avg_fn=follow, use_buffers=True)
    return result.eval()
