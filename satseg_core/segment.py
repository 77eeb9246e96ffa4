"""The main job: a georeferenced raster in; a classified map, polygons, style and record out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray

from satseg_core import record, scores
from satseg_core.errors import UsageError
from satseg_core.events import Reporter
from satseg_core.legend import NODATA, Legend
from satseg_core.model.card import ModelCard
from satseg_core.model.runtime import Runtime, load_runtime
from satseg_core.model.store import ModelFile, find_model
from satseg_core.outputs import Outputs, optional, sidecar, whole_outputs
from satseg_core.raster.area import ClassArea, class_areas
from satseg_core.raster.area_of_interest import AreaOfInterest, extent_block
from satseg_core.raster.classified import MapWriter
from satseg_core.raster.grid import Block, Lattice
from satseg_core.raster.reading import TileReader, valid_pixels
from satseg_core.raster.scaling import Stretch, find_stretch
from satseg_core.raster.source import Source, open_source
from satseg_core.style import aux_xml, qml
from satseg_core.vector.polygons import vectorize

SAME_SIZE = 0.05
"""Where the raster's pixels are within this share of the model's they are used as they are."""

MOST_ENLARGED = 4.0
"""Rasters with coarser pixels are enlarged by this factor at most. ``python -m benchmarks.enlarging``: on unseen scenes
degraded to 5 and 10 m a px the mean IoU is 0.33 and 0.26 enlarged by four, 0.31 and 0.25 as they are."""

TOO_COARSE = 16.0
"""Pixels this many times the model's show nothing that it knows: they are not enlarged, which would cost time only."""

LIMIT_ENLARGED = 16.0
"""Nobody may ask for more than this."""

GDAL_OPTIONS = {"GDAL_CACHEMAX": 128 * 2**20, "GDAL_NUM_THREADS": "ALL_CPUS", "GDAL_PAM_ENABLED": "YES"}
"""GDAL's settings for a run. The cache is part of the memory that a run needs; rasterio takes it in bytes."""


@dataclass(frozen=True)
class SegmentOptions:
    """What to segment and how. Paths are text as the user gave them.

    Attributes:
        input: raster to read.
        output: classified GeoTIFF to write; ``.tif`` or ``.tiff``.
        polygons: GeoPackage to write, or None.
        confidence: GeoTIFF of confidence in percent to write, or None.
        model: name or file; None for the default model.
        bands: 1-based band numbers in the model's order; None to go by the raster's own description.
        stretch: ``(low, high)`` that become 0 and 1; None for the model's own scaling.
        pixel_size: m a px to run the model at; None for the size it was trained at.
        extent: xmin, ymin, xmax, ymax in the raster's CRS; None for all.
        mask: vector file with polygons to stay inside of, or None.
        runtime: ``auto``, ``onnx`` or ``torch``.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        threads: of the runtime; None for all cores.
        overwrite: replace outputs that exist.
    """

    input: str
    output: str
    polygons: str | None = None
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
    overwrite: bool = False


@dataclass(frozen=True)
class SegmentResult:
    """What a run gave.

    Attributes:
        output, polygons, confidence, record: files written.
        areas: of each class.
        polygon_count: number of polygons, if any were asked for.
        tiles_run: tiles that went through the network.
        warnings: sentences that the user should know.
    """

    output: Path
    polygons: Path | None
    confidence: Path | None
    record: Path
    areas: tuple[ClassArea, ...]
    polygon_count: int | None
    tiles_run: int
    warnings: tuple[str, ...]


def segment(options: SegmentOptions, reporter: Reporter | None = None) -> SegmentResult:
    """Make a land-cover map of a raster.

    Args:
        options: see `SegmentOptions`.
        reporter: hears of progress and warnings, and can cancel.

    Returns:
        See `SegmentResult`. Outputs appear together when everything is done, and not at all otherwise.

    Raises:
        SatSegError: one sentence that says what is wrong and what to do.
    """
    reporter = reporter or Reporter()
    started = record.now()
    _check_names(options)
    model = find_model(options.model)
    with rasterio.Env(**GDAL_OPTIONS), whole_outputs(options.overwrite) as outputs, ExitStack() as stack:
        files = _Files.announce(outputs, options)
        source = stack.enter_context(open_source(options.input, model.card.bands, options.bands))
        job = _plan(source, model, options, reporter)
        reporter.plan(_stage_weights(options))
        tiles_run = _write_maps(job, files, reporter)
        legend = model.card.legend
        areas = class_areas(files.output, legend, reporter)
        count = _write_polygons(files, legend, reporter)
        _write_styles(files, legend)
        result = SegmentResult(
            output=Path(options.output),
            polygons=optional(options.polygons),
            confidence=optional(options.confidence),
            record=sidecar(Path(options.output), ".json"),
            areas=tuple(areas),
            polygon_count=count,
            tiles_run=tiles_run,
            warnings=job.warnings,
        )
        record.write_record(files.record, _record(job, options, result, reporter, started))
    return result


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
            polygons=outputs.add(polygons) if polygons else None,
            confidence=outputs.add(confidence) if confidence else None,
            record=outputs.add(sidecar(target, ".json")),
        )


@dataclass(frozen=True)
class _Job:
    """Everything decided before the first tile is read."""

    source: Source
    model: ModelFile
    runtime: Runtime
    stretch: Stretch
    lattice: Lattice
    within: Block
    area: AreaOfInterest | None
    block_size: int
    threads: int | None
    warnings: tuple[str, ...]

    @property
    def card(self) -> ModelCard:
        return self.model.card


def _check_names(options: SegmentOptions) -> None:
    for path, suffixes, what in (
        (options.output, (".tif", ".tiff"), "The map"),
        (options.confidence, (".tif", ".tiff"), "The confidence raster"),
        (options.polygons, (".gpkg",), "The polygon file"),
    ):
        if path and Path(path).suffix.lower() not in suffixes:
            raise UsageError(
                f"{what} is written as {suffixes[0]}; give a name that ends in it instead of {Path(path).name}."
            )
    inputs = {Path(path).resolve() for path in (options.input, options.mask, options.model) if path}
    outputs = (options.output, options.confidence, options.polygons)
    if any(path and Path(path).resolve() in inputs for path in outputs):
        raise UsageError("An output would replace an input; choose another name.")


def _plan(source: Source, model: ModelFile, options: SegmentOptions, reporter: Reporter) -> _Job:
    card = model.card
    scale, scale_warnings = _scale(source, card, options.pixel_size)
    warnings = (*source.warnings, *scale_warnings)
    for sentence in warnings:
        reporter.warning(sentence)
    within = extent_block(source, options.extent)
    area = AreaOfInterest(Path(options.mask), source) if options.mask else None
    runtime = load_runtime(model, options.runtime, options.device, options.threads)
    reporter.message(
        f"Running {card.name} {card.version} on {runtime.device} with {runtime.name}, because {runtime.reason}."
    )
    lattice = Lattice.plan(source.shape, scale, card.tile_size, card.overlap, card.score_stride)
    stretch = find_stretch(source, card.scaling, options.stretch)
    return _Job(source, model, runtime, stretch, lattice, within, area, lattice.block_size(), options.threads, warnings)


def _scale(source: Source, card: ModelCard, pixel_size: float | None) -> tuple[tuple[float, float], list[str]]:
    """Raster px a model px, down and across, and warnings."""
    place = source.placement
    if pixel_size is not None and not pixel_size > 0:
        raise UsageError("The pixel size must be a positive number of metres, such as --pixel-size 1.22.")
    if place.in_pixels and pixel_size is None:
        return (1.0, 1.0), []
    wanted = pixel_size or card.pixel_size
    across, down = (wanted / metres for metres in place.metres)
    finest = min(across, down)
    if pixel_size is not None:
        if finest < 1 / LIMIT_ENLARGED:
            raise UsageError(
                f"A pixel size of {pixel_size:g} m is over {LIMIT_ENLARGED:g} times finer than the raster's"
                f" {max(place.metres):.4g} m; ask for {max(place.metres) / LIMIT_ENLARGED:.3g} m or more."
            )
        return (_near_one(down), _near_one(across)), []
    if finest >= 1 / MOST_ENLARGED:
        return (_near_one(down), _near_one(across)), []
    sentence = (
        f"The raster's pixels measure {max(place.metres):.4g} m, far coarser than the {card.pixel_size:g} m that model"
        f" '{card.name}' was trained at: expect a rough map."
    )
    if finest < 1 / TOO_COARSE:
        return (1.0, 1.0), [sentence]
    return (max(down, 1 / MOST_ENLARGED), max(across, 1 / MOST_ENLARGED)), [sentence]


def _near_one(scale: float) -> float:
    return 1.0 if abs(scale - 1) <= SAME_SIZE else scale


def _stage_weights(options: SegmentOptions) -> dict[str, float]:
    weights = {"segment": 80.0, "finish": 10.0, "areas": 3.0}
    if options.confidence:
        weights["confidence"] = 12.0
    if options.polygons:
        weights["polygons"] = 30.0
    return weights


def _write_maps(job: _Job, files: _Files, reporter: Reporter) -> int:
    """Write the classified raster, and the confidence raster if asked for; returns the number of tiles run."""
    with ExitStack() as stack:
        labels = stack.enter_context(MapWriter(files.output, job.source, job.within, job.card.legend))
        confidence = None
        if files.confidence:
            confidence = stack.enter_context(MapWriter(files.confidence, job.source, job.within, overviews="AVERAGE"))
        tiles_run = _run_blocks(job, labels, confidence, reporter)
        with reporter.stage("finish") as stage:
            labels.finish(stage)
        if confidence is not None:
            with reporter.stage("confidence") as stage:
                confidence.finish(stage)
    return tiles_run


def _run_blocks(job: _Job, labels: MapWriter, confidence: MapWriter | None, reporter: Reporter) -> int:
    """Read, predict, blend and write, block by block."""
    lattice = job.lattice
    order = scores.ordered_blocks(lattice, job.within, job.block_size, len(job.card.legend))
    last_use = scores.last_uses(lattice, order)
    reader = TileReader(job.source, lattice, job.card, job.stretch)
    tiles = scores.TileScores(reader, job.runtime, last_use)
    started = set()
    with reporter.stage("segment", len(last_use)) as stage:
        for number, block in enumerate(order):
            wanted = _wanted(job, block)
            found = []
            for tile in scores.needed_tiles(lattice, block, wanted):
                found.append((tile, tiles.get(tile)))
                stage.advance(0 if tile in started else 1)
                started.add(tile)
            codes, percent = _classify(job, block, wanted, found, confidence is not None)
            labels.write(block, codes)
            if confidence is not None and percent is not None:
                confidence.write(block, percent)
            tiles.forget(number)
            started.update(lattice.tiles_of(block))
            stage.reach(len(started))
    return tiles.run


def _wanted(job: _Job, block: Block) -> NDArray[np.bool_]:
    """Px of a block that get a class: with data and inside the mask."""
    if job.area is None:
        return valid_pixels(job.source, block)
    inside = job.area.inside(block)
    return inside & valid_pixels(job.source, block) if inside.any() else inside


def _classify(
    job: _Job,
    block: Block,
    wanted: NDArray[np.bool_],
    found: Sequence[tuple[Any, scores.Scores]],
    with_confidence: bool,
) -> scores.Classified:
    """Codes and confidence of a block, nodata where nothing is wanted."""
    empty = np.full(block.shape, NODATA, np.uint8)
    if not found:
        return empty, empty if with_confidence else None
    card = job.card
    blended = scores.blend(job.lattice, job.lattice.cells_of(block), found, len(card.legend))
    temperature = card.temperature if with_confidence else None
    codes, percent = scores.classify(job.lattice, block, blended, card.legend.codes, temperature)
    codes[~wanted] = NODATA
    if percent is not None:
        percent[~wanted] = NODATA
    return codes, percent


def _write_polygons(files: _Files, legend: Legend, reporter: Reporter) -> int | None:
    if files.polygons is None:
        return None
    summary = vectorize(files.output, files.polygons, legend, reporter)
    return summary.polygons


def _write_styles(files: _Files, legend: Legend) -> None:
    files.aux.write_text(aux_xml(legend), encoding="utf-8")
    for style in (files.qml, files.polygons_qml):
        if style is not None:
            style.write_text(qml(legend), encoding="utf-8")


def _record(
    job: _Job, options: SegmentOptions, result: SegmentResult, reporter: Reporter, started: str
) -> dict[str, Any]:
    return {
        "command": "segment",
        "started": started,
        "finished": record.now(),
        "versions": record.versions(),
        "options": asdict(options),
        "model": record.describe_model(job.card, job.model.onnx if job.runtime.name == "onnx" else job.model.weights),
        "input": record.describe_source(job.source, job.stretch),
        "grid": record.describe_grid(job.lattice, job.within, job.block_size, result.tiles_run),
        "runtime": record.describe_runtime(job.runtime, job.threads),
        "seconds": {name: round(seconds, 3) for name, seconds in reporter.seconds.items()},
        "peak_memory_mb": record.peak_memory_mb(),
        "areas": [area.to_json() for area in result.areas],
        "polygons": result.polygon_count,
        "warnings": list(result.warnings),
    }
