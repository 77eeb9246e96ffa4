"""What comes before the work of a run: everything is opened, checked, planned and foretold, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rasterio

from satseg_core import record
from satseg_core.crew import Crew
from satseg_core.dry_run import Begun, ImaginedOutputs
from satseg_core.events import Reporter
from satseg_core.forecast import Forecast, foresee
from satseg_core.maps import Helpers
from satseg_core.memory import Budget
from satseg_core.model.choice import candidates
from satseg_core.model.pace import TileTime, are_measured, tile_time
from satseg_core.model.runtime import ElsewhereRuntime, LoadRuntime, Runtime, usable_processors
from satseg_core.model.store import ModelFile, find_model
from satseg_core.outputs import optional
from satseg_core.prediction import Plan, model_scale
from satseg_core.raster.area_of_interest import AreaOfInterest, extent_block
from satseg_core.raster.source import Source, open_source
from satseg_core.raster.value_range import range_warnings
from satseg_core.remote.staging import Staging
from satseg_core.rooms import Targets, check_space
from satseg_core.run_files import RunFiles
from satseg_core.scenes.resolve import Input, resolve
from satseg_core.segment_options import SegmentOptions, check_inputs_stay
from satseg_core.telling import tell
from satseg_core.vector.formats import check_crs


@dataclass(frozen=True)
class Prepared:
    """A run that can begin.

    Attributes:
        model: that is run.
        plan: of the run.
        job: what its px depend on, by the words that a user has for it.
        forecast: of what it will take.
        helpers: other processes that do the blocks, if any are wanted.
        warnings: sentences that the user should know; they have been told.
    """

    model: ModelFile
    plan: Plan
    job: dict[str, Any]
    forecast: Forecast
    helpers: Helpers
    warnings: tuple[str, ...]


@contextmanager
def prepared(
    options: SegmentOptions, staging: Staging, reporter: Reporter, load: LoadRuntime, *, dry: bool = False
) -> Iterator[Prepared]:
    """Prepare a run; the raster is open, GDAL is set up and helpers are there while the block lasts.

    Args:
        options: with outputs on this machine; see `satseg_core.run_files.on_this_machine`.
        staging: of the outputs that belong elsewhere.
        reporter: hears of the runtime, warnings and the forecast, and can cancel.
        load: gives the model's runtime.
        dry: nothing will be run: start no workers, and measure for the forecast also where the run is short.

    Raises:
        SatSegError: the run cannot be done; one sentence that says what to do.
    """
    model = find_model(options.model)
    budget = Budget.of(options.memory)
    found = _look_at_input(options, model)
    with rasterio.Env(**budget.gdal_options(found.path, *found.overrides.files)), ExitStack() as stack:
        RunFiles.announce(ImaginedOutputs(options.overwrite, staging), options)
        source = stack.enter_context(_open_input(found, model.card.bands, reporter))
        if options.polygons:
            check_crs(Path(options.polygons), source.crs.to_wkt() if source.crs else None)
        helpers = stack.enter_context(_helpers(model, options, dry))
        if helpers.wanted and _measures(model, options):
            helpers.wait(reporter.check)  # that are starting would keep the machine busy while it is measured
        plan, warnings = _plan(source, model, options, budget, reporter, load)
        if found.sentence:
            reporter.message(found.sentence)
        job = _job(plan, options)
        crew = helpers.crew(reporter.check)  # before anything is measured, see above
        forecast = _foresee(plan, model, options, job, crew, thorough=dry)
        check_space(forecast.rooms, reporter)
        tell(forecast, reporter)
        yield Prepared(model, plan, job, forecast, helpers, warnings)


def _look_at_input(options: SegmentOptions, model: ModelFile) -> Input:
    """What is opened for the input, which may be a scene in several files."""
    found = resolve(
        options.input,
        model.card.bands,
        model.card.legend,
        options.overrides,
        bands=options.bands,
        scene=options.scene,
        asset=options.asset,
        clouds=options.clouds,
    )
    check_inputs_stay(options, (found.path, *found.overrides.files))
    return found


def _open_input(found: Input, names: Sequence[str], reporter: Reporter) -> AbstractContextManager[Source]:
    return open_source(found.path, names, found.bands, reporter.check, found.overrides)


def _plan(
    source: Source,
    model: ModelFile,
    options: SegmentOptions,
    budget: Budget,
    reporter: Reporter,
    load: LoadRuntime,
) -> tuple[Plan, tuple[str, ...]]:
    """Everything decided before the first tile is read, and warnings."""
    card = model.card
    scale, scale_warnings = model_scale(source, card, options.pixel_size)
    within = extent_block(source, options.extent)
    mask = options.mask_polygons
    area = AreaOfInterest(mask, source) if mask else None
    collar = [source.collar.warning(source.path)] if source.collar else []
    values = range_warnings(source, stretched=options.stretch is not None)
    warnings = (*source.warnings, *collar, *values, *scale_warnings, *(area.warnings if area else ()))
    for sentence in warnings:
        reporter.warning(sentence)
    if options.scheduler and options.device not in ("auto", "cpu"):
        runtime: Runtime = ElsewhereRuntime.asked_for(options.runtime, options.device, options.precision)
    else:
        runtime = load(model, options.runtime, options.device, options.threads, options.precision)
    reporter.message(
        f"Running {card.name} {card.version} on {runtime.device} with {runtime.name}, because {runtime.reason}."
    )
    return Plan.make(source, card, runtime, scale, options.stretch, within, area, budget), warnings


def _measures(model: ModelFile, options: SegmentOptions) -> bool:
    """Whether loading the runtime measures several of them first."""
    if options.scheduler and options.device not in ("auto", "cpu"):
        return False
    choices = candidates(model, options.runtime, options.device)
    return len(choices) > 1 and not are_measured(model, choices, options.threads or usable_processors())


def _helpers(model: ModelFile, options: SegmentOptions, dry: bool) -> Helpers:
    return Helpers(
        model,
        options.workers,
        options.scheduler,
        options.threads,
        options.memory,
        on_cards=options.device == "cuda",
        only_ask=dry,
    )


def _job(plan: Plan, options: SegmentOptions) -> dict[str, Any]:
    """What the px of a run depend on, by the words that a user has for it."""
    return {
        "the raster": record.identify_source(plan.source) | record.describe_source(plan.source, plan.stretch),
        "the model": {"card": plan.card.to_json(), "weights": plan.card.weights_sha256},
        "--extent": list(map(list, plan.within)),
        "--mask": plan.area.digest if plan.area else None,
        "--pixel-size": [plan.lattice.rows.scale, plan.lattice.cols.scale],
        "--confidence": bool(options.confidence),
        "the runtime": _runtime_identity(plan, options),
        "the installation": [record.versions(), plan.block_size],
    }


def _runtime_identity(plan: Plan, options: SegmentOptions) -> dict[str, Any]:
    """The runtime as far as bits depend on it; why it was chosen is no matter, nor are threads to ONNX Runtime."""
    described = record.describe_runtime(plan.runtime, None if plan.runtime.name == "onnx" else options.threads)
    return {name: value for name, value in described.items() if name != "reason"}


def _foresee(
    plan: Plan, model: ModelFile, options: SegmentOptions, job: dict[str, Any], crew: Crew, thorough: bool
) -> Forecast:
    """What the run will take; ``thorough`` measures also where the run is short."""
    threads = options.threads or usable_processors()
    targets = Targets(
        output=Path(options.output),
        confidence=optional(options.confidence),
        polygons=optional(options.polygons),
        merges=options.min_area > 0,
    )

    def time_of_tile(runs: int) -> TileTime | None:
        choices = candidates(model, options.runtime, options.device)
        return tile_time(model, plan.runtime, choices, threads, runs)

    begun = Begun(targets.output, job, options.resume, options.overwrite)
    return foresee(plan, targets, begun.done, threads, time_of_tile, crew, thorough)
