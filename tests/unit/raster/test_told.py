"""Class maps of which a user says more than their files."""

from __future__ import annotations

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely

from satseg_core.errors import RasterError, UsageError
from satseg_core.events import Reporter
from satseg_core.legend import LandClass, Legend
from satseg_core.raster.area import class_areas
from satseg_core.raster.labels import nodata_of, open_classified, read_codes
from satseg_core.raster.legends import LEGEND_TAG, legend_of, legend_text
from satseg_core.raster.overrides import Overrides
from satseg_core.raster.source import open_source
from satseg_core.raster.zones import zone_areas
from satseg_core.vector.polygons import PolygonOptions, vectorize
from tests.unit.raster.test_polygon_file import add

UTM = Overrides(crs="EPSG:32632")


def codes() -> np.ndarray:
    found = np.ones((20, 30), np.uint8)
    found[:, 10:] = 4
    found[:5, :5] = 255
    return found


def areas(path, told):
    found = class_areas(path, legend_of(path, told=told), Reporter(), told)
    return {area.code: (area.pixels, area.area_m2) for area in found}


@pytest.mark.parametrize("said", [None, "EPSG:32633", "EPSG:4326"])
def test_areas_are_those_of_the_crs_that_is_told(make_raster, said):
    right = areas(make_raster(codes(), "right.tif", nodata=255, crs="EPSG:32632"), Overrides())
    other = make_raster(codes(), "other.tif", nodata=255, crs=said)
    assert areas(other, UTM) == right
    assert areas(other, Overrides(crs="none"))[1] == (right[1][0], None)


@pytest.mark.parametrize("min_area", [0.0, 5.0])
def test_polygons_carry_the_crs_that_is_told_and_its_areas(make_raster, tmp_path, min_area):
    path = make_raster(codes(), nodata=255, crs="EPSG:32633")
    out = tmp_path / "out.gpkg"
    vectorize(path, out, legend_of(path), Reporter(), PolygonOptions(told=UTM, min_area=min_area))
    info, _, wkb, fields = pyogrio.raw.read(out, layer="out")
    assert info["crs"] == "EPSG:32632"
    by_name = dict(zip(info["fields"], fields))
    found = dict(zip(by_name["code"].tolist(), by_name["area_m2"].tolist()))
    right = {code: area for code, (_, area) in areas(path, UTM).items()}
    assert found == pytest.approx(right)
    assert shapely.area(shapely.from_wkb(wkb)).sum() == pytest.approx(575 * 1.22**2)


def test_values_can_be_told_to_be_no_class(make_raster):
    path = make_raster(codes(), nodata=255)
    assert set(areas(path, Overrides(nodata=(255.0, 4.0)))) == {1}
    assert set(areas(path, Overrides(nodata=(255.0,)))) == {1, 4}
    assert set(areas(path, Overrides(nodata=(4.0,)))) == {1, 255}  # what the file says does not count beside it


def test_a_mask_of_the_file_counts_besides(make_raster):
    mask = np.full((20, 30), 255, np.uint8)
    mask[10:] = 0
    path = make_raster(np.where(codes() == 255, 1, codes()).astype(np.uint8), mask=mask)
    with open_classified(path, Overrides(nodata=(4.0,))) as dataset:
        found = read_codes(dataset)
        without = found == nodata_of(found)
        assert (np.ma.getmaskarray(dataset.read(1, masked=True)) == without).all()
        assert dataset.read(1, masked=True, out_shape=(10, 15)).mask.sum() == 5 * 15 + 5 * 10
    assert (found[:10, :10] == 1).all()
    assert without[10:].all()
    assert without[:, 10:].all()


def test_zones_are_laid_over_by_the_crs_that_is_told(make_raster, tmp_path):
    path = make_raster(codes(), nodata=255, crs=None)
    zone = shapely.box(500_000, 5_000_000 - 20 * 1.22, 500_000 + 10 * 1.22, 5_000_000)
    zones = add(tmp_path / "z.gpkg", "z", zone)
    (found,) = zone_areas(path, zones, legend_of(path), Reporter(), told=UTM)
    assert found.pixels == pytest.approx((175, 0))
    assert found.area_m2[0] == pytest.approx(175 * 1.22**2, rel=2e-3)
    with pytest.raises(UsageError, match="raster has no CRS"):
        zone_areas(path, zones, legend_of(path), Reporter())


def test_a_reader_of_what_is_told_is_one_of_rasterio(make_raster):
    path = make_raster(codes(), nodata=255, crs=None)
    with open_classified(path, UTM) as dataset:
        assert dataset.name == str(path)
        assert dataset.profile["crs"] == rasterio.crs.CRS.from_epsg(32632)
        assert dataset.nodata == 255


@pytest.mark.parametrize("crs", [None, "EPSG:4326", "EPSG:32633"])
def test_an_image_is_placed_by_the_crs_that_is_told(make_raster, crs):
    image = make_raster(np.zeros((3, 20, 30), np.uint8), crs=crs)
    with open_source(str(image), ("red", "green", "blue"), overrides=UTM) as source:
        assert source.crs == rasterio.crs.CRS.from_epsg(32632)
        assert source.placement.metres == pytest.approx((1.22, 1.22), rel=2e-3)
        assert not source.placement.warning
    with open_source(str(image), ("red", "green", "blue"), overrides=Overrides(crs="none")) as source:
        assert source.crs is None
        assert "no CRS" in source.placement.warning


def test_rasters_in_a_geopackage_are_opened_by_their_names(tmp_path):
    path = tmp_path / "r.gpkg"
    for name, value in (("one", 100), ("two", 200)):
        more = {"APPEND_SUBDATASET": "YES"} if path.exists() else {}
        with rasterio.open(
            path, "w", driver="GPKG", width=64, height=64, count=3, dtype="uint8", crs="EPSG:32632",
            transform=rasterio.Affine(3, 0, 500_000, 0, -3, 5_400_000), RASTER_TABLE=name, TILE_FORMAT="PNG", **more,
        ) as dataset:  # fmt: skip
            dataset.write(np.full((3, 64, 64), value, np.uint8))
    for name in (f"{path}|layername=two", f"GPKG:{path}:two"):
        with open_source(name, ("red", "green", "blue")) as source:
            assert (source.dataset.read(1) == 200).all()
    with (
        pytest.raises(RasterError, match=r"r\.gpkg has no raster three; it has one, two"),
        open_source(f"{path}|layername=three", ("red",)),
    ):
        pass
    with (
        pytest.raises(RasterError, match=r"There is no file .*none\.gpkg"),
        open_source(f"{tmp_path}/none.gpkg|layername=two", ("red",)),
    ):
        pass


@pytest.mark.parametrize("nodata", [255, None])
def test_classes_of_satsegs_own_map_can_be_told_to_be_none(make_raster, nodata):
    own_map = make_raster(codes(), nodata=nodata)
    legend = Legend((LandClass(1, "one", "", (1, 1, 1)), LandClass(4, "four", "", (4, 4, 4))))
    with rasterio.open(own_map, "r+") as dataset:
        dataset.update_tags(**{LEGEND_TAG: legend_text(legend)})
    assert {code: px for code, (px, _) in areas(own_map, Overrides(nodata=(255.0, 4.0))).items()} == {1: 175, 4: 0}
    assert {code: px for code, (px, _) in areas(own_map, Overrides(nodata=(255.0,))).items()} == {1: 175, 4: 400}
