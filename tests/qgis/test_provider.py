"""The provider and how its algorithms present themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsProcessingParameterDefinition
from qgis.PyQt.QtCore import QSize

from satseg_core.version import __version__

IDS = ("satseg:areas", "satseg:segment", "satseg:setup", "satseg:vectorize")


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
    assert advanced == {"MODEL_FILE", "PIXEL_SIZE", "STRETCH", "RUNTIME", "DEVICE", "RESUME"}
    for name in ("MODEL", "RUNTIME", "DEVICE"):
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
