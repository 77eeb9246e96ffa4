"""Polygons of another datum: PROJ's wheels lack the grids, and what that costs is told."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from affine import Affine
from pyproj import Transformer
from pyproj.transformer import TransformerGroup
from rasterio.crs import CRS
from rasterio.transform import from_origin

from satseg_core.raster.projecting import Way

SHAPE = (200, 300)


def best_is_there(one, other):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return TransformerGroup(one, other).best_available


def doubts(theirs, ours, lon, lat, pixel):
    """Of polygons over a raster whose px measures so many m, around a place."""
    x, y = Transformer.from_crs(4326, ours, always_xy=True).transform(lon, lat)
    transform = from_origin(x, y, pixel, pixel)
    return Way(theirs, CRS.from_user_input(ours), transform, "fields.gpkg", "mask").doubts(SHAPE)


@pytest.mark.parametrize(
    ("theirs", "ours", "place", "off", "file"),
    [
        ("EPSG:27700", "EPSG:32630", (-2, 52), "2 m", "uk_os_OSTN15_NTv2_OSGBtoETRS.tif"),
        ("EPSG:31467", "EPSG:25832", (8.5, 48.5), "1 m", "de_lgl_bw_BWTA2017.tif"),
        ("EPSG:4267", "EPSG:26917", (-80.5, 26), "14 m", "us_noaa_nadcon5_nad27_nad83_1986_conus.tif"),
    ],
)
def test_a_missing_grid_is_told_with_what_it_costs(theirs, ours, place, off, file):
    if best_is_there(theirs, ours):
        pytest.skip("the grid is installed here")
    (sentence,) = doubts(theirs, ours, *place, pixel=0.5)
    assert f"The mask of fields.gpkg may be off by {off}, " in sentence
    assert f"'python -m pyproj sync --file {file}'" in sentence


def test_a_grid_that_would_be_hardly_better_is_not_asked_for():
    assert doubts("EPSG:31467", "EPSG:25832", 9.5, 53.5, pixel=0.5) == ()


def test_a_shift_within_a_px_is_not_worth_a_word():
    assert doubts("EPSG:27700", "EPSG:32630", -2, 52, pixel=10) == ()


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("EPSG:4326", "EPSG:32633"),
        ("EPSG:3857", "EPSG:32633"),
        ("EPSG:4258", "EPSG:32633"),
        ("EPSG:32632", "EPSG:32633"),
        ("+proj=utm +zone=33 +ellps=GRS80 +units=m", "EPSG:32633"),  # as lidar files have it
        ("+proj=sinu +R=6371007.181 +units=m", "EPSG:32633"),  # MODIS
        ("+proj=utm +zone=33 +ellps=intl +towgs84=-87,-98,-121 +units=m", "EPSG:32633"),
    ],
)
def test_ways_that_are_as_good_as_they_get_raise_no_doubt(theirs, ours):
    assert doubts(theirs, ours, 15, 47, pixel=0.5) == ()


def test_an_unknown_datum_is_told():
    (sentence,) = doubts("+proj=utm +zone=33 +ellps=intl +units=m", "EPSG:32633", 15, 47, pixel=1)
    assert (
        "up to some hundred metres, for no way from its datum (unknown) to the raster's (WGS 84) is known" in sentence
    )
    assert "--mask-crs" in sentence


def test_other_planets_and_rasters_without_a_place_raise_no_doubt():
    moon = CRS.from_wkt(CRS.from_user_input("+proj=eqc +R=1737400 +units=m").to_wkt())
    assert (
        Way("+proj=longlat +R=1737400 +no_defs", moon, from_origin(0, 0, 1, 1), "a.gpkg", "zones").doubts(SHAPE) == ()
    )
    assert Way(None, None, Affine.identity(), "a.gpkg", "zones").doubts(SHAPE) == ()


def test_the_question_changes_no_way():
    transform = from_origin(500_000, 5_700_000, 1, 1)
    pixels = np.array([[0.0, 0.0], [300.0, 200.0]])
    asked, other = (Way("EPSG:27700", CRS.from_epsg(32630), transform, "a.gpkg", "mask") for _ in range(2))
    asked.doubts(SHAPE)
    np.testing.assert_array_equal(asked.there(pixels), other.there(pixels))
