"""Layers of QGIS as names and files that another process can open."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsProcessingContext,
    QgsProcessingFeatureSource,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsRasterLayer,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)

from satseg_core.errors import OutputError, RasterError
from satseg_qgis.translate import tr

SINGLE_FILES = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".gml", ".kml")
"""Vector files that the engine can open by their path."""


def file_name(layer: QgsRasterLayer | None) -> str | None:
    """The name by which GDAL in another process opens the layer; None where only this QGIS can draw it.

    Raises:
        RasterError: there is no layer.
    """
    if layer is None:
        raise RasterError(tr("The input is not a raster layer; choose one, or a raster file."))
    name = str(layer.source()).split("|")[0]
    drawn = layer.providerType() != "gdal" or name.startswith("/vsimem/") or "authcfg=" in layer.source()
    return None if drawn else name


def raster_name(layer: QgsRasterLayer | None) -> str:
    """`file_name` where there must be one.

    Raises:
        RasterError: it is no raster that GDAL opens, or only this process can.
    """
    name = file_name(layer)
    if layer is None or name is None:
        raise RasterError(
            tr(
                "The layer '{name}' is no raster file that another program can open;"
                " export the layer to a GeoTIFF first (right-click it, Export > Save As) and use that."
            ).format(name=layer.name() if layer else "")
        )
    return name


def plain_file(layer: QgsVectorLayer | None, definition: object) -> str | None:
    """The path of a vector layer that is a whole file of one layer as it stands; None otherwise.

    Args:
        layer: the layer of the parameter.
        definition: the parameter's value, which may ask for selected features only or for a filter.
    """
    if layer is None or layer.providerType() != "ogr" or layer.subsetString() or layer.isEditable():
        return None
    if isinstance(definition, QgsProcessingFeatureSourceDefinition):
        return None
    path = Path(layer.source().split("|")[0])
    whole = path.suffix.lower() in SINGLE_FILES and path.is_file() and len(layer.dataProvider().subLayers()) == 1
    return str(path) if whole else None


NAME_FIELD = "name"
"""The only field of the files that `write_polygons` writes."""


def write_polygons(
    source: QgsProcessingFeatureSource,
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
    name_field: str | None = None,
) -> str:
    """Write the source's polygons to a temporary GeoPackage of one layer.

    Args:
        source: the polygons.
        context: of the run.
        feedback: of the run.
        name_field: field of the source that becomes `NAME_FIELD`; without it there are no attributes.

    Returns:
        The path of the file; Processing removes it with its other temporary files.

    Raises:
        OutputError: it cannot be written.
    """
    path = str(QgsProcessingUtils.generateTempFilename("mask.gpkg"))
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerName = "mask"
    kind = QgsWkbTypes.multiType(QgsWkbTypes.flatType(source.wkbType()))
    fields = QgsFields()
    if name_field:
        field = QgsField(source.fields().field(name_field))
        field.setName(NAME_FIELD)
        fields.append(field)
    writer = QgsVectorFileWriter.create(path, fields, kind, source.sourceCrs(), context.transformContext(), options)
    if writer.hasError() != QgsVectorFileWriter.WriterError.NoError:
        raise OutputError(
            tr("The mask cannot be written to {path}: {why}.").format(path=path, why=writer.errorMessage())
        )
    for feature in source.getFeatures():
        if feedback.isCanceled():
            break
        writer.addFeature(_bare(feature, fields, name_field), QgsFeatureSink.Flag.FastInsert)
    del writer  # closes the file
    return path


def _bare(feature: QgsFeature, fields: QgsFields, name_field: str | None) -> QgsFeature:
    """The feature's shape, and its name if there is a field for it."""
    bare = QgsFeature(fields)
    bare.setGeometry(feature.geometry())
    if name_field:
        bare.setAttribute(NAME_FIELD, feature[name_field])
    return bare
