"""A run record for people: what was mapped, with which model, how, and how to do it again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Callable, Optional

from satseg_core.model.card import ModelCard
from satseg_core.page.beside import Record, image_name
from satseg_core.page.command import segment_command
from satseg_core.page.markup import WIDTH, preformatted, text

Fact = tuple[str, Callable[[Record], Optional[str]]]
"""What something is called, and its plain text; None or an error where the record does not tell."""

_STAGES = {
    "segment": "classifying", "finish": "finishing the map", "confidence": "finishing the confidence",
    "areas": "measuring", "polygons": "polygons",
}  # fmt: skip


def run_part(record: Record, card: ModelCard | None) -> str:
    """HTML on a run.

    Args:
        record: of the run; what it lacks is left out.
        card: of its model, if that is known.
    """
    groups = (("Image", _facts(_IMAGE, record)), ("Model", _model(record, card)), ("Run", _facts(_RUN, record)))
    rows = "".join(_group(title, facts) for title, facts in groups if facts)
    whole = preformatted(json.dumps(record, indent=2, ensure_ascii=False))
    return (
        f'<h2>How the map was made</h2>\n<table width="{WIDTH}" cellspacing="0" cellpadding="3">\n{rows}</table>\n'
        f"{_again(record)}<details><summary>The whole run record</summary>\n{whole}</details>"
    )


def warnings_part(record: Record) -> str:
    """HTML with the warnings of a run, or nothing."""
    warnings = record.get("warnings")
    if not isinstance(warnings, list) or not warnings:
        return ""
    lines = "<br>\n".join(f"<b>Warning:</b> {text(sentence)}" for sentence in warnings)
    return (
        f'<table width="{WIDTH}" cellspacing="0" cellpadding="8">'
        f'<tr><td class="warning" bgcolor="#fff3d6">{lines}</td></tr></table>'
    )


def summary(record: Record) -> str:
    """A line of plain text: which model, on what image, and when."""
    parts = (("by the model", _model_name), ("from", image_name), ("on", _day))
    return " ".join(("Made", *(f"{word} {fact}" for word, fact in _facts(parts, record))))


def _group(title: str, facts: Iterable[tuple[str, str]]) -> str:
    rows = "".join(
        f'<tr><td width="190" class="faint">{text(name)}</td><td>{text(value)}</td></tr>\n' for name, value in facts
    )
    return f'<tr><td colspan="2"><h3>{text(title)}</h3></td></tr>\n{rows}'


def _facts(wanted: Sequence[Fact], record: Record) -> list[tuple[str, str]]:
    """Names and texts of what a record tells."""
    found = []
    for name, fact in wanted:
        try:
            value = fact(record)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            continue  # another version wrote it, or a person
        if value:
            found.append((name, value))
    return found


def _again(record: Record) -> str:
    try:
        command = segment_command(record["options"])
    except (KeyError, TypeError, AttributeError):
        return ""
    return f"<h3>To make it again</h3>\n{preformatted(command)}\n"


def _day(record: Record) -> str:
    return f"{datetime.fromisoformat(record['finished']):%Y-%m-%d}"


def _path(record: Record) -> str:
    return str(record["input"]["path"])


def _raster(record: Record) -> str:
    found = record["input"]
    return f"{found['width']:,} × {found['height']:,} px, {found['dtype']}, {found['driver']}"


def _part(record: Record) -> str | None:
    found, (rows, cols) = record["input"], (record["grid"]["rows"], record["grid"]["cols"])
    if (rows, cols) == ([0, found["height"]], [0, found["width"]]):
        return None
    return f"rows {rows[0]:,} to {rows[1]:,}, columns {cols[0]:,} to {cols[1]:,}"


def _system(record: Record) -> str:
    wkt = record["input"]["crs"]
    if wkt is None:
        return "none"
    name = re.search(r'"([^"]+)"', wkt)
    number = re.search(r'(?:AUTHORITY|ID)\["EPSG",\s*"?(\d+)"?\]\s*\]\s*$', wkt)
    return (name.group(1) if name else "of its own") + (f" (EPSG:{number.group(1)})" if number else "")


def _pixel(record: Record) -> str:
    across, down = record["input"]["metres_per_pixel"]
    kind = _metres_of(record)
    if kind == "pixels":
        return "of unknown size"
    return f"{across:.3g} × {down:.3g} m " + (
        "on the ground" if kind == "ground" else "in the plane of its coordinates"
    )


def _metres_of(record: Record) -> str:
    """What the metres are of: the ground, a plane, or px; records of old versions do not tell."""
    return str(record["input"].get("metres_of", "ground"))


def _bands(record: Record) -> str:
    return ", ".join(str(int(band)) for band in record["input"]["bands"])


def _values(record: Record) -> str:
    stretch = record["input"]["stretch"]
    low, high = (_each(stretch[end]) for end in ("low", "high"))
    return f"dark is {low}, bright is {high} ({stretch['origin']})"


def _each(values: Sequence[float]) -> str:
    """A value a band, or one where all have the same."""
    return ", ".join(f"{value:g}" for value in (values[:1] if len(set(values)) == 1 else values))


_IMAGE: tuple[Fact, ...] = (
    ("File", _path), ("Raster", _raster), ("Part that was mapped", _part), ("Coordinate system", _system),
    ("Pixel", _pixel), ("Bands", _bands), ("Values", _values),
)  # fmt: skip


def _model_name(record: Record) -> str:
    return f"{record['model']['name']} {record['model']['version']}"


def _model_pixel(record: Record) -> str:
    trained = f"trained at {record['model']['pixel_size_m']:g} m a pixel"
    if _metres_of(record) == "pixels" and record["grid"]["raster_px_per_model_px"][0] == 1:
        return f"{trained}, run at the image's own pixels"
    scale = record["grid"]["raster_px_per_model_px"][0] * record["input"]["metres_per_pixel"][0]
    return f"{trained}, run at {scale:.3g} m a pixel"


def _weights(record: Record) -> str:
    return f"{record['model']['file']}, weights {record['model']['weights_sha256'][:12]}…"


def _model(record: Record, card: ModelCard | None) -> list[tuple[str, str]]:
    """What the record says of the model, and what its card adds."""
    facts = _facts((("Model", _model_name), ("Pixel", _model_pixel), ("File", _weights)), record)
    if card is None:
        return facts
    more = [("Title", card.title), ("Licence", card.licence), ("Accuracy", _accuracy(card.accuracy))]
    more += [("Known limits" if not place else "", limit) for place, limit in enumerate(card.limits)]
    return facts + [(name, value) for name, value in more if value]


def _accuracy(measured: Any) -> str:
    """What a card says of accuracy, in a sentence; nothing where it has none of the usual figures."""
    parts = []
    for key, factor, words in (("pixel_accuracy", 100, "{:.0f} % of pixels right"), ("miou", 1, "mean IoU {:.2f}")):
        value = measured.get(key)
        if isinstance(value, (int, float)):
            parts.append(words.format(factor * value))
    if parts and measured.get("measured_on"):
        parts.append(f"measured on {measured['measured_on']}")
    return ", ".join(parts)


def _when(record: Record) -> str:
    started, finished = (datetime.fromisoformat(record[name]) for name in ("started", "finished"))
    return f"{finished:%Y-%m-%d %H:%M:%S} UTC; it took {_duration((finished - started).total_seconds())}"


def _duration(seconds: float) -> str:
    if seconds < 1:
        return "less than a second"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def _stages(record: Record) -> str:
    return ", ".join(f"{_STAGES.get(name, name)} {seconds:.1f} s" for name, seconds in record["seconds"].items())


def _runtime(record: Record) -> str:
    runtime = record["runtime"]
    return (
        f"{runtime['name']} {runtime['version']} on {runtime['device']}, {runtime['precision']},"
        f" because {runtime['reason']}"
    )


def _tiles(record: Record) -> str:
    grid = record["grid"]
    tile, overlap = grid["tile_model_px"][0], grid["overlap_model_px"][0]
    cut = f"{grid['tiles_run']:,} of {grid['tiles_in_raster']:,} run, {tile} px each with an overlap of {overlap}"
    resumed = grid["blocks_resumed"]
    return f"{cut}; {resumed} blocks were done by an interrupted run" if resumed else cut


def _memory(record: Record) -> str:
    return f"{record['peak_memory_mb']:,.0f} MB at most"


def _files(record: Record) -> str:
    options = record["options"]
    return ", ".join(str(options[name]) for name in ("output", "polygons", "confidence") if options.get(name))


def _polygons(record: Record) -> str | None:
    count = record["polygons"]
    return None if count is None else f"{count:,}"


def _versions(record: Record) -> str:
    names = {"satseg": "SatSeg", "python": "Python"}
    return ", ".join(f"{names.get(name, name)} {version}" for name, version in record["versions"].items())


_RUN: tuple[Fact, ...] = (
    ("Finished", _when), ("Time", _stages), ("Runtime", _runtime), ("Tiles", _tiles), ("Memory", _memory),
    ("Files", _files), ("Polygons", _polygons), ("Versions", _versions),
)  # fmt: skip
