"""What is measured in a process of its own: bare networks, which share nothing with what they are compared with.

    python -m benchmarks.child network RASTER --runtime onnx --threads 2
    python -m benchmarks.child source --threads 2
    python -m benchmarks.child seams RASTER

prints one line of JSON.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import rasterio

from satseg_core.errors import RuntimeUnavailableError
from satseg_core.events import Reporter
from satseg_core.memory import Budget
from satseg_core.model.card import ModelCard
from satseg_core.model.runtime import Runtime, load_runtime
from satseg_core.model.store import find_model
from satseg_core.pipeline import side_by_side
from satseg_core.prediction import Plan, Prediction, model_scale
from satseg_core.raster.grid import Lattice, Tile
from satseg_core.raster.reading import TileReader
from satseg_core.raster.source import open_source

SOURCE_SIDE = 1000
"""The prototype squeezed a scene of `SCENE_SIDE` px into so many, a side."""

SCENE_SIDE = 2448

NEAR = 16
"""Model px from a tile's border that count as near it."""


def main() -> None:
    """Measure one thing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.child")
    parser.add_argument("what", choices=("network", "source", "seams"))
    parser.add_argument("raster", type=Path, nargs="?")
    parser.add_argument("--runtime", default="onnx")
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--overlap", type=int, help="of tiles, model px, instead of the model's own")
    options = parser.parse_args()
    if options.what == "network":
        found = bare_network(options.raster, options.runtime, options.threads, options.precision, options.overlap)
    elif options.what == "source":
        found = source_system(options.threads)
    else:
        found = seam_index(options.raster, options.threads)
    print(json.dumps(found))


def bare_network(raster: Path, name: str, threads: int, precision: str, overlap: int | None = None) -> dict[str, Any]:
    """Time in s of the network alone on the tiles of a raster, which are read and scaled before."""
    model = find_model()
    try:
        runtime = load_runtime(model, name, "cpu", threads, precision)
    except RuntimeUnavailableError as error:
        return {"unavailable": str(error)}
    card = model.card if overlap is None else dataclasses.replace(model.card, overlap=overlap)
    with rasterio.Env(**Budget.of().gdal_options()), open_source(str(raster), card.bands) as source:
        plan = Plan.make(source, card, runtime, model_scale(source, card)[0])
        reader = TileReader(source, plan.lattice, card, plan.stretch, plan.budget.pieces)
        tiles = np.stack([reader.read(tile) for tile in all_tiles(plan.lattice)])
    runtime.scores(tiles[: runtime.batch])
    batches = (tiles[start : start + runtime.batch] for start in range(0, len(tiles), runtime.batch))
    began = time.perf_counter()
    for _ in side_by_side(runtime.scores, batches, runtime.at_once):
        pass
    return {"seconds": time.perf_counter() - began, "tiles": len(tiles), "version": runtime.version}


def all_tiles(lattice: Lattice) -> list[Tile]:
    """Every tile, row by row."""
    return [Tile(row, col) for row in range(len(lattice.rows.starts)) for col in range(len(lattice.cols.starts))]


def source_system(threads: int) -> dict[str, Any]:
    """Time in s of the prototype's network on one scene, its own way: squeezed, torch, 32 bits, nothing folded."""
    import torch

    from satseg_core.model.network import DeepLabV3Plus
    from satseg_core.model.presets import preset

    torch.set_num_threads(threads)
    network = DeepLabV3Plus(preset("source"), 3, 7).eval()
    image = torch.zeros(1, 3, SOURCE_SIDE, SOURCE_SIDE)
    with torch.inference_mode():
        network(image)
        began = time.perf_counter()
        network(image)
        seconds = time.perf_counter() - began
    return {"seconds": seconds, "pixels": SCENE_SIDE**2, "version": torch.__version__}


def seam_index(raster: Path, threads: int) -> dict[str, Any]:
    """Share of px whose class differs from that of larger tiles that overlap more, near tile borders and elsewhere."""
    model = find_model()
    runtime = load_runtime(model, "onnx", "cpu", threads)
    card = model.card
    large = dataclasses.replace(card, tile_size=2 * card.tile_size, overlap=card.tile_size)
    with rasterio.Env(**Budget.of().gdal_options()), open_source(str(raster), card.bands) as source:
        usual, lattice = codes_of(source, card, runtime)
        reference, _ = codes_of(source, large, runtime)
    near = near_borders(lattice)
    differs = usual != reference
    shares = {"near": float(differs[near].mean()), "away": float(differs[~near].mean())}
    return {**shares, "ratio": shares["near"] / max(shares["away"], 1e-12), "share_near": float(near.mean())}


def codes_of(source: Any, card: ModelCard, runtime: Runtime) -> tuple[np.ndarray, Lattice]:
    """The classes of a whole raster, ``(h, w) uint8``, by the engine's own tiles and blending."""
    plan = Plan.make(source, card, runtime, model_scale(source, card)[0])
    prediction = Prediction(plan)
    codes = np.empty(source.shape, np.uint8)
    with Reporter().stage("segment", prediction.tiles) as stage:
        for block in prediction.blocks(stage):
            codes[tuple(slice(*span) for span in block.block)] = block.classify(card.legend.codes)[0]
    return codes, plan.lattice


def near_borders(lattice: Lattice) -> np.ndarray:
    """``(h, w) bool``: raster px within `NEAR` model px of the border of a tile inside the raster."""
    axes = []
    for axis in (lattice.rows, lattice.cols):
        centres = (np.arange(axis.pixels) + 0.5) / axis.scale
        borders = np.array(
            [edge for start in axis.starts for edge in (start, start + axis.tile) if 0 < edge < axis.model]
        )
        axes.append((np.abs(centres[:, None] - borders).min(axis=1, initial=np.inf)) <= NEAR)
    return axes[0][:, None] | axes[1][None, :]


if __name__ == "__main__":
    main()
