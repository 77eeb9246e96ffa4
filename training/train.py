"""Train a model: ``python -m training.train cfg.toml``.

On several processes or machines: ``torchrun --nproc-per-node N -m training.train cfg.toml``.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import torch

from satseg_core.errors import UsageError
from satseg_core.legend import LAND_COVER
from satseg_core.model.network import SCORE_STRIDE
from satseg_core.version import __version__
from training.checkpoints import (
    WEIGHTS,
    forget_run,
    load_checkpoint,
    refuse_to_replace,
    write_record,
    write_weights,
)
from training.command import run_command
from training.config import TrainingConfig, merged, read_config
from training.curve import write_curve
from training.data.crops import CropDataset
from training.data.places import frequencies
from training.data.scenes import Scene, find_scenes, split
from training.learner import Learner
from training.logs import Log, Pictures, Say
from training.losses import class_weights
from training.parallel import Group, check_batch, join
from training.trainer import Stop, Trainer, stop_on_signals


def print_line(line: str) -> None:
    """Print a line at once, also into a file."""
    print(line, flush=True)


def run_training(config: TrainingConfig, resume: bool = False, overwrite: bool = False, say: Say = print_line) -> Path:
    """Train, and leave weights, figures and the record in ``config.output``.

    Args:
        config: the run.
        resume: go on from the folder's checkpoint, if it has one.
        overwrite: start over in a folder that holds a run.
        say: hears one line at a time, in the first process.

    Returns:
        The folder.

    Raises:
        CancelledError: the user interrupted; the folder holds a checkpoint.
        SatSegError: settings, data or weights are wrong, or a file cannot be written.
    """
    folder = Path(config.output)
    with join(config.schedule) as group, stop_on_signals() as stop:
        check(config, group)
        checkpoint = load_checkpoint(folder, config) if resume else None
        if not resume and not overwrite:
            refuse_to_replace(folder)
        group.gather(None)  # none may write before all have looked
        if group.first and checkpoint is None:
            forget_run(folder)
        trained, held_out = split(find_scenes(config.data, LAND_COVER), config.data.held_out)
        trainer = make_trainer(config, trained, held_out, group, stop)
        if checkpoint is not None:
            trainer.restore(checkpoint)
        _run(config, trainer, begun_record(trained, held_out, group), group, say)
    return folder


def check(config: TrainingConfig, group: Group) -> None:
    """See that settings fit together, as far as can be told before anything is read.

    Raises:
        UsageError: they do not.
    """
    check_batch(config.schedule, group.size)
    losses = config.loss
    problems = (
        (config.schedule.precision == "fp16" and group.device.type == "cpu", "precision fp16 is for CUDA; take bf16"),
        (config.schedule.crop % SCORE_STRIDE, f"schedule.crop must be a multiple of {SCORE_STRIDE}"),
        (config.schedule.save_every < 1, "schedule.save_every must be 1 or more"),
        (len(config.network.mean) != len(config.network.std), "network.mean and std differ in their number of bands"),
        (not any((losses.cross_entropy, losses.focal, losses.dice, losses.lovasz)), "[loss] gives no loss a weight"),
    )
    for wrong, what in problems:
        if wrong:
            raise UsageError(f"The training settings do not fit together: {what}.")


def make_trainer(
    config: TrainingConfig, trained: Sequence[Scene], held_out: Sequence[Scene], group: Group, stop: Stop
) -> Trainer:
    """Everything that a run needs, at its beginning.

    Raises:
        SatSegError: the labels cannot be read, or the network cannot be built.
    """
    share = frequencies(trained, None, len(LAND_COVER))
    learner = Learner(config, LAND_COVER, class_weights(share, config.loss.class_weight_power), group)
    crops = CropDataset(trained, config, LAND_COVER)
    trainer = Trainer(config, LAND_COVER, learner, crops, held_out, group, stop)
    if group.first:
        trainer.pictures = Pictures(held_out or trained, config, LAND_COVER)
    return trainer


def _run(config: TrainingConfig, trainer: Trainer, record: dict[str, Any], group: Group, say: Say) -> None:
    """Make the steps; the first process says how they go and writes what comes of them."""
    folder = Path(config.output)
    if not group.first:
        trainer.run()
        return
    write_record(folder, config, record)
    trainer.log = Log(folder, config, trainer.history.steps, say)
    try:
        trainer.run()
    finally:
        trainer.log.close()
    write_weights(folder / WEIGHTS, trainer.result)
    write_curve(trainer.history, folder)
    write_record(folder, config, {**record, **finished_record(config, trainer, group)})
    say(f"done: {folder / WEIGHTS}")


def begun_record(trained: Sequence[Scene], held_out: Sequence[Scene], group: Group) -> dict[str, Any]:
    """What a run says of itself at its beginning, as TOML has it."""
    return {
        "started": _now(),
        "trained_on": [scene.name for scene in trained],
        "held_out": [scene.name for scene in held_out],
        "device": group.device_name,
        "processes": group.size,
        "threads": torch.get_num_threads(),
        "versions": {"satseg": __version__, "torch": str(torch.__version__), "python": platform.python_version()},
    }


def finished_record(config: TrainingConfig, trainer: Trainer, group: Group) -> dict[str, Any]:
    """What a run says of itself at its end; ``figures`` and ``best`` are of held-out scenes, if there are any."""
    history, seconds = trainer.history, max(trainer.seconds, 1e-9)
    record: dict[str, Any] = {
        "finished": _now(),
        "steps": history.steps,
        "seconds": round(seconds, 1),
        "images_per_second": round(history.steps * config.schedule.batch / seconds, 2),
    }
    if group.memory_peak:
        record["gpu_memory_peak_mib"] = group.memory_peak
    figures, best = history.latest(), history.best()
    if figures and best:
        record.update(figures=_rounded(figures), best=_rounded(best))
    return record


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures.items()}


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def parse_setting(text: str) -> dict[str, Any]:
    """A setting of the command line, ``schedule.steps=10``, as a nested table; what is no number or list is a text.

    Raises:
        UsageError: it is none.
    """
    name, equals, value = (part.strip() for part in text.partition("="))
    if not name or not equals:
        raise UsageError(f"Cannot read the setting '{text}'; write it as schedule.steps=10.")
    try:
        table = json.loads(value)  # numbers, lists and quoted texts look the same in TOML
    except ValueError:
        table = value
    for key in reversed(name.split(".")):
        table = {key: table}
    return dict(table)


def make_parser() -> argparse.ArgumentParser:
    """The command line's options."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description="Train a land-cover model.")
    parser.add_argument("config", type=Path, help="TOML file that describes the run")
    parser.add_argument("--output", help="folder for the results, instead of the file's")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting to replace")
    again = parser.add_mutually_exclusive_group()
    again.add_argument("--resume", action="store_true", help="go on from the folder's checkpoint, if it has one")
    again.add_argument("--overwrite", action="store_true", help="start over in a folder that holds a run")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code."""
    options = make_parser().parse_args(arguments)

    def work() -> None:
        overrides: dict[str, Any] = {}
        for text in options.set:
            overrides = merged(overrides, parse_setting(text))
        config = read_config(options.config, overrides)
        config = dataclasses.replace(config, output=options.output or config.output)
        run_training(config, options.resume, options.overwrite)

    return run_command(work, interrupted="Interrupted; go on with --resume.")


if __name__ == "__main__":
    sys.exit(main())
