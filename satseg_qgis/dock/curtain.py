"""A curtain over the map: on its one side the land cover, on the other what lies under it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qgis.core import QgsMapRendererParallelJob
from qgis.gui import QgsMapCanvas, QgsMapCanvasItem
from qgis.PyQt.QtCore import QObject, QRectF, QTimer
from qgis.PyQt.QtGui import QColor, QImage, QPainter, QPen

WAIT = 150
"""Time without a change of the view before it is drawn again, ms."""


class _Picture(QgsMapCanvasItem):
    """The picture without the land cover, from the left edge to the curtain."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.image: QImage | None = None
        self.share = 0.0

    def paint(self, painter: QPainter, option: Any = None, widget: Any = None) -> None:  # noqa: ARG002
        """Called by the canvas."""
        if self.image is None or self.image.isNull():
            return
        whole = self.boundingRect()
        edge = whole.width() * self.share
        ratio = self.image.devicePixelRatio()
        target = QRectF(0, 0, edge, whole.height())
        painter.drawImage(target, self.image, QRectF(0, 0, edge * ratio, whole.height() * ratio))
        painter.setPen(QPen(QColor(255, 255, 255), 3))
        painter.drawLine(int(edge), 0, int(edge), int(whole.height()))
        painter.setPen(QPen(QColor(40, 40, 40), 1))
        painter.drawLine(int(edge), 0, int(edge), int(whole.height()))


class Curtain(QObject):
    """Draws what is under the land cover, for as much of the map as it is told.

    Args:
        canvas: QGIS' map.
        parent: keeps it alive.
    """

    def __init__(self, canvas: QgsMapCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._hidden: set[str] = set()
        self._item: _Picture | None = None
        self._job: QgsMapRendererParallelJob | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self._draw)
        canvas.extentsChanged.connect(self._view_changed)
        canvas.layersChanged.connect(self._view_changed)

    def set_layers(self, layers: Iterable[str]) -> None:
        """The land cover.

        Args:
            layers: ids of the layers that are taken away.
        """
        self._hidden = set(layers)
        self._view_changed()

    def set_share(self, share: float) -> None:
        """Draw the curtain.

        Args:
            share: of the map's width that shows what is under the land cover, 0 to 1.
        """
        if share <= 0:
            self.close()
            return
        if self._item is None:
            self._item = _Picture(self._canvas)
            self._item.setRect(self._canvas.extent())
            self._draw()
        self._item.share = min(share, 1.0)
        self._item.update()

    def close(self) -> None:
        """Take it away."""
        self._timer.stop()
        self._stop()
        if self._item is not None:
            self._canvas.scene().removeItem(self._item)
            self._item = None

    def _view_changed(self) -> None:
        if self._item is not None:
            self._item.image = None  # it would be at the wrong place
            self._timer.start()

    def _draw(self) -> None:
        if self._item is None:
            return
        self._stop()
        settings = self._canvas.mapSettings()
        settings.setLayers([layer for layer in settings.layers() if layer.id() not in self._hidden])
        self._job = QgsMapRendererParallelJob(settings)
        self._job.finished.connect(self._drawn)
        self._job.start()

    def _stop(self) -> None:
        """End a drawing that nobody waits for any more, without hearing of it."""
        if self._job is not None:
            self._job.finished.disconnect(self._drawn)
            self._job.cancelWithoutBlocking()
            self._job = None

    def _drawn(self) -> None:
        job, self._job = self._job, None
        if job is not None and self._item is not None:
            self._item.image = job.renderedImage()
            self._item.setRect(self._canvas.extent())
            self._item.update()
