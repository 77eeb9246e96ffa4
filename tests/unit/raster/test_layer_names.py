"""Names of layers in files of several, as QGIS and GDAL write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satseg_core.errors import UsageError
from satseg_core.raster.layer_names import LayerName, file_of, raster_name, split_layer


@pytest.mark.parametrize(
    ("name", "file", "layer"),
    [
        ("a.gpkg", "a.gpkg", None),
        ("a.gpkg|layername=b", "a.gpkg", "b"),
        ("a.gpkg|layerid=2", "a.gpkg", 2),
        ("a.gpkg|layerid=2|layername=b", "a.gpkg", "b"),
        ("a|b.gpkg", "a|b.gpkg", None),
        ("a|b.gpkg|layername=c|d", "a|b.gpkg", "c|d"),
        ("https://x.org/a.gpkg?sig=1|layername=b", "https://x.org/a.gpkg?sig=1", "b"),
        ("a.gpkg|LAYERNAME=b", "a.gpkg", "b"),
    ],
)
def test_a_name_is_taken_apart(name, file, layer):
    assert split_layer(name) == LayerName(file, layer)
    assert file_of(name) == (name if "://" in name else file)


@pytest.mark.parametrize("part", ["subset=a = 1", "geometrytype=Polygon", "option:X=1", "layerid=x"])
def test_what_only_qgis_does_is_refused(part):
    with pytest.raises(UsageError, match="more than a layer"):
        split_layer(f"a.gpkg|layername=b|{part}")


def test_a_file_that_is_called_like_a_layer_is_a_file(tmp_path):
    path = tmp_path / "a|layername=b.gpkg"
    path.touch()
    assert split_layer(str(path)) == LayerName(str(path))
    assert file_of(str(path)) == raster_name(str(path)) == str(path)


@given(st.text("abc|=: /.", min_size=1, max_size=12), st.text("abc|=: ä", min_size=1, max_size=12))
def test_file_and_layer_are_found_again(file, layer):
    assert split_layer(f"{file}|layername={layer}") == LayerName(file, layer)


def test_rasters_of_a_geopackage_get_the_name_that_gdal_knows():
    assert raster_name("/a/b.gpkg|layername=c") == "GPKG:/a/b.gpkg:c"
    assert raster_name("https://x.org/b.gpkg|layername=c") == "GPKG:/vsicurl/https://x.org/b.gpkg:c"
    assert raster_name("/a/b|c.tif") == "/a/b|c.tif"
    with pytest.raises(UsageError, match="GeoPackage"):
        raster_name("/a/b.tif|layername=c")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("GPKG:/a/b.gpkg:c", "/a/b.gpkg"),
        ('NETCDF:"/a/b.nc":c', "/a/b.nc"),
        ("GPKG:C:/a/b.gpkg:c", "C:/a/b.gpkg"),
        (r"C:\a\b.tif", r"C:\a\b.tif"),
        ("/a/b:c.tif", "/a/b:c.tif"),
    ],
)
def test_the_file_of_a_raster_by_gdals_names(name, file):
    assert file_of(name) == file
