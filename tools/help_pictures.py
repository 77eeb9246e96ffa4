"""Draws the pictures of the help pages, ``satseg_qgis/help/images``, from the demo scene and its map.

``python tools/help_pictures.py`` needs the engine's Python. The pictures have no words in them, so that all languages
share them, and are as wide as the help beside a Processing dialog.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyogrio.raw
import rasterio
import shapely
from PIL import Image, ImageDraw
from rasterio.enums import Resampling
from rasterio.windows import Window

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = PROJECT / "satseg_qgis" / "help" / "images"

WIDTH = 230
"""Of every picture, px: QGIS draws them as they are, and its dialogs open with hardly more room for the help."""

GAP = 4
FINE = 4
"""Lines are drawn this many times as large and reduced."""

INK = (47, 58, 69)
PAPER = (255, 255, 255)

CORNER = Window(632, 922, 34, 34)
"""The part of the map whose polygons are drawn: town, fields, wood and a speck of pasture meet in it."""

WAYS: tuple[Sequence[str], ...] = ((), ("--smooth",), ("--min-area", "100", "--smooth", "--simplify", "1.5"))
"""Options of the three panels on polygons."""

Box = tuple[float, float, float, float]


def main() -> int:
    """Draw all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=FOLDER, help="folder to write to")
    target: Path = parser.parse_args().output
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        satseg("demo", folder)
        # A named runtime: which one is the fastest must not change the pictures.
        words = ("--output", folder / "map.tif", "--confidence", folder / "sure.tif", "--polygons", folder / "map.gpkg")
        satseg("segment", folder / "scene.tif", *words, "--runtime", "onnx", "--overwrite")
        pictures = {
            "segment": segment_picture(folder),
            "vectorize": vectorize_picture(folder),
            "areas": areas_picture(folder),
            "setup": setup_picture(),
        }
    for name, picture in pictures.items():
        path = target / f"{name}.png"
        picture.save(path, optimize=True)
        print(f"{path.name}: {picture.width} x {picture.height} px, {path.stat().st_size:,} bytes")
    return 0


def satseg(*words: object) -> None:
    """Run the command."""
    command = [sys.executable, "-m", "satseg_core", *map(str, words), "--progress", "none"]
    subprocess.run(command, check=True, cwd=PROJECT, stdout=subprocess.DEVNULL)


def segment_picture(folder: Path) -> Image.Image:
    """Two rows: the image and its map, how sure the model is and the polygons."""
    side = (WIDTH - GAP) // 2
    with rasterio.open(folder / "scene.tif") as scene:
        image = scene.read(out_shape=(3, side, side), resampling=Resampling.average)
        whole = (scene.bounds.left, scene.bounds.top, scene.bounds.right, scene.bounds.bottom)
    with rasterio.open(folder / "sure.tif") as sure:
        percent = sure.read(1, out_shape=(side, side), resampling=Resampling.average)
    panels = [
        Image.fromarray(np.moveaxis(image, 0, -1)),
        polygons_panel(folder / "map.gpkg", colors(folder), whole, side, line=0.0),
        Image.fromarray(percent.astype(np.uint8)).point(lambda value: value * 255 // 100).convert("RGB"),
        polygons_panel(folder / "map.gpkg", colors(folder), whole, side, line=0.8, pale=True),
    ]
    return beside(panels, columns=2)


def vectorize_picture(folder: Path) -> Image.Image:
    """A corner of the map as its pixels, with their corners cut off, and simplified without its specks."""
    side = (WIDTH - 2 * GAP) // 3
    with rasterio.open(folder / "map.tif") as labels:
        left, bottom, right, top = rasterio.windows.bounds(CORNER, labels.transform)
    panels = []
    for number, words in enumerate(WAYS):
        satseg("vectorize", folder / "map.tif", "--output", folder / f"way{number}.gpkg", *words)
        extent = (left, top, right, bottom)
        panels.append(polygons_panel(folder / f"way{number}.gpkg", colors(folder), extent, side, line=1.2))
    return beside(panels, columns=3)


def areas_picture(folder: Path) -> Image.Image:
    """The map with two zones on it, and the areas of the classes in each as bars."""
    side = (WIDTH - GAP) // 2
    with rasterio.open(folder / "map.tif") as labels:
        left, bottom, right, top = labels.bounds
        crs = labels.crs.to_string()
    across, down = right - left, top - bottom
    edge = [(0.0, 0.42), (0.3, 0.5), (0.62, 0.38), (1.0, 0.55)]
    corners = ([*edge, (1.0, 1.0), (0.0, 1.0)], [*edge, (1.0, 0.0), (0.0, 0.0)])
    zones = [shapely.Polygon([(left + x * across, bottom + y * down) for x, y in ring]) for ring in corners]
    write_zones(folder / "zones.gpkg", zones, crs)
    satseg("areas", folder / "map.tif", "--zones", folder / "zones.gpkg", "--output", folder / "zones.json")
    panel = polygons_panel(folder / "map.gpkg", colors(folder), (left, top, right, bottom), side, line=0.0)
    picture = Image.new("RGB", (WIDTH, side), PAPER)
    picture.paste(panel, (0, 0))
    draw = Fine(picture)
    for zone in zones:
        draw.line([(side * (x - left) / across, side * (top - y) / down) for x, y in zone.exterior.coords], INK, 2.4)
    draw_bars(draw, (side + 3 * GAP, 0, WIDTH, side), zone_areas(folder / "zones.json"), colors(folder))
    return draw.done()


def setup_picture() -> Image.Image:
    """QGIS on the left, and beside it the engine's own environment, filled from outside."""
    height = 82
    draw = Fine(Image.new("RGB", (WIDTH, height), PAPER))
    draw.box((2, 20, 82, 78), (236, 240, 243), INK)
    draw.words((42, 49), "QGIS")
    draw.box((138, 20, 228, 78), (230, 240, 226), INK)
    draw.words((183, 40), "Python")
    draw.words((183, 60), "onnxruntime", size=11)
    draw.arrow((87, 41), (134, 41))
    draw.arrow((133, 57), (86, 57))
    draw.arrow((183, 2), (183, 18))
    return draw.done()


def colors(folder: Path) -> dict[int, tuple[int, int, int]]:
    """Colour of each class by code, from the map's record."""
    record = json.loads((folder / "map.json").read_text(encoding="utf-8"))
    from satseg_core.model.store import find_model

    return {c.code: c.color for c in find_model(record["model"]["name"]).card.legend}


def polygons_panel(
    file: Path, table: dict[int, tuple[int, int, int]], extent: Box, side: int, line: float, pale: bool = False
) -> Image.Image:
    """Draw the polygons of a file.

    Args:
        file: layer with a field ``code``.
        table: colour by code.
        extent: left, top, right, bottom of what is drawn, in the layer's units.
        side: of the square panel, px.
        line: width of the outlines, px; 0 draws none.
        pale: outlines are what it is about.
    """
    meta, _, shapes, fields = pyogrio.raw.read(file, layer=file.stem)
    codes = fields[list(meta["fields"]).index("code")]
    left, top, right, bottom = extent
    draw = Fine(Image.new("RGB", (side, side), PAPER))
    geometries = shapely.from_wkb(shapes)
    order = np.argsort(-shapely.area(shapely.envelope(geometries)), kind="stable")
    for geometry, code in zip(geometries[order], codes[order]):
        color = table[int(code)]
        fill = tuple((value + 2 * 255) // 3 for value in color) if pale else color
        for part in shapely.get_parts(geometry):
            rings = [part.exterior, *part.interiors]
            scaled = [
                [((x - left) / (right - left) * side, (top - y) / (top - bottom) * side) for x, y in ring.coords]
                for ring in rings
            ]
            draw.area(scaled[0], fill)  # what lies in its holes comes later: it is smaller
            for ring in scaled if line else ():
                draw.line(ring, INK, line)
    return draw.done()


def write_zones(path: Path, zones: Sequence[shapely.Polygon], crs: str) -> None:
    """A layer of zones, named a, b and so on."""
    names = np.array([chr(ord("a") + i) for i in range(len(zones))], dtype=object)
    pyogrio.raw.write(
        path, np.array(shapely.to_wkb(zones), dtype=object), [names], ["name"], geometry_type="Polygon", crs=crs
    )


def zone_areas(file: Path) -> list[dict[int, float]]:
    """Square metres by code for each zone."""
    rows = json.loads(file.read_text(encoding="utf-8"))
    found: dict[str, dict[int, float]] = {}
    for row in rows:
        found.setdefault(row["zone"], {})[row["code"]] = row["area_m2"]
    return list(found.values())


def draw_bars(draw: Fine, box: Box, zones: Sequence[dict[int, float]], table: dict[int, tuple[int, int, int]]) -> None:
    """A group of bars for each zone, the largest class on top, all to one scale."""
    left, top, right, bottom = box
    longest = max(max(zone.values()) for zone in zones)
    height = (bottom - top) / len(zones)
    for number, zone in enumerate(zones):
        begin = top + number * height + 4
        shown = [(code, area) for code, area in sorted(zone.items(), key=lambda pair: -pair[1]) if area > 0]
        for row, (code, area) in enumerate(shown[:6]):
            y = begin + row * 8
            draw.rectangle((left, y, left + (right - left) * area / longest, y + 6), table[code])
        draw.line([(left - 2, begin - 2), (left - 2, begin + 48)], INK, 1.4)


def beside(panels: Sequence[Image.Image], columns: int) -> Image.Image:
    """Panels of one size in rows, with a gap between them."""
    side = panels[0].width
    rows = -(-len(panels) // columns)
    sheet = Image.new("RGB", (WIDTH, rows * side + (rows - 1) * GAP), PAPER)
    for number, panel in enumerate(panels):
        sheet.paste(panel, (number % columns * (side + GAP), number // columns * (side + GAP)))
    return sheet


class Fine:
    """Drawing with smooth edges: on a picture `FINE` times as large, reduced in the end; all in px of the small one."""

    def __init__(self, picture: Image.Image) -> None:
        self._size = picture.size
        self._large = picture.resize((picture.width * FINE, picture.height * FINE), Image.Resampling.NEAREST)
        self._draw = ImageDraw.Draw(self._large)

    def area(self, ring: Iterable[tuple[float, float]], color: Sequence[int]) -> None:
        self._draw.polygon([(x * FINE, y * FINE) for x, y in ring], tuple(color))

    def line(self, points: Iterable[tuple[float, float]], color: Sequence[int], width: float) -> None:
        self._draw.line([(x * FINE, y * FINE) for x, y in points], tuple(color), round(width * FINE), joint="curve")

    def rectangle(self, box: Box, color: Sequence[int]) -> None:
        self._draw.rectangle([value * FINE for value in box], tuple(color))

    def box(self, box: Box, color: Sequence[int], outline: Sequence[int]) -> None:
        self._draw.rounded_rectangle([v * FINE for v in box], 7 * FINE, tuple(color), tuple(outline), 2 * FINE)

    def words(self, middle: tuple[float, float], text: str, size: int = 16) -> None:
        from PIL import ImageFont

        place = (middle[0] * FINE, middle[1] * FINE)
        self._draw.text(place, text, INK, ImageFont.load_default(size * FINE), anchor="mm")

    def arrow(self, begin: tuple[float, float], end: tuple[float, float]) -> None:
        along = np.subtract(end, begin) / np.hypot(*np.subtract(end, begin))
        side = np.array([-along[1], along[0]])
        back = np.asarray(end) - 8 * along
        self.line([begin, tuple(back)], INK, 2)
        self.area([tuple(end), tuple(back + 5 * side), tuple(back - 5 * side)], INK)

    def done(self) -> Image.Image:
        return self._large.resize(self._size, Image.Resampling.BOX)


if __name__ == "__main__":
    sys.exit(main())
