"""What the bands of known satellites show, in STAC's common names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

SENTINEL2 = {
    "B01": "coastal", "B02": "blue", "B03": "green", "B04": "red", "B05": "rededge071", "B06": "rededge075",
    "B07": "rededge078", "B08": "nir", "B8A": "nir08", "B09": "nir09", "B10": "cirrus", "B11": "swir16",
    "B12": "swir22",
}  # fmt: skip
SENTINEL2_PX = {"B02": 10, "B03": 10, "B04": 10, "B08": 10, "B01": 60, "B09": 60, "B10": 60}
"""Metres a px, where it is not 20."""

LANDSAT_8 = {
    "B1": "coastal", "B2": "blue", "B3": "green", "B4": "red", "B5": "nir08", "B6": "swir16", "B7": "swir22",
    "B8": "pan", "B9": "cirrus", "B10": "lwir11", "B11": "lwir12",
}  # fmt: skip
"""Landsat 8 and 9: OLI and TIRS."""

LANDSAT_4 = {
    "B1": "blue", "B2": "green", "B3": "red", "B4": "nir08", "B5": "swir16", "B6": "lwir", "B7": "swir22", "B8": "pan",
}  # fmt: skip
"""Landsat 4, 5 and 7: TM and ETM+."""

MSS_1 = {"B4": "green", "B5": "red", "B6": "nir", "B7": "nir08"}
MSS_4 = {"B1": "green", "B2": "red", "B3": "nir", "B4": "nir08"}
"""Landsat's Multispectral Scanner, on 1 to 3 and on 4 and 5; it has no blue."""

HLS_LANDSAT = {
    "B01": "coastal", "B02": "blue", "B03": "green", "B04": "red", "B05": "nir08", "B06": "swir16", "B07": "swir22",
    "B09": "cirrus", "B10": "lwir11", "B11": "lwir12",
}  # fmt: skip
"""Harmonized Landsat Sentinel-2 of Landsat; that of Sentinel-2 has Sentinel-2's own numbers."""

PLANET: Mapping[int, Sequence[str]] = {
    3: ("red", "green", "blue"),
    4: ("blue", "green", "red", "nir"),
    5: ("blue", "green", "red", "rededge", "nir"),
    8: ("coastal", "blue", "green05", "green", "yellow", "red", "rededge", "nir"),
}
"""PlanetScope, SkySat and RapidEye: the order of bands by their count."""

_ALIKE: Mapping[str, Sequence[str]] = {
    "nir": ("nir", "nir08", "nir09"),
    "nir08": ("nir08", "nir"),
    "swir1": ("swir16",),
    "swir2": ("swir22",),
    "rededge": ("rededge", "rededge071", "rededge075", "rededge078"),
    "coastal": ("coastal", "coastal_blue"),
    "thermal": ("lwir", "lwir11"),
}
"""What a model may call a band, and the common names that mean it, the best first."""

_WORDS: Mapping[str, str] = {
    "coastal_blue": "coastal", "swir1": "swir16", "swir2": "swir22", "red_edge": "rededge", "red edge": "rededge",
    "red-edge": "rededge", "green_i": "green05", "nir_narrow": "nir08", "pan": "pan", "panchromatic": "pan",
}  # fmt: skip
COMMON = frozenset(
    [*SENTINEL2.values(), *LANDSAT_8.values(), *LANDSAT_4.values(), *PLANET[8], "rededge", "swir11", "swir12", "lwir09"]
)
"""Common names that may be the name of a band or an asset itself."""

_WAVES = (
    (0.40, 0.45, "coastal"), (0.45, 0.52, "blue"), (0.52, 0.60, "green"), (0.62, 0.69, "red"), (0.69, 0.79, "rededge"),
    (0.79, 0.90, "nir"), (1.50, 1.75, "swir16"), (2.08, 2.35, "swir22"),
)  # fmt: skip
"""Centre wavelengths in µm, and what they show."""


def landsat_bands(letter: str, number: int) -> Mapping[str, str]:
    """What the bands of a Landsat show.

    Args:
        letter: of the sensor, as in file names: C, O, T, E or M.
        number: of the satellite.
    """
    if letter.upper() == "M":
        return MSS_1 if number <= 3 else MSS_4
    return LANDSAT_8 if number >= 8 else LANDSAT_4


def shows(label: str, common: str, wanted: str) -> int | None:
    """How well a band is what a model calls ``wanted``: 0 for best; None if it is not."""
    name = wanted.strip().lower()
    if name and name == label.lower():
        return 0
    names = _ALIKE.get(name, (name,))
    return names.index(common) + 1 if common and common in names else None


def common_name(word: str) -> str:
    """The common name that a word means; empty if it is none."""
    text = word.strip().lower()
    text = _WORDS.get(text, text)
    return text if text in COMMON else ""


def by_wavelength(micrometres: float) -> str:
    """The common name of a centre wavelength in µm; empty where none is meant."""
    return next((name for low, high, name in _WAVES if low <= micrometres < high), "")
