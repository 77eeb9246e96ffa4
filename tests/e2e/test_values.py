"""Whole runs: px without data get no class in whatever way that is said, and pyramids change no px of a map."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.enums import Resampling
from rasterio.transform import from_origin
from rasterio.windows import Window

from satseg_core.segment import SegmentOptions, segment
from tests.e2e.command import PIXEL, scene

PLACE = from_origin(500_000, 5_000_000, PIXEL, PIXEL)


def mapped(path: Path, **options) -> tuple[np.ndarray, dict, tuple[str, ...]]:
    """Codes of a map, what the record says of the raster, and warnings."""
    output = path.parent / f"map-{path.stem}-{len(list(path.parent.iterdir()))}.tif"
    found = segment(SegmentOptions(str(path), str(output), runtime="onnx", **options))
    with rasterio.open(output) as dataset:
        codes = dataset.read(1)

    described = json.loads(output.with_suffix(".json").read_text())["input"]
    json.dumps(described, allow_nan=False)
    return codes, described, found.warnings


@pytest.fixture
def wide() -> np.ndarray:
    """A scene of 16 bits whose left half is 0."""
    values = scene(200, 420).astype(np.uint16) * 12 + 1000
    values[:, :, :210] = 0
    return values


def test_a_value_that_the_user_names_gets_no_class(tmp_path, write_scene, wide):
    path = write_scene(tmp_path / "half.tif", values=wide, transform=PLACE)
    codes, described, warnings = mapped(path, nodata=(0.0,))
    np.testing.assert_array_equal(codes == 255, wide.max(axis=0) == 0)
    assert described["nodata"] == [{"from": "user", "values": [["0.0"]] * 3}]
    assert not any("--nodata" in sentence for sentence in warnings)


def test_a_border_that_nobody_declares_is_told_of_once(tmp_path, write_scene, wide):
    path = write_scene(tmp_path / "half.tif", values=wide, transform=PLACE)
    codes, described, warnings = mapped(path)
    assert sum("--nodata 0." in sentence for sentence in warnings) == 1
    assert (codes < 255).all()
    alone = write_scene(tmp_path / "alone.tif", values=np.ascontiguousarray(wide[:, :, 210:]), transform=PLACE)
    assert described["stretch"]["low"] == mapped(alone)[1]["stretch"]["low"]
    assert described["stretch"]["high"] == mapped(alone)[1]["stretch"]["high"]


def test_not_a_number_is_an_option_and_the_record_is_json(tmp_path, write_scene, wide):
    values = np.where(wide == 0, np.nan, wide).astype(np.float32)
    path = write_scene(tmp_path / "nan.tif", values=values, transform=PLACE)
    codes, described, _ = mapped(path, nodata=(float("nan"),))
    np.testing.assert_array_equal(codes == 255, wide.max(axis=0) == 0)
    assert described["nodata"][0]["values"] == [["nan"]] * 3


def test_a_negative_of_which_zero_is_declared_white_gives_the_map_of_the_picture(tmp_path, write_scene):
    grey = (scene(200, 420)[:1] * np.linspace(0.2, 1.6, 420)).clip(0, 255).astype(np.uint8)
    black = write_scene(tmp_path / "black.tif", values=grey, transform=PLACE, photometric="MINISBLACK")
    white = write_scene(tmp_path / "white.tif", values=255 - grey, transform=PLACE, photometric="MINISWHITE")
    codes, described, warnings = mapped(white)
    expected = mapped(black)[0]
    assert len(np.unique(expected)) > 1
    np.testing.assert_array_equal(codes, expected)
    assert described["stretch"]["low"] == [255.0] * 3
    assert sum("0 is white" in sentence for sentence in warnings) == 1


def test_bytes_of_four_bits_give_about_the_map_of_whole_ones(tmp_path, write_scene):
    values = scene(200, 420)
    four = write_scene(tmp_path / "four.tif", values=values >> 4, transform=PLACE, nbits=4)
    whole = write_scene(tmp_path / "whole.tif", values=(values >> 4) * 17, transform=PLACE)
    codes, described, _ = mapped(four)
    assert (codes == mapped(whole)[0]).mean() > 0.999
    assert described["stretch"]["origin"] == "4-bit, as is"


def test_an_image_that_hardly_uses_its_bytes_is_told_of_once_and_not_changed(tmp_path, write_scene):
    path = write_scene(tmp_path / "dark.tif", values=scene(200, 420) // 8, transform=PLACE)
    _, described, warnings = mapped(path)
    assert sum("--stretch 0," in sentence for sentence in warnings) == 1
    assert described["stretch"]["high"] == [255.0] * 3


@pytest.mark.slow
def test_the_gap_of_a_virtual_raster_gets_no_class_from_workers_either(tmp_path, write_scene):
    write_scene(tmp_path / "part.tif", 300, 400, transform=PLACE)
    bands = []
    for band, color in enumerate(("Red", "Green", "Blue"), 1):
        sources = "".join(
            f'<SimpleSource><SourceFilename relativeToVRT="1">part.tif</SourceFilename><SourceBand>{band}</SourceBand>'
            f'<SrcRect xOff="0" yOff="0" xSize="400" ySize="300"/>'
            f'<DstRect xOff="{left}" yOff="0" xSize="400" ySize="300"/></SimpleSource>'
            for left in (0, 503)
        )
        bands.append(
            f'<VRTRasterBand dataType="Byte" band="{band}"><ColorInterp>{color}</ColorInterp>{sources}</VRTRasterBand>'
        )
    path = tmp_path / "gap.vrt"
    path.write_text(
        '<VRTDataset rasterXSize="903" rasterYSize="300"><SRS>EPSG:32633</SRS><GeoTransform>500000, '
        f"{PIXEL}, 0, 5000000, 0, -{PIXEL}</GeoTransform>{''.join(bands)}</VRTDataset>"
    )
    codes, described, _ = mapped(path)
    covered = (np.arange(903) < 400) | (np.arange(903) >= 503)
    np.testing.assert_array_equal(codes < 255, np.broadcast_to(covered, codes.shape))
    assert described["nodata"][0]["from"].startswith("gaps")
    np.testing.assert_array_equal(mapped(path, workers=2)[0], codes)


def test_parts_of_a_file_that_were_never_written_get_no_class(tmp_path):
    path = tmp_path / "sparse.tif"
    profile = {"driver": "GTiff", "count": 3, "height": 384, "width": 512, "dtype": "uint8", "crs": "EPSG:32633"}
    tiles = {"tiled": True, "blockxsize": 128, "blockysize": 128, "SPARSE_OK": True, "photometric": "RGB"}
    with rasterio.open(path, "w", **profile, **tiles, transform=PLACE) as dataset:
        dataset.write(scene(256, 128), window=Window(128, 0, 128, 256))
    codes, described, warnings = mapped(path)
    written = np.zeros((384, 512), bool)
    written[:256, 128:256] = True
    np.testing.assert_array_equal(codes < 255, written)
    assert described["nodata"] == [{"from": "parts of the file that were never written", "bands": [1, 2, 3]}]
    assert not any("--nodata" in sentence for sentence in warnings)
    assert (mapped(path, nodata=(float("inf"),))[0] < 255).all()


def test_pyramids_change_no_px_of_a_map(tmp_path, write_scene):
    values = scene(2100, 2050).astype(np.uint16) * 12 + np.random.default_rng(0).integers(0, 4000, (3, 2100, 2050))
    values = values.astype(np.uint16)
    found = []
    for name, method in (("plain", None), ("average", Resampling.average), ("nearest", Resampling.nearest)):
        path = write_scene(tmp_path / f"{name}.tif", values=values, transform=from_origin(5e5, 5e6, 0.4, 0.4))
        if method is not None:
            with rasterio.open(path, "r+") as dataset:
                dataset.build_overviews([2, 4, 8], method)
        codes, described, _ = mapped(path, pixel_size=2.44)
        found.append((codes, described["stretch"]))
    for codes, stretch in found[1:]:
        assert stretch == found[0][1]
        assert (codes == found[0][0]).all()
