"""Folding batch norm into the convolutions before it: the same function with fewer steps."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch
from torch import Tensor, nn

Scales = dict[str, Tensor]
"""For each folded convolution, by the name of its weights: the factor of each output channel, ``(O,) float32``."""


def fold_batch_norm(network: nn.Module) -> tuple[nn.Module, Scales]:
    """A copy of a network in evaluation mode, its batch norms folded away.

    A batch norm is folded into the convolution that is registered just before it in the same module, which
    is how torchvision's networks and ours are written.

    Returns:
        The copy, and the factors by which its convolutions' weights differ from the network's.
    """
    folded = copy.deepcopy(network).eval()
    scales: Scales = {}
    for name, parent, conv_name, norm_name in list(_pairs(folded)):
        conv, norm = getattr(parent, conv_name), getattr(parent, norm_name)
        scales[f"{name}.{conv_name}.weight".lstrip(".")] = _fold(conv, norm)
        setattr(parent, norm_name, nn.Identity())
    return folded, scales


def _pairs(network: nn.Module) -> Iterator[tuple[str, nn.Module, str, str]]:
    """Name and module that holds each convolution followed by a batch norm, and the names of the two in it."""
    for name, parent in network.named_modules():
        children = list(parent.named_children())
        for (first, conv), (second, norm) in zip(children, children[1:]):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                yield name, parent, first, second


@torch.no_grad()
def _fold(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> Tensor:
    if norm.running_mean is None or norm.running_var is None:
        raise ValueError("a batch norm without running statistics cannot be folded")
    scale: Tensor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    bias = conv.bias if conv.bias is not None else torch.zeros_like(norm.running_mean)
    conv.weight = nn.Parameter(conv.weight * scale[:, None, None, None])
    conv.bias = nn.Parameter((bias - norm.running_mean) * scale + norm.bias)
    return scale
