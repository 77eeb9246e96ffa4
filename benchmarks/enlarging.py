"""What enlarging coarse rasters brings: accuracy on labelled scenes that were degraded to coarser pixels.

    python -m benchmarks.enlarging FOLDER [--scenes 104113,266,855,zs4]

FOLDER holds DeepGlobe's ``images/ID.jpg`` and ``labels/ID_mask.png`` (0.5 m a px). The default model has learned from
these scenes by now (landcover 0.1.0 had not from those named): the figures compare factors, they do not say how good
the model is.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_origin

from satseg_core.legend import LAND_COVER
from satseg_core.segment import SegmentOptions, segment

SOURCE_PIXEL = 0.5
IGNORE = 255


def main() -> int:
    """Print one line for each pixel size and factor."""
    folder, scenes = arguments("enlarging", __doc__)
    for pixel in (2.5, 5.0, 10.0):
        for factor in (1, 2, 4, 8):
            confusion = np.zeros((len(LAND_COVER), len(LAND_COVER)), int)
            with tempfile.TemporaryDirectory() as scratch:
                for scene in scenes:
                    confusion += measure(folder, scene, Path(scratch), pixel, pixel / factor)
            right, iou = figures(confusion)
            print(f"{pixel:4g} m, enlarged {factor}: pixel accuracy {right:.3f}, mIoU {iou.mean():.3f}", flush=True)
    return 0


def arguments(module: str, page: str) -> tuple[Path, list[str]]:
    """Folder and scenes that the command line of a benchmark names; ``page`` is the module's docstring."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{module}", description=page.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scenes", default="104113,266,855,zs4")
    options = parser.parse_args()
    # DeepGlobe's files have no place on the ground, and it is no news.
    warnings.simplefilter("ignore", NotGeoreferencedWarning)
    return options.folder, options.scenes.split(",")


def figures(confusion: np.ndarray) -> tuple[float, np.ndarray]:
    """Pixel accuracy and the IoU of each real class; px whose truth is *unknown* (the last class) are left out."""
    known = confusion[:-1]
    hits = np.diag(known)
    union = known.sum(0)[:-1] + known.sum(1) - hits
    return float(hits.sum() / known.sum()), hits / np.maximum(union, 1)


def measure(folder: Path, scene: str, scratch: Path, pixel: float, pixel_size: float | None = None) -> np.ndarray:
    """Confusion matrix of one scene degraded to ``pixel`` m, truth down and map across; run at ``pixel_size`` m."""
    with rasterio.open(folder / "images" / f"{scene}.jpg") as source:
        side = int(source.width * SOURCE_PIXEL / pixel)
        image = source.read(out_shape=(3, side, side), resampling=Resampling.average)
    raster, output = scratch / "scene.tif", scratch / "map.tif"
    profile = {"driver": "GTiff", "count": 3, "height": side, "width": side, "dtype": "uint8", "photometric": "RGB"}
    place = {"crs": "EPSG:32633", "transform": from_origin(5e5, 5e6, pixel, pixel)}
    with rasterio.open(raster, "w", **profile, **place) as dataset:
        dataset.write(image)
    segment(SegmentOptions(str(raster), str(output), overwrite=True, pixel_size=pixel_size))
    with rasterio.open(output) as dataset:
        found = dataset.read(1)
    truth = read_truth(folder / "labels" / f"{scene}_mask.png", side)
    keep = (truth != IGNORE) & (found != IGNORE)
    count = len(LAND_COVER)
    return np.bincount(truth[keep] * count + found[keep], minlength=count**2).reshape(count, count)


def read_truth(path: Path, side: int) -> np.ndarray:
    """Class codes of a label image, ``(side, side)``; its colours are on or off in each band."""
    with rasterio.open(path) as source:
        bits = source.read([1, 2, 3], out_shape=(3, side, side), resampling=Resampling.nearest) > 128
    codes = np.full(8, IGNORE)
    for land_class in LAND_COVER:
        red, green, blue = (value > 128 for value in land_class.label_color or (0, 0, 0))
        codes[4 * red + 2 * green + blue] = land_class.code
    return codes[4 * bits[0] + 2 * bits[1] + bits[2]]


if __name__ == "__main__":
    sys.exit(main())
