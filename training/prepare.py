"""Make a published data set ready to train on: ``python -m training.prepare deepglobe DIR``.

Labels become one index PNG a scene, with a palette; the frozen split becomes lists of scenes; statistics are computed
and printed; and the recipe becomes a configuration for this very folder. Images stay as and where they are.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Callable, Union

import tomli_w
from tqdm import tqdm

from satseg_core.errors import OutputError, SatSegError
from satseg_core.version import __version__
from training.config import merged, parse_config, read_toml
from training.data.codes import DataError
from training.deepglobe import SOURCE, Copy, Pair, find_copy, read_pair, whole_file, write_index
from training.splits import neighbour_groups, split_ids, write_lists
from training.statistics import Statistics, measure, table, to_json, total

RECIPE = Path(__file__).parent / "configs" / "deepglobe.toml"
"""The settings for the whole data set; its paths are those of a copy in ``data/deepglobe``."""

LEARN, TEST = "deepglobe.toml", "deepglobe_test.toml"
"""The configurations that are written: to train (measured on *val*), and to measure on *test* at the end."""

Outcome = Union[Statistics, str]
"""What became of a scene: its statistics, or what is wrong with it."""

Mapper = Callable[[Callable[[Pair], Outcome], Sequence[Pair]], Iterable[Outcome]]


def prepare(folder: Path, output: Path | None = None, workers: int = 1) -> dict[str, Any]:
    """Prepare a copy of DeepGlobe land cover.

    Args:
        folder: the copy, in one of `training.deepglobe.LAYOUTS`.
        output: where ``labels_index/``, ``splits/``, ``statistics.json`` and two configurations go; the copy if None.
        workers: processes that convert.

    Returns:
        What ``statistics.json`` holds.

    Raises:
        DataError: there are no scenes, or some are broken; the message names them.
        OutputError: something cannot be written.
    """
    copy = find_copy(folder)
    output = output or folder
    for part in ("labels_index", "splits"):
        _make_folder(output / part)
    measured = convert(copy.pairs, output / "labels_index", workers)
    sides = split_ids(measured, neighbour_groups())
    by_side = {side: total(measured[scene_id] for scene_id in ids) for side, ids in sides.items()}
    whole = total(measured.values())
    values = {"dataset": SOURCE, "satseg": __version__, **to_json(whole, by_side), "unlabelled": list(copy.unlabelled)}
    write_lists(output / "splits", SOURCE, sides)
    _write_text(output / "statistics.json", json.dumps(values, indent=2) + "\n")
    for name, config in configurations(folder, copy, output, sides).items():
        _write_new(output / name, tomli_w.dumps(config))
    print(table(whole, by_side))
    _say_what_is_odd(copy, sides)
    return values


def convert(pairs: Sequence[Pair], labels: Path, workers: int = 1) -> dict[str, Statistics]:
    """Write index labels of all scenes into the folder ``labels``; gives each one's statistics by id.

    Raises:
        DataError: some scenes are broken. The others are converted first, so that one run tells of all.
        OutputError: labels cannot be written.
    """
    measured: dict[str, Statistics] = {}
    broken: list[str] = []
    with _mapper(workers) as run, tqdm(total=len(pairs), unit="scene", file=sys.stderr) as bar:
        for pair, outcome in zip(pairs, run(partial(_convert, labels=labels), pairs)):
            bar.update()
            if isinstance(outcome, Statistics):
                measured[pair.id] = outcome
            else:
                broken.append(outcome)
    if broken:
        raise DataError(" ".join(broken[:5]) + (f" And {len(broken) - 5} more." if len(broken) > 5 else ""))
    return measured


def _convert(pair: Pair, labels: Path) -> Outcome:
    try:
        image, codes = read_pair(pair)
    except DataError as error:
        return str(error)
    write_index(labels / f"{pair.id}.png", codes)
    return measure(image, codes)


@contextmanager
def _mapper(workers: int) -> Iterator[Mapper]:
    """Something like ``map``, over processes if there are to be several."""
    if workers <= 1:
        yield map
        return
    # Spawned, not forked: torch and GDAL may have threads by now.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        yield pool.map


def configurations(
    folder: Path, copy: Copy, output: Path, sides: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, Any]]:
    """The recipe for a prepared copy, by file name.

    Paths are absolute, so that it works from anywhere, and scenes are listed, so that it says for itself what it uses.
    """
    recipe = read_toml(RECIPE)
    folder, output = Path(os.path.abspath(folder)), Path(os.path.abspath(output))
    source = {
        **recipe["data"]["sources"][0],
        "images": (folder / copy.layout.pattern).as_posix(),
        "labels": (output / "labels_index" / "{id}.png").as_posix(),
    }
    # An image without labels is none of anybody's scenes.
    apart = {LEARN: ("val", [*sides["test"], *copy.unlabelled]), TEST: ("test", list(copy.unlabelled))}
    configs = {}
    for name, (side, excluded) in apart.items():
        held_out = [f"{SOURCE}/{scene_id}" for scene_id in sides[side]]
        data = {"sources": [{**source, "exclude": excluded}], "held_out": held_out}
        configs[name] = merged(recipe, {"output": (output / "run").as_posix(), "data": data})
        parse_config(configs[name])
    return configs


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"Cannot make the folder {folder} ({error.strerror}); choose another --output.") from error


def _write_text(path: Path, text: str) -> None:
    with whole_file(path) as scratch:
        scratch.write_text(text, encoding="utf-8")


def _write_new(path: Path, text: str) -> None:
    """Write a configuration, but never over one that somebody may have changed."""
    if not path.exists():
        _write_text(path, text)
    elif path.read_text(encoding="utf-8") != text:
        print(f"{path} was there already and differs from the recipe: kept as it is.", file=sys.stderr)


def _say_what_is_odd(copy: Copy, sides: Mapping[str, Sequence[str]]) -> None:
    if copy.unlabelled:
        print(f"{len(copy.unlabelled)} images have no labels and were left out.", file=sys.stderr)
    empty = [side for side, ids in sides.items() if not ids]
    if empty:
        print(f"No scene falls to {' or '.join(empty)}: there are too few.", file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m training.prepare", description="Make a data set ready to train on."
    )
    parser.add_argument("dataset", choices=[SOURCE], help="which data set it is")
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder of the copy, such as the one with train/")
    parser.add_argument("--output", type=Path, help="folder for what is made, instead of DIR")
    parser.add_argument("--workers", type=int, default=min(8, os.cpu_count() or 1), help="processes (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        prepare(options.folder, options.output, options.workers)
    except SatSegError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    print(f"Next: python -m training.train {(options.output or options.folder) / LEARN}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
