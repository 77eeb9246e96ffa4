"""Planning folds, running them in child processes, and going on after failures and interruptions."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from satseg_core.errors import UsageError
from training.config import read_config
from training.crossvalidate import BASELINE, Fold, choose, main, plan, results
from training.fold import DONE, EVALUATION, key, read_result

PROJECT = Path(__file__).resolve().parents[3]

Finished = tuple[Path, subprocess.CompletedProcess[str]]

TOML = """
output = "unused"
[data]
pixel_size = 1.25
[[data.sources]]
name = "made"
images = "{folder}/images/*.jpg"
labels = "{folder}/labels/{{id}}_mask.png"
coding = "colors128"
pixel_size = 1.0
[[data.sources]]
name = "again"
images = "{folder}/images/*.jpg"
whole = "forest"
pixel_size = 1.0
only = ["c"]
[schedule]
steps = 2
batch = 2
crop = 64
warm_up = 1
save_every = 1
threads = 1
[card]
name = "short"
tile_size = 64
overlap = 16
[comparison.folds]
A = ["made/a", "made/c"]
B = ["made/b"]
[comparison.variants.slow.schedule]
learning_rate = 1e-6
[comparison.variants.alone.data.weights]
again = 0
[comparison.variants.broken.network]
start_weights = "missing.pth"
"""


def values(**changes: Any) -> dict[str, Any]:
    """Plain settings with two folds, for plans that nothing runs."""
    source = {"name": "made", "images": "images/*.png", "labels": "labels/{id}.png", "pixel_size": 1.0}
    other = {**source, "name": "other"}
    return {
        "output": "out",
        "data": {"sources": [source, other]},
        "comparison": {"folds": {"A": ["made/a"], "B": ["made/b"]}, "variants": {}, **changes},
    }


def by_name(folds: list[Fold]) -> dict[str, Fold]:
    return {f"{fold.variant}/{fold.name}": fold for fold in folds}


def test_every_fold_of_every_variant_is_planned_base_first() -> None:
    folds = plan(values(variants={"quick": {"schedule": {"steps": 5}}}), Path("there"), baseline=True)
    assert list(by_name(folds)) == [f"{v}/{f}" for v in ("base", BASELINE, "quick") for f in "AB"]
    found = by_name(folds)
    assert found["base/B"].config.data.held_out == ("made/b",)
    assert found["quick/A"].config.schedule.steps == 5
    assert found["base/A"].config.schedule.steps == 1200
    assert found["quick/A"].cost < found["base/A"].cost
    assert found["quick/A"].folder.parent == Path("there/quick")
    assert found["quick/A"].config.output == "out"
    assert len({fold.folder for fold in folds}) == 6


def test_results_belong_to_the_settings_that_matter() -> None:
    config = by_name(plan(values()))["base/A"].config

    def with_(table: str, **settings: Any) -> str:
        return key(dataclasses.replace(config, **{table: dataclasses.replace(getattr(config, table), **settings)}))

    same = [with_("schedule", threads=3, device="cpu"), with_("card", title="New"), with_("data", workers=2)]
    assert same == [key(config)] * 3
    others = [
        with_("schedule", seed=2),
        with_("data", held_out=("made/z",)),
        with_("augmentation", clouds=0.5),
        with_("card", tile_size=256),
        key(config, BASELINE),
    ]
    assert len({key(config), *others}) == 6


def test_the_baseline_need_not_run_again_for_another_schedule() -> None:
    first, second = (by_name(plan({**values(), "schedule": {"steps": steps}})) for steps in (3, 4))
    assert first[f"{BASELINE}/A"].folder == second[f"{BASELINE}/A"].folder
    assert first["base/A"].folder != second["base/A"].folder


def test_mistakes_in_variants_are_told_with_their_name() -> None:
    with pytest.raises(UsageError, match=r"In the variant odd: .*unknown settings"):
        plan(values(variants={"odd": {"schedule": {"stepps": 5}}}))
    with pytest.raises(UsageError, match="names no folds"):
        plan(values(folds={}))


def test_variants_and_folds_are_chosen_by_name() -> None:
    folds = plan(values(variants={"quick": {"schedule": {"steps": 5}}}))
    assert len(choose(folds, "all", "all")) == 6
    assert list(by_name(choose(folds, "none", "all"))) == ["base/A", "base/B"]
    assert list(by_name(choose(folds, "quick, base", "B"))) == ["base/B", "quick/B"]
    with pytest.raises(UsageError, match="no variant slow; choose from base, frozen-features, quick"):
        choose(folds, "slow", "all")
    with pytest.raises(UsageError, match="no fold C"):
        choose(folds, "all", "C")


def test_children_get_their_share_of_threads(tmp_path: Path) -> None:
    fold = by_name(plan(values(), tmp_path))["base/A"]
    job = fold.job(threads=1)
    assert job.environment["OMP_NUM_THREADS"] == "1"
    written = read_config(fold.folder / "settings.toml")
    assert written.schedule.threads == 1
    assert written.data.held_out == ("made/a",)
    assert key(written) == key(fold.config)
    assert fold.job(threads=0).environment == {}


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        (["--jobs", "0"], 2, "at least one job"),
        (["--variants", "none,such"], 2, "There is no variant"),
        (["--set", "schedule.stepps=1"], 2, "unknown settings"),
        (["--set", "steps"], 2, "Cannot read the setting"),
    ],
)
def test_wrong_use_is_one_line(
    options: list[str], code: int, text: str, configured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(configured), "--output", str(tmp_path), *options]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert text in line


@pytest.fixture(scope="module")
def configured(scenes_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("compared") / "cfg.toml"
    path.write_text(TOML.format(folder=scenes_folder.as_posix()), "utf-8")
    return path


def run(configured: Path, output: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "training.crossvalidate", str(configured), "--output", str(output), *options]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def finished(
    configured: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """One fold of four variants, one of which cannot work."""
    output = tmp_path_factory.mktemp("output")
    options = ("--variants", f"base,{BASELINE},alone,broken", "--folds", "B", "--jobs", "2")
    return output, run(configured, output, *options)


def test_folds_are_trained_exported_and_measured(finished: Finished) -> None:
    output, done = finished
    assert "4 of 4 ended" in done.stdout
    (folder,) = (output / "base").iterdir()
    assert (folder / "model" / "short.onnx").exists()
    assert not (folder / "last.pt").exists()
    assert "step 2/2" in (folder / "log.txt").read_text("utf-8")
    result = read_result(folder)
    assert result is not None
    assert result.evaluation.scenes == ("made/b",)
    assert result.evaluation.confusion.sum() == 160 * 160
    assert (result.steps, result.minutes > 0) == (2, True)


def test_the_comparison_has_every_variant_that_worked(finished: Finished) -> None:
    output, _ = finished
    stored = json.loads((output / "comparison.json").read_text("utf-8"))
    assert [variant["name"] for variant in stored["variants"]] == ["base", BASELINE, "alone"]
    assert stored["missing"]["broken"] == ["A", "B"]
    assert list(stored["scenes"]) == ["made/b"]
    # Colours tell the classes: frozen features and a linear layer learn that, two steps of training do not.
    assert stored["variants"][1]["figures"]["pixel_accuracy"] > 0.9
    assert stored["variants"][1]["difference"]["pixel_accuracy"] > 0.1


def test_a_failed_fold_is_told_and_the_rest_went_on(finished: Finished) -> None:
    output, done = finished
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("FAILED broken/B: error: The start weights missing.pth cannot be read")
    (log,) = (output / "broken").glob("*/log.txt")
    assert str(log) in line


def test_what_has_finished_is_not_run_again(finished: Finished, configured: Path) -> None:
    output, _ = finished
    before = {path: path.stat().st_mtime_ns for path in output.glob(f"*/*/{DONE}")}
    done = run(configured, output, "--variants", f"base,{BASELINE},alone", "--folds", "B")
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 of 3 folds have finished already" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in output.glob(f"*/*/{DONE}")} == before


def test_the_report_alone_runs_nothing(finished: Finished, configured: Path) -> None:
    output, _ = finished
    (output / "comparison.md").unlink()
    done = run(configured, output, "--report")
    assert (done.returncode, done.stderr) == (0, "")
    assert (output / "comparison.md").exists()
    assert not (output / "slow").exists()


def test_damaged_results_count_as_unfinished(finished: Finished, tmp_path: Path) -> None:
    output, _ = finished
    (folder,) = (output / "base").iterdir()
    for name in (DONE, EVALUATION):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    assert read_result(tmp_path) is not None
    (tmp_path / EVALUATION).write_bytes((folder / EVALUATION).read_bytes()[:500])
    assert read_result(tmp_path) is None
    (tmp_path / DONE).write_text("{")
    assert read_result(tmp_path) is None


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_interrupted_folds_end_and_are_gone_on_with(configured: Path, tmp_path: Path) -> None:
    options = ["--variants", "base", "--folds", "B", "--set", "schedule.steps=30"]
    command = [sys.executable, "-m", "training.crossvalidate", str(configured), "--output", str(tmp_path), *options]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for_checkpoint(tmp_path)
    process.send_signal(signal.SIGTERM)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (130, "Interrupted; call again to go on from here.\n")
    (log,) = tmp_path.glob("base/*/log.txt")
    before = log.read_text("utf-8")
    assert "step 30/30" not in before
    assert (log.parent / "last.pt").exists()
    assert run(configured, tmp_path, *options).returncode == 0
    after = log.read_text("utf-8")[len(before) :]
    assert "step 30/30" in after
    assert "step 1/30" not in after


def wait_for_checkpoint(output: Path) -> None:
    deadline = time.monotonic() + 120
    while not list(output.glob("base/*/last.pt")):
        if time.monotonic() > deadline:
            pytest.fail("no step was made in time")
        time.sleep(0.05)


def test_unfinished_folds_are_listed_by_variant(configured: Path, tmp_path: Path) -> None:
    found = results(plan(values(), tmp_path))
    assert [(variant.name, variant.missing) for variant in found] == [("base", ("A", "B")), (BASELINE, ("A", "B"))]
    assert not list(tmp_path.iterdir())
