"""Translation: every text that a user reads goes through `tr`."""

from __future__ import annotations

import re
from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

from satseg_qgis.engine import words

CONTEXT = "SatSeg"
FOLDER = Path(__file__).parent / "i18n"


def tr(text: str) -> str:
    """The text in the language of QGIS, or as it is where there is no translation."""
    return str(QCoreApplication.translate(CONTEXT, text))


def install_translator() -> QTranslator | None:
    """Load the translation for the language of QGIS, for the engine's side, too; None where there is none."""
    words.speak(tr)
    locale = QgsApplication.instance().locale() if QgsApplication.instance() else ""
    for name in translations(locale):
        file = FOLDER / f"satseg_{name}.qm"
        translator = QTranslator()
        if file.exists() and translator.load(str(file)):
            QCoreApplication.installTranslator(translator)
            return translator
    return None


def translations(locale: str) -> list[str]:
    """Names of translations that serve a locale, best first: ``zh_Hant_TW``, ``zh_Hant`` and ``zh``."""
    parts = re.split("[_-]", re.split("[.@]", locale)[0])
    return ["_".join(parts[:count]) for count in range(len(parts), 0, -1) if parts[0]]
