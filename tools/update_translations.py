"""Brings the plugin's translations up to date: ``satseg_qgis/i18n``.

``satseg.ts`` has every text that a user of the plugin reads. ``satseg_<language>.ts`` has each with its translation:
what is translated is kept, what is gone is dropped, and what is new is marked as unfinished, for Qt Linguist or an
editor.
``satseg_<language>.qm`` is made of it by Qt's ``lrelease``, and it is what QGIS loads.

Pages of help are not among the texts: ``satseg_qgis/help/<language>/NAME.html`` is the page in another language.
"""

from __future__ import annotations

import argparse
import ast
import os
import shutil
import string
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import escape

PROJECT = Path(__file__).resolve().parents[1]
PLUGIN = PROJECT / "satseg_qgis"
FOLDER = PLUGIN / "i18n"
TEMPLATE = FOLDER / "satseg.ts"
LANGUAGES = ("de", "es", "fr")
CONTEXT = "SatSeg"
FUNCTIONS = ("tr", "_tr", "marked")
"""What texts are passed to; ``marked`` is for those that go through ``tr`` elsewhere."""

TRANSLATED_CONSTANTS = {"TITLE", "SUMMARY", "TAGS"}
"""Constants whose values go through ``tr`` where they are used."""

LRELEASE = ("lrelease", "lrelease-qt5", "lrelease-qt6", "/usr/lib/qt5/bin/lrelease", "/usr/lib/qt6/bin/lrelease")
NO_LRELEASE = "Qt's lrelease is missing; on Debian and Ubuntu: apt-get install qttools5-dev-tools"


class Translation(NamedTuple):
    text: str
    finished: bool


NONE = Translation("", finished=False)
Translations = Mapping[str, Translation]
"""By the text in English."""


def texts(source: str) -> Iterator[str]:
    """Texts that a module passes to one of `FUNCTIONS`, or keeps in one of `TRANSLATED_CONSTANTS`, line by line.

    Raises:
        ValueError: a text has values in it already: no translation can be found for it.
    """
    found = [part for node in ast.walk(ast.parse(source)) for value in _values(node) for part in _constants(value)]
    yield from (part.value for part in sorted(found, key=lambda part: (part.lineno, part.col_offset)))


def _values(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call) and _called(node.func) in FUNCTIONS:
        return node.args[:1]
    if isinstance(node, ast.Assign) and any(_called(target) in TRANSLATED_CONSTANTS for target in node.targets):
        return list(node.value.values) if isinstance(node.value, ast.Dict) else [node.value]
    return []


def _called(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _constants(node: ast.expr) -> Iterator[ast.Constant]:
    for part in ast.walk(node):
        if isinstance(part, ast.JoinedStr):
            raise ValueError(f"line {part.lineno}: a text with values in it cannot be translated; use .format() on it")
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
            yield part


def sources() -> dict[str, str]:
    """Every text of the plugin, and the file that has it first, as it is named in a ``.ts``."""
    sys.path.insert(0, str(PROJECT))
    from satseg_core.events import STAGES
    from satseg_core.legend import LAND_COVER

    found: dict[str, str] = {}
    for module in sorted(PLUGIN.rglob("*.py")):
        place = module.relative_to(PLUGIN).as_posix()
        try:
            for text in texts(module.read_text(encoding="utf-8")):
                found.setdefault(text, f"../{place}")
        except ValueError as error:
            raise SystemExit(f"{place}, {error}") from error
    for title in STAGES.values():
        found.setdefault(title, "../../satseg_core/events.py")
    for land_class in LAND_COVER:
        found.setdefault(land_class.name, "../../satseg_core/legend.py")
    return found


def written(found: Mapping[str, str], language: str | None, translations: Translations) -> str:
    """The whole of a ``.ts``.

    Args:
        found: see `sources`.
        language: None for the template.
        translations: those that there are; others are dropped.
    """
    messages = "".join(_message(text, place, translations.get(text, NONE)) for text, place in found.items())
    named = f' language="{language}"' if language else ""
    head = f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n<TS version="2.1"{named} sourcelanguage="en">\n'
    return f"{head}<context>\n    <name>{CONTEXT}</name>\n{messages}</context>\n</TS>\n"


def _message(text: str, place: str, translation: Translation) -> str:
    state = "" if translation.finished else ' type="unfinished"'
    return (
        f'    <message>\n        <location filename="{place}"/>\n        <source>{escape(text)}</source>\n'
        f"        <translation{state}>{escape(translation.text)}</translation>\n    </message>\n"
    )


def read(path: Path) -> dict[str, Translation]:
    """Translations of a ``.ts``, also of one that Qt Linguist has written; none where there is no file."""
    if not path.exists():
        return {}
    found = {}
    for message in ElementTree.parse(path).iter("message"):
        node = message.find("translation")
        text = "" if node is None else node.text or ""
        finished = node is not None and "type" not in node.attrib and bool(text.strip())
        found[message.findtext("source") or ""] = Translation(text, finished)
    return found


def template() -> str:
    """The whole of the template."""
    return written(sources(), None, {})


def language_file(language: str, suffix: str = ".ts") -> Path:
    return FOLDER / f"satseg_{language}{suffix}"


def problems(language: str, folder: Path = FOLDER) -> list[str]:
    """What is wrong with a language; a sentence each.

    Args:
        language: of it.
        folder: of the ``.ts``.
    """
    path = folder / f"satseg_{language}.ts"
    translations = read(path)
    found = []
    if not path.exists() or path.read_text(encoding="utf-8") != written(sources(), language, translations):
        found.append(f"{path.name} is not up to date; run tools/update_translations.py")
    unfinished = [text for text, translation in translations.items() if not translation.finished]
    if unfinished:
        found.append(f"{path.name}: {len(unfinished)} texts are unfinished, the first is {unfinished[0]!r}")
    found += [
        f"{path.name}: the translation of {text!r} has other {{placeholders}}: {translation.text!r}"
        for text, translation in translations.items()
        if translation.text and placeholders(text) != placeholders(translation.text)
    ]
    return found


def missing_pages(language: str) -> list[str]:
    """Pages of help that are in English alone; a sentence each."""
    pages = sorted((PLUGIN / "help").glob("*.html"))
    translated = PLUGIN / "help" / language
    return [
        f"help/{language}/{page.name} is missing: the page is shown in English"
        for page in pages
        if not (translated / page.name).exists()
    ]


def placeholders(text: str) -> set[str] | None:
    """Names in braces; None where the braces are none that ``format`` takes."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return None


def lrelease() -> str | None:
    """Path of Qt's compiler of translations; None where it is not installed."""
    return next((found for found in map(shutil.which, LRELEASE) if found), None)


def compiled(program: str, source: Path) -> bytes:
    """What ``lrelease`` makes of a ``.ts``."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "out.qm"
        environ = {**os.environ, "QT_SELECT": "5"}
        subprocess.run([program, "-silent", str(source), "-qm", str(target)], check=True, env=environ)
        return target.read_bytes()


def update() -> int:
    """Write everything anew."""
    found = sources()
    TEMPLATE.write_text(written(found, None, {}), encoding="utf-8")
    for language in LANGUAGES:
        path = language_file(language)
        translations = read(path)
        path.write_text(written(found, language, translations), encoding="utf-8")
        kept = sum(translations.get(text, NONE).finished for text in found)
        print(f"{path.name}: {kept} of {len(found)} texts are translated")
    program = lrelease()
    if program is None:
        print(NO_LRELEASE, file=sys.stderr)
        return 1
    for language in LANGUAGES:
        language_file(language, ".qm").write_bytes(compiled(program, language_file(language)))
    return 0


def check() -> int:
    """Tell what is wrong; 1 if anything is."""
    found = [] if TEMPLATE.read_text(encoding="utf-8") == template() else [f"{TEMPLATE.name} is not up to date"]
    program = lrelease()
    for language in LANGUAGES:
        found += problems(language) + missing_pages(language)
        target = language_file(language, ".qm")
        if program and not (target.exists() and target.read_bytes() == compiled(program, language_file(language))):
            found.append(f"{target.name} is not what lrelease makes of {language_file(language).name}")
    if program is None:
        print(f"{NO_LRELEASE}; the .qm files were not compared", file=sys.stderr)
    print("\n".join(found) or f"{', '.join(LANGUAGES)}: complete")
    return 1 if found else 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit with 1 where something is to be done"
    )
    return check() if parser.parse_args(arguments).check else update()


if __name__ == "__main__":
    sys.exit(main())
