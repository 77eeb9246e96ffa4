"""The main job: a georeferenced raster in; a classified map, polygons, style and record out."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import rasterio

from satseg_core import record
from satseg_core.cluster.polygons import polygon_blocks
from satseg_core.dry_run import Begun, ImaginedOutputs
from satseg_core.errors import UsageError
from satseg_core.events import Reporter
from satseg_core.forecast import Forecast, Targets, check_space, foresee, tell
from satseg_core.legend import Legend
from satseg_core.maps import Helpers, write_maps
from satseg_core.memory import Budget
from satseg_core.model.choice import candidates
from satseg_core.model.pace import TileTime, cache_folder, tile_time
from satseg_core.model.runtime import ElsewhereRuntime, LoadRuntime, Runtime, load_runtime, usable_processors
from satseg_core.model.store import ModelFile, find_model
from satseg_core.outputs import Outputs, optional, sidecar, whole_outputs
from satseg_core.prediction import Plan, model_scale
from satseg_core.raster.area import ClassArea, class_areas
from satseg_core.raster.area_of_interest import AreaOfInterest, extent_block
from satseg_core.raster.source import Source, open_source
from satseg_core.remote.names import is_elsewhere, same_place, without_secrets
from satseg_core.remote.staging import FOLDER, Staging
from satseg_core.style import aux_xml, qml
from satseg_core.unfinished import Unfinished
from satseg_core.vector.formats import format_of
from satseg_core.vector.polygons import PolygonOptions, save_polygons
from satseg_core.version import __version__


@dataclass(frozen=True)
class SegmentOptions:
    """What to segment and how. Paths are text as the user gave them; what is read or written may lie elsewhere.

    Attributes:
        input: raster to read.
        output: classified GeoTIFF to write; ``.tif`` or ``.tiff``.
        polygons: file of one of `satseg_core.vector.formats.FORMATS` to write, or None.
        min_area, smooth, simplify: of the polygons; see `satseg_core.vector.polygons.PolygonOptions`.
        confidence: GeoTIFF of confidence in percent to write, or None.
        model: name or file; None for the default model.
        bands: 1-based band numbers in the model's order; None to go by the raster's own description.
        stretch: ``(low, high)`` that become 0 and 1; None for the model's own scaling.
        pixel_size: m a px to run the model at; None for the size it was trained at.
        extent: xmin, ymin, xmax, ymax in the raster's CRS; None for all.
        mask: vector file with polygons to stay inside of, or None.
        runtime: ``auto``, ``onnx``, ``openvino`` or ``torch``.
        device: ``auto`` or one of `satseg_core.model.choice.DEVICES`.
        threads: of the runtime; None for all cores.
        precision: one of `satseg_core.model.runtime.PRECISIONS`.
        memory: MB (10^6 bytes) that the run may take; None for `memory.DEFAULT_MB`.
        overwrite: replace outputs that exist.
        resume: go on with an interrupted run, and keep what is done if this one is interrupted.
        workers: processes to share the work among; None for this one alone.
        scheduler: address of a Dask scheduler whose workers do the work, or None.
    """

    input: str
    output: str
    polygons: str | None = None
    min_area: float = 0.0
    smooth: bool = False
    simplify: float = 0.0
    confidence: str | None = None
    model: str | None = None
    bands: tuple[int, ...] | None = None
    stretch: tuple[float, float] | None = None
    pixel_size: float | None = None
    extent: tuple[float, float, float, float] | None = None
    mask: str | None = None
    runtime: str = "auto"
    device: str = "auto"
    threads: int | None = None
    precision: str = "auto"
    memory: int | None = None
    overwrite: bool = False
    resume: bool = False
    workers: int | None = None
    scheduler: str | None = None


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
    _check_names(options)
    with Staging(cache_folder() / FOLDER, reporter) as staging:
        return _segment(_here(options, staging), options, staging, reporter, load)


def _segment(
    options: SegmentOptions, given: SegmentOptions, staging: Staging, reporter: Reporter, load: LoadRuntime
) -> SegmentResult:
    """`segment` with outputs on this machine; ``given`` are the options as the user has them."""
    started = record.now()
    model = find_model(options.model)
    budget = Budget.of(options.memory)
    # The unfinished work goes after the outputs have come to their places, and stays if they cannot.
    env = rasterio.Env(**budget.gdal_options(options.input))
    with env, ExitStack() as kept, whole_outputs(options.overwrite, staging) as outputs, ExitStack() as stack:
        _Files.announce(ImaginedOutputs(options.overwrite, staging), options)
        source = stack.enter_context(open_source(options.input, model.card.bands, options.bands, reporter.check))
        helpers = stack.enter_context(_helpers(model, options))
        plan, warnings = _plan(source, model, options, budget, reporter, load)
        job = _job(plan, options)
        forecast = _foresee(plan, model, options, job)
        check_space(forecast, reporter)
        tell(forecast, reporter)
        files = _Files.announce(outputs, options)
        reporter.plan(_stage_weights(options))
        unfinished = Unfinished(Path(options.output), job, options.resume, options.overwrite)
        kept.enter_context(unfinished)
        if unfinished.thrown_away:
            reporter.message(f"Starting over: {unfinished.thrown_away} blocks of an interrupted run are thrown away.")
        outputs.remove_stale()
        tiles_run, resumed = write_maps(plan, files.output, files.confidence, unfinished, reporter, helpers)
        legend = model.card.legend
        areas = class_areas(files.output, legend, reporter)
        count = _write_polygons(plan, files, options, reporter, started)
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
            warnings=warnings,
            names=_names(options, staging),
        )
        described = _record(plan, model, given, result, reporter, started)
        record.write_record(files.record, {**described, "forecast": forecast.to_json()})
    return result


def _here(options: SegmentOptions, staging: Staging) -> SegmentOptions:
    """The same with outputs on this machine."""
    return replace(
        options,
        output=str(staging.place(options.output)),
        confidence=str(staging.place(options.confidence)) if options.confidence else None,
        polygons=str(staging.place(options.polygons)) if options.polygons else None,
    )


def _names(options: SegmentOptions, staging: Staging) -> dict[str, str]:
    """What the user calls the outputs."""
    output = Path(options.output)
    paths = {
        "output": output,
        "polygons": optional(options.polygons),
        "confidence": optional(options.confidence),
        "record": sidecar(output, ".json"),
    }
    return {what: staging.name(path) for what, path in paths.items() if path}


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
    _check_names(options)
    model = find_model(options.model)
    budget = Budget.of(options.memory)
    env = rasterio.Env(**budget.gdal_options(options.input))
    with Staging(cache_folder() / FOLDER, reporter) as staging, env, ExitStack() as stack:
        options = _here(options, staging)
        _Files.announce(ImaginedOutputs(options.overwrite, staging), options)
        source = stack.enter_context(open_source(options.input, model.card.bands, options.bands, reporter.check))
        plan, warnings = _plan(source, model, options, budget, reporter, load_runtime)
        forecast = _foresee(plan, model, options, _job(plan, options), thorough=True)
        check_space(forecast, reporter)
        tell(forecast, reporter)
        card, runtime = plan.card, plan.runtime
        return DryRun(forecast, f"{card.name} {card.version}", runtime.name, runtime.device, warnings)


def _foresee(
    plan: Plan, model: ModelFile, options: SegmentOptions, job: dict[str, Any], thorough: bool = False
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
    return foresee(plan, targets, begun.done, threads, time_of_tile, thorough)


@dataclass(frozen=True)
class _Files:
    """Scratch paths of everything that a run writes."""

    output: Path
    aux: Path
    qml: Path
    record: Path
    confidence: Path | None
    polygons: Path | None
    polygons_qml: Path | None

    @classmethod
    def announce(cls, outputs: Outputs, options: SegmentOptions) -> _Files:
        target = Path(options.output)
        confidence, polygons = optional(options.confidence), optional(options.polygons)
        style = sidecar(target, ".qml")
        other_style = sidecar(polygons, ".qml") if polygons else None
        separate = other_style is not None and other_style.resolve() != style.resolve()
        return cls(
            output=outputs.add(target),
            aux=outputs.add(sidecar(target, "+.aux.xml")),
            qml=outputs.add(style),
            polygons_qml=outputs.add(other_style) if separate and other_style else None,
            polygons=outputs.add_with(polygons, *format_of(polygons).companions) if polygons else None,
            confidence=outputs.add(confidence) if confidence else None,
            record=outputs.add(sidecar(target, ".json")),
        )


def _check_names(options: SegmentOptions) -> None:
    for path, suffixes, what in (
        (options.output, (".tif", ".tiff"), "The map"),
        (options.confidence, (".tif", ".tiff"), "The confidence raster"),
    ):
        if path and Path(path).suffix.lower() not in suffixes:
            raise UsageError(
                f"{what} is written as {suffixes[0]}; give a name that ends in it instead of {Path(path).name}."
            )
    if options.polygons:
        format_of(Path(options.polygons))
    elif options.min_area or options.smooth or options.simplify:
        raise UsageError("--min-area, --smooth and --simplify are for polygons; give --polygons a file, too.")
    if options.workers is not None and options.scheduler is not None:
        raise UsageError("Give either --workers or --scheduler: a scheduler has workers of its own.")
    if options.model and is_elsewhere(options.model):
        raise UsageError(f"--model takes a name or a file on this machine; copy {options.model} here first.")
    inputs = {same_place(path) for path in (options.input, options.mask, options.model) if path}
    outputs = (options.output, options.confidence, options.polygons)
    if any(path and same_place(path) in inputs for path in outputs):
        raise UsageError("An output would replace an input; choose another name.")


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
    warnings = (*source.warnings, *scale_warnings)
    for sentence in warnings:
        reporter.warning(sentence)
    within = extent_block(source, options.extent)
    area = AreaOfInterest(options.mask, source) if options.mask else None
    if options.scheduler and options.device not in ("auto", "cpu"):
        runtime: Runtime = ElsewhereRuntime.asked_for(options.runtime, options.device, options.precision)
    else:
        runtime = load(model, options.runtime, options.device, options.threads, options.precision)
    reporter.message(
        f"Running {card.name} {card.version} on {runtime.device} with {runtime.name}, because {runtime.reason}."
    )
    return Plan.make(source, card, runtime, scale, options.stretch, within, area, budget), warnings


def _helpers(model: ModelFile, options: SegmentOptions) -> Helpers:
    on_cards = options.device == "cuda"
    return Helpers(model, options.workers, options.scheduler, options.threads, options.memory, on_cards)


def _stage_weights(options: SegmentOptions) -> dict[str, float]:
    weights = {"segment": 80.0, "finish": 10.0, "areas": 3.0}
    if options.confidence:
        weights["confidence"] = 12.0
    if options.polygons:
        weights["polygons"] = 30.0
    return weights


def _job(plan: Plan, options: SegmentOptions) -> dict[str, Any]:
    """What the px of a run depend on, by the words that a user has for it."""
    return {
        "the raster": record.identify_file(options.input) | record.describe_source(plan.source, plan.stretch),
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


def _write_polygons(plan: Plan, files: _Files, options: SegmentOptions, reporter: Reporter, started: str) -> int | None:
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


def _write_styles(files: _Files, legend: Legend) -> None:
    files.aux.write_text(aux_xml(legend), encoding="utf-8")
    for style in (files.qml, files.polygons_qml):
        if style is not None:
            style.write_text(qml(legend), encoding="utf-8")


def _record(
    plan: Plan, model: ModelFile, options: SegmentOptions, result: SegmentResult, reporter: Reporter, started: str
) -> dict[str, Any]:
    return {
        "command": "segment",
        "started": started,
        "finished": record.now(),
        "versions": record.versions(),
        "options": {**asdict(options), "input": without_secrets(options.input)},
        "model": record.describe_model(plan.card, model.onnx if plan.runtime.name == "onnx" else model.weights),
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
    }
