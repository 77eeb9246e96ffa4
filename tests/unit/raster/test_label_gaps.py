"""Mosaics of class maps: what no tile covers is no class, though GDAL gives 0 for it."""

from __future__ import annotations

import html

import numpy as np
import pytest
import rasterio
import shapely
from pyogrio import raw

from satseg_core.events import Reporter
from satseg_core.legend import LAND_COVER, LandClass, Legend
from satseg_core.picture import read_map
from satseg_core.raster.area import class_areas
from satseg_core.raster.labels import LEGEND_TAG, code_type, open_classified, read_codes
from satseg_core.raster.legends import legend_of, legend_text
from satseg_core.raster.overrides import Overrides
from satseg_core.raster.zones import zone_areas
from satseg_core.vector.polygons import vectorize

LEGEND = Legend(tuple(LandClass(code, f"class {code}", "", (code, 9, 9)) for code in range(3)))


def mosaic(folder, band="", metadata="", name="tile.tif"):
    """100 x 40 px with a tile of 40 x 40 px at its left and at its right, and nothing between."""
    sources = "".join(
        f'<SimpleSource><SourceFilename relativeToVRT="1">{name}</SourceFilename><SourceBand>1</SourceBand>'
        f'<SrcRect xOff="0" yOff="0" xSize="40" ySize="40"/><DstRect xOff="{x}" yOff="0" xSize="40" ySize="40"/>'
        "</SimpleSource>"
        for x in (0, 60)
    )
    path = folder / "mosaic.vrt"
    path.write_text(
        '<VRTDataset rasterXSize="100" rasterYSize="40"><SRS>EPSG:32633</SRS>'
        f"<GeoTransform>500000, 10, 0, 5000000, 0, -10</GeoTransform>{metadata}"
        f'<VRTRasterBand dataType="Byte" band="1">{band}{sources}</VRTRasterBand></VRTDataset>',
        encoding="utf-8",
    )
    return path


@pytest.fixture
def tile(make_raster):
    """A quarter each of the classes 0 and 1, and half of 2; ``tile.tif``."""
    values = np.full((40, 40), 2, np.uint8)
    values[:10], values[10:20] = 0, 1
    return make_raster(values, name="tile.tif")


def counted(path, told=Overrides()):  # noqa: B008 # it cannot be changed
    return [area.pixels for area in class_areas(path, LEGEND, Reporter(), told)]


def test_a_gap_is_no_class(tile):
    path = mosaic(tile.parent)
    assert counted(path) == [800, 800, 1600]
    assert [area.percent for area in class_areas(path, LEGEND, Reporter())] == pytest.approx([25, 25, 50])
    assert legend_of(path).codes == (0, 1, 2)


def test_a_gap_stays_one_whatever_the_user_calls_no_data(tile):
    assert counted(mosaic(tile.parent), Overrides(nodata=(1.0,))) == [800, 0, 1600]
    declared = mosaic(tile.parent, "<NoDataValue>0</NoDataValue>")
    assert counted(declared, Overrides(nodata=(1.0,))) == [800, 0, 1600]
    assert counted(declared) == [0, 800, 1600]


def test_a_gap_among_own_maps_that_lost_their_nodata(tile):
    text = html.escape(legend_text(LAND_COVER))
    path = mosaic(tile.parent, metadata=f'<Metadata><MDI key="{LEGEND_TAG}">{text}</MDI></Metadata>')
    with open_classified(path) as dataset:
        codes = read_codes(dataset)
        assert codes.dtype == code_type(dataset) == np.int32
        assert (codes[:, 40:60] > 2).all()
    assert counted(path) == [800, 800, 1600]


def test_zones_polygons_and_pictures_leave_gaps_out(tile):
    path, folder = mosaic(tile.parent), tile.parent
    whole = shapely.box(500_000, 4_999_600, 501_000, 5_000_000)
    kinds = {"geometry_type": "Polygon", "crs": "EPSG:32633"}
    raw.write(folder / "zones.gpkg", np.array([shapely.to_wkb(whole)], object), [], [], **kinds)
    (zone,) = zone_areas(path, folder / "zones.gpkg", LEGEND, Reporter())
    assert zone.pixels == pytest.approx((800, 800, 1600))
    vectorize(path, folder / "out.gpkg", LEGEND, Reporter())
    shapes = shapely.from_wkb(raw.read(folder / "out.gpkg", layer="out", columns=[])[2])
    assert shapely.area(shapes).sum() == pytest.approx(3200 * 100)
    with rasterio.open(path) as dataset:
        _, hidden = read_map(dataset, LEGEND, (50, 20))
    assert hidden[:, 20:30].all()
    assert hidden.sum() == 200


def test_a_mask_beside_an_own_map_counts(make_raster):
    values = np.zeros((10, 10), np.uint8)
    mask = np.full((10, 10), 255, np.uint8)
    mask[:3] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False):
        path = make_raster(values, name="masked.tif", mask=mask, nodata=255)
    assert counted(path) == [70, 0, 0]
