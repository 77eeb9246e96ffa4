"""Which scenes are one task and which are shared block by block, and what scenes of a process have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest
import rasterio

from satseg_core.events import Reporter
from satseg_core.many import run
from satseg_core.many.job import Products
from satseg_core.many.scenes import Found, find_scenes
from satseg_core.model import keeper
from satseg_core.model.runtime import Runtime
from satseg_core.segment import SegmentOptions


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


def test_a_process_loads_the_model_once(
    tmp_path: Path, make_raster: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[Runtime] = []
    load = keeper.load_runtime

    def counted(*arguments: Any, **options: Any) -> Runtime:
        loaded.append(load(*arguments, **options))
        return loaded[-1]

    monkeypatch.setattr(keeper, "load_runtime", counted)
    rng = np.random.default_rng(1)
    scenes = [make_raster(rng.integers(1, 200, (3, 60, 60)).astype(np.uint8), f"{name}.tif") for name in "abc"]
    template = SegmentOptions(input="", output="", runtime="onnx", threads=1)
    options = run.ManyOptions(tuple(map(str, scenes)), str(tmp_path / "maps"), template, Products(False, False))
    assert run.segment_many(options, Reporter()).done == 3
    assert len(loaded) == 1
