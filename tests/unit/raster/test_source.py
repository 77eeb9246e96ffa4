"""Opening rasters: which bands, how large a pixel is, and one sentence for what cannot be mapped."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS, Geod
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp
from rasterio.rpc import RPC
from rasterio.transform import from_origin

from satseg_core.errors import RasterError, UsageError
from satseg_core.raster.ground import metres_per_pixel
from satseg_core.raster.source import open_source

RGB = ("red", "green", "blue")


def bands_of(path, names=RGB, bands=None):
    with open_source(str(path), names, bands) as source:
        return source.bands, " ".join(source.warnings)


def test_colours_are_found_wherever_they_are(make_raster):
    C = ColorInterp
    path = make_raster(np.zeros((4, 8, 8), np.uint8), colorinterp=[C.blue, C.green, C.red, C.undefined])
    assert bands_of(path) == ((3, 2, 1), "")


def test_descriptions_name_bands_too(make_raster):
    path = make_raster(
        np.zeros((4, 8, 8), np.uint16), descriptions=("Blue", "Green", "Red", "NIR"), photometric="MINISBLACK"
    )
    assert bands_of(path) == ((3, 2, 1), "")
    assert bands_of(path, ("nir", "red")) == ((4, 3), "")


def test_an_unsaid_order_is_assumed_with_a_warning(make_raster):
    found, warning = bands_of(make_raster(np.zeros((5, 8, 8), np.uint16), photometric="MINISBLACK"))
    assert found == (1, 2, 3)
    assert "1 as red" in warning
    assert "--bands" in warning


def test_alpha_is_never_a_band_to_read(make_raster):
    C = ColorInterp
    path = make_raster(np.zeros((2, 8, 8), np.uint8), colorinterp=[C.gray, C.alpha])
    found, warning = bands_of(path)
    assert found == (1, 1, 1)
    assert "one band" in warning


def test_a_palette_is_read_as_colours(make_raster):
    path = make_raster(np.zeros((8, 8), np.uint8))
    with rasterio.open(path, "r+") as dataset:
        dataset.write_colormap(1, {0: (10, 20, 30, 255)})
    with open_source(str(path), RGB) as source:
        assert source.palette[0][:3] == (10, 20, 30)
        assert source.bands == (1, 1, 1)
        assert not source.warnings
    with open_source(str(path), RGB, (1, 1, 1)) as source:
        assert source.palette is None
        assert any("the numbers of its colours are read" in warning for warning in source.warnings)


def test_given_bands_win_and_may_repeat(make_raster):
    path = make_raster(np.zeros((4, 8, 8), np.uint8))
    assert bands_of(path, bands=(4, 4, 1)) == ((4, 4, 1), "")


@pytest.mark.parametrize(("bands", "words"), [((1, 2), "names 2"), ((1, 2, 9), "no band 9")])
def test_wrong_bands_are_wrong_use(make_raster, bands, words):
    with pytest.raises(UsageError, match=words):
        bands_of(make_raster(np.zeros((4, 8, 8), np.uint8)), bands=bands)


def test_too_few_bands_is_a_sentence(make_raster):
    with pytest.raises(RasterError, match="2 bands and the model reads 3"):
        bands_of(make_raster(np.zeros((2, 8, 8), np.uint8), photometric="MINISBLACK"))


def test_ground_control_points_say_which_tool_to_run(make_raster):
    path = make_raster(np.zeros((3, 8, 8), np.uint8), crs=None, transform=None)
    points = [GroundControlPoint(0, 0, 10, 50), GroundControlPoint(0, 8, 11, 50), GroundControlPoint(8, 8, 11, 49)]
    with rasterio.open(path, "r+") as dataset:
        dataset.gcps = (points, rasterio.CRS.from_epsg(4326))
    with pytest.raises(RasterError, match="gdalwarp"):
        bands_of(path)


def test_a_camera_model_says_which_tool_to_run(make_raster):
    path = make_raster(np.zeros((3, 8, 8), np.uint8), crs=None, transform=None)
    one = [1.0] + [0.0] * 19
    with rasterio.open(path, "r+") as dataset:
        dataset.rpcs = RPC(
            height_off=0, height_scale=1, lat_off=50, lat_scale=1, line_den_coeff=one, line_num_coeff=one, line_off=4,
            line_scale=4, long_off=10, long_scale=1, samp_den_coeff=one, samp_num_coeff=one, samp_off=4, samp_scale=4,
        )  # fmt: skip
    with pytest.raises(RasterError, match="gdalwarp -rpc"):
        bands_of(path)


def test_complex_numbers_are_refused(make_raster):
    with pytest.raises(RasterError, match="complex"):
        bands_of(make_raster(np.zeros((3, 8, 8), np.complex64), photometric="MINISBLACK"))


def test_missing_and_foreign_files_are_sentences(tmp_path):
    with pytest.raises(RasterError, match=r"There is no file .*nothing\.tif"):
        bands_of(tmp_path / "nothing.tif")
    (tmp_path / "text.tif").write_text("no raster")
    with pytest.raises(RasterError, match="cannot be opened"):
        bands_of(tmp_path / "text.tif")


def test_without_crs_pixels_or_metres_are_assumed_and_said(make_raster):
    with open_source(str(make_raster(np.zeros((3, 8, 8), np.uint8), crs=None, transform=None)), RGB) as source:
        assert source.placement.in_pixels
        assert "no CRS" in source.warnings[-1]
    transform = from_origin(0, 0, 0.5, 0.5)
    with open_source(str(make_raster(np.zeros((3, 8, 8), np.uint8), crs=None, transform=transform)), RGB) as source:
        assert source.placement.metres == (0.5, 0.5)
        assert "metres" in source.warnings[-1]


def test_metres_in_utm_are_those_of_the_transform():
    x, y = metres_per_pixel(CRS(32633).to_wkt(), from_origin(500_000, 5_000_000, 0.5, 2), 1000, 1000)
    assert (x, y) == pytest.approx((0.5 / 0.9996, 2 / 0.9996), rel=1e-4)


@pytest.mark.parametrize("latitude", [0, 47, 60, -75])
def test_metres_in_degrees_are_measured_at_the_place(latitude):
    step = 1e-4
    transform = from_origin(15, latitude + 50 * step, step, step)
    found = metres_per_pixel(CRS(4326).to_wkt(), transform, 100, 100)
    geod = Geod(ellps="WGS84")
    assert found[0] == pytest.approx(geod.inv(15, latitude, 15 + step, latitude)[2], rel=1e-3)
    assert found[1] == pytest.approx(geod.inv(15, latitude - step / 2, 15, latitude + step / 2)[2], rel=1e-3)


def test_web_mercator_metres_are_true_ones():
    x, _ = metres_per_pixel(CRS(3857).to_wkt(), from_origin(0, 8_399_737.9, 2, 2), 10, 10)
    assert x == pytest.approx(1.0, rel=0.01)  # 60 degrees north: half of what the map says


def test_feet_rotation_and_south_up_are_measured():
    feet, _ = metres_per_pixel(CRS(2263).to_wkt(), from_origin(1_000_000, 200_000, 1, 1), 10, 10)
    assert feet == pytest.approx(0.3048, rel=1e-3)
    rotated = Affine.translation(500_000, 5_000_000) * Affine.rotation(30) * Affine.scale(0.5, 0.5)
    assert metres_per_pixel(CRS(32633).to_wkt(), rotated, 10, 10) == pytest.approx((0.5, 0.5), rel=1e-3)


def test_other_planets_have_their_own_ellipsoid():
    moon = CRS.from_proj4("+proj=longlat +a=1737400 +b=1737400 +no_defs").to_wkt()
    x, _ = metres_per_pixel(moon, from_origin(0, 0.5, 0.01, 0.01), 100, 100)
    assert x == pytest.approx(0.01 * np.pi / 180 * 1_737_400, rel=1e-3)
