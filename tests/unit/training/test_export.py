"""From a run's weights to a model's two files, and the check that they compute the same."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from satseg_core.errors import ModelError, UsageError
from satseg_core.legend import LAND_COVER
from satseg_core.model.header import read_card
from satseg_core.model.runtime import load_runtime
from satseg_core.model.store import ModelFile, open_model
from training import agreement
from training.agreement import Agreement, compare, made_tiles, scene_tiles
from training.checkpoints import write_record, write_weights
from training.config import TrainingConfig, parse_config
from training.data.resize import Box
from training.data.scenes import find_scenes
from training.evaluation import Evaluation
from training.export import Measured, export, from_report, main, make_card, read_measured
from training.networks import build


def settings(folder: Path, output: Path) -> dict[str, Any]:
    return {
        "output": str(output),
        "data": {
            "held_out": ["made/b"],
            "pixel_size": 1.25,
            "sources": [
                {
                    "name": "made",
                    "images": f"{folder.as_posix()}/images/*.jpg",
                    "labels": f"{folder.as_posix()}/labels/{{id}}_mask.png",
                    "coding": "colors128",
                    "pixel_size": 1.0,
                }
            ],
        },
        "card": {
            "name": "short",
            "title": "Never trained",
            "licence": "CC0-1.0",
            "intended_use": ["Tests."],
            "limits": ["It knows nothing."],
            "sources": ["Made scenes."],
            "tile_size": 64,
            "overlap": 16,
        },
    }


def leave_run(config: TrainingConfig, seed: int = 0) -> Path:
    """What a finished run leaves: random weights with lively batch norms, and its settings."""
    network = build(config.network, 3, LAND_COVER, seed)
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2, generator=generator)
            module.running_var.uniform_(0.5, 2.0, generator=generator)
    folder = Path(config.output)
    folder.mkdir(parents=True, exist_ok=True)
    write_weights(folder / "weights.safetensors", network)
    write_record(folder, config, {"steps": 0})
    return folder


@pytest.fixture(scope="module")
def config(scenes_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingConfig:
    return parse_config(settings(scenes_folder, tmp_path_factory.mktemp("run")))


@pytest.fixture(scope="module")
def run(config: TrainingConfig) -> Path:
    return leave_run(config)


@pytest.fixture(scope="module")
def model(config: TrainingConfig, run: Path, tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    return open_model(export(config, run, tmp_path_factory.mktemp("model"))[0])


def test_a_run_becomes_one_model_in_two_files(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(run), "--output", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["short.onnx", "short.safetensors"]
    model = open_model(tmp_path / "short.onnx")
    assert model.weights == tmp_path / "short.safetensors"
    assert read_card(tmp_path / "short.onnx") == read_card(tmp_path / "short.safetensors")
    assert "largest score difference" in capsys.readouterr().out


def test_the_card_tells_data_split_use_and_limits(model: ModelFile, scenes_folder: Path) -> None:
    card = model.card
    assert card.training["trained_on"] == {"made": ["a", "c", "d"]}
    assert card.training["held_out"] == {"made": ["b"]}
    assert card.training["sources"] == ["Made scenes."]
    assert card.training["start"] == "random weights"
    assert card.training["schedule"]["steps"] == 1200
    assert (card.intended_use, card.limits, card.licence) == (("Tests.",), ("It knows nothing.",), "CC0-1.0")
    assert (card.pixel_size, card.tile_size, card.overlap) == (1.25, 64, 16)
    assert str(scenes_folder) not in card.to_json()
    assert "threads" not in card.training["schedule"]


def test_the_check_is_on_the_card(model: ModelFile) -> None:
    check = model.card.accuracy["onnx_check"]
    assert check["of"] == "real scenes"
    assert check["tiles"] == 4
    assert 0 <= check["largest_score_difference"] <= 1e-3
    assert check["same_class"] >= 0.999


def test_the_model_runs_as_it_was_trained(model: ModelFile, config: TrainingConfig, run: Path) -> None:
    tiles = made_tiles(model.card, count=1)
    scores = load_runtime(model, "onnx", threads=1).scores(tiles)
    network = build(config.network, 3, LAND_COVER, seed=0)
    network.load_state_dict(load_file(str(run / "weights.safetensors")), strict=False)
    with torch.inference_mode():
        direct = network.eval().forward_scores(torch.from_numpy(tiles)).numpy()
    # Convolution weights are rounded to float16 on the way.
    assert np.abs(scores - direct).max() < 0.02 * np.abs(direct).max()


def test_without_the_data_the_check_takes_made_images(config: TrainingConfig, run: Path, tmp_path: Path) -> None:
    source = dataclasses.replace(config.data.sources[0], images=str(tmp_path / "none" / "*.jpg"))
    elsewhere = dataclasses.replace(config, data=dataclasses.replace(config.data, sources=(source,)))
    path, found = export(elsewhere, run, tmp_path)
    assert (found.shown, found.tiles) == ("made images", 4)
    assert read_card(path).training["trained_on"] == {}


def test_many_scenes_are_counted_and_few_are_named(config: TrainingConfig) -> None:
    (scene, *_) = find_scenes(config.data, LAND_COVER)
    many = [dataclasses.replace(scene, id=str(number)) for number in range(30)]
    other = dataclasses.replace(scene, source=dataclasses.replace(scene.source, name="other"))
    card = make_card(config, [*many, other], Measured())
    assert card.training["trained_on"] == {"made": "30 scenes", "other": ["a"]}


def test_two_files_of_different_weights_are_told_apart(
    config: TrainingConfig, model: ModelFile, tmp_path: Path
) -> None:
    other = dataclasses.replace(config, output=str(tmp_path / "other"))
    path, _ = export(other, leave_run(other, seed=1), tmp_path)
    mixed = ModelFile(model.card, model.weights, path)
    found = compare(mixed, made_tiles(model.card), "made images")
    assert not found.good
    assert found.largest_difference > 1e-2


@pytest.mark.parametrize(
    ("difference", "same", "good"),
    [(1e-3, 0.999, True), (1.1e-3, 1.0, False), (0.0, 0.9989, False), (float("nan"), 1.0, False)],
)
def test_the_limits_of_agreement(difference: float, same: float, good: bool) -> None:
    assert Agreement(difference, same, 1, "").good is good


def test_files_that_disagree_are_not_written(
    config: TrainingConfig, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "short.onnx").write_bytes(b"an older one")
    monkeypatch.setattr(agreement, "MOST_DIFFERENCE", -1.0)
    with pytest.raises(ModelError, match="do not compute the same"):
        export(config, run, tmp_path)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("short.onnx", b"an older one")]


def test_tiles_show_the_middle_of_scenes_as_the_network_sees_them(config: TrainingConfig) -> None:
    scenes = find_scenes(config.data, LAND_COVER)
    card = make_card(config, scenes, Measured())
    tiles = scene_tiles(card, scenes)
    assert tiles.shape == (4, 3, 64, 64)
    assert tiles.dtype == np.float32
    pixels, _ = scenes[0].read(Box(40, 40, 80, 80), (64, 64))
    shown = tiles[0].transpose(1, 2, 0) * np.array(card.std) + np.array(card.mean)
    assert np.allclose(shown * 255, pixels, atol=1e-3)


def test_made_tiles_are_always_the_same(config: TrainingConfig) -> None:
    card = make_card(config, [], Measured())
    assert np.array_equal(made_tiles(card), made_tiles(card))
    assert made_tiles(card).std() > 0.3


def test_a_run_without_weights_and_one_that_is_none(
    config: TrainingConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ModelError, match="train first"):
        export(config, tmp_path, tmp_path / "model")
    assert not (tmp_path / "model").exists()
    assert main([str(tmp_path), "--output", str(tmp_path / "model")]) == 2
    assert capsys.readouterr().err.startswith("error: Cannot read the training configuration")


def report(crossed: float | None) -> dict[str, Any]:
    """A report as `training.report` and `training.comparison` have it, made from counted px."""
    matrices = np.zeros((1, 7, 7), np.int64)
    matrices[0, 0, :2] = (30, 10)
    matrices[0, 1, 1] = 60
    names = tuple(land_class.name for land_class in LAND_COVER)
    empty = np.zeros(0, np.uint8)
    scores = np.zeros((0, 7), np.float32)
    evaluation = Evaluation(names, ("made/b",), matrices, scores, empty, empty.astype(np.int32))
    calibration = {"temperature": 1.51234, "ece_before": 0.1, "ece_after": 0.03, "ece_cross_fitted": crossed}
    return {"figures": evaluation.figures(), "calibration": calibration, "scenes": ["made/b"]}


def test_a_report_gives_the_card_its_figures(config: TrainingConfig, run: Path, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(json.dumps(report(None)), "utf-8")
    assert main([str(run), "--output", str(tmp_path), "--accuracy", str(tmp_path / "report.json")]) == 0
    card = read_card(tmp_path / "short.onnx")
    assert card.temperature == 1.512
    assert card.accuracy["pixel_accuracy"] == 0.9
    assert card.accuracy["iou"]["urban"] == 0.75
    assert card.accuracy["ece_after"] == 0.03
    assert card.accuracy["measured_on"].endswith("made/b")
    assert card.accuracy["onnx_check"]["tiles"] == 4


def test_of_a_comparison_the_first_variant_counts(tmp_path: Path) -> None:
    first = {**report(0.05), "measured_on": "15 scenes in 5 folds"}
    path = tmp_path / "comparison.json"
    path.write_text(json.dumps({"variants": [first, report(0.9)]}), "utf-8")
    measured = read_measured(path)
    assert measured.figures["ece_after"] == 0.05
    assert measured.figures["ece_after_is"] == "cross-fitted"
    assert measured.figures["measured_on"] == "15 scenes in 5 folds"
    assert measured == from_report(first)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"variants": []}', '{"figures": {}, "calibration": {}}'])
def test_files_that_are_no_report_are_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text(text, "utf-8")
    with pytest.raises(UsageError, match=r"odd\.json cannot be read as a report"):
        read_measured(tmp_path / "odd.json")
    with pytest.raises(UsageError, match="cannot be read as a report"):
        read_measured(tmp_path / "missing.json")
