"""The run's TOML file: read, checked, and clear about what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from satseg_core.errors import UsageError
from satseg_core.model.presets import PRESETS
from training.config import parse_config, read_config

PROJECT = Path(__file__).resolve().parents[3]
LEAST = {"output": "runs/x", "data": {"folder": "scenes", "held_out": ["1"]}}


@pytest.mark.parametrize("path", sorted((PROJECT / "training/configs").glob("*.toml")), ids=lambda path: path.stem)
def test_the_configurations_that_come_along_are_valid(path: Path) -> None:
    config = read_config(path)
    assert config.network.preset in PRESETS
    assert config.output.startswith("runs/")
    assert "855" in config.data.held_out
    for pair in ({"482365", "180902"}, {"19627", "794214"}):
        assert len(pair & set(config.data.held_out)) in (0, 2)


def test_what_is_not_said_has_a_default() -> None:
    config = parse_config(LEAST)
    assert config.data.held_out == ("1",)
    assert config.network.preset == "light"
    assert config.schedule.steps > 0


def test_a_whole_number_will_do_for_a_real_one() -> None:
    assert parse_config({**LEAST, "schedule": {"learning_rate": 1}}).schedule.learning_rate == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"data": {"held_out": []}, "output": "x"}, "lacks a setting.*folder"),
        ({"data": LEAST["data"]}, "lacks a setting.*output"),
        ({**LEAST, "schedule": {"step": 3}}, r"unknown settings in \[schedule\]: step"),
        ({**LEAST, "colour": 3}, "unknown settings in .top level.: colour"),
        ({**LEAST, "schedule": {"steps": "many"}}, "schedule.steps cannot be 'many'"),
        ({**LEAST, "schedule": {"steps": 1.5}}, "schedule.steps cannot be 1.5"),
        ({**LEAST, "schedule": {"ema": True}}, "schedule.ema cannot be True"),
        ({**LEAST, "network": {"mean": 0.5}}, "network.mean cannot be 0.5"),
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
