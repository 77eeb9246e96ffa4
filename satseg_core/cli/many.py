"""``satseg segment-many``: many scenes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from satseg_core.cli import options
from satseg_core.cli.session import Session
from satseg_core.events import Reporter

if TYPE_CHECKING:
    from satseg_core.many.one import SceneFailed
    from satseg_core.many.run import ManyOptions, ManyResult

_SHOWN = 20
"""Failures that are printed; all are in the table."""


@click.command("segment-many")
@click.argument("inputs", metavar="INPUTS...", nargs=-1, required=True)
@click.option("--output", "-o", required=True, metavar="FOLDER", help="Folder for the maps, or one in a bucket: s3://…")
@options.asset
@click.option("--polygons", is_flag=True, help="Polygons of each scene, too (.gpkg).")
@options.generalizing
@click.option("--confidence", is_flag=True, help="Confidence in percent of each scene, too (.confidence.tif).")
@options.reading
@options.clouds
@options.mask
@options.running
@options.cluster
@click.option("--dry-run", is_flag=True, help="Say which scenes there are and which are to do, and write nothing.")
@click.option("--overwrite", is_flag=True, help="Do all scenes again, and replace files that exist.")
@options.reporting
def segment_many(session: Session, reporter: Reporter, dry_run: bool, **values: Any) -> int:
    """Make land-cover maps of many scenes.

    INPUTS are folders (with all that is in them), lists (.txt or .csv, one path or URL a line), STAC items,
    collections and catalogues (.json), GeoParquet indexes (.parquet), scenes in several files, and rasters. Scenes
    fail alone; run the same command again to do those that failed, are new or have changed. Besides maps there appear
    a STAC item for each, collection.json, and mosaic.gti.gpkg, which GDAL 3.9 and later opens as one raster.
    """
    from satseg_core.many.run import look
    from satseg_core.many.run import segment_many as run

    wanted = _options(values)
    if dry_run:
        pending = look(wanted, reporter)
        session.close()
        todo = [task.scene.name for task in pending.tasks]
        reporter.result({"dry_run": True, "already": len(pending.items), "to_do": todo})
        if not session.as_json:
            click.echo("\n".join([*todo, "Nothing was written."]))
        return 0
    result = run(wanted, reporter)
    session.close()
    reporter.result(
        {
            "output": result.output,
            "done": result.done,
            "already": result.already,
            "outside": list(result.outside),
            "failures": [{"scene": f.name, "input": f.source, "reason": f.reason} for f in result.failures],
            "collection": result.overall.collection,
            "mosaic": result.overall.mosaic,
        }
    )
    if not session.as_json:
        click.echo(_said(result))
    if result.failures:
        click.echo(_failed(result.failures, result.failures_table or ""), err=True)
    return 1 if result.failures else 0


def _options(values: dict[str, Any]) -> ManyOptions:
    from satseg_core.many.job import Products
    from satseg_core.many.run import ManyOptions
    from satseg_core.segment import SegmentOptions

    own = {name: values.pop(name) for name in ("inputs", "output", "asset", "overwrite", "workers", "scheduler")}
    products = Products(values.pop("polygons"), values.pop("confidence"))
    return ManyOptions(template=SegmentOptions(input="", output="", **values), products=products, **own)


def _said(result: ManyResult) -> str:
    """What was done, for a terminal."""
    outside = f" {len(result.outside):,} lie outside of the mask." if result.outside else ""
    written = ", ".join(path for path in (result.overall.collection, result.overall.mosaic) if path)
    return f"{result.done:,} scenes mapped, {result.already:,} were done already.{outside} Written: {written or 'none'}"


def _failed(failures: Sequence[SceneFailed], table: str) -> str:
    """The table of failures for a terminal."""
    shown = failures[:_SHOWN]
    width = max(len(failure.name) for failure in shown)
    lines = [f"  {failure.name:<{width}}  {failure.reason}" for failure in shown]
    if len(failures) > len(shown):
        lines.append(f"  and {len(failures) - len(shown):,} more")
    count = f"{len(failures):,} scenes" if len(failures) > 1 else "1 scene"
    return "\n".join([f"satseg: {count} failed; run the same command again to retry. All are in {table}", *lines])
