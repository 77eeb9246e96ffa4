"""The legend inside a raster: written, read back, and made for maps from elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from satseg_core.errors import RasterError
from satseg_core.events import Message, Reporter
from satseg_core.legend import LAND_COVER, LandClass, Legend
from satseg_core.raster.labels import LEGEND_TAG
from satseg_core.raster.legends import legend_of, legend_text, read_legend
from satseg_core.style import aux_xml, color_table

CODES = np.array([[0, 2, 2, 9]], np.uint8)


def _write(path, legend):
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(**{LEGEND_TAG: legend_text(legend)})
        if dataset.dtypes[0] == "uint8":
            dataset.write_colormap(1, color_table(legend))
    return path


def _read(path):
    with rasterio.open(path) as dataset:
        return read_legend(dataset)


@pytest.mark.parametrize("legend", [LAND_COVER, Legend((LandClass(9, "ice", "snow & ice", (1, 2, 3)),))])
def test_what_was_written_is_read(make_raster, legend):
    path = _write(make_raster(CODES, nodata=255), legend)
    assert _read(path) == legend
    with rasterio.open(path) as dataset:
        table = dataset.colormap(1)
    assert all(table[c.code][:3] == c.color for c in legend)


def test_types_without_color_tables_carry_the_legend_too(make_raster):
    assert _read(_write(make_raster(CODES.astype(np.int16)), LAND_COVER)) == LAND_COVER


def test_maps_from_elsewhere_get_a_legend_of_their_values(make_raster):
    legend = _read(make_raster(CODES, nodata=2))
    assert [(c.code, c.name) for c in legend] == [(0, "class 0"), (9, "class 9")]
    assert len({c.color for c in legend}) == 2


def test_colors_and_names_of_maps_from_elsewhere_are_kept(make_raster):
    path = make_raster(CODES)
    with rasterio.open(path, "r+") as dataset:
        dataset.write_colormap(1, {0: (10, 20, 30, 255), 2: (40, 50, 60, 255), 9: (70, 80, 90, 255)})
    names = Legend((LandClass(0, "moor & fen", "", (0, 0, 0)), LandClass(2, "dune", "", (0, 0, 0))))
    path.with_name(path.name + ".aux.xml").write_text(aux_xml(names), encoding="utf-8")
    found = [(c.code, c.name, c.color) for c in _read(path)]
    assert found == [(0, "Moor & fen", (10, 20, 30)), (2, "Dune", (40, 50, 60)), (9, "class 9", (70, 80, 90))]


def test_names_that_repeat_are_not_taken(make_raster):
    path = make_raster(CODES)
    text = "<PAMDataset><PAMRasterBand band='1'><CategoryNames><Category>x</Category><Category/><Category>x</Category>"
    path.with_name(path.name + ".aux.xml").write_text(text + "</CategoryNames></PAMRasterBand></PAMDataset>")
    assert [c.name for c in _read(path)] == ["class 0", "class 2", "class 9"]


@pytest.mark.parametrize("text", ["no json", "[]", '[{"code": 1}]'])
def test_a_broken_legend_is_told(make_raster, text):
    path = make_raster(CODES)
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(**{LEGEND_TAG: text})
    with pytest.raises(RasterError, match="cannot be read"):
        _read(path)


def test_a_map_without_data_and_legend_is_told(make_raster):
    with pytest.raises(RasterError, match="no pixel with data"):
        _read(make_raster(np.full((1, 4), 255, np.uint8), nodata=255))


def test_many_values_that_nothing_names_are_told(make_raster):
    said = []
    reporter = Reporter(lambda event: said.append(event.text) if isinstance(event, Message) else None)
    heights = make_raster(np.arange(300, dtype=np.int16)[None])
    assert len(legend_of(heights, reporter=reporter)) == 300
    (text,) = said
    assert text.startswith("in.tif has 300 different values, each of which counts as a class")
    legend_of(heights, "nlcd", reporter)
    legend_of(make_raster(np.arange(255, dtype=np.int16)[None]), reporter=reporter)
    assert len(said) == 1


def test_codes_of_sixteen_bits_have_classes_of_their_own(make_raster):
    for dtype, nodata in (("uint16", 65535), ("int32", -9999), ("float32", -9999)):
        values = np.array([[111, 523, nodata, 65534]]).astype(dtype)
        assert _read(make_raster(values, nodata=nodata)).codes == (111, 523, 65534)


def test_an_image_is_told(make_raster):
    with pytest.raises(RasterError, match="3 bands"):
        _read(make_raster(np.zeros((3, 4, 4), np.uint8)))
