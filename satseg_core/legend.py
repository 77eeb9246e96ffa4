"""The classes of a map: code, name, description and colours. THE one table of land cover.

Colour tables, category names, styles, reports and label conversion all read a `Legend`;
nothing else in SatSeg knows how many classes there are or what they are called.
Standard library only: QGIS imports this module in its own process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from satseg_core.errors import ModelError

Color = tuple[int, int, int]
"""Red, green and blue, 0 to 255 each."""

NODATA = 255
"""Code of pixels without data in every raster that SatSeg writes (*unknown* land is a class, this is not)."""

HIGHEST_CODE = 65_535
"""The highest code of a class in maps from elsewhere: what a 16-bit raster can hold."""


@dataclass(frozen=True)
class LandClass:
    """One class of a legend.

    Attributes:
        code: pixel value in the classified raster, 0 to `HIGHEST_CODE`; to 254 in maps that SatSeg makes.
        name: short name in lower case, unique in its legend; the ``class`` of a polygon.
        description: what the class covers, for people.
        color: colour of the class in maps.
        label_color: colour of the class in label images it is trained from, if it has one.
    """

    code: int
    name: str
    description: str
    color: Color
    label_color: Color | None = None

    @property
    def hex_color(self) -> str:
        """Map colour as ``#rrggbb``."""
        return "#{:02x}{:02x}{:02x}".format(*self.color)

    @property
    def title(self) -> str:
        """Name as shown to people, with a capital."""
        return self.name[:1].upper() + self.name[1:]


@dataclass(frozen=True)
class Legend:
    """An ordered, checked set of classes. The score bands of a model are in this order.

    Raises:
        ModelError: codes or names repeat, a code is not in 0 to `HIGHEST_CODE`, or there is no class.
    """

    classes: tuple[LandClass, ...]

    def __post_init__(self) -> None:
        codes = [c.code for c in self.classes]
        names = [c.name for c in self.classes]
        if not codes:
            raise ModelError("The legend has no classes; a model needs at least one.")
        if len(set(codes)) != len(codes) or len(set(names)) != len(names):
            raise ModelError("The legend names a code or a class twice; each must be unique.")
        if not all(type(code) is int and 0 <= code <= HIGHEST_CODE for code in codes):
            raise ModelError(f"The legend has a code that is no whole number from 0 to {HIGHEST_CODE:,}; renumber it.")

    def __len__(self) -> int:
        return len(self.classes)

    def __iter__(self) -> Iterator[LandClass]:
        return iter(self.classes)

    @property
    def codes(self) -> tuple[int, ...]:
        """Codes in score-band order."""
        return tuple(c.code for c in self.classes)

    def by_code(self, code: int) -> LandClass:
        """The class with this code.

        Raises:
            KeyError: no class has the code.
        """
        for land_class in self.classes:
            if land_class.code == code:
                return land_class
        raise KeyError(code)

    def to_json(self) -> list[dict[str, Any]]:
        """Plain JSON values, as stored in model cards and run records."""
        return [
            {
                "code": c.code,
                "name": c.name,
                "description": c.description,
                "color": c.hex_color,
                **({"label_color": _to_hex(c.label_color)} if c.label_color else {}),
            }
            for c in self.classes
        ]

    @classmethod
    def from_json(cls, value: Any) -> Legend:
        """Read what `to_json` wrote.

        Raises:
            ModelError: the value is not a legend.
        """
        if not isinstance(value, list):
            raise ModelError("The legend is not a list of classes; export the model again.")
        return cls(tuple(_class_from_json(item) for item in value))


def _class_from_json(item: Mapping[str, Any]) -> LandClass:
    try:
        label_color = item.get("label_color")
        return LandClass(
            code=item["code"],
            name=str(item["name"]),
            description=str(item.get("description", "")),
            color=from_hex(item["color"]),
            label_color=from_hex(label_color) if label_color else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"The legend has a malformed class ({error!r}); export the model again.") from error


def _to_hex(color: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)


def from_hex(text: str) -> Color:
    """A colour from ``#rrggbb``.

    Raises:
        ValueError: it is none.
    """
    digits = text.lstrip("#")
    if len(digits) != 6:
        raise ValueError(f"{text!r} is not a colour like #1a2b3c")
    return (int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16))


# Map colours: hues that read as land cover (dark green forest, blue water, golden fields), tuned so that
# every pair stays apart under simulated protanopia, deuteranopia and tritanopia (tests/unit/test_legend.py).
# Label colours: DeepGlobe 2018 land cover.
LAND_COVER = Legend(
    (
        LandClass(
            0, "urban", "Built-up land: buildings, roads, yards and gardens among them",
            color=(0xB0, 0x12, 0x5F), label_color=(0, 255, 255),
        ),
        LandClass(
            1, "agriculture", "Farmland: crops, ploughed fields, orchards, vineyards",
            color=(0xFB, 0xD3, 0x36), label_color=(255, 255, 0),
        ),
        LandClass(
            2, "rangeland", "Pasture, grassland and scrub that is not farmed or wooded",
            color=(0xA5, 0xE8, 0x87), label_color=(255, 0, 255),
        ),
        LandClass(
            3, "forest", "Land with a closed or nearly closed cover of trees",
            color=(0x23, 0x50, 0x1F), label_color=(0, 255, 0),
        ),
        LandClass(
            4, "water", "Rivers, lakes, ponds, sea and wetland under water",
            color=(0x54, 0x90, 0xDD), label_color=(0, 0, 255),
        ),
        LandClass(
            5, "barren", "Wasteland: rock, sand, beach, bare earth without vegetation",
            color=(0xB8, 0x86, 0x73), label_color=(255, 255, 255),
        ),
        LandClass(
            6, "unknown", "Land that cannot be seen: cloud, fog, cloud shadow",
            color=(0xEC, 0xF4, 0xFF), label_color=(0, 0, 0),
        ),
    )
)  # fmt: skip
