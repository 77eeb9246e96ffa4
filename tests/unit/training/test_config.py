"""The run's TOML file: read, checked, and clear about what is wrong with it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from satseg_core.errors import UsageError
from satseg_core.model.presets import PRESETS
from training.config import TrainingConfig, merged, parse_config, read_config

PROJECT = Path(__file__).resolve().parents[3]
SOURCE = {"name": "s", "images": "i/*.jpg", "labels": "l/{id}.png"}
LEAST: dict[str, Any] = {"output": "runs/x", "data": {"sources": [SOURCE], "held_out": ["s/1"]}}


@pytest.mark.parametrize("path", sorted((PROJECT / "training/configs").glob("*.toml")), ids=lambda path: path.stem)
def test_the_configurations_that_come_along_are_valid(path: Path) -> None:
    config = read_config(path)
    assert config.network.preset in PRESETS
    assert config.output.startswith("runs/")
    # Neighbours stay on one side of every split.
    splits = [config.data.held_out, *config.comparison.folds.values()]
    for pair in ({"deepglobe/482365", "deepglobe/180902"}, {"deepglobe/19627", "deepglobe/794214"}):
        assert all(len(pair & set(held_out)) in (0, 2) for held_out in splits)


def test_what_is_not_said_has_a_default() -> None:
    config = parse_config(LEAST)
    assert config.data.held_out == ("s/1",)
    assert config.data.sources[0].coding == "values"
    assert config.network.preset == "light"
    assert config.schedule.steps > 0


def test_tables_in_lists_and_tables_of_names_are_read() -> None:
    source = {**SOURCE, "classes": {"#00ffff": "urban"}, "bands": [3, 2, 1], "coding": "colors", "weight": 2}
    config = parse_config(merged(LEAST, {"data": {"sources": [source]}, "augmentation": {"scale": [1, 2]}}))
    assert config.data.sources[0].classes == {"#00ffff": "urban"}
    assert config.data.sources[0].bands == (3, 2, 1)
    assert config.data.sources[0].weight == 2
    assert config.augmentation.scale == (1, 2)


def test_a_whole_number_will_do_for_a_real_one() -> None:
    assert parse_config({**LEAST, "schedule": {"learning_rate": 1}}).schedule.learning_rate == 1


def test_overrides_replace_single_settings_and_whole_lists() -> None:
    values = merged(LEAST, {"data": {"held_out": ["s/2", "s/3"]}, "schedule": {"steps": 7}})
    assert values["data"] == {"sources": [SOURCE], "held_out": ["s/2", "s/3"]}
    assert values["schedule"] == {"steps": 7}
    assert LEAST["data"]["held_out"] == ["s/1"]


def test_a_file_may_be_overridden(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(tomli_w.dumps(LEAST), encoding="utf-8")
    assert read_config(path, {"schedule": {"steps": 7}}).schedule.steps == 7


def test_a_configuration_written_down_is_read_again(tmp_path: Path) -> None:
    more = {"comparison": {"folds": {"A": ["s/1"]}, "variants": {"plain": {"schedule": {"steps": 8}}}}}
    config = parse_config({**LEAST, **more, "record": {"seconds": 3.5}})
    path = tmp_path / "config.toml"
    path.write_text(tomli_w.dumps(dataclasses.asdict(config)), encoding="utf-8")
    again = read_config(path)
    assert isinstance(again, TrainingConfig)
    assert again == config


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"data": {"held_out": []}, "output": "x"}, r"lacks sources in \[data\]"),
        ({"data": LEAST["data"]}, "lacks output in the top level"),
        ({**LEAST, "data": {"sources": [{"name": "s"}]}}, r"lacks images in \[data\.sources\]"),
        ({**LEAST, "schedule": {"step": 3}}, r"unknown settings in \[schedule\]: step"),
        ({**LEAST, "colour": 3}, "unknown settings in the top level: colour"),
        ({**LEAST, "schedule": 3}, r"needs a table at \[schedule\], not 3"),
        ({**LEAST, "schedule": {"steps": "many"}}, "schedule.steps cannot be 'many'"),
        ({**LEAST, "schedule": {"steps": 1.5}}, "schedule.steps cannot be 1.5"),
        ({**LEAST, "schedule": {"ema": True}}, "schedule.ema cannot be True"),
        ({**LEAST, "schedule": {"shape": "square"}}, "shape cannot be 'square'; choose one of cosine, poly"),
        ({**LEAST, "loss": {"stride": 3}}, "loss.stride cannot be 3; choose one of 1, 2, 4"),
        ({**LEAST, "network": {"mean": 0.5}}, "network.mean cannot be 0.5"),
        ({**LEAST, "augmentation": {"scale": [1, 2, 3]}}, "augmentation.scale cannot be"),
    ],
)
def test_wrong_settings_are_named(values: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_config(values)


def test_files_that_are_no_configuration_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml"):
        read_config(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("[data\n", encoding="utf-8")
    with pytest.raises(UsageError, match="not a TOML file"):
        read_config(tmp_path / "bad.toml")


def test_what_a_run_says_of_itself_is_free() -> None:
    values = {"output": "x", "data": {"sources": []}, "record": {"device": "a card", "figures": {"miou": 0.5}}}
    assert parse_config(values).record["device"] == "a card"
