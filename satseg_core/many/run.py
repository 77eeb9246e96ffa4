"""Many scenes: which are done already, the others here or on a cluster, and the files over all of them."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import rasterio
from rasterio.errors import RasterioError

from satseg_core.cluster.connect import Connection, connect
from satseg_core.errors import CancelledError, UsageError
from satseg_core.events import Event, Message, Progress, Reporter, Stage
from satseg_core.legend import Legend
from satseg_core.many.folder import Folder
from satseg_core.many.job import Products, job_of, same_job
from satseg_core.many.mosaic import write_mosaic
from satseg_core.many.names import JOB, item_name
from satseg_core.many.one import Outcome, SceneDone, SceneFailed, SceneTask, do_scene
from satseg_core.many.scenes import Found, Scene, find_scenes, is_local
from satseg_core.many.stac_out import COLLECTION, brief, earlier_scenes, make_collection
from satseg_core.memory import Budget
from satseg_core.model.store import ModelFile, find_model
from satseg_core.remote.names import without_secrets
from satseg_core.segment import SegmentOptions

FAILURES = "failures.csv"
"""Name of the table of scenes that failed; it is there only if some did."""

LARGE_PX = 2 * 10**9
"""A scene with more px is not one task: its blocks are shared among the workers, when the others are done."""

MAYBE_LARGE_BYTES = 64 * 10**6
"""A local file with fewer is not opened to see how many px it has. A virtual raster tells nothing by its size."""

MOST_WARNINGS = 20
"""So many are shown; the rest are in the run records."""


@dataclass(frozen=True)
class ManyOptions:
    """What to map and how.

    Attributes:
        inputs: folders, lists, STAC files, GeoParquet indexes and rasters.
        output: folder of the outputs.
        template: options of every scene; its input, output, polygons and confidence are not read.
        products: what is made of each besides its map.
        asset: key of the asset of STAC items, or None.
        overwrite: do all of them again, and replace files that are not SatSeg's.
        workers: processes to share the scenes among; None for this one alone.
        scheduler: address of a Dask scheduler whose workers do the work, or None.
    """

    inputs: tuple[str, ...]
    output: str
    template: SegmentOptions
    products: Products
    asset: str | None = None
    overwrite: bool = False
    workers: int | None = None
    scheduler: str | None = None


@dataclass(frozen=True)
class ManyResult:
    """What a run gave.

    Attributes:
        output: folder of the outputs.
        done: scenes that were mapped.
        already: scenes that had been done before.
        failures: scenes that failed.
        collection: address of the STAC collection; None if no scene has a map.
        mosaic: address of the index; None if no map has a place.
        failures_table: address of the table of failures; None if there are none.
    """

    output: str
    done: int
    already: int
    failures: tuple[SceneFailed, ...]
    collection: str | None
    mosaic: str | None
    failures_table: str | None


@dataclass(frozen=True)
class Pending:
    """What a run finds before it begins.

    Attributes:
        tasks: scenes to do.
        items: of the scenes that are done, by their names; see `brief`.
        again: how many of the tasks have outputs of another job.
    """

    tasks: tuple[SceneTask, ...]
    items: Mapping[str, Mapping[str, Any]]
    again: int


def look(options: ManyOptions, reporter: Reporter) -> Pending:
    """Find the scenes and tell which are to do.

    Args:
        options: see `ManyOptions`.
        reporter: hears what there is.

    Raises:
        SatSegError: no scene can be done: an option, an input or the model is wrong.
    """
    model = find_model(options.template.model)
    _check(options)
    scenes = find_scenes(options.inputs, options.output, options.asset)
    pending = _pending(scenes, options, model)
    already, every = len(pending.items), len(scenes)
    words = f"{every:,} scenes" if every > 1 else "1 scene"
    more = f"; {pending.again:,} have changed and are done again" if pending.again else ""
    reporter.message(f"{words}: {already:,} done already, {len(pending.tasks):,} to do{more}.")
    return pending


def segment_many(options: ManyOptions, reporter: Reporter) -> ManyResult:
    """Map many scenes.

    Scenes fail alone. Those that have outputs of the same job are left as they are, so that running again does what is
    missing.

    Args:
        options: see `ManyOptions`.
        reporter: hears of progress, and can cancel.

    Raises:
        CancelledError: the user cancelled; scenes that are done stay.
        SatSegError: no scene can be done.
    """
    pending = look(options, reporter)
    items, failures, done = dict(pending.items), [], 0
    reporter.plan({"scenes": 1})
    try:
        with closing(_outcomes(options, pending.tasks, reporter)) as outcomes:
            for outcome in outcomes:
                if isinstance(outcome, SceneDone):
                    done += 1
                    items[outcome.name] = outcome.item
                else:
                    failures.append(outcome)
    except (CancelledError, KeyboardInterrupt) as error:
        finished = f"{len(items):,} of {len(pending.tasks) + len(pending.items):,} scenes are done"
        raise CancelledError(f"Cancelled: {finished}; the same command goes on from there.") from error
    folder = Folder(options.output)
    failures.sort(key=lambda failure: failure.name)
    legend = find_model(options.template.model).card.legend
    return ManyResult(
        output=folder.root,
        done=done,
        already=len(pending.items),
        failures=tuple(failures),
        **_write_index({**_earlier(folder, items), **items}, folder, legend),
        failures_table=_write_failures(failures, folder),
    )


def _check(options: ManyOptions) -> None:
    """What would fail for every scene."""
    template = options.template
    Budget.of(template.memory)
    if options.workers is not None and options.scheduler is not None:
        raise UsageError("Give either --workers or --scheduler: a scheduler has workers of its own.")
    if not options.products.polygons and (template.min_area or template.smooth or template.simplify):
        raise UsageError("--min-area, --smooth and --simplify are for polygons; give --polygons, too.")
    if template.mask and is_local(template.mask) and not Path(template.mask).exists():
        raise UsageError(f"There is no mask file {template.mask}; check the name.")


def _pending(scenes: Sequence[Scene], options: ManyOptions, model: ModelFile) -> Pending:
    folder = Folder(options.output)
    there = folder.files()
    found = dict(_items(folder, [scene.name for scene in scenes if item_name(scene.name) in there]))
    tasks, items, again = [], {}, 0
    template = replace(_absolute(options.template, model), input="", output="")
    for scene in scenes:
        job = json.loads(json.dumps(job_of(scene, options.template, options.products, model.card)))
        item = found.get(scene.name)
        if item and not options.overwrite and _complete(item, job, scene, options.products, there):
            items[scene.name] = item
            continue
        again += item is not None
        ours = item is not None or (f"{scene.name}.json" in there and _recorded(folder, scene))
        task = SceneTask(scene, job, template, options.products, folder.root, options.overwrite or ours)
        tasks.append(task)
    return Pending(tuple(tasks), items, again)


def _absolute(template: SegmentOptions, model: ModelFile) -> SegmentOptions:
    """With names that mean the same in other processes."""
    file = model.weights or model.onnx
    named = template.model is not None and file is not None and template.model != model.name
    return replace(
        template,
        model=str(file.absolute()) if named and file else template.model,
        mask=os.path.abspath(template.mask) if template.mask and is_local(template.mask) else template.mask,
    )


def _items(folder: Folder, scenes: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The items of scenes, as far as `segment_many` wrote them."""
    names = {item_name(scene): scene for scene in scenes}
    for name, text in folder.read_all(list(names)):
        with suppress(ValueError, KeyError, TypeError):
            item = json.loads(text)
            if JOB in item["properties"]:
                yield names[name], brief(item)


def _complete(
    item: Mapping[str, Any], job: Mapping[str, Any], scene: Scene, products: Products, there: set[str]
) -> bool:
    return same_job(job, item) and all(name in there for name in products.names(scene.name).values())


def _recorded(folder: Folder, scene: Scene) -> bool:
    """Whether the run record says that the map beside it is one of this scene: a run ended before it had an item."""
    try:
        record = json.loads(folder.read(f"{scene.name}.json") or "null")
        return bool(record["command"] == "segment" and record["options"]["input"] == without_secrets(scene.source))
    except (ValueError, KeyError, TypeError):
        return False


class _Tally:
    """Progress over all scenes, weighted by their sizes."""

    def __init__(self, tasks: Sequence[SceneTask], stage: Stage, reporter: Reporter) -> None:
        self._weights = {task.scene.name: _weight(task.scene.found) for task in tasks}
        self._stage = stage
        self._reporter = reporter
        self._done = 0.0
        self._under_way: dict[str, float] = {}
        self._finished = 0
        self._warnings = 0
        self._heard = False

    def hear(self, sentence: str) -> None:
        """What a scene says of itself: the first sentence of the first is of all, which runtime does it and why."""
        if not self._heard:
            self._heard = True
            self._reporter.message(sentence)

    def at(self, name: str, fraction: float) -> None:
        """A scene has come so far."""
        if name in self._weights:
            self._under_way[name] = self._weights[name] * min(fraction, 1.0)
            self._stage.reach(self._done + sum(self._under_way.values()))

    def finish(self, outcome: Outcome) -> None:
        """A scene has come to its end."""
        self._under_way.pop(outcome.name, None)
        self._done += self._weights.pop(outcome.name, 0.0)
        self._finished += 1
        number = f"{self._finished:,} of {self._finished + len(self._weights):,}"
        if isinstance(outcome, SceneFailed):
            self._reporter.warning(f"{number}: {outcome.name} failed: {outcome.reason}")
        else:
            self._reporter.message(f"{number}: {outcome.name}")
            for sentence in outcome.warnings:
                self._warn(f"{outcome.name}: {sentence}")
        self._stage.reach(self._done + sum(self._under_way.values()))

    def _warn(self, sentence: str) -> None:
        self._warnings += 1
        if self._warnings <= MOST_WARNINGS:
            self._reporter.warning(sentence)
        elif self._warnings == MOST_WARNINGS + 1:
            self._reporter.warning("Further warnings are in the run records of the scenes.")


def _weight(found: Found) -> float:
    """How much there is to do, in Mpx or what is likely to be one."""
    if found.pixels:
        return found.pixels / 1e6
    return max(found.size or 0, 10_000) / 3e6


def _outcomes(options: ManyOptions, tasks: Sequence[SceneTask], reporter: Reporter) -> Generator[Outcome, None, None]:
    if not tasks:
        return
    total = sum(_weight(task.scene.found) for task in tasks)
    with reporter.stage("scenes", total) as stage:
        tally = _Tally(tasks, stage, reporter)
        for outcome in _here(tasks, tally, reporter) if _alone(options) else _there(options, tasks, tally, reporter):
            tally.finish(outcome)
            yield outcome


def _alone(options: ManyOptions) -> bool:
    return options.workers is None and options.scheduler is None


def _here(tasks: Sequence[SceneTask], tally: _Tally, reporter: Reporter) -> Iterator[Outcome]:
    """One after the other, in this process."""
    for task in tasks:
        yield do_scene(task, _of_scene(task, tally, reporter))


def _of_scene(task: SceneTask, tally: _Tally, reporter: Reporter) -> Reporter:
    """A scene's own reporter: its progress is part of all."""
    name = task.scene.name

    def listen(event: Event) -> None:
        if isinstance(event, Progress):
            tally.at(name, event.fraction)
        elif isinstance(event, Message) and event.level == "info":
            tally.hear(event.text)

    return Reporter(listen, lambda: _cancelled(reporter))


def _cancelled(reporter: Reporter) -> bool:
    try:
        reporter.check()
    except CancelledError:
        return True
    return False


def _there(options: ManyOptions, tasks: Sequence[SceneTask], tally: _Tally, reporter: Reporter) -> Iterator[Outcome]:
    """On a cluster: the largest first, so that no worker has one left when the others are done."""
    ordered = sorted(tasks, key=lambda task: -_weight(task.scene.found))
    large = [task for task in ordered if _is_large(task.scene.found)]
    names = {task.scene.name for task in large}
    small = [task for task in ordered if task.scene.name not in names]
    if small:
        model = find_model(options.template.model)
        with _connected(options, reporter) as connection:
            from satseg_core.many.cluster import ScenesOnCluster

            run = ScenesOnCluster(connection, model)
            with closing(run.run(small, reporter.check, tally.at)) as outcomes:
                yield from outcomes
    for task in large:
        template = replace(task.template, workers=options.workers, scheduler=options.scheduler)
        reporter.message(f"{task.scene.name} is so large that its blocks are shared among the workers.")
        yield do_scene(replace(task, template=template), _of_scene(task, tally, reporter))


@contextmanager
def _connected(options: ManyOptions, reporter: Reporter) -> Iterator[Connection]:
    template = options.template
    with connect(options.workers, options.scheduler, template.threads, template.device != "cpu") as connection:
        count = len(connection.client.ncores())
        workers = f"{count} workers" if count != 1 else "1 worker"
        pages = f" Dashboard: {connection.dashboard}" if connection.dashboard else ""
        reporter.message(f"{workers}, a scene each at a time.{pages}")
        yield connection


def _is_large(found: Found) -> bool:
    if found.pixels is None and found.changed_ns is not None:
        virtual = found.source.lower().endswith(".vrt")
        if virtual or (found.size or 0) >= MAYBE_LARGE_BYTES:
            try:
                with rasterio.open(found.source) as dataset:
                    return bool(dataset.height * dataset.width > LARGE_PX)
            except RasterioError:
                return False  # fails when its turn comes
    return (found.pixels or 0) > LARGE_PX


def _earlier(folder: Folder, items: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Items of runs over other inputs, which have gone to the same folder."""
    try:
        collection = json.loads(folder.read(COLLECTION) or "{}")
    except ValueError:
        return {}
    return dict(_items(folder, [name for name in earlier_scenes(collection) if name not in items]))


def _write_index(items: Mapping[str, Mapping[str, Any]], folder: Folder, legend: Legend) -> dict[str, str | None]:
    """The collection and the mosaic over all items; where they are."""
    if not items:
        return {"collection": None, "mosaic": None}
    folder.write(COLLECTION, json.dumps(make_collection(items, folder, legend), indent=1, ensure_ascii=False) + "\n")
    return {"collection": folder.address(COLLECTION), "mosaic": write_mosaic(items, folder)}


def _write_failures(failures: Sequence[SceneFailed], folder: Folder) -> str | None:
    if not failures:
        folder.remove(FAILURES)
        return None
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["scene", "input", "reason"])
    table.writerows([failure.name, failure.source, failure.reason] for failure in failures)
    folder.write(FAILURES, text.getvalue())
    return folder.address(FAILURES)
