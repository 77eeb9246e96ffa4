"""Labelled scenes: reading DeepGlobe's files, its label colours, and shrinking to the model's pixel size."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from satseg_core.errors import SatSegError, UsageError
from satseg_core.legend import LAND_COVER, Legend

IGNORE = 255
"""Label of px that are neither trained nor measured on."""

Codes = npt.NDArray[np.uint8]
"""Class codes and `IGNORE`, ``(H, W)``."""


class DataError(SatSegError):
    """Training data are missing or malformed."""


@dataclass(frozen=True)
class Scene:
    """One labelled image: ``image`` is ``(H, W, 3) uint8``, ``codes`` ``(H, W) uint8`` with `IGNORE`."""

    id: str
    image: npt.NDArray[np.uint8]
    codes: Codes


def code_table(legend: Legend) -> Codes:
    """The class code of each of the eight label colours, indexed by 4 R + 2 G + B; `IGNORE` where none has it."""
    table = np.full(8, IGNORE, np.uint8)
    for land_class in legend:
        if land_class.label_color:
            red, green, blue = (value >= 128 for value in land_class.label_color)
            table[4 * red + 2 * green + blue] = land_class.code
    return table


def codes_from_colors(image: npt.NDArray[np.uint8], legend: Legend = LAND_COVER) -> Codes:
    """Label image ``(H, W, 3) uint8`` to codes ``(H, W) uint8``.

    Colours are thresholded at 128, so that the traces of compression do not matter. Red is the colour
    of no DeepGlobe class and becomes `IGNORE`.
    """
    bits = (image >= 128).astype(np.uint8)
    return np.take(code_table(legend), 4 * bits[..., 0] + 2 * bits[..., 1] + bits[..., 2])


def scene_ids(folder: Path) -> list[str]:
    """Ids of the scenes in a folder that has ``images/ID.jpg``, sorted.

    Raises:
        DataError: there are none.
    """
    ids = sorted(path.stem for path in (folder / "images").glob("*.jpg"))
    if not ids:
        raise DataError(f"There are no scenes in {folder}; it should hold images/ID.jpg and labels/ID_mask.png.")
    return ids


def split_ids(ids: Collection[str], held_out: Collection[str]) -> tuple[list[str], list[str]]:
    """Ids to train on and ids to measure on, both sorted.

    Raises:
        UsageError: a held-out id does not exist, or nothing is left to train on.
    """
    missing = sorted(set(held_out) - set(ids))
    if missing:
        raise UsageError(f"The held-out scenes {', '.join(missing)} do not exist; correct data.held_out.")
    train = sorted(set(ids) - set(held_out))
    if not train:
        raise UsageError("Every scene is held out; leave some to train on.")
    return train, sorted(held_out)


def read_scene(folder: Path, scene_id: str, legend: Legend = LAND_COVER) -> Scene:
    """Read one scene at the size of its files.

    Raises:
        DataError: a file is missing or no image, or image and labels differ in size.
    """
    try:
        image = np.asarray(Image.open(folder / "images" / f"{scene_id}.jpg").convert("RGB"))
        colors = np.asarray(Image.open(folder / "labels" / f"{scene_id}_mask.png").convert("RGB"))
    except OSError as error:
        raise DataError(f"Scene {scene_id} cannot be read ({error}).") from error
    if image.shape != colors.shape:
        raise DataError(f"Scene {scene_id}: the image is {image.shape[:2]} px and its labels {colors.shape[:2]} px.")
    return Scene(scene_id, image, codes_from_colors(colors, legend))


def shrink(scene: Scene, factor: float) -> Scene:
    """Shrink by ``factor`` (source px per px): the image by area averaging, labels to the class with the most area."""
    height, width = (max(1, round(n / factor)) for n in scene.codes.shape)
    image = np.asarray(Image.fromarray(scene.image).resize((width, height), Image.Resampling.BOX))
    return Scene(scene.id, image, _shrink_codes(scene.codes, height, width))


def _shrink_codes(codes: Codes, height: int, width: int) -> Codes:
    present = np.unique(codes)
    shares = [
        np.asarray(Image.fromarray((codes == code).astype(np.float32)).resize((width, height), Image.Resampling.BOX))
        for code in present
    ]
    return np.asarray(np.take(present, np.argmax(np.stack(shares), axis=0)), np.uint8)


def frequencies(scenes: Collection[Scene], classes: int) -> npt.NDArray[np.float64]:
    """Share of each class code among the labelled px of all scenes, ``(classes,) float64``."""
    counts = sum((np.bincount(s.codes.ravel(), minlength=IGNORE + 1)[:classes] for s in scenes), np.zeros(classes))
    return np.asarray(counts / max(1.0, float(np.sum(counts))), np.float64)
