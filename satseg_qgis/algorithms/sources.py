"""Layers of QGIS as names and files that another process can open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeatureSource,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)

from satseg_core.errors import OutputError, RasterError
from satseg_qgis.algorithms.told import crs_of, crs_text, told_crs
from satseg_qgis.translate import tr

SINGLE_LAYER = (".shp", ".geojson", ".json", ".fgb")
"""Vector files that the engine can open by their path, of one layer each."""

SEVERAL_LAYERS = (".gpkg", ".gml", ".kml")
"""Vector files that the engine can open by their path and the name of a layer."""


@dataclass(frozen=True)
class PolygonFile:
    """Polygons that the engine can open.

    Attributes:
        name: of the file, or ``FILE|layername=NAME``.
        crs: that goes before what the file says; None for the file's.
    """

    name: str
    crs: str | None = None


def file_name(layer: QgsRasterLayer | None) -> str | None:
    """The name by which GDAL in another process opens the layer; None where only this QGIS can draw it.

    Raises:
        RasterError: there is no layer.
    """
    if layer is None:
        raise RasterError(tr("The input is not a raster layer; choose one, or a raster file."))
    name = str(layer.source())
    if layer.providerType() != "gdal" or name.startswith("/vsimem/") or "authcfg=" in name:
        return None
    # Options of opening change what is in the raster.
    return None if _parts(layer).keys() & {"openOptions", "credentialOptions"} else name


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


def path_of(layer: QgsMapLayer) -> Path | None:
    """The file that a layer is in; None where it is in none."""
    if layer.providerType() not in ("gdal", "ogr"):
        return None
    parts = _parts(layer)
    return Path(parts["path"]) if "path" in parts and "vsiPrefix" not in parts else None


def _parts(layer: QgsMapLayer) -> dict[str, Any]:
    """What the source of a layer says; what it does not say is NULL or None in QGIS' own words."""
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    return {
        name: value for name, value in parts.items() if isinstance(value, (str, int, list)) and value not in ("", [])
    }


def polygon_file(layer: QgsVectorLayer | None, definition: object) -> PolygonFile | None:
    """The name of a vector layer that is, as it is drawn, a whole layer of a file; None otherwise.

    Args:
        layer: the layer of the parameter.
        definition: the parameter's value, which may ask for selected features only or for a filter.
    """
    if layer is None or layer.providerType() != "ogr" or layer.subsetString() or layer.isEditable():
        return None
    if isinstance(definition, QgsProcessingFeatureSourceDefinition):
        return None
    name = _layer_name(layer)
    return PolygonFile(name, told_crs(layer)) if name else None


def _layer_name(layer: QgsVectorLayer) -> str | None:
    """The name of a layer for the engine; None where a file and the name of a layer do not say all."""
    parts = _parts(layer)
    path = parts.get("path", "")
    if parts.keys() - {"path", "layerName"} or not Path(path).is_file():
        return None
    kind = Path(path).suffix.lower()
    if "layerName" in parts and kind in SEVERAL_LAYERS:
        return f"{path}|layername={parts['layerName']}"
    # By a number, or by nothing, a layer is called in files of which another GDAL may have another order.
    only = len(layer.dataProvider().subLayers()) == 1
    return path if kind in (*SINGLE_LAYER, *SEVERAL_LAYERS) and only else None


def polygon_problem(source: QgsProcessingFeatureSource | None) -> str | None:
    """One sentence on features that cannot be polygons; None where they can."""
    if source is None:
        return None
    kind = QgsWkbTypes.geometryType(source.wkbType())
    if kind not in (QgsWkbTypes.GeometryType.PolygonGeometry, QgsWkbTypes.GeometryType.UnknownGeometry):
        return tr("The layer '{name}' has no polygons; choose a layer that has.").format(name=source.sourceName())
    if source.featureCount() == 0:
        sentence = tr("The layer '{name}' is empty, or nothing of it is selected; select polygons, or draw some.")
        return sentence.format(name=source.sourceName())
    return None


def source_crs(source: QgsProcessingFeatureSource, layer: QgsVectorLayer | None) -> QgsCoordinateReferenceSystem:
    """The CRS of the features of a layer that is drawn."""
    return source.sourceCrs() if layer is None else crs_of(layer)


NAME_FIELD = "name"
"""The only field of the files that `write_polygons` writes."""


def write_polygons(
    source: QgsProcessingFeatureSource,
    crs: QgsCoordinateReferenceSystem,
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
    name_field: str | None = None,
) -> PolygonFile:
    """Write the source's polygons to a temporary GeoPackage of one layer, as QGIS has them.

    Args:
        source: the polygons.
        crs: theirs; see `source_crs`.
        context: of the run.
        feedback: of the run.
        name_field: field of the source that becomes `NAME_FIELD`; without it there are no attributes.

    Returns:
        The file; Processing removes it with its other temporary files.

    Raises:
        OutputError: it cannot be written.
    """
    path = str(QgsProcessingUtils.generateTempFilename("mask.gpkg"))
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerName = "mask"
    fields = QgsFields()
    if name_field:
        field = QgsField(source.fields().field(name_field))
        field.setName(NAME_FIELD)
        fields.append(field)
    kind = QgsWkbTypes.Type.MultiPolygon
    writer = QgsVectorFileWriter.create(path, fields, kind, crs, context.transformContext(), options)
    if writer.hasError() != QgsVectorFileWriter.WriterError.NoError:
        raise _not_written(path, writer)
    # The engine repairs what is not valid, wherever it comes from.
    unchecked = QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks
    for feature in source.getFeatures(QgsFeatureRequest(), unchecked):
        if feedback.isCanceled():
            break
        bare = _bare(feature, fields, name_field)
        if bare is not None and not writer.addFeature(bare, QgsFeatureSink.Flag.FastInsert):
            raise _not_written(path, writer)
    if not writer.flushBuffer():
        raise _not_written(path, writer)
    del writer  # closes the file
    return PolygonFile(path, None if crs.isValid() else crs_text(crs))


def _not_written(path: str, writer: QgsVectorFileWriter) -> OutputError:
    sentence = tr("The mask cannot be written to {path}: {why}.")
    return OutputError(sentence.format(path=path, why=writer.errorMessage()))


def _bare(feature: QgsFeature, fields: QgsFields, name_field: str | None) -> QgsFeature | None:
    """The feature's polygons, with straight edges, and its name if there is a field for it; None without polygons."""
    shape = QgsGeometry(feature.geometry())
    shape.convertGeometryCollectionToSubclass(QgsWkbTypes.GeometryType.PolygonGeometry)  # if it is a collection
    if shape.isNull() or shape.type() != QgsWkbTypes.GeometryType.PolygonGeometry:
        return None
    if shape.constGet().hasCurvedSegments():
        shape = QgsGeometry(shape.constGet().segmentize())
    shape.get().dropZValue()
    shape.get().dropMValue()
    shape.convertToMultiType()
    bare = QgsFeature(fields)
    bare.setGeometry(shape)
    if name_field:
        bare.setAttribute(NAME_FIELD, feature[name_field])
    return bare
