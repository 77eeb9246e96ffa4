"""Run by torchrun: compares batch norm over two processes with that of one process that has both their batches.

Fails, too, when threads of the group outlive the work: one of them might meet an interpreter that is going.
"""

from __future__ import annotations

import atexit
import os
import sys
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.testing import assert_close

from training.config import ScheduleConfig
from training.parallel import Group, join, synchronise_norms


def make_norms() -> nn.Sequential:
    """One norm that learns, one that keeps its statistics."""
    torch.manual_seed(1)
    norms = nn.Sequential(nn.BatchNorm2d(5), nn.BatchNorm2d(5).eval())
    nn.init.normal_(norms[0].weight)
    return norms


def run(norms: nn.Module, images: Tensor, pull: Tensor) -> tuple[Tensor, Tensor]:
    """The result and the gradient of the input."""
    x = images.clone().requires_grad_()
    found = norms(x)
    (found * pull).sum().backward()
    assert x.grad is not None
    return found.detach(), x.grad


def compare(group: Group) -> None:
    """Fails where the two differ."""
    one, several = make_norms(), make_norms()
    synchronise_norms(several, group)
    images, pull = torch.randn(6, 5, 4, 4) * 3 + 7, torch.randn(6, 5, 4, 4)
    mine = slice(0, 4) if group.first else slice(4, 6)  # batches of different sizes
    expected, found = run(one, images, pull), run(several, images[mine], pull[mine])
    near = {"rtol": 1e-4, "atol": 1e-4}
    for a, b in zip(found, expected):
        assert_close(a, b[mine], **near)
    for a, b in zip(several.parameters(), one.parameters()):
        assert a.grad is not None
        assert_close(group.sum(a.grad), b.grad, **near)
    for a, b in zip(several.state_dict().values(), one.state_dict().values()):
        assert_close(a, b, **near)
    assert several[0].running_mean.abs().max() > 0.1
    assert several[1].running_mean.abs().max() == 0
    assert group.gather(group.rank) == [0, 1]


def exchange(group: Group) -> None:
    """Make a step whose gradients are exchanged, as training does."""
    model = group.wrap(nn.Conv2d(3, 4, 3))
    model(torch.rand(2, 3, 8, 8)).sum().backward()


def look_for_threads() -> None:
    """End at once, as failed, where threads of the group are left."""
    names = [path.read_text("utf-8").strip() for path in Path("/proc/self/task").glob("*/comm")]
    if left := [name for name in names if "gloo" in name]:
        sys.stderr.write(f"threads that are left: {left}\n")
        os._exit(1)


if __name__ == "__main__":
    atexit.register(look_for_threads)  # the last at exit: what is registered first is called last
    with join(ScheduleConfig(threads=1, device="cpu")) as processes:
        compare(processes)
        exchange(processes)
    print("the same")
