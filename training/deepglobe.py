"""DeepGlobe land cover on disk: the layouts that copies come in, reading and checking a scene, index labels.

Demir et al. 2018, "DeepGlobe 2018: A Challenge to Parse the Earth through Satellite Images", arXiv 1805.06561.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from satseg_core.errors import OutputError
from satseg_core.legend import LAND_COVER, Legend
from training.data.codes import Codes, DataError, codes_from_colors

SOURCE = "deepglobe"
"""Name of the set in configurations and lists."""

SIZE = 2448
"""Width and height of a scene, px."""


@dataclass(frozen=True)
class Layout:
    """Where a copy keeps its files: below its folder, with ``{id}`` for the scene's id."""

    image: str
    labels: str

    @property
    def pattern(self) -> str:
        """The images, with ``*`` for the id."""
        return self.image.replace("{id}", "*")


LAYOUTS = (
    Layout("train/{id}_sat.jpg", "train/{id}_mask.png"),
    Layout("land-train/{id}_sat.jpg", "land-train/{id}_mask.png"),
    Layout("{id}_sat.jpg", "{id}_mask.png"),
    Layout("images/{id}.jpg", "labels/{id}_mask.png"),
)
"""Kaggle's layout, the challenge's, the same without a folder, and that of collections of samples."""


@dataclass(frozen=True)
class Pair:
    """A scene's two files."""

    id: str
    image: Path
    labels: Path


@dataclass(frozen=True)
class Copy:
    """What a folder holds: its layout, the scenes with both files, and the ids of images without labels."""

    layout: Layout
    pairs: tuple[Pair, ...]
    unlabelled: tuple[str, ...]


def find_copy(folder: Path) -> Copy:
    """Look for scenes in every known layout; the first that has any is taken.

    Raises:
        DataError: there is no scene with its labels.
    """
    for layout in LAYOUTS:
        pairs = _pairs(folder, layout)
        complete = tuple(pair for pair in pairs if pair.labels.is_file())
        if complete:
            return Copy(layout, complete, tuple(pair.id for pair in pairs if pair not in complete))
    raise DataError(
        f"There are no labelled scenes in {folder}; it should hold train/ID_sat.jpg and train/ID_mask.png, the same "
        "files without a folder, or images/ID.jpg and labels/ID_mask.png."
    )


def _pairs(folder: Path, layout: Layout) -> list[Pair]:
    ending = layout.image.partition("{id}")[2]
    ids = sorted(path.name[: -len(ending)] for path in folder.glob(layout.pattern))
    return [Pair(i, folder / layout.image.format(id=i), folder / layout.labels.format(id=i)) for i in ids]


def read_pair(pair: Pair, legend: Legend = LAND_COVER) -> tuple[npt.NDArray[np.uint8], Codes]:
    """Read and check a scene.

    Returns:
        The image, ``(H, W, 3) uint8``, and its class codes, ``(H, W) uint8``, 255 where the colour is no class's.

    Raises:
        DataError: a file cannot be read, or image and labels differ in size.
    """
    image, colors = _read_rgb(pair.image), _read_rgb(pair.labels)
    if image.shape != colors.shape:
        raise DataError(
            f"Scene {pair.id}: the image is {image.shape[1]} x {image.shape[0]} px and its labels are "
            f"{colors.shape[1]} x {colors.shape[0]} px; get both files again."
        )
    return image, codes_from_colors(colors, legend)


def _read_rgb(path: Path) -> npt.NDArray[np.uint8]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return np.asarray(Image.open(path).convert("RGB"))
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(f"Cannot read {path} ({error}); get the file again.") from error


def write_index(path: Path, codes: Codes, legend: Legend = LAND_COVER) -> None:
    """Write codes as an 8-bit PNG whose palette shows them in the legend's map colours; whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    palette = np.zeros((256, 3), np.uint8)
    for land_class in legend:
        palette[land_class.code] = land_class.color
    picture = Image.fromarray(codes)
    picture.putpalette(palette.ravel().tolist())
    with whole_file(path) as scratch:
        picture.save(scratch, format="PNG")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path to write to, which becomes ``path`` when the block ends well.

    Raises:
        OutputError: the file cannot be written.
    """
    scratch = path.with_name(f".{path.name}.partial")
    try:
        yield scratch
        os.replace(scratch, path)
    except OSError as error:
        raise OutputError(f"Cannot write {path} ({error.strerror or error}); choose another place.") from error
    finally:
        scratch.unlink(missing_ok=True)
