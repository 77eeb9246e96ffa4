"""What the network makes of land beside gaps, beside the end of a raster, and of rasters smaller than a tile.

    python -m benchmarks.edges FOLDER [--scenes 119,266] [--output docs/edges.md]

FOLDER holds DeepGlobe's ``images/ID.jpg`` (0.5 m a px). Scenes are averaged to the model's pixels; parts of them are
cut away or cut out and mapped again, and the share of px that keep the class that they have in the map of the whole
scene is counted. Nothing is compared with labels: the default model has learned from these scenes.
"""

from __future__ import annotations

import argparse
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_origin

from benchmarks.child import codes_of
from benchmarks.fills import BEFORE, ENGINE, filling_by, fills
from satseg_core.model.runtime import Runtime, load_runtime
from satseg_core.model.store import find_model
from satseg_core.raster import grid
from satseg_core.raster.source import open_source
from training.comparison import table

SOURCE_PIXEL = 0.5

BANDS = ((0, 20), (20, 50), (50, 100), (100, 200))
"""Distances from an edge, m."""

WATER = 4

HOLES = (1, 4, 8, 16, 32, 64, 96, 160)
"""Diameters of holes, model px; half a tile is the largest."""

SMALL = (60, 150, 300, 450)
"""Sides of small rasters, m."""

TRUE = 78.0
"""So much of the land around a small raster, m, is shown to see what any surroundings can bring."""

RESAMPLES = 4000

Figures = Mapping[str, Sequence[float]]
"""By name, a number for each scene."""


@dataclass(frozen=True)
class Mapper:
    """Makes maps of images at the model's px.

    Attributes:
        runtime: of the model.
        folder: for rasters.
    """

    runtime: Runtime
    folder: Path

    def __call__(self, image: np.ndarray, data: np.ndarray | None = None) -> np.ndarray:
        """Codes ``(h, w)`` of an image ``(3, h, w) uint8``; 255 where ``data`` is False."""
        card, path = find_model().card, self.folder / "image.tif"
        place = {"crs": "EPSG:32633", "transform": from_origin(5e5, 5e6, card.pixel_size, card.pixel_size)}
        shape = {"count": 3, "height": image.shape[1], "width": image.shape[2]}
        nodata = None if data is None else 0
        with rasterio.open(path, "w", "GTiff", dtype="uint8", photometric="RGB", nodata=nodata, **shape, **place) as to:
            to.write(image if data is None else image.clip(1) * data)
        with open_source(str(path), card.bands) as source:
            return codes_of(source, card, self.runtime)[0]


def main() -> int:
    """Measure, print and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.edges", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scenes", help="ids, with commas between them; all if not given")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    # DeepGlobe's files have no place on the ground, and it is no news.
    warnings.simplefilter("ignore", NotGeoreferencedWarning)
    names = (
        options.scenes.split(",") if options.scenes else sorted(p.stem for p in (options.folder / "images").iterdir())
    )
    with tempfile.TemporaryDirectory() as scratch:
        mapper = Mapper(load_runtime(find_model(), "onnx", "cpu"), Path(scratch))
        scenes = [read_scene(options.folder / "images" / f"{name}.jpg") for name in names]
        page = "\n\n".join(parts(scenes, [mapper(scene) for scene in scenes], mapper)) + "\n"
    print(page)
    if options.output:
        options.output.write_text(page, encoding="utf-8")
    return 0


def read_scene(path: Path) -> np.ndarray:
    """A scene at the model's px, ``(3, h, w) uint8``."""
    with rasterio.open(path) as source:
        side = round(source.width * SOURCE_PIXEL / pixel())
        return np.asarray(source.read(out_shape=(3, side, side), resampling=Resampling.average))


def pixel() -> float:
    """M a px of the model."""
    return find_model().card.pixel_size


def parts(scenes: Sequence[np.ndarray], wholes: Sequence[np.ndarray], mapper: Mapper) -> Iterator[str]:
    """The page's paragraphs and tables."""
    pairs = list(zip(scenes, wholes))
    yield HEAD.format(scenes=len(scenes), resamples=RESAMPLES)
    cut = diamonds(pairs, mapper)
    yield chosen(cut)
    yield "## Scenes cut to a diamond\n\n" + DIAMONDS
    yield compared(cut, bands(), extra=("water within 20 m",))
    yield "## Holes\n\n" + HOLED
    yield compared(holes(pairs, mapper), ("within 20 m of a hole", "20 to 50 m"))
    yield "## Rasters smaller than a tile\n\n" + SMALLER
    yield compared(small(pairs, mapper), [f"{side} m a side" for side in SMALL])
    yield "## Where a raster ends\n\n" + FRAMES
    yield compared(frames(pairs, mapper), bands())


def chosen(found: Mapping[str, np.ndarray]) -> str:
    """What choosing a way on some scenes gives on the others."""
    names = [name for name in fills(find_model().card) if name in found]
    rows = np.stack([found[name] for name in names])
    count = rows.shape[1]
    near, ours = rows[:, :, 0], names.index(ENGINE)
    alone = sum(int(np.delete(near, scene, axis=1).mean(axis=1).argmax()) == ours for scene in range(count))
    generator, half, hits, others = np.random.default_rng(2), count // 2, 0, []
    for _ in range(RESAMPLES):
        order = generator.permutation(count)
        best = int(near[:, order[:half]].mean(axis=1).argmax())
        hits += best == ours
        others.append(rows[best][order[half:], :2].mean(axis=0))
    return CHOSEN.format(
        metres=BANDS[0][1],
        alone=alone,
        scenes=count,
        half=half,
        resamples=RESAMPLES,
        share=100 * hits / RESAMPLES,
        near=100 * np.mean([other[0] for other in others]),
        far=100 * np.mean([other[1] for other in others]),
        nearest=cell(near[ours] - near[names.index("nearest px")]),
        mirrored=cell(near[ours] - near[names.index("mirrored px by px")]),
    )


def diamonds(pairs: Sequence[tuple[np.ndarray, np.ndarray]], mapper: Mapper) -> Mapping[str, np.ndarray]:
    """By way to fill, agreement in `BANDS` and the share of water within the first, ``(scenes, 5)``."""
    found: dict[str, list[list[float]]] = {}
    for scene, whole in pairs:
        inside = diamond(len(whole))
        first = (inside > 0) & (inside <= BANDS[0][1])
        found.setdefault("the map of the whole scene", []).append([1.0] * 4 + [float((whole[first] == WATER).mean())])
        for name, fill in fills(find_model().card).items():
            with filling_by(fill):
                codes = mapper(scene, inside > 0)
            water = float((codes[first] == WATER).mean())
            found.setdefault(name, []).append([*agreement(codes, whole, inside), water])
        moved = mapper(scene[:, MOVED:, MOVED:])
        inside, first = inside[MOVED:, MOVED:], first[MOVED:, MOVED:]
        row = agreement(moved, whole[MOVED:, MOVED:], inside)
        found.setdefault(ELSEWHERE, []).append([*row, float((moved[first] == WATER).mean())])
    return as_arrays(found)


ELSEWHERE = "nothing cut away, tiles elsewhere"

MOVED = 24
"""Px that are cut off two sides of a scene to see what other tiles alone change."""


def diamond(side: int) -> np.ndarray:
    """Distance to the edge of the square that stands on its corner, m; negative outside, ``(side, side)``."""
    middle = (side - 1) / 2
    away = np.abs(np.arange(side) - middle)
    return (side / 2 - away[:, None] - away) / np.sqrt(2) * pixel()


def agreement(codes: np.ndarray, whole: np.ndarray, inside: np.ndarray, count: int = len(BANDS)) -> list[float]:
    """Share of px with the same class in the first so many of `BANDS`."""
    same = codes == whole
    return [float(same[(inside > low) & (inside <= high)].mean()) for low, high in BANDS[:count]]


def holes(pairs: Sequence[tuple[np.ndarray, np.ndarray]], mapper: Mapper) -> Mapping[str, np.ndarray]:
    """By size and way to fill, agreement within 20 m of holes and from 20 to 50 m, ``(scenes, 2)``."""
    found: dict[str, list[list[float]]] = {}
    ways = fills(find_model().card)
    for scene, whole in pairs:
        for size in HOLES:
            inside = outside_of_holes(len(whole), size)
            for name, label in ((BEFORE, "before"), ("nearest px", "nearest px"), (ENGINE, "the engine")):
                with filling_by(ways[name]):
                    codes = mapper(scene, inside > 0)
                found.setdefault(f"{size * pixel():.3g} m, {label}", []).append(agreement(codes, whole, inside, 2))
    return as_arrays(found)


def outside_of_holes(side: int, size: int) -> np.ndarray:
    """Distance to the nearest of the round holes, m, negative in them; they lie two and a half diameters apart."""
    apart = max(round(2.5 * size), 40)
    count = max(side // apart, 1)
    first = (side - (count - 1) * apart) / 2
    away = np.abs(np.arange(side)[:, None] - (first + apart * np.arange(count))).min(axis=1)
    return (np.hypot(away[:, None], away) - size / 2) * pixel()


def small(pairs: Sequence[tuple[np.ndarray, np.ndarray]], mapper: Mapper) -> Mapping[str, np.ndarray]:
    """By surroundings, mean agreement of nine rasters of each size with the map of the whole, ``(scenes, sizes)``."""
    ways = {
        "a tile as small as the raster (before)": (partial(tiles_of, 0, 0), 0.0),
        "mirrored, tiles of 192 px and more (the engine)": (tiles_of, 0.0),
        "mirrored, full tiles": (partial(tiles_of, grid.BEYOND, 320), 0.0),
        f"{TRUE:.0f} m of the true land on each side, then mirrored": (tiles_of, TRUE),
    }
    found: dict[str, list[list[float]]] = {name: [] for name in ways}
    for scene, whole in pairs:
        for name, (tiles, true) in ways.items():
            with tiles():
                row = [
                    float(np.mean(list(cut_out(scene, whole, round(side / pixel()), round(true / pixel()), mapper))))
                    for side in SMALL
                ]
            found[name].append(row)
    return as_arrays(found)


@contextmanager
def tiles_of(beyond: int = grid.BEYOND, smallest: int = grid.SMALLEST) -> Iterator[None]:
    """Let the engine's tiles reach otherwise beyond a raster."""
    with mock.patch.multiple(grid, BEYOND=beyond, SMALLEST=smallest):
        yield


def cut_out(scene: np.ndarray, whole: np.ndarray, side: int, more: int, mapper: Mapper) -> Iterator[float]:
    """Agreement of nine squares of a scene, mapped by themselves with so many px more on all sides."""
    length = len(whole)
    for top in (np.array((0.1, 0.5, 0.9)) * (length - side)).astype(int):
        for left in (np.array((0.1, 0.5, 0.9)) * (length - side)).astype(int):
            up, back = max(top - more, 0), max(left - more, 0)
            codes = mapper(scene[:, up : top + side + more, back : left + side + more])
            part = codes[top - up : top - up + side, left - back : left - back + side]
            yield float((part == whole[top : top + side, left : left + side]).mean())


def frames(pairs: Sequence[tuple[np.ndarray, np.ndarray]], mapper: Mapper) -> Mapping[str, np.ndarray]:
    """By how far tiles reach beyond a raster, agreement beside the sides of parts of scenes, ``(scenes, 4)``."""
    found: dict[str, list[list[float]]] = {}
    for scene, whole in pairs:
        for beyond in (0, 8, 16, 32):
            rows = []
            for side, top, left in ((448, 27, 10), (416, 30, 60), (384, 21, 90), (400, 70, 33)):
                away = np.minimum(np.arange(side), np.arange(side)[::-1]) + 0.5
                inside = np.minimum(away[:, None], away) * pixel()
                with tiles_of(beyond):
                    codes = mapper(scene[:, top : top + side, left : left + side])
                rows.append(agreement(codes, whole[top : top + side, left : left + side], inside))
            note = ", not at all (before)" if beyond == 0 else " (the engine)" if beyond == grid.BEYOND else ""
            found.setdefault(f"{beyond} px{note}", []).append(list(np.mean(rows, axis=0)))
    return as_arrays(found)


def as_arrays(found: Mapping[str, list[list[float]]]) -> dict[str, np.ndarray]:
    """Rows of scenes as arrays."""
    return {name: np.array(rows) for name, rows in found.items()}


def bands() -> list[str]:
    """Headings of `BANDS`."""
    return [f"within {high} m" if low == 0 else f"{low} to {high} m" for low, high in BANDS]


def compared(found: Mapping[str, np.ndarray], heads: Sequence[str], extra: Sequence[str] = ()) -> str:
    """A table of means over scenes with their intervals."""
    lines = [(name, *(f"{cell(values)}" for values in rows.T)) for name, rows in found.items()]
    return table(("", *heads, *extra), lines)


def cell(values: np.ndarray) -> str:
    """Mean of scenes, %, and between which numbers it lies in 95 of 100 draws of as many scenes."""
    drawn = np.random.default_rng(1).integers(0, values.size, (RESAMPLES, values.size))
    low, high = np.percentile(values[drawn].mean(axis=1), (2.5, 97.5))
    return f"{100 * values.mean():.1f} ({100 * low:.0f} to {100 * high:.0f})"


HEAD = """# Beside gaps and where a raster ends

By `python -m benchmarks.edges` on {scenes} scenes of DeepGlobe (1224 m a side), averaged to the default model's pixels
of 2.44 m. A part of each scene is cut away or cut out and mapped; counted is the share of px, %, that keep the class
that they have in the map of the whole scene. Means of scenes; in brackets between which numbers the mean lies in 95 of
100 draws of as many scenes ({resamples} draws)."""

CHOSEN = """\
The engine's way was chosen by these same figures, so here is what choosing on some scenes gives on the others, by
agreement within {metres} m. Chosen on all but one, it is the engine's in {alone} of {scenes} cases. Chosen on {half}
of them ({resamples} draws), it is the engine's in {share:.0f} of 100, and what was chosen then agrees on the others
in {near:.1f} % within {metres} m and in {far:.1f} % in the next band. Over nearest px the engine gains {nearest}, over
mirroring px by px {mirrored}, scene by scene."""

DIAMONDS = """Each scene is cut to the square that stands on its corner, as every rotated scene is; the rest is nodata.
Ways to fill it, and, for comparison, what happens to the map if only the tiles lie elsewhere: no way can do better."""

HOLED = """Round holes, two and a half diameters apart (at least 98 m), from one px to half a tile."""

SMALLER = """Nine squares of each scene, mapped by themselves. What they lack is knowledge of the land around, which
no filling brings: the last row shows true land around the squares."""

FRAMES = """Four parts of each scene, 940 to 1090 m a side, mapped by themselves, by how far tiles reach beyond the
raster where as few tiles as can be have that to spare."""


if __name__ == "__main__":
    raise SystemExit(main())
