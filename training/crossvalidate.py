"""Cross-validate a recipe and its variants: every fold trained, exported, and measured by the engine.

    python -m training.crossvalidate cfg.toml [--variants a,b|all|none] [--folds A,B] [--no-baseline] [--jobs N]
        [--output FOLDER] [--set schedule.steps=10 …] [--report]

The file itself is the variant ``base``; ``[comparison.variants.NAME]`` hold nested settings that differ from it. Each
fold of ``[comparison.folds]`` runs in a child process in ``FOLDER/VARIANT/FOLD-KEY``, with its log; KEY stands for the
settings that its result depends on. What has finished is not run again, and what was interrupted is gone on with.
``comparison.md`` and ``comparison.json`` are written as folds finish.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from satseg_core.errors import UsageError
from satseg_core.model.runtime import usable_processors
from satseg_core.outputs import whole_outputs
from training.command import run_command
from training.comparison import Results, write_comparison
from training.config import TrainingConfig, merged, parse_config, read_toml
from training.fold import SETTINGS, key, read_result
from training.jobs import Failure, Job, run_jobs, terminated_like_interrupted
from training.train import parse_setting

BASE = "base"
"""Name of the variant that is the file as it stands."""

BASELINE = "frozen-features"
"""Name of the variant that `training.baseline` trains."""

_OF_BASELINE = ("crop", "seed")
"""What the baseline takes from the schedule; the rest may change without its running again."""

LOG = "log.txt"

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "GDAL_NUM_THREADS")


@dataclass(frozen=True)
class Fold:
    """One model to train and measure.

    Attributes:
        variant: name.
        name: of the fold.
        folder: where everything of it lies.
        values: its settings as TOML has them.
        config: the same, checked.
        module: what runs it.
    """

    variant: str
    name: str
    folder: Path
    values: Mapping[str, Any]
    config: TrainingConfig
    module: str

    @property
    def cost(self) -> float:
        """How long it takes beside others: as px that are trained on, with what measuring and the baseline come to."""
        if self.module == "training.baseline":
            return 60e6
        schedule = self.config.schedule
        return schedule.steps * schedule.batch * schedule.crop**2 + 15e6

    def job(self, threads: int) -> Job:
        """Its child process; the number of threads may differ from call to call.

        Raises:
            OutputError: its settings cannot be written.
        """
        values = merged(self.values, {"schedule": {"threads": threads}}) if threads else self.values
        with whole_outputs(overwrite=True) as outputs:
            text = tomli_w.dumps(values, multiline_strings=True)
            outputs.add(self.folder / SETTINGS).write_text(text, encoding="utf-8", newline="\n")
        command = (sys.executable, "-u", "-m", self.module, os.fspath(self.folder), "--cancel-on-eof")
        limits = dict.fromkeys(_THREAD_VARIABLES, str(threads)) if threads else {}
        return Job(f"{self.variant}/{self.name}", command, self.folder / LOG, self.cost, limits)


def plan(values: Mapping[str, Any], output: Path | None = None, baseline: bool = True) -> list[Fold]:
    """All folds of all variants, ``base`` first.

    Args:
        values: the TOML file's.
        output: folder of the results; None for one beside the file's own output.
        baseline: plan the frozen-features baseline, too.

    Raises:
        UsageError: the settings of a variant are wrong, or there are no folds.
    """
    base = parse_config(values)
    if not base.comparison.folds:
        raise UsageError("The configuration names no folds; add scenes to hold out in [comparison.folds].")
    folder = output or Path(f"{base.output}-comparison")
    variants: dict[str, Mapping[str, Any]] = {
        BASE: {},
        **({BASELINE: {}} if baseline else {}),
        **base.comparison.variants,
    }
    return [
        _fold(folder, variant, name, values, overrides, held_out)
        for variant, overrides in variants.items()
        for name, held_out in base.comparison.folds.items()
    ]


def _fold(
    folder: Path,
    variant: str,
    name: str,
    values: Mapping[str, Any],
    overrides: Mapping[str, Any],
    held_out: Sequence[str],
) -> Fold:
    """One fold of a variant."""
    settings = merged(values, overrides)
    if variant == BASELINE:
        settings = _for_baseline(settings)
    # Figures while it learns are left to the end, where the engine measures the exported model.
    own = {"data": {"held_out": list(held_out)}, "schedule": {"measure_every": -1}}
    settings = merged({k: v for k, v in settings.items() if k not in ("comparison", "record")}, own)
    try:
        config = parse_config(settings)
    except UsageError as error:
        raise UsageError(f"In the variant {variant}: {error}") from error
    module, kind = ("training.baseline", BASELINE) if variant == BASELINE else ("training.fold", "")
    place = folder / variant / f"{name}-{key(config, kind)}"
    return Fold(variant, name, place, merged(settings, {"output": os.fspath(place)}), config, module)


def _for_baseline(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings without what the baseline does not read."""
    kept = {name: table for name, table in settings.items() if name not in ("loss", "augmentation")}
    schedule = settings.get("schedule", {})
    return {**kept, "schedule": {name: schedule[name] for name in _OF_BASELINE if name in schedule}}


def choose(folds: Sequence[Fold], variants: str, names: str) -> list[Fold]:
    """The folds that were asked for on the command line.

    Args:
        folds: all that there are.
        variants: names of variants with commas, ``all``, or ``none`` for the base alone.
        names: names of folds with commas, or ``all``.

    Raises:
        UsageError: there is no such variant or fold.
    """
    known = {fold.variant for fold in folds}
    picked = known if variants == "all" else {BASE} if variants == "none" else _names("variant", variants, known)
    every = {fold.name for fold in folds}
    held = every if names == "all" else _names("fold", names, every)
    return [fold for fold in folds if fold.variant in picked and fold.name in held]


def _names(what: str, text: str, known: set[str]) -> set[str]:
    wanted = {name.strip() for name in text.split(",")}
    unknown = sorted(wanted - known)
    if unknown:
        raise UsageError(f"There is no {what} {unknown[0]}; choose from {', '.join(sorted(known))}.")
    return wanted


def results(folds: Sequence[Fold]) -> list[Results]:
    """What has finished of all variants, in their order."""
    variants: dict[str, dict[str, Fold]] = {}
    for fold in folds:
        variants.setdefault(fold.variant, {})[fold.name] = fold
    found = []
    for variant, members in variants.items():
        read = {name: read_result(fold.folder) for name, fold in members.items()}
        finished = {name: result for name, result in read.items() if result is not None}
        found.append(Results(variant, finished, tuple(name for name in members if name not in finished)))
    return found


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M')}  {line}", flush=True)


def crossvalidate(
    folds: Sequence[Fold], chosen: Sequence[Fold], at_once: int, folder: Path, command: str
) -> list[Failure]:
    """Run what has not finished of the chosen folds and write the comparison of all.

    Args:
        folds: all that there are, for the tables.
        chosen: those to run.
        at_once: how many run side by side; the processor's threads are divided among them.
        folder: for ``comparison.md`` and ``comparison.json``.
        command: to tell the reader.

    Returns:
        What failed.

    Raises:
        KeyboardInterrupt: the user interrupted; the children have ended and the tables are written.
        OutputError: a file cannot be written.
    """
    threads = max(1, usable_processors() // at_once) if at_once > 1 else 0
    waiting = [fold for fold in chosen if read_result(fold.folder) is None]
    _say(f"{len(chosen) - len(waiting)} of {len(chosen)} folds have finished already")

    def report(_job: Job | None = None) -> None:
        write_comparison(folder, results(folds), command)

    try:
        return run_jobs([fold.job(threads) for fold in waiting], at_once, _say, after=report)
    finally:
        report()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(words)

    def work() -> int:
        with terminated_like_interrupted():
            return _run(options, f"python -m training.crossvalidate {' '.join(words)}")

    return run_command(work, "Interrupted; call again to go on from here.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.crossvalidate", description="Cross-validate a recipe and its variants."
    )
    parser.add_argument("config", type=Path, help="TOML file with [comparison.folds]")
    parser.add_argument("--variants", default="all", help="names with commas, all (the default) or none: base alone")
    parser.add_argument("--folds", default="all", help="names with commas, or all (the default)")
    parser.add_argument("--no-baseline", action="store_true", help="leave out the frozen-features baseline")
    parser.add_argument("--output", type=Path, help="folder for the results (the file's output + -comparison)")
    parser.add_argument("--jobs", type=int, default=1, help="folds side by side, sharing the processor's threads")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="setting to replace")
    parser.add_argument("--report", action="store_true", help="run nothing, write the tables of what has finished")
    return parser


def _run(options: argparse.Namespace, command: str) -> int:
    """What the command line does; gives the exit code."""
    if options.jobs < 1:
        raise UsageError(f"A comparison needs at least one job at a time, not {options.jobs}.")
    values = read_toml(options.config)
    for setting in options.set:
        values = merged(values, parse_setting(setting))
    folds = plan(values, options.output, baseline=not options.no_baseline)
    chosen = [] if options.report else choose(folds, options.variants, options.folds)
    folder = folds[0].folder.parent.parent
    failures = crossvalidate(folds, chosen, options.jobs, folder, command)
    print(f"Tables: {folder / 'comparison.md'}")
    for failure in failures:
        print(f"FAILED {failure.job.name}: {failure.reason} (log: {failure.job.log})", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
