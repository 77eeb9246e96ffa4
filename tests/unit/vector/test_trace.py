"""Tracing a block: a valid coverage of its px, whatever they are, exact or with its corners cut."""

from __future__ import annotations

import math

import numpy as np
import pytest
import rasterio.features
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from satseg_core.vector.rings import Rings
from satseg_core.vector.trace import trace

contexts = hnp.arrays(
    np.uint8, st.tuples(st.integers(3, 9), st.integers(3, 9)), elements=st.sampled_from([0, 1, 2, 255])
)


@given(contexts, st.booleans())
@settings(max_examples=400)
def test_polygons_are_a_valid_coverage(context: np.ndarray, smooth: bool) -> None:
    traced = trace(context, smooth)
    polygons = traced.outlines.to_shapely()
    assert shapely.is_valid(polygons).all()
    assert math.fsum(shapely.area(polygons)) == context[1:-1, 1:-1].size
    if hasattr(shapely, "coverage_is_valid"):
        assert shapely.coverage_is_valid(polygons)


@given(contexts)
@settings(max_examples=400)
def test_polygons_are_those_that_gdal_traces(context: np.ndarray) -> None:
    codes = np.ascontiguousarray(context[1:-1, 1:-1])
    traced = trace(context)
    found = shapely.simplify(traced.outlines.to_shapely(), 0)
    expected = [(shapely.geometry.shape(shape), value) for shape, value in rasterio.features.shapes(codes)]
    assert _as_set(zip(found, traced.codes)) == _as_set(expected)


def _as_set(polygons) -> set:
    return {(shapely.normalize(shapely.simplify(polygon, 0)).wkt, int(code)) for polygon, code in polygons}


@given(contexts)
def test_regions_are_where_their_polygons_are(context: np.ndarray) -> None:
    traced = trace(context)
    drawn = rasterio.features.rasterize(
        zip(traced.outlines.to_shapely(), range(len(traced.codes))), traced.regions.shape, fill=-1, dtype="int32"
    )
    np.testing.assert_array_equal(drawn, traced.regions)
    np.testing.assert_array_equal(traced.codes[traced.regions], context[1:-1, 1:-1])


def test_a_vertex_lies_where_a_neighbour_ends() -> None:
    context = np.pad(np.array([[0, 0], [1, 2]], np.uint8), 1, constant_values=255)
    upper = trace(context).outlines.to_shapely()[0]
    assert (1.0, 1.0) in upper.exterior.coords


def test_a_frame_has_a_vertex_where_a_border_meets_it_from_outside() -> None:
    context = np.zeros((4, 5), np.uint8)
    context[0, 3:] = 7
    (whole,) = trace(context).outlines.to_shapely()
    assert (2.0, 0.0) in whole.exterior.coords
    assert len(whole.exterior.coords) == 6


def test_a_diagonal_becomes_one_line_when_corners_are_cut() -> None:
    side = 20
    codes = np.tri(side, dtype=np.uint8)
    context = np.pad(codes, 1, mode="edge")
    exact, smooth = (trace(context, cut).outlines.to_shapely() for cut in (False, True))
    assert shapely.get_num_coordinates(exact).sum() > 2 * side
    assert shapely.get_num_coordinates(smooth).sum() < 20


@pytest.mark.parametrize("pocket", [(1, 1), (1, 2)])
def test_a_pocket_that_touches_the_outside_is_a_hole(pocket: tuple[int, int]) -> None:
    context = np.full((6, 6), 5, np.uint8)
    context[1:-1, 1:-1] = 0
    context[1, 1] = 9  # outside, at the upper left
    context[1 + pocket[0], 1 + pocket[1]] = 8
    traced = trace(context)
    outline = traced.outlines.to_shapely()[list(traced.codes).index(0)]
    assert outline.is_valid
    assert len(outline.interiors) == 1
    assert outline.area == 14


def test_rings_survive_the_way_to_shapely_and_back() -> None:
    context = np.random.default_rng(0).integers(0, 3, (30, 40)).astype(np.uint8)
    outlines = trace(context).outlines
    again = Rings.from_shapely(outlines.to_shapely())
    for name in ("points", "rings", "polygons"):
        np.testing.assert_array_equal(getattr(again, name), getattr(outlines, name))
    np.testing.assert_allclose(outlines.areas(), shapely.area(outlines.to_shapely()))
    ones = np.ones(len(outlines.polygons) - 1)
    np.testing.assert_allclose(outlines.lengths(ones, ones), shapely.length(outlines.to_shapely()))
    some = np.array([5, 2, 9])
    chosen = outlines.chosen(some).to_shapely()
    assert (
        shapely.equals_identical(chosen, outlines.to_shapely()[some]).all()
        if hasattr(shapely, "equals_identical")
        else shapely.equals(chosen, outlines.to_shapely()[some]).all()
    )
