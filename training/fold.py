"""One fold of a comparison, as a child process of `training.crossvalidate`: train, export, measure.

    python -m training.fold FOLDER

``FOLDER/settings.toml`` says what to do. What is there already of the run is gone on with. The held-out scenes are
measured through the exported ONNX file by the engine, as users will run it. ``done.json`` appears last of all.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import os
import sys
import time
import traceback
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

from rasterio.errors import NotGeoreferencedWarning

from satseg_core.errors import CancelledError, SatSegError
from satseg_core.model.card import ModelCard
from satseg_core.model.runtime import Runtime, load_runtime
from satseg_core.model.store import open_model
from satseg_core.outputs import whole_outputs
from training.checkpoints import CHECKPOINT, RECORD, fingerprint
from training.config import TrainingConfig, read_config
from training.data.codes import DataError
from training.data.scenes import find_scenes, split
from training.evaluation import Evaluation
from training.jobs import cancel_at_eof
from training.metrics import rounded

SETTINGS = "settings.toml"
EVALUATION = "evaluation.npz"
DONE = "done.json"


@dataclass(frozen=True)
class FoldResult:
    """A finished fold.

    Attributes:
        evaluation: of the scenes that it held out.
        steps: optimiser steps.
        minutes: that training took.
    """

    evaluation: Evaluation
    steps: int
    minutes: float


def key(config: TrainingConfig, kind: str = "") -> str:
    """Digest of the settings that a fold's result depends on, 10 hexadecimal digits.

    Args:
        config: of the fold, its held-out scenes among them.
        kind: of what is trained, if it is not the network.
    """
    tiles = (config.card.tile_size, config.card.overlap)
    text = json.dumps([kind, tiles, fingerprint(config)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def read_result(folder: Path) -> FoldResult | None:
    """What a fold found; None if it has not finished, or if its files are damaged and it has to be done again."""
    try:
        done: dict[str, Any] = json.loads((folder / DONE).read_text(encoding="utf-8"))
        return FoldResult(Evaluation.load(folder / EVALUATION), int(done["steps"]), float(done["minutes"]))
    except (DataError, OSError, ValueError, LookupError):
        return None


def finish(folder: Path, config: TrainingConfig, card: ModelCard, runtime: Runtime, steps: int, minutes: float) -> None:
    """Measure a fold's model on its held-out scenes and mark the fold as done.

    Args:
        folder: of the fold.
        config: of the fold.
        card: of the model.
        runtime: the model.
        steps: that it was trained for.
        minutes: that this took.

    Raises:
        SatSegError: a scene cannot be read, or a file cannot be written.
    """
    from training.evaluate import evaluate_scenes

    _, held_out = split(find_scenes(config.data, card.legend), config.data.held_out)
    evaluation = evaluate_scenes(runtime, card, held_out)
    evaluation.save(folder / EVALUATION)
    figures = evaluation.figures()
    words = "  ".join(f"{name} {rounded(figures[name], 3)}" for name in ("miou", "pixel_accuracy"))
    print(f"measured {', '.join(evaluation.scenes)}: {words}", flush=True)
    done = {"steps": steps, "minutes": round(minutes, 4), "finished": time.strftime("%FT%T%z")}
    with whole_outputs(overwrite=True) as outputs:
        outputs.add(folder / DONE).write_text(json.dumps(done) + "\n", encoding="utf-8")


def run_fold(folder: Path, config: TrainingConfig) -> None:
    """Train, export and measure; see the module.

    Raises:
        SatSegError: data, settings or results are wrong, or the user cancelled.
    """
    from training.export import export
    from training.train import run_training

    began = time.monotonic()
    run_training(config, resume=True)
    minutes = _minutes(folder, (time.monotonic() - began) / 60)
    model = open_model(export(config, folder, folder / "model")[0])
    runtime = load_runtime(model, "onnx", "cpu", config.schedule.threads or None)
    finish(folder, config, model.card, runtime, config.schedule.steps, minutes)
    (folder / CHECKPOINT).unlink(missing_ok=True)


def _minutes(folder: Path, here: float) -> float:
    """Minutes of training in all, also before it was gone on with, as the run's record has them."""
    record: Mapping[str, Any] = read_config(folder / RECORD).record
    return float(record["seconds"]) / 60 if "seconds" in record else here


def run_child(module: str, run: Callable[[Path, TrainingConfig], None], arguments: Sequence[str] | None) -> int:
    """What a child of the comparison does around its work: settings, cancelling, errors; gives the exit code.

    Args:
        module: name, for its help.
        run: gets the folder and its settings.
        arguments: of the command line.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("folder", type=Path, help=f"with {SETTINGS}")
    parser.add_argument("--cancel-on-eof", action="store_true", help="end when standard input ends")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore", NotGeoreferencedWarning)  # scenes without a place are inputs like any other
    if options.cancel_on_eof:
        cancel_at_eof()
    try:
        config = read_config(options.folder / SETTINGS)
        run(options.folder, dataclasses.replace(config, output=os.fspath(options.folder)))
    except SatSegError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return CancelledError.exit_code
    except Exception as error:  # noqa: BLE001 - the log's last line has to say what it was
        traceback.print_exc()
        print(f"error: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code."""
    return run_child("training.fold", run_fold, arguments)


if __name__ == "__main__":
    sys.exit(main())
