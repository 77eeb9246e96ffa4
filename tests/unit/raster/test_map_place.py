"""A map lies where its raster lies: grid, CRS of any kind, no place at all, coordinate epoch."""

from __future__ import annotations

import sqlite3
import struct
import warnings
from contextlib import ExitStack

import numpy as np
import pyogrio
import pytest
import rasterio
import rasterio.shutil
import shapely
from affine import Affine
from pyproj import CRS
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_origin

from satseg_core.errors import UsageError
from satseg_core.events import Reporter
from satseg_core.legend import LAND_COVER
from satseg_core.raster.area_of_interest import whole
from satseg_core.raster.classified import MapWriter
from satseg_core.raster.epoch import coordinate_epoch, with_epoch
from satseg_core.raster.source import open_source
from satseg_core.remote.patient import open_patiently
from satseg_core.vector.polygons import save_polygons

CODES = np.kron(np.array([[0, 1], [2, 3]], np.uint8), np.ones((20, 30), np.uint8))
PLACE = Affine(2, 0, 500_000, 0, -2, 5_400_000)
LOCAL = 'ENGCRS["Site",EDATUM["Pole 7"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["foot",0.3048]]'


@pytest.fixture
def mapped(tmp_path):
    """The map of a raster: four classes in quarters."""

    def run(path):
        target = tmp_path / "map.tif"
        reporter = Reporter()
        with ExitStack() as stack:
            source = stack.enter_context(open_source(str(path), ("red", "green", "blue")))
            stage = stack.enter_context(reporter.stage("map", 1))
            writer = stack.enter_context(MapWriter(target, tmp_path / "map.flat", source, whole(source), LAND_COVER))
            writer.write(whole(source), CODES)
            writer.finish(stage)
        return target

    return run


@pytest.fixture
def image(make_raster):
    def make(**place):
        return make_raster(np.ones((3, *CODES.shape), np.uint8), **{"crs": "EPSG:32632", "transform": PLACE, **place})

    return make


def with_an_epoch(path, epoch, crs="EPSG:9000"):
    """The same raster with a coordinate epoch, which rasterio cannot write: as a virtual raster and as a GeoTIFF."""
    virtual, tiff = path.with_suffix(".vrt"), path.with_name("epoch.tif")
    rasterio.shutil.copy(path, virtual, driver="VRT")
    text = virtual.read_text()
    start, end = text.index("<SRS"), text.index("</SRS>")
    srs = f'<SRS dataAxisToSRSAxisMapping="2,1" coordinateEpoch="{epoch}">{crs}'
    virtual.write_text(text[:start] + srs + text[end:])
    rasterio.shutil.copy(virtual, tiff, driver="GTiff")
    return virtual, tiff


def geo_keys(path):
    """Keys of a GeoTIFF, read from the file itself."""
    data = path.read_bytes()
    assert data[:4] == b"II*\0"
    directory = struct.unpack_from("<I", data, 4)[0]
    for number in range(struct.unpack_from("<H", data, directory)[0]):
        tag, _, count, offset = struct.unpack_from("<HHII", data, directory + 2 + 12 * number)
        if tag == 34735:
            return set(struct.unpack_from(f"<{count}H", data, offset)[4::4])
    return set()


COORDINATE_EPOCH = 5120


@pytest.mark.parametrize(
    "place",
    [
        pytest.param({"crs": CRS("EPSG:25832+5783").to_wkt()}, id="with heights"),
        pytest.param(
            {"crs": CRS.from_proj4("+proj=utm +zone=32 +ellps=bessel +towgs84=598,73,418,0.2,0,2.4,6.7").to_wkt()},
            id="bound",
        ),
        pytest.param({"crs": "EPSG:4326", "transform": from_origin(10, 50, 2e-5, 2e-5)}, id="latitude first"),
        pytest.param({"crs": "EPSG:2180"}, id="northing first"),
        pytest.param({"crs": LOCAL}, id="local"),
        pytest.param({"transform": Affine(2, 0, 500_000, 0, 2, 5_400_000)}, id="south up"),
        pytest.param({"transform": PLACE * Affine.rotation(20)}, id="rotated"),
    ],
)
def test_a_map_lies_on_its_raster(image, mapped, place):
    path = image(**place)
    with rasterio.open(path) as before, rasterio.open(mapped(path)) as after:
        assert after.transform == before.transform
        assert after.crs == before.crs
        assert after.shape == before.shape


@pytest.mark.parametrize("meaning", ["Point", "Area"])
def test_pixels_as_points_or_areas_lie_on_each_other(image, mapped, meaning):
    path = image()
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(AREA_OR_POINT=meaning)
    with rasterio.open(path) as before, rasterio.open(mapped(path)) as after:
        assert before.tags()["AREA_OR_POINT"] == meaning
        assert after.transform == before.transform == PLACE


@pytest.mark.parametrize("crs", ["EPSG:32632", "EPSG:4326"])
def test_a_map_without_a_place_has_none_either(image, mapped, crs):
    path = mapped(image(crs=crs, transform=None))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(NotGeoreferencedWarning):
            rasterio.open(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path) as dataset:
            assert dataset.crs == rasterio.CRS.from_user_input(crs)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_polygons_without_a_place_are_counted_in_pixels_and_claim_no_crs(image, mapped, tmp_path):
    """They lie below the origin, where QGIS draws such rasters."""
    path = mapped(image(transform=None))
    summary = save_polygons(path, tmp_path / "p.gpkg", LAND_COVER, Reporter())
    assert summary.area_field == "area_px"
    meta, _, wkb, fields = pyogrio.raw.read(tmp_path / "p.gpkg", layer="p")
    assert not meta["crs"]
    assert shapely.union_all(shapely.from_wkb(wkb)).bounds == (0, -40, 60, 0)
    assert set(fields[list(meta["fields"]).index("area_px")]) == {600}
    with pytest.raises(UsageError, match="longitudes and latitudes"):
        save_polygons(path, tmp_path / "p.geojson", LAND_COVER, Reporter())


def test_polygons_in_a_local_crs_are_measured_in_its_unit(image, mapped, tmp_path):
    path = mapped(image(crs=LOCAL, transform=Affine(2, 0, 100, 0, -2, 500)))
    save_polygons(path, tmp_path / "p.gpkg", LAND_COVER, Reporter())
    meta, _, _, fields = pyogrio.raw.read(tmp_path / "p.gpkg", layer="p")
    names = list(meta["fields"])
    assert fields[names.index("area_m2")] == pytest.approx(600 * (2 * 0.3048) ** 2)
    assert fields[names.index("perimeter_m")] == pytest.approx(100 * 2 * 0.3048)
    assert "foot" in meta["crs"]


def test_a_coordinate_epoch_is_read_from_any_format(image):
    for path in with_an_epoch(image(transform=from_origin(10, 50, 2e-5, 2e-5)), 2021.3):
        for opened in (rasterio.open(path), open_patiently(str(path))):
            with opened as dataset:
                assert coordinate_epoch(dataset) == 2021.3
    for crs in ("EPSG:32632", None):
        with rasterio.open(image(crs=crs)) as dataset:
            assert coordinate_epoch(dataset) is None


def test_a_coordinate_epoch_reaches_the_map_and_its_polygons(image, mapped, tmp_path):
    for path in with_an_epoch(image(transform=from_origin(10, 50, 2e-5, 2e-5)), 2021.3):
        target = mapped(path)
        assert COORDINATE_EPOCH in geo_keys(target)
        with rasterio.open(target) as dataset:
            assert coordinate_epoch(dataset) == 2021.3
            assert dataset.crs.to_epsg() == 9000
        save_polygons(target, tmp_path / "p.gpkg", LAND_COVER, Reporter())
        with sqlite3.connect(tmp_path / "p.gpkg") as package:
            query = (
                "SELECT organization_coordsys_id, epoch FROM gpkg_spatial_ref_sys"
                " JOIN gpkg_geometry_columns USING (srs_id)"
            )
            assert package.execute(query).fetchall() == [(9000, 2021.3)]
        (tmp_path / "p.gpkg").unlink()
        target.unlink()


def test_without_an_epoch_there_is_none(image, mapped):
    target = mapped(image())
    assert COORDINATE_EPOCH not in geo_keys(target)


@pytest.mark.parametrize("crs", ["EPSG:25832", "EPSG:2056", LOCAL, "+proj=utm +zone=32 +ellps=bessel"])
def test_a_crs_that_does_not_move_takes_no_epoch(crs):
    wkt = rasterio.CRS.from_user_input(crs).to_wkt()
    assert with_epoch(wkt, 2021.3) == wkt
    assert with_epoch(rasterio.CRS.from_epsg(4326).to_wkt(), 2021.3) == "EPSG:4326@2021.3"
    assert with_epoch(wkt, None) == wkt
