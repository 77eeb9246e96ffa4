"""The dry run: from made scenes to a model and its report, with the real commands."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from satseg_core.model.store import open_model
from training.splits import side_of
from training.whole_deepglobe import Stage, main, run_stages, stages

TINY = (
    "network.preset=light", "schedule.crop=64", "schedule.accumulate=1", "schedule.precision=fp32",
    "schedule.measure_every=2", "data.workers=0", "card.tile_size=64", "card.overlap=16", "schedule.threads=1",
)  # fmt: skip


def test_every_command_is_shown_and_ordered(tmp_path: Path):
    todo = stages(tmp_path, ["schedule.steps=7"], processes=4)
    modules = [stage.command[2].rpartition(".")[2] for stage in todo]
    assert modules == ["prepare", "run", "export", "evaluate", "export"]
    assert todo[1].command[3:8] == ("--standalone", "--nproc-per-node", "4", "-m", "training.train")
    assert todo[1].command[-2:] == ("--set", "schedule.steps=7")
    assert stages(tmp_path)[1].command[2] == "training.train"
    assert len({stage.done for stage in todo}) == 5


def test_what_is_done_is_skipped_and_a_failure_ends_it(tmp_path: Path, capfd):
    def touch(name: str) -> Stage:
        code = f"import pathlib; pathlib.Path({str(tmp_path / name)!r}).touch(); print('ran', {name!r})"
        return Stage((sys.executable, "-c", code), tmp_path / name)

    (tmp_path / "a").touch()
    failing = Stage((sys.executable, "-c", "raise SystemExit(3)"), tmp_path / "never")
    assert run_stages([touch("a"), touch("b"), failing, touch("c")]) == 3
    said = capfd.readouterr()
    assert "ran b" in said.out
    assert "ran a" not in said.out
    assert "error: this command failed" in said.err
    assert not (tmp_path / "c").exists()
    assert run_stages([touch("a"), touch("b")]) == 0


def test_made_scenes_want_a_new_folder(tmp_path: Path, capsys):
    (tmp_path / "train").mkdir()
    assert main([str(tmp_path), "--made", "3"]) == 1
    assert "choose a new folder" in capsys.readouterr().err


@pytest.mark.slow
def test_the_whole_on_made_scenes(tmp_path: Path):
    folder = tmp_path / "made"
    chosen = [word for setting in TINY for word in ("--set", setting)]
    command = [sys.executable, "-m", "training.whole_deepglobe", str(folder), "--made", "3", "--size", "256", *chosen]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads((folder / "test/report.json").read_text())
    model = open_model(folder / "model/landcover-gpu.safetensors")
    assert (folder / "model/landcover-gpu.onnx").exists()
    assert model.card.accuracy["miou"] == report["figures"]["miou"]
    ids = {side_of(path.stem): path.stem for path in (folder / "labels_index").iterdir()}
    assert model.card.training["trained_on"] == {"deepglobe": [ids["train"]]}
    assert model.card.training["held_out"] == {"deepglobe": [ids["val"]]}
    assert report["scenes"] == [f"deepglobe/{ids['test']}"]
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 0
    assert again.stdout.count("done before: ") == 5
