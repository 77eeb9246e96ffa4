"""Bars and tables: lengths, order, units and names."""

from __future__ import annotations

import pytest

from satseg_core.legend import LandClass, Legend
from satseg_core.page.chart import area_table, chart

LEGEND = Legend(
    (
        LandClass(3, "vine & <orchard>", "Rows & rows", (200, 160, 0)),
        LandClass(9, "open water", "Anything wet", (0, 80, 200)),
        LandClass(40, "other", "The rest", (120, 120, 120)),
    )
)


def _rows(*pixels: float, metres: float | None = 100.0) -> list[dict]:
    total = sum(pixels) or 1
    return [
        {"code": c.code, "name": c.name, "pixels": n, "percent": 100 * n / total,
         "area_m2": None if metres is None else n * metres}
        for c, n in zip(LEGEND, pixels)
    ]  # fmt: skip


def test_bars_are_as_long_as_the_shares_and_the_largest_is_first(look):
    seen = look(chart(_rows(250, 1000, 500), LEGEND))
    assert [row[0] for row in seen.rows] == ["Open water", "Other", "Vine & <orchard>"]
    longest, half, quarter = (picture.shape[1] for picture in seen.pictures())
    assert (half / longest, quarter / longest) == pytest.approx((0.5, 0.25), abs=0.01)
    assert [tuple(picture[5, 1]) for picture in seen.pictures()] == [(0, 80, 200), (120, 120, 120), (200, 160, 0)]


def test_small_classes_are_seen_and_absent_ones_are_named(look):
    seen = look(chart(_rows(0, 1e6, 1), LEGEND))
    assert [row[2] for row in seen.rows] == ["100.0 %", "< 0.1 %"]
    assert 1 < seen.pictures()[1].shape[1] < 10
    assert seen.texts[-1] == "Not found: Vine & <orchard>."


@pytest.mark.parametrize(
    ("metres", "expected"),
    [(None, "3 px"), (0.25, "0.75 m²"), (1e4, "3.00 ha"), (1e9, "3,000.00 km²")],
)
def test_areas_have_the_unit_that_fits_the_whole(look, metres, expected):
    assert look(chart(_rows(1, 3, 0, metres=metres), LEGEND)).row("Open water")[3] == expected


def test_areas_too_small_for_the_unit_are_not_said_to_be_nothing(look):
    assert look(chart(_rows(1e7, 1, 0, metres=100), LEGEND)).row("Open water")[3] == "< 0.01 km²"


def test_a_map_without_data_has_no_bars(look):
    seen = look(chart(_rows(0, 0, 0), LEGEND))
    assert not seen.sources
    assert "No class" in seen.text


def test_the_table_has_all_classes_in_the_legends_order_and_adds_up(look):
    seen = look(area_table(_rows(250, 1000, 0), LEGEND))
    assert [row[1:4] for row in seen.rows[1:]] == [
        ["3", "Vine & <orchard>", "Rows & rows"],
        ["9", "Open water", "Anything wet"],
        ["40", "Other", "The rest"],
        ["", "All", ""],
    ]
    assert seen.rows[1][4:] == ["20.00", "250", "25,000"]
    assert seen.rows[-1][4:] == ["100.00", "1,250", "125,000"]


def test_the_table_has_no_areas_where_the_ground_is_not_known(look):
    seen = look(area_table(_rows(1, 3, 0, metres=None), LEGEND))
    assert {len(row) for row in seen.rows} == {6}
    assert "m²" not in seen.text
