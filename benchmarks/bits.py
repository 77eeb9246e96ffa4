"""What fewer bits cost and bring: the share of score cells that keep their class, and the time of a tile.

    python -m benchmarks.bits FOLDER [--scenes 104113,266,855,zs4] [--calibrate 16] [--threads 2]

FOLDER holds DeepGlobe's ``images/ID.jpg`` (0.5 m a px). The default model runs in 32 bits, in OpenVINO's bfloat16, in
torch's float16 (multiplied and rounded as a graphics card does, however slowly a processor does it) and in ONNX
Runtime's int8: static, a scale for each channel, calibrated on tiles of the first of the other scenes. Fewer bits are
fit to be chosen unasked where 99.5 % of the cells keep their class.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning

from benchmarks.child import all_tiles
from benchmarks.enlarging import SOURCE_PIXEL
from satseg_core.errors import RuntimeUnavailableError
from satseg_core.model.card import ModelCard
from satseg_core.model.runtime import load_runtime
from satseg_core.model.store import ModelFile, find_model
from satseg_core.raster.grid import Lattice
from satseg_core.raster.reading import TileReader
from satseg_core.raster.scaling import find_stretch
from satseg_core.raster.source import open_source
from training.comparison import table

GATE = 0.995

Tiles = list[NDArray[np.float32]]
Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bits", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scenes", default="104113,266,855,zs4", help="that are compared on")
    parser.add_argument("--calibrate", type=int, default=16, metavar="N", help="other scenes, for int8")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    # DeepGlobe's files have no place on the ground, and it is no news.
    warnings.simplefilter("ignore", NotGeoreferencedWarning)
    model, images = find_model(), options.folder / "images"
    scenes = options.scenes.split(",")
    others = sorted(path.stem for path in images.glob("*.jpg") if path.stem not in scenes)[: options.calibrate]
    gate = [tile for scene in scenes for tile in read_tiles(images / f"{scene}.jpg", model.card)]
    learned = [tile for scene in others for tile in read_tiles(images / f"{scene}.jpg", model.card)]
    exact = load_runtime(model, "onnx", "cpu", options.threads).scores
    rows = [row_of("float32, ONNX Runtime", lambda: exact, exact, gate)]
    with tempfile.TemporaryDirectory() as folder:
        for label, make in (
            ("bfloat16, OpenVINO", lambda: openvino_bfloat16(model, options.threads)),
            ("float16, torch", lambda: torch_float16(model, options.threads)),
            ("int8, ONNX Runtime", lambda: onnx_int8(model, learned, Path(folder), options.threads)),
        ):
            rows.append(row_of(label, make, exact, gate))
    print(table(("", "cells that keep their class", f"at least {100 * GATE} %", "ms a tile"), rows))
    return 0


def read_tiles(path: Path, card: ModelCard) -> Tiles:
    """Every tile of a scene as the network wants it, ``(1, B, T, T) float32``."""
    with open_source(str(path), card.bands) as source:
        scale = card.pixel_size / SOURCE_PIXEL
        lattice = Lattice.plan(source.shape, (scale, scale), card.tile_size, card.overlap, card.score_stride)
        reader = TileReader(source, lattice, card, find_stretch(source, card.scaling, None), 10**9)
        return [reader.read(tile)[None] for tile in all_tiles(lattice)]


def row_of(label: str, make: Callable[[], Network], exact: Network, tiles: Tiles) -> tuple[str, ...]:
    """A line of the table."""
    try:
        network = make()
    except RuntimeUnavailableError:
        return label, "not on this processor", "", ""
    same = float(np.mean([network(tile).argmax(1) == exact(tile).argmax(1) for tile in tiles]))
    began = time.perf_counter()
    for tile in tiles:
        network(tile)
    each = 1000 * (time.perf_counter() - began) / len(tiles)
    return label, f"{100 * same:.2f} %", "yes" if same >= GATE else "no", f"{each:.1f}"


def openvino_bfloat16(model: ModelFile, threads: int) -> Network:
    """The engine's own."""
    return load_runtime(model, "openvino", "cpu", threads, "bfloat16").scores


def torch_float16(model: ModelFile, threads: int) -> Network:
    """What ``autocast`` makes of the network."""
    import torch

    runtime = load_runtime(model, "torch", "cpu", threads)

    def run(tile: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.autocast("cpu", dtype=torch.float16):
            return runtime.scores(tile)

    return run


def onnx_int8(model: ModelFile, tiles: Tiles, folder: Path, threads: int) -> Network:
    """Weights and activations in 8 bits, each with a scale that the tiles set."""
    import onnxruntime
    from onnxruntime import quantization
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(quantization.CalibrationDataReader):  # type: ignore[misc]
        def __init__(self, name: str) -> None:
            self._items: Iterator[dict[str, Any]] = ({name: tile} for tile in tiles)

        def get_next(self) -> dict[str, Any] | None:
            return next(self._items, None)

    ready, short = folder / "ready.onnx", folder / "int8.onnx"
    quant_pre_process(str(model.onnx), str(ready))
    name = onnxruntime.InferenceSession(str(ready)).get_inputs()[0].name
    quantization.quantize_static(str(ready), str(short), Reader(name), per_channel=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(short), options)
    return lambda tile: session.run(None, {name: tile})[0]


if __name__ == "__main__":
    raise SystemExit(main())
