"""Areas as a table for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def area_table(areas: Sequence[Mapping[str, Any]]) -> str:
    """Lines with the name, share and area of each class; hectares, or pixels where there is no CRS."""
    width = max([len(str(area["name"])) for area in areas] + [5])
    lines = [f"{area['name']:<{width}}  {area['percent']:6.2f} %  {_size(area):>18}" for area in areas]
    return "\n".join(lines)


def _size(area: Mapping[str, Any]) -> str:
    if area["area_m2"] is None:
        return f"{area['pixels']:,} px"
    if area["area_m2"] < 1e4:
        return f"{area['area_m2']:,.1f} m²"
    return f"{area['area_m2'] / 1e4:,.2f} ha"
