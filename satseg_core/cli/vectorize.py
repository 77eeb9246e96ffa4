"""``satseg vectorize``: polygons of a map that exists."""

from __future__ import annotations

from pathlib import Path

import click

from satseg_core.cli import options
from satseg_core.cli.session import Session
from satseg_core.errors import UsageError
from satseg_core.events import Reporter


@click.command()
@click.argument("map_path", metavar="MAP.tif")
@click.option("--output", "-o", required=True, metavar="MAP.gpkg", help="GeoPackage to write.")
@click.option("--min-area", type=click.FloatRange(0), default=0.0, metavar="M2", help="Merge smaller areas away (m²).")
@click.option(
    "--simplify", type=click.FloatRange(0), default=0.0, metavar="PX", help="Smooth borders within this (px)."
)
@options.overwrite
@options.reporting
def vectorize(
    session: Session,
    reporter: Reporter,
    map_path: str,
    output: str,
    min_area: float,
    simplify: float,
    overwrite: bool,
) -> None:
    """Draw the polygons of a classified raster.

    MAP.qml (the style) appears beside them; the GeoPackage carries the style too.
    """
    from satseg_core.outputs import sidecar, whole_outputs
    from satseg_core.raster.legends import legend_of
    from satseg_core.style import qml
    from satseg_core.vector.polygons import vectorize as run

    if Path(output).suffix.lower() != ".gpkg":
        raise UsageError(f"Polygons are written as .gpkg; give a name that ends in it instead of {Path(output).name}.")
    reporter.plan({"polygons": 1})
    legend = legend_of(Path(map_path))
    style = sidecar(Path(output), ".qml")
    shared = style.exists() and style.read_text(encoding="utf-8") == qml(legend)
    with whole_outputs(overwrite) as outputs:
        scratch = outputs.add(Path(output))
        style_scratch = None if shared else outputs.add(style)
        summary = run(Path(map_path), scratch, legend, reporter, min_area=min_area, simplify=simplify)
        if style_scratch:
            style_scratch.write_text(qml(legend), encoding="utf-8")
    session.close()
    reporter.result({"output": output, "polygons": output, "polygon_count": summary.polygons})
    if not session.as_json:
        click.echo(f"Written: {output}, {summary.polygons:,} polygons")
