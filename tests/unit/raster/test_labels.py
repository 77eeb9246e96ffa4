"""Reading maps of classes, SatSeg's own and others'."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from rasterio.enums import ColorInterp

from satseg_core.errors import RasterError
from satseg_core.events import Message, Reporter
from satseg_core.legend import LAND_COVER, LandClass, Legend
from satseg_core.raster.labels import (
    LEGEND_TAG,
    WIDE_NODATA,
    code_blocks,
    code_type,
    count_blocks,
    highest_code,
    is_plain,
    nodata_of,
    of_codes,
    open_classified,
    read_codes,
    tell_doubts,
    unnamed,
)
from satseg_core.raster.overrides import Overrides

CORINE = np.array([111, 112, 211, 311, 324, 511, 523])


@pytest.fixture
def codes():
    return np.random.default_rng(0).integers(0, 7, (50, 70)).astype(np.uint8)


def _hidden(codes, where):
    """Codes as they are read of others' maps."""
    return np.where(where, np.int32(WIDE_NODATA), codes.astype(np.int32))


def _read(path):
    with open_classified(path) as dataset:
        found = read_codes(dataset)
        assert found.dtype == code_type(dataset)
        assert nodata_of(found) == highest_code(dataset) + 1
        return found, is_plain(dataset)


def test_reads_its_own_maps_as_they_are(make_raster, codes):
    codes[:5] = 255
    found, plain = _read(make_raster(codes, nodata=255))
    assert plain
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, codes)


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [
        ("uint8", 9),
        ("int16", -9999),
        ("int16", 999),
        ("uint16", 65535),
        ("uint16", 0),
        ("int32", -(2**31)),
        ("uint32", 2**32 - 1),
        ("float32", -9999),
        ("float32", float(np.finfo("float32").min)),
        ("float32", float("nan")),
        ("float32", 0),
        ("float64", -1.7976931348623157e308),
        ("float64", 1e20),
    ],
)
def test_other_types_and_nodata_values_become_codes(make_raster, codes, dtype, nodata):
    values = (codes + 1).astype(dtype) if dtype == "uint8" else CORINE[codes].astype(dtype)
    expected = _hidden(values, codes == 3)
    found, plain = _read(make_raster(np.where(codes == 3, np.array(nodata, dtype), values), nodata=nodata))
    assert not plain
    np.testing.assert_array_equal(found, expected)


def test_every_value_of_sixteen_bits_is_a_code(make_raster):
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    for path in (make_raster(values), make_raster(values.astype(np.float32), nodata=-1)):
        np.testing.assert_array_equal(_read(path)[0], values)


@pytest.mark.parametrize("nodata", [0, None, -9999])
def test_255_is_a_class_where_another_value_or_none_is_nodata(make_raster, nodata):
    values = np.array([[0, 1, 255, 254]], np.uint8)
    path = make_raster(values, nodata=None if nodata == -9999 else nodata)
    if nodata == -9999:  # what no byte can be; some tools write it all the same
        side_file = "<PAMDataset><PAMRasterBand band='1'><NoDataValue>-9999</NoDataValue></PAMRasterBand></PAMDataset>"
        path.with_name(path.name + ".aux.xml").write_text(side_file, encoding="utf-8")
    expected = [[WIDE_NODATA if nodata == 0 else 0, 1, 255, 254]]
    np.testing.assert_array_equal(_read(path)[0], expected)


def test_a_map_of_satseg_whose_nodata_was_left_behind_is_still_one(make_raster, codes):
    codes[:5] = 255
    path = make_raster(codes)
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(**{LEGEND_TAG: "[]"})
    found, plain = _read(path)
    assert plain
    np.testing.assert_array_equal(found, codes)


@pytest.mark.parametrize("void", ["nan", "-3.4028234663852886e38", "-3.40282306e38"])
@pytest.mark.parametrize("nodata", [None, -3.4e38])
def test_floating_point_backgrounds_that_nothing_names_are_no_data(make_raster, codes, void, nodata):
    values = np.where(codes == 2, np.float32(void), codes.astype(np.float32))
    np.testing.assert_array_equal(_read(make_raster(values, nodata=nodata))[0], _hidden(codes, codes == 2))


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("nodata", [None, 5])
def test_alpha_hides_pixels_and_so_does_nodata_beside_it(make_raster, codes, dtype, nodata):
    alpha = np.where(codes == 2, 0, 255)
    bands = np.stack([codes, alpha]).astype(dtype)
    found, _ = _read(make_raster(bands, nodata=nodata, colorinterp=[ColorInterp.gray, ColorInterp.alpha]))
    np.testing.assert_array_equal(found, _hidden(codes, (codes == 2) | (codes == nodata)))


def test_a_mask_hides_pixels_and_so_does_nodata_beside_it(make_raster, codes):
    for dtype, nodata in (("uint16", None), ("uint16", 1), ("uint8", 1), ("float32", 1), ("float32", float("nan"))):
        found, _ = _read(make_raster(codes.astype(dtype), mask=codes != 4, nodata=nodata))
        np.testing.assert_array_equal(found, _hidden(codes, (codes == 4) | (codes == nodata)))


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_blocks_cover_the_raster_once(make_raster, codes, dtype):
    seen = np.zeros_like(codes)
    with rasterio.open(make_raster(codes.astype(dtype), nodata=255)) as dataset:
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
        (np.zeros((1, 4, 4), np.complex64), "complex"),
    ],
)
def test_refuses_what_is_no_map_of_classes(make_raster, values, reason):
    with pytest.raises(RasterError, match=reason), open_classified(make_raster(values)):
        pass


@pytest.mark.parametrize(
    ("dtype", "value", "reason"),
    [
        ("int16", -3, "holds -3, and class codes are whole numbers from 0 to 65,535"),
        ("int32", 65536, "holds 65536, .* set it as the raster's nodata value"),
        ("float32", -9999, "holds -9999.0, .* set it as the raster's nodata value"),
        ("float64", 1e20, r"holds 1e\+20, "),
        ("float32", np.inf, "holds inf, "),
        ("float32", 2.5, "holds 2.5, and class codes are whole numbers; round it first"),
        ("float32", 3.0000002, "holds 3.0000002, "),
        ("float64", -0.25, "holds -0.25, "),
    ],
)
def test_refuses_values_that_are_no_codes_by_name(make_raster, dtype, value, reason):
    values = np.ones((4, 4), dtype)
    values[2, 1] = value
    path = make_raster(values)
    with pytest.raises(RasterError, match=reason), open_classified(path) as dataset:
        read_codes(dataset)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_damaged_map_is_told(make_raster, dtype):
    noise = np.random.default_rng(0).integers(0, 7, (600, 600)).astype(dtype)
    path = make_raster(noise, nodata=255, tiled=True, compress="deflate")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(RasterError, match="damaged"), open_classified(path) as dataset:
        read_codes(dataset)


def test_one_of_several_rasters_in_a_file_by_its_name(make_raster, tmp_path, codes):
    package = tmp_path / "maps.gpkg"
    for number, name in enumerate(("ONE", "SECOND")):
        source = make_raster(codes + np.uint8(number), nodata=255)
        more = {"APPEND_SUBDATASET": "YES"} if number else {}
        rasterio.shutil.copy(source, package, driver="GPKG", RASTER_TABLE=name, **more)
    with pytest.raises(RasterError, match=r"holds several rasters; .* such as GPKG:.*:ONE, GPKG:.*:SECOND\."):
        _read(package)
    found, _ = _read(Path(f"GPKG:{package}:SECOND"))
    np.testing.assert_array_equal(found[:50, :70], codes + 1)
    with pytest.raises(RasterError, match="has no raster THIRD; it has ONE, SECOND"):
        _read(Path(f"GPKG:{package}:THIRD"))


def test_refuses_files_that_are_no_rasters(tmp_path):
    text = tmp_path / "note.tif"
    text.write_text("no raster")
    for path in (text, tmp_path / "absent.tif"):
        with pytest.raises(RasterError, match=path.name), open_classified(path):
            pass


def test_sums_by_code_are_zero_for_codes_that_cannot_occur():
    sums = np.arange(257.0) + 1
    np.testing.assert_array_equal(of_codes(sums, (3, 255, 256, 523, 0)), [4, 256, 0, 0, 1])


def test_codes_without_a_name_are_listed_up_to_a_dozen():
    only = Legend((LandClass(511, "river", "", (0, 0, 0)),))
    assert unnamed([511], only) == ""
    assert unnamed([523, 511, 7, 7], only) == "7, 523"
    assert unnamed(range(2000), LAND_COVER).endswith("17, 18 and 1,981 more")


@pytest.mark.parametrize(
    ("dtype", "profile", "warned"),
    [("uint8", {}, True), ("uint8", {"nodata": 0}, False), ("uint8", {"nodata": 255}, False), ("uint16", {}, False)],
)
def test_a_byte_of_255_that_may_be_a_background_is_told(make_raster, dtype, profile, warned):
    said = []
    reporter = Reporter(lambda event: said.append(event.text) if isinstance(event, Message) else None)
    with rasterio.open(make_raster(np.array([[1, 255]], dtype), **profile)) as dataset:
        tell_doubts(dataset, [1], LAND_COVER, reporter)
        assert not said
        tell_doubts(dataset, [1, 255], LAND_COVER, reporter)
    assert len(said) == warned
    assert all("names no nodata value, so its 255 counts as a class" in text for text in said)


@pytest.mark.parametrize(
    ("dtype", "name", "told", "profile", "warned"),
    [
        ("uint8", "class 0", Overrides(), {}, True),
        ("int16", "class 0", Overrides(), {}, True),
        ("uint8", "water", Overrides(), {}, False),
        ("uint8", "class 0", Overrides(), {"nodata": 9}, False),
        ("uint8", "class 0", Overrides(nodata=(9.0,)), {}, False),
    ],
)
def test_a_0_without_a_name_that_may_be_a_background_is_told(make_raster, dtype, name, told, profile, warned):
    said = []
    reporter = Reporter(lambda event: said.append(event.text) if isinstance(event, Message) else None)
    legend = Legend((LandClass(0, name, "", (1, 2, 3)), LandClass(1, "forest", "", (4, 5, 6))))
    with open_classified(make_raster(np.array([[1, 0]], dtype), **profile), told) as dataset:
        tell_doubts(dataset, [1], legend, reporter)
        assert not said
        tell_doubts(dataset, [0, 1], legend, reporter)
    assert len(said) == warned
    assert all("its 0 counts as a class; set it as nodata, or give --nodata 0, if it is none" in text for text in said)


@pytest.mark.parametrize(
    ("dtype", "kind", "value"),
    [
        ("int64", "Int64", -(2**63)),
        ("int64", "Int64", 2**63 - 1),
        ("int64", "Int64", 2**53 + 1),
        ("uint64", "UInt64", 2**64 - 1),
    ],
)
def test_nodata_of_64_bits_that_no_float_holds(make_raster, dtype, kind, value):
    values = np.ones((4, 4), dtype)
    values[0] = value
    path = make_raster(values)
    virtual = path.with_suffix(".vrt")
    virtual.write_text(
        f'<VRTDataset rasterXSize="4" rasterYSize="4"><VRTRasterBand dataType="{kind}" band="1"><NoDataValue>{value}'
        f'</NoDataValue><SimpleSource><SourceFilename relativeToVRT="1">{path.name}</SourceFilename><SourceBand>1'
        "</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    found, _ = _read(virtual)
    np.testing.assert_array_equal(found, _hidden(np.ones((4, 4), np.uint8), values != 1))
