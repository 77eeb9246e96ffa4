"""GDAL's settings for things elsewhere."""

from __future__ import annotations

from satseg_core.memory import Budget
from satseg_core.remote.settings import gdal_settings


def test_local_files_get_no_settings() -> None:
    assert gdal_settings("a.tif", None, "/vsizip/a.zip/b.tif", environ={}) == {}
    assert set(Budget.of().gdal_options("a.tif")) == set(Budget.of().gdal_options())


def test_what_the_user_has_set_is_left_alone() -> None:
    wanted = gdal_settings("https://h/a.tif", environ={})
    assert {"GDAL_HTTP_MAX_RETRY", "GDAL_HTTP_LOW_SPEED_TIME"} <= set(wanted)
    less = gdal_settings("https://h/a.tif", environ={"GDAL_HTTP_MAX_RETRY": "0"})
    assert set(wanted) - set(less) == {"GDAL_HTTP_MAX_RETRY"}


def test_side_files_are_asked_for_by_name_beside_geotiffs_alone() -> None:
    name = "CPL_VSIL_CURL_ALLOWED_EXTENSIONS"
    assert ".msk" in gdal_settings("s3://b/a.TIF", environ={})[name]
    assert name not in gdal_settings("https://h/a.vrt", environ={})
    assert name not in gdal_settings("https://h/a.tif?sig=1", environ={})
    assert name not in gdal_settings("https://h/a.tif", "https://h/mask.gpkg", environ={})


def test_one_endpoint_serves_gdal_and_amazons_programs() -> None:
    found = gdal_settings("s3://b/a.tif", environ={"AWS_ENDPOINT_URL": "http://127.0.0.1:9000/"})
    assert (found["AWS_S3_ENDPOINT"], found["AWS_HTTPS"], found["AWS_VIRTUAL_HOSTING"]) == (
        "127.0.0.1:9000", "NO", "FALSE",
    )  # fmt: skip
    both = {"AWS_ENDPOINT_URL": "http://a", "AWS_S3_ENDPOINT": "b"}
    assert "AWS_S3_ENDPOINT" not in gdal_settings("s3://b/a.tif", environ=both)


def test_azures_variables_have_gdals_names_too() -> None:
    environ = {"AZURE_STORAGE_ACCOUNT_NAME": "acc", "AZURE_STORAGE_ACCOUNT_KEY": "key"}
    found = gdal_settings("az://b/a.tif", environ=environ)
    assert (found["AZURE_STORAGE_ACCOUNT"], found["AZURE_STORAGE_ACCESS_KEY"]) == ("acc", "key")
    assert (
        gdal_settings("abfs://b@other.dfs.core.windows.net/a.tif", environ=environ)["AZURE_STORAGE_ACCOUNT"] == "other"
    )
