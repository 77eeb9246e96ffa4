"""What QGIS knows of a layer besides its file: the CRS that the user set, and the values that are drawn as nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsMapLayer,
    QgsRasterDataProvider,
    QgsRasterLayer,
    QgsRasterRange,
    QgsVectorLayer,
)

from satseg_core.errors import RasterError, UsageError
from satseg_qgis.engine.commands import Told
from satseg_qgis.translate import tr

NO_CRS = "none"
"""What the engine is told where QGIS has no CRS for a layer whose file has one."""

AUTHORITIES = ("EPSG", "ESRI", "IGNF", "OGC")
"""Whose codes every PROJ knows; QGIS numbers the user's own CRSs, too."""

CODES = range(65_536)
"""Values that classes of a map may have."""

MOST_VALUES = 16
"""So many whole numbers of a range are named one by one."""


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
    return str(crs.toWkt(crs.WktVariant.WKT_PREFERRED))


def read_values(text: str) -> tuple[float, ...]:
    """The values without data that the user has written, infinite for none; empty where nothing is written.

    Raises:
        UsageError: they are not numbers.
    """
    words = [word.strip().lower() for word in text.replace(";", ",").split(",")] if text.strip() else []
    try:
        return tuple(math.inf if word == "none" else float(word) for word in words)
    except ValueError as error:
        sentence = tr("No data takes numbers with commas between them, such as 0 or 0,0,255, or none; not {text}.")
        raise UsageError(sentence.format(text=text)) from error


def told_of_image(layer: QgsRasterLayer) -> Told:
    """What the engine is to know of an image.

    Raises:
        RasterError: values that are drawn as nothing cannot be said: ranges, or others in each band.
    """
    provider, bands = layer.dataProvider(), range(1, layer.bandCount() + 1)
    if not any(_is_changed(provider, band) for band in bands):
        return Told(told_crs(layer))
    users = [_users_values(layer, band) for band in bands]
    files = [_files_value(provider, band) for band in bands]
    if all(len(values) <= 1 for values in users) and not any(_both(*pair) for pair in zip(users, files)):
        values = [values[0] if values else math.inf if file is None else file for values, file in zip(users, files)]
        return Told(told_crs(layer), _shortened(values))
    if len(set(users)) > 1:
        raise RasterError(
            tr(
                "The bands of the layer '{name}' have several values without data, and not the same ones; set the same"
                " for all bands in the layer's properties (Transparency)."
            ).format(name=layer.name())
        )
    switched_off = any(_is_switched_off(provider, band) for band in bands)
    values = [math.inf if file is None else file for file in files]
    return Told(told_crs(layer), _shortened(values) if switched_off else (), users[0])


def told_of_map(layer: QgsRasterLayer) -> Told:
    """What the engine is to know of a map of classes: all values that are no class, if these are not the file's."""
    provider = layer.dataProvider()
    if not _is_changed(provider, 1):
        return Told(told_crs(layer))
    file = _files_value(provider, 1)
    found = set() if file is None else {file}
    found.update(code for values in provider.userNoDataValues(1) for code in _codes(values))
    return Told(told_crs(layer), tuple(sorted(found)) or (math.inf,))


def _is_changed(provider: QgsRasterDataProvider, band: int) -> bool:
    """Whether other values of a band are without data than the file says."""
    return bool(_is_switched_off(provider, band) or provider.userNoDataValues(band))


def _is_switched_off(provider: QgsRasterDataProvider, band: int) -> bool:
    """Whether the file's value is drawn."""
    return bool(provider.sourceHasNoDataValue(band) and not provider.useSourceNoDataValue(band))


def _files_value(provider: QgsRasterDataProvider, band: int) -> float | None:
    """The file's value without data, if there is one and it is not drawn."""
    used = provider.sourceHasNoDataValue(band) and provider.useSourceNoDataValue(band)
    value = float(provider.sourceNoDataValue(band)) if used else None
    return value if value is not None and _occurs(provider, band, value) else None


def _both(users: tuple[float, ...], file: float | None) -> bool:
    return bool(users) and file is not None and users != (file,)


def _users_values(layer: QgsRasterLayer, band: int) -> tuple[float, ...]:
    """The values that the user has added, rising.

    Raises:
        RasterError: there are too many of them.
    """
    found: set[float] = set()
    for values in layer.dataProvider().userNoDataValues(band):
        if values.min() == values.max():
            found.add(float(values.min()))
            continue
        whole = _few_whole_numbers(values) if _limits(layer.dataProvider(), band) else []
        if not whole:
            raise RasterError(
                tr(
                    "Band {band} of the layer '{name}' has a range of values without data, which the engine cannot be"
                    " told; set them to one value with the raster calculator first."
                ).format(band=band, name=layer.name())
            )
        found.update(whole)
    return tuple(sorted(value for value in found if _occurs(layer.dataProvider(), band, value)))


def _limits(provider: QgsRasterDataProvider, band: int) -> tuple[int, int] | None:
    """The lowest and the highest value of a band of whole numbers."""
    limits = {
        Qgis.DataType.Byte: (0, 2**8 - 1),
        Qgis.DataType.UInt16: (0, 2**16 - 1),
        Qgis.DataType.Int16: (-(2**15), 2**15 - 1),
        Qgis.DataType.UInt32: (0, 2**32 - 1),
        Qgis.DataType.Int32: (-(2**31), 2**31 - 1),
    }
    return limits.get(provider.sourceDataType(band))


def _occurs(provider: QgsRasterDataProvider, band: int, value: float) -> bool:
    """Whether a band can hold a value; QGIS lets set any, and the engine refuses what can only be a mistake."""
    limits = _limits(provider, band)
    if limits is None:
        return True
    return math.isfinite(value) and value == math.floor(value) and limits[0] <= value <= limits[1]


def _few_whole_numbers(values: QgsRasterRange) -> list[float]:
    """The whole numbers of a range; none if there are too many."""
    length = values.max() - values.min()  # NaN is a range without an end
    return [float(value) for value in _whole_numbers(values)] if length <= MOST_VALUES else []


def _codes(values: QgsRasterRange) -> set[float]:
    """The codes of a range that classes may have."""
    low = values.min() if values.min() > CODES.start else float(CODES.start)
    high = values.max() if values.max() < CODES.stop - 1 else float(CODES.stop - 1)
    return {float(code) for code in _whole_numbers(QgsRasterRange(low, high)) if values.contains(code)}


def _whole_numbers(values: QgsRasterRange) -> Iterator[int]:
    """The whole numbers of a range with ends."""
    numbers = range(math.ceil(values.min()), math.floor(values.max()) + 1)
    return (number for number in numbers if values.contains(number))


def _shortened(values: list[float]) -> tuple[float, ...]:
    """One value where all bands have the same."""
    return tuple(values[:1] if len(set(values)) == 1 else values)
