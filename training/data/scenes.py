"""Labelled scenes: which there are, how large they are on the ground, and reading them by window."""

from __future__ import annotations

import glob
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from satseg_core.errors import UsageError
from satseg_core.legend import Legend
from satseg_core.raster.ground import Metres
from satseg_core.raster.source import Source
from training.config import DataConfig, SourceConfig
from training.data.codes import IGNORE, Codes, DataError, LabelTable, class_code, label_table
from training.data.imagery import open_image, read_image
from training.data.labels import SAMPLES, Grid, read_raster
from training.data.polygons import read_polygons
from training.data.resize import Box, Pixels
from training.splits import named_scenes, resolved


@dataclass(frozen=True)
class Scene:
    """One labelled image. Holds no px and no open file: it can be sent to other processes.

    Attributes:
        source: the set that it belongs to.
        id: what the ``*`` of the set's pattern stands for.
        image: its file.
        label: file of its labels; None where the whole image has one label.
        table: what the labels mean.
        whole: code of every px, where the whole image has one label, else `IGNORE`.
        grid: of the image file.
        ground: m a px along a row and along a column.
    """

    source: SourceConfig = field(hash=False)
    id: str
    image: Path
    label: Path | None
    table: LabelTable = field(hash=False)
    whole: int
    grid: Grid
    ground: Metres

    @property
    def name(self) -> str:
        """``source/id``."""
        return f"{self.source.name}/{self.id}"

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the file, px."""
        return self.grid.shape

    @property
    def metres(self) -> float:
        """M a px of the file, the geometric mean of its two sides."""
        return math.sqrt(self.ground[0] * self.ground[1])

    def extent(self, pixel_size: float) -> tuple[float, float]:
        """Rows and columns at another size of px, in m; fractions of px are kept."""
        return (self.shape[0] * self.ground[1] / pixel_size, self.shape[1] * self.ground[0] / pixel_size)

    def read(self, box: Box, shape: tuple[int, int], fill: Sequence[int] = (0,)) -> tuple[Pixels, Codes]:
        """A part of the scene from its files.

        The image is averaged when it shrinks and interpolated when it grows, labels go by majority or by the
        nearest px. Where the image has no data, the label is `IGNORE`.

        Args:
            box: the part, in px of the file, inside it; fractions allowed.
            shape: rows and columns of the result.
            fill: of the image where it has no data, 0 to 255 a band or for all bands.

        Returns:
            The image ``(h, w, B) uint8``, as the engine scales it, and its codes ``(h, w) uint8``.

        Raises:
            RasterError: the image cannot be read.
            DataError: the labels cannot be read or do not fit the image.
        """
        image, valid = read_image(self.image, self.source.bands, box, shape)
        codes = self.read_labels(box, shape)
        if not valid.all():
            image[~valid], codes = fill, np.where(valid, codes, np.uint8(IGNORE))
        return image, codes

    def read_codes_full(self) -> Codes:
        """Codes at the file's own px, ``(H, W) uint8``; `IGNORE` where the image has no data; errors as of `read`."""
        return self.read(Box(0, 0, *self.shape), self.shape)[1]

    def read_labels(self, box: Box, shape: tuple[int, int], samples: int = SAMPLES) -> Codes:
        """The labels alone, even where the image has no data.

        Args:
            box: as of `read`.
            shape: as of `read`.
            samples: see `training.data.labels.read_raster`.

        Returns:
            ``(h, w) uint8``.

        Raises:
            DataError: the labels cannot be read or do not fit the image.
        """
        if self.label is None:
            return np.full(shape, self.whole, np.uint8)
        if self.source.coding == "attribute":
            return read_polygons(self.label, self.source.attribute, self.table, self.grid, box, shape)
        return read_raster(self.label, self.table, self.grid, box, shape, samples)


def find_scenes(data: DataConfig, legend: Legend) -> list[Scene]:
    """All scenes of all sets, sorted by name within their sets, sets in the order given.

    Raises:
        UsageError: the configuration is at odds with itself or with the files that there are.
        DataError: an image has no labels.
        RasterError: an image cannot be opened.
    """
    data = resolved(data)
    names = [source.name for source in data.sources]
    if len(set(names)) != len(names):
        raise UsageError("Two data sources have the same name; give each its own.")
    scenes = [scene for source in data.used for scene in _scenes(source, legend)]
    missing = sorted(set(data.held_out) - {scene.name for scene in scenes})
    if missing:
        raise UsageError(f"The held-out scenes {', '.join(missing)} do not exist; correct data.held_out.")
    return scenes


def split(scenes: Sequence[Scene], held_out: Collection[str]) -> tuple[list[Scene], list[Scene]]:
    """Scenes to train on and scenes to measure on, in the order given.

    Args:
        scenes: all of them.
        held_out: names, as ``source/id``, of those to measure on; ``@FILE`` for those that a file lists.

    Raises:
        UsageError: nothing is left to train on.
    """
    held_out = set(named_scenes(held_out))
    trained = [scene for scene in scenes if scene.name not in held_out]
    if not trained:
        raise UsageError("Every scene is held out; leave some to train on.")
    return trained, [scene for scene in scenes if scene.name in held_out]


def _scenes(source: SourceConfig, legend: Legend) -> list[Scene]:
    """The scenes of one set."""
    if bool(source.labels) == bool(source.whole):
        raise UsageError(f"The data source {source.name} needs labels, or a class for whole images, and not both.")
    images = _images(source)
    unknown = sorted({*source.only, *source.exclude} - set(images))
    if unknown:
        raise UsageError(f"The data source {source.name} has no images {', '.join(unknown)}; correct only or exclude.")
    table = label_table(source, legend)
    whole = class_code(legend, source.whole, source.name) if source.whole else IGNORE
    chosen = sorted(set(source.only or images) - set(source.exclude))
    return [_scene(source, image_id, images[image_id], table, whole) for image_id in chosen]


def _images(source: SourceConfig) -> dict[str, Path]:
    """Image files of a set by their ids."""
    before, star, after = source.images.partition("*")
    if not star or "*" in after:
        raise UsageError(f"The images of {source.name} need one * in their path, which stands for the image's id.")
    paths = glob.glob(f"{glob.escape(before)}*{glob.escape(after)}")  # noqa: PTH207 - the * may be a folder's name
    if not paths:
        raise UsageError(f"The data source {source.name} has no images like {source.images}; correct the path.")
    return {path[len(before) : len(path) - len(after)]: Path(path) for path in paths}


def _scene(source: SourceConfig, image_id: str, image: Path, table: LabelTable, whole: int) -> Scene:
    label = Path(source.labels.replace("{id}", image_id)) if source.labels else None
    if label is not None and not label.exists():
        raise DataError(f"The image {image} has no labels {label}; add them, or exclude the id {image_id}.")
    with open_image(image, source.bands) as opened:
        crs = opened.dataset.crs.to_wkt() if opened.dataset.crs else ""
        grid = Grid(opened.shape, opened.transform, crs)
        return Scene(source, image_id, image, label, table, whole, grid, _ground(source, opened))


def _ground(source: SourceConfig, image: Source) -> Metres:
    """M a px: from the georeference, else from what the configuration says.

    Raises:
        UsageError: neither says anything.
    """
    if image.placement.warning is None:
        return image.placement.metres
    if source.pixel_size > 0:
        return (source.pixel_size, source.pixel_size)
    if source.image_size > 0:
        return (source.image_size / max(image.shape),) * 2
    raise UsageError(
        f"The image {image.path} does not say how large it is on the ground; set pixel_size or image_size of the data"
        f" source {source.name}."
    )
