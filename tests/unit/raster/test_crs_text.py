"""CRSs as users write them."""

from __future__ import annotations

import pyproj
import pytest
from rasterio.crs import CRS

from satseg_core.errors import UsageError
from satseg_core.raster.crs_text import read_crs

UTM = CRS.from_epsg(32632)


@pytest.mark.parametrize("text", ["EPSG:32632", "epsg:32632 ", "32632", "WGS 84 / UTM zone 32N", "+proj=utm +zone=32"])
def test_every_form_that_proj_reads(text):
    found = read_crs(text)
    assert found.to_dict()["proj"] == "utm" or found == UTM


@pytest.mark.parametrize("version", ["WKT1_GDAL", "WKT2_2015", "WKT2_2019"])
@pytest.mark.parametrize("code", [32632, 4326, 2154, 5514])
def test_wkt_of_every_version(code, version):
    assert read_crs(pyproj.CRS.from_epsg(code).to_wkt(version)).to_epsg() == code


def test_heights_are_no_matter():
    assert read_crs("EPSG:25832+7837") is not None


def test_none_is_no_crs():
    assert read_crs("none") is read_crs("None") is None


@pytest.mark.parametrize("text", ["", "UTM", "EPSG:99999", "EPSG:5773", "EPSG:4978", "nonsense", "GEOGCS["])
def test_what_is_none_of_maps_is_refused_in_one_sentence(text):
    with pytest.raises(UsageError, match=r"--mask-crs '.*' is .*EPSG:32632") as caught:
        read_crs(text, "--mask-crs")
    assert "\n" not in str(caught.value)


def test_half_a_name_is_not_completed_in_silence():
    with pytest.raises(UsageError, match="did you mean 'ETRS89 / UTM zone 32N"):
        read_crs("ETRS89 / UTM zone 32")
