"""What satellites' numbers and products mean: ``B4`` is another colour with another sensor."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from satseg_core.raster.band_names import Reading


class Sensor(NamedTuple):
    """A sensor's own numbers of its bands.

    Attributes:
        name: as users know it.
        mark: finds it in names of files and in tags.
        bands: common names by number.
    """

    name: str
    mark: str
    bands: dict[str, str]


def _in_order(names: str, first: int = 1) -> dict[str, str]:
    return {str(number): name for number, name in enumerate(names.split(), first)}


_APART = r"(?<![a-z0-9])"
_END = r"(?![a-z0-9])"

SENTINEL_2 = Sensor(
    "Sentinel-2",
    rf"{_APART}s2[abcd]?{_END}|sentinel[-_ ]?2|hls\.s30|{_APART}t\d\d[a-z]{{3}}_\d{{8}}t",
    {
        **_in_order("coastal blue green red rededge071 rededge075 rededge078 nir nir09 cirrus swir16 swir22"),
        "8a": "nir08",
    },
)
LANDSAT_8 = Sensor(
    "Landsat 8 or 9",
    rf"{_APART}l[cot]0?[89]{_END}|landsat[-_ ]?[89]|hls\.l30|{_APART}oli{_END}",
    _in_order("coastal blue green red nir swir16 swir22 pan cirrus lwir11 lwir12"),
)
LANDSAT_7 = Sensor(
    "Landsat 4 to 7",
    rf"{_APART}l[te]0?[457]{_END}|landsat[-_ ]?[457]|{_APART}e?tm\+?{_END}",
    _in_order("blue green red nir swir16 lwir swir22 pan"),
)
MODIS = Sensor("MODIS", r"m[oy]d09|mcd43|modis|sur_refl_b", _in_order("red nir blue green swir12 swir16 swir22"))
AIRBUS = Sensor("Pléiades or SPOT 6 and 7", r"pl[eé]iades|phr1[ab]|spot[-_ ]?[67]", _in_order("blue green red nir", 0))
CBERS = Sensor(
    "CBERS or Amazônia",
    r"cbers|amazonia",
    {**_in_order("pan green red nir blue green red nir"), **_in_order("blue green red nir", 13)},
)
SENSORS = (SENTINEL_2, LANDSAT_8, LANDSAT_7, MODIS, AIRBUS, CBERS)

_FEWEST_COUNTED = 7
"""B1, B2, B3 and so on for so many bands are taken for a sensor's numbers; for fewer they say nothing."""


class Guess(NamedTuple):
    """Whose numbers some are.

    Attributes:
        sensor: or None where the numbers say nothing.
        sure: nothing else is possible.
    """

    sensor: Sensor | None
    sure: bool = True


def sensor_of(readings: Sequence[Reading], texts: Sequence[str], hints: str) -> Guess:
    """Whose numbers the bands of a raster have.

    Args:
        readings: of each band.
        texts: that were read.
        hints: anything else that may name the sensor: the name of the file, its tags.
    """
    numbers = [reading.number for reading in readings]
    known = {number for number in numbers if number is not None}
    if not known:
        return Guess(None)
    named = [sensor for sensor in SENSORS if re.search(sensor.mark, " ".join((*texts, hints)).lower())]
    if len(named) == 1 and known <= set(named[0].bands):
        return Guess(named[0])
    return _by_numbers(known, readings, " ".join(texts).lower())


def _by_numbers(known: Collection[str], readings: Sequence[Reading], texts: str) -> Guess:
    """Whose numbers they are by which there are, and how they are written."""
    numbers = set(known)
    # Landsat's reflectance on the ground, of which only 8 and 9 have a sixth band.
    if "sr_b" in texts and numbers <= set(LANDSAT_8.bands):
        return Guess(LANDSAT_7 if numbers in _BLUE_IS_FIRST else LANDSAT_8, sure="6" in numbers)
    if "0" in numbers:
        return Guess(AIRBUS if numbers <= set(AIRBUS.bands) else None)
    if not numbers <= set(SENTINEL_2.bands) or _only_count(readings):
        return Guess(None)
    if {"8a", "12"} & numbers:
        return Guess(SENTINEL_2)
    if any(reading.padded for reading in readings):  # also Landsat's in the harmonised product, but not these
        return Guess(SENTINEL_2, sure="8" in numbers or not {"5", "6", "7"} & numbers)
    return Guess(LANDSAT_7 if numbers in _BLUE_IS_FIRST else SENTINEL_2, sure=False)


def _only_count(readings: Sequence[Reading]) -> bool:
    """Whether the numbers are those of the bands in the file, as any software writes them."""
    numbered = [(str(place), r) for place, r in enumerate(readings, 1) if r.number is not None]
    return len(numbered) < _FEWEST_COUNTED and all(r.number == place and not r.padded for place, r in numbered)


_BLUE_IS_FIRST = [set("123"), set("1234"), set("123457")]
"""What is taken of Landsat 4 to 7 and other old sensors; with newer ones it would be without red or near infrared."""


class Product(NamedTuple):
    """Files of a maker that say nothing of their bands but come in a known order.

    Attributes:
        name: as users know it.
        mark: finds it in names of files.
        orders: common names of the bands by how many there are.
    """

    name: str
    mark: str
    orders: dict[int, str]


PRODUCTS = (
    Product(
        "Planet's products",
        r"^(?!.*udm).*(analytic|_psscene|superdove)",
        {
            4: "blue green red nir",
            5: "blue green red rededge nir",
            8: "coastal blue green_i green yellow red rededge nir",
        },
    ),
    Product("Pléiades Neo's products", r"^(img|dim)_pneo.*_ned[_.]", {3: "nir rededge coastal"}),
    # Their numbers run from blue, B0, to near infrared, B3, and their files begin with red.
    Product(
        "Pléiades' and SPOT's products",
        r"^(img|dim)_(phr1[ab]|spot[67]|pneo)",
        {4: "red green blue nir", 6: "red green blue nir rededge coastal"},
    ),
)


def order_of_product(file_name: str, count: int) -> tuple[str, list[str]] | None:
    """Whose product a file without words is by its name, and the common names of its bands; None if it is unknown."""
    for product in PRODUCTS:
        if re.search(product.mark, file_name.lower()) and count in product.orders:
            return product.name, product.orders[count].split()
    return None
