"""Made scenes in DeepGlobe's layout and size, for a dry run: ``python -m training.made_scenes DIR --count 6``.

They show that everything runs and how long it takes, not how well anything is learned: colours give the classes away.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from tqdm import tqdm

from satseg_core.demo_paint import spectral_noise
from satseg_core.errors import OutputError, UsageError
from satseg_core.legend import LAND_COVER
from training.command import run_command
from training.data.codes import Codes
from training.deepglobe import LAYOUTS, SIZE, whole_file
from training.splits import side_of

LOOK = {
    "urban": ((140, 130, 118), 26.0, 0.7),
    "agriculture": ((118, 112, 72), 9.0, 1.6),
    "rangeland": ((104, 106, 70), 12.0, 1.2),
    "forest": ((52, 66, 42), 12.0, 0.8),
    "water": ((52, 74, 84), 3.0, 1.6),
    "barren": ((176, 158, 134), 14.0, 1.4),
    "unknown": ((226, 228, 232), 6.0, 2.0),
}
"""Of each class: mean colour, contrast, and slope of the texture's spectrum (0.7 is rough, 2 smooth)."""

BLOCK = 8
"""Px of the steps in which borders run, as coarse as DeepGlobe's polygons."""

ORDER = ("train", "val", "test", "train", "train")
"""Sides that made ids fall to, again and again: three scenes are enough for all."""


def made_ids(count: int, seed: int) -> list[str]:
    """Ids of six digits, random but for the side that each falls to."""
    rng = np.random.default_rng(seed)
    ids: list[str] = []
    for side in islice(cycle(ORDER), count):
        ids.append(next(i for i in _numbers(rng) if i not in ids and side_of(i) == side))
    return ids


def _numbers(rng: np.random.Generator) -> Iterator[str]:
    while True:
        yield str(rng.integers(100_000, 1_000_000))


def make_scene(rng: np.random.Generator, size: int) -> tuple[npt.NDArray[np.uint8], Codes]:
    """Draw a scene: land in patches, each with its class's colour and texture.

    Args:
        rng: source of randomness.
        size: rows and columns, px; a multiple of `BLOCK`.

    Returns:
        The image, ``(size, size, 3) uint8``, and the codes, ``(size, size) uint8``.
    """
    coarse = size // BLOCK
    heights = np.stack([spectral_noise(rng, coarse, 1.7, coarse / 2.0) for _ in LAND_COVER])
    heights[-1] -= 0.8  # clouds are rare
    codes = np.argmax(heights, axis=0).astype(np.uint8).repeat(BLOCK, axis=0).repeat(BLOCK, axis=1)
    image = np.zeros((size, size, 3), np.float32)
    for land_class in LAND_COVER:
        color, contrast, slope = LOOK[land_class.name]
        where = codes == land_class.code
        texture = contrast * spectral_noise(rng, size, slope, 60.0)
        image[where] = np.asarray(color, np.float32) + texture[where][:, None]
    return np.clip(image, 0, 255).astype(np.uint8), codes


def label_colors(rng: np.random.Generator, codes: Codes) -> npt.NDArray[np.uint8]:
    """DeepGlobe's colours of codes, ``(H, W, 3) uint8``: some px not quite pure, and a corner in the invalid red."""
    colors = np.array([c.label_color for c in LAND_COVER], np.uint8)[codes]
    rows = rng.integers(codes.shape[0], size=max(1, codes.shape[0] // 50))
    colors[rows] = np.where(colors[rows] > 127, colors[rows] - 9, colors[rows] + 9)
    colors[:BLOCK, :BLOCK] = (255, 0, 0)
    return colors


def write_scenes(folder: Path, count: int, size: int = SIZE, seed: int = 1) -> list[str]:
    """Write scenes as ``train/ID_sat.jpg`` and ``train/ID_mask.png``.

    Args:
        folder: of the copy; made if missing.
        count: scenes.
        size: width and height, px.
        seed: of everything random.

    Returns:
        The ids.

    Raises:
        UsageError: the size is no multiple of `BLOCK`.
        OutputError: there are scenes already, or they cannot be written.
    """
    if size < 8 * BLOCK or size % BLOCK:
        raise UsageError(f"Scenes of {size} px cannot be made; choose a multiple of {BLOCK} from {8 * BLOCK} on.")
    if (folder / "train").exists():
        raise OutputError(f"{folder / 'train'} exists already; choose a new folder for made scenes.")
    try:
        (folder / "train").mkdir(parents=True)
    except OSError as error:
        raise OutputError(f"Cannot make {folder / 'train'} ({error.strerror}); choose another folder.") from error
    ids = made_ids(count, seed)
    for number, scene_id in enumerate(tqdm(ids, unit="scene", file=sys.stderr)):
        rng = np.random.default_rng((seed, number))
        image, codes = make_scene(rng, size)
        _save(folder / LAYOUTS[0].image.format(id=scene_id), image, quality=92)
        _save(folder / LAYOUTS[0].labels.format(id=scene_id), label_colors(rng, codes))
    return ids


def _save(path: Path, pixels: npt.NDArray[np.uint8], **options: int) -> None:
    kind = "JPEG" if path.suffix == ".jpg" else "PNG"
    with whole_file(path) as scratch:
        Image.fromarray(pixels).save(scratch, format=kind, **options)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser("python -m training.made_scenes", description="Make scenes for a dry run.")
    parser.add_argument("folder", type=Path, metavar="DIR", help="a new folder")
    parser.add_argument("--count", type=int, default=6, help="scenes (%(default)s)")
    parser.add_argument("--size", type=int, default=SIZE, help="width and height, px (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of everything random (%(default)s)")
    options = parser.parse_args(arguments)

    def work() -> None:
        write_scenes(options.folder, options.count, options.size, options.seed)

    return run_command(work)


if __name__ == "__main__":
    sys.exit(main())
