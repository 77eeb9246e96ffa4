"""Which scenes are one task, and which are shared block by block."""

from __future__ import annotations

from pathlib import Path

import pytest
import rasterio

from satseg_core.many import run
from satseg_core.many.scenes import Found, find_scenes


def found_of(path: Path) -> Found:
    (scene,) = find_scenes([str(path)], str(path.parent / "maps"))
    return scene.found


def test_a_virtual_raster_is_large_by_its_pixels(tmp_path: Path) -> None:
    for name, side in (("large", 50_000), ("small", 40_000)):
        (tmp_path / f"{name}.vrt").write_text(
            f'<VRTDataset rasterXSize="{side}" rasterYSize="{side}">'
            '<VRTRasterBand dataType="Byte" band="1"/></VRTDataset>'
        )
    assert run._is_large(found_of(tmp_path / "large.vrt"))
    assert not run._is_large(found_of(tmp_path / "small.vrt"))


def test_large_files_are_opened_and_broken_ones_wait_for_their_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "MAYBE_LARGE_BYTES", 10_000)
    profile = {"driver": "GTiff", "count": 1, "dtype": "uint8", "sparse_ok": True, "tiled": True}
    with rasterio.open(tmp_path / "large.tif", "w", width=50_000, height=50_000, **profile):
        pass
    assert (tmp_path / "large.tif").stat().st_size > 10_000
    assert run._is_large(found_of(tmp_path / "large.tif"))
    (tmp_path / "broken.tif").write_bytes(b"x" * 20_000)
    assert not run._is_large(found_of(tmp_path / "broken.tif"))


def test_an_item_says_how_large_its_raster_is() -> None:
    assert run._is_large(Found("https://host/a.tif", "a", "a", pixels=50_000**2))
    assert not run._is_large(Found("https://host/a.tif", "a", "a"))
