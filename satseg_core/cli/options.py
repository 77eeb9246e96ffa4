"""Options that several commands share, and the types that parse them."""

from __future__ import annotations

import functools
import math
from typing import Any, Callable

import click

from satseg_core.cli.session import Session
from satseg_core.memory import DEFAULT_MB
from satseg_core.model.choice import DEVICES, RUNTIMES
from satseg_core.model.runtime import PRECISIONS


class Numbers(click.ParamType):  # type: ignore[type-arg]
    """A list of numbers with commas between them, such as ``1,2,3``.

    Args:
        kind: ``int`` or ``float``.
        count: how many there must be; None for any number.
        metavar: what the help shows.
        finite: refuse ``nan`` and ``inf``.
    """

    name = "numbers"

    def __init__(
        self, kind: Callable[[str], float], metavar: str, count: int | None = None, finite: bool = True
    ) -> None:
        self._kind = kind
        self._count = count
        self._metavar = metavar
        self._finite = finite

    def get_metavar(self, *_: Any, **__: Any) -> str:
        """What the help shows."""
        return self._metavar

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        """Numbers of the text.

        Raises:
            click.BadParameter: it is not such a list.
        """
        if isinstance(value, tuple):
            return value
        try:
            numbers = tuple(self._kind(part) for part in value.split(","))
        except ValueError:
            numbers = ()
        fitting = not self._finite or all(map(math.isfinite, numbers))
        good = numbers and fitting and self._count in (None, len(numbers))
        if not good:
            self.fail(f"{value!r} is not of the form {self._metavar}", param, ctx)
        return numbers


def _value(text: str) -> float:
    """A value without data; infinite for ``none``.

    Raises:
        ValueError: no such value.
    """
    value = math.inf if text.strip().lower() == "none" else float(text)
    if math.isinf(value) and text.strip().lower() != "none":
        raise ValueError("infinite values are no data in any case")
    return value


_progress = functools.partial(
    click.option, "--progress", type=click.Choice(["auto", "bar", "json", "none"]), default="auto"
)


def reporting(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--progress``, ``--debug`` and ``--cancel-on-eof``, and call it with session and reporter."""

    @functools.wraps(function)
    def run(session: Session, progress: str, cancel_on_eof: bool, **values: Any) -> Any:
        return function(session, session.reporter(progress, cancel_on_eof), **values)

    command: Callable[..., Any] = click.pass_obj(run)
    for option in (
        click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error."),
        click.option("--cancel-on-eof", is_flag=True, hidden=True, help="Cancel when stdin ends."),
        _progress(
            show_default=True,
            help="A bar on a terminal, JSON lines on stdout for programs, or nothing.",
        ),
    ):
        command = option(command)
    return command


hidden_progress = _progress(hidden=True)
"""For commands too short for progress, which programs call with ``--progress json`` all the same."""

overwrite = click.option(
    "--overwrite", is_flag=True, help="Replace outputs that exist; nothing of others that was not named."
)
model = click.option("--model", metavar="NAME|FILE", help="Model to use; 'satseg models' lists them.")
legend = click.option(
    "--legend",
    metavar="NAME|FILE",
    help="Names and colours of the classes: .csv, .json, QGIS' .qml or .txt, worldcover, nlcd.",
)

crs = click.option(
    "--crs",
    metavar="CRS",
    help="CRS of the raster, whatever its file says: a code such as EPSG:32632, WKT, or 'none'.",
)


def _group(*options: Callable[..., Any]) -> Callable[..., Any]:
    """One decorator of several, which the help lists in this order."""

    def give(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return give


mask = _group(
    click.option("--mask", metavar="AREA.gpkg", help="Polygons to stay inside of; FILE|layername=NAME names a layer."),
    click.option("--mask-layer", metavar="NAME", help="Layer of the mask, instead of the first one with polygons."),
    click.option("--mask-crs", metavar="CRS", help="CRS of the mask, whatever its file says."),
)
"""Where to map: ``mask``, ``mask_layer``, ``mask_crs``."""

classified = _group(
    crs,
    click.option(
        "--nodata",
        type=Numbers(_value, "VALUE[,VALUE…]", finite=False),
        help="Values of the map that are no class, instead of the one that its file says; 'none' for none.",
    ),
)
"""What a map's file does not say, or says wrongly: ``crs``, ``nodata``."""

generalizing = _group(
    click.option(
        "--min-area",
        type=click.FloatRange(0),
        default=0.0,
        metavar="M2",
        help="Merge smaller areas into a neighbour (m²).",
    ),
    click.option("--smooth", is_flag=True, help="Cut the corners of pixels off."),
    click.option(
        "--simplify", type=click.FloatRange(0), default=0.0, metavar="PX", help="Straighten borders within this (px)."
    ),
)
"""The options of polygons: ``min_area``, ``smooth``, ``simplify``."""

reading = _group(
    model,
    click.option("--bands", type=Numbers(int, "1,2,3"), help="Bands in the model's order, counted from 1."),
    crs,
    click.option(
        "--nodata",
        type=Numbers(_value, "VALUE[,VALUE…]", finite=False),
        help="Value of pixels without data, whatever the file says: one for all bands, or one a band of the raster;"
        " 'none' for none.",
    ),
    click.option(
        "--also-nodata",
        type=Numbers(float, "VALUE[,VALUE…]"),
        help="Values of pixels without data besides, in all bands.",
    ),
    click.option(
        "--stretch",
        type=Numbers(float, "LOW,HIGH", 2),
        help="Values that become dark and bright, instead of 0,255 for 8-bit and percentiles for others.",
    ),
    click.option("--pixel-size", type=float, metavar="M", help="Metres a pixel to run at, instead of the model's own."),
)
"""The model and what it sees: ``model``, ``bands``, ``crs``, ``nodata``, ``also_nodata``, ``stretch``, and
``pixel_size``."""

clouds = click.option(
    "--clouds",
    type=click.Choice(["keep", "unknown", "nodata"]),
    default="keep",
    show_default=True,
    help="What becomes of cloud and its shadow, by the scene's own raster of quality (SCL, QA_PIXEL, UDM2).",
)
asset = click.option("--asset", metavar="KEY", help="Asset of STAC items to map, instead of those with the bands.")

running = _group(
    click.option(
        "--runtime",
        type=click.Choice(["auto", *RUNTIMES]),
        default="auto",
        show_default=True,
        help="What executes the network; 'satseg doctor' says what is there.",
    ),
    click.option(
        "--device",
        type=click.Choice(["auto", *DEVICES]),
        default="auto",
        show_default=True,
        help="The processor, or a graphics card: NVIDIA's, Apple's (mps, coreml), any on Windows (directml).",
    ),
    click.option(
        "--precision",
        type=click.Choice(PRECISIONS),
        default="auto",
        show_default=True,
        help="What the network multiplies in: 16 bits change a few classes. By itself float16 with CUDA, else float32.",
    ),
    click.option("--threads", type=click.IntRange(1), help="Threads of the runtime; all cores if not given."),
    click.option(
        "--memory",
        type=click.IntRange(1),
        metavar="MB",
        help=f"Megabytes that the run may take; {DEFAULT_MB} if not given.",
    ),
)
"""What executes the model: ``runtime``, ``device``, ``precision``, ``threads``, ``memory``."""

cluster = _group(
    click.option(
        "--workers", type=click.IntRange(1), metavar="N", help="Processes on this machine to share the work among."
    ),
    click.option(
        "--scheduler",
        metavar="ADDRESS",
        help="Dask scheduler whose workers do the work, such as tcp://10.0.0.1:8786, or its scheduler file (.json).",
    ),
)
"""Who does it: ``workers``, ``scheduler``."""
