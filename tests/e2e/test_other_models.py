"""Nothing downstream assumes seven classes or three bands: a model of another kind goes the whole way."""

from __future__ import annotations

import json

import numpy as np
import pyogrio
import pytest
import rasterio

from satseg_core.legend import LandClass, Legend
from satseg_core.model.card import Architecture, ModelCard, Scaling
from tests.e2e.command import satseg, scene

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

LEGEND = Legend(
    (
        LandClass(11, "open water", "Anything wet", (0, 80, 200)),
        LandClass(7, "vine & orchard", "Rows", (200, 160, 0)),
        LandClass(200, "other", "The rest", (120, 120, 120)),
    )
)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A random ResNet-18 model of three classes on four 16-bit bands, as .safetensors and .onnx."""
    from satseg_core.model.file import write_model
    from satseg_core.model.network import build_network

    torch.manual_seed(5)
    card = ModelCard(
        name="vines", title="Vines", description="", version="1.0.0", licence="", legend=LEGEND,
        architecture=Architecture(backbone="resnet18", aspp_channels=16, decoder_channels=16, low_level_channels=8),
        bands=("blue", "green", "red", "nir"), mean=(0.5,) * 4, std=(0.2,) * 4, pixel_size=10.0, tile_size=128,
        overlap=32, scaling=Scaling(fixed=(0, 3000)),
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("model")
    write_model(folder / "vines.safetensors", card, build_network(card).eval().state_dict())
    run = satseg("export", folder / "vines.safetensors", "--output", folder / "vines.onnx")
    assert run.code == 0, run.err
    return folder


@pytest.fixture(scope="module")
def bands(tmp_path_factory, write_scene):
    values = scene(200, 260, bands=4).astype(np.uint16) * 12
    folder = tmp_path_factory.mktemp("bands")
    return write_scene(folder / "s2.tif", values=values, transform=rasterio.Affine(10, 0, 5e5, 0, -10, 5e6))


@pytest.mark.parametrize("runtime", ["onnx", "torch"])
def test_another_legend_and_other_bands(model, bands, tmp_path, runtime):
    run = satseg(
        "segment", bands, "--output", tmp_path / "map.tif", "--polygons", tmp_path / "map.gpkg",
        "--model", model / f"vines.{'onnx' if runtime == 'onnx' else 'safetensors'}", "--runtime", runtime,
    )  # fmt: skip
    assert run.code == 0, run.err
    with rasterio.open(tmp_path / "map.tif") as dataset:
        assert set(np.unique(dataset.read(1))) <= {7, 11, 200}
        assert dataset.colormap(1)[200] == (120, 120, 120, 255)
    record = json.loads((tmp_path / "map.json").read_text())
    assert [area["name"] for area in record["areas"]] == ["open water", "vine & orchard", "other"]
    assert record["input"]["stretch"]["high"] == [3000] * 4
    _, _, _, fields = pyogrio.raw.read(tmp_path / "map.gpkg", layer="map")
    assert set(fields[1]) <= {"open water", "vine & orchard", "other"}
    assert "vine &amp; orchard" in (tmp_path / "map.qml").read_text().lower()


def test_both_files_of_a_model_are_the_same_model(model, bands, tmp_path):
    for suffix in ("onnx", "safetensors"):
        run = satseg("segment", bands, "--output", tmp_path / f"{suffix}.tif", "--model", model / f"vines.{suffix}")
        assert run.code == 0, run.err
    records = [json.loads((tmp_path / f"{suffix}.json").read_text()) for suffix in ("onnx", "safetensors")]
    assert records[0]["model"]["weights_sha256"] == records[1]["model"]["weights_sha256"]
    maps = [rasterio.open(tmp_path / f"{suffix}.tif").read(1) for suffix in ("onnx", "safetensors")]
    np.testing.assert_array_equal(*maps)


def test_a_raster_with_other_bands_is_refused_in_words(model, write_scene, tmp_path):
    path = write_scene(tmp_path / "rgb.tif", 64, 64)
    run = satseg("segment", path, "--output", tmp_path / "map.tif", "--model", model / "vines.onnx")
    assert run.code == 1
    assert "3 bands and the model reads 4 (blue, green, red, nir)" in run.err
