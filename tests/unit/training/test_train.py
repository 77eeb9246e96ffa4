from __future__ import annotations

import json
import math
import signal
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from satseg_core.errors import CancelledError, OutputError, UsageError
from satseg_core.legend import LAND_COVER
from tests.unit.training.learning import TORCHRUN, config, settings, start, wait_until
from training import train as train_module
from training.checkpoints import CHECKPOINT, WEIGHTS, write_record
from training.config import parse_config, read_config
from training.networks import build
from training.train import parse_setting, run_training

LONG: dict[str, Any] = {"schedule": {"steps": 14, "save_every": 3, "measure_every": 7}}
"""A run that is long enough to be ended in its midst."""


def quiet(line: str) -> None:
    del line


def same_weights(first: Path, second: Path) -> bool:
    a, b = load_file(first), load_file(second)
    return a.keys() == b.keys() and all(value.equal(b[name]) for name, value in a.items())


@pytest.fixture(scope="module")
def undisturbed(scenes_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was left alone."""
    return run_training(config(scenes_folder, tmp_path_factory.mktemp("undisturbed"), **LONG), say=quiet)


def started(scenes: Path, output: Path, *options: str, **tables: Any) -> subprocess.Popen[str]:
    """A run in a child process, which has its settings from a file."""
    plain = settings(scenes, output, **tables)
    write_record(output.parent / "start", parse_config(plain), {})
    return start(output.parent / "start" / "config.toml", *options)


def test_a_run_leaves_its_result_and_its_record(undisturbed: Path, scenes_folder: Path) -> None:
    names = {path.name for path in undisturbed.iterdir() if not path.name.startswith("events.")}
    wanted = {"best.safetensors", "config.toml", "curve.json", "curve.png", CHECKPOINT, WEIGHTS}
    assert names == wanted
    again = read_config(undisturbed / "config.toml")
    record = again.record
    assert record["trained_on"] == ["made/a", "made/c", "made/d"]
    assert record["held_out"] == ["made/b"]
    assert record["steps"] == 14
    assert record["images_per_second"] == pytest.approx(14 * 4 / record["seconds"], rel=0.1)
    assert record["started"] <= record["finished"]
    assert record["figures"]["step"] == 14
    assert record["best"]["miou"] >= record["figures"]["miou"]
    assert {**vars(again), "record": {}} == {**vars(config(scenes_folder, undisturbed, **LONG))}


def test_a_run_that_is_measured_elsewhere_leaves_no_figures(scenes_folder: Path, tmp_path: Path) -> None:
    schedule = {"schedule": {"steps": 1, "measure_every": -1}}
    folder = run_training(config(scenes_folder, tmp_path / "run", **schedule), say=quiet)
    assert "figures" not in read_config(folder / "config.toml").record
    assert not (folder / "best.safetensors").exists()
    assert (folder / WEIGHTS).exists()


def test_a_run_leaves_its_curve(undisturbed: Path) -> None:
    curve = json.loads((undisturbed / "curve.json").read_text("utf-8"))
    assert len(curve["losses"]) == len(curve["rates"]) == 14
    assert [row["step"] for row in curve["measured"]] == [7, 14]
    with Image.open(undisturbed / "curve.png") as picture:
        assert np.asarray(picture).std() > 1


def test_a_run_leaves_scalars_and_pictures(undisturbed: Path) -> None:
    (events,) = undisturbed.glob("events.out.tfevents.*")
    content = events.read_bytes()
    for tag in (b"loss", b"rate", b"held_out/miou", b"crops"):
        assert tag in content
    assert b"\x89PNG" in content


def test_the_last_checkpoint_holds_the_result(undisturbed: Path) -> None:
    state = torch.load(undisturbed / CHECKPOINT, weights_only=True)
    weights = load_file(undisturbed / WEIGHTS)
    assert all(value.equal(state["learner"]["average"][f"module.{name}"]) for name, value in weights.items())
    assert len(state["history"]["losses"]) == 14


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_was_ended_goes_on_to_the_same_weights(
    ended_by: signal.Signals, undisturbed: Path, scenes_folder: Path, tmp_path: Path
) -> None:
    output = tmp_path / "run"
    child = started(scenes_folder, output, **LONG)
    wait_until((output / CHECKPOINT).exists, child)
    child.send_signal(ended_by)
    out, err = child.communicate(timeout=60)
    assert child.returncode == (-9 if ended_by == signal.SIGKILL else 130), err
    assert not (output / WEIGHTS).exists()
    if ended_by != signal.SIGKILL:
        assert "go on with --resume" in err.splitlines()[-1]
        assert "Traceback" not in err
    lines: list[str] = []
    run_training(config(scenes_folder, output, **LONG), resume=True, say=lines.append)
    assert int(lines[0].split("/")[0].split()[1]) > 3
    assert same_weights(output / WEIGHTS, undisturbed / WEIGHTS)
    assert same_weights(output / "best.safetensors", undisturbed / "best.safetensors")
    first, second = (json.loads((folder / "curve.json").read_text("utf-8")) for folder in (output, undisturbed))
    assert first == second
    assert out.startswith("step 1/14")


def test_a_finished_run_is_finished(undisturbed: Path, scenes_folder: Path) -> None:
    before = (undisturbed / WEIGHTS).read_bytes()
    lines: list[str] = []
    run_training(config(scenes_folder, undisturbed, **LONG), resume=True, say=lines.append)
    assert len(lines) == 1
    assert (undisturbed / WEIGHTS).read_bytes() == before


def test_two_processes_learn_what_one_learns(scenes_folder: Path, tmp_path: Path) -> None:
    # Plain descent: AdamW divides by gradients, and what is only rounding there may become a whole step.
    schedule = {"steps": 3, "batch": 8, "crop": 64, "accumulate": 2, "optimizer": "sgd", "ema": 0.0}
    tables: dict[str, Any] = {
        "loss": {"dice": 0.5, "lovasz": 0.5, "focal": 0.5, "label_smoothing": 0.1, "stride": 2},
        "schedule": {**schedule, "learning_rate": 0.003, "measure_every": 2},
    }
    settings_of_one = config(scenes_folder, tmp_path / "one", **tables)
    one, two = run_training(settings_of_one, say=quiet), tmp_path / "two"
    write_record(tmp_path, config(scenes_folder, two, **tables), {})
    child = start(tmp_path / "config.toml", launcher=TORCHRUN)
    _, err = child.communicate(timeout=200)
    assert child.returncode == 0, err
    assert read_config(two / "config.toml").record["processes"] == 2
    curves = [json.loads((folder / "curve.json").read_text("utf-8")) for folder in (one, two)]
    assert curves[1]["losses"] == pytest.approx(curves[0]["losses"], rel=1e-3)
    assert curves[1]["measured"][-1]["miou"] == pytest.approx(curves[0]["measured"][-1]["miou"], abs=0.02)
    begin = build(settings_of_one.network, 3, LAND_COVER, settings_of_one.schedule.seed).state_dict()
    # Files hold float16: what differs in the last bit of float32 may be rounded to neighbours, 2^-10 apart near 1.
    assert apart(one / WEIGHTS, two / WEIGHTS) < max(0.01 * moved(one / WEIGHTS, begin), 2**-10)
    for name, value in load_file(one / WEIGHTS).items():
        if name.endswith("running_mean"):
            torch.testing.assert_close(load_file(two / WEIGHTS)[name], value, rtol=1e-3, atol=1e-3)


def apart(first: Path, second: Path) -> float:
    """How far the weights of two runs lie apart: the root of the sum of squares."""
    return moved(first, load_file(second))


def moved(path: Path, begin: Mapping[str, Tensor]) -> float:
    """How far a run's weights have moved."""
    learned = {name: value for name, value in load_file(path).items() if name.endswith((".weight", ".bias"))}
    return math.sqrt(sum((value - begin[name]).square().sum().item() for name, value in learned.items()))


def test_training_learns(scenes_folder: Path, tmp_path: Path) -> None:
    plain = dict.fromkeys(("brightness", "gain", "contrast", "saturation", "gamma"), 0.0)
    tables = {
        "augmentation": {"scale": [1.0, 1.0], **plain},
        "data": {"held_out": []},
        "network": {"dropout": 0.0},
        "schedule": {"steps": 40, "learning_rate": 5e-3, "backbone_factor": 0.3, "warm_up": 4},
    }
    folder = run_training(config(scenes_folder, tmp_path / "run", **tables), say=quiet)
    losses = json.loads((folder / "curve.json").read_text("utf-8"))["losses"]
    assert np.mean(losses[-4:]) < 0.7 * np.mean(losses[:4])
    assert not (folder / "best.safetensors").exists()  # nothing is held out


@pytest.mark.parametrize("tables", [{"schedule": {"precision": "bf16"}}, {"data": {"workers": 1}}])
def test_other_ways_to_run(tables: dict[str, Any], scenes_folder: Path, tmp_path: Path) -> None:
    child = started(scenes_folder, tmp_path / "run", **tables)
    out, err = child.communicate(timeout=100)
    assert child.returncode == 0, err
    assert out.splitlines()[-1].startswith("done: ")
    assert all(bool(v.isfinite().all()) for v in load_file(tmp_path / "run" / WEIGHTS).values())


def test_workers_change_nothing(scenes_folder: Path, tmp_path: Path) -> None:
    folders = [run_training(config(scenes_folder, tmp_path / str(n), data={"workers": n}), say=quiet) for n in (0, 2)]
    assert same_weights(*(folder / WEIGHTS for folder in folders))


def test_a_run_is_not_replaced_unasked(undisturbed: Path, scenes_folder: Path, tmp_path: Path) -> None:
    short = config(scenes_folder, tmp_path / "run")
    run_training(short, say=quiet)
    before = (tmp_path / "run" / WEIGHTS).read_bytes()
    with pytest.raises(OutputError, match="--overwrite"):
        run_training(short, say=quiet)
    with pytest.raises(UsageError, match="other settings"):
        run_training(config(scenes_folder, tmp_path / "run", loss={"gamma": 1.0}), resume=True, say=quiet)
    other = config(scenes_folder, tmp_path / "run", schedule={"seed": 2})
    run_training(other, overwrite=True, say=quiet)
    assert (tmp_path / "run" / WEIGHTS).read_bytes() != before


def test_a_loss_that_is_not_finite_ends_the_run(scenes_folder: Path, tmp_path: Path) -> None:
    from training.trainer import TrainingError

    wild = {"steps": 30, "learning_rate": 1e20, "backbone_factor": 1.0, "optimizer": "sgd", "clip": 0.0}
    with pytest.raises(TrainingError, match="learning_rate"):
        run_training(config(scenes_folder, tmp_path / "run", schedule=wild), say=quiet)


def test_a_run_can_be_stopped_from_within(scenes_folder: Path, tmp_path: Path) -> None:
    def stop(line: str) -> None:
        if line.startswith("step 1/"):
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(CancelledError, match="Stopped after step"):
        run_training(config(scenes_folder, tmp_path / "run", **LONG), say=stop)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_run_needs_not_be_in_the_main_thread(scenes_folder: Path, tmp_path: Path) -> None:
    thread = threading.Thread(target=run_training, args=(config(scenes_folder, tmp_path / "run"),))
    thread.start()
    thread.join(100)
    assert (tmp_path / "run" / WEIGHTS).exists()


@pytest.mark.parametrize(
    ("tables", "word"),
    [
        ({"schedule": {"precision": "fp16"}}, "bf16"),
        ({"schedule": {"crop": 33}}, "multiple of 4"),
        ({"schedule": {"accumulate": 3}}, "multiple of 3"),
        ({"schedule": {"save_every": 0}}, "save_every"),
        ({"network": {"std": [0.2, 0.2]}}, "bands"),
        ({"loss": {"cross_entropy": 0.0}}, "loss"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    tables: dict[str, Any], word: str, scenes_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=word):
        run_training(config(scenes_folder, tmp_path / "run", **tables), say=quiet)
    assert not (tmp_path / "run").exists()


def test_mistakes_are_one_line_and_a_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train_module.main([str(tmp_path / "none.toml")]) == 2
    write_record(tmp_path, config(tmp_path, tmp_path / "run"), {})
    assert train_module.main([str(tmp_path / "config.toml"), "--set", "schedule.steps"]) == 2
    assert train_module.main([str(tmp_path / "config.toml"), "--set", "schedule.stepz=3"]) == 2
    assert train_module.main([str(tmp_path / "config.toml")]) == 2  # no scenes there
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("error: ") for line in lines)
    assert "none.toml" in lines[0]
    assert "schedule.steps=10" in lines[1]
    assert "stepz" in lines[2]


def test_settings_of_the_command_line() -> None:
    assert parse_setting("schedule.steps=10") == {"schedule": {"steps": 10}}
    assert parse_setting("schedule.device=cpu") == {"schedule": {"device": "cpu"}}
    assert parse_setting('data.held_out=["a/b"]') == {"data": {"held_out": ["a/b"]}}
    assert parse_setting("network.start_weights = ") == {"network": {"start_weights": ""}}
    assert parse_setting("augmentation.turn=false") == {"augmentation": {"turn": False}}


def test_the_command_line_replaces_settings(scenes_folder: Path, tmp_path: Path) -> None:
    write_record(tmp_path, config(scenes_folder, tmp_path / "unused"), {})
    options = ["--output", str(tmp_path / "run"), "--set", "schedule.steps=1", "--set", "schedule.batch=2"]
    assert train_module.main([str(tmp_path / "config.toml"), *options]) == 0
    schedule = read_config(tmp_path / "run" / "config.toml").schedule
    assert (schedule.steps, schedule.batch) == (1, 2)
    assert not (tmp_path / "unused").exists()
