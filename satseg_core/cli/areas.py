"""``satseg areas``: how much each class covers, in true square metres, on the whole map or in each of many polygons."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import click

from satseg_core.cli import options
from satseg_core.cli.elsewhere import here
from satseg_core.cli.session import Session
from satseg_core.cli.tables import area_table
from satseg_core.errors import UsageError
from satseg_core.events import Reporter
from satseg_core.legend import Legend
from satseg_core.raster.overrides import Overrides

if TYPE_CHECKING:
    from satseg_core.raster.polygon_layer import PolygonLayer
    from satseg_core.raster.zones import Zone

Areas = Sequence[Mapping[str, Any]]

SUFFIXES = (".csv", ".json", ".html", ".gpkg")
"""What a table may be written as; ``.gpkg`` holds the zones with a field for each class."""


@click.command()
@click.argument("map_path", metavar="MAP.tif")
@click.option(
    "--output", "-o", metavar="FILE", help="Write the table to a .csv, .json or .html file, or with --zones to a .gpkg."
)
@click.option(
    "--zones", metavar="ZONES.gpkg", help="Polygons to measure in, each by itself; FILE|layername=NAME names a layer."
)
@click.option("--zones-layer", metavar="NAME", help="Layer of the zones, instead of the first one with polygons.")
@click.option("--zones-crs", metavar="CRS", help="CRS of the zones, whatever their file says.")
@click.option("--field", metavar="NAME", help="Field of the zones with their names; numbers if not given.")
@options.legend
@options.classified
@options.overwrite
@options.reporting
def areas(session: Session, reporter: Reporter, map_path: str, output: str | None, **values: Any) -> None:
    """Measure the classes of a classified raster, on the ellipsoid.

    With --zones inside of polygons: px that a border cuts count with their share. As .html it is a page with a
    picture, a chart and what made the map, if its run record lies beside it.
    """
    from satseg_core.outputs import whole_outputs
    from satseg_core.raster.area import class_areas
    from satseg_core.raster.legends import legend_of
    from satseg_core.raster.zones import zone_areas

    suffix = _suffix(output, bool(values["zones"]))
    zones_layer, told = _zones(values), Overrides(values["crs"], values["nodata"] or ())
    reporter.plan({"areas": 1})
    with here(reporter, output, map_path) as (staging, target, (labels,)):
        if labels is None:
            raise ValueError("a map is required")
        legend = legend_of(labels, values["legend"], told, reporter)
        with whole_outputs(values["overwrite"], staging, reporter) as outputs:
            scratch = outputs.add(target) if target else None
            zones: list[Zone] = []
            if zones_layer:
                zones = zone_areas(labels, zones_layer, legend, reporter, values["field"], told)
                found: list[dict[str, Any]] = [row for zone in zones for row in zone.rows(legend)]
            else:
                found = [area.to_json() for area in class_areas(labels, legend, reporter, told)]
            if scratch and suffix == ".gpkg":
                _write_zones(scratch, zones, legend)
            elif scratch and suffix:
                scratch.write_text(_WRITERS[suffix](labels, found, legend, told), encoding="utf-8")
    session.close()
    reporter.result({"areas": found, **({"output": output} if output else {})})
    if not session.as_json:
        for zone in zones:
            click.echo(f"\n{zone.name}\n{area_table(zone.rows(legend))}")
        if not zones:
            click.echo(area_table(found))


def _zones(values: Mapping[str, Any]) -> PolygonLayer | None:
    """The layer of zones, if there is one."""
    from satseg_core.raster.polygon_layer import PolygonLayer

    if values["zones"]:
        return PolygonLayer.of(values["zones"], "zones", values["zones_layer"], values["zones_crs"])
    for option in ("field", "zones_layer", "zones_crs"):
        if values[option] is not None:
            raise UsageError(f"--{option.replace('_', '-')} belongs to --zones; give both.")
    return None


def _suffix(output: str | None, has_zones: bool) -> str | None:
    if output is None:
        return None
    suffix = Path(output).suffix.lower()
    if suffix not in SUFFIXES or (suffix == ".gpkg" and not has_zones):
        raise UsageError(
            "Areas are written as .csv, .json or .html, or with --zones as .gpkg; give a name that ends in one of them"
            f" instead of {suffix or Path(output).name}."
        )
    return suffix


def _as_csv(_map_path: Path, found: Areas, _legend: Legend, _told: Overrides) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(found[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return stream.getvalue()


def _as_json(_map_path: Path, found: Areas, _legend: Legend, _told: Overrides) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _as_html(map_path: Path, found: Areas, legend: Legend, told: Overrides) -> str:
    from satseg_core.page import map_page

    return map_page(map_path, found, legend, told)


def _write_zones(path: Path, zones: Sequence[Zone], legend: Legend) -> None:
    from satseg_core.vector.zone_file import write_zones

    write_zones(path, zones, legend)


_WRITERS: dict[str, Callable[[Path, Areas, Legend, Overrides], str]] = {
    ".csv": _as_csv,
    ".json": _as_json,
    ".html": _as_html,
}
