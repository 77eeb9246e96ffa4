"""``satseg vectorize``: polygons of a map that exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from satseg_core.cli import options
from satseg_core.cli.elsewhere import here
from satseg_core.cli.session import Session
from satseg_core.events import Reporter
from satseg_core.remote.names import last_part
from satseg_core.version import __version__

if TYPE_CHECKING:
    from satseg_core.remote.staging import Staging


@click.command()
@click.argument("map_path", metavar="MAP.tif")
@click.option(
    "--output", "-o", required=True, metavar="FILE", help="File to write: .gpkg, .fgb, .parquet, .geojson or .shp."
)
@options.generalizing
@click.option("--confidence", metavar="CONF.tif", help="Raster whose mean each polygon gets.")
@options.legend
@options.classified
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
    from satseg_core.vector.formats import format_of

    format_of(Path(output))
    reporter.plan({"polygons": 1})
    with here(reporter, output, map_path, values["confidence"]) as (staging, target, (labels, confidence)):
        if target is None or labels is None:
            raise ValueError("a map and an output are required")
        count = _vectorize(reporter, (labels, last_part(map_path)), confidence, (target, staging), values)
    session.close()
    reporter.result({"output": output, "polygons": output, "polygon_count": count})
    if not session.as_json:
        click.echo(f"Written: {output}, {count:,} polygons")


def _vectorize(
    reporter: Reporter,
    labels: tuple[Path, str],
    confidence: Path | None,
    output: tuple[Path, Staging],
    values: Mapping[str, Any],
) -> int:
    """Draw polygons from a map, which has a name, to where they are gathered; gives their number."""
    from satseg_core.cluster.polygons import polygon_blocks
    from satseg_core.model.runtime import usable_processors
    from satseg_core.outputs import sidecar, whole_outputs
    from satseg_core.raster.legends import legend_of
    from satseg_core.raster.overrides import Overrides
    from satseg_core.record import now
    from satseg_core.run_files import polygon_files
    from satseg_core.style import qml
    from satseg_core.vector.polygons import PolygonOptions, save_polygons

    (map_path, map_name), (target, staging) = labels, output
    told = Overrides(values["crs"], values["nodata"] or ())
    legend = legend_of(map_path, values["legend"], told, reporter)
    wanted = PolygonOptions(
        min_area=values["min_area"],
        smooth=values["smooth"],
        simplify=values["simplify"],
        confidence=confidence,
        workers=values["workers"] or usable_processors(),
        told=told,
    )
    style = sidecar(target, ".qml")
    shared = staging.content(style) == qml(legend).encode()
    metadata = {"SOURCE": map_name, "DATE": now(), "SATSEG": __version__}
    gathered = whole_outputs(values["overwrite"], staging, reporter)
    with gathered as outputs, polygon_blocks(values["scheduler"], reporter) as others:
        wanted = replace(wanted, run_blocks=others)
        scratch = outputs.add(target, *polygon_files(target, with_style=not shared))
        summary = save_polygons(map_path, scratch, legend, reporter, wanted, metadata)
        if not shared:
            outputs.scratch(style).write_text(qml(legend), encoding="utf-8")
    return summary.polygons
