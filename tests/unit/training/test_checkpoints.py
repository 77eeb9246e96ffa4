from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from satseg_core.errors import OutputError, UsageError
from tests.unit.training.learning import config
from training.checkpoints import (
    CHECKPOINT,
    forget_run,
    load_checkpoint,
    refuse_to_replace,
    save_checkpoint,
    write_record,
    write_weights,
)
from training.config import read_config


def test_a_checkpoint_gives_back_what_was_saved(tmp_path: Path) -> None:
    settings = config(tmp_path, tmp_path)
    assert load_checkpoint(tmp_path, settings) is None
    save_checkpoint(tmp_path, settings, {"values": torch.arange(3), "history": {"losses": [0.5]}})
    state = load_checkpoint(tmp_path, settings)
    assert state is not None
    assert state["values"].tolist() == [0, 1, 2]
    assert state["history"] == {"losses": [0.5]}
    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT]


def test_other_settings_are_refused_if_they_change_what_is_learned(tmp_path: Path) -> None:
    settings = config(tmp_path, tmp_path)
    save_checkpoint(tmp_path, settings, {})
    moved = config(tmp_path, tmp_path / "x", schedule={"threads": 3, "save_every": 7}, card={"title": "New"})
    assert load_checkpoint(tmp_path, moved) is not None
    for tables in ({"schedule": {"steps": 3}}, {"loss": {"dice": 1.0}}, {"data": {"held_out": []}}):
        with pytest.raises(UsageError, match=rf"\[{next(iter(tables))}\]"):
            load_checkpoint(tmp_path, config(tmp_path, tmp_path, **tables))


def test_what_is_no_checkpoint_is_refused_unrun(tmp_path: Path) -> None:
    settings = config(tmp_path, tmp_path)
    torch.save({"settings": Path}, tmp_path / CHECKPOINT)
    with pytest.raises(UsageError, match="cannot be read"):
        load_checkpoint(tmp_path, settings)
    (tmp_path / CHECKPOINT).write_bytes(b"half")
    with pytest.raises(UsageError, match="cannot be read"):
        load_checkpoint(tmp_path, settings)


def test_a_run_is_not_replaced_unasked(tmp_path: Path) -> None:
    refuse_to_replace(tmp_path)
    save_checkpoint(tmp_path, config(tmp_path, tmp_path), {})
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(OutputError, match="--resume"):
        refuse_to_replace(tmp_path)
    forget_run(tmp_path)
    refuse_to_replace(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_weights_are_those_of_the_network(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).to(memory_format=torch.channels_last)
    write_weights(tmp_path / "weights.safetensors", network)
    found = load_file(tmp_path / "weights.safetensors")
    assert set(found) == set(network.state_dict()) - {"1.num_batches_tracked"}
    assert all(value.equal(network.state_dict()[name]) for name, value in found.items())


def test_the_record_is_read_as_a_configuration(tmp_path: Path) -> None:
    settings = config(tmp_path, tmp_path, comparison={"folds": {"A": ["made/a"]}, "variants": {}})
    record = {"figures": {"miou": 0.5}, "trained_on": ["made/a"], "words": 'one "two"\nthree'}
    write_record(tmp_path, settings, record)
    again = read_config(tmp_path / "config.toml")
    assert again == dataclasses.replace(settings, record=record)
