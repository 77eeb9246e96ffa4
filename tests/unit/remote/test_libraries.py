"""What fsspec's file systems are told."""

from __future__ import annotations

import pytest

from satseg_core.remote.libraries import library_settings
from satseg_core.remote.settings import gdal_settings


@pytest.mark.parametrize(
    ("target", "environ", "wanted"),
    [
        ("s3://b/a", {"AWS_S3_ENDPOINT": "h:9", "AWS_HTTPS": "NO"}, {"endpoint_url": "http://h:9"}),
        ("s3://b/a", {"AWS_S3_ENDPOINT": "h:9", "AWS_ENDPOINT_URL": "http://i"}, {}),
        ("s3://b/a", {"AWS_NO_SIGN_REQUEST": "yes"}, {"anon": True}),
        ("gs://b/a", {}, {}),
        ("gs://b/a", {"CPL_GS_ENDPOINT": "http://h:9/"}, {"endpoint_url": "http://h:9"}),
        ("gs://b/a", {"CPL_GS_ENDPOINT": "http://h:9/", "STORAGE_EMULATOR_HOST": "i:9"}, {}),
        ("/vsigs/b/a", {"GS_NO_SIGN_REQUEST": "YES"}, {"token": "anon"}),
        ("az://b/a", {"AZURE_STORAGE_CONNECTION_STRING": "c"}, {}),
        (
            "az://b/a",
            {"AZURE_STORAGE_ACCOUNT": "acc", "AZURE_STORAGE_ACCESS_KEY": "key"},
            {"account_name": "acc", "account_key": "key"},
        ),
        ("az://b/a", {"AZURE_STORAGE_ACCOUNT_NAME": "acc", "AZURE_STORAGE_SAS_TOKEN": "t"}, {}),
        ("az://b/a", {"AZURE_STORAGE_ACCOUNT": "acc"}, {"account_name": "acc", "anon": False}),
        (
            "abfs://b@acc.dfs.core.windows.net/a",
            {"AZURE_NO_SIGN_REQUEST": "YES"},
            {"account_name": "acc", "anon": True},
        ),
    ],
)
def test_the_libraries_get_what_gdal_knows(target: str, environ: dict[str, str], wanted: dict[str, object]) -> None:
    found = library_settings(target, environ)
    assert found.pop("use_listings_cache") is False
    found.pop("skip_instance_cache", None)
    assert found == wanted


@pytest.mark.parametrize("host", ["http://h:9", "h:9", "http://h:9/"])
def test_gdal_gets_the_address_that_googles_libraries_know(host: str) -> None:
    found = gdal_settings("gs://b/a.tif", environ={"STORAGE_EMULATOR_HOST": host})
    assert (found["CPL_GS_ENDPOINT"], found["GS_NO_SIGN_REQUEST"]) == ("http://h:9/", "YES")
    with_key = {"STORAGE_EMULATOR_HOST": host, "GOOGLE_APPLICATION_CREDENTIALS": "key.json"}
    assert "GS_NO_SIGN_REQUEST" not in gdal_settings("gs://b/a.tif", environ=with_key)
    both = {"STORAGE_EMULATOR_HOST": host, "CPL_GS_ENDPOINT": "http://other/"}
    assert "CPL_GS_ENDPOINT" not in gdal_settings("gs://b/a.tif", environ=both)
    assert "CPL_GS_ENDPOINT" not in gdal_settings("gs://b/a.tif", environ={"STORAGE_EMULATOR_HOST": "default"})
