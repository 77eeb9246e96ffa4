"""Layers that are no files (web maps, and whatever only this QGIS can open): drawn into a GeoTIFF for the engine."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsDistanceArea,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsRasterBlockFeedback,
    QgsRasterFileWriter,
    QgsRasterLayer,
    QgsRasterPipe,
    QgsRectangle,
)

from satseg_core.errors import CancelledError, OutputError, RasterError
from satseg_qgis.translate import tr

MOST_PIXELS = 400_000_000
"""Nobody waits for a server to send more."""

MANY_PIXELS = 50_000_000
"""More than this takes minutes, which is said before."""

ELLIPSOID = "EPSG:7030"
"""To measure layers on whose CRS names none."""


@dataclass
class Rendering:
    """A layer and what is to be drawn of it; made in the main thread.

    Attributes:
        pipe: a copy of the layer's.
        extent: in the layer's CRS.
        columns: width of the picture, px.
        rows: height of the picture, px.
        crs: of the layer.
        transforms: of the project.
    """

    pipe: QgsRasterPipe
    extent: QgsRectangle
    columns: int
    rows: int
    crs: QgsCoordinateReferenceSystem
    transforms: QgsCoordinateTransformContext

    @classmethod
    def plan(
        cls, layer: QgsRasterLayer, extent: QgsRectangle, metres: float, context: QgsProcessingContext
    ) -> Rendering:
        """Lay out a picture.

        Args:
            layer: any raster layer that can be drawn.
            extent: in the layer's CRS; empty for all of a raster.
            metres: size of a px on the ground.
            context: of the run.

        Raises:
            RasterError: no extent is chosen, or it is beside the layer, or it has too many px.
        """
        if layer.providerType() == "gdal" and (extent.isNull() or extent.isEmpty()):
            extent = layer.extent()  # a raster has an end, unlike a web map
        if extent.isNull() or extent.isEmpty():
            raise RasterError(
                tr("The layer '{name}' is no file and may be endless; choose the extent to map.").format(
                    name=layer.name()
                )
            )
        inside = extent if layer.extent().isEmpty() else extent.intersect(layer.extent())
        if inside.isEmpty():
            raise RasterError(
                tr("The extent lies beside the layer '{name}'; choose one inside of it.").format(name=layer.name())
            )
        across, down = ground_size(inside, layer.crs(), context.transformContext())
        columns, rows = max(round(across / metres), 1), max(round(down / metres), 1)
        if columns * rows > MOST_PIXELS:
            raise RasterError(
                tr(
                    "The extent has {count} million pixels of {size} m, more than a server should be asked for;"
                    " choose a smaller one or larger pixels."
                ).format(count=round(columns * rows / 1e6), size=f"{metres:g}")
            )
        pipe = QgsRasterPipe()
        pipe.set(layer.dataProvider().clone())
        pipe.set(layer.renderer().clone())
        return cls(pipe, inside, columns, rows, layer.crs(), context.transformContext())

    def draw(self, feedback: QgsProcessingFeedback) -> str:
        """Draw block by block into a temporary GeoTIFF; gives its path.

        Raises:
            CancelledError: the user cancelled.
            OutputError: the file cannot be written, or the server sent nothing.
        """
        size = f"{self.columns} x {self.rows}"
        feedback.pushInfo(tr("The layer is no file: drawing {size} pixels of it.").format(size=size))
        if self.columns * self.rows > MANY_PIXELS:
            feedback.pushWarning(tr("That are many pixels for a server; it may take long."))
        path = str(QgsProcessingUtils.generateTempFilename("layer.tif"))
        watched = QgsRasterBlockFeedback()
        watched.progressChanged.connect(feedback.setProgress)
        feedback.canceled.connect(watched.cancel)
        writer = QgsRasterFileWriter(path)
        writer.setOutputFormat("GTiff")
        writer.setCreateOptions(["COMPRESS=DEFLATE", "TILED=YES", "BIGTIFF=IF_SAFER"])
        failed = writer.writeRaster(self.pipe, self.columns, self.rows, self.extent, self.crs, self.transforms, watched)
        if feedback.isCanceled():
            raise CancelledError
        errors = list(watched.errors())
        if failed or errors:
            why = errors[0] if errors else str(failed)
            raise OutputError(tr("The layer could not be drawn ({why}); try again later.").format(why=why))
        return path


def ground_size(
    extent: QgsRectangle, crs: QgsCoordinateReferenceSystem, transforms: QgsCoordinateTransformContext
) -> tuple[float, float]:
    """Width and height of an extent on the ground, m, measured through its middle.

    Raises:
        RasterError: the CRS has no place on the ground.
    """
    measure = QgsDistanceArea()
    measure.setSourceCrs(crs, transforms)
    measure.setEllipsoid(crs.ellipsoidAcronym() or ELLIPSOID)
    middle = extent.center()
    west, east = QgsPointXY(extent.xMinimum(), middle.y()), QgsPointXY(extent.xMaximum(), middle.y())
    south, north = QgsPointXY(middle.x(), extent.yMinimum()), QgsPointXY(middle.x(), extent.yMaximum())
    across, down = measure.measureLine(west, east), measure.measureLine(south, north)
    if not (math.isfinite(across) and math.isfinite(down) and across > 0 and down > 0):
        raise RasterError(tr("The extent has no place on the ground; choose one inside of the layer."))
    return across, down
