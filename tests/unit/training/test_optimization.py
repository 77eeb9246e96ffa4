from __future__ import annotations

import pytest
import torch
from torch import nn

from satseg_core.legend import LAND_COVER
from training.config import NetworkConfig, ScheduleConfig
from training.networks import build
from training.optimization import SHAPES, average, make_optimizer, make_rates, rate_factor


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_every_rate_rises_to_the_peak_and_never_again(shape: str) -> None:
    schedule = ScheduleConfig(steps=100, warm_up=10, shape=shape)
    factors = [rate_factor(step, schedule) for step in range(100)]
    assert factors[:10] == pytest.approx([0.1 * (i + 1) for i in range(10)])
    assert factors[10] == 1.0
    assert all(a >= b > 0 for a, b in zip(factors[10:], factors[11:]))


def test_rates_in_the_middle_and_at_the_end() -> None:
    def at(shape: str, step: int) -> float:
        return rate_factor(step, ScheduleConfig(steps=100, warm_up=0, shape=shape))

    assert at("cosine", 50) == pytest.approx(0.5)
    assert at("poly", 50) == pytest.approx(0.5**0.9)
    assert [at("step", step) for step in (59, 60, 84, 85)] == pytest.approx([1, 0.1, 0.1, 0.01])
    assert at("constant", 99) == 1
    assert at("cosine", 100) == pytest.approx(0, abs=1e-12)
    assert at("poly", 120) == 0  # beyond the end, which a schedule's last call asks for


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_the_backbone_learns_slower_and_norms_do_not_decay(optimizer: str) -> None:
    network = build(NetworkConfig(), 3, LAND_COVER)
    schedule = ScheduleConfig(
        optimizer=optimizer, learning_rate=1.0, backbone_factor=0.1, weight_decay=0.5, warm_up=0, shape="constant"
    )
    made = make_optimizer(network, schedule)
    make_rates(made, schedule)
    groups = {id(p): group for group in made.param_groups for p in group["params"]}
    of = {name: groups[id(parameter)] for name, parameter in network.named_parameters()}
    assert of["backbone.low.0.0.weight"]["lr"] == pytest.approx(0.1)
    assert of["classifier.weight"]["lr"] == 1.0
    assert of["classifier.weight"]["weight_decay"] == 0.5
    assert of["classifier.bias"]["weight_decay"] == 0.0
    assert of["backbone.low.0.1.weight"]["weight_decay"] == 0.0


def test_frozen_weights_are_left_out() -> None:
    network = build(NetworkConfig(freeze="backbone"), 3, LAND_COVER)
    taken = {id(p) for group in make_optimizer(network, ScheduleConfig()).param_groups for p in group["params"]}
    learning = {name for name, p in network.named_parameters() if id(p) in taken}
    assert learning == {name for name, _ in network.named_parameters() if not name.startswith("backbone.")}


def test_rates_follow_the_schedule_step_by_step() -> None:
    layer = nn.Linear(1, 1)
    schedule = ScheduleConfig(steps=6, warm_up=2, learning_rate=2.0, shape="poly")
    optimizer = make_optimizer(layer, schedule)
    rates = make_rates(optimizer, schedule)
    seen = []
    for _ in range(6):
        seen.append(rates.get_last_lr()[0])
        optimizer.step()
        rates.step()
    assert seen == pytest.approx([2.0 * rate_factor(step, schedule) for step in range(6)])


def test_the_average_follows_the_weights_and_forgets() -> None:
    layer = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1))
    nn.init.zeros_(layer[0].weight)
    averaged = average(layer, decay=0.9)
    averaged.update_parameters(layer)
    with torch.no_grad():
        layer[0].weight.fill_(1.0)
        layer[1].running_mean.fill_(2.0)
        layer[1].num_batches_tracked.fill_(7)
    averaged.update_parameters(layer)
    assert averaged.module[0].weight.item() == pytest.approx(1 - 2 / 11)
    assert averaged.module[1].running_mean.item() == pytest.approx(2 * (1 - 2 / 11))
    assert int(averaged.module[1].num_batches_tracked) == 7
    for _ in range(200):
        averaged.update_parameters(layer)
    assert averaged.module[0].weight.item() == pytest.approx(1.0, abs=1e-4)
    assert layer[0].weight.item() == 1.0
    assert not averaged.module[1].training


def test_without_decay_the_average_is_a_copy() -> None:
    layer = nn.Linear(3, 3)
    averaged = average(layer, decay=0.0)
    for _ in range(3):
        nn.init.normal_(layer.weight)
        averaged.update_parameters(layer)
    assert averaged.module.weight.equal(layer.weight)
