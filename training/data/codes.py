"""From what label files hold (values, colours, attributes) to the model's class codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from satseg_core.errors import SatSegError, UsageError
from satseg_core.legend import LAND_COVER, Color, Legend
from training.config import SourceConfig

IGNORE = 255
"""Label of px that are neither trained nor measured on."""

IGNORED = "ignore"
"""What a configuration calls a label that becomes `IGNORE`."""

Codes = npt.NDArray[np.uint8]
"""Class of each px, ``(H, W) uint8``: the index of a class in the legend, which is its score band, or `IGNORE`."""


class DataError(SatSegError):
    """Training data are missing or malformed."""


@dataclass(frozen=True)
class LabelTable:
    """What the label values of one set mean. Made by `label_table`.

    Attributes:
        coding: as in `training.config.SourceConfig`.
        codes: label to class code. Labels are ints (values; colours as ``R * 65536 + G * 256 + B``; ``4 R + 2 G + B``
            of colours thresholded at 128) or texts (attributes). What is not listed is `IGNORE`.
    """

    coding: str
    codes: Mapping[Any, int]

    def from_values(self, values: npt.NDArray[Any]) -> Codes:
        """Codes ``(H, W) uint8`` of raster values or packed colours ``(H, W)`` of any type."""
        if values.dtype == np.uint8:
            table = np.full(256, IGNORE, np.uint8)
            for label, code in self.codes.items():
                if 0 <= label < 256:
                    table[label] = code
            return np.asarray(np.take(table, values), np.uint8)
        result = np.full(values.shape, IGNORE, np.uint8)
        for label, code in self.codes.items():
            result[values == label] = code
        return result

    def from_colors(self, colors: npt.NDArray[np.uint8]) -> Codes:
        """Codes ``(H, W) uint8`` of an RGB image ``(H, W, 3) uint8``."""
        if self.coding == "colors128":
            bits = (colors >= 128).astype(np.uint8)
            return self.from_values(4 * bits[..., 0] + 2 * bits[..., 1] + bits[..., 2])
        wide = colors.astype(np.uint32)
        return self.from_values((wide[..., 0] << 16) | (wide[..., 1] << 8) | wide[..., 2])

    def from_attribute(self, value: Any) -> int:
        """Code of a polygon by its attribute; whole numbers match however the file stores them."""
        if isinstance(value, (float, np.floating)) and float(value).is_integer():
            value = int(value)
        return self.codes.get(str(value).strip(), IGNORE)


def label_table(source: SourceConfig, legend: Legend) -> LabelTable:
    """The meaning of a set's labels for a model.

    Where the set lists no classes, raster values are the legend's codes, colours are the legend's label colours
    (DeepGlobe's, for land cover) and attributes are the names of classes.

    Raises:
        UsageError: a label has not the form that the coding asks for, two labels fall together, or a class
            is not in the legend.
    """
    classes = dict(source.classes) or _usual_classes(source.coding, legend)
    codes: dict[Any, int] = {}
    for text, name in classes.items():
        label = _label(source, text)
        code = class_code(legend, name, source.name)
        if codes.setdefault(label, code) != code:
            raise UsageError(f"Two classes of the data source {source.name} share the label {text}; keep one of them.")
    return LabelTable(source.coding, codes)


def class_code(legend: Legend, name: str, source: str) -> int:
    """The code of a class name, or `IGNORE` for ``ignore``.

    Raises:
        UsageError: the legend has no such class.
    """
    names = [land_class.name for land_class in legend]
    if name == IGNORED:
        return IGNORE
    if name not in names:
        raise UsageError(
            f"The data source {source} names the class {name!r}; the model has {', '.join(names)}, or say {IGNORED}."
        )
    return names.index(name)


def _usual_classes(coding: str, legend: Legend) -> dict[str, str]:
    if coding == "values":
        return {str(land_class.code): land_class.name for land_class in legend}
    if coding == "attribute":
        return {land_class.name: land_class.name for land_class in legend}
    colors = {land_class.name: land_class.label_color for land_class in legend}
    return {"#{:02x}{:02x}{:02x}".format(*color): name for name, color in colors.items() if color}


def _label(source: SourceConfig, text: str) -> int | str:
    """A key of the configuration's table as label files have it."""
    if source.coding == "attribute":
        return text.strip()
    try:
        return int(text) if source.coding == "values" else _packed(_color(text), source.coding)
    except ValueError as error:
        form = "a whole number" if source.coding == "values" else "a colour like #00ffff"
        raise UsageError(f"The data source {source.name} has the label {text!r}; it needs {form}.") from error


def _color(text: str) -> Color:
    if len(text) != 7 or text[0] != "#":
        raise ValueError(text)
    return (int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16))


def _packed(color: Color, coding: str) -> int:
    red, green, blue = color
    if coding == "colors128":
        return 4 * (red >= 128) + 2 * (green >= 128) + (blue >= 128)
    return red << 16 | green << 8 | blue


def codes_from_colors(image: npt.NDArray[np.uint8], legend: Legend = LAND_COVER) -> Codes:
    """Label image ``(H, W, 3) uint8`` in the legend's label colours to codes ``(H, W) uint8``.

    Colours are thresholded at 128, so that the traces of compression do not matter. Red is the colour
    of no DeepGlobe class and becomes `IGNORE`.
    """
    return label_table(SourceConfig("colours", "", coding="colors128"), legend).from_colors(image)
