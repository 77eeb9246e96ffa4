"""The pages of the folder ``help`` as QGIS shows them: beside a dialog, or as text in a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QUrl

from satseg_qgis.algorithms.models_help import models_section

FOLDER = Path(__file__).resolve().parent.parent / "help"

PARTS: Mapping[str, Callable[[], str]] = {"models": models_section}
"""What takes the place of the comment ``<!-- NAME -->`` in any page."""


def help_text(name: str, parts: Mapping[str, str] | None = None) -> str:
    """The page of an algorithm in the language of QGIS.

    Args:
        name: of the algorithm.
        parts: HTML that takes the place of comments in this page, as `PARTS` does in any.

    Returns:
        HTML in one line, or in ``qgis_process`` text in lines.
    """
    html = help_page(FOLDER, name, QgsApplication.locale()).read_text(encoding="utf-8")
    for part, make in PARTS.items():
        mark = f"<!-- {part} -->"
        html = html.replace(mark, make()) if mark in html else html
    for part, text in (parts or {}).items():
        html = html.replace(f"<!-- {part} -->", text)
    if QgsApplication.platform() == "qgis_process":
        return as_text(html)
    return " ".join(with_pictures(html, FOLDER).split())  # QGIS would show the ends of lines as paragraphs


def help_page(folder: Path, name: str, locale: str) -> Path:
    """The file of a page: that of the country, such as ``de_AT/NAME.html``, of the language, or the English one.

    Args:
        folder: with the English pages, and a folder for each language.
        name: of the page.
        locale: of QGIS, such as ``de_AT`` or ``fr``.
    """
    for language in (locale, re.split("[_-]", locale)[0]):
        page = folder / language / f"{name}.html"
        if language and page.exists():
            return page
    return folder / f"{name}.html"


def with_pictures(html: str, folder: Path) -> str:
    """The page with addresses of its pictures that hold wherever it is shown.

    Args:
        html: with pictures as ``images/NAME.png``, or ``../images/NAME.png`` in pages of a language.
        folder: that holds ``images``.
    """
    address = QUrl.fromLocalFile(str(folder / "images")).toString(QUrl.ComponentFormattingOption.FullyEncoded)
    return re.sub(r'src="(?:\.\./)?images/', lambda _: f'src="{address}/', html)


def as_text(html: str) -> str:
    """What a terminal can show of a page: its paragraphs and lists, without pictures and what is said of them."""
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _TextReader(HTMLParser):
    """Collects the words of blocks; each block begins with what sets it off from the one before."""

    BEGINNINGS: Mapping[str, str] = {"p": "\n\n", "h3": "\n\n", "ul": "\n", "ol": "\n", "li": "\n- ", "br": "\n"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks = [""]
        self._in_picture = False  # from a picture to the end of its paragraph

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- of the base
        if tag in self.BEGINNINGS:
            self._blocks += [self.BEGINNINGS[tag], ""]
        self._in_picture = self._in_picture or tag == "img"

    def handle_endtag(self, tag: str) -> None:
        self._in_picture = self._in_picture and tag != "p"

    def handle_data(self, data: str) -> None:
        if not self._in_picture:
            self._blocks[-1] += data

    def text(self) -> str:
        """All blocks that have words."""
        lines = ""
        for beginning, words in zip(["", *self._blocks[1::2]], self._blocks[0::2]):
            shown = " ".join(words.split())
            lines += f"{beginning}{shown}" if shown else ""
        return lines.strip()
