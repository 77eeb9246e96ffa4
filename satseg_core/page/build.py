"""The page, from its parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from satseg_core.legend import Legend
from satseg_core.page.beside import find_card, read_record
from satseg_core.page.chart import Areas, area_table, chart
from satseg_core.page.markup import document, text
from satseg_core.page.pictures import map_pictures
from satseg_core.page.run import run_part, summary, warnings_part
from satseg_core.raster.labels import open_classified
from satseg_core.raster.overrides import NO_OVERRIDES, Overrides


def map_page(map_path: Path, found: Areas, legend: Legend, told: Overrides = NO_OVERRIDES) -> str:
    """A page on a map: its picture, a chart and a table of its classes, and its run record where that lies beside it.

    Args:
        map_path: the classified raster.
        found: rows as `satseg_core.raster.area.ClassArea.to_json` gives them; with a ``zone`` each, as
            `satseg_core.raster.zones.Zone.rows` gives them, there is a chart for each zone.
        legend: the classes of the rows.
        told: what goes before what the map's file says.

    Raises:
        RasterError: the map is no raster of class codes.
    """
    return document(f"Land cover of {map_path.name}", _parts(map_path, found, legend, told))


def _parts(map_path: Path, found: Areas, legend: Legend, told: Overrides) -> Iterator[str]:
    with open_classified(map_path, told) as labels:
        record = read_record(map_path, labels)
        yield f"<h1>Land cover: {text(map_path.name)}</h1>"
        if record is not None:
            yield f'<p class="faint">{text(summary(record))}</p>'
        yield map_pictures(map_path, labels, legend, record)
    if record is not None:
        yield warnings_part(record)
    yield from _areas(found, legend)
    if record is not None:
        yield run_part(record, find_card(record))


def _areas(found: Areas, legend: Legend) -> Iterator[str]:
    if not found or "zone" not in found[0]:
        yield f"<h2>How much each class covers</h2>\n{chart(found, legend)}"
        yield f"<h3>In figures</h3>\n{area_table(found, legend)}"
        return
    for first in range(0, len(found), len(legend)):  # zones may share a name
        zone = found[first : first + len(legend)]
        yield f"<h2>{text(zone[0]['zone'])}</h2>\n{chart(zone, legend)}"
