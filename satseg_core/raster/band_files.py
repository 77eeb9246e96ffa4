"""What the files of a virtual raster are called, where each of its bands is a file of its own: ``…_B04_10m.jp2``."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from rasterio.io import DatasetReader

_BAND = re.compile(r"<VRTRasterBand\b.*?</VRTRasterBand>", re.DOTALL)
_SOURCE = re.compile(r"<SourceFilename[^>]*>([^<]+)</SourceFilename>")


def file_words(dataset: DatasetReader) -> list[str]:
    """For each band what its files' names say that those of the other bands do not.

    A band may be made of several files, if their names say the same. Empty if bands share a file, or one says nothing.
    """
    files = band_files(dataset)
    if len(files) != dataset.count or len(files) < 2 or _shared(files):
        return []
    words = [{_own(name, files) for name in names} for names in files]
    return [each.pop() for each in words] if all(len(each) == 1 and all(each) for each in words) else []


def band_files(dataset: DatasetReader) -> list[list[str]]:
    """Names, without folders, of the files that each band of a virtual raster is made of."""
    if dataset.driver != "VRT":
        return []
    text = dataset.tags(ns="xml:VRT").get("xml:VRT", "")
    return [[_name(found) for found in _SOURCE.findall(band)] for band in _BAND.findall(text)]


def _name(source: str) -> str:
    return PurePosixPath(html.unescape(source).replace("\\", "/")).name


def _shared(files: Sequence[Sequence[str]]) -> bool:
    """Whether one file gives several bands, or a band has none."""
    everything = [name for names in files for name in set(names)]
    return len(set(everything)) < len(everything) or not all(files)


def _own(name: str, files: Sequence[Sequence[str]]) -> str:
    """The parts of a name that not every band has in one of its files."""
    of_bands = [{part for one in names for part in _parts(one)} for names in files]
    common = set.intersection(*of_bands)
    return " ".join(part for part in _parts(name) if part not in common and not part.isdigit())


def _parts(name: str) -> list[str]:
    return re.split(r"[^0-9A-Za-z]+", PurePosixPath(name).stem)
