"""Names of things elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from satseg_core.errors import UsageError
from satseg_core.remote.names import (
    account_of,
    gdal_name,
    is_elsewhere,
    is_remote,
    join,
    last_part,
    same_place,
    store_url,
    without_secrets,
)


@pytest.mark.parametrize(
    ("name", "for_gdal"),
    [
        ("s3://b/a/c.tif", "/vsis3/b/a/c.tif"),
        ("S3://b/a/c.tif", "/vsis3/b/a/c.tif"),
        ("gs://b/c.tif", "/vsigs/b/c.tif"),
        ("az://b/c.tif", "/vsiaz/b/c.tif"),
        ("abfs://b@acc.dfs.core.windows.net/d/c.tif", "/vsiaz/b/d/c.tif"),
        ("https://h/a.tif?x=1", "/vsicurl/https://h/a.tif?x=1"),
        ("/vsizip//vsis3/b/a.zip/c.tif", "/vsizip//vsis3/b/a.zip/c.tif"),
        ("/vsicurl?url=https%3A%2F%2Fh", "/vsicurl?url=https%3A%2F%2Fh"),
        ('NETCDF:"/vsicurl/https://h/a.nc":x', 'NETCDF:"/vsicurl/https://h/a.nc":x'),
    ],
)
def test_urls_become_names_that_gdal_opens(name: str, for_gdal: str) -> None:
    assert is_remote(name)
    assert gdal_name(name) == for_gdal


@pytest.mark.parametrize(
    "name", ["a.tif", "/a/b.tif", "C:\\a\\b.tif", "a:b.tif", "/vsizip/a.zip/b.tif", "/vsimem/a", "file"]
)
def test_what_is_here_is_left_alone(name: str) -> None:
    assert not is_remote(name)
    assert gdal_name(name) == name
    assert is_elsewhere(name) == name.startswith("/vsi")


def test_targets_have_the_url_of_their_store() -> None:
    assert store_url("/vsis3/b/a/c.tif") == store_url("s3://b/a/c.tif") == "s3://b/a/c.tif"
    assert store_url("abfs://b@acc.dfs.core.windows.net/c.tif") == "az://b/c.tif"
    assert store_url("/vsigs/b/c.tif") == "gs://b/c.tif"


@pytest.mark.parametrize(
    "name", ["https://h/a.tif", "/vsizip/a.zip/b.tif", "/vsimem/a.tif", "s3://b", "s3://b/", "s3://b/a/"]
)
def test_what_cannot_be_written_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be written to; give"):
        store_url(name)


def test_names_are_joined_and_taken_apart() -> None:
    assert join("s3://b/x/", "c.tif") == join("s3://b/x", "c.tif") == "s3://b/x/c.tif"
    assert join("https://h/x?sig=1", "c.tif") == "https://h/x/c.tif?sig=1"
    assert join("x", "c.tif") == str(Path("x") / "c.tif")
    assert last_part("https://h/x/c.tif?sig=a/b") == "c.tif"
    assert last_part("s3://b/x/c.tif") == last_part("x/c.tif") == "c.tif"


def test_an_account_in_an_address_is_found() -> None:
    assert account_of("abfs://b@acc.dfs.core.windows.net/c.tif") == "acc"
    assert account_of("az://b/c.tif") is None
    assert account_of("https://me@h/c.tif") is None


def test_one_file_has_one_place() -> None:
    assert same_place("s3://b/c.tif") == same_place("/vsis3/b/c.tif")
    assert same_place("s3://b/c.tif") != same_place("gs://b/c.tif")
    assert same_place("x/../c.tif") == same_place("c.tif")


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("https://me:pass@h/a.tif", "https://h/a.tif"),
        ("/vsicurl/https://me:pass@h/a.tif", "/vsicurl/https://h/a.tif"),
        ("https://h/a.tif?X-Amz-Signature=abc&x=1", "https://h/a.tif"),
        ("https://h/a.tif?sv=1&sig=abc", "https://h/a.tif"),
        ("https://h/a.tif?access_token=abc", "https://h/a.tif"),
        ("https://h/wcs?layer=a&format=tif", "https://h/wcs?layer=a&format=tif"),
        ("https://h/a@b.tif", "https://h/a@b.tif"),
        ("s3://b/a@b.tif", "s3://b/a@b.tif"),
        ("/data/a@b.tif", "/data/a@b.tif"),
    ],
)
def test_passwords_and_signatures_are_left_out(name: str, harmless: str) -> None:
    assert without_secrets(name) == harmless
