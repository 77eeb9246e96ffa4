"""The engine's command lines from an algorithm's parameters: pure functions that run nothing."""

from __future__ import annotations

import shlex
import subprocess  # nosec B404 # list2cmdline quotes for Windows, nothing is run here
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from satseg_core.model import choice

PLUMBING = ("--overwrite", "--progress", "json", "--cancel-on-eof")
"""Options that only QGIS needs: Processing has asked about replacing files, and reads the events itself."""

RUNTIMES = ("auto", *choice.RUNTIMES)
"""Values of ``--runtime``."""

DEVICES = ("auto", *choice.DEVICES)
"""Values of ``--device``."""

CLOUDS = ("keep", "unknown", "nodata")
"""Values of ``--clouds``."""

Bounds = tuple[float, float, float, float]
"""xmin, ymin, xmax, ymax in the units of the raster's CRS."""


@dataclass(frozen=True)
class Told:
    """What goes before what the file of a raster says.

    Attributes:
        crs: a code or WKT, or ``none``; None for the file's.
        nodata: values without data, infinite for none; empty for the file's.
        also_nodata: values without data besides.
    """

    crs: str | None = None
    nodata: tuple[float, ...] = ()
    also_nodata: tuple[float, ...] = ()

    def words(self) -> list[str]:
        """Options of the engine."""
        values = [*_numbers("--nodata", self.nodata or None), *_numbers("--also-nodata", self.also_nodata or None)]
        return [*_option("--crs", self.crs), *(word.replace("inf", "none") for word in values)]


NOTHING = Told()
"""The file says everything."""


@dataclass(frozen=True)
class SegmentOptions:
    """What ``satseg segment`` is asked to do.

    Attributes:
        input: raster as GDAL names it.
        output: classified GeoTIFF to write.
        polygons: GeoPackage to write.
        confidence: GeoTIFF of confidence in percent to write.
        model: name or file of a model; None is the default model.
        bands: bands of the raster in the model's order, counted from 1; empty takes the first ones.
        stretch: values that become dark and bright; None leaves it to the engine.
        extent: part of the raster to map.
        mask: file of polygons to map inside of.
        mask_crs: CRS of the mask, before what its file says; None for the file's.
        told: what is known of the raster besides its file.
        clouds: what becomes of cloud and its shadow: one of `CLOUDS`.
        pixel_size: metres on the ground per px that the model sees; None is the model's own.
        runtime: one of `RUNTIMES`.
        device: one of `DEVICES`.
        resume: go on with an interrupted run, and keep what is done if this one is interrupted.
    """

    input: str
    output: str
    polygons: str | None = None
    confidence: str | None = None
    model: str | None = None
    bands: tuple[int, ...] = ()
    stretch: tuple[float, float] | None = None
    extent: Bounds | None = None
    mask: str | None = None
    mask_crs: str | None = None
    told: Told = NOTHING
    clouds: str = CLOUDS[0]
    pixel_size: float | None = None
    runtime: str = "auto"
    device: str = "auto"
    resume: bool = False


def segment(options: SegmentOptions) -> list[str]:
    """Arguments of ``satseg segment``; what is left at its default is not mentioned."""
    arguments = ["segment", options.input, "--output", options.output]
    arguments += _option("--polygons", options.polygons)
    arguments += _option("--confidence", options.confidence)
    arguments += _option("--model", options.model)
    arguments += _option("--bands", ",".join(str(band) for band in options.bands))
    arguments += options.told.words()
    arguments += _numbers("--stretch", options.stretch)
    arguments += _numbers("--extent", options.extent)
    arguments += _option("--mask", options.mask)
    arguments += _option("--mask-crs", options.mask_crs)
    arguments += _option("--clouds", None if options.clouds == CLOUDS[0] else options.clouds)
    arguments += _option("--pixel-size", _number(options.pixel_size))
    arguments += _option("--runtime", None if options.runtime == "auto" else options.runtime)
    arguments += _option("--device", None if options.device == "auto" else options.device)
    return [*arguments, "--resume"] if options.resume else arguments


def vectorize(
    classified: str,
    output: str,
    min_area: float = 0.0,
    simplify: float = 0.0,
    smooth: bool = False,
    confidence: str | None = None,
    legend: str | None = None,
    told: Told = NOTHING,
) -> list[str]:
    """Arguments of ``satseg vectorize``.

    Args:
        classified: land-cover map that ``segment`` wrote.
        output: file to write; its ending says the format.
        min_area: smallest polygon to keep, m²; 0 keeps all.
        simplify: tolerance of the outlines, px; 0 follows the pixels.
        smooth: cut the corners of pixels off.
        confidence: raster whose mean each polygon gets.
        legend: file or name of a legend to take instead of the raster's own.
        told: what is known of the map besides its file.
    """
    arguments = ["vectorize", classified, "--output", output, *told.words()]
    arguments += _option("--min-area", _number(min_area or None))
    arguments += _option("--simplify", _number(simplify or None))
    arguments += ["--smooth"] if smooth else []
    return [*arguments, *_option("--confidence", confidence), *_option("--legend", legend)]


def areas(
    classified: str,
    output: str | None = None,
    zones: str | None = None,
    field: str | None = None,
    zones_crs: str | None = None,
    told: Told = NOTHING,
    legend: str | None = None,
) -> list[str]:
    """Arguments of ``satseg areas``.

    Args:
        classified: land-cover map.
        output: table to write: ``.csv``, ``.html`` or ``.json``, with ``zones`` ``.gpkg`` too.
        zones: file of polygons to measure in.
        field: of the zones, with their names.
        zones_crs: CRS of the zones, before what their file says; None for the file's.
        told: what is known of the map besides its file.
        legend: file or name of a legend to take instead of the raster's own.
    """
    inside = [*_option("--zones", zones), *_option("--zones-crs", zones_crs), *_option("--field", field)]
    return ["areas", classified, *_option("--output", output), *told.words(), *_option("--legend", legend), *inside]


def for_qgis(engine: Sequence[str], arguments: Sequence[str]) -> list[str]:
    """The whole command line that QGIS runs: ``engine`` as found, then the command with events as JSON lines."""
    return [*engine, *arguments, *PLUMBING]


def for_terminal(engine: Sequence[str], arguments: Sequence[str], platform: str = sys.platform) -> str:
    """The command as text to paste into a terminal or a script, without what only QGIS needs."""
    command = [*engine, *arguments, "--overwrite"]
    return subprocess.list2cmdline(command) if platform == "win32" else shlex.join(command)


def _option(name: str, value: str | None) -> list[str]:
    return [name, value] if value else []


def _numbers(name: str, values: Sequence[float] | None) -> list[str]:
    """One argument with an equals sign: a value that begins with a minus would be read as an option."""
    return [] if values is None else [f"{name}=" + ",".join(repr(float(value)) for value in values)]


def _number(value: float | None) -> str | None:
    return None if value is None else repr(float(value))
