"""The frozen-features baseline: a linear layer that is fitted well, in the units of the features as they come."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch.nn import functional

from satseg_core.model.backbones import build_backbone
from satseg_core.model.runtime import Runtime
from training.baseline import PENALTY, FrozenFeatures, features, fit_linear


@pytest.fixture(scope="module")
def samples() -> tuple[torch.Tensor, torch.Tensor]:
    """Three overlapping classes in five features of very different size."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 600)
    values = rng.normal(labels[:, None] * [1, -1, 0.5, 0, 0], 1.0) * [1, 100, 0.01, 1, 1] + [0, 5000, 0, 1, 0]
    return torch.as_tensor(values, dtype=torch.float32), torch.from_numpy(labels)


def test_the_layer_is_the_regression_that_scikit_learn_fits(samples) -> None:
    values, labels = samples
    layer = fit_linear(values, labels, 3)
    ours = functional.softmax(layer(values[:, :, None, None])[:, :, 0, 0], dim=1).numpy()
    standard = ((values - values.mean(dim=0)) / values.std(dim=0)).numpy()
    # Its C weighs the sum of losses against half the squares; here the mean of losses has a penalty.
    reference = LogisticRegression(C=1 / (2 * PENALTY * len(values)), tol=1e-8, max_iter=1000).fit(standard, labels)
    assert np.abs(ours - reference.predict_proba(standard)).max() < 0.005


def test_classes_that_do_not_occur_are_not_predicted(samples) -> None:
    values, labels = samples
    scores = fit_linear(values, labels, 5)(values[:, :, None, None])[:, :, 0, 0]
    assert scores.shape == (600, 5)
    assert scores.argmax(dim=1).max() <= 2


def test_features_are_both_maps_on_the_finer_grid() -> None:
    backbone = build_backbone("mobilenet_v2", 16, 3).eval()
    tiles = torch.rand(1, 3, 64, 96)
    with torch.inference_mode():
        found, (low, high) = features(backbone, tiles), backbone(tiles)
    assert found.shape == (1, low.shape[1] + high.shape[1], 16, 24)
    assert torch.equal(found[:, : low.shape[1]], low)
    assert found[:, low.shape[1] :].mean() == pytest.approx(float(high.mean()), rel=0.2)


def test_it_runs_in_the_engine_tile_by_tile() -> None:
    backbone = build_backbone("mobilenet_v2", 16, 3).eval()
    layer = torch.nn.Conv2d(backbone.low_channels + backbone.channels, 7, 1)
    runtime: Runtime = FrozenFeatures(backbone, layer)
    tiles = np.random.default_rng(0).normal(size=(2, 3, 64, 64)).astype(np.float32)
    scores = runtime.scores(tiles)
    assert (scores.shape, scores.dtype) == ((2, 7, 16, 16), np.float32)
    assert np.array_equal(scores[1:], runtime.scores(tiles[1:]))
