"""The translation template names every text of the plugin."""

from __future__ import annotations

import importlib.util
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import ModuleType

PROJECT = Path(__file__).resolve().parents[3]


def load() -> ModuleType:
    path = PROJECT / "tools" / "update_translations.py"
    spec = importlib.util.spec_from_file_location("update_translations", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


update = load()


def test_texts_are_found_where_they_are_marked() -> None:
    source = 'TITLE = "a"\nTAGS = ("b", "c")\nSUMMARY = "d"\ntr("e" "f").format(x=1)\nself._tr("g")\nother("no")'
    assert set(update.texts(source)) == {"a", "b", "c", "d", "ef", "g"}


def test_the_template_is_up_to_date() -> None:
    # Otherwise: python tools/update_translations.py
    assert update.TEMPLATE.read_text(encoding="utf-8") == update.template()


def test_the_template_is_what_linguist_reads() -> None:
    root = ElementTree.parse(update.TEMPLATE).getroot()
    sources = [message.findtext("source") for message in root.iter("message")]
    assert len(sources) == len(set(sources)) > 40
    assert "Map land cover" in sources
    assert "forest" in sources
