from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from satseg_core.model.torchvision_import import import_torchvision
from training.config import LossConfig
from training.data.codes import IGNORE
from training.losses import SegmentationLoss, class_weights

CLASSES = 4
WEIGHTS = torch.tensor([0.5, 1.0, 2.0, 1.5])


def batch(seed: int = 0, crops: int = 3, size: int = 16) -> tuple[Tensor, Tensor]:
    """Scores at a quarter of the size and labels, some of them ignored."""
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn((crops, CLASSES, size // 4, size // 4), generator=generator, requires_grad=True)
    labels = torch.randint(0, CLASSES, (crops, size, size), generator=generator)
    labels[torch.rand(labels.shape, generator=generator) < 0.2] = IGNORE
    return scores, labels


def loss_of(config: LossConfig, scores: Tensor, labels: Tensor) -> Tensor:
    loss = SegmentationLoss(config, WEIGHTS)
    thin = loss.at_stride(labels)
    return loss(scores, thin, loss.counts(thin))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("stride", [1, 2, 4])
def test_cross_entropy_is_torchs_mean(smoothing: float, stride: int) -> None:
    scores, labels = batch()
    config = LossConfig(label_smoothing=smoothing, stride=stride)
    offset = stride // 2
    thin = labels[:, offset::stride, offset::stride]
    larger = functional.interpolate(scores, size=thin.shape[1:], mode="bilinear")
    expected = functional.cross_entropy(larger, thin, WEIGHTS, ignore_index=IGNORE, label_smoothing=smoothing)
    assert loss_of(config, scores, labels).item() == pytest.approx(expected.item(), rel=1e-5)


def test_focal_loss_is_that_of_the_library() -> None:
    import_torchvision()
    from segmentation_models_pytorch.losses._functional import softmax_focal_loss_with_logits

    scores, labels = batch()
    labels = labels.clamp(max=CLASSES - 1)
    loss = SegmentationLoss(LossConfig(cross_entropy=0, focal=1, gamma=2, stride=4), torch.ones(CLASSES))
    thin = loss.at_stride(labels)
    expected = softmax_focal_loss_with_logits(scores, thin, gamma=2)
    assert loss(scores, thin, loss.counts(thin)).item() == pytest.approx(expected.item(), rel=1e-5)


def test_focal_loss_without_focus_is_cross_entropy() -> None:
    scores, labels = batch()
    focal = loss_of(LossConfig(cross_entropy=0, focal=1, gamma=0), scores, labels)
    assert focal.item() == pytest.approx(loss_of(LossConfig(), scores, labels).item(), rel=1e-5)


@pytest.mark.parametrize("name", ["dice", "lovasz"])
def test_region_losses_are_means_over_crops(name: str) -> None:
    import_torchvision()
    from segmentation_models_pytorch import losses

    scores, labels = batch()
    labels[1] = IGNORE  # a crop without labels does not count
    library = {"dice": losses.DiceLoss, "lovasz": losses.LovaszLoss}[name]("multiclass", ignore_index=IGNORE)
    thin = labels[:, 2::4, 2::4]
    expected = (library(scores[:1], thin[:1]) + library(scores[2:], thin[2:])) / 2
    found = loss_of(LossConfig(cross_entropy=0, stride=4, **{name: 1.0}), scores, labels)
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_losses_are_added_by_their_weights() -> None:
    scores, labels = batch()
    alone = [loss_of(LossConfig(**{"cross_entropy": 0, name: 1}), scores, labels) for name in ("focal", "lovasz")]
    both = loss_of(LossConfig(cross_entropy=0, focal=0.5, lovasz=2), scores, labels)
    assert both.item() == pytest.approx((0.5 * alone[0] + 2 * alone[1]).item(), rel=1e-5)


def test_parts_of_a_batch_add_up_to_it() -> None:
    config = LossConfig(focal=0.5, dice=0.5, lovasz=0.5, label_smoothing=0.1, stride=2)
    scores, labels = batch(crops=4)
    loss = SegmentationLoss(config, WEIGHTS)
    thin = loss.at_stride(labels)
    loss(scores, thin, loss.counts(thin)).backward()
    whole, scores.grad = scores.grad, None
    counts = loss.counts(thin[:3]) + loss.counts(thin[3:])
    for some in (slice(0, 3), slice(3, 4)):
        loss(scores[some], thin[some], counts).backward()
    torch.testing.assert_close(scores.grad, whole)


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_without_labels_the_loss_and_its_gradient_are_0(gamma: float) -> None:
    scores, labels = batch()
    labels[:] = IGNORE
    loss = loss_of(LossConfig(focal=1, dice=1, lovasz=1, gamma=gamma), scores, labels)
    loss.backward()
    assert loss.item() == 0
    assert scores.grad is not None
    assert float(scores.grad.abs().max()) == 0


def test_ignored_px_have_no_say() -> None:
    scores, labels = batch()
    thin = labels[:, 2::4, 2::4]
    config = LossConfig(focal=1, dice=1, lovasz=1, gamma=0.5, stride=4)
    loss_of(config, scores, labels).backward()
    assert scores.grad is not None
    per_px = scores.grad.abs().sum(dim=1)
    assert float(per_px[thin == IGNORE].max()) == 0
    assert float(per_px[thin != IGNORE].min()) > 0


def test_rare_classes_weigh_more_and_absent_ones_nothing() -> None:
    share = np.array([0.81, 0.16, 0.03, 0.0])
    weights = class_weights(share, 0.5)
    assert weights[0] < weights[1] < weights[2]
    assert float(weights[3]) == 0
    assert float((weights * torch.tensor(share)).sum()) == pytest.approx(1.0)
    assert class_weights(share, 0.0)[:3].tolist() == pytest.approx([1, 1, 1])
