"""A whole, very short run: training, measuring, exporting; and the parts of the trainer."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from satseg_core.model.runtime import load_runtime
from satseg_core.model.store import open_model
from training import export as export_module
from training import train as train_module
from training.config import DataConfig, NetworkConfig, ScheduleConfig, TrainingConfig
from training.datasets import DataError, read_scene, shrink
from training.export import export
from training.train import (
    Average,
    Trainer,
    build,
    class_weights,
    freeze_statistics,
    learning_rate_factor,
    make_optimizer,
)

TOML = """
output = "{output}"
[data]
folder = "{folder}"
held_out = ["b"]
source_pixel_size = 1.0
pixel_size = 1.25
[schedule]
steps = 2
batch = 2
crop = 64
warm_up = 1
threads = 1
[card]
name = "short"
title = "Two steps"
tile_size = 64
overlap = 16
"""


@pytest.fixture(scope="module")
def run(scenes_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of two steps: its folder, with its configuration in ``run.toml``."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "run.toml").write_text(TOML.format(output=folder.as_posix(), folder=scenes_folder.as_posix()), "utf-8")
    threads = torch.get_num_threads()
    try:
        assert train_module.main([str(folder / "run.toml")]) == 0
    finally:
        torch.set_num_threads(threads)
    return folder


def test_a_run_leaves_weights_figures_and_scalars(run: Path) -> None:
    record = json.loads((run / "metrics.json").read_text("utf-8"))
    assert record["trained_on"] == ["a", "c", "d"]
    assert record["held_out"] == ["b"]
    assert record["figures"]["pixels"] == round(160 / 1.25) ** 2
    assert (run / "weights.safetensors").stat().st_size > 1_000_000
    assert list(run.glob("events.out.tfevents.*"))


def test_a_run_becomes_a_model_with_its_figures(run: Path, tmp_path: Path) -> None:
    assert export_module.main([str(run / "run.toml"), "--output", str(tmp_path)]) == 0
    model = open_model(tmp_path / "short.safetensors")
    assert model.onnx == tmp_path / "short.onnx"
    accuracy = model.card.accuracy
    assert accuracy["held_out"] == ["b"]
    assert accuracy["pixels"] == 160 * 160
    assert 0 <= accuracy["pixel_accuracy"] <= 1
    assert model.card.temperature > 0
    assert list(model.card.training["trained_on"]) == ["a", "c", "d"]
    scores = load_runtime(model, threads=1).scores(np.zeros((1, 3, 64, 64), np.float32))
    assert scores.shape == (1, 7, 16, 16)


def test_mistakes_are_one_line_and_a_code(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train_module.main([str(tmp_path / "none.toml")]) == 2
    empty = tmp_path / "empty.toml"
    empty.write_text((run / "run.toml").read_text("utf-8").replace(run.as_posix(), tmp_path.as_posix()), "utf-8")
    assert export_module.main([str(empty), "--output", str(tmp_path)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "none.toml" in lines[0]
    assert "train first" in lines[1]


def small_config(folder: Path, **schedule: object) -> TrainingConfig:
    settings = ScheduleConfig(**{"steps": 20, "batch": 4, "crop": 48, "warm_up": 2, "threads": 1, **schedule})
    return TrainingConfig("unused", DataConfig(str(folder), ()), schedule=settings)


def test_training_learns(scenes_folder: Path) -> None:
    torch.manual_seed(1)
    scenes = [shrink(read_scene(scenes_folder, scene_id), 1.0) for scene_id in "ac"]
    losses = list(Trainer(small_config(scenes_folder, steps=16, learning_rate=1e-2), scenes, []).losses())
    assert np.mean(losses[-3:]) < 0.6 * np.mean(losses[:3])


def test_the_backbones_statistics_stay_and_the_heads_move(scenes_folder: Path) -> None:
    torch.manual_seed(1)
    trainer = Trainer(small_config(scenes_folder, steps=1), [read_scene(scenes_folder, "a")], [])
    before = {k: v.clone() for k, v in trainer.network.state_dict().items()}
    list(trainer.losses())
    moved = {
        k for k, v in trainer.network.state_dict().items() if k.endswith("running_mean") and not v.equal(before[k])
    }
    assert moved
    assert not any(name.startswith("backbone.") for name in moved)
    assert not trainer.network.backbone.low[0][0].weight.equal(before["backbone.low.0.0.weight"])


def test_the_rate_rises_then_falls_to_nothing() -> None:
    factors = [learning_rate_factor(step, 100, 10) for step in range(101)]
    assert factors[0] == pytest.approx(0.1)
    assert factors[9] == factors[10] == 1.0
    assert all(a >= b for a, b in zip(factors[10:], factors[11:]))
    assert factors[55] == pytest.approx(0.5)
    assert factors[100] == pytest.approx(0.0)


def test_rare_classes_weigh_more_and_absent_ones_nothing() -> None:
    share = np.array([0.81, 0.16, 0.03, 0.0])
    weights = class_weights(share, 0.5)
    assert weights[0] < weights[1] < weights[2]
    assert float(weights[3]) == 0
    assert float((weights * torch.tensor(share)).sum()) == pytest.approx(1.0)
    assert class_weights(share, 0.0)[:3].tolist() == pytest.approx([1, 1, 1])


def test_the_average_follows_the_weights_and_forgets() -> None:
    layer = nn.Linear(1, 1)
    nn.init.zeros_(layer.weight)
    average = Average(layer, decay=0.9)
    nn.init.ones_(layer.weight)
    average.update(layer)
    assert float(average.state["weight"]) == pytest.approx(1 - 2 / 11)
    for _ in range(200):
        average.update(layer)
    assert float(average.state["weight"]) == pytest.approx(1.0, abs=1e-4)
    assert layer.weight.item() == 1.0


def test_the_backbone_learns_slower_and_norms_do_not_decay() -> None:
    network = build(dataclasses.replace(small_config(Path()).network))
    schedule = ScheduleConfig(learning_rate=1.0, backbone_factor=0.1, weight_decay=0.5)
    groups = make_optimizer(network, schedule).param_groups
    rates = {name: group for (name, _), group in zip(network.named_parameters(), groups)}
    assert rates["backbone.low.0.0.weight"]["peak"] == pytest.approx(0.1)
    assert rates["classifier.weight"]["peak"] == 1.0
    assert rates["classifier.weight"]["weight_decay"] == 0.5
    assert rates["classifier.bias"]["weight_decay"] == 0.0


def test_frozen_statistics_leave_other_parts_training() -> None:
    layers = nn.Sequential(nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1), nn.Dropout()).train()
    freeze_statistics(layers)
    assert [layer.training for layer in layers] == [True, False, True]


def test_start_weights_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    torch.save(torch.ones(3), tmp_path / "tensor.pth")
    for name, content in (("none.pth", None), ("bad.pth", b"no tensors"), ("tensor.pth", None)):
        if content:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=rf"{name} cannot be read"):
            build(NetworkConfig(start_weights=str(tmp_path / name)))


def test_start_weights_with_code_in_them_are_refused(tmp_path: Path) -> None:
    torch.save({"weights": Path}, tmp_path / "code.pth")
    with pytest.raises(DataError, match="cannot be read"):
        build(NetworkConfig(start_weights=str(tmp_path / "code.pth")))


def test_without_weights_there_is_no_model(scenes_folder: Path, tmp_path: Path) -> None:
    config = dataclasses.replace(small_config(scenes_folder), output=str(tmp_path))
    with pytest.raises(DataError, match="train first"):
        export(config, tmp_path)
