"""Examples to start from: a model for the designer and a script for the Python console.

They are not in the toolbox: Processing takes a model's title for its fixed id and offers *Edit model* only for models
of the user's own, so a model of the provider could neither be translated nor be opened to learn from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingModelAlgorithm
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QDesktopServices

FOLDER = Path(__file__).resolve().parent

MODEL = FOLDER / "how_much_and_where.model3"
"""Image in; map, page of areas and the polygons of one class out."""


def open_model() -> Any:
    """Open the example model in the model designer, where it can be run, looked at, changed and saved.

    Returns:
        The designer's window. What it holds has no file: *Save* asks for a place outside of the plugin's folder,
        which an update replaces.

    Raises:
        ValueError: QGIS cannot read the model.
    """
    from processing.modeler.ModelerDialog import ModelerDialog

    model = QgsProcessingModelAlgorithm()
    if not model.fromFile(str(MODEL)):
        raise ValueError(f"QGIS cannot read {MODEL}.")
    model.setSourceFilePath("")
    dialog = ModelerDialog.create(model)
    dialog.show()
    return dialog


def show_folder() -> bool:
    """Show the folder of the examples in the system's file manager; False where there is none."""
    return bool(QDesktopServices.openUrl(QUrl.fromLocalFile(str(FOLDER))))
