"""A made aerial scene for ``satseg demo``: a valley with fields, a town, woods, pasture, a river and a gravel pit.

Everything is drawn from a seed, so that the demo needs no data and is the same every time.
Colours and textures follow what 0.5 m satellite images of such land look like.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.transform import from_origin

from satseg_core.demo_paint import (
    Field,
    Frame,
    Rect,
    Tint,
    blur,
    paint_crown,
    paint_house,
    parcels,
    scatter,
    spectral_noise,
)

SIZE = 2000
"""Rows and columns, px."""

PIXEL = 0.5
"""Metres a px."""

CRS = "EPSG:32632"
ORIGIN = (687500.0, 5334500.0)
"""East and north of the upper left corner, m."""

URBAN, FIELDS, PASTURE, WOODS, WATER, BARE = range(6)
"""What the land is: the codes of SatSeg's own legend."""

_SITES = (
    (PASTURE, 0.47, 0.56), (PASTURE, 0.40, 0.98), (WOODS, 0.10, 0.72), (WOODS, 0.22, 0.98), (WOODS, 0.02, 0.95),
    (WOODS, 0.22, 0.66), (URBAN, 0.16, 0.14), (URBAN, 0.34, 0.30), (URBAN, 0.08, 0.36), (FIELDS, 0.74, 0.12),
    (FIELDS, 0.92, 0.34), (FIELDS, 0.78, 0.46), (FIELDS, 0.94, 0.58), (PASTURE, 0.98, 0.74), (BARE, 0.78, 0.86),
    (BARE, 0.88, 0.97), (PASTURE, 0.62, 0.74), (PASTURE, 1.02, 0.86), (WOODS, 0.60, 0.99),
    (PASTURE, 0.40, 0.05), (WOODS, 0.99, 0.02),
)  # fmt: skip
"""What lies around which place (fractions of the scene's width and height)."""

_CROPS: tuple[Tint, ...] = (
    (50, 70, 42), (58, 82, 46), (70, 88, 50), (84, 98, 56), (96, 98, 60), (106, 96, 66), (124, 103, 74),
    (138, 114, 84), (112, 104, 78), (64, 80, 46),
)  # fmt: skip
_ROOFS: tuple[Tint, ...] = (
    (196, 190, 178), (172, 168, 158), (150, 142, 130), (128, 120, 108), (150, 104, 82), (166, 122, 98),
    (210, 206, 198), (118, 126, 134),
)  # fmt: skip
_CROWNS: tuple[Tint, ...] = ((62, 84, 46), (72, 94, 52), (54, 74, 42), (84, 98, 56), (66, 80, 52))


def write_demo_scene(path: Path) -> None:
    """Write the scene as a georeferenced GeoTIFF, ``(3, 2000, 2000) uint8``, 0.5 m a px."""
    image, _ = make_scene()
    profile = {"driver": "GTiff", "width": SIZE, "height": SIZE, "count": 3, "dtype": "uint8", "crs": CRS}
    layout = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "predictor": 2}
    transform = from_origin(*ORIGIN, PIXEL, PIXEL)
    with rasterio.open(path, "w", transform=transform, photometric="RGB", **profile, **layout) as dataset:
        dataset.write(np.moveaxis(image, -1, 0))


def make_scene(seed: int = 7) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Draw the scene.

    Returns:
        The image, ``(2000, 2000, 3) uint8``, and what each px was drawn as, ``(2000, 2000) uint8`` codes.
    """
    land = _Land(np.random.default_rng(seed))
    land.pasture()
    land.fields()
    land.bare_ground()
    land.town()
    land.roads()
    land.water()
    land.trees()
    return land.finish(), land.cover


class _Land:
    """The scene while it is drawn: ``image`` in 0 to 255, ``cover`` in codes, both from the ground upwards."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.relief = spectral_noise(rng, SIZE, 1.7, 900.0)
        self.grain = spectral_noise(rng, SIZE, 0.9, 60.0)
        self.rows, self.columns = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
        self.image = np.zeros((SIZE, SIZE, 3), np.float32)
        self.zones = self._zones()
        self.cover = np.full((SIZE, SIZE), PASTURE, np.uint8)
        self.built = np.zeros((SIZE, SIZE), bool)
        self.sown = 0

    def _zones(self) -> npt.NDArray[np.uint8]:
        """The nearest site of every px, along borders that wander."""
        east = self.columns + 70 * spectral_noise(self.rng, SIZE, 1.8, 500.0)
        south = self.rows + 70 * spectral_noise(self.rng, SIZE, 1.8, 500.0)
        nearest = np.full((SIZE, SIZE), np.inf, np.float32)
        zones = np.zeros((SIZE, SIZE), np.uint8)
        for kind, x, y in _SITES:
            distance = np.hypot(east - x * SIZE, south - y * SIZE)
            zones[distance < nearest] = kind
            nearest = np.minimum(nearest, distance)
        return zones

    def _river(self) -> Field:
        """Distance to the river's middle as a share of half its width: under 1 is water."""
        down = self.rows / SIZE
        middle = SIZE * (0.56 + 0.075 * np.sin(down * 6.6 + 0.6) + 0.03 * np.sin(down * 15.0 + 1.0) - 0.06 * down)
        half = 84 + 18 * np.sin(down * 9.0) + 4 * self.relief
        slant = np.gradient(middle, axis=0)
        return np.asarray(np.abs(self.columns - middle) / np.hypot(1.0, slant) / half, np.float32)

    def pasture(self) -> None:
        """Dry grass with greener hollows, trodden paths and shrubs (those come with the trees)."""
        tufts = spectral_noise(self.rng, SIZE, 1.1, 160.0)
        mix = np.clip(0.42 + 0.26 * self.relief + 0.2 * tufts, 0, 1)[..., None]
        dry, green = np.array(((122, 110, 80), (70, 82, 52)), np.float32)
        self.image[:] = green + mix * (dry - green)
        self.image += 5.0 * self.grain[..., None]

    def fields(self) -> None:
        """Parcels with crops, furrows and grassy rims."""
        frame = Frame(math.radians(14), SIZE)
        for rect in parcels(self.rng, (-SIZE, -SIZE, SIZE, SIZE), 110, 300):
            if self._zone_at(frame, rect) == FIELDS:
                self._paint_field(frame, rect)

    def _zone_at(self, frame: Frame, rect: Rect) -> int:
        column, row = frame.to_image((rect[0] + rect[2]) / 2, (rect[1] + rect[3]) / 2)
        if not (-100 <= column < SIZE + 100 and -100 <= row < SIZE + 100):
            return -1
        return int(self.zones[int(np.clip(row, 0, SIZE - 1)), int(np.clip(column, 0, SIZE - 1))])

    def _paint_field(self, frame: Frame, rect: Rect) -> None:
        view = frame.view((rect[0] + 2.5, rect[1] + 2.5, rect[2] - 2.5, rect[3] - 2.5))
        if view is None:
            return
        rng = self.rng
        self.sown = (self.sown + int(rng.integers(1, 4))) % len(_CROPS)
        tint = np.array(_CROPS[self.sown], np.float32) * rng.uniform(0.92, 1.08)
        along_u = rect[2] - rect[0] < rect[3] - rect[1]
        across = view.u if along_u else view.v
        period = rng.uniform(5.0, 11.0)
        furrows = rng.uniform(1.0, 5.0) * np.sin(across * (2 * math.pi / period))
        strips = 4.0 * np.sign(np.sin(across * (2 * math.pi / rng.uniform(50, 120)))) * (rng.random() < 0.4)
        growth = 5.0 * self.relief[view.place] + 4.5 * self.grain[view.place]
        color = tint + (furrows + strips + growth)[..., None] * np.array((1.0, 0.9, 0.75))
        self.image[view.place][view.inside] = color[view.inside]
        self.cover[view.place][view.inside] = FIELDS

    def bare_ground(self) -> None:
        """A gravel pit: terraces, heaps and a pale floor."""
        where = self.zones == BARE
        depth = blur(where.astype(np.float32), 14.0)
        terraces = np.abs((depth * 5.0 + 0.5 * self.relief) % 1.0 - 0.5)
        light = 1.0 + 0.05 * self.relief + 0.03 * self.grain - 0.22 * ((terraces < 0.06) & (depth < 0.97))
        color = light[..., None] * np.array((202, 182, 161), np.float32)
        edge = np.clip((depth - 0.45) * 8, 0, 1)[..., None]
        self.image += edge * (color - self.image)
        self.cover[depth > 0.5] = BARE

    def town(self) -> None:
        """Blocks of houses between streets, in two turned grids."""
        for angle, low, high in ((-9.0, 0.0, 0.27), (21.0, 0.27, 0.52)):
            frame = Frame(math.radians(angle), SIZE)
            for rect in parcels(self.rng, (-SIZE, -SIZE, SIZE, SIZE), 95, 210):
                column, _ = frame.to_image((rect[0] + rect[2]) / 2, (rect[1] + rect[3]) / 2)
                if self._zone_at(frame, rect) == URBAN and low <= (column / SIZE) < high:
                    self._paint_block(frame, rect)

    def _paint_block(self, frame: Frame, rect: Rect) -> None:
        view = frame.view(rect)
        if view is None:
            return
        rng = self.rng
        edge = np.minimum.reduce([view.u - rect[0], rect[2] - view.u, view.v - rect[1], rect[3] - view.v])
        street = np.array((122, 116, 104), np.float32)
        yard = np.array((116, 104, 80), np.float32) * rng.uniform(0.85, 1.05)
        ground = np.where((edge < 6.0)[..., None], street, yard)
        ground = ground + (6.0 * self.grain[view.place] + 3.0 * self.relief[view.place])[..., None]
        self.image[view.place][view.inside] = ground[view.inside]
        self.cover[view.place][view.inside] = URBAN
        self.built[view.place][view.inside] |= (edge < 6.0)[view.inside]
        for plot in parcels(rng, (rect[0] + 8, rect[1] + 8, rect[2] - 8, rect[3] - 8), 22, 46):
            if rng.random() < 0.86:
                self._paint_plot(frame, plot)

    def _paint_plot(self, frame: Frame, plot: Rect) -> None:
        rng = self.rng
        gaps = rng.uniform(1.5, 6.0, 4)
        rect = (plot[0] + gaps[0], plot[1] + gaps[1], plot[2] - gaps[2], plot[3] - gaps[3])
        if min(rect[2] - rect[0], rect[3] - rect[1]) < 8:
            return
        tint = np.array(_ROOFS[rng.integers(len(_ROOFS))]) * rng.uniform(0.88, 1.06)
        paint_house(self.image, rng, frame, rect, (float(tint[0]), float(tint[1]), float(tint[2])))
        view = frame.view(rect)
        if view is not None:
            self.built[view.place][view.inside] = True

    def roads(self) -> None:
        """A main road through the town and over the river, and farm tracks."""
        east, south = self.columns / SIZE, self.rows / SIZE
        main = np.abs(south - 0.255 - 0.05 * np.sin(east * 5.0) - 0.03 * east) * SIZE
        self._paint_road(main, 8.0, (128, 122, 112), 1.5)
        track = np.abs(east - 0.835 - 0.035 * np.sin(south * 7.0)) * SIZE
        self._paint_road(track, 3.5, (150, 130, 100), 1.0)
        lane = np.abs(south - 0.60 + 0.12 * east - 0.02 * np.sin(east * 17.0)) * SIZE
        self._paint_road(np.where(east > 0.41, 1e3, lane), 3.0, (142, 122, 94), 1.0)
        self.main_road = main

    def _paint_road(self, distance: Field, half: float, tint: Tint, soft: float) -> None:
        cover = np.clip((half - distance) / soft, 0, 1)[..., None]
        color = np.array(tint, np.float32) + 4.0 * self.grain[..., None]
        self.image += cover * (color - self.image)
        self.built |= distance < half + 2

    def water(self) -> None:
        """The river with its banks, and a pond in the fields; the main road crosses on a bridge."""
        river = self._river()
        pond = np.hypot(self.columns - 0.885 * SIZE, (self.rows - 0.50 * SIZE) * 1.5) / (95 + 12 * self.relief)
        nearest = np.minimum(river, pond)
        bank = np.clip((1.22 + 0.05 * self.grain - nearest) * 9, 0, 1)[..., None]
        bridge = self.main_road < 9.5
        sand = np.array((138, 122, 96), np.float32) + 6.0 * self.grain[..., None]
        self.image += np.where(bridge[..., None], 0, 0.75 * bank) * (sand - self.image)
        depth = np.clip(1.0 - nearest, 0, 1)[..., None]
        color = np.array((102, 114, 90), np.float32) - depth * np.array((34, 16, 6), np.float32)
        color = color + (2.0 * self.relief + 1.6 * self.grain)[..., None]
        inside = np.where(bridge[..., None], 0, np.clip((1.0 - nearest) * 40, 0, 1)[..., None])
        self.image += inside * (color - self.image)
        self.near_water = nearest
        self.cover[(nearest < 1.0) & ~bridge] = WATER

    def trees(self) -> None:
        """Closed woods, and single trees in towns, on pasture, on banks and between fields."""
        woods = (self.zones == WOODS) & (self.cover == PASTURE) & ~self.built & (self.near_water > 1.1)
        shade = np.array((40, 50, 32), np.float32)
        edge = blur(woods.astype(np.float32), 2.0)[..., None]
        self.image += edge * (shade + 3.0 * self.grain[..., None] - self.image)
        self.cover[woods] = WOODS
        chances = np.zeros((SIZE, SIZE), np.float32)
        chances[self.cover == URBAN] = 0.10
        chances[self.cover == PASTURE] = 0.08
        chances[(self.near_water > 1.08) & (self.near_water < 1.35)] = 0.30
        chances[self.built | (self.near_water < 1.05)] = 0.0
        clumps = spectral_noise(self.rng, SIZE, 1.2, 300.0)
        chances *= np.clip(0.4 + 0.9 * clumps, 0, None)
        chances[woods] = 0.96
        for column, row in scatter(self.rng, SIZE, 9.0):
            place = (int(row), int(column))
            if self.rng.random() < chances[place]:
                self._tree(column, row, bool(woods[place]))

    def _tree(self, column: float, row: float, in_woods: bool) -> None:
        rng = self.rng
        radius = rng.uniform(5.0, 9.0) if in_woods else 2.0 + 6.0 * rng.random() ** 2
        tint = np.array(_CROWNS[rng.integers(len(_CROWNS))]) * rng.uniform(0.8, 1.15)
        tint = tint * (1.0 + 0.06 * self.relief[int(row), int(column)])
        color = (float(tint[0]), float(tint[1]), float(tint[2]))
        paint_crown(self.image, rng, column, row, radius, color, shadow=not in_woods)

    def finish(self) -> npt.NDArray[np.uint8]:
        """What the sensor makes of it: haze, a soft focus and noise."""
        seen = blur(self.image, 0.6) * 0.96 + np.array((5, 6, 8), np.float32)
        seen += 1.8 * self.rng.standard_normal((SIZE, SIZE, 1), np.float32)
        seen += 0.8 * self.rng.standard_normal(seen.shape, np.float32)
        return np.asarray(np.clip(np.rint(seen), 0, 255), np.uint8)
