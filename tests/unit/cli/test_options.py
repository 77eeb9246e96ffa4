"""Lists of numbers as options take them."""

from __future__ import annotations

import math

import click
import pytest

from satseg_core.cli.options import Numbers, _value


@pytest.mark.parametrize(
    ("kind", "count", "text", "expected"),
    [(int, None, "1,2,3", (1, 2, 3)), (float, 4, "-1.5,0,2e3,4", (-1.5, 0, 2000, 4)), (int, None, "7", (7,))],
)
def test_numbers_are_read(kind, count, text, expected):
    assert Numbers(kind, "X", count).convert(text, None, None) == expected


def test_values_without_data_may_be_no_numbers():
    taken = Numbers(_value, "X", finite=False)
    assert taken.convert("0,none", None, None) == (0, math.inf)
    for text in ("inf", "-inf", "1e400"):
        with pytest.raises(click.BadParameter):
            taken.convert(text, None, None)
    assert math.isnan(taken.convert("nan", None, None)[0])


@pytest.mark.parametrize("text", ["", "a", "1,,2", "1;2", "nan,1", "1,inf", "1"])
def test_what_is_no_list_is_refused(text):
    with pytest.raises(click.BadParameter, match="not of the form LOW,HIGH"):
        Numbers(float, "LOW,HIGH", 2).convert(text, None, None)
