"""Areas as outputs that models can calculate with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from qgis.core import QgsProcessingOutputDefinition, QgsProcessingOutputNumber, QgsProcessingOutputString

from satseg_core.legend import LAND_COVER
from satseg_qgis.translate import tr

PIXELS = "PIXELS"
AREA = "AREA_M2"
LARGEST_CLASS = "LARGEST_CLASS"


def area_definitions() -> list[QgsProcessingOutputDefinition]:
    """Outputs of a map's areas; the classes are those of the default legend."""
    totals = [
        QgsProcessingOutputNumber(PIXELS, tr("Mapped pixels")),
        QgsProcessingOutputNumber(AREA, tr("Mapped area (m²)")),
        QgsProcessingOutputString(LARGEST_CLASS, tr("Class with the largest area")),
    ]
    classes = [
        QgsProcessingOutputNumber(area_name(c.name), tr("Area of {name} (m²)").format(name=tr(c.name)))
        for c in LAND_COVER
    ]
    return totals + classes


def area_name(class_name: str) -> str:
    """Name of the output with a class's area."""
    return "AREA_" + class_name.upper()


def area_values(result: Mapping[str, Any]) -> dict[str, Any]:
    """Values of `area_definitions` from the engine's result.

    Classes of other legends are in the run record and the tables. On the ground means m²; a raster
    without a CRS has none, and its areas are left out.
    """
    areas = _over_zones(result.get("areas") or ())
    values: dict[str, Any] = {PIXELS: sum(area["pixels"] for area in areas)}
    if values[PIXELS]:
        values[LARGEST_CLASS] = max(areas, key=lambda area: area["pixels"])["name"]
    if any(area.get("area_m2") is None for area in areas):
        return values
    values[AREA] = sum(area["area_m2"] for area in areas)
    known = {c.name for c in LAND_COVER}
    values.update({area_name(area["name"]): area["area_m2"] for area in areas if area["name"] in known})
    return values


def _over_zones(areas: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The areas of classes; those in zones added up."""
    found: dict[int, dict[str, Any]] = {}
    for area in areas:
        total = found.setdefault(area["code"], {"name": area["name"], "pixels": 0, "area_m2": 0.0})
        total["pixels"] += area["pixels"]
        unknown = area.get("area_m2") is None or total["area_m2"] is None
        total["area_m2"] = None if unknown else total["area_m2"] + area["area_m2"]
    return list(found.values())
