"""Many scenes: which are done already, the others here or on a cluster, and the files over all of them."""

from __future__ import annotations

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
from satseg_core.errors import CancelledError, SatSegError, UsageError
from satseg_core.events import Reporter
from satseg_core.many.folder import Folder
from satseg_core.many.job import Products, job_of, same_job
from satseg_core.many.names import item_name
from satseg_core.many.one import Outcome, SceneDone, SceneFailed, SceneOutside, SceneTask, do_scene
from satseg_core.many.overall import (
    Overall,
    check_replaceable,
    not_own,
    read_items,
    write_failures,
    write_overall,
)
from satseg_core.many.scenes import Found, Scene, find_scenes
from satseg_core.many.tally import Tally, weight
from satseg_core.memory import Budget
from satseg_core.model.keeper import RuntimeKeeper
from satseg_core.model.store import ModelFile, find_model
from satseg_core.raster.polygon_layer import PolygonLayer
from satseg_core.remote.addresses import is_local
from satseg_core.remote.names import without_secrets
from satseg_core.segment import SegmentOptions
from satseg_core.segment_options import check_places

LARGE_PX = 2 * 10**9
"""A scene with more px is not one task: its blocks are shared among the workers, when the others are done."""

MAYBE_LARGE_BYTES = 64 * 10**6
"""A local file with fewer is not opened to see how many px it has. A virtual raster tells nothing by its size."""


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
        outside: names of the scenes that lie outside of the mask.
        failures: scenes that failed.
        overall: what lies over all maps.
        failures_table: address of the table of failures; None if there are none.
    """

    output: str
    done: int
    already: int
    outside: tuple[str, ...]
    failures: tuple[SceneFailed, ...]
    overall: Overall
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
    scenes = find_scenes(options.inputs, options.output, options.asset, reporter.check, model.card.bands)
    pending = _pending(scenes, options, model)
    already, every = len(pending.items), len(scenes)
    words = f"{every:,} scenes" if every > 1 else "1 scene"
    more = f"; {pending.again:,} have changed and are done again" if pending.again else ""
    reporter.message(f"{words}: {already:,} done already, {len(pending.tasks):,} to do{more}.")
    return pending


def segment_many(options: ManyOptions, reporter: Reporter) -> ManyResult:
    """Map many scenes.

    Scenes fail alone. Those that have outputs of the same job are left as they are, so that running again does what is
    missing. Whatever ends the run, what lies over all maps is written for those that are there.

    Args:
        options: see `ManyOptions`.
        reporter: hears of progress, and can cancel.

    Raises:
        CancelledError: the user cancelled; scenes that are done stay.
        SatSegError: no scene can be done.
    """
    pending = look(options, reporter)
    folder = Folder(options.output)
    legend = find_model(options.template.model).card.legend
    outcomes: list[Outcome] = []
    try:
        reporter.plan({"scenes": 1})
        with closing(_outcomes(options, pending.tasks, reporter)) as coming:
            outcomes.extend(coming)
    except (SatSegError, KeyboardInterrupt) as error:
        items = _items_there(pending, folder)
        with suppress(SatSegError):  # what ended the run is what the user has to hear
            write_overall(items, folder, legend)
        if not isinstance(error, (CancelledError, KeyboardInterrupt)):
            raise
        finished = f"{len(items):,} of {len(pending.tasks) + len(pending.items):,} scenes are done"
        raise CancelledError(f"Cancelled: {finished}; the same command goes on from there.") from error
    done = {outcome.name: outcome.item for outcome in outcomes if isinstance(outcome, SceneDone)}
    failures = sorted((o for o in outcomes if isinstance(o, SceneFailed)), key=lambda failure: failure.name)
    return ManyResult(
        output=folder.root,
        done=len(done),
        already=len(pending.items),
        outside=tuple(sorted(outcome.name for outcome in outcomes if isinstance(outcome, SceneOutside))),
        failures=tuple(failures),
        overall=write_overall({**pending.items, **done}, folder, legend),
        failures_table=write_failures(failures, folder),
    )


def _items_there(pending: Pending, folder: Folder) -> dict[str, Mapping[str, Any]]:
    """Items of a run that has not come to its end, also of scenes whose worker could not say so any more."""
    there = folder.files()
    scenes = [task.scene.name for task in pending.tasks if item_name(task.scene.name) in there]
    return {**pending.items, **dict(read_items(folder, scenes))}


def _check(options: ManyOptions) -> None:
    """What would fail for every scene."""
    template = options.template
    Budget.of(template.memory)
    if options.workers is not None and options.scheduler is not None:
        raise UsageError("Give either --workers or --scheduler: a scheduler has workers of its own.")
    if not options.products.polygons and (template.min_area or template.smooth or template.simplify):
        raise UsageError("--min-area, --smooth and --simplify are for polygons; give --polygons, too.")
    check_places(template)
    mask = template.mask_polygons
    if mask and is_local(mask.file) and not Path(mask.file).exists():
        raise UsageError(f"There is no mask file {mask.file}; check the name.")


def _pending(scenes: Sequence[Scene], options: ManyOptions, model: ModelFile) -> Pending:
    folder = Folder(options.output)
    there = folder.files()
    check_replaceable(folder, there)
    found = dict(read_items(folder, [scene.name for scene in scenes if item_name(scene.name) in there]))
    for scene in scenes:
        if item_name(scene.name) in there and scene.name not in found:
            raise not_own(folder, item_name(scene.name))
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
        mask=_absolute_mask(template.mask_polygons),
    )


def _absolute_mask(mask: PolygonLayer | None) -> str | None:
    """The mask by a name that means the same in other processes."""
    if mask is None:
        return None
    return str(replace(mask, file=os.path.abspath(mask.file)) if is_local(mask.file) else mask)


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


def _outcomes(options: ManyOptions, tasks: Sequence[SceneTask], reporter: Reporter) -> Generator[Outcome, None, None]:
    if not tasks:
        return
    total = sum(weight(task.scene.found) for task in tasks)
    with reporter.stage("scenes", total) as stage:
        tally = Tally(tasks, stage, reporter)
        for outcome in _here(tasks, tally) if _alone(options) else _there(options, tasks, tally, reporter):
            tally.finish(outcome)
            yield outcome


def _alone(options: ManyOptions) -> bool:
    return options.workers is None and options.scheduler is None


def _here(tasks: Sequence[SceneTask], tally: Tally) -> Iterator[Outcome]:
    """One after the other, in this process."""
    runtimes = RuntimeKeeper()
    for task in tasks:
        yield do_scene(task, tally.reporter_of(task), runtimes)


def _there(options: ManyOptions, tasks: Sequence[SceneTask], tally: Tally, reporter: Reporter) -> Iterator[Outcome]:
    """On a cluster: the largest first, so that no worker has one left when the others are done."""
    ordered = sorted(tasks, key=lambda task: -weight(task.scene.found))
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
        yield do_scene(replace(task, template=template), tally.reporter_of(task), RuntimeKeeper())


@contextmanager
def _connected(options: ManyOptions, reporter: Reporter) -> Iterator[Connection]:
    template = options.template
    on_cards = template.device != "cpu"
    with connect(options.workers, options.scheduler, template.threads, on_cards, reporter.check) as connection:
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
