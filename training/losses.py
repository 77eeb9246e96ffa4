"""What is made small: a weighted sum of losses over all crops of a step, whichever processes hold them.

Every part is a sum over px or crops, divided by a count over the whole step. So the loss, and with it the gradient,
is the same however the crops of a step are dealt out to processes or cut into parts.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from satseg_core.model.network import SCORE_STRIDE
from satseg_core.model.torchvision_import import import_torchvision
from training.config import LossConfig
from training.data.codes import IGNORE


def class_weights(share: npt.NDArray[np.float64], power: float) -> Tensor:
    """Loss weights ``(C,) float32``: ``share ** -power``, with mean 1 over the px; 0 for classes without px.

    Args:
        share: of the labelled px in each class, ``(C,)``, 0 to 1.
        power: 0 weighs classes alike, 1 gives each class the same say.
    """
    weights = np.where(share > 0, np.maximum(share, 1e-6) ** -power, 0.0)
    return torch.as_tensor(weights / max(float((weights * share).sum()), 1e-12), dtype=torch.float32)


class SegmentationLoss(nn.Module):
    """The weighted sum of cross-entropy, focal, Dice and Lovász loss that a configuration asks for.

    Args:
        config: which losses and how much of each.
        weights: of the classes, ``(C,) float32``, for cross-entropy and focal loss.
    """

    weights: Tensor

    def __init__(self, config: LossConfig, weights: Tensor) -> None:
        super().__init__()
        self._config = config
        self._regions = _region_losses(config)
        self.register_buffer("weights", weights)

    def at_stride(self, labels: Tensor) -> Tensor:
        """Labels ``(N, H, W) int64`` thinned to those that the loss is taken at, ``(N, H/stride, W/stride)``."""
        step = self._config.stride
        return labels[:, step // 2 :: step, step // 2 :: step]

    def counts(self, labels: Tensor) -> Tensor:
        """What sums are divided by, ``(2,) float32``: the px, each by its class's weight, and the labelled crops.

        Args:
            labels: thinned labels ``(N, h, w) int64``. Counts of several batches are added up.
        """
        labelled = (labels != IGNORE).flatten(1).any(dim=1)
        return torch.stack([self._weights_of(labels).sum(), labelled.sum().to(self.weights)])

    def forward(self, scores: Tensor, labels: Tensor, counts: Tensor) -> Tensor:
        """This batch's part of the step's loss, a scalar; the parts add up to the loss.

        Args:
            scores: ``(N, C, H/4, W/4) float32`` on the decoder's grid, not normalised.
            labels: thinned labels ``(N, h, w) int64``.
            counts: `counts` of the whole step.
        """
        if self._config.stride < SCORE_STRIDE:
            scores = functional.interpolate(scores, size=labels.shape[1:], mode="bilinear", align_corners=False)
        pixels, crops = counts.clamp(min=1e-12)
        total = self._cross_entropy(scores, labels) / pixels + self._focal(scores, labels) / pixels
        for weight, loss in self._regions:
            total = total + weight * _crop_by_crop(loss, scores, labels) / crops
        return cast(Tensor, total)

    def _cross_entropy(self, scores: Tensor, labels: Tensor) -> Tensor | float:
        """Weighted sum over px of cross-entropy, labels smoothed."""
        config = self._config
        if not config.cross_entropy:
            return 0.0
        return config.cross_entropy * functional.cross_entropy(
            scores,
            labels,
            weight=self.weights,
            ignore_index=IGNORE,
            label_smoothing=config.label_smoothing,
            reduction="sum",
        )

    def _focal(self, scores: Tensor, labels: Tensor) -> Tensor | float:
        """Weighted sum over px of ``(1 - p)^gamma * -log p``, p the label's probability (Lin et al. 2017).

        Over the softmax: the libraries' focal loss is one sigmoid against the rest for each class, and the
        confidence of a map is read from the softmax.
        """
        config = self._config
        if not config.focal:
            return 0.0
        surprise = functional.cross_entropy(scores, labels, ignore_index=IGNORE, reduction="none")
        # Not quite to 0, where a power below 1 has no finite slope.
        missing = (1.0 - torch.exp(-surprise)).clamp(min=1e-6)
        return config.focal * (self._weights_of(labels) * missing**config.gamma * surprise).sum()

    def _weights_of(self, labels: Tensor) -> Tensor:
        """Weight of each px's class, 0 where it is ignored."""
        # Without a selection of px: a GPU would have to be waited for, to know how many there are.
        return self.weights[labels.clamp(max=len(self.weights) - 1)] * (labels != IGNORE)


def _region_losses(config: LossConfig) -> list[tuple[float, Any]]:
    """Losses over regions rather than px, each with its weight: Dice and Lovász-softmax."""
    if not config.dice and not config.lovasz:
        return []
    import_torchvision()  # the library imports it by itself, and cannot everywhere
    from segmentation_models_pytorch import losses

    parts = (
        (config.dice, losses.DiceLoss("multiclass", ignore_index=IGNORE)),
        (config.lovasz, losses.LovaszLoss("multiclass", ignore_index=IGNORE)),
    )
    return [(weight, loss) for weight, loss in parts if weight]


def _crop_by_crop(loss: Any, scores: Tensor, labels: Tensor) -> Tensor:
    """Sum over crops of the loss of each by itself; a crop without labels adds nothing."""
    # Lovász gives an empty tensor for a crop without labels: its sum is 0, with a gradient of 0.
    return torch.stack([loss(s[None], y[None]).sum() for s, y in zip(scores, labels)]).sum()
