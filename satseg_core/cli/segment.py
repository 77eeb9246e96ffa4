"""``satseg segment``: the main job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from satseg_core.cli import options
from satseg_core.cli.session import Session
from satseg_core.cli.tables import area_table
from satseg_core.events import Reporter
from satseg_core.memory import DEFAULT_MB
from satseg_core.model.choice import DEVICES, RUNTIMES
from satseg_core.model.runtime import PRECISIONS

if TYPE_CHECKING:
    from satseg_core.segment import SegmentOptions


@click.command()
@click.argument("input", metavar="INPUT")
@click.option("--output", "-o", required=True, metavar="MAP.tif", help="Classified GeoTIFF to write.")
@click.option("--polygons", metavar="FILE", help="Polygons to write too: .gpkg, .fgb, .parquet, .geojson or .shp.")
@options.generalizing
@click.option("--confidence", metavar="CONF.tif", help="Confidence in percent to write too.")
@options.model
@click.option("--bands", type=options.Numbers(int, "1,2,3"), help="Bands in the model's order, counted from 1.")
@click.option(
    "--stretch",
    type=options.Numbers(float, "LOW,HIGH", 2),
    help="Values that become dark and bright, instead of 0,255 for 8-bit and percentiles for others.",
)
@click.option("--pixel-size", type=float, metavar="M", help="Metres a pixel to run at, instead of the model's own.")
@click.option(
    "--extent", type=options.Numbers(float, "XMIN,YMIN,XMAX,YMAX", 4), help="Part to map, in the raster's CRS."
)
@click.option("--mask", metavar="AREA.gpkg", help="Polygons to stay inside of.")
@click.option(
    "--runtime",
    type=click.Choice(["auto", *RUNTIMES]),
    default="auto",
    show_default=True,
    help="What executes the network; 'satseg doctor' says what is there.",
)
@click.option(
    "--device",
    type=click.Choice(["auto", *DEVICES]),
    default="auto",
    show_default=True,
    help="The processor, or a graphics card: NVIDIA's, Apple's (mps, coreml), any on Windows (directml).",
)
@click.option(
    "--precision",
    type=click.Choice(PRECISIONS),
    default="auto",
    show_default=True,
    help="What the network multiplies in: 16 bits change a few classes. By itself float16 with CUDA, else float32.",
)
@click.option("--threads", type=click.IntRange(1), help="Threads of the runtime; all cores if not given.")
@click.option(
    "--memory",
    type=click.IntRange(1),
    metavar="MB",
    help=f"Megabytes that the run may take; {DEFAULT_MB} if not given.",
)
@click.option(
    "--resume", is_flag=True, help="Go on with an interrupted run, and keep what is done if this one is interrupted."
)
@click.option(
    "--workers", type=click.IntRange(1), metavar="N", help="Processes on this machine to share the work among."
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Dask scheduler whose workers do the work, such as tcp://10.0.0.1:8786; on any number of machines.",
)
@click.option("--dry-run", is_flag=True, help="Check everything, say how long it will take, and write nothing.")
@options.overwrite
@options.reporting
def segment(session: Session, reporter: Reporter, dry_run: bool, **values: Any) -> None:
    """Make a land-cover map of the raster INPUT.

    Besides MAP.tif there appear MAP.qml (its style), MAP.tif.aux.xml (names of the classes) and MAP.json (what
    made it). The map has exactly the grid of INPUT, or of the part inside of --extent.
    """
    # Imported here so that 'satseg --help' needs no numpy.
    from satseg_core.segment import SegmentOptions
    from satseg_core.segment import segment as run

    if dry_run:
        _look(session, reporter, SegmentOptions(**values))
        return
    result = run(SegmentOptions(**values), reporter)
    session.close()
    files = {
        name: str(path)
        for name, path in (
            ("output", result.output),
            ("polygons", result.polygons),
            ("confidence", result.confidence),
            ("record", result.record),
        )
        if path
    }
    areas = [area.to_json() for area in result.areas]
    reporter.result({**files, "areas": areas, "tiles_run": result.tiles_run, "warnings": list(result.warnings)})
    if not session.as_json:
        click.echo(area_table(areas))
        click.echo(_written(files))


def _look(session: Session, reporter: Reporter, wanted: SegmentOptions) -> None:
    """``--dry-run``: what a run would take."""
    from satseg_core.segment import dry_run
    from satseg_core.space import in_words

    found = dry_run(wanted, reporter)
    session.close()
    forecast = found.forecast
    reporter.result(
        {
            "dry_run": True,
            **forecast.to_json(),
            "model": found.model,
            "runtime": found.runtime,
            "device": found.device,
            "warnings": list(found.warnings),
        }
    )
    if not session.as_json:
        room = f"about {in_words(forecast.output_bytes)}, and {in_words(forecast.working_bytes)} while it works"
        click.echo(f"Nothing was written. The outputs would take {room}.")


def _written(files: dict[str, str]) -> str:
    return "Written: " + ", ".join(files.values())
