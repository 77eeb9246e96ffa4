"""``satseg vectorize``: polygons of a map that exists."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from satseg_core.cli import options
from satseg_core.cli.session import Session
from satseg_core.events import Reporter
from satseg_core.version import __version__


@click.command()
@click.argument("map_path", metavar="MAP.tif")
@click.option(
    "--output", "-o", required=True, metavar="FILE", help="File to write: .gpkg, .fgb, .parquet, .geojson or .shp."
)
@options.generalizing
@click.option("--confidence", metavar="CONF.tif", help="Raster whose mean each polygon gets.")
@options.legend
@click.option("--workers", type=click.IntRange(1), help="Processes; one for each core if not given.")
@click.option(
    "--scheduler", metavar="ADDRESS", help="Dask scheduler whose workers do the work; they have to see MAP.tif."
)
@options.overwrite
@options.reporting
def vectorize(session: Session, reporter: Reporter, map_path: str, output: str, **values: Any) -> None:
    """Draw the polygons of a classified raster.

    Small areas go to a neighbour first, then corners are cut and borders straightened, for both sides at once. A style
    (.qml) appears beside the file; a GeoPackage carries it inside.
    """
    from satseg_core.model.runtime import usable_processors
    from satseg_core.outputs import optional, sidecar, whole_outputs
    from satseg_core.raster.legends import legend_of
    from satseg_core.record import now
    from satseg_core.style import qml
    from satseg_core.vector.formats import format_of
    from satseg_core.vector.polygons import PolygonOptions, save_polygons

    companions = format_of(Path(output)).companions
    reporter.plan({"polygons": 1})
    legend = legend_of(Path(map_path), values["legend"])
    wanted = PolygonOptions(
        min_area=values["min_area"],
        smooth=values["smooth"],
        simplify=values["simplify"],
        confidence=optional(values["confidence"]),
        workers=values["workers"] or usable_processors(),
    )
    style = sidecar(Path(output), ".qml")
    shared = style.exists() and style.read_text(encoding="utf-8") == qml(legend)
    metadata = {"SOURCE": Path(map_path).name, "DATE": now(), "SATSEG": __version__}
    with whole_outputs(values["overwrite"]) as outputs, ExitStack() as stack:
        if values["scheduler"]:
            from satseg_core.cluster.polygons import polygon_blocks

            wanted = replace(wanted, run_blocks=stack.enter_context(polygon_blocks(values["scheduler"], reporter)))
        scratch = outputs.add_with(Path(output), *companions)
        style_scratch = None if shared else outputs.add(style)
        summary = save_polygons(Path(map_path), scratch, legend, reporter, wanted, metadata)
        if style_scratch:
            style_scratch.write_text(qml(legend), encoding="utf-8")
    session.close()
    reporter.result({"output": output, "polygons": output, "polygon_count": summary.polygons})
    if not session.as_json:
        click.echo(f"Written: {output}, {summary.polygons:,} polygons")
