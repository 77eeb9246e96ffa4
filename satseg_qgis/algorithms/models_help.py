"""The installed models' cards in a few words, for the help beside the dialog."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from satseg_core.model.card import ModelCard
from satseg_core.model.store import list_models
from satseg_qgis.translate import tr


def models_section() -> str:
    """A paragraph of HTML for each installed model; a sentence where there is none.

    A folder or a file that cannot be read is passed over: a dialog must open in spite of it.
    """
    try:
        cards = [model.card for model in list_models()]
    except OSError:
        cards = []
    if not cards:
        return f"<p>{escape(tr('No model is installed; choose a model file.'))}</p>"
    return "".join(card_html(card) for card in cards)


def card_html(card: ModelCard) -> str:
    """What one should know of a model before choosing it.

    Words of the card itself are shown as they are: its author wrote them, in a language of theirs.
    """
    rows = "".join(f"<li>{row}</li>" for row in _rows(card))
    return (
        f"<p><b>{escape(card.name)} {escape(card.version)}</b><br>{escape(card.title)}</p>"
        f"<p>{escape(card.description)}</p><ul>{rows}</ul>"
    )


def _rows(card: ModelCard) -> Iterator[str]:
    classes = ", ".join(f'<span style="color:{c.hex_color}">&#9632;</span>&nbsp;{escape(c.name)}' for c in card.legend)
    yield _row(tr("Classes"), classes)
    yield _row(tr("Bands"), escape(", ".join(str(band) for band in card.bands)))
    yield _row(tr("Pixel size"), f"{card.pixel_size:g} m")
    accuracy = escape(accuracy_text(card.accuracy))
    if accuracy:
        yield _row(tr("Accuracy"), accuracy)
    if card.licence:
        yield _row(tr("Licence"), escape(card.licence))


def _row(title: str, html: str) -> str:
    return f"<i>{escape(title)}</i>: {html}"


def accuracy_text(stated: Any) -> str:
    """The figures of a card that most readers know, and what they were measured on; empty where it has none.

    Args:
        stated: the card's ``accuracy``, which is free JSON.
    """
    if not isinstance(stated, dict):
        return ""
    names = {"pixel_accuracy": tr("{percent} % of the pixels right"), "miou": tr("mean IoU {percent} %")}
    known = {key: stated.get(key) for key in names}
    figures = [
        names[key].format(percent=f"{100 * value:.0f}")
        for key, value in known.items()
        if isinstance(value, (int, float)) and 0 <= value <= 1
    ]
    text = ", ".join(figures)
    place = stated.get("measured_on")
    return f"{text} ({place})" if text and isinstance(place, str) else text
