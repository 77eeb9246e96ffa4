"""What is written of a raster's bands: by a catalogue, in descriptions and tags, as wavelengths, in a file's name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Optional

from rasterio.enums import ColorInterp
from rasterio.io import DatasetReader

from satseg_core.raster.band_files import band_files, file_words
from satseg_core.raster.band_names import (
    ALPHA,
    Reading,
    in_micrometres,
    name_of_wavelength,
    of_letters,
    read_words,
    wavelength_in,
)
from satseg_core.raster.band_sensors import order_of_product, sensor_of
from satseg_core.raster.color_kinds import color_kinds

_NAMES = ("common_name", "bandname", "band_name", "name", "long_name", "standard_name", "description")
"""Tags of a band, in lower case, that may say what it shows; the first that does counts."""

_WAVELENGTHS = (
    "central_wavelength_um",
    "wavelength",
    "central_wavelength",
    "center_wavelength",
    "radiation_wavelength",
)
_UNITS = ("wavelength_units", "wavelength_unit", "radiation_wavelength_unit")
_EDGES = ("wavelengthmin", "wavelengthmax")


_MOST_ASKED, _MOST_HINTS = 20, 8000
"""Files and letters that are looked through for a sensor's name."""


@dataclass(frozen=True)
class BandWords:
    """What is written of each band of a raster; all in the bands' order.

    Attributes:
        written: what somebody wrote, for people; empty where nobody did.
        names: common names, or `ALPHA`; None where the words do not say.
        wavelengths: central, µm; None where they are not known.
        other: whether the words name something that is no band of the spectrum.
        assumed: whose numbers or order the names were taken from, where nothing says whose they are; else None.
    """

    written: tuple[str, ...]
    names: tuple[str | None, ...]
    wavelengths: tuple[float | None, ...]
    other: tuple[bool, ...]
    assumed: str | None = None

    def shows_something(self, band: int) -> bool:
        """Whether the words say that a band (from 1) is one of measurements, and so no alpha band."""
        return self.other[band - 1] or self.names[band - 1] not in (None, ALPHA)


def band_words(dataset: DatasetReader, catalogue: Sequence[str] = ()) -> BandWords:
    """Read everything that is written of a raster's bands.

    A catalogue goes before descriptions, they go before tags, and names before wavelengths.

    Args:
        dataset: the open raster.
        catalogue: what a catalogue calls each band; empty where there is none.
    """
    silent = [""] * dataset.count
    tags = [_band_tags(dataset, band) for band in dataset.indexes]
    said = (
        catalogue if len(catalogue) == dataset.count else silent,
        dataset.descriptions,
        tags,
        _listed(dataset) or silent,
        file_words(dataset) or silent,
    )
    texts = [list(_texts(*of_band)) for of_band in zip(*said)]
    readings = [_best(each) for each in texts]
    written = [next(iter(each), "") for each in texts]
    waves = _bare_wavelengths(written) or tuple(_wavelength(tag, each) for tag, each in zip(tags, texts))
    names = [r.name or name_of_wavelength(wave) for r, wave in zip(readings, waves)]
    names = [name or short for name, short in zip(names, of_letters(readings))]
    counted = all(r.number in (None, str(band)) for band, r in enumerate(readings, 1))
    names, assumed = (names, None) if any(waves) and counted else _by_numbers(dataset, names, readings, written)
    return BandWords(tuple(written), tuple(names), waves, tuple(r.other for r in readings), assumed)


def _band_tags(dataset: DatasetReader, band: int) -> dict[str, str]:
    """Tags of a band, names in lower case; GDAL's own domain of images goes before the file's."""
    found = {**dataset.tags(band), **dataset.tags(band, ns="IMAGERY")}
    return {key.lower(): value.strip() for key, value in found.items()}


def _texts(catalogue: str, description: str | None, tags: Mapping[str, str], *others: str) -> Iterator[str]:
    """Everything written of one band that is not empty."""
    candidates = (catalogue, description, *(tags.get(key) for key in _NAMES), *others)
    return (text.strip() for text in candidates if text and text.strip())


def _listed(dataset: DatasetReader) -> list[str]:
    """Names of all bands in one tag of the raster, as some software writes them, or by their maker's own metadata."""
    tags = {key.lower(): value for key, value in dataset.tags().items()}
    for key in ("band_names", "bands", "bandnames"):
        names = [name.strip(" '\"") for name in re.split("[,;]", tags.get(key, "").strip("[](){}"))]
        if len(names) == dataset.count:
            return names
    keys = (re.match(r"BAND_[A-Z]\d?(?=\.)", key) for key in dataset.tags(ns="IMD"))
    bands = list(dict.fromkeys(found.group() for found in keys if found))
    return bands if len(bands) == dataset.count else []


def _best(texts: Sequence[str]) -> Reading:
    """The reading of the first text that says something."""
    readings = [read_words(text) for text in texts]
    named = (r for r in readings if r.name or r.other)
    return next(named, next((r for r in readings if r.number or r.letters), Reading()))


def _bare_wavelengths(texts: Sequence[str]) -> tuple[float | None, ...]:
    """Wavelengths, µm, where bands are called by nothing but a number in nm, each by a larger one; else empty."""
    bare = [float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 0.0 for text in texts]
    rising = all(left < right for left, right in zip(bare, bare[1:]))
    return tuple(nm / 1000 for nm in bare) if len(bare) > 2 and rising and bare[0] >= 350 and bare[-1] <= 2600 else ()


def _wavelength(tags: Mapping[str, str], texts: Sequence[str]) -> float | None:
    unit = next((tags[key] for key in _UNITS if key in tags), "")
    for key in _WAVELENGTHS:
        if key in tags:
            return in_micrometres(tags[key], "um" if key.endswith("_um") else unit)
    edges = [in_micrometres(tags.get(key, ""), unit) for key in _EDGES]
    if edges[0] and edges[1]:
        return (edges[0] + edges[1]) / 2
    return next((wave for wave in map(wavelength_in, texts) if wave), None)


_Names = tuple["list[str | None]", Optional[str]]


def _by_numbers(
    dataset: DatasetReader, names: list[str | None], readings: Sequence[Reading], texts: Sequence[str]
) -> _Names:
    """Names of bands that only have a number, or no word at all in a product of a known order."""
    file_name = PurePath(str(dataset.name)).name
    if not any(texts) and ColorInterp.red not in color_kinds(dataset):
        known = order_of_product(file_name, dataset.count)
        return (list(known[1]), known[0]) if known else (names, None)
    unnamed = [reading if name is None else Reading() for name, reading in zip(names, readings)]
    files = [name for names in band_files(dataset)[:_MOST_ASKED] for name in names[:1]]
    guess = sensor_of(unnamed, texts, " ".join((file_name, *files, *dataset.tags().values()))[:_MOST_HINTS])
    if guess.sensor is None:
        return names, None
    numbered = [name or guess.sensor.bands.get(r.number or "") for name, r in zip(names, readings)]
    return numbered, None if guess.sure else guess.sensor.name
