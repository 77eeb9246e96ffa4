"""One optimiser step, and everything that it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, cast

import torch
from torch import Tensor, nn

from satseg_core.legend import Legend
from satseg_core.model.network import DeepLabV3Plus
from training.config import TrainingConfig
from training.depthwise import quicken
from training.losses import SegmentationLoss
from training.networks import build, set_crops, set_mode
from training.optimization import average, make_optimizer, make_rates
from training.parallel import Group, synchronise_norms, without_exchange

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class _Scores(nn.Module):
    """A network whose call gives the scores on the decoder's grid, as `DistributedDataParallel` needs it."""

    def __init__(self, network: DeepLabV3Plus) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        return self.network.forward_scores(x)


class Learner:
    """A network that learns.

    Args:
        config: of the run.
        legend: classes in the order of the score bands.
        weights: of the classes in the loss, ``(C,) float32``.
        group: the processes that learn together.

    Attributes:
        network: what learns.

    Raises:
        SatSegError: the network cannot be built.
    """

    def __init__(self, config: TrainingConfig, legend: Legend, weights: Tensor, group: Group) -> None:
        self._config, self._group = config, group
        network = build(config.network, len(config.network.mean), legend, config.schedule.seed)
        synchronise_norms(network, group)
        if group.device.type == "cpu":
            quicken(network)
        self.network = network.to(group.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._average = average(self.network, config.schedule.ema)
        self._model = group.wrap(_Scores(self.network))
        self._loss = SegmentationLoss(config.loss, weights).to(group.device)
        self._optimizer = make_optimizer(self.network, config.schedule)
        self._rates = make_rates(self._optimizer, config.schedule)
        self._scaler = torch.amp.GradScaler(group.device.type, enabled=config.schedule.precision == "fp16")
        self._mean, self._std = (
            torch.tensor(values, device=group.device)[:, None, None]
            for values in (config.network.mean, config.network.std)
        )

    @property
    def averaged(self) -> DeepLabV3Plus:
        """The average of the network's weights, in evaluation mode: the result."""
        return cast(DeepLabV3Plus, self._average.module)

    @property
    def rate(self) -> float:
        """Learning rate of ASPP and decoder in the step to come."""
        return float(max(self._rates.get_last_lr()))

    def learn(self, images: Tensor, labels: Tensor, parts: Sequence[range]) -> Tensor:
        """Make one step.

        Args:
            images: this process' crops of the step, ``(N, B, H, W) float32``, 0 to 1.
            labels: ``(N, H, W) int64``.
            parts: the crops' numbers, cut into the parts that are run one after the other.

        Returns:
            This process' share of the step's loss, a scalar on the device: the sum over processes is the loss.
        """
        labels = self._loss.at_stride(labels.to(self._group.device, non_blocking=True))
        counts = self._group.sum(self._loss.counts(labels))
        sizes = [len(part) for part in parts]
        total = torch.zeros((), device=self._group.device)
        for index, (pixels, truth) in enumerate(zip(torch.split(images, sizes), torch.split(labels, sizes))):
            set_crops(self.network, parts[index])
            with without_exchange(self._model, last=index == len(parts) - 1):
                total += self._backward(pixels, truth, counts)
        self._update()
        return total

    def _backward(self, images: Tensor, labels: Tensor, counts: Tensor) -> Tensor:
        """Add a part's gradients; gives its loss."""
        with self._autocast():
            scores = self._model(self._normalised(images))
        loss = self._loss(scores.float(), labels, counts)
        # The gradients that processes exchange become their mean: times the size, the sum.
        self._scaler.scale(loss * self._group.size).backward()
        detached: Tensor = loss.detach()
        return detached

    def _normalised(self, images: Tensor) -> Tensor:
        pixels = images.to(self._group.device, non_blocking=True).contiguous(memory_format=torch.channels_last)
        return (pixels - self._mean).div_(self._std)

    def _autocast(self) -> AbstractContextManager[Any]:
        precision = self._config.schedule.precision
        return torch.autocast(self._group.device.type, PRECISIONS[precision], enabled=precision != "fp32")

    def _update(self) -> None:
        """Move the weights by the gradients."""
        clip = self._config.schedule.clip
        if clip:
            self._scaler.unscale_(self._optimizer)
            nn.utils.clip_grad_norm_(self.network.parameters(), clip)
        self._scaler.step(self._optimizer)
        self._scaler.update()
        self._optimizer.zero_grad(set_to_none=True)
        self._rates.step()
        self._average.update_parameters(self.network)

    def state(self) -> dict[str, Any]:
        """Tensors and plain values from which `restore` goes on bit by bit."""
        return {
            "network": self.network.state_dict(),
            "average": self._average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "rates": self._rates.state_dict(),
            "scaler": self._scaler.state_dict(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up what `state` gave in a run with the same settings."""
        self.network.load_state_dict(state["network"])
        self._average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._rates.load_state_dict(state["rates"])
        self._scaler.load_state_dict(state["scaler"])
        set_mode(self.network, self._config.network)
