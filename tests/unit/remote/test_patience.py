"""Trying again, and what rasters are read with when a server fails at any moment."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.errors import RasterioError
from rasterio.transform import from_origin

from satseg_core.errors import CancelledError
from satseg_core.remote import patience
from satseg_core.remote.patience import ATTEMPTS, insist
from satseg_core.remote.patient import failure, is_hopeless, open_patiently
from satseg_core.remote.settings import gdal_settings
from tests.web_server import Serving, serving

SIDE = 700


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses too short to wait for."""
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(patience, "LONGEST_PAUSE", 0.01)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a raster that has overviews inside and a mask beside it."""
    place = tmp_path_factory.mktemp("served")
    values = np.random.default_rng(2).integers(1, 255, (3, SIDE, SIDE), np.uint8)
    profile = {
        "driver": "GTiff", "count": 3, "height": SIDE, "width": SIDE, "dtype": "uint8", "crs": "EPSG:32633",
        "transform": from_origin(500_000, 5_000_000, 1, 1), "tiled": True, "blockxsize": 128, "blockysize": 128,
    }  # fmt: skip
    with rasterio.open(place / "a.tif", "w", **profile) as dataset:
        dataset.write(values)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(place / "a.tif", "r+") as dataset:
        dataset.build_overviews([2, 4])
        dataset.write_mask(np.tile(np.array([0, 255], np.uint8), (SIDE, SIDE // 2)))
    return place


@pytest.fixture(scope="module")
def web(folder: Path) -> Iterator[Serving]:
    with serving(folder) as server:
        yield server


def test_what_fails_for_a_moment_is_done_again(quick: None) -> None:
    tries: list[int] = []

    def action() -> str:
        tries.append(1)
        if len(tries) < 4:
            raise OSError("for a moment")
        return "done"

    assert insist(action, lambda error: False) == "done"
    assert len(tries) == 4


def test_it_is_not_done_for_ever(quick: None) -> None:
    tries: list[int] = []

    def action() -> None:
        tries.append(1)
        raise OSError("always")

    with pytest.raises(OSError, match="always"):
        insist(action, lambda error: False)
    assert len(tries) == ATTEMPTS


def test_what_stays_is_not_done_again() -> None:
    tries: list[int] = []

    def action() -> None:
        tries.append(1)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        insist(action, lambda error: "gone" in str(error))
    with pytest.raises(OSError, match="gone"):
        insist(action, lambda error: False, errors=(ValueError,))
    assert len(tries) == 2


def test_pauses_grow_and_end_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LONGEST", 0.5)
    times: list[float] = []

    def action() -> None:
        times.append(time.monotonic())
        raise OSError("always")

    with pytest.raises(OSError, match="always"):
        insist(action, lambda error: False)
    gaps = [after - before for before, after in zip(times, times[1:])]
    assert 2 <= len(times) < ATTEMPTS
    assert gaps[0] >= 0.12
    assert gaps[-1] > gaps[0] * 0.99


def test_a_pause_ends_when_the_user_cancels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE", 60.0)
    monkeypatch.setattr(patience, "LONGEST_PAUSE", 60.0)
    began = time.monotonic()

    def action() -> None:
        raise OSError("always")

    def check() -> None:
        if time.monotonic() - began > 0.3:
            raise CancelledError

    with pytest.raises(CancelledError):
        insist(action, lambda error: False, check)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("deed", ["503", "cut", "reset"])
def test_a_failure_at_any_request_of_opening_and_reading_changes_nothing(
    folder: Path, web: Serving, deed: str, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GDAL_HTTP_MAX_RETRY", "0")  # what GDAL repeats by itself hides what it leaves out
    name = f"{web.url}/a.tif"
    with rasterio.open(folder / "a.tif") as local:
        px, mask, overviews = local.read(), local.read_masks(1), local.overviews(1)
    failed = 0
    for number in range(60):
        web.behave(at={str(number): deed})
        with rasterio.Env(**gdal_settings(name)), open_patiently(name) as dataset:
            assert dataset.overviews(1) == overviews
            assert np.array_equal(dataset.read_masks(1), mask)
            assert np.array_equal(dataset.read(), px)
        deeds = web.deeds
        failed += deed in deeds
        if number >= len(deeds):
            break
    assert failed > 20


def test_errors_are_told_apart_and_in_sentences(web: Serving, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GDAL_HTTP_MAX_RETRY", "0")
    cases = (("404", "nothing to read"), ("401", "may not be read"), ("400", "HTTP 400"))
    for status, sentence in cases:
        web.behave(always=int(status))
        with pytest.raises(RasterioError) as caught:
            open_patiently(f"{web.url}/a.tif")
        assert is_hopeless(caught.value)
        assert sentence in failure("NAME", caught.value)
        assert len(web.deeds) < 6
    web.behave(always=503)
    with pytest.raises(RasterioError) as caught:
        open_patiently(f"{web.url}/a.tif")
    assert not is_hopeless(caught.value)
    assert "failed each of several times (HTTP 503)" in failure("NAME", caught.value)
    with pytest.raises(RasterioError) as caught:
        open_patiently("http://no-such-host.invalid/a.tif")
    assert "no server of the name" in failure("NAME", caught.value)


def test_what_is_no_raster_is_not_asked_for_long(folder: Path, web: Serving, quick: None) -> None:
    (folder / "page.tif").write_text("<html>" * 1000, encoding="utf-8")
    web.behave()
    with pytest.raises(RasterioError) as caught:
        open_patiently(f"{web.url}/page.tif")
    assert "cannot be opened as a raster" in failure("NAME", caught.value)
    assert web.deeds.count("serve") < 60
