"""The main job: a georeferenced raster in; a classified map, polygons, style and record out."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from satseg_core import record
from satseg_core.cluster.polygons import polygon_blocks
from satseg_core.events import Reporter
from satseg_core.forecast import Forecast
from satseg_core.legend import Legend
from satseg_core.maps import write_maps
from satseg_core.model.pace import cache_folder
from satseg_core.model.runtime import LoadRuntime, load_runtime, usable_processors
from satseg_core.outputs import optional, sidecar, whole_outputs
from satseg_core.prediction import Plan
from satseg_core.preparation import Prepared, prepared
from satseg_core.raster.area import ClassArea, class_areas
from satseg_core.remote.staging import FOLDER, Staging
from satseg_core.run_files import RunFiles, names_of, on_this_machine
from satseg_core.segment_options import SegmentOptions, check_options
from satseg_core.style import aux_xml, qml
from satseg_core.unfinished import Unfinished
from satseg_core.vector.polygons import PolygonOptions, save_polygons
from satseg_core.version import __version__

__all__ = ["DryRun", "SegmentOptions", "SegmentResult", "dry_run", "segment"]


@dataclass(frozen=True)
class SegmentResult:
    """What a run gave.

    Attributes:
        output, polygons, confidence, record: files written; those for an object store are gone from here by now.
        names: the same, by what the user calls them.
        areas: of each class.
        polygon_count: number of polygons, if any were asked for.
        tiles_run: tiles that went through the network.
        blocks_resumed: blocks that an interrupted run had done.
        warnings: sentences that the user should know.
    """

    output: Path
    polygons: Path | None
    confidence: Path | None
    record: Path
    areas: tuple[ClassArea, ...]
    polygon_count: int | None
    tiles_run: int
    blocks_resumed: int
    warnings: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)


def segment(
    options: SegmentOptions, reporter: Reporter | None = None, load: LoadRuntime = load_runtime
) -> SegmentResult:
    """Make a land-cover map of a raster.

    Args:
        options: see `SegmentOptions`.
        reporter: hears of progress and warnings, and can cancel.
        load: gives the model's runtime; see `satseg_core.model.keeper.RuntimeKeeper` for many runs.

    Returns:
        See `SegmentResult`. Outputs appear together when everything is done, and not at all otherwise.

    Raises:
        SatSegError: one sentence that says what is wrong and what to do.
    """
    reporter = reporter or Reporter()
    check_options(options)
    with Staging(cache_folder() / FOLDER, reporter) as staging:
        return _segment(on_this_machine(options, staging), options, staging, reporter, load)


def _segment(
    options: SegmentOptions, given: SegmentOptions, staging: Staging, reporter: Reporter, load: LoadRuntime
) -> SegmentResult:
    """`segment` with outputs on this machine; ``given`` are the options as the user has them."""
    started = record.now()
    preparing = prepared(options, staging, reporter, load)
    # The unfinished work goes after the outputs have come to their places, and stays if they cannot.
    with ExitStack() as kept, whole_outputs(options.overwrite, staging, reporter) as outputs, preparing as run:
        files = RunFiles.announce(outputs, options)
        reporter.plan(_stage_weights(options))
        unfinished = Unfinished(Path(options.output), run.job, options.resume, options.overwrite)
        kept.enter_context(unfinished)
        if unfinished.thrown_away:
            reporter.message(f"Starting over: {unfinished.thrown_away} blocks of an interrupted run are thrown away.")
        outputs.remove_stale()
        tiles_run, resumed = write_maps(run.plan, files.output, files.confidence, unfinished, reporter, run.helpers)
        legend = run.model.card.legend
        areas = class_areas(
            files.output, legend, reporter, in_pixels_told=run.plan.source.placement.warning is not None
        )
        count = _write_polygons(run.plan, files, options, reporter, started)
        _write_styles(files, legend)
        result = SegmentResult(
            output=Path(options.output),
            polygons=optional(options.polygons),
            confidence=optional(options.confidence),
            record=sidecar(Path(options.output), ".json"),
            areas=tuple(areas),
            polygon_count=count,
            tiles_run=tiles_run,
            blocks_resumed=resumed,
            warnings=run.warnings,
            names=names_of(options, staging),
        )
        record.write_record(files.record, _record(run, given, result, reporter, started))
    return result


@dataclass(frozen=True)
class DryRun:
    """What `dry_run` found.

    Attributes:
        forecast: of the run.
        model: name and version.
        runtime: name of the runtime.
        device: that it runs on.
        warnings: sentences that the user should know.
    """

    forecast: Forecast
    model: str
    runtime: str
    device: str
    warnings: tuple[str, ...]


def dry_run(options: SegmentOptions, reporter: Reporter | None = None) -> DryRun:
    """Check everything that `segment` would check before its work, and tell what it would take; writes no output.

    Args:
        options: see `SegmentOptions`.
        reporter: hears of warnings and the forecast.

    Raises:
        SatSegError: what `segment` would raise; one sentence that says what is wrong and what to do.
    """
    reporter = reporter or Reporter()
    check_options(options)
    with Staging(cache_folder() / FOLDER, reporter) as staging:
        here = on_this_machine(options, staging)
        with prepared(here, staging, reporter, load_runtime, dry=True) as run:
            card, runtime = run.plan.card, run.plan.runtime
            return DryRun(run.forecast, f"{card.name} {card.version}", runtime.name, runtime.device, run.warnings)


def _stage_weights(options: SegmentOptions) -> dict[str, float]:
    weights = {"segment": 80.0, "finish": 10.0, "areas": 3.0}
    if options.confidence:
        weights["confidence"] = 12.0
    if options.polygons:
        weights["polygons"] = 30.0
    return weights


def _write_polygons(
    plan: Plan, files: RunFiles, options: SegmentOptions, reporter: Reporter, started: str
) -> int | None:
    if files.polygons is None:
        return None
    card = plan.card
    metadata = {"MODEL": f"{card.name} {card.version}", "DATE": started, "SATSEG": __version__}
    wanted = PolygonOptions(
        min_area=options.min_area,
        smooth=options.smooth,
        simplify=options.simplify,
        confidence=files.confidence,
        workers=options.workers or options.threads or usable_processors(),
    )
    with polygon_blocks(options.scheduler, reporter) as others:
        wanted = replace(wanted, run_blocks=others)
        return save_polygons(files.output, files.polygons, card.legend, reporter, wanted, metadata).polygons


def _write_styles(files: RunFiles, legend: Legend) -> None:
    files.aux.write_text(aux_xml(legend), encoding="utf-8")
    for style in (files.qml, files.polygons_qml):
        if style is not None:
            style.write_text(qml(legend), encoding="utf-8")


def _record(
    run: Prepared, options: SegmentOptions, result: SegmentResult, reporter: Reporter, started: str
) -> dict[str, Any]:
    plan = run.plan
    return {
        "command": "segment",
        "started": started,
        "finished": record.now(),
        "versions": record.versions(),
        "options": options.to_json(),
        "model": record.describe_model(run.model, plan.runtime.name),
        "input": record.describe_source(plan.source, plan.stretch),
        "grid": record.describe_grid(
            plan.lattice, plan.within, plan.block_size, result.tiles_run, result.blocks_resumed
        ),
        "runtime": record.describe_runtime(plan.runtime, options.threads),
        "seconds": {name: round(seconds, 3) for name, seconds in reporter.seconds.items()},
        "peak_memory_mb": record.peak_memory_mb(),
        "areas": [area.to_json() for area in result.areas],
        "polygons": result.polygon_count,
        "warnings": list(result.warnings),
        "forecast": run.forecast.to_json(),
    }
