"""Counting a network's parameters and multiply-accumulates."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


def count_parameters(network: nn.Module) -> int:
    """Number of trained values."""
    return sum(parameter.numel() for parameter in network.parameters())


def count_macs(network: nn.Module, shape: tuple[int, int, int]) -> int:
    """Multiply-accumulates of all convolutions for one image of ``shape`` (bands, height px, width px).

    Runs the network once on the device of its weights.
    """
    macs: list[int] = []

    def count(module: Any, _: Any, output: Tensor) -> None:
        kernel = module.kernel_size[0] * module.kernel_size[1] * module.in_channels // module.groups
        macs.append(output[0].numel() * kernel)

    hooks = [m.register_forward_hook(count) for m in network.modules() if isinstance(m, nn.Conv2d)]
    training = network.training
    device = next(network.parameters()).device
    try:
        with torch.inference_mode():
            network.eval()(torch.zeros((1, *shape), device=device))
    finally:
        network.train(training)
        for hook in hooks:
            hook.remove()
    return sum(macs)
