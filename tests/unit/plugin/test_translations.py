"""The translations name every text of the plugin, and each language has them all."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

PROJECT = Path(__file__).resolve().parents[3]
PLUGIN = PROJECT / "satseg_qgis"


def load() -> ModuleType:
    path = PROJECT / "tools" / "update_translations.py"
    spec = importlib.util.spec_from_file_location("update_translations", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


update = load()
FOUND = {"Open {path} & go": "../a.py", "<b>Done</b>": "../a.py", "New": "../b.py"}
"""Texts, and where they are."""


def test_texts_are_found_where_they_are_marked() -> None:
    source = (
        'TITLE = "a"\nTAGS = ("b", "c")\nSUMMARY = "d"\ntr("e" "f").format(x=1)\nself._tr("g")\nother("no")\n'
        'X = {1: marked("h")}\ntr("i" if x else "j")\ntr(TITLE)'
    )
    assert list(update.texts(source)) == ["a", "b", "c", "d", "ef", "g", "h", "i", "j"]


def test_a_text_with_values_in_it_is_refused() -> None:
    with pytest.raises(ValueError, match=r"line 2: .*\.format"):
        list(update.texts('tr("good")\ntr(f"Bad {x}")'))


def test_the_template_is_up_to_date() -> None:
    # Otherwise: python tools/update_translations.py
    assert update.TEMPLATE.read_text(encoding="utf-8") == update.template()


def test_the_template_is_what_linguist_reads() -> None:
    root = ElementTree.parse(update.TEMPLATE).getroot()
    sources = [message.findtext("source") for message in root.iter("message")]
    assert len(sources) == len(set(sources)) > 40
    for text in ("Map land cover", "forest", "The engine failed with code {code}.", "QGIS runs in a Snap"):
        assert any((source or "").startswith(text) for source in sources), text


@pytest.mark.parametrize("language", update.LANGUAGES)
def test_a_language_is_complete(language: str) -> None:
    assert update.problems(language) == []


@pytest.mark.parametrize("language", update.LANGUAGES)
def test_a_language_has_all_pages_of_help(language: str) -> None:
    assert update.missing_pages(language) == []


def test_what_is_translated_is_kept_and_what_is_gone_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "satseg_de.ts"
    before = {
        "Open {path} & go": ("Öffne {path} & los", True),
        "<b>Done</b>": ("<b>Fertig", False),
        "Old": ("Alt", True),
    }
    translations = {text: update.Translation(*one) for text, one in before.items()}
    path.write_text(update.written({**FOUND, "Old": "../c.py"}, "de", translations), encoding="utf-8")
    assert update.read(path) == {**translations, "New": update.NONE}
    path.write_text(update.written(FOUND, "de", update.read(path)), encoding="utf-8")
    root = ElementTree.parse(path).getroot()
    assert root.get("language") == "de"
    kept = {message.findtext("source"): message.find("translation") for message in root.iter("message")}
    assert list(kept) == list(FOUND)
    assert (kept["Open {path} & go"].text, kept["Open {path} & go"].attrib) == ("Öffne {path} & los", {})
    assert (kept["<b>Done</b>"].text, kept["<b>Done</b>"].get("type")) == ("<b>Fertig", "unfinished")
    assert (kept["New"].text, kept["New"].get("type")) == (None, "unfinished")


@pytest.mark.parametrize(
    ("translations", "words"),
    [
        ({"New": ("Neu", True)}, []),
        ({"New": ("", False)}, ["1 texts are unfinished, the first is 'New'"]),
        ({"New": ("Neu", False)}, ["1 texts are unfinished"]),
        ({"New": ("Neu {path}", True)}, ["other {placeholders}: 'Neu {path}'"]),
        ({"Open {path} & go": ("Öffne {pfad} & los", True)}, ["the translation of 'Open {path} & go' has other"]),
        ({"Open {path} & go": ("Öffne {path & los", True)}, ["has other {placeholders}"]),
        (None, ["is not up to date"]),
    ],
)
def test_what_is_wrong_with_a_language_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, translations: dict | None, words: list[str]
) -> None:
    monkeypatch.setattr(update, "sources", lambda: FOUND)
    good = {text: (text, True) for text in FOUND}
    if translations is not None:
        ready = {text: update.Translation(*one) for text, one in {**good, **translations}.items()}
        (tmp_path / "satseg_de.ts").write_text(update.written(FOUND, "de", ready), encoding="utf-8")
    found = update.problems("de", tmp_path)
    assert len(found) == len(words)
    assert all(word in sentence for word, sentence in zip(words, found))


def test_a_file_that_was_not_brought_up_to_date_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = {text: update.Translation(text, finished=True) for text in FOUND}
    (tmp_path / "satseg_de.ts").write_text(update.written(FOUND, "de", ready), encoding="utf-8")
    monkeypatch.setattr(update, "sources", lambda: {**FOUND, "Newer": "../a.py"})
    assert [sentence.split(";")[0] for sentence in update.problems("de", tmp_path)] == [
        "satseg_de.ts is not up to date"
    ]


def test_lrelease_makes_what_the_zip_has() -> None:
    program = update.lrelease()
    if program is None:
        pytest.skip(update.NO_LRELEASE)
    assert "lrelease" in subprocess.run([program, "-version"], capture_output=True, text=True, check=True).stdout
    for language in update.LANGUAGES:
        compiled = update.compiled(program, update.language_file(language))
        assert update.language_file(language, ".qm").read_bytes() == compiled


def sentences_in_english_alone(module: Path) -> Iterator[str]:
    """Errors that are raised with a sentence that went through no translation."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            what = node.exc.args[0]
            if isinstance(what, ast.JoinedStr) or (isinstance(what, ast.Constant) and isinstance(what.value, str)):
                yield f"{module.relative_to(PLUGIN).as_posix()}:{node.lineno}"


def test_errors_of_the_plugin_can_be_translated() -> None:
    modules = [path for path in sorted(PLUGIN.rglob("*.py")) if "examples" not in path.parts]
    found = [place for module in modules for place in sentences_in_english_alone(module)]
    assert [place for place in found if not place.startswith("bundled.py")] == []  # it runs before anything is loaded
