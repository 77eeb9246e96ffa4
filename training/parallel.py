"""Several processes that learn as one: who is who, sums over all, and batch norm over the whole batch.

Started by torchrun, which tells each process its place in environment variables; without them there is one process
and everything here does nothing.
"""

from __future__ import annotations

import atexit
import gc
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Callable, cast

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from satseg_core.errors import RuntimeUnavailableError, UsageError
from satseg_core.model.runtime import usable_processors
from training.config import ScheduleConfig
from training.data.crops import crop_numbers

PATIENCE = timedelta(hours=2)
"""How long a process waits for the others, such as while the first one writes files or measures."""


@dataclass(frozen=True)
class Group:
    """The processes of a run, seen from one of them.

    Attributes:
        rank: number of this process, from 0.
        size: how many there are.
        device: what this process computes on.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @property
    def device_name(self) -> str:
        """The device in words."""
        return torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else self.device.type

    @property
    def memory_peak(self) -> int:
        """MiB that this process' tensors took on its GPU, at most; 0 on a processor."""
        return torch.cuda.max_memory_allocated(self.device) // 2**20 if self.device.type == "cuda" else 0

    @property
    def first(self) -> bool:
        """True in the one process that writes files and speaks."""
        return self.rank == 0

    def sum(self, values: Tensor) -> Tensor:
        """The sum over all processes, put into ``values`` itself."""
        if self.size > 1:
            dist.all_reduce(values)
        return values

    def gather(self, value: Any) -> list[Any]:
        """The picklable value of every process, by rank."""
        values: list[Any] = [value] * self.size
        if self.size > 1:
            dist.all_gather_object(values, value)
        return values

    def share(self, numbers: range) -> range:
        """This process' part of numbers, whose count its size divides."""
        each = len(numbers) // self.size
        return numbers[self.rank * each : (self.rank + 1) * each]

    def wrap(self, model: nn.Module) -> nn.Module:
        """A module whose gradients become the mean over all processes; with one process the module itself."""
        if self.size == 1:
            return model
        devices = [self.device.index] if self.device.type == "cuda" else None
        return DistributedDataParallel(model, device_ids=devices, broadcast_buffers=False)


@contextmanager
def join(schedule: ScheduleConfig) -> Iterator[Group]:
    """Meet the other processes that torchrun started, on this process' own device, with its share of the threads.

    All processes need the run's folder at the same path, also those on other machines.

    Raises:
        RuntimeUnavailableError: CUDA was asked for and is not there.
    """
    size, local = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("LOCAL_RANK", "0"))
    device = choose_device(schedule.device, local)
    threads = torch.get_num_threads()
    neighbours = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    torch.set_num_threads(schedule.threads or max(1, usable_processors() // neighbours))
    if size > 1:
        _let_go_at_exit()
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield Group(int(os.environ.get("RANK", "0")), size, device)
    finally:
        torch.set_num_threads(threads)
        if size > 1:
            dist.destroy_process_group()


def _let_go_at_exit() -> None:
    """See that the group's threads end before the interpreter does; one that lets go of a tensor later aborts it.

    They end with the last that holds the group. Gradients' exchange holds it in cycles; functions of
    torch.distributed.nn, which DistributedDataParallel imports, have it as a default if it is there by then.
    """
    import torch.distributed.nn  # noqa: F401

    atexit.register(gc.collect)


def choose_device(name: str, local_rank: int) -> torch.device:
    """The device for one of the processes on this machine.

    Args:
        name: ``auto``, ``cpu`` or ``cuda``.
        local_rank: number of the process among those on this machine, from 0: each has a GPU of its own.

    Raises:
        RuntimeUnavailableError: CUDA was asked for and is not there, or there are more processes than GPUs.
    """
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise RuntimeUnavailableError("torch finds no CUDA device here; set schedule.device to auto or cpu.")
    if local_rank >= torch.cuda.device_count():
        raise RuntimeUnavailableError(
            f"There are more processes than the {torch.cuda.device_count()} GPUs of this machine; start fewer."
        )
    device = torch.device("cuda", local_rank)
    torch.cuda.set_device(device)
    torch.backends.cudnn.benchmark = True  # crops are all of one size
    return device


def check_batch(schedule: ScheduleConfig, size: int) -> None:
    """See that a step's crops can be dealt out evenly.

    Raises:
        UsageError: they cannot.
    """
    if schedule.steps < 1 or schedule.batch < 1 or schedule.accumulate < 1:
        raise UsageError("schedule.steps, batch and accumulate must be 1 or more.")
    if schedule.batch % (schedule.accumulate * size):
        raise UsageError(
            f"schedule.batch is {schedule.batch}, which {size} processes with {schedule.accumulate} parts each "
            f"cannot share evenly; make it a multiple of {schedule.accumulate * size}."
        )
    if schedule.batch < 2 * schedule.accumulate:
        raise UsageError(
            f"schedule.batch is {schedule.batch}, cut into {schedule.accumulate} parts; batch norm needs two crops in"
            " each, so make it larger."
        )


def crops_of(step: int, schedule: ScheduleConfig, group: Group) -> list[range]:
    """Numbers of the crops that a process learns from in a step, counted from 0: one range for each part.

    A part is the same crops, over all processes together, however many there are: batch norm sees one part.
    """
    each = schedule.batch // schedule.accumulate
    numbers = crop_numbers(step, schedule.batch)
    parts = (numbers[i * each : (i + 1) * each] for i in range(schedule.accumulate))
    return [group.share(part) for part in parts]


def without_exchange(model: nn.Module, last: bool) -> AbstractContextManager[Any]:
    """Backward passes in this context keep gradients to this process, unless it is the ``last`` part of a step."""
    if last or not isinstance(model, DistributedDataParallel):
        return nullcontext()
    return model.no_sync()


def synchronise_norms(network: nn.Module, group: Group) -> nn.Module:
    """Let batch norm use the mean and deviation over the batches of all processes."""
    if group.size == 1:
        return network
    if group.device.type == "cuda":
        convert: Callable[[nn.Module], nn.Module] = nn.SyncBatchNorm.convert_sync_batchnorm
        return convert(network)
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if type(child) is nn.BatchNorm2d:
                setattr(module, name, SharedBatchNorm.of(child))
    return network


class SharedBatchNorm(nn.BatchNorm2d):
    """`torch.nn.SyncBatchNorm` for processors, which torch's own does not support.

    Processes may hold batches of different sizes; the result is that of one process with all of them.
    """

    @classmethod
    def of(cls, norm: nn.BatchNorm2d) -> SharedBatchNorm:
        """The same norm with the same parameters and statistics, shared."""
        shared = cls(norm.num_features, norm.eps, norm.momentum)
        shared.weight, shared.bias = norm.weight, norm.bias
        shared.running_mean, shared.running_var = norm.running_mean, norm.running_var
        shared.num_batches_tracked = norm.num_batches_tracked
        return shared.train(norm.training)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, H, W)`` to the same, normalised; statistics in float32 whatever the type."""
        if not self.training:
            return super().forward(x)
        values = x.float()
        count = torch.tensor([x.numel() / x.shape[1]], device=x.device)
        dist.all_reduce(count)
        mean = sum_over_processes(values.sum(dim=(0, 2, 3))) / count
        # In two passes, as one process does it: a mean of squares less the squared mean loses digits.
        centred = values - mean[:, None, None]
        variance = sum_over_processes(centred.square().sum(dim=(0, 2, 3))) / count
        self._remember(mean.detach(), variance.detach(), count)
        scale = self.weight * torch.rsqrt(variance + self.eps)
        return (centred * scale[:, None, None] + self.bias[:, None, None]).to(x.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, count: Tensor) -> None:
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        momentum = 0.1 if self.momentum is None else self.momentum
        self.num_batches_tracked += 1
        self.running_mean.lerp_(mean, momentum)
        self.running_var.lerp_(variance * (count / (count - 1).clamp(min=1)), momentum)


class _Sum(torch.autograd.Function):
    """Sum over processes; each gets the sum of all gradients, since each one's loss depends on it."""

    @staticmethod
    def forward(context: Any, values: Tensor) -> Tensor:
        del context
        total = values.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> Tensor:
        del context
        total = gradients[0].contiguous().clone()
        dist.all_reduce(total)
        return total


def sum_over_processes(values: Tensor) -> Tensor:
    """The sum over all processes, through which gradients flow."""
    return cast(Tensor, _Sum.apply(values))  # type: ignore[no-untyped-call]
