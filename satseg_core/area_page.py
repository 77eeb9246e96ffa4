"""A page of HTML with the areas of classes: a bar and a table for the whole map or for each zone. No scripts."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from satseg_core.legend import Legend

Areas = Sequence[Mapping[str, Any]]

_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Land cover</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 44em; padding: 0 1em; color: #222 }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ padding: .25em .6em; text-align: right; border-bottom: 1px solid #ddd }}
th:nth-child(2), td:nth-child(2) {{ text-align: left }}
td:first-child {{ width: 1.2em }}
.bar {{ display: flex; height: 1.6em; margin: .6em 0; border: 1px solid #999 }}
</style>
{body}</html>
"""


def area_page(found: Areas, legend: Legend) -> str:
    """The page.

    Args:
        found: rows with ``code``, ``name``, ``pixels``, ``area_m2`` (or None) and ``percent``, and with ``zone`` where
            there are several tables.
        legend: its colours.
    """
    colors = {c.code: c.hex_color for c in legend}
    parts = []
    for zone, rows in groupby(found, key=lambda row: row.get("zone")):
        title = "Land cover" if zone is None else str(zone)
        parts.append(f"<h2>{html.escape(title)}</h2>\n{_table(list(rows), colors)}")
    return _PAGE.format(body="".join(parts))


def _table(rows: Areas, colors: Mapping[int, str]) -> str:
    bars = "".join(
        f'<div style="background:{colors[row["code"]]};width:{row["percent"]:.3f}%"'
        f' title="{html.escape(str(row["name"]))} {row["percent"]:.2f} %"></div>'
        for row in rows
        if row["percent"] > 0
    )
    cells = "".join(
        f'<tr><td style="background:{colors[row["code"]]}"></td><td>{html.escape(str(row["name"]))}</td>'
        f"<td>{row['percent']:.2f} %</td><td>{_hectares(row)}</td></tr>\n"
        for row in rows
    )
    head = "<tr><th></th><th>Class</th><th>Share</th><th>Area</th></tr>\n"
    return f'<div class="bar">{bars}</div>\n<table>\n{head}{cells}</table>\n'


def _hectares(row: Mapping[str, Any]) -> str:
    return f"{row['pixels']:,.0f} px" if row["area_m2"] is None else f"{row['area_m2'] / 1e4:,.2f} ha"
