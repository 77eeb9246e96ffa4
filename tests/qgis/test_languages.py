"""The plugin in other languages: what the translations have is what QGIS shows."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest
from conftest import PROJECT, Process
from qgis.PyQt.QtCore import QTranslator

from satseg_qgis import translate
from satseg_qgis.engine import words
from satseg_qgis.translate import CONTEXT, translations


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("update_translations", PROJECT / "tools" / "update_translations.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


update = load()
MADE_UP = "de"
"""The made-up language takes its place, in a copy of the plugin."""


def made_up(text: str) -> str:
    return f"«{text}»"


@pytest.fixture(scope="module")
def made_up_ts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Translations of all texts into a made-up language."""
    path = tmp_path_factory.mktemp("language") / f"satseg_{MADE_UP}.ts"
    found = update.sources()
    ready = {text: update.Translation(made_up(text), finished=True) for text in found}
    path.write_text(update.written(found, MADE_UP, ready), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made_up_qm(made_up_ts: Path) -> Path:
    program = update.lrelease()
    if program is None:
        pytest.skip(update.NO_LRELEASE)
    path = made_up_ts.with_suffix(".qm")
    path.write_bytes(update.compiled(program, made_up_ts))
    return path


@pytest.fixture(scope="module")
def translated(qgis_process: Process, made_up_qm: Path, tmp_path_factory: pytest.TempPathFactory) -> Process:
    """A ``qgis_process`` whose plugin speaks the made-up language where German is asked for."""
    folder = tmp_path_factory.mktemp("translated") / "profile"
    before = Path(qgis_process.environ["QGIS_CUSTOM_CONFIG_PATH"])
    shutil.copytree(before, folder)
    plugin = folder / qgis_process.plugin.relative_to(before)
    shutil.copy(made_up_qm, plugin / "i18n")
    return Process(qgis_process._program, {**qgis_process.environ, "QGIS_CUSTOM_CONFIG_PATH": str(folder)}, plugin)


def in_language(locale: str) -> dict[str, str]:
    return {"LC_ALL": f"{locale}.UTF-8", "LANG": f"{locale}.UTF-8", "LANGUAGE": ""}


def out_of(qm: Path, texts: list[str]) -> dict[str, str]:
    """What Qt finds for the texts; empty where it finds nothing."""
    translator = QTranslator()
    translator.load(str(qm))
    # Bytes, as PyQt takes text for ASCII here, other than in what `tr` calls.
    return {text: translator.translate(CONTEXT.encode(), text.encode()) or "" for text in texts}


def test_every_text_comes_out_of_what_was_compiled(made_up_qm: Path) -> None:
    texts = list(update.sources())
    assert out_of(made_up_qm, texts) == {text: made_up(text) for text in texts}


@pytest.mark.parametrize("language", update.LANGUAGES)
def test_every_text_of_a_language_comes_out_translated(language: str) -> None:
    # Otherwise: fill satseg_<language>.ts in, then python tools/update_translations.py
    expected = {text: translation.text for text, translation in update.read(update.language_file(language)).items()}
    found = out_of(update.language_file(language, ".qm"), list(update.sources()))
    assert [text for text, translation in found.items() if not translation] == []
    assert found == expected


@pytest.mark.parametrize("locale", ["de_DE", "de_AT", "de"])
def test_all_of_german_speaking_read_german(translated: Process, locale: str) -> None:
    shown = translated("help", "satseg:segment", **in_language(locale)).stdout
    assert made_up("Map land cover") in shown
    assert made_up("Bands") in shown


@pytest.mark.parametrize("locale", ["C", "en_US", "ja_JP"])
def test_others_read_english(translated: Process, locale: str) -> None:
    shown = translated("help", "satseg:segment", **in_language(locale)).stdout
    assert "Map land cover (" in shown
    assert "«" not in shown


def test_the_language_of_the_profile_goes_before_that_of_the_system(translated: Process, tmp_path: Path) -> None:
    before = Path(translated.environ["QGIS_CUSTOM_CONFIG_PATH"])
    shutil.copytree(before, tmp_path / "profile")
    (settings,) = (tmp_path / "profile").rglob("QGIS3.ini")
    with settings.open("a", encoding="utf-8") as file:
        file.write("\n[locale]\noverrideFlag=true\nuserLocale=de\n")
    variables = {**in_language("C"), "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path / "profile")}
    assert made_up("Map land cover") in translated("help", "satseg:segment", **variables).stdout


def test_what_the_side_of_the_engine_says_is_translated_too(translated: Process, image: Path, tmp_path: Path) -> None:
    words = {"INPUT": str(image), "OUTPUT": str(tmp_path / "map.tif")}
    code, _, text = translated.run("satseg:segment", words, SATSEG_PYTHON="/nowhere/python3", **in_language("de_DE"))
    assert code
    assert "«SATSEG_PYTHON names a Python that cannot run SatSeg: /nowhere/python3 «cannot be run (" in text


def test_a_german_qgis_shows_the_german_of_the_zip(qgis_process: Process) -> None:
    german = update.read(update.language_file("de"))
    listed = qgis_process("list", **in_language("de_DE")).stdout
    for title in ("Map land cover", "Land-cover polygons", "Land-cover areas"):
        assert german[title].text not in ("", title)
        assert german[title].text in listed
    # QGIS lists no algorithm that is hidden from the model designer, but runs and explains it.
    assert german["Set up SatSeg"].text in qgis_process("help", "satseg:setup", **in_language("de_DE")).stdout


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("de", ["de"]),
        ("de_AT", ["de_AT", "de"]),
        ("pt-BR", ["pt_BR", "pt"]),
        ("zh_Hant_TW", ["zh_Hant_TW", "zh_Hant", "zh"]),
        ("sr@latin", ["sr"]),
        ("fr_FR.UTF-8", ["fr_FR", "fr"]),
        ("", []),
    ],
)
def test_a_translation_serves_all_countries_of_a_language(locale: str, expected: list[str]) -> None:
    assert translations(locale) == expected


def test_the_side_of_the_engine_asks_qt(qgis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words._LANGUAGE, "translate", str)
    assert words.tr("forest") == "forest"
    translate.install_translator()
    assert words._LANGUAGE.translate is translate.tr
