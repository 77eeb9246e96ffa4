"""Polygons or rasters without a CRS: the sentence names the option that mends it."""

from __future__ import annotations

import pytest

from satseg_core.cli.main import main
from satseg_core.errors import UsageError
from satseg_core.raster.projecting import check_crs


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


def test_a_question_ends_without_a_stop(capsys):
    """Click asks ``Did you mean '--crs'?`` where an option is misspelt."""
    assert main(["areas", "map.tif", "--csr", "EPSG:32632"]) == 2
    shown = capsys.readouterr().err
    assert "?. " not in shown
    assert "? See 'satseg areas --help'." in shown
