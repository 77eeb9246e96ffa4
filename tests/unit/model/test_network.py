"""The network: its size, its shapes, its strides, and agreement with another implementation."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import nn

from satseg_core.errors import ModelError
from satseg_core.model.backbones import BACKBONES, build_backbone, spread_bands
from satseg_core.model.card import Architecture
from satseg_core.model.macs import count_macs, count_parameters
from satseg_core.model.network import ASPP, DeepLabV3Plus, build_network
from satseg_core.model.presets import PRESETS, preset
from satseg_core.model.torchvision_import import import_torchvision

from .conftest import SMALL, lively, make_card


def small(backbone: str = "mobilenet_v2", output_stride: int = 16, bands: int = 3, classes: int = 7) -> DeepLabV3Plus:
    architecture = dataclasses.replace(SMALL, backbone=backbone, output_stride=output_stride)
    torch.manual_seed(0)
    return lively(DeepLabV3Plus(architecture, bands, classes))


def test_the_source_preset_is_the_prototype_in_size_and_work() -> None:
    with torch.device("meta"):
        network = DeepLabV3Plus(preset("source"), bands=3, classes=7)
    assert round(count_parameters(network) / 1e6, 1) == 40.3
    assert round(count_macs(network, (3, 1000, 1000)) / 1e9) == 266


def test_separable_convolutions_save_the_work_they_promise() -> None:
    def giga_macs(architecture: Architecture) -> float:
        with torch.device("meta"):
            return count_macs(DeepLabV3Plus(architecture, 3, 7), (3, 1000, 1000)) / 1e9

    source = preset("source")
    assert giga_macs(dataclasses.replace(source, separable=True)) < 0.6 * giga_macs(source)
    assert giga_macs(preset("light")) < 0.05 * giga_macs(source)


def test_macs_of_a_known_convolution() -> None:
    conv = nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2)
    assert count_macs(nn.Sequential(conv), (4, 10, 10)) == 6 * 5 * 5 * (4 // 2) * 9


def test_counting_leaves_the_network_as_it_was() -> None:
    network = nn.Sequential(nn.Conv2d(1, 1, 3)).train()
    count_macs(network, (1, 8, 8))
    assert network.training
    assert not network[0]._forward_hooks


@pytest.mark.parametrize("backbone", sorted(BACKBONES))
@pytest.mark.parametrize("output_stride", [8, 16, 32])
def test_every_backbone_keeps_the_output_stride(backbone: str, output_stride: int) -> None:
    network = build_backbone(backbone, output_stride, bands=3).eval()
    low, high = network(torch.zeros(1, 3, 96, 64))
    assert low.shape == (1, network.low_channels, 24, 16)
    assert high.shape == (1, network.channels, 96 // output_stride, 64 // output_stride)


@pytest.mark.parametrize("backbone", ["mobilenet_v2", "resnet18"])
def test_dilation_gives_the_strided_map_and_the_px_between(backbone: str) -> None:
    torch.manual_seed(1)
    strided = lively(build_backbone(backbone, 32, bands=3))
    dilated = build_backbone(backbone, 8, bands=3).eval()
    dilated.load_state_dict(strided.state_dict())
    image = torch.randn(1, 3, 128, 128)
    with torch.inference_mode():
        coarse, fine = strided(image)[1], dilated(image)[1]
    assert torch.allclose(fine[:, :, ::4, ::4], coarse, atol=1e-4 * float(coarse.abs().max()))


@pytest.mark.parametrize(("bands", "classes"), [(1, 2), (4, 7), (13, 30)])
def test_any_number_of_bands_and_classes(bands: int, classes: int) -> None:
    network = small(bands=bands, classes=classes)
    with torch.inference_mode():
        assert network(torch.randn(2, bands, 64, 64)).shape == (2, classes, 64, 64)


@pytest.mark.parametrize(("height", "width"), [(64, 96), (65, 99), (33, 50)])
def test_scores_lie_on_a_quarter_of_the_grid_and_full_size_is_their_interpolation(height: int, width: int) -> None:
    network, image = small(), torch.randn(1, 3, height, width)
    with torch.inference_mode():
        scores, full = network.forward_scores(image), network(image)
    assert scores.shape == (1, 7, -(-height // 4), -(-width // 4))
    assert full.shape == (1, 7, height, width)
    expected = nn.functional.interpolate(scores, size=(height, width), mode="bilinear", align_corners=False)
    assert torch.equal(full, expected)


def test_pooling_lets_every_px_see_the_whole_image() -> None:
    torch.manual_seed(4)
    aspp = lively(ASPP(16, 32, rates=(1, 2, 3), separable=True))
    features = torch.randn(1, 16, 32, 32)
    other = features.clone()
    other[..., -1, -1] += 100.0
    with torch.inference_mode():
        difference = (aspp(features) - aspp(other)).abs()
    assert float(difference[..., :16, :16].max()) > 0.01


def test_more_bands_answer_as_strongly_as_three() -> None:
    kernels = torch.randn(8, 3, 3, 3)
    grey = torch.ones(1, 1, 9, 9)
    expected = nn.functional.conv2d(grey.expand(1, 3, 9, 9), kernels)
    for bands in (1, 2, 3, 4, 10):
        found = nn.functional.conv2d(grey.expand(1, bands, 9, 9), spread_bands(kernels, bands))
        assert torch.allclose(found, expected, atol=1e-4), bands


def test_three_bands_keep_pretrained_kernels_and_more_keep_their_colours() -> None:
    kernels = torch.randn(8, 3, 3, 3)
    assert torch.equal(spread_bands(kernels, 3), kernels)
    assert torch.allclose(spread_bands(kernels, 4)[:, :3], kernels * 0.75)


def test_start_weights_arrive_in_the_backbone() -> None:
    source = import_torchvision().models.resnet18(weights=None)
    backbone = build_backbone("resnet18", 16, bands=3, pretrained=source.state_dict())
    assert torch.equal(backbone.low[0].weight, source.conv1.weight)
    assert torch.equal(backbone.high[2][1].conv2.weight, source.layer4[1].conv2.weight)


def test_start_weights_of_another_network_are_refused() -> None:
    other = import_torchvision().models.resnet18(weights=None).state_dict()
    for name in ("mobilenet_v2", "resnet50"):
        with pytest.raises(ModelError, match="do not fit the backbone"):
            build_backbone(name, 16, bands=3, pretrained=other)


@pytest.mark.parametrize(
    ("name", "stride", "bands", "words"),
    [("vgg", 16, 3, "no backbone 'vgg'"), ("resnet18", 4, 3, "8, 16 or 32"), ("resnet18", 16, 0, "one input band")],
)
def test_impossible_backbones_are_refused(name: str, stride: int, bands: int, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        build_backbone(name, stride, bands)


def test_impossible_networks_are_refused() -> None:
    with pytest.raises(ModelError, match="at least one class"):
        DeepLabV3Plus(SMALL, 3, 0)
    with pytest.raises(ModelError, match="no positive whole number"):
        dataclasses.replace(SMALL, aspp_rates=(6, 12))
    with pytest.raises(ModelError, match="score stride 8"):
        build_network(make_card(score_stride=8))


def test_presets_have_names() -> None:
    for name in PRESETS:
        assert preset(name).backbone in BACKBONES
    with pytest.raises(ModelError, match="no network preset 'huge'"):
        preset("huge")


def identity(*layers: nn.Module) -> None:
    """Make separable convolutions and batch norms pass on what they get unchanged."""
    for module in [m for layer in layers for m in layer.modules()]:
        if isinstance(module, nn.Conv2d):
            nn.init.dirac_(module.weight, groups=module.groups)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()
            module.eps = 0.0


def make_theirs_like_ours(theirs: nn.Module) -> None:
    """Undo three choices of theirs: corners aligned, the last stage's first dilation, a convolution after ASPP."""
    theirs.decoder.up.align_corners = False
    theirs.segmentation_head[1] = nn.Upsample(scale_factor=4, mode="bilinear", align_corners=False)
    first = theirs.encoder.layer4[0]
    for conv in (first.conv1, first.conv2):
        if conv.kernel_size == (3, 3):
            conv.dilation, conv.padding = (1, 1), (1, 1)
            break
    identity(theirs.decoder.aspp[1], theirs.decoder.aspp[2])


def copy_parameters(source: nn.Module, target: nn.Module) -> None:
    """Copy all parameters and statistics in the order in which the two modules list them."""
    values = [v for v in source.state_dict().values() if v.is_floating_point()]
    names = [n for n, v in target.state_dict().items() if v.is_floating_point()]
    assert len(values) == len(names)
    target.load_state_dict(dict(zip(names, values)), strict=False)


@pytest.mark.parametrize("backbone", ["resnet18", "resnet50"])
def test_agrees_with_segmentation_models_pytorch_on_copied_weights(backbone: str) -> None:
    import_torchvision()  # that package imports torchvision as well
    smp = pytest.importorskip("segmentation_models_pytorch")
    torch.manual_seed(2)
    theirs = smp.DeepLabV3Plus(
        backbone, encoder_weights=None, encoder_output_stride=16, decoder_channels=32,
        decoder_atrous_rates=(6, 12, 18), classes=5, in_channels=4,
    )  # fmt: skip
    lively(theirs)
    torch.manual_seed(3)
    architecture = Architecture(backbone=backbone, aspp_channels=32, decoder_channels=32)
    ours = lively(DeepLabV3Plus(architecture, bands=4, classes=5))
    identity(ours.decoder.refine)
    make_theirs_like_ours(theirs)
    copy_parameters(theirs.encoder, ours.backbone)
    copy_parameters(nn.ModuleList([theirs.decoder.aspp[0].convs, theirs.decoder.aspp[0].project]), ours.aspp)
    copy_parameters(theirs.decoder.block1, ours.decoder.reduce)
    copy_parameters(theirs.decoder.block2, ours.decoder.join)
    copy_parameters(theirs.segmentation_head, ours.classifier)
    image = torch.randn(1, 4, 128, 160)
    with torch.inference_mode():
        expected, found = theirs.eval()(image), ours.eval()(image)
    assert float(expected.std()) > 0.01
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))
