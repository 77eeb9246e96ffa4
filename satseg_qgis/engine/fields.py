"""The engine's sentences name options of its command line; users of QGIS have fields for them."""

from __future__ import annotations

import re

from satseg_qgis.engine.words import marked, tr

FIELDS: dict[str, str] = {
    "--bands": marked("Bands"),
    "--nodata": marked("No data"),
    "--also-nodata": marked("No data"),
    "--clouds": marked("Clouds"),
    "--crs": marked("the layer's coordinate system"),
    "--extent": marked("Extent"),
    "--mask": marked("Mask"),
    "--mask-layer": marked("Mask"),
    "--mask-crs": marked("the mask's coordinate system"),
    "--zones": marked("Zones"),
    "--zones-layer": marked("Zones"),
    "--zones-crs": marked("the zones' coordinate system"),
    "--field": marked("Names of the zones"),
    "--legend": marked("Legend"),
    "--model": marked("Model"),
    "--pixel-size": marked("Pixel size (m)"),
    "--stretch": marked("Stretch"),
    "--runtime": marked("Runtime"),
    "--device": marked("Device"),
    "--confidence": marked("Confidence"),
    "--polygons": marked("Land-cover polygons"),
    "--output": marked("Land cover"),
    "--min-area": marked("Smallest area (m²)"),
    "--smooth": marked("Cut the corners of pixels off"),
    "--simplify": marked("Simplify (pixels)"),
    "--resume": marked("Go on with an interrupted run"),
    "'satseg segment'": marked("Map land cover"),
    "'satseg vectorize'": marked("Land-cover polygons"),
    "'satseg areas'": marked("Land-cover areas"),
}
"""Names of fields and algorithms, as QGIS shows them, by the option or command that does the same."""

PHRASES: tuple[tuple[str, str], ...] = (
    (r"start over with --overwrite instead of --resume", "start over without --resume"),
    (r"add --resume to go on with it or --overwrite to start over", "tick --resume to go on with it"),
    (r"leave (--clouds) out", r"leave \1 at keep"),
    (r"or no --clouds", "or leave --clouds at keep"),
    (r"give (--\S+) (?=[\w.-])", r"set \1 to "),
    (r"(such as|use) (--\S+) (?=[\w.-])", r"\1 \2: "),
    (r"say which with (--bands)", r"choose them under \1"),
    (r"say with (--bands)", r"choose under \1"),
    (r"with (--bands)", r"under \1"),
    (r"(--bands) names (\d+); name", r"\1 has \2; choose"),
)
"""How one speaks of an option and of a field, by patterns."""

_TERMINAL = re.compile(r"(?<![^\s(])--[a-z]+(?:-[a-z]+)*(?![\w-])|'satseg [a-z-]+'")


def in_fields(sentence: str) -> str:
    """A sentence of the engine's with the names of fields for those of options; others stay as they are."""
    if not _TERMINAL.search(sentence):
        return sentence
    for pattern, words in PHRASES:
        sentence = re.sub(pattern, words, sentence)
    return _TERMINAL.sub(_field, sentence)


def _field(option: re.Match[str]) -> str:
    name = FIELDS.get(option.group())
    return option.group() if name is None else f"“{tr(name)}”"
