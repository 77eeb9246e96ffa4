"""Which files on this machine lead to rasters elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyogrio.raw import write

from satseg_core.memory import Budget
from satseg_core.remote.mosaics import listed_elsewhere
from satseg_core.remote.settings import gdal_settings


def virtual(path: Path, *names: str) -> str:
    path.write_text(
        "<VRTDataset>" + "".join(f"<SourceFilename>{name}</SourceFilename>" for name in names) + "</VRTDataset>",
        encoding="utf-8",
    )
    return str(path)


def test_a_virtual_raster_leads_where_its_files_lead(tmp_path: Path) -> None:
    here = virtual(tmp_path / "here.vrt", "a.tif", "./b.tif")
    assert listed_elsewhere(here) == ()
    there = virtual(tmp_path / "there.vrt", "a.tif", "/vsis3/b/a.tif", "https://h/a.tif?x=1&amp;y=2")
    assert listed_elsewhere(there) == ("/vsis3/b/a.tif", "https://h/a.tif?x=1&y=2")
    assert listed_elsewhere(virtual(tmp_path / "outer.vrt", "there.vrt")) == listed_elsewhere(there)
    round_ = virtual(tmp_path / "round.vrt", "round.vrt")
    assert listed_elsewhere(round_) == ()


def test_a_list_that_is_written_anew_is_read_anew(tmp_path: Path) -> None:
    name = virtual(tmp_path / "list.vrt", "/vsis3/b/a.tif")
    assert listed_elsewhere(name) == ("/vsis3/b/a.tif",)
    virtual(tmp_path / "list.vrt", "/vsis3/b/b.tif")
    os.utime(name, ns=(1, 1))
    assert listed_elsewhere(name) == ("/vsis3/b/b.tif",)


@pytest.mark.parametrize("name", ["none.tif", "https://h/a.vrt", "NETCDF:a.nc:x", "", "GTI:none.gpkg", "a\0b"])
def test_what_is_no_list_here_leads_nowhere(name: str) -> None:
    assert listed_elsewhere(name) == ()


def test_an_index_leads_where_its_column_leads(tmp_path: Path) -> None:
    boxes = [shapely.to_wkb(shapely.box(0, 0, 1, 1))] * 2
    location = np.array(["/vsigs/b/a.tif", "here.tif"], dtype=object)
    path = tmp_path / "tiles.gti.gpkg"
    write(path, boxes, [location], ["location"], geometry_type="Polygon", crs="EPSG:32633")
    assert listed_elsewhere(str(path)) == ("/vsigs/b/a.tif",)
    (tmp_path / "plain.gpkg").write_bytes(path.read_bytes())
    assert listed_elsewhere(str(tmp_path / "plain.gpkg")) == ()
    assert listed_elsewhere(f"GTI:{tmp_path / 'plain.gpkg'}") == ("/vsigs/b/a.tif",)


def test_lists_of_rasters_elsewhere_get_the_settings_of_their_servers(tmp_path: Path) -> None:
    name = virtual(tmp_path / "list.vrt", "/vsis3/b/a.tif", "local.tif")
    found = gdal_settings(name, environ={"AWS_ENDPOINT_URL": "http://127.0.0.1:9000"})
    assert found["AWS_S3_ENDPOINT"] == "127.0.0.1:9000"
    assert "GDAL_HTTP_LOW_SPEED_TIME" in Budget.of().gdal_options(name)
    assert gdal_settings(virtual(tmp_path / "here.vrt", "a.tif"), environ={}) == {}
