"""Translation: every text that a user reads goes through `tr`."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

CONTEXT = "SatSeg"
FOLDER = Path(__file__).parent / "i18n"


def tr(text: str) -> str:
    """The text in the language of QGIS, or as it is where there is no translation."""
    return str(QCoreApplication.translate(CONTEXT, text))


def install_translator() -> QTranslator | None:
    """Load the translation for the language of QGIS; None where there is none."""
    locale = QgsApplication.instance().locale() if QgsApplication.instance() else ""
    for name in (locale, locale[:2]):
        file = FOLDER / f"satseg_{name}.qm"
        translator = QTranslator()
        if name and file.exists() and translator.load(str(file)):
            QCoreApplication.installTranslator(translator)
            return translator
    return None
