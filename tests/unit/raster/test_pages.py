"""Files of several rasters: that the first was taken is told of, with the name of another; overviews are no pages."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.shutil import copy

from satseg_core.events import Message, Reporter
from satseg_core.legend import LAND_COVER
from satseg_core.raster.area import class_areas
from satseg_core.raster.source import open_source

RGB = ("red", "green", "blue")


@pytest.fixture
def pages(make_raster, image):
    """A TIFF with three pages, the first of them dark."""
    first = make_raster(image // 4, "pages.tif", photometric="RGB")
    for number in (2, 3):
        part = make_raster(image, f"{number}.tif", photometric="RGB")
        copy(part, first, driver="GTiff", APPEND_SUBDATASET="YES")
    return first


def warnings(path, bands=None):
    with open_source(str(path), RGB, bands) as source:
        return " ".join(source.warnings)


def test_the_first_of_several_pages_is_taken_and_told_of(pages):
    with rasterio.open(pages) as dataset:
        assert dataset.count == 3
    told = warnings(pages)
    assert "holds 3 rasters, and the first was taken" in told
    assert f"GTIFF_DIR:2:{pages}." in told


def test_the_name_that_is_told_opens_the_page(pages, image):
    with open_source(f"GTIFF_DIR:2:{pages}", RGB) as source:
        assert source.warnings == ()
        np.testing.assert_array_equal(source.dataset.read(), image)


def test_images_of_a_nitf_are_pages(make_raster, image, tmp_path):
    part = make_raster(image, photometric="RGB")
    copy(part, tmp_path / "two.ntf", driver="NITF", NUMI="2")
    copy(part, tmp_path / "two.ntf", driver="NITF", APPEND_SUBDATASET="YES")
    assert f"NITF_IM:1:{tmp_path / 'two.ntf'}." in warnings(tmp_path / "two.ntf", (1, 2, 3))
    copy(part, tmp_path / "one.ntf", driver="NITF")
    assert "rasters" not in warnings(tmp_path / "one.ntf", (1, 2, 3))


def test_pages_that_another_program_wrote(tmp_path, image):
    shown = Image.fromarray(image.transpose(1, 2, 0))
    shown.save(tmp_path / "scan.tif", save_all=True, append_images=[shown.resize((13, 9))])
    assert "holds 2 rasters" in warnings(tmp_path / "scan.tif")


def test_overviews_and_masks_are_no_pages(make_raster, image, tmp_path):
    masked = make_raster(image, "masked.tif", mask=image[0] > 100, photometric="RGB")
    assert warnings(masked) == ""
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        inside = make_raster(image, "inside.tif", mask=image[0] > 100, photometric="RGB")
        with rasterio.open(inside, "r+") as dataset:
            dataset.build_overviews([2, 4])
        copy(inside, tmp_path / "cog.tif", driver="COG")
    assert warnings(inside) == warnings(tmp_path / "cog.tif") == ""


def test_pages_of_a_class_map_are_told_of_once(make_raster, tmp_path):
    codes = np.random.default_rng(0).integers(0, 7, (40, 50)).astype(np.uint8)
    path = make_raster(codes, "map.tif", nodata=255)
    copy(make_raster(codes, "second.tif", nodata=255), path, driver="GTiff", APPEND_SUBDATASET="YES")
    said = []
    reporter = Reporter(lambda event: said.append(event.text) if isinstance(event, Message) else None)
    class_areas(path, LAND_COVER, reporter)
    assert [f"GTIFF_DIR:2:{path}." in text for text in said if "rasters" in text] == [True]
