"""The language of what these modules say. They know nothing of QGIS: until the plugin tells them, it is English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

Translate = Callable[[str], str]


@dataclass
class _Language:
    translate: Translate = str


_LANGUAGE = _Language()


def tr(text: str) -> str:
    """The text in the user's language, or as it is where nobody has said which that is."""
    return _LANGUAGE.translate(text)


def speak(translate: Translate) -> None:
    """From now on, `tr` asks this function."""
    _LANGUAGE.translate = translate


def marked(text: str) -> str:
    """The text itself; marks one for translation that goes through `tr` elsewhere."""
    return text
