"""Polygons or rasters without a CRS: the sentence names the option that mends it."""

from __future__ import annotations

import pytest
from affine import Affine
from rasterio.crs import CRS

from satseg_core.cli.main import main
from satseg_core.errors import UsageError
from satseg_core.raster.projecting import Way, check_crs


@pytest.mark.parametrize(
    ("crs", "raster_crs", "what", "option"),
    [
        (None, "EPSG:32632", "mask", "name it with --mask-crs."),
        (None, "EPSG:32632", "zones", "name it with --zones-crs."),
        ("EPSG:32632", None, "zones", "name it with --crs."),
    ],
)
def test_a_missing_crs_can_be_named(crs, raster_crs, what, option):
    with pytest.raises(UsageError, match=option):
        check_crs(crs, raster_crs, "area.shp", what)


def test_polygons_are_not_laid_over_a_raster_of_no_place():
    """GDAL gives the identity for it, and polygons near 0, 0 would fall on any of its px."""
    crs = CRS.from_epsg(32632)
    with pytest.raises(
        UsageError, match=r"does not say where it lies .* mask file area\.gpkg .* georeference it first"
    ):
        Way("EPSG:32632", crs, Affine.identity(), "area.gpkg", "mask")
    Way("EPSG:32632", crs, Affine(1, 0, 0, 0, -1, 0), "area.gpkg", "mask")
    Way(None, None, Affine.identity(), "area.gpkg", "mask")


def test_a_question_ends_without_a_stop(capsys):
    """Click asks ``Did you mean '--crs'?`` where an option is misspelt."""
    assert main(["areas", "map.tif", "--csr", "EPSG:32632"]) == 2
    shown = capsys.readouterr().err
    assert "?. " not in shown
    assert "? See 'satseg areas --help'." in shown
