"""A GDAL virtual raster over flat files: what a map is besides its px, for GDAL to copy in one go."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from affine import Affine

from satseg_core.legend import NODATA, Legend
from satseg_core.raster.flat import FlatFile
from satseg_core.raster.labels import LEGEND_TAG
from satseg_core.raster.legends import legend_text
from satseg_core.style import color_table

_ENVI = """ENVI
samples = {width}
lines = {height}
bands = 1
header offset = 0
file type = ENVI Standard
data type = 1
interleave = bsq
"""


def write_virtual(
    path: Path,
    base: FlatFile,
    overviews: Sequence[FlatFile],
    crs: Any = None,
    transform: Affine | None = None,
    legend: Legend | None = None,
    epoch: float | None = None,
) -> None:
    """Describe a flat file and its overviews to GDAL.

    Args:
        path: of the ``.vrt``, beside the flat files.
        base: the full size.
        overviews: smaller and smaller.
        crs: rasterio's; None for none.
        transform: px to CRS; None for none.
        legend: of a classified raster: its tag and colours are written.
        epoch: coordinate epoch of the CRS, decimal years; None for none.

    Raises:
        OSError: a file cannot be written.
    """
    for level in (base, *overviews):
        height, width = level.shape
        header = level.path.with_suffix(".hdr")
        header.write_text(_ENVI.format(width=width, height=height), encoding="ascii")
    height, width = base.shape
    lines = [f'<VRTDataset rasterXSize="{width}" rasterYSize="{height}">']
    if crs is not None:
        year = "" if epoch is None else f' coordinateEpoch="{epoch!r}"'
        lines.append(f'<SRS dataAxisToSRSAxisMapping="1,2"{year}>{html.escape(crs.to_wkt())}</SRS>')
    if transform is not None:
        lines.append(f"<GeoTransform>{', '.join(repr(float(v)) for v in transform.to_gdal())}</GeoTransform>")
    if legend is not None:
        lines.append(f'<Metadata><MDI key="{LEGEND_TAG}">{html.escape(legend_text(legend))}</MDI></Metadata>')
    lines.append(f'<VRTRasterBand dataType="Byte" band="1"><NoDataValue>{NODATA}</NoDataValue>')
    if legend is not None:
        lines.append(_colors(legend))
    lines.append(f"<SimpleSource>{_file(base)}</SimpleSource>")
    lines += [f"<Overview>{_file(level)}</Overview>" for level in overviews]
    lines.append("</VRTRasterBand></VRTDataset>")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _file(level: FlatFile) -> str:
    return f'<SourceFilename relativeToVRT="1">{level.path.name}</SourceFilename><SourceBand>1</SourceBand>'


def _colors(legend: Legend) -> str:
    entries = [
        f'<Entry c1="{red}" c2="{green}" c3="{blue}" c4="{alpha}"/>'
        for _, (red, green, blue, alpha) in sorted(color_table(legend).items())
    ]
    return f"<ColorInterp>Palette</ColorInterp><ColorTable>{''.join(entries)}</ColorTable>"
