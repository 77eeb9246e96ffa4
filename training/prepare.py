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
from typing import Any, Callable, NamedTuple, Union

import tomli_w
from tqdm import tqdm

from satseg_core.errors import OutputError
from satseg_core.version import __version__
from training.command import run_command
from training.config import merged, parse_config, read_toml
from training.data.codes import DataError
from training.deepglobe import SOURCE, Copy, Layout, Pair, find_copy, read_pair, whole_file, write_index
from training.seams import Edges, Seam, find_edges, find_seams
from training.splits import neighbour_groups, split_ids, write_lists
from training.statistics import Statistics, measure, table, to_json, total

RECIPE = Path(__file__).parent / "configs" / "deepglobe.toml"
"""The settings for the whole data set; its paths are those of a copy in ``data/deepglobe``."""

LEARN, TEST = "deepglobe.toml", "deepglobe_test.toml"
"""The configurations that are written: to train (measured on *val*), and to measure on *test* at the end."""


class Prepared(NamedTuple):
    """What is kept of a scene that was converted."""

    statistics: Statistics
    edges: Edges


Outcome = Union[Prepared, str]
"""What became of a scene, or what is wrong with it."""

Mapper = Callable[[Callable[[Pair], Outcome], Sequence[Pair]], Iterable[Outcome]]


def prepare(folder: Path, output: Path | None = None, workers: int = 1, apart: bool = False) -> dict[str, Any]:
    """Prepare a copy of DeepGlobe land cover.

    Args:
        folder: the copy, in one of `training.deepglobe.LAYOUTS`.
        output: where ``labels_index/``, ``splits/``, ``statistics.json`` and two configurations go; the copy if None.
        workers: processes that convert.
        apart: leave scenes that touch a scene of *val* or *test* out of *train*.

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
    prepared = convert(copy.pairs, output / "labels_index", workers)
    sides = split_ids(prepared, neighbour_groups())
    seams = find_seams({scene_id: scene.edges for scene_id, scene in prepared.items()})
    dropped = _touching_train(seams, sides) if apart else []
    sides["train"] = [scene_id for scene_id in sides["train"] if scene_id not in dropped]
    write_lists(output / "splits", SOURCE, sides)
    values = _report(output / "statistics.json", copy, prepared, sides, seams)
    for name, config in configurations(folder, copy.layout, output, sides).items():
        _write_new(output / name, tomli_w.dumps(config))
    return values


def _touching_train(seams: Iterable[Seam], sides: Mapping[str, Sequence[str]]) -> list[str]:
    """Scenes to train on that touch one to measure on."""
    held = {*sides["val"], *sides["test"]}
    pairs = [pair for seam in seams for pair in ((seam.first, seam.second), (seam.second, seam.first))]
    return sorted({ours for ours, theirs in pairs if theirs in held and ours not in held})


def _report(
    path: Path,
    copy: Copy,
    prepared: Mapping[str, Prepared],
    sides: Mapping[str, Sequence[str]],
    seams: Sequence[Seam],
) -> dict[str, Any]:
    """Write what was found as JSON, print it as a table, and give it back."""
    whole = total(scene.statistics for scene in prepared.values())
    by_side = {side: total(prepared[scene_id].statistics for scene_id in ids) for side, ids in sides.items()}
    leaks = _touching_train(seams, sides)
    values = {
        "dataset": SOURCE,
        "satseg": __version__,
        **to_json(whole, by_side),
        "unlabelled": list(copy.unlabelled),
        "seams": [[seam.first, seam.how, seam.second] for seam in seams],
        "train_touching_held_out": leaks,
    }
    _write_text(path, json.dumps(values, indent=2) + "\n")
    print(table(whole, by_side))
    print(f"{len(seams)} pairs of scenes touch; {len(leaks)} scenes of train touch one of val or test")
    _say_what_is_odd(copy, sides)
    return values


def convert(pairs: Sequence[Pair], labels: Path, workers: int = 1) -> dict[str, Prepared]:
    """Write index labels of all scenes into the folder ``labels``; gives what is kept of each by id.

    Raises:
        DataError: some scenes are broken. The others are converted first, so that one run tells of all.
        OutputError: labels cannot be written.
    """
    prepared: dict[str, Prepared] = {}
    broken: list[str] = []
    with _mapper(workers) as run, tqdm(total=len(pairs), unit="scene", file=sys.stderr) as bar:
        for pair, outcome in zip(pairs, run(partial(_convert, labels=labels), pairs)):
            bar.update()
            if isinstance(outcome, Prepared):
                prepared[pair.id] = outcome
            else:
                broken.append(outcome)
    if broken:
        raise DataError(" ".join(broken[:5]) + (f" And {len(broken) - 5} more." if len(broken) > 5 else ""))
    return prepared


def _convert(pair: Pair, labels: Path) -> Outcome:
    try:
        image, codes = read_pair(pair)
    except DataError as error:
        return str(error)
    write_index(labels / f"{pair.id}.png", codes)
    return Prepared(measure(image, codes), find_edges(image))


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
    folder: Path, layout: Layout, output: Path, sides: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, Any]]:
    """The recipe for a prepared copy, by file name.

    Paths are absolute, so that it works from anywhere. Scenes are listed, so that none that is added to the folder
    later is trained on before its side is known.
    """
    recipe = read_toml(RECIPE)
    folder, output = Path(os.path.abspath(folder)), Path(os.path.abspath(output))
    source = {
        **recipe["data"]["sources"][0],
        "images": (folder / layout.pattern).as_posix(),
        "labels": (output / "labels_index" / "{id}.png").as_posix(),
        "exclude": [],
    }
    configs = {}
    for name, used, held in ((LEARN, ("train", "val"), "val"), (TEST, ("test",), "test")):
        only = sorted(scene_id for side in used for scene_id in sides[side])
        held_out = [f"{SOURCE}/{scene_id}" for scene_id in sides[held]]
        data = {"sources": [{**source, "only": only}], "held_out": held_out}
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
        print(f"{path} differs from what would be written now: kept. Delete it to get it anew.", file=sys.stderr)


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
    parser.add_argument("--apart", action="store_true", help="train on no scene that touches one to measure on")
    parser.add_argument("--workers", type=int, default=min(8, os.cpu_count() or 1), help="processes (%(default)s)")
    options = parser.parse_args(arguments)

    def work() -> None:
        prepare(options.folder, options.output, options.workers, options.apart)
        print(f"Next: python -m training.train {(options.output or options.folder) / LEARN}")

    return run_command(work)


if __name__ == "__main__":
    sys.exit(main())
