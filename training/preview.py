"""See what a run learns from: ``python -m training.preview cfg.toml --output sheet.png``.

Crops exactly as training gets them, each beside its labels: wrong labels, shifted labels and augmentation that goes too
far are seen here before they cost hours.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from satseg_core.errors import OutputError, UsageError
from satseg_core.legend import LAND_COVER, Color, Legend
from training.command import run_command
from training.config import TrainingConfig, read_config
from training.data.codes import IGNORE
from training.data.crops import CropDataset
from training.data.scenes import find_scenes, split

Picture = npt.NDArray[np.uint8]
"""``(H, W, 3) uint8``, red, green, blue."""

_PAPER: Color = (252, 252, 250)
_INK: Color = (34, 38, 42)
_IGNORED: Color = (150, 150, 146)
_GAP = 10
_LINE = 22
_ENTRY = 130


def preview(config: TrainingConfig, numbers: Sequence[int], legend: Legend = LAND_COVER) -> Image.Image:
    """A sheet of a run's crops with these numbers.

    Raises:
        UsageError: the run has not so many crops.
        SatSegError: scenes are missing or cannot be read.
    """
    trained, _ = split(find_scenes(config.data, legend), config.data.held_out)
    dataset = CropDataset(trained, config, legend)
    if not numbers or not 0 <= numbers[0] <= numbers[-1] < len(dataset):
        raise UsageError(f"The run has the crops 0 to {len(dataset) - 1}; choose --first and --count among them.")
    return sheet({number: dataset[number] for number in numbers}, legend)


def sheet(crops: dict[int, tuple[Tensor, Tensor]], legend: Legend) -> Image.Image:
    """Crops beside their labels, with their numbers and the legend below.

    Args:
        crops: by number, images ``(B, H, W) float32`` in 0..1 and labels ``(H, W) int64``, all of one size.
        legend: what the labels are indices of.
    """
    cells = [np.hstack([_shown(image), _colored(labels, legend)]) for image, labels in crops.values()]
    height, width = cells[0].shape[0] + _LINE, cells[0].shape[1] + _GAP
    # About one and a half times as wide as high, as screens are.
    columns = min(len(cells), max(1, round(math.sqrt(1.5 * len(cells) * height / width))))
    rows = math.ceil(len(cells) / columns)
    across = max(1, (columns * width - _GAP) // _ENTRY)
    below = _LINE * math.ceil((len(legend) + 1) / across) + _GAP
    result = Image.new("RGB", (max(columns * width, _ENTRY) + _GAP, rows * height + below + _GAP), _PAPER)
    for place, (number, cell) in enumerate(zip(crops, cells)):
        corner = (_GAP + place % columns * width, _GAP + place // columns * height)
        result.paste(Image.fromarray(cell), corner)
        _write(result, (corner[0], corner[1] + cell.shape[0] + 2), str(number))
    _draw_legend(result, legend, rows * height + _GAP, across)
    return result


def _shown(image: Tensor) -> Picture:
    """The first three bands as red, green and blue; the first alone where there are fewer."""
    bands = image[:3] if len(image) >= 3 else image[:1].expand(3, -1, -1)
    return (bands.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)


def _colored(labels: Tensor, legend: Legend) -> Picture:
    table = np.empty((IGNORE + 1, 3), np.uint8)
    table[:] = _IGNORED
    table[: len(legend)] = [land_class.color for land_class in legend]
    return np.take(table, labels.numpy(), axis=0)


def _draw_legend(picture: Image.Image, legend: Legend, top: int, across: int) -> None:
    entries: Iterable[tuple[str, Color]] = [*((c.title, c.color) for c in legend), ("Ignored", _IGNORED)]
    for place, (title, color) in enumerate(entries):
        x, y = _GAP + place % across * _ENTRY, top + place // across * _LINE
        ImageDraw.Draw(picture).rectangle((x, y, x + 16, y + 14), color, outline=_INK)
        _write(picture, (x + 22, y), title)


def _write(picture: Image.Image, corner: tuple[int, int], text: str) -> None:
    ImageDraw.Draw(picture).text(corner, text, _INK, ImageFont.load_default(13))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.preview", description="Draw crops as training gets them.")
    parser.add_argument("config", type=Path, help="TOML file that describes the run")
    parser.add_argument("--output", type=Path, required=True, metavar="SHEET.png", help="picture to write")
    parser.add_argument("--count", type=int, default=24, help="crops to draw (%(default)s)")
    parser.add_argument("--first", type=int, default=0, help="number of the first (%(default)s)")
    options = parser.parse_args(arguments)
    numbers = range(options.first, options.first + options.count)
    return run_command(lambda: _save(preview(read_config(options.config), numbers), options.output))


def _save(picture: Image.Image, path: Path) -> None:
    try:
        picture.save(path)
    except (OSError, ValueError) as error:
        raise OutputError(f"Cannot write {path} ({error}); give --output a place for a PNG file.") from error


if __name__ == "__main__":
    sys.exit(main())
