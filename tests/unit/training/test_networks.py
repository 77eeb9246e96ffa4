from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from satseg_core.errors import ModelError
from satseg_core.legend import LAND_COVER
from satseg_core.model.backbones import build_backbone
from training.config import NetworkConfig
from training.networks import CropDropout, build, set_crops, set_mode


def test_the_same_seed_gives_the_same_network_whatever_was_drawn_before() -> None:
    first = build(NetworkConfig(), 3, LAND_COVER, seed=4).state_dict()
    torch.rand(5)
    again, other = (build(NetworkConfig(), 3, LAND_COVER, seed=seed).state_dict() for seed in (4, 5))
    assert all(value.equal(again[name]) for name, value in first.items())
    assert not first["classifier.weight"].equal(other["classifier.weight"])


def test_names_are_those_of_the_engines_network() -> None:
    from satseg_core.model.network import DeepLabV3Plus
    from satseg_core.model.presets import preset

    network = build(NetworkConfig(), 3, LAND_COVER)
    assert set(network.state_dict()) == set(DeepLabV3Plus(preset("light"), 3, 7).state_dict())


@pytest.mark.parametrize(
    ("freeze", "frozen"), [("none", ()), ("low", ("backbone.low.",)), ("backbone", ("backbone.",))]
)
def test_frozen_parts_cost_no_backward_pass(freeze: str, frozen: tuple[str, ...]) -> None:
    network = build(NetworkConfig(freeze=freeze), 3, LAND_COVER)
    set_crops(network, (0, 1))
    low, high = network.backbone(torch.rand(2, 3, 64, 64))
    assert (low.grad_fn is None) == (freeze != "none")
    assert (high.grad_fn is None) == (freeze == "backbone")
    network.forward_scores(torch.rand(2, 3, 64, 64)).sum().backward()
    without = {name for name, parameter in network.named_parameters() if parameter.grad is None}
    assert without == {name for name, _ in network.named_parameters() if name.startswith(frozen or "-")}


@pytest.mark.parametrize(
    ("settings", "still"),
    [
        (NetworkConfig(), "backbone."),
        (NetworkConfig(freeze_statistics=False), None),
        (NetworkConfig(freeze_statistics=False, freeze="low"), "backbone.low."),
    ],
)
def test_statistics_stay_where_they_should(settings: NetworkConfig, still: str | None) -> None:
    network = build(settings, 3, LAND_COVER)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    set_crops(network, (0, 1))
    network.forward_scores(torch.rand(2, 3, 64, 64))
    names = {name for name in before if name.endswith("running_mean")}
    moved = {name for name in names if not network.state_dict()[name].equal(before[name])}
    assert moved == {name for name in names if still is None or not name.startswith(still)}


def test_the_mode_can_be_set_again() -> None:
    network = build(NetworkConfig(), 3, LAND_COVER).eval()
    set_mode(network, NetworkConfig())
    assert network.aspp.dropout.training
    assert not any(m.training for m in network.backbone.modules() if isinstance(m, nn.BatchNorm2d))


def test_dropout_is_a_function_of_the_crop() -> None:
    dropout = CropDropout(0.5, seed=1, layer=0)
    x = torch.ones(4, 8, 6, 6)
    dropout.crops = (10, 11, 12, 13)
    whole = dropout(x)
    dropout.crops = (12, 13)
    assert dropout(x[:2]).equal(whole[2:])
    assert not whole[0].equal(whole[1])
    assert set(whole.unique().tolist()) == {0.0, 2.0}
    other = CropDropout(0.5, seed=1, layer=1)
    other.crops = (10, 11, 12, 13)
    assert not other(x).equal(whole)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_dropout_drops_its_share_and_keeps_the_mean(share: float) -> None:
    dropout = CropDropout(share, seed=1, layer=0)
    dropout.crops = (0,)
    found = dropout(torch.ones(1, 64, 32, 32))
    assert float((found == 0).float().mean()) == pytest.approx(share, abs=0.01)
    assert float(found.mean()) == pytest.approx(1.0 if share < 1 else 0.0, abs=0.02)
    assert dropout.eval()(found).equal(found)


def test_start_weights_reach_the_backbone(tmp_path: Path) -> None:
    from satseg_core.model.torchvision_import import import_torchvision

    weights = import_torchvision().models.mobilenet_v2(weights=None).state_dict()
    torch.save(weights, tmp_path / "start.pth")
    network = build(NetworkConfig(start_weights=str(tmp_path / "start.pth")), 3, LAND_COVER)
    expected = build_backbone("mobilenet_v2", 16, 3, weights).state_dict()
    assert all(network.backbone.state_dict()[name].equal(value) for name, value in expected.items())


def test_start_weights_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    torch.save(torch.ones(3), tmp_path / "tensor.pth")
    torch.save({"weights": Path}, tmp_path / "code.pth")
    (tmp_path / "bad.pth").write_bytes(b"no tensors")
    for name in ("none.pth", "bad.pth", "tensor.pth", "code.pth"):
        with pytest.raises(ModelError, match=rf"{name} cannot be read"):
            build(NetworkConfig(start_weights=str(tmp_path / name)), 3, LAND_COVER)
