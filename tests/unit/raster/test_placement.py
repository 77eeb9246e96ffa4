"""Where a raster lies and how large its pixels are: known, or told to be assumed."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.control import GroundControlPoint
from rasterio.transform import from_origin

from satseg_core.errors import RasterError
from satseg_core.raster.ground import metres_per_pixel, same_plane
from satseg_core.raster.placement import place
from satseg_core.raster.projecting import Way
from satseg_core.raster.source import open_source

FOOT, SURVEY_FOOT, LINK = 0.3048, 1200 / 3937, 0.201168
PLACE = Affine(2, 0, 500_000, 0, -2, 5_400_000)
SITE = Affine(2, 0, 100, 0, -2, 500)


def local(unit, name="Site"):
    return f'ENGCRS["{name}",EDATUM["Pole 7"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT[{unit}]]'


def placed(make_raster, **place):
    with open_source(str(make_raster(np.ones((3, 8, 8), np.uint8), **place)), ("red", "green", "blue")) as source:
        return source.placement, source.warnings


@pytest.mark.parametrize(
    ("unit", "metres"),
    [('"foot",0.3048', FOOT), ('"US survey foot",0.304800609601219', SURVEY_FOOT), ('"kilometre",1000', 1000.0),
     ('"link",0.201168', LINK), ('"metre",1', 1.0), ('"millimetre",0.001', 0.001)],
)  # fmt: skip
def test_a_local_crs_counts_in_its_own_unit(make_raster, unit, metres):
    placement, warnings = placed(make_raster, crs=local(unit), transform=SITE)
    assert placement.metres == pytest.approx((2 * metres, 2 * metres), rel=1e-9)
    assert placement.kind == "plane"
    assert len(warnings) == 1
    assert "not tied to the ground" in warnings[0]


@pytest.mark.parametrize("wkt", ['LOCAL_CS["site",UNIT["foot",0.3048]]', local('"foot",0.3048')])
@pytest.mark.parametrize(("driver", "name"), [("GTiff", "in.tif"), ("GPKG", "in.gpkg"), ("HFA", "in.img")])
def test_feet_are_feet_in_every_format_that_keeps_them(make_raster, wkt, driver, name):
    path = make_raster(np.ones((3, 8, 8), np.uint8), name, driver=driver, crs=wkt, transform=SITE)
    with rasterio.open(path) as dataset:
        if dataset.crs is None or "foot" not in dataset.crs.to_wkt().lower():
            pytest.skip(f"{driver} does not keep it")
    with open_source(str(path), ("red", "green", "blue")) as source:
        assert source.placement.metres == pytest.approx((0.6096, 0.6096), rel=1e-6)


def test_degrees_of_a_local_crs_are_no_sizes(make_raster):
    """GDAL hands them over as a length of 0.0174… m."""
    wkt = 'LOCAL_CS["site",UNIT["degree",0.0174532925199433]]'
    placement, warnings = placed(make_raster, crs=wkt, transform=SITE)
    assert placement.in_pixels
    assert "without a unit of length" in warnings[0]


@pytest.mark.parametrize("crs", ["EPSG:32632", "EPSG:4326", "EPSG:2263", local('"foot",0.3048')])
def test_a_crs_without_a_place_in_it_is_no_place(make_raster, crs):
    placement, warnings = placed(make_raster, crs=crs, transform=None)
    assert placement.in_pixels
    assert placement.kind == "pixels"
    assert placement.metres == (1.0, 1.0)
    assert len(warnings) == 1
    assert "does not say where it lies" in warnings[0]
    assert "areas are counted in pixels" in warnings[0]


def test_points_or_a_camera_model_need_a_warp_with_a_crs_too(make_raster):
    path = make_raster(np.zeros((3, 8, 8), np.uint8), crs=None, transform=None)
    points = [GroundControlPoint(0, 0, 10, 50), GroundControlPoint(0, 8, 11, 50), GroundControlPoint(8, 8, 11, 49)]
    with rasterio.open(path, "r+") as dataset:
        dataset.gcps = (points, rasterio.CRS.from_epsg(4326))
    path.with_name(f"{path.name}.aux.xml").write_text("<PAMDataset><SRS>EPSG:4326</SRS></PAMDataset>")
    with pytest.raises(RasterError, match="gdalwarp"), open_source(str(path), ("red", "green", "blue")):
        pass


def test_a_world_file_is_a_place(make_raster):
    path = make_raster(np.ones((3, 8, 8), np.uint8), "in.png", driver="PNG", crs=None, transform=None)
    path.with_suffix(".pgw").write_text("0.5\n0\n0\n-0.5\n1000\n2000\n")
    with open_source(str(path), ("red", "green", "blue")) as source:
        assert source.placement.metres == (0.5, 0.5)
        assert not source.placement.in_pixels
        assert "units are taken to be metres" in source.warnings[-1]


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(
    "transform", [Affine(1, 0, 0, 0, -1, 0), Affine(1, 0, 0, 0, -1, 8)], ids=["below the origin", "above it"]
)
def test_the_place_that_software_makes_up_is_told(make_raster, transform):
    _, warnings = placed(make_raster, crs="EPSG:32632", transform=transform)
    assert "images without a place" in warnings[0]


@pytest.mark.parametrize(
    ("crs", "transform", "metres"),
    [
        (CRS("EPSG:25832+5783"), PLACE, 2.0008),
        (CRS.from_proj4("+proj=utm +zone=32 +ellps=bessel +towgs84=598,73,418,0.2,0,2.4,6.7 +type=crs"), PLACE, 2.0008),
        (CRS("EPSG:4326+5773"), from_origin(10, 0.0001, 1e-5, 1e-5), 1.1132),
        (CRS(2263), Affine(2, 0, 990_000, 0, -2, 200_000), 2 * SURVEY_FOOT),
        (CRS.from_proj4("+proj=utm +zone=32 +units=km +type=crs"), Affine(0.002, 0, 500, 0, -0.002, 5_400), 2.0008),
        (CRS(4937).to_2d(), from_origin(10, 0.0001, 1e-5, 1e-5), 1.1132),
    ],
    ids=["with heights", "bound", "degrees with heights", "US feet", "kilometres", "another datum"],
)  # fmt: skip
def test_sizes_in_crss_of_all_kinds(crs, transform, metres):
    assert metres_per_pixel(crs.to_wkt(), transform, 8, 8)[0] == pytest.approx(metres, rel=1e-3)


@pytest.mark.parametrize("crs", ["EPSG:25832+5783", "EPSG:4326", "EPSG:2180"])
def test_axes_in_any_order_are_the_raster_s_columns_and_rows(make_raster, crs):
    """EPSG:4326 is latitude first, EPSG:2180 northing first; rasters are not."""
    transform = from_origin(15, 60, 1e-4, 5e-5) if crs == "EPSG:4326" else from_origin(500_000, 500_000, 2, 1)
    placement, _ = placed(make_raster, crs=crs, transform=transform)
    if crs == "EPSG:4326":
        assert placement.metres == pytest.approx((5.58, 5.57), rel=0.01)
    else:
        assert placement.metres[0] == pytest.approx(2 * placement.metres[1], rel=0.01)


def test_a_crs_that_does_not_reach_there_counts_in_its_unit(make_raster):
    placement, warnings = placed(make_raster, crs="EPSG:4326", transform=PLACE)
    assert placement.metres == (2.0, 2.0)
    assert "cannot be placed on the ground" in warnings[0]
    space = "+proj=ortho +lat_0=45 +datum=WGS84 +units=us-ft"
    placement, warnings = placed(make_raster, crs=space, transform=Affine(2, 0, 1e9, 0, -2, 1e9))
    assert placement.metres == pytest.approx((2 * SURVEY_FOOT,) * 2)
    assert "US survey foot" in warnings[0]


def test_the_crs_that_is_given_counts(make_raster):
    with rasterio.open(make_raster(np.ones((3, 8, 8), np.uint8), crs=None, transform=PLACE)) as dataset:
        assert place(dataset, None).warning
        found = place(dataset, rasterio.CRS.from_epsg(32632))
        assert found.warning is None
        assert found.kind == "ground"
        assert found.metres == pytest.approx((2.0008, 2.0008), rel=1e-4)


def test_a_local_crs_is_the_same_in_every_file(make_raster):
    """A GeoTIFF loses the datum and names the axes anew."""
    with rasterio.open(
        make_raster(np.ones((3, 8, 8), np.uint8), crs=local('"foot",0.3048'), transform=SITE)
    ) as dataset:
        of_raster = CRS.from_wkt(dataset.crs.to_wkt())
    assert same_plane(CRS.from_wkt(local('"foot",0.3048')), of_raster)
    assert not same_plane(CRS.from_wkt(local('"metre",1')), of_raster)
    assert not same_plane(CRS.from_wkt(local('"foot",0.3048', name="Another site")), of_raster)
    assert not same_plane(CRS(32632), CRS(32632))


def test_polygons_in_a_local_crs_lie_on_their_raster(make_raster):
    corners = np.array([[104.0, 490.0], [108.0, 496.0]])
    crs = local('"foot",0.3048')
    with rasterio.open(make_raster(np.ones((3, 8, 8), np.uint8), crs=crs, transform=SITE)) as dataset:
        way = Way(crs, dataset.crs, dataset.transform, "mask.gpkg", "mask")
        np.testing.assert_allclose(way.back(corners, np.zeros(2)), [[2, 5], [4, 2]])
        with pytest.raises(RasterError, match="cannot be transformed"):
            Way(local('"metre",1'), dataset.crs, dataset.transform, "mask.gpkg", "mask")
