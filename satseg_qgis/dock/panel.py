"""The panel: choose, run, watch, read the legend, compare."""

# ruff: noqa: N802 -- QGIS and Qt name these methods

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

from qgis.core import QgsApplication, QgsProject
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QCloseEvent
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from satseg_core.errors import SatSegError
from satseg_qgis.algorithms.sources import path_of
from satseg_qgis.dock.areas_view import AreasView, read_shares
from satseg_qgis.dock.curtain import Curtain
from satseg_qgis.dock.form import Form
from satseg_qgis.dock.job import ALGORITHM, Job
from satseg_qgis.translate import tr

NAME = "SatSegLandCover"
"""By which QGIS remembers where the panel is."""


class LandCoverPanel(QgsDockWidget):
    """The panel.

    Args:
        iface: QGIS' interface.
        set_up: opens the dialog that installs the engine's libraries.
    """

    def __init__(self, iface: Any, set_up: Callable[[], None]) -> None:
        super().__init__(tr("Land cover"), iface.mainWindow())
        self.setObjectName(NAME)
        self.job: Job | None = None
        """The run that is going on."""

        self._layers: set[str] = set()
        self._warnings: list[str] = []
        self.form = Form(iface.mapCanvas(), self)
        self.run_button = QPushButton(tr("Map land cover"), self)
        self.all_button = QPushButton(tr("All settings…"), self)
        self.all_button.setToolTip(tr("Opens the dialog with bands, values without data, clouds and all else."))
        self.bar = QProgressBar(self)
        self.status = QLabel(self)
        self.set_up_button = QPushButton(tr("Set up…"), self)
        self.areas = AreasView(self)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self._curtain = Curtain(iface.mapCanvas(), self)
        self._lay_out()
        self.run_button.clicked.connect(self._clicked)
        self.all_button.clicked.connect(self._open_dialog)
        self.set_up_button.clicked.connect(set_up)
        self.slider.valueChanged.connect(self._slid)
        QgsProject.instance().layersWillBeRemoved.connect(self._layers_go)

    def _lay_out(self) -> None:
        inside = QWidget(self)
        layout = QVBoxLayout(inside)
        layout.addWidget(self.form)
        layout.addWidget(self.run_button)
        layout.addWidget(self.all_button, 0, Qt.AlignmentFlag.AlignRight)
        layout.addWidget(self.bar)
        layout.addWidget(self.status)
        layout.addWidget(self.set_up_button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.areas, 1)
        layout.addWidget(self._compare())
        layout.addStretch()  # while there is no legend yet
        self.status.setWordWrap(True)
        self.bar.hide()
        self.set_up_button.hide()
        self.areas.hide()
        scroll = QScrollArea(self)  # small screens
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(inside)
        self.setWidget(scroll)

    def _compare(self) -> QWidget:
        self.comparison = QWidget(self)
        row = QHBoxLayout(self.comparison)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(QLabel(tr("Map"), self))
        row.addWidget(self.slider, 1)
        row.addWidget(QLabel(tr("Image"), self))
        self.slider.setRange(0, 100)
        self.slider.setToolTip(tr("Draws the land cover aside, to see the image under it."))
        self.comparison.hide()
        return self.comparison

    def _clicked(self) -> None:
        if self.job is not None:
            self.run_button.setEnabled(False)
            self.status.setText(tr("Cancelling…"))
            self.job.cancel()
            return
        try:
            job = Job(self.form.choices().parameters(), self)
        except SatSegError as error:
            self._show_problem(str(error))
            return
        missing = job.missing()
        problem = missing or job.problem()
        if problem:
            self._show_problem(problem, bool(missing))
        else:
            self._start(job)

    def _open_dialog(self) -> None:
        """What was chosen here, in the dialog of the algorithm: it has the fields that warnings speak of."""
        from processing.gui.AlgorithmDialog import AlgorithmDialog

        try:
            parameters = self.form.choices().for_dialog()
        except SatSegError:  # something is missing still
            parameters = {}
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(ALGORITHM)
        dialog = AlgorithmDialog(algorithm, False, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setParameters(parameters)
        dialog.show()

    def _start(self, job: Job) -> None:
        self.job = job
        job.feedback.progressChanged.connect(self._progressed)
        job.feedback.said.connect(self.status.setText)
        job.feedback.warned.connect(self._warnings.append)
        self._warnings.clear()
        job.done.connect(self._done)
        job.failed.connect(self._failed)
        self.form.setEnabled(False)
        self.set_up_button.hide()
        self.run_button.setText(tr("Cancel"))
        self.bar.setValue(0)
        self.bar.show()
        self.status.setText(tr("Starting…"))
        job.start()

    def _progressed(self, percent: float) -> None:
        self.bar.setValue(round(percent))

    def _slid(self, value: int) -> None:
        self._curtain.set_share(value / self.slider.maximum())

    def _ended(self) -> None:
        if self.job is not None:
            self.job.deleteLater()
        self.job = None
        self.form.setEnabled(True)
        self.run_button.setText(tr("Map land cover"))
        self.run_button.setEnabled(True)
        self.bar.hide()

    def _failed(self, sentence: str) -> None:
        self._ended()
        self._show_problem(sentence or tr("Cancelled; nothing was written."))

    def _show_problem(self, sentence: str, offer_set_up: bool = False) -> None:
        self.status.setText(sentence)
        self.set_up_button.setVisible(offer_set_up)

    def _done(self, results: dict[str, Any]) -> None:
        self._ended()
        self.status.setText("\n".join([tr("Done."), *self._warnings]))
        self._show_map(results)

    def _show_map(self, results: dict[str, Any]) -> None:
        """The legend with the areas, and what the curtain takes away."""
        try:
            self.areas.show_shares(read_shares(Path(results["RECORD"])))
            self.areas.show()
        except SatSegError as error:
            self.status.setText(str(error))
        files = {results.get(name) for name in ("OUTPUT", "POLYGONS")} - {None}
        layers = QgsProject.instance().mapLayers().values()
        made = {layer.id() for layer in layers if str(path_of(layer)) in files}
        self._show_comparison(self._layers | made)  # earlier maps would hide the image, too

    def _show_comparison(self, layers: set[str]) -> None:
        self._layers = layers
        self._curtain.set_layers(layers)
        self.comparison.setVisible(bool(layers))
        if not layers:
            self.slider.setValue(0)

    def _layers_go(self, layers: list[str]) -> None:
        """What the user removes cannot be compared any more."""
        if self._layers & set(layers):
            self._show_comparison(self._layers - set(layers))

    def closeEvent(self, event: QCloseEvent) -> None:
        """The map is whole again when the panel is gone."""
        self.slider.setValue(0)
        super().closeEvent(event)

    def remove(self) -> None:
        """Leave nothing behind: the plugin is unloaded."""
        if self.job is not None:
            self.job.cancel()
        self._curtain.close()
        QgsProject.instance().layersWillBeRemoved.disconnect(self._layers_go)
        self.deleteLater()
