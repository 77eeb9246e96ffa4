"""The fields of the panel: image, area, model, file."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsMapLayer, QgsMapLayerProxyModel
from qgis.gui import QgsFileWidget, QgsMapCanvas, QgsMapLayerComboBox
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QFileDialog, QFormLayout, QLabel, QSizePolicy, QWidget

from satseg_core.errors import SatSegError
from satseg_core.model.card import ModelCard
from satseg_core.model.store import DEFAULT_MODEL, find_model, list_models
from satseg_qgis.dock.choices import Choices
from satseg_qgis.translate import tr

WHOLE, CANVAS, POLYGONS = "whole", "canvas", "polygons"
"""Areas to map, as the combo box keeps them."""

LETTERS = 12
"""Least width of a combo box, in letters."""

OTHER = ""
"""What the combo box keeps for a model of the user's own."""


class Form(QWidget):
    """Lets the user choose.

    Args:
        canvas: QGIS' map, whose extent can be chosen.
        parent: widget that holds it.
    """

    def __init__(self, canvas: QgsMapCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._model_file = ""
        self.image = QgsMapLayerComboBox(self)
        self.image.setFilters(QgsMapLayerProxyModel.Filter.RasterLayer)
        self.area = QComboBox(self)
        self.polygons = QgsMapLayerComboBox(self)
        self.polygons.setFilters(QgsMapLayerProxyModel.Filter.PolygonLayer)
        self.selected_only = QCheckBox(tr("Selected features only"), self)
        self.model = QComboBox(self)
        self.card = QLabel(self)
        self.file = QgsFileWidget(self)
        self.vectorize = QCheckBox(tr("Draw polygons, too"), self)
        self._fill()
        self._lay_out()
        self.area.currentIndexChanged.connect(self._area_changed)
        self.polygons.layerChanged.connect(self._area_changed)
        self.model.activated.connect(self._model_chosen)
        self._area_changed()
        self._show_card()

    def _fill(self) -> None:
        for box in (self.image, self.area, self.polygons, self.model):
            # As wide as the panel, not as their longest entry.
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(LETTERS)
        for name, title in ((WHOLE, tr("The whole image")), (CANVAS, tr("What the map shows")),
                            (POLYGONS, tr("Inside polygons"))):  # fmt: skip
            self.area.addItem(title, name)
        for model in list_models():
            self.model.addItem(model.card.title or model.name, model.name)
        self.model.addItem(tr("Another file…"), OTHER)
        self.model.setCurrentIndex(max(self.model.findData(DEFAULT_MODEL), 0))
        self.card.setWordWrap(True)
        self.card.setEnabled(False)  # small talk: drawn in grey
        self.file.setStorageMode(QgsFileWidget.StorageMode.SaveFile)
        self.file.setFilter(tr("GeoTIFF (*.tif *.tiff)"))
        self.file.lineEdit().setPlaceholderText(tr("A temporary file"))
        self.vectorize.setChecked(True)

    def _lay_out(self) -> None:
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        layout.addRow(tr("Image"), self.image)
        layout.addRow(tr("Area"), self.area)
        layout.addRow("", self.polygons)
        layout.addRow("", self.selected_only)
        layout.addRow(tr("Model"), self.model)
        layout.addRow("", self.card)
        layout.addRow(tr("Save as"), self.file)
        layout.addRow("", self.vectorize)

    def choices(self) -> Choices:
        """What the user has picked.

        Raises:
            SatSegError: something is missing; the sentence says what.
        """
        image = self.image.currentLayer()
        if image is None:
            raise SatSegError(tr("There is no raster layer; add an image to the project first."))
        area = self.area.currentData()
        polygons = self.polygons.currentLayer() if area == POLYGONS else None
        if area == POLYGONS and polygons is None:
            raise SatSegError(tr("There is no layer of polygons; add one, or choose another area."))
        settings = self._canvas.mapSettings()
        return Choices(
            image=image,
            model=self.model.currentData() or "",
            model_file=self._model_file if self.model.currentData() == OTHER else "",
            extent=settings.visibleExtent() if area == CANVAS else None,
            extent_crs=settings.destinationCrs(),
            polygons=polygons,
            selected_only=self.selected_only.isEnabled() and self.selected_only.isChecked(),
            path=_with_suffix(self.file.filePath().strip()),
            vectorize=self.vectorize.isChecked(),
        )

    def _area_changed(self, _: object = None) -> None:
        """Only what belongs to the chosen area is shown; no selection cannot be asked for."""
        inside = self.area.currentData() == POLYGONS
        layer: QgsMapLayer | None = self.polygons.currentLayer()
        self.polygons.setVisible(inside)
        self.selected_only.setVisible(inside)
        self.selected_only.setEnabled(layer is not None)

    def _model_chosen(self, _: int) -> None:
        if self.model.currentData() == OTHER:
            file, _kind = QFileDialog.getOpenFileName(
                self, tr("Model file"), self._model_file, tr("Models (*.safetensors *.onnx)")
            )
            self.take_model_file(file or self._model_file)
        else:
            self._show_card()

    def take_model_file(self, file: str) -> None:
        """Use a model of the user's own where the list says so."""
        self._model_file = file
        self._show_card()

    def _show_card(self) -> None:
        """A line on the chosen model, and more of its card as a tool tip."""
        name = self.model.currentData() or self._model_file
        if not name:
            self.card.setText(tr("No file is chosen."))
            return
        try:
            card = find_model(name).card
        except SatSegError as error:
            self.card.setText(str(error))
            return
        self.card.setText(describe(card))
        self.card.setToolTip(describe_more(card))


def describe(card: ModelCard) -> str:
    """What a model needs, in one line."""
    return tr("{size} m a pixel; {bands}").format(size=f"{card.pixel_size:g}", bands=", ".join(card.bands))


def describe_more(card: ModelCard) -> str:
    """What a model tells apart, what it is made from, and what it cannot do: a paragraph each."""
    classes = tr("Classes: {names}.").format(names=", ".join(tr(c.name) for c in card.legend))
    return "\n\n".join((classes, card.description, *card.limits))


def _with_suffix(path: str) -> str:
    """The file with the ending of GeoTIFF, unless it has it."""
    return path if not path or Path(path).suffix.lower() in (".tif", ".tiff") else f"{path}.tif"
