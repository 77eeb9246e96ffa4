"""Rasters to measure on: 8-bit RGB, the demo's scene repeated, in several sizes and layouts; 0.5 m a px if not told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.transform import from_origin
from rasterio.windows import Window

from satseg_core.demo_scene import make_scene

STRIP = 512
PIXEL = 0.5
ORIGIN = (5e5, 5e6)

LAYOUTS: dict[str, dict[str, Any]] = {
    "tiled": {"tiled": True},
    "strips": {},
    "deflate tiles": {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "DEFLATE", "zlevel": 1},
}
"""How GDAL is asked to lay out a GeoTIFF."""


def make_raster(path: Path, height: int, width: int, layout: str = "tiled", pixel: float = PIXEL) -> Path:
    """The demo's scene, repeated with mirroring so that no seams show, written strip by strip."""
    scene = make_scene()[0].transpose(2, 0, 1)
    profile: dict[str, Any] = {
        "driver": "GTiff", "count": 3, "height": height, "width": width, "dtype": "uint8", "photometric": "RGB",
        "crs": "EPSG:32633", "transform": from_origin(*ORIGIN, pixel, pixel), "bigtiff": "IF_SAFER", **LAYOUTS[layout],
    }  # fmt: skip
    cols = mirrored(width, scene.shape[2])
    with rasterio.open(path, "w", **profile) as dataset:
        for row in range(0, height, STRIP):
            rows = mirrored(height, scene.shape[1])[row : row + STRIP]
            dataset.write(scene[:, rows][:, :, cols], window=Window(0, row, width, len(rows)))
    return path


def mirrored(side: int, period: int) -> np.ndarray:
    """Indexes 0 to ``period`` and back, ``(side,)``."""
    place = np.arange(side) % (2 * period)
    return np.minimum(place, 2 * period - 1 - place)


def make_cog(path: Path, source: Path) -> Path:
    """The same raster as a Cloud Optimized GeoTIFF, JPEG inside, as imagery often comes."""
    rasterio.shutil.copy(source, path, driver="COG", COMPRESS="JPEG", NUM_THREADS="ALL_CPUS")
    return path


def make_mosaic(path: Path, source: Path, times: int) -> Path:
    """A virtual raster of ``times`` by ``times`` copies of another: as many px as are wanted, on little disk."""
    with rasterio.open(source) as dataset:
        height, width, crs, pixel = dataset.height, dataset.width, dataset.crs.to_wkt(), dataset.transform.a
        nodata, colors = dataset.nodata, [color.name.capitalize() for color in dataset.colorinterp]
    lines = [
        f'<VRTDataset rasterXSize="{times * width}" rasterYSize="{times * height}"><SRS>{crs}</SRS>',
        f"<GeoTransform>{ORIGIN[0]}, {pixel}, 0, {ORIGIN[1]}, 0, -{pixel}</GeoTransform>",
    ]
    for band, color in enumerate(colors, 1):
        lines.append(f'<VRTRasterBand dataType="Byte" band="{band}"><ColorInterp>{color}</ColorInterp>')
        lines += [] if nodata is None else [f"<NoDataValue>{nodata:g}</NoDataValue>"]
        for row, col in np.ndindex(times, times):
            place = f'xOff="{col * width}" yOff="{row * height}" xSize="{width}" ySize="{height}"'
            lines.append(
                f'<SimpleSource><SourceFilename relativeToVRT="1">{source.name}</SourceFilename>'
                f'<SourceBand>{band}</SourceBand><SrcRect xOff="0" yOff="0" xSize="{width}" ySize="{height}"/>'
                f"<DstRect {place}/></SimpleSource>"
            )
        lines.append("</VRTRasterBand>")
    path.write_text("\n".join([*lines, "</VRTDataset>"]) + "\n", encoding="utf-8")
    return path


def make_squares(path: Path, places: list[tuple[float, float]], side: float) -> Path:
    """Squares of ``side`` m as GeoJSON in the rasters' CRS; ``places`` are m right of and below the rasters' corner."""
    features = []
    for right, below in places:
        x, y = ORIGIN[0] + right, ORIGIN[1] - below
        ring = [[x, y], [x + side, y], [x + side, y - side], [x, y - side], [x, y]]
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {}, "geometry": shape})
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}
    path.write_text(
        json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}) + "\n", encoding="utf-8"
    )
    return path
