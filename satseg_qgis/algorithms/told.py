"""What QGIS knows of a layer besides its file: the CRS that the user set, and the values that are drawn as nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsMapLayer,
    QgsRasterDataProvider,
    QgsRasterLayer,
    QgsRasterRange,
    QgsVectorLayer,
)

from satseg_core.errors import RasterError
from satseg_qgis.translate import tr

NO_CRS = "none"
"""What the engine is told where QGIS has no CRS for a layer whose file has one."""

AUTHORITIES = ("EPSG", "ESRI", "IGNF", "OGC")
"""Whose codes every PROJ knows; QGIS numbers the user's own CRSs, too."""

CODES = range(65_536)
"""Values that classes of a map may have."""


def told_crs(layer: QgsMapLayer) -> str | None:
    """The CRS of a layer as text for the engine; None where the layer has that of its file."""
    crs, said = crs_of(layer), layer.dataProvider().crs()
    return None if crs == said or not (crs.isValid() or said.isValid()) else crs_text(crs)


def crs_of(layer: QgsMapLayer) -> QgsCoordinateReferenceSystem:
    """The CRS that a layer is drawn in; QGIS has none for layers of several geometries, and does not let set it."""
    vague = isinstance(layer, QgsVectorLayer) and not layer.isSpatial()
    return layer.dataProvider().crs() if vague else layer.crs()


def crs_text(crs: QgsCoordinateReferenceSystem) -> str:
    """A CRS as a code or as WKT; `NO_CRS` for none."""
    if not crs.isValid():
        return NO_CRS
    authority = crs.authid().partition(":")[0]
    if authority in AUTHORITIES:
        return str(crs.authid())
    return str(crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED))


def told_nodata(layer: QgsRasterLayer) -> tuple[float, ...]:
    """The value without data of all bands of an image, or of each; NaN for none. Empty where it is the file's.

    Raises:
        RasterError: a band has several, which the engine cannot be told.
    """
    provider = layer.dataProvider()
    bands = range(1, layer.bandCount() + 1)
    if not any(_is_changed(provider, band) for band in bands):
        return ()
    values = [_image_value(layer, band) for band in bands]
    alike = len({repr(value) for value in values}) == 1
    return tuple(values[:1] if alike else values)


def told_codes(layer: QgsRasterLayer) -> tuple[float, ...]:
    """The values of a map that are no class, all of them. Empty where that is the one of the file."""
    provider = layer.dataProvider()
    if not _is_changed(provider, 1):
        return ()
    codes = {code for values in _ranges(provider, 1) for code in _codes_in(values)}
    return tuple(float(code) for code in sorted(codes)) or (math.nan,)


def _is_changed(provider: QgsRasterDataProvider, band: int) -> bool:
    """Whether other values of a band are without data than the file says."""
    switched_off = provider.sourceHasNoDataValue(band) and not provider.useSourceNoDataValue(band)
    return bool(switched_off or provider.userNoDataValues(band))


def _ranges(provider: QgsRasterDataProvider, band: int) -> Iterator[QgsRasterRange]:
    """All values of a band that QGIS draws as nothing."""
    if provider.sourceHasNoDataValue(band) and provider.useSourceNoDataValue(band):
        value = provider.sourceNoDataValue(band)
        yield QgsRasterRange(value, value)
    yield from provider.userNoDataValues(band)


def _image_value(layer: QgsRasterLayer, band: int) -> float:
    found = {(values.min(), values.max()) for values in _ranges(layer.dataProvider(), band)}
    if len(found) > 1 or any(low != high for low, high in found):
        raise RasterError(
            tr(
                "Band {band} of the layer '{name}' has several values without data, and the engine can be told one;"
                " leave one of them in the layer's properties (Transparency), or set the others to it with the raster"
                " calculator."
            ).format(band=band, name=layer.name())
        )
    return float(found.pop()[0]) if found else math.nan


def _codes_in(values: QgsRasterRange) -> Iterator[int]:
    low = max(math.ceil(values.min()), CODES.start) if values.min() > -math.inf else CODES.start
    high = min(math.floor(values.max()), CODES.stop - 1) if values.max() < math.inf else CODES.stop - 1
    return (code for code in range(low, high + 1) if values.contains(code))
