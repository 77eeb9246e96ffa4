"""A map with other codes in another type is the same map: the same areas, zones and polygons, up to the codes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyogrio.raw import read
from rasterio.transform import from_origin

from satseg_core.events import Message, Reporter
from satseg_core.legend import LandClass, Legend
from satseg_core.raster.area import class_areas
from satseg_core.raster.legends import legend_of
from satseg_core.raster.zones import zone_areas
from satseg_core.vector.polygons import PolygonOptions, vectorize

PLACE = {"crs": "EPSG:32631", "transform": from_origin(500_000, 6_650_000, 0.5, 0.5)}
CLASSES = 6

NODATA = {
    "uint8": [0, 7],
    "int16": [-9999, -1, 0],
    "uint16": [65535, 0],
    "int32": [-(2**31), 0],
    "uint32": [2**32 - 1],
    "float32": [-9999.0, float(np.finfo(np.float32).min), float("nan"), 0.0],
    "float64": [-1e308, float("nan")],
}
"""Values that maps from elsewhere have where there is no data."""


@st.composite
def relabellings(draw):
    """A type, its nodata, and the code of each class in it."""
    dtype = draw(st.sampled_from(sorted(NODATA)))
    nodata = draw(st.sampled_from(NODATA[dtype]))
    highest = 65535 if "8" not in dtype and dtype != "int16" else 255 if dtype == "uint8" else 32767
    codes = st.integers(0, highest).filter(lambda code: code != nodata)
    return dtype, nodata, draw(st.lists(codes, min_size=CLASSES, max_size=CLASSES, unique=True))


maps = st.builds(
    lambda seed, size, holes: _codes(np.random.default_rng(seed), size, holes),
    st.integers(0, 2**32), st.integers(1, 4), st.booleans(),
)  # fmt: skip


def _codes(rng, size, holes):
    """Blots and single px of some classes, 255 where there is no data, ``(32, 40) uint8``."""
    coarse = np.kron(rng.integers(0, CLASSES, (32 // size + 1, 40 // size + 1)), np.ones((size, size), int))[:32, :40]
    codes = np.where(rng.random(coarse.shape) < 0.05, rng.integers(0, CLASSES, coarse.shape), coarse).astype(np.uint8)
    if holes:
        codes[rng.random(codes.shape) < 0.1] = 255
    return codes


def write(path, values, nodata):
    profile = {"driver": "GTiff", "count": 1, "height": values.shape[0], "width": values.shape[1], **PLACE}
    with rasterio.open(path, "w", dtype=values.dtype, nodata=nodata, **profile) as dataset:
        dataset.write(values, 1)
    return path


def legend_for(codes):
    return Legend(tuple(LandClass(code, f"name {i}", "", (i, i, i)) for i, code in enumerate(codes)))


def polygons(labels, output, legend, options):
    output.unlink(missing_ok=True)
    vectorize(labels, output, legend, Reporter(), options)
    meta, _, wkb, columns = read(output, layer=output.stem)
    fields = dict(zip(meta["fields"], columns))
    assert fields["code"].dtype == np.int32
    return wkb.tolist(), fields


@settings(max_examples=20)
@given(
    maps,
    relabellings(),
    st.sampled_from(
        [
            PolygonOptions(),
            PolygonOptions(block=9),
            PolygonOptions(min_area=2.0),
            PolygonOptions(min_area=1.5, smooth=True, simplify=1.0, block=17),
        ]
    ),
)
def test_a_relabelled_map_has_the_same_polygons_areas_and_zones(codes, relabelling, options):
    dtype, nodata, new = relabelling
    table = np.full(256, nodata if np.isfinite(nodata) else 0, np.float64)
    table[:CLASSES] = new
    values = table[codes].astype(dtype)
    values[codes == 255] = nodata
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = write(folder / "plain.tif", codes, 255), legend_for(range(CLASSES))
        wide = write(folder / "wide.tif", values, nodata), legend_for(new)
        wkb, fields = polygons(plain[0], folder / "a.gpkg", plain[1], options)
        other_wkb, others = polygons(wide[0], folder / "b.gpkg", wide[1], options)
        assert wkb == other_wkb
        assert np.array(new)[fields["code"]].tolist() == others["code"].tolist()
        for field in ("class", "area_m2", "perimeter_m"):
            assert fields[field].tolist() == others[field].tolist()
        one, other = (class_areas(*side, Reporter()) for side in (plain, wide))
        assert [area.code for area in other] == new
        assert [(a.name, a.pixels, a.area_m2, a.percent) for a in one] == [
            (a.name, a.pixels, a.area_m2, a.percent) for a in other
        ]
        zones = folder / "zones.gpkg"
        shapes = [
            shapely.Point(500_009.3, 6_649_991.1).buffer(5.7),
            shapely.box(499_990, 6_649_990.2, 5e5 + 9, 6_650_010),
        ]
        pyogrio.raw.write(zones, shapely.to_wkb(shapes), [], [], geometry_type="Polygon", crs="EPSG:32631")
        inside, inside_other = (zone_areas(side[0], zones, side[1], Reporter()) for side in (plain, wide))
        assert [(z.pixels, z.area_m2) for z in inside] == [(z.pixels, z.area_m2) for z in inside_other]
        assert sorted(legend_of(wide[0]).codes) == sorted(np.array(new)[np.unique(codes[codes != 255])].tolist())


CORINE = np.array([111, 112, 211, 311, 523, 999, 65535])


@pytest.fixture
def corine(tmp_path):
    """A map with codes of CORINE as the raster calculator of QGIS writes it, and its indices."""
    codes = np.kron(np.random.default_rng(4).integers(0, 7, (17, 20)), np.ones((10, 10), int))
    values = CORINE[codes].astype(np.float32)
    codes[40:60, 30:90] = 255
    values[codes == 255] = np.finfo(np.float32).min
    return write(tmp_path / "clc.tif", values, float(np.finfo(np.float32).min)), codes


@pytest.mark.parametrize("options", [{}, {"min_area": 30.0, "smooth": True, "simplify": 1.0}])
def test_processes_draw_the_same_polygons_of_wide_codes(corine, tmp_path, options):
    labels, _ = corine
    alone, shared = (
        polygons(labels, tmp_path / "x.gpkg", legend_of(labels), PolygonOptions(block=32, workers=workers, **options))
        for workers in (1, 2)
    )
    assert alone[0] == shared[0]
    assert set(alone[1]["code"]) <= set(CORINE)
    for field, values in alone[1].items():
        assert values.tolist() == shared[1][field].tolist()


def test_wide_codes_get_the_mean_of_the_confidence(corine, tmp_path):
    labels, codes = corine
    percent = np.where(codes == 255, 255, codes * 10).astype(np.uint8)
    path = write(tmp_path / "confidence.tif", percent, 255)
    _, fields = polygons(labels, tmp_path / "x.gpkg", legend_of(labels), PolygonOptions(confidence=path, block=33))
    index = np.searchsorted(CORINE, fields["code"])
    assert fields["confidence"] == pytest.approx(index * 10)


def test_codes_without_a_name_are_told_and_called_by_number(corine, tmp_path):
    labels, _ = corine
    said = []
    reporter = Reporter(lambda event: said.append(event.text) if isinstance(event, Message) else None)
    legend = Legend(tuple(LandClass(int(code), f"clc {code}", "", (1, 2, 3)) for code in CORINE[:5]))
    vectorize(labels, tmp_path / "x.gpkg", legend, reporter)
    _, _, _, (code, name, *_) = read(tmp_path / "x.gpkg", layer="x")
    assert {(int(c), n) for c, n in zip(code, name)} >= {(523, "clc 523"), (999, "class 999"), (65535, "class 65535")}
    assert len(said) == 1
    assert "codes that its legend does not name (999, 65535); their polygons are called by number" in said[0]
    class_areas(labels, legend, reporter)
    assert "(999, 65535); they are left out" in said[1]


def test_a_legend_may_name_codes_that_the_raster_cannot_hold(tmp_path):
    labels = write(tmp_path / "bytes.tif", np.array([[1, 2, 255]], np.uint8), 255)
    legend = legend_for([1, 2, 255, 256, 523])
    assert [area.pixels for area in class_areas(labels, legend, Reporter())] == [1, 1, 0, 0, 0]
    zones = tmp_path / "zones.gpkg"
    box = shapely.to_wkb([shapely.box(5e5, 6_649_999, 5e5 + 9, 6_650_001)])
    pyogrio.raw.write(zones, box, [], [], geometry_type="Polygon", crs="EPSG:32631")
    (zone,) = zone_areas(labels, zones, legend, Reporter())
    assert zone.pixels == (1, 1, 0, 0, 0)
