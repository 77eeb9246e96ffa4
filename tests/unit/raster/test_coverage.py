"""Gaps of rasters that are made of others: the px that GDAL fills with 0 because no source covers them."""

from __future__ import annotations

import zipfile

import numpy as np
import pyogrio
import pytest
import rasterio
import rasterio.enums
import rasterio.shutil
import rasterio.vrt
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin
from rasterio.windows import Window

from satseg_core.raster.coverage import Coverage, gaps
from satseg_core.raster.grid import Block, Span
from satseg_core.raster.overrides import Overrides
from satseg_core.raster.reading import read_window, valid_pixels
from satseg_core.raster.source import open_source

RGB = ("red", "green", "blue")
PLACE = from_origin(500_000, 5_000_000, 1, 1)


def simple(name, target, part=None, band=1, kind="SimpleSource", extra=""):
    x, y, width, height = target
    px, py, pw, ph = part or (0, 0, width, height)
    return (
        f'<{kind}><SourceFilename relativeToVRT="1">{name}</SourceFilename><SourceBand>{band}</SourceBand>{extra}'
        f'<SrcRect xOff="{px}" yOff="{py}" xSize="{pw}" ySize="{ph}"/>'
        f'<DstRect xOff="{x}" yOff="{y}" xSize="{width}" ySize="{height}"/></{kind}>'
    )


def virtual(path, size, sources, bands=3, dataset="", band="", subclass=""):
    """A virtual raster of ``size`` (width, height); ``sources`` makes those of a band."""
    width, height = size
    lines = [
        f'<VRTRasterBand dataType="Byte" band="{number}"{subclass}>{band}{sources(number)}</VRTRasterBand>'
        for number in range(1, bands + 1)
    ]
    path.write_text(
        f'<VRTDataset rasterXSize="{width}" rasterYSize="{height}"><GeoTransform>500000, 1, 0, 5000000, 0, -1'
        f"</GeoTransform>{''.join(lines)}{dataset}</VRTDataset>"
    )
    return path


@pytest.fixture
def bright(tmp_path):
    """A raster of 40 x 30 px without a 0, ``bright.tif``."""
    path = tmp_path / "bright.tif"
    values = np.random.default_rng(5).integers(1, 256, (3, 30, 40)).astype(np.uint8)
    with rasterio.open(path, "w", driver="GTiff", width=40, height=30, count=3, dtype="uint8", transform=PLACE) as file:
        file.write(values)
    return path


def valid(path, overrides=Overrides()):  # noqa: B008 # it cannot be changed
    with open_source(str(path), RGB, (1, 2, 3), overrides=overrides) as source:
        return valid_pixels(source, Block(*(Span(0, length) for length in source.shape))), source.validity.told()


def shown(path):
    with rasterio.open(path) as dataset:
        return (dataset.read() > 0).any(axis=0)


def test_what_no_source_covers_is_without_data(bright):
    path = virtual(
        bright.parent / "two.vrt",
        (100, 30),
        lambda band: simple("bright.tif", (0, 0, 40, 30), band=band) + simple("bright.tif", (60, 5, 40, 20), band=band),
    )
    found, told = valid(path)
    np.testing.assert_array_equal(found, shown(path))
    assert found.sum() == 40 * 30 + 40 * 20
    assert told[0]["from"].startswith("gaps")
    # The values of a gap are 0, which somebody may have called a colour, or no data.
    assert valid(path, Overrides(nodata=(7.0,)))[0].sum() <= found.sum()


def test_a_mosaic_without_gaps_is_read_as_if_it_were_one_file(bright):
    path = virtual(
        bright.parent / "whole.vrt",
        (80, 30),
        lambda band: simple("bright.tif", (0, 0, 40, 30), band=band) + simple("bright.tif", (40, 0, 40, 30), band=band),
    )
    with open_source(str(path), RGB, (1, 2, 3)) as source:
        assert not source.has_nodata


numbers = st.one_of(st.integers(-10, 60).map(float), st.floats(-10, 60).map(lambda v: round(v, 2)))
rectangle = st.tuples(numbers, numbers, st.integers(1, 50), st.integers(1, 50))
inside = st.tuples(st.integers(0, 15), st.integers(0, 15), st.integers(1, 25), st.integers(1, 15))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(targets=st.lists(st.tuples(rectangle, inside), min_size=1, max_size=5))
def test_gaps_are_where_gdal_shows_nothing(bright, targets):
    """Exact to the px, whatever the rectangles are: GDAL's own zeros are the measure."""
    path = virtual(
        bright.parent / "random.vrt",
        (64, 48),
        lambda band: "".join(simple("bright.tif", target, part, band) for target, part in targets),
    )
    found, _ = valid(path)
    np.testing.assert_array_equal(found, shown(path))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    inner=st.lists(rectangle.filter(lambda r: r[0] == int(r[0]) and r[1] == int(r[1])), min_size=1, max_size=3),
    place=st.tuples(st.integers(-20, 30), st.integers(-20, 30)),
)
def test_gaps_of_nested_virtual_rasters(bright, inner, place):
    folder = bright.parent / "inner"
    folder.mkdir(exist_ok=True)
    virtual(
        folder / "inner.vrt",
        (64, 48),
        lambda band: "".join(simple("../bright.tif", target, (0, 0, 40, 30), band) for target in inner),
    )
    path = virtual(
        bright.parent / "outer.vrt", (90, 70), lambda band: simple("inner/inner.vrt", (*place, 64, 48), None, band)
    )
    found, _ = valid(path)
    np.testing.assert_array_equal(found, shown(path))


def test_what_is_declared_needs_no_gap(bright):
    def sources(band):
        return simple("bright.tif", (0, 0, 40, 30), band=band)

    mask = (
        '<MaskBand><VRTRasterBand dataType="Byte">'
        + simple("bright.tif", (0, 0, 40, 30))
        + "</VRTRasterBand></MaskBand>"
    )
    folder = bright.parent
    declared = virtual(folder / "value.vrt", (80, 30), sources, band="<NoDataValue>0</NoDataValue>")
    masked = virtual(folder / "mask.vrt", (80, 30), sources, dataset=mask)
    hidden = virtual(
        folder / "hidden.vrt",
        (80, 30),
        sources,
        band="<NoDataValue>9</NoDataValue><HideNoDataValue>1</HideNoDataValue>",
    )
    for path, way in (
        (declared, "file"),
        (masked, "mask band"),
        (hidden, "gaps between the rasters that it is made of"),
    ):
        found, told = valid(path)
        np.testing.assert_array_equal(found, np.arange(80) < np.full((30, 1), 40))
        assert [one["from"] for one in told] == [way]


def test_bands_that_are_covered_apart(bright):
    """As gdalbuildvrt -separate makes them: a px has data where one of the bands that are read is covered."""
    path = virtual(
        bright.parent / "apart.vrt", (80, 30), lambda band: simple("bright.tif", (10 * band, 0, 40, 30), band=band)
    )
    found, _ = valid(path)
    np.testing.assert_array_equal(found[0], (np.arange(80) >= 10) & (np.arange(80) < 70))


@pytest.mark.parametrize(
    ("subclass", "sources"),
    [
        (' subClass="VRTDerivedRasterBand"', lambda band: simple("bright.tif", (0, 0, 40, 30), band=band)),
        ("", lambda band: f'<SimpleSource><SourceFilename relativeToVRT="1">bright.tif</SourceFilename>'
                          f"<SourceBand>{band}</SourceBand></SimpleSource>"),
    ],
)  # fmt: skip
def test_where_nobody_can_know_everything_is_taken_for_data(bright, subclass, sources):
    function = "<PixelFunctionType>sum</PixelFunctionType>" if subclass else ""
    path = virtual(bright.parent / "derived.vrt", (80, 30), sources, band=function, subclass=subclass)
    assert valid(path)[0].all()


def test_a_warped_raster_is_not_asked(bright):
    with rasterio.open(bright, "r+") as dataset:
        dataset.crs = "EPSG:32632"
    path = bright.parent / "warped.vrt"
    with rasterio.open(bright) as dataset, rasterio.vrt.WarpedVRT(dataset, crs="EPSG:3857") as warped:
        rasterio.shutil.copy(warped, path, driver="VRT")
    assert valid(path)[0].all()


def test_gaps_do_not_darken_what_lies_beside_them(bright):
    with rasterio.open(bright, "r+") as dataset:
        dataset.write(np.full((3, 30, 40), 200, np.uint8))
    path = virtual(bright.parent / "one.vrt", (80, 30), lambda band: simple("bright.tif", (0, 0, 37, 30), band=band))
    with open_source(str(path), RGB, (1, 2, 3)) as source:
        values, data = read_window(source, source.dataset, Window(0, 0, 80, 30), (10, 32))
    assert (values[data] == 200).all()
    assert data[0, 0].sum() == 15  # 37 of 2.5 px each


def test_a_virtual_raster_in_an_archive(bright, monkeypatch):
    path = virtual(bright.parent / "zipped.vrt", (80, 30), lambda band: simple("bright.tif", (0, 0, 40, 30), band=band))
    with zipfile.ZipFile(bright.parent / "all.zip", "w") as archive:
        for file in (path, bright):
            archive.write(file, file.name)
    assert valid(f"/vsizip/{bright.parent}/all.zip/zipped.vrt")[0].sum() == 1200


def test_an_index_of_rasters_has_gaps_too(bright):
    folder = bright.parent
    with rasterio.Env() as environment:
        if "GTI" not in environment.drivers():
            pytest.skip("GDAL is older than indexes of rasters")
    with rasterio.open(bright, "r+") as dataset:
        dataset.crs = "EPSG:32632"
        values = dataset.read()
    with rasterio.open(
        folder / "east.tif", "w", driver="GTiff", width=40, height=30, count=3, dtype="uint8", crs="EPSG:32632",
        transform=from_origin(500_060, 5_000_000, 1, 1),
    ) as east:  # fmt: skip
        east.write(values)
    frames = [shapely.box(500_000, 4_999_970, 500_040, 5_000_000), shapely.box(500_060, 4_999_970, 500_100, 5_000_000)]
    pyogrio.raw.write(
        folder / "index.gti.gpkg", np.array([shapely.to_wkb(frame) for frame in frames], object),
        [np.array([str(bright), str(folder / "east.tif")], object)], ["location"], crs="EPSG:32632",
        geometry_type="Polygon",
    )  # fmt: skip
    path = folder / "index.gti.gpkg"
    found, _ = valid(f"GTI:{path}")
    assert found.sum() == 2 * 40 * 30
    np.testing.assert_array_equal(found, shown(f"GTI:{path}"))


@given(st.lists(st.tuples(*[st.integers(0, 12)] * 4), max_size=8))
def test_a_coverage_knows_whether_it_is_whole(rects):
    coverage = Coverage.of([(float(a), float(b), float(c), float(d)) for a, b, c, d in rects], (10, 9))
    painted = np.zeros((10, 9), bool)
    for left, top, right, low in rects:
        painted[top:low, left:right] = True
    assert coverage.is_whole() == painted.all()
    np.testing.assert_array_equal(coverage.at(np.arange(10), np.arange(9)), painted)
    np.testing.assert_array_equal(coverage.at(np.arange(2, 9, 3), np.arange(1, 9, 2)), painted[2:9:3, 1:9:2])


def test_many_sources_are_no_burden(bright):
    rects = [(float(x), float(y), x + 10.0, y + 10.0) for x in range(0, 1000, 10) for y in range(0, 1000, 10)]
    assert Coverage.of(rects, (1000, 1000)).is_whole()
    assert not Coverage.of(rects[:-1], (1000, 1000)).is_whole()


def test_a_plain_raster_has_no_gaps(bright):
    with rasterio.open(bright) as dataset:
        assert gaps(dataset, 1, rasterio.open) is None


def test_gaps_are_known_in_overviews_too(tmp_path):
    part = tmp_path / "part.tif"
    with rasterio.open(
        part, "w", driver="GTiff", width=1024, height=1024, count=3, dtype="uint8", transform=PLACE
    ) as file:
        file.write(np.full((3, 1024, 1024), 200, np.uint8))
    with rasterio.open(part, "r+") as file:
        file.build_overviews([2, 4], rasterio.enums.Resampling.average)
    path = virtual(
        tmp_path / "gap.vrt",
        (2496, 1024),
        lambda band: "".join(simple("part.tif", (left, 0, 1024, 1024), band=band) for left in (0, 1472)),
        dataset="<OverviewList resampling='average'>2 4</OverviewList>",
    )
    with open_source(str(path), RGB, (1, 2, 3)) as source:
        level = source.level(16)
        assert level.shape[0] == 256
        values, data = read_window(source, level, Window(0, 0, 2496, 1024), (64, 156))
        inside = Block(Span(0, 4), Span(1000, 1500))
        exact = valid_pixels(source, inside)
    assert (values[data] == 200).all()
    np.testing.assert_array_equal(data[0, 0], (np.arange(156) < 64) | (np.arange(156) >= 92))
    np.testing.assert_array_equal(exact[0], (np.arange(1000, 1500) < 1024) | (np.arange(1000, 1500) >= 1472))
