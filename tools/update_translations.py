"""Writes ``satseg_qgis/i18n/satseg.ts``: every text of the plugin that a user reads, for Qt Linguist.

A translation is a copy of it named ``satseg_<language>.ts``, filled in and compiled with ``lrelease``.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

PROJECT = Path(__file__).resolve().parents[1]
PLUGIN = PROJECT / "satseg_qgis"
TEMPLATE = PLUGIN / "i18n" / "satseg.ts"
CONTEXT = "SatSeg"
TRANSLATED_CONSTANTS = {"TITLE", "SUMMARY", "TAGS"}
"""Constants whose values go through ``tr`` where they are used."""


def texts(source: str) -> Iterator[str]:
    """Texts that a module passes to ``tr``, or keeps in one of `TRANSLATED_CONSTANTS`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _called(node.func) in ("tr", "_tr") and node.args:
            yield from _constants(node.args[0])
        elif isinstance(node, ast.Assign) and any(_called(t) in TRANSLATED_CONSTANTS for t in node.targets):
            values = node.value.values if isinstance(node.value, ast.Dict) else [node.value]
            for value in values:
                yield from _constants(value)


def _called(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _constants(node: ast.expr) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
            yield part.value


def template() -> str:
    """The whole file, in the order of modules and texts."""
    sys.path.insert(0, str(PROJECT))
    from satseg_core.events import STAGES
    from satseg_core.legend import LAND_COVER

    found: dict[str, str] = {}
    for module in sorted(PLUGIN.rglob("*.py")):
        for text in texts(module.read_text(encoding="utf-8")):
            found.setdefault(text, f"../{module.relative_to(PLUGIN).as_posix()}")
    for title in STAGES.values():
        found.setdefault(title, "../../satseg_core/events.py")
    for land_class in LAND_COVER:
        found.setdefault(land_class.name, "../../satseg_core/legend.py")
    messages = "".join(
        f'    <message>\n        <location filename="{place}"/>\n        <source>{escape(text)}</source>\n'
        f'        <translation type="unfinished"></translation>\n    </message>\n'
        for text, place in found.items()
    )
    head = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n<TS version="2.1" sourcelanguage="en">\n'
    return f"{head}<context>\n    <name>{CONTEXT}</name>\n{messages}</context>\n</TS>\n"


if __name__ == "__main__":
    TEMPLATE.write_text(template(), encoding="utf-8")
    print(f"{TEMPLATE}: {template().count('<message>')} texts")
