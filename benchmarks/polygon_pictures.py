"""The same corner of a map as polygons: exact, generalised for all sides of a border at once, and the naive way.

    python -m benchmarks.polygon_pictures IMAGE.tif [--corner COL,ROW] [--output docs/images/polygons.png]

Maps the image with the default model and draws a corner of it. The naive way is what many scripts do:
`rasterio.features.shapes` and each polygon simplified by itself; what it leaves uncovered is drawn black, what is
covered twice red.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import rasterio
import rasterio.features
import shapely

from satseg_core.legend import LAND_COVER

SIDE = 150
"""Of the corner, px."""

WAYS = {
    "exact": [],
    "--min-area 400": ["--min-area", "400"],
    "--min-area 400 --smooth": ["--min-area", "400", "--smooth"],
    "--min-area 400 --smooth --simplify 2": ["--min-area", "400", "--smooth", "--simplify", "2"],
    "--simplify 4": ["--simplify", "4"],
}


def main() -> int:
    """Make the picture."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.polygon_pictures", description=__doc__.splitlines()[0])
    parser.add_argument("image", type=Path)
    parser.add_argument("--corner", default="0,0", metavar="COL,ROW", help="upper left px of what is drawn")
    parser.add_argument("--output", type=Path, default=Path("docs/images/polygons.png"))
    options = parser.parse_args()
    column, row = map(int, options.corner.split(","))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        labels = folder / "map.tif"
        satseg("segment", options.image, "--output", labels)
        with rasterio.open(labels) as dataset:
            transform = dataset.transform
            corners = (transform * (column, row + SIDE), transform * (column + SIDE, row))
            frame = shapely.box(*corners[0], *corners[1])
            shapes = list(rasterio.features.shapes(rasterio.band(dataset, 1), connectivity=4, transform=transform))
        panels = {}
        for title, words in WAYS.items():
            satseg("vectorize", labels, "--output", folder / "v.gpkg", "--overwrite", *words)
            _, _, wkb, columns = pyogrio.raw.read(folder / "v.gpkg", layer="v")
            panels[title] = (shapely.from_wkb(wkb), columns[0])
    naive = shapely.simplify([shapely.geometry.shape(shape) for shape, _ in shapes], 4 * transform.a)
    panels["naive: each simplified by 4 px"] = (naive, np.array([code for _, code in shapes]))
    draw(options.output, panels, frame)
    return 0


def satseg(*words: object) -> None:
    """Run the command."""
    subprocess.run([sys.executable, "-m", "satseg_core", *map(str, words), "--progress", "none"], check=True)


def draw(path: Path, panels: dict[str, tuple[Any, Any]], frame: shapely.Geometry) -> None:
    """Draw the panels beside each other."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    colors = {c.code: c.hex_color for c in LAND_COVER}
    figure, every = pyplot.subplots(2, 3, figsize=(12, 8.4), layout="constrained")
    left, bottom, right, top = frame.bounds
    for axes, (title, (polygons, codes)) in zip(every.flat, panels.items()):
        near = shapely.intersects(polygons, frame)
        shown = shapely.make_valid(polygons[near])
        axes.set_facecolor("black")
        for polygon, code in zip(shown, codes[near]):
            fill(axes, polygon, facecolor=colors[int(code)], edgecolor="#333333", linewidth=0.4)
        for place in shapely.STRtree(shown).query(shown, predicate="overlaps").T:
            if place[0] < place[1]:
                fill(axes, shapely.intersection(shown[place[0]], shown[place[1]]), facecolor="red", edgecolor="none")
        vertices = int(shapely.get_num_coordinates(polygons).sum())
        axes.set_title(f"{title}\n{len(polygons):,} polygons, {vertices:,} vertices", fontsize=10)
        axes.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[], aspect="equal")
    figure.savefig(path, dpi=90)
    pyplot.close(figure)


def fill(axes: Any, geometry: shapely.Geometry, **style: Any) -> None:
    """Fill the polygons of a geometry, with their holes."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    for part in shapely.get_parts(geometry):
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        rings = [part.exterior, *part.interiors]
        axes.add_patch(PathPatch(Outline.make_compound_path(*(Outline(np.array(r.coords)) for r in rings)), **style))


if __name__ == "__main__":
    raise SystemExit(main())
