"""How much the classes cover, as bars and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from satseg_core.legend import Legend
from satseg_core.page.images import bar
from satseg_core.page.markup import WIDTH, text

Areas = Sequence[Mapping[str, Any]]
"""Rows with ``code``, ``name``, ``pixels``, ``area_m2`` (None where the ground is not known) and ``percent``."""

_LONGEST = 510
"""Length of the longest bar, px."""

_SWATCH = 24
"""Length of what shows a class's colour in the table, px."""

_UNITS = (("km²", 1e6, 1e8), ("ha", 1e4, 1e4), ("m²", 1.0, 0.0))
"""Units with their m², and the whole area in m² from which on they are used."""


def chart(found: Areas, legend: Legend) -> str:
    """A bar a class that occurs, the largest first, with its share and its area."""
    shown = sorted((row for row in found if row["pixels"] > 0), key=lambda row: -row["percent"])
    if not shown:
        return '<p class="faint">No class has any pixels here.</p>'
    unit = _unit(found)
    longest = shown[0]["percent"] or 1.0
    rows = "".join(_bar_row(row, legend, _LONGEST * row["percent"] / longest, unit) for row in shown)
    return f'<table width="{WIDTH}" cellspacing="0" cellpadding="3">\n{rows}</table>\n{_absent(found, legend)}'


def _bar_row(row: Mapping[str, Any], legend: Legend, length: float, unit: tuple[str, float]) -> str:
    land_class = legend.by_code(row["code"])
    return (
        f'<tr><td width="220">{text(land_class.title)}</td>'
        f'<td width="{_LONGEST}">{bar(length, land_class.color)}</td>'
        f'<td width="90" class="number" align="right">{text(_percent(row["percent"]))}</td>'
        f'<td width="160" class="number" align="right">{text(_size(row, unit))}</td></tr>\n'
    )


def _absent(found: Areas, legend: Legend) -> str:
    names = [legend.by_code(row["code"]).title for row in found if row["pixels"] <= 0]
    return f'<p class="faint">Not found: {text(", ".join(names))}.</p>' if names else ""


def area_table(found: Areas, legend: Legend) -> str:
    """All classes in the legend's order, with what they mean and exact figures."""
    on_ground = all(row["area_m2"] is not None for row in found)
    head = "<th></th><th>Code</th><th>Class</th><th>What it covers</th>"
    figures = ("Share in %", "Pixels", "Area in m²") if on_ground else ("Share in %", "Pixels")
    head += "".join(f'<th class="number" align="right">{name}</th>' for name in figures)
    rows = "".join(_table_row(row, legend, on_ground) for row in found)
    totals = (f"{sum(row[key] for row in found):{form}}" for key, form in _columns(on_ground))
    total = "".join(_number(f"<b>{value}</b>") for value in totals)
    return (
        f'<div class="lined"><table>\n<tr>{head}</tr>\n{rows}'
        f"<tr><td></td><td></td><td><b>All</b></td><td></td>{total}</tr>\n</table></div>"
    )


def _table_row(row: Mapping[str, Any], legend: Legend, on_ground: bool) -> str:
    land_class = legend.by_code(row["code"])
    figures = "".join(_number(f"{row[key]:{form}}") for key, form in _columns(on_ground))
    return (
        f"<tr><td>{bar(_SWATCH, land_class.color)}</td><td>{land_class.code}</td><td>{text(land_class.title)}</td>"
        f'<td class="faint">{text(land_class.description)}</td>{figures}</tr>\n'
    )


def _columns(on_ground: bool) -> tuple[tuple[str, str], ...]:
    """Keys and formats of the figures; shares have no % in the format, since they are not fractions."""
    columns = (("percent", ".2f"), ("pixels", ",.0f"))
    return (*columns, ("area_m2", ",.0f")) if on_ground else columns


def _number(content: str) -> str:
    return f'<td class="number" align="right">{content}</td>'


def _unit(found: Areas) -> tuple[str, float]:
    """The unit that all bars of a chart share, and its m²."""
    whole = sum(row["area_m2"] or 0.0 for row in found)
    return next((name, size) for name, size, least in _UNITS if whole >= least)


def _size(row: Mapping[str, Any], unit: tuple[str, float]) -> str:
    if row["area_m2"] is None:
        return f"{row['pixels']:,.0f} px"
    name, size = unit
    amount = row["area_m2"] / size
    return f"{amount:,.2f} {name}" if amount >= 0.01 else f"< 0.01 {name}"


def _percent(percent: float) -> str:
    return f"{percent:.1f} %" if percent >= 0.1 else "< 0.1 %"
