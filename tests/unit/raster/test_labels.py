"""Reading maps of classes, SatSeg's own and others'."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp

from satseg_core.errors import RasterError
from satseg_core.raster.labels import code_blocks, count_blocks, is_plain, open_classified, read_codes


@pytest.fixture
def codes():
    return np.random.default_rng(0).integers(0, 7, (50, 70)).astype(np.uint8)


def _read(path):
    with open_classified(path) as dataset:
        return read_codes(dataset), is_plain(dataset)


def test_reads_its_own_maps_as_they_are(make_raster, codes):
    codes[:5] = 255
    found, plain = _read(make_raster(codes, nodata=255))
    assert plain
    np.testing.assert_array_equal(found, codes)


@pytest.mark.parametrize("dtype", ["int16", "uint16", "int32", "uint32"])
def test_other_types_and_nodata_values_become_codes(make_raster, codes, dtype):
    values = codes.astype(dtype)
    values[codes == 3] = 999
    found, plain = _read(make_raster(values, nodata=999))
    assert not plain
    np.testing.assert_array_equal(found, np.where(codes == 3, 255, codes))


def test_alpha_hides_pixels(make_raster, codes):
    alpha = np.where(codes == 2, 0, 255).astype(np.uint8)
    path = make_raster(np.stack([codes, alpha]), colorinterp=[ColorInterp.gray, ColorInterp.alpha])
    found, _ = _read(path)
    np.testing.assert_array_equal(found, np.where(codes == 2, 255, codes))


def test_blocks_cover_the_raster_once(make_raster, codes):
    seen = np.zeros_like(codes)
    with rasterio.open(make_raster(codes, nodata=255)) as dataset:
        blocks = list(code_blocks(dataset, size=32))
        assert len(blocks) == count_blocks(dataset, size=32) == 6
    for window, block in blocks:
        rows, columns = window.toslices()
        seen[rows, columns] += 1
        np.testing.assert_array_equal(codes[rows, columns], block)
    assert (seen == 1).all()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.zeros((3, 4, 4), np.uint8), "3 bands"),
        (np.zeros((1, 4, 4), np.float32), "float32"),
    ],
)
def test_refuses_what_is_no_map_of_classes(make_raster, values, reason):
    with pytest.raises(RasterError, match=reason), open_classified(make_raster(values)):
        pass


@pytest.mark.parametrize("value", [255, 1000, -3])
def test_refuses_codes_that_do_not_fit(make_raster, value):
    path = make_raster(np.full((1, 4, 4), value, np.int16))
    with pytest.raises(RasterError, match="outside 0 to 254"), open_classified(path) as dataset:
        read_codes(dataset)


def test_refuses_files_that_are_no_rasters(tmp_path):
    text = tmp_path / "note.tif"
    text.write_text("no raster")
    for path in (text, tmp_path / "absent.tif"):
        with pytest.raises(RasterError, match=path.name), open_classified(path):
            pass
