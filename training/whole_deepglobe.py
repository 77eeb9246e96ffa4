"""From a copy of DeepGlobe to a model and its report, in one command: ``python -m training.whole_deepglobe DIR``.

It runs the commands that one would type, shows each before it starts, and skips what an earlier run has finished: the
same command goes on after an interruption.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess  # nosec B404 # running the stages one after the other is what this module is for
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.command import run_command
from training.config import read_config
from training.made_scenes import write_scenes
from training.prepare import LEARN, RECIPE, TEST

DRY = (
    'network.start_weights=""', "schedule.steps=2", "schedule.batch=2", "schedule.accumulate=1", "schedule.warm_up=1",
    "data.workers=2",
)  # fmt: skip
"""Settings of a dry run: everything at its true size, but hardly anything learned."""


@dataclass(frozen=True)
class Stage:
    """A command, and the file that is there once it has been done."""

    command: tuple[str, ...]
    done: Path


def stages(folder: Path, settings: Sequence[str] = (), processes: int = 1) -> list[Stage]:
    """What has to be run, in order.

    Args:
        folder: the copy of the data set; everything is written below it.
        settings: of training, such as ``schedule.steps=100``, instead of the recipe's.
        processes: of training; one a GPU.
    """
    run, report, learn = folder / "run", folder / "test" / "report.json", folder / LEARN
    model = f"{read_config(learn if learn.exists() else RECIPE).card.name}.safetensors"
    parallel = ("torch.distributed.run", "--standalone", "--nproc-per-node", processes, "-m") if processes > 1 else ()
    chosen = [word for setting in settings for word in ("--set", setting)]
    return [
        _stage(learn, "training.prepare", "deepglobe", folder),
        # `--resume` begins at the beginning where there is no checkpoint yet.
        _stage(run / "weights.safetensors", *parallel, "training.train", learn, "--output", run, "--resume", *chosen),
        # A model without figures, to measure; then the same with them.
        _stage(run / "model" / model, "training.export", run, "--output", run / "model"),
        _stage(report, "training.evaluate", folder / TEST, "--model", run / "model" / model, "--output", report.parent),
        _stage(
            folder / "model" / model, "training.export", run, "--output", folder / "model", "--accuracy", report
        ),
    ]  # fmt: skip


def _stage(done: Path, *words: object) -> Stage:
    return Stage((sys.executable, "-m", *map(str, words)), done)


def run_stages(todo: Sequence[Stage]) -> int:
    """Run what is not done yet; gives the exit code of the first command that fails, or 0."""
    for stage in todo:
        shown = shlex.join(("python", *stage.command[1:]))
        if stage.done.exists():
            print(f"done before: {shown}", flush=True)
            continue
        print(f"$ {shown}", flush=True)
        done = subprocess.run(stage.command, check=False)  # nosec B603 # commands made above, without a shell
        code = done.returncode
        if code:
            print(f"error: this command failed; see above, and then start again: {shown}", file=sys.stderr)
            return code if code > 0 else 1
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser("python -m training.whole_deepglobe", description="DeepGlobe, from data to model.")
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder of the copy, such as the one with train/")
    parser.add_argument("--processes", type=int, default=1, help="training processes, one a GPU (%(default)s)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of training")
    parser.add_argument("--made", type=int, metavar="N", help="dry run: make N scenes in DIR, a new folder, and hurry")
    parser.add_argument("--size", type=int, default=2448, help="width of made scenes, px (%(default)s)")
    options = parser.parse_args(arguments)

    def work() -> int:
        if options.made and not (options.folder / LEARN).exists():
            write_scenes(options.folder, options.made, options.size)
        settings = [*(DRY if options.made else ()), *options.set]
        return run_stages(stages(options.folder, settings, options.processes))

    return run_command(work, "Interrupted; call again to go on from here.")


if __name__ == "__main__":
    sys.exit(main())
