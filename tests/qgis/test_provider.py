"""The provider and how its algorithms present themselves."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsProcessingParameterDefinition
from qgis.PyQt.QtCore import QSize, QUrl
from qgis.PyQt.QtGui import QImage

from satseg_core.model.card import CARD_KEY, ModelCard
from satseg_core.model.store import find_model
from satseg_core.version import __version__

IDS = ("satseg:areas", "satseg:segment", "satseg:setup", "satseg:vectorize")
HELP = Path(__file__).resolve().parents[2] / "satseg_qgis" / "help"
PAGES = sorted(HELP.rglob("*.html"))
BESIDE_A_DIALOG = 232
"""Width that the help has when a dialog opens, px."""


def algorithm(name: str):
    return QgsApplication.processingRegistry().algorithmById(name)


def test_the_provider_is_there_with_its_algorithms(qgis) -> None:
    provider = QgsApplication.processingRegistry().providerById("satseg")
    assert provider.name() == "SatSeg"
    assert provider.versionInfo() == __version__
    assert sorted(a.id() for a in provider.algorithms()) == list(IDS)
    assert not provider.supportsNonFileBasedOutput()
    assert provider.defaultRasterFileExtension() == "tif"
    assert provider.defaultVectorFileExtension(True) == "gpkg"


@pytest.mark.parametrize("name", IDS)
def test_an_algorithm_says_what_it_is(qgis, name: str) -> None:
    shown = algorithm(name)
    assert shown.displayName()
    assert shown.shortDescription()
    assert len(shown.shortHelpString()) > 100
    assert "\n" not in shown.shortHelpString()  # QGIS would show paragraphs
    assert shown.helpUrl().startswith("https://")
    assert shown.group() == "Land cover"
    assert shown.tags()
    assert not shown.icon().pixmap(QSize(24, 24)).isNull()
    assert Path(shown.svgIconPath()).exists()
    assert shown.canExecute() == (True, "")


@pytest.mark.parametrize("name", IDS)
def test_every_parameter_has_a_name_in_capitals_and_a_help(qgis, name: str) -> None:
    for parameter in algorithm(name).parameterDefinitions():
        assert parameter.name() == parameter.name().upper()
        assert parameter.description()
        assert len(parameter.help()) > 10, parameter.name()


def test_rare_parameters_are_advanced_and_choices_are_words(qgis) -> None:
    definitions = {p.name(): p for p in algorithm("satseg:segment").parameterDefinitions()}
    advanced = {n for n, p in definitions.items() if p.flags() & QgsProcessingParameterDefinition.Flag.FlagAdvanced}
    assert advanced == {"MODEL_FILE", "PIXEL_SIZE", "STRETCH", "NODATA", "CLOUDS", "RUNTIME", "DEVICE", "RESUME"}
    for name in ("MODEL", "CLOUDS", "RUNTIME", "DEVICE"):
        assert definitions[name].usesStaticStrings()
    assert definitions["MODEL"].defaultValue() == "landcover"
    assert definitions["POLYGONS"].createByDefault()
    assert not definitions["CONFIDENCE"].createByDefault()


def test_an_untouched_dialog_asks_for_nothing_special(qgis, image, context, log, fake_engine) -> None:
    """What the widgets give when nothing is touched, those of the advanced parameters included."""
    import processing
    from processing.gui.AlgorithmDialog import AlgorithmDialog
    from qgis.core import QgsProject, QgsRasterLayer

    QgsProject.instance().addMapLayer(QgsRasterLayer(str(image), "image"))
    dialog = AlgorithmDialog(algorithm("satseg:segment").create(), False, None)
    values = dialog.createProcessingParameters()
    dialog.close()
    assert dialog.algorithm().checkParameterValues(values, context) == (True, "")
    destinations = ("OUTPUT", "POLYGONS", "CONFIDENCE", "AREAS_HTML")
    assert [name for name in destinations if values.get(name)] == ["OUTPUT", "POLYGONS", "AREAS_HTML"]
    fake_engine("environment")
    processing.run(dialog.algorithm(), values, feedback=log)
    options = [word.split("=")[0] for word in log.commands[0].split() if word.startswith("--")]
    assert options == ["--output", "--polygons", "--overwrite"]


class Tags(HTMLParser):
    """Checks that tags are closed in order, and keeps the pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.pictures: list[dict] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        assert tag in ("p", "h3", "ul", "li", "b", "i", "code", "br", "img", "span")
        if self.open and self.open[-1] == "p":
            assert tag not in ("p", "h3", "ul")
        if tag == "li":
            assert self.open[-1] == "ul"
        if tag == "img":
            self.pictures.append(dict(attrs))
        elif tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read_tags(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert not tags.open
    return tags


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HELP).as_posix())
def test_a_help_page_is_valid_and_its_pictures_fit_beside_a_dialog(page: Path) -> None:
    tags = read_tags(page.read_text(encoding="utf-8"))
    assert tags.pictures
    for picture in tags.pictures:
        shown = QImage(str(page.parent / picture["src"]))
        assert (shown.width(), shown.height()) == (int(picture["width"]), int(picture["height"]))
        assert shown.width() <= BESIDE_A_DIALOG
        assert len(picture["alt"]) > 10


def test_the_pictures_are_small_and_all_are_shown() -> None:
    files = list((HELP / "images").iterdir())
    assert sum(file.stat().st_size for file in files) < 400_000
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert {file.name for file in files} == set(re.findall(r"images/([^\"]+)", text))


@pytest.mark.parametrize("name", IDS)
def test_the_help_beside_a_dialog_shows_its_picture_without_scrolling_sideways(qgis, name: str) -> None:
    from processing.gui.AlgorithmDialog import AlgorithmDialog
    from qgis.PyQt.QtWidgets import QTextBrowser

    for picture in read_tags(algorithm(name).shortHelpString()).pictures:
        assert not QImage(QUrl(picture["src"]).toLocalFile()).isNull()
    dialog = AlgorithmDialog(algorithm(name).create(), False, None)
    dialog.show()
    qgis.processEvents()
    browser = dialog.findChild(QTextBrowser, "textShortHelp")
    assert browser.document().idealWidth() <= max(browser.viewport().width(), 240)
    dialog.close()


def test_a_page_is_taken_in_the_language_of_qgis_where_it_is_translated(qgis, tmp_path: Path) -> None:
    from satseg_qgis.algorithms.help_pages import help_page

    for place in ("areas.html", "setup.html", "de/areas.html", "pt_BR/areas.html"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text("")
    expected = {
        "de": "de/areas.html", "de_AT": "de/areas.html", "de-CH": "de/areas.html", "pt_BR": "pt_BR/areas.html",
        "pt_PT": "areas.html", "en_US": "areas.html", "C": "areas.html", "": "areas.html",
    }  # fmt: skip
    found = {locale: help_page(tmp_path, "areas", locale).relative_to(tmp_path).as_posix() for locale in expected}
    assert found == expected
    assert help_page(tmp_path, "setup", "de_DE") == tmp_path / "setup.html"


def test_a_translated_page_shares_the_pictures(qgis, tmp_path: Path) -> None:
    from satseg_qgis.algorithms.help_pages import with_pictures

    folder = tmp_path / "über uns #1"
    addresses = [with_pictures(f'<img src="{place}images/a.png">', folder) for place in ("", "../")]
    assert addresses[0] == addresses[1]
    assert QUrl(re.findall('"(.*)"', addresses[0])[0]).toLocalFile() == str(folder / "images" / "a.png")


@pytest.mark.parametrize("name", IDS)
def test_the_help_in_a_terminal_is_text(qgis_process, name: str) -> None:
    description = qgis_process("help", name).stdout.split("Arguments\n")[0]
    assert not re.search(r"[<>]|&\w+;|file://", description), description


def test_the_help_in_a_terminal_has_all_parts(qgis_process) -> None:
    description = qgis_process("help", "satseg:segment").stdout.split("Arguments\n")[0]
    assert "\n- Land cover: a GeoTIFF with exactly the image's grid" in description
    assert "\n\nWhat it gives\n" in description
    assert "bright: sure" not in description  # that is about the picture
    assert "landcover " in description.split("\nModels\n")[1]


def write_model(path: Path, card: ModelCard, **changes: object) -> None:
    """A file with nothing but a card; ``changes`` are made to its JSON, whether they are right or wrong."""
    text = json.dumps({**json.loads(card.to_json()), **changes})
    header = json.dumps({"__metadata__": {CARD_KEY: text}}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header)


def test_the_help_has_the_card_of_each_installed_model(qgis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = find_model().card
    mine = dataclasses.replace(
        shipped, name="mine", title="A <b>bold</b> title", version="7.8.9", licence="CC0-1.0", pixel_size=0.25,
        bands=("nir", "red", "green"),
        accuracy={"pixel_accuracy": 0.914, "miou": 0.5, "measured_on": "my fields & lanes"},
    )  # fmt: skip
    write_model(tmp_path / "mine.safetensors", mine)
    monkeypatch.setenv("SATSEG_MODELS", str(tmp_path))
    text = algorithm("satseg:segment").shortHelpString()
    read_tags(text)
    section = text.split("<h3>Models</h3>")[1]
    for words in (
        "mine 7.8.9", "A &lt;b&gt;bold&lt;/b&gt; title", "nir, red, green", "0.25 m", "CC0-1.0",
        "91 % of the pixels right, mean IoU 50 % (my fields &amp; lanes)",
        f"{shipped.name} {shipped.version}", shipped.title, f"{shipped.pixel_size:g} m",
        *(f'<span style="color:{c.hex_color}">&#9632;</span>&nbsp;{c.name}' for c in shipped.legend),
    ):  # fmt: skip
        assert words in section, words


def test_models_that_are_broken_or_say_little_do_not_keep_the_dialog_from_opening(
    qgis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = find_model().card
    (tmp_path / "cut.safetensors").write_bytes(b"\x00\x01")
    (tmp_path / "cut.onnx").write_bytes(b"nothing")
    (tmp_path / "folder.onnx").mkdir()
    for number, accuracy in enumerate(([], "good", {"pixel_accuracy": "high", "miou": 71}, {"measured_on": 1}, None)):
        write_model(tmp_path / f"odd{number}.safetensors", card, name=f"odd{number}", accuracy=accuracy, licence="")
    write_model(tmp_path / "bands.safetensors", card, name="bands", bands=[1, 2, 3])
    monkeypatch.setenv("SATSEG_MODELS", str(tmp_path))
    text = algorithm("satseg:segment").shortHelpString()
    section = text.split("<h3>Models</h3>")[1]
    assert [f"odd{number}" in section for number in range(5)] == [True] * 5
    assert "1, 2, 3" in section
    assert section.count("<i>Accuracy</i>") == 2  # of the shipped one, and of its copy with other bands
    assert "cut" not in section


def test_the_language_is_that_of_qgis(qgis_process) -> None:
    page = qgis_process.plugin / "help" / "de" / "areas.html"
    there = page.exists()
    text = page.read_text(encoding="utf-8") if there else ""
    page.parent.mkdir(exist_ok=True)
    page.write_text("<p>Größen &amp; Längen</p>", encoding="utf-8")
    try:
        shown = qgis_process("help", "satseg:areas", LC_ALL="de_AT.UTF-8", LANGUAGE="")
        english = qgis_process("help", "satseg:areas", LC_ALL="en_GB.UTF-8", LANGUAGE="")
    finally:
        if there:
            page.write_text(text, encoding="utf-8")
        else:
            page.unlink()
    assert "Größen & Längen" in shown.stdout
    assert "true square metres on the ellipsoid" in english.stdout
