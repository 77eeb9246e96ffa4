"""Labels of other data sets become the model's classes, or are ignored."""

from __future__ import annotations

import numpy as np
import pytest

from satseg_core.errors import UsageError
from satseg_core.legend import LAND_COVER, LandClass, Legend
from training.config import SourceConfig
from training.data.codes import IGNORE, codes_from_colors, label_table


def table(coding: str, classes: dict[str, str], legend: Legend = LAND_COVER):
    return label_table(SourceConfig("s", "", coding=coding, classes=classes), legend)


def test_every_deepglobe_colour_becomes_its_code_and_red_is_ignored() -> None:
    # DeepGlobe's published colours, written out.
    colors = {
        (0, 255, 255): "urban", (255, 255, 0): "agriculture", (255, 0, 255): "rangeland", (0, 255, 0): "forest",
        (0, 0, 255): "water", (255, 255, 255): "barren", (0, 0, 0): "unknown",
    }  # fmt: skip
    codes = codes_from_colors(np.array([[*colors, (255, 0, 0)]], np.uint8))
    assert [LAND_COVER.by_code(int(code)).name for code in codes[0, :-1]] == list(colors.values())
    assert codes[0, -1] == IGNORE


def test_colours_are_told_apart_at_128() -> None:
    nearly = np.array([[(127, 128, 255), (128, 127, 0), (200, 30, 129)]], np.uint8)
    assert codes_from_colors(nearly).tolist() == [[0, IGNORE, 2]]


def test_values_of_any_type_are_mapped_and_the_rest_is_ignored() -> None:
    values = table("values", {"11": "water", "-3": "forest", "300": "urban", "7": "ignore"})
    assert values.from_values(np.array([[11, 7, 0]], np.uint8)).tolist() == [[4, IGNORE, IGNORE]]
    assert values.from_values(np.array([[-3, 300, 11, 1]], np.int16)).tolist() == [[3, 0, 4, IGNORE]]


def test_several_values_may_mean_one_class() -> None:
    assert table("values", {"1": "urban", "2": "urban"}).from_values(np.array([[1, 2]], np.uint8)).tolist() == [[0, 0]]


def test_exact_colours_are_exact() -> None:
    colors = table("colors", {"#3c1098": "urban", "#E2A929": "water"})
    image = np.array([[(0x3C, 0x10, 0x98), (0xE2, 0xA9, 0x29), (0x3C, 0x10, 0x99)]], np.uint8)
    assert colors.from_colors(image).tolist() == [[0, 4, IGNORE]]


@pytest.mark.parametrize("value", ["3", " 3 ", 3, 3.0, np.int64(3), np.float64(3)])
def test_attributes_match_however_the_file_stores_them(value: object) -> None:
    assert table("attribute", {"3": "forest"}).from_attribute(value) == 3


@pytest.mark.parametrize("value", [None, float("nan"), "", 3.5, "forest"])
def test_other_attributes_are_ignored(value: object) -> None:
    assert table("attribute", {"3": "forest"}).from_attribute(value) == IGNORE


def test_without_a_table_the_legend_speaks() -> None:
    assert table("values", {}).from_values(np.array([[0, 6, 7]], np.uint8)).tolist() == [[0, 6, IGNORE]]
    assert table("colors128", {}).from_colors(np.array([[(0, 255, 0)]], np.uint8)).tolist() == [[3]]
    assert table("attribute", {}).from_attribute("barren") == 5


def test_codes_are_places_in_the_legend_whatever_its_codes_are() -> None:
    legend = Legend((LandClass(40, "land", "", (0, 0, 0)), LandClass(10, "sea", "", (1, 1, 1))))
    assert table("values", {"1": "sea"}, legend).from_values(np.array([[1]], np.uint8)).tolist() == [[1]]
    assert table("values", {}, legend).from_values(np.array([[40, 10]], np.uint8)).tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("coding", "classes", "words"),
    [
        ("values", {"1": "city"}, "names the class 'city'; the model has urban, agriculture"),
        ("values", {"one": "urban"}, "label 'one'; it needs a whole number"),
        ("colors", {"red": "urban"}, "label 'red'; it needs a colour like #00ffff"),
        ("colors", {"#00ff0g": "urban"}, "needs a colour"),
        ("colors128", {"#ff0000": "urban", "#f01010": "water"}, "Two classes .* share the label #f01010"),
    ],
)
def test_what_cannot_be_mapped_is_named(coding: str, classes: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        table(coding, classes)
