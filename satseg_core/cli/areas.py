"""``satseg areas``: how much each class covers, in true square metres."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Callable

import click

from satseg_core.cli import options
from satseg_core.cli.session import Session
from satseg_core.cli.tables import area_table
from satseg_core.errors import UsageError
from satseg_core.events import Reporter
from satseg_core.legend import Legend

Areas = Sequence[Mapping[str, Any]]


@click.command()
@click.argument("map_path", metavar="MAP.tif")
@click.option("--output", "-o", metavar="FILE", help="Write the table to a .csv, .json or .html file.")
@options.overwrite
@options.reporting
def areas(session: Session, reporter: Reporter, map_path: str, output: str | None, overwrite: bool) -> None:
    """Measure the classes of a classified raster, on the ellipsoid."""
    from satseg_core.outputs import whole_outputs
    from satseg_core.raster.area import class_areas
    from satseg_core.raster.legends import legend_of

    write = _writer(output)
    reporter.plan({"areas": 1})
    legend = legend_of(Path(map_path))
    with whole_outputs(overwrite) as outputs:
        scratch = outputs.add(Path(output)) if output else None
        found = [area.to_json() for area in class_areas(Path(map_path), legend, reporter)]
        if scratch and write:
            scratch.write_text(write(found, legend), encoding="utf-8")
    session.close()
    reporter.result({"areas": found, **({"output": output} if output else {})})
    if not session.as_json:
        click.echo(area_table(found))


def _writer(output: str | None) -> Callable[[Areas, Legend], str] | None:
    if output is None:
        return None
    suffix = Path(output).suffix.lower()
    if suffix not in _WRITERS:
        raise UsageError(
            f"Areas are written as .csv, .json or .html; give a name that ends in one of them instead of {suffix}."
        )
    return _WRITERS[suffix]


def _as_csv(found: Areas, _legend: Legend) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, ["code", "name", "pixels", "area_m2", "percent"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return stream.getvalue()


def _as_json(found: Areas, _legend: Legend) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _as_html(found: Areas, legend: Legend) -> str:
    colors = {c.code: c.hex_color for c in legend}
    rows = "".join(
        f'<tr><td style="background:{colors[area["code"]]};width:1.5em"></td><td>{html.escape(str(area["name"]))}</td>'
        f'<td align="right">{area["percent"]:.2f} %</td><td align="right">{_hectares(area)}</td></tr>\n'
        for area in found
    )
    head = "<tr><th></th><th>Class</th><th>Share</th><th>Area</th></tr>\n"
    return f'<!DOCTYPE html>\n<meta charset="utf-8">\n<title>Land cover</title>\n<table>\n{head}{rows}</table>\n'


def _hectares(area: Mapping[str, Any]) -> str:
    return f"{area['pixels']:,} px" if area["area_m2"] is None else f"{area['area_m2'] / 1e4:,.2f} ha"


_WRITERS: dict[str, Callable[[Areas, Legend], str]] = {".csv": _as_csv, ".json": _as_json, ".html": _as_html}
