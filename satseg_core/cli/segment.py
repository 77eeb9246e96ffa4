"""``satseg segment``: the main job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from satseg_core.cli import options
from satseg_core.cli.session import Session
from satseg_core.cli.tables import area_table
from satseg_core.events import Reporter

if TYPE_CHECKING:
    from satseg_core.segment import SegmentOptions


@click.command()
@click.argument("input", metavar="INPUT")
@click.option("--output", "-o", required=True, metavar="MAP.tif", help="Classified GeoTIFF to write.")
@click.option("--polygons", metavar="FILE", help="Polygons to write too: .gpkg, .fgb, .parquet, .geojson or .shp.")
@options.generalizing
@click.option("--confidence", metavar="CONF.tif", help="Confidence in percent to write too.")
@options.reading
@options.asset
@options.clouds
@click.option(
    "--extent", type=options.Numbers(float, "XMIN,YMIN,XMAX,YMAX", 4), help="Part to map, in the raster's CRS."
)
@options.mask
@options.running
@click.option(
    "--resume", is_flag=True, help="Go on with an interrupted run, and keep what is done if this one is interrupted."
)
@options.cluster
@click.option("--dry-run", is_flag=True, help="Check everything, say how long it will take, and write nothing.")
@options.overwrite
@options.reporting
def segment(session: Session, reporter: Reporter, dry_run: bool, **values: Any) -> None:
    """Make a land-cover map of INPUT: a raster, or a scene in several files.

    Such a scene is a folder or archive with a file for each band (Sentinel-2, Landsat, Planet and others), or a STAC
    item; its bands are chosen by what they show.

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
    files = dict(result.names)
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
