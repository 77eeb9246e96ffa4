"""Which bands of a raster a model reads.

The order of evidence, each before what follows:

1. the user's ``--bands``;
2. what a catalogue calls the bands;
3. what is written in the file: descriptions, tags, wavelengths, numbers of a known sensor (`band_words`);
4. the bands' colours, of which GDAL makes up some (of 8 bits, three bands are red, green, blue and a fourth is alpha);
5. their order, with a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Optional

from rasterio.enums import ColorInterp
from rasterio.io import DatasetReader

from satseg_core.errors import RasterError, UsageError
from satseg_core.raster.alpha import alpha_bands, coloured_alpha
from satseg_core.raster.band_names import common_name, standing_in, typical_wavelength
from satseg_core.raster.band_steps import band_steps
from satseg_core.raster.band_words import BandWords, band_words
from satseg_core.raster.color_kinds import color_kinds
from satseg_core.raster.labels import LEGEND_TAG
from satseg_core.raster.nodata import has_mask_file

Choice = tuple[list[int], Optional[Mapping[int, tuple[int, ...]]], list[str]]
"""The band numbers to read, the palette if the one band is an index, and warnings."""


def choose_bands(
    dataset: DatasetReader,
    path: str,
    names: Sequence[str],
    bands: Sequence[int] | None,
    catalogue: Sequence[str] = (),
) -> Choice:
    """Which bands a model reads.

    Args:
        dataset: the open raster.
        path: as the user gave it.
        names: the bands that the model expects, in order.
        bands: 1-based numbers that the user gave, or None.
        catalogue: what a catalogue calls each band of the raster; empty where there is none.

    Raises:
        RasterError: there are too few bands, or none of them is one that the model expects.
        UsageError: a band number does not exist, or their count is not the model's.
    """
    words = band_words(dataset, catalogue)
    alpha = alpha_bands(dataset, words, bands or ())
    if bands:
        given = _given_bands(dataset, path, names, bands)
        return given, None, [*_no_alpha(dataset, path, words, alpha, bands), *_no_palette(dataset, path, given)]
    data = [band for band in dataset.indexes if band not in alpha]
    if len(data) == 1 and LEGEND_TAG in dataset.tags():
        raise RasterError(f"{path} is a map of classes that SatSeg made, and no image; choose the image itself.")
    if len(data) == 1 and len(names) == 3 and _palette(dataset, data[0]):
        return data * 3, _palette(dataset, data[0]), []
    evidence = _Evidence(data, words, _colours(dataset), alpha, band_steps(dataset))
    chosen, warnings = _by_evidence(path, evidence, names)
    return chosen, None, [*warnings, *_no_alpha(dataset, path, words, alpha)]


def display_bands(dataset: DatasetReader) -> list[int]:
    """The bands, from 1, to show: red, green, blue if the raster says which they are, else its first three, or one."""
    words = band_words(dataset)
    alpha = alpha_bands(dataset, words)
    data = [band for band in dataset.indexes if band not in alpha]
    evidence = _Evidence(data, words, _colours(dataset), alpha)
    found = [evidence.called(name) or evidence.coloured(name) for name in ("red", "green", "blue")]
    if all(found):
        return [bands[0] for bands in found]
    return data[:3] if len(data) >= 3 else data[:1]


@dataclass(frozen=True)
class _Evidence:
    """What a raster says of its bands.

    Attributes:
        data: 1-based numbers of all but alpha bands.
        words: what is written of all of them.
        colours: the colour of each, or None.
        alpha: 1-based numbers of alpha bands.
        steps: what the bands are steps of, such as time; None where they are not known to be.
    """

    data: list[int]
    words: BandWords
    colours: list[str | None]
    alpha: list[int]
    steps: str | None = None

    def called(self, name: str) -> list[int]:
        """Bands that are written to be what a model wants, the best first."""
        exact = [band for band in self.data if self.words.written[band - 1].lower() == name.strip().lower()]
        if exact:
            return exact
        for wanted in standing_in(common_name(name)):
            found = [band for band in self.data if self.words.names[band - 1] == wanted]
            if found:
                return sorted(found, key=lambda band: self._far_from(wanted, band))
        return []

    def coloured(self, name: str, *, silent: bool = True) -> list[int]:
        """Bands whose colour is what a model wants; ``silent``: only those of which the words say nothing."""
        bands = [band for band in self.data if self.colours[band - 1] == common_name(name)]
        return [band for band in bands if not (silent and self.words.shows_something(band))]

    def unclaimed(self) -> list[int]:
        """Bands of which neither words nor colours say what they show."""
        return [b for b in self.data if not self.words.shows_something(b) and self.colours[b - 1] is None]

    def distinct(self, bands: Sequence[int]) -> bool:
        """Whether wavelengths tell several bands of one name apart."""
        return all(self.words.wavelengths[band - 1] is not None for band in bands)

    def _far_from(self, name: str, band: int) -> float:
        typical, here = typical_wavelength(name), self.words.wavelengths[band - 1]
        return abs(here - typical) if typical is not None and here is not None else 0.0


def _by_evidence(path: str, evidence: _Evidence, names: Sequence[str]) -> tuple[list[int], list[str]]:
    """The bands to read, and warnings; see the module's text for the order."""
    candidates = [evidence.called(name) or evidence.coloured(name) for name in names]
    if all(candidates):
        chosen = [bands[0] for bands in candidates]
        return chosen, _doubts(path, evidence, names, candidates)
    if len(evidence.data) == 1:
        listing = ", ".join(names)
        sentence = f"{path} has one band, used for {listing} alike: expect a poorer map than from colours."
        return evidence.data * len(names), [sentence] if len(names) > 1 else []
    return _in_order(path, evidence, names, candidates)


def _in_order(
    path: str, evidence: _Evidence, names: Sequence[str], candidates: Sequence[Sequence[int]]
) -> tuple[list[int], list[str]]:
    """Of the bands that nothing is said of, the first for those that the model still lacks."""
    lacking = [name for name, found in zip(names, candidates) if not found]
    free = [band for band in evidence.unclaimed() if not any(band in found for found in candidates)]
    if len(evidence.data) < len(names):
        besides = f" besides band {evidence.alpha[0]}, which is marked as transparency," if evidence.alpha else ""
        raise RasterError(
            f"{path} has {len(evidence.data)} bands{besides} and the model reads {len(names)} ({', '.join(names)});"
            " say which with --bands."
        )
    if len(free) < len(lacking):
        raise RasterError(
            f"{path} shows {_listed(_shown(evidence))}, and the model reads {', '.join(names)};"
            f" say with --bands which bands to use, {lacking[0]} among them."
        )
    rest = iter(free)
    chosen = [found[0] if found else next(rest) for found in candidates]
    return chosen, [
        f"{path} {_silence(evidence, names)}; {_used(chosen, names)} was assumed: choose others with --bands."
    ]


def _silence(evidence: _Evidence, names: Sequence[str]) -> str:
    """What a raster says of its bands, where that is not enough."""
    if evidence.steps:
        return f"shows the same at several steps of {evidence.steps}, which are no colours"
    known = _shown(evidence)
    if known:
        return f"says of some of its bands only that they show {_listed(known)}"
    written = [text for text in evidence.words.written if text]
    if written:
        return f"calls its bands {_listed(written)}, which does not say which are {', '.join(names)}"
    return "does not say what its bands show"


def _doubts(path: str, evidence: _Evidence, names: Sequence[str], candidates: Sequence[Sequence[int]]) -> list[str]:
    """Warnings for bands that were found, but not beyond doubt."""
    chosen = [bands[0] for bands in candidates]
    by_colour = [next(iter(evidence.coloured(name, silent=False)), 0) for name in names]
    used, words = _used(chosen, names), evidence.words
    if all(by_colour) and by_colour != chosen:
        said = _listed([words.written[band - 1] or words.names[band - 1] or "" for band in sorted(chosen)])
        return [f"{path} calls its bands {said}, and its colours say otherwise; the words were followed: {used}."]
    if words.assumed and not any(words.written):
        order = f"is named as {words.assumed} are, so their order was assumed"
        return [f"{path} {order}: {used}; choose others with --bands."]
    if words.assumed and by_colour != chosen:
        said = _listed([text for text in words.written if text])
        doubt = f"does not name the sensor; the numbers were taken for those of {words.assumed}: {used}"
        return [f"{path} calls its bands {said} and {doubt}; choose others with --bands."]
    alike = [name for name, bands in zip(names, candidates) if len(bands) > 1 and not evidence.distinct(bands)]
    if alike:
        return [f"{path} has several bands called {alike[0]}; the first of them was taken: {used}."]
    return []


def _no_alpha(
    dataset: DatasetReader, path: str, words: BandWords, alpha: Sequence[int], used: Sequence[int] = ()
) -> list[str]:
    """Warnings where a band's colour is alpha, and its words or its values say that it shows something."""
    return [
        _no_alpha_of_words(path, band, words) if words.shows_something(band) else _no_alpha_of_values(path, band)
        for band in coloured_alpha(dataset)
        if band not in (*alpha, *used)
    ]


def _no_alpha_of_words(path: str, band: int, words: BandWords) -> str:
    word = words.written[band - 1] or words.names[band - 1]
    told = "and its colour is alpha; the word was followed, so no pixels are left out for it."
    return f"{path} calls band {band} {word}, {told}"


def _no_alpha_of_values(path: str, band: int) -> str:
    told = (
        "has values as an image has, so no pixels are left out for it; if it is transparency after all, name it alpha"
    )
    how = "gdal_edit.py -mo BAND_NAMES=red,green,blue,alpha"
    return f"Band {band} of {path} is marked as transparency and {told} ({how})."


def _given_bands(dataset: DatasetReader, path: str, names: Sequence[str], bands: Sequence[int]) -> list[int]:
    if len(bands) != len(names):
        raise UsageError(
            f"The model reads {len(names)} bands ({', '.join(names)}), --bands names {len(bands)}; name {len(names)}."
        )
    missing = [band for band in bands if band not in dataset.indexes]
    if missing:
        mask = " (its mask is none, though some programs show it as one)" if has_mask_file(dataset) else ""
        raise UsageError(f"{path} has no band {missing[0]}; its bands are 1 to {dataset.count}{mask}.")
    return list(bands)


def _no_palette(dataset: DatasetReader, path: str, given: Sequence[int]) -> list[str]:
    """A sentence where the numbers of colours are read, and not the colours."""
    indexes = sorted({band for band in given if _palette(dataset, band)})
    return [
        f"Band {band} of {path} has a colour table: the numbers of its colours are read, as --bands names it, and not"
        " the colours; leave --bands out for these."
        for band in indexes
    ]


def _palette(dataset: DatasetReader, band: int) -> Mapping[int, tuple[int, ...]] | None:
    if color_kinds(dataset)[band - 1] != ColorInterp.palette:
        return None
    try:
        return dict(dataset.colormap(band))
    except ValueError:
        return None


_NO_COLOURS = {"undefined", "gray", "grey", "palette", "alpha"}


def _colours(dataset: DatasetReader) -> list[str | None]:
    """Common names of the bands' colours; None where they are no colours of light."""
    kinds = (kind.name.lower() for kind in color_kinds(dataset))
    return [None if kind in _NO_COLOURS else common_name(kind) for kind in kinds]


def _shown(evidence: _Evidence) -> list[str]:
    """What is known of the bands, in words for people."""
    words = evidence.words
    return [
        words.written[band - 1] or words.names[band - 1] or evidence.colours[band - 1] or ""
        for band in evidence.data
        if words.shows_something(band) or evidence.colours[band - 1]
    ]


_MOST_LISTED = 8


def _listed(texts: Iterable[str]) -> str:
    texts = list(texts)
    return ", ".join(texts[:_MOST_LISTED]) + (" and others" if len(texts) > _MOST_LISTED else "")


def _used(bands: Sequence[int], names: Sequence[str]) -> str:
    return "band " + ", ".join(f"{band} as {name}" for band, name in zip(bands, names))
