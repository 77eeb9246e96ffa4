"""The legend: checks, JSON, and colours that everybody can tell apart."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satseg_core.errors import ModelError
from satseg_core.legend import LAND_COVER, LandClass, Legend

# Machado, Oliveira and Fernandes 2009 (doi 10.1109/TVCG.2009.113), severity 1.0, for linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def _linear(color):
    value = np.asarray(color) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _lab(linear):
    """CIELAB of linear sRGB, D65."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(linear, 0, 1) / (0.9505, 1.0, 1.089)
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_lab_of_known_colors():
    assert _lab(_linear((255, 255, 255))) == pytest.approx([100, 0, 0], abs=0.02)
    assert _lab(_linear((255, 0, 0))) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)


@pytest.mark.parametrize("sight", SIGHT)
def test_map_colors_stay_apart_for_every_kind_of_sight(sight):
    seen = {c.name: _lab(SIGHT[sight] @ _linear(c.color)) for c in LAND_COVER}
    distances = {pair: np.linalg.norm(seen[pair[0]] - seen[pair[1]]) for pair in combinations(seen, 2)}
    closest = min(distances, key=distances.get)
    assert distances[closest] >= 20, f"{closest} look alike with {sight}"


def test_the_seven_classes():
    assert [(c.code, c.name) for c in LAND_COVER] == [
        (0, "urban"), (1, "agriculture"), (2, "rangeland"), (3, "forest"), (4, "water"), (5, "barren"), (6, "unknown"),
    ]  # fmt: skip
    assert len({c.color for c in LAND_COVER}) == len({c.label_color for c in LAND_COVER}) == 7


def test_label_colors_are_deepglobes():
    assert {c.name: c.label_color for c in LAND_COVER} == {
        "urban": (0, 255, 255),
        "agriculture": (255, 255, 0),
        "rangeland": (255, 0, 255),
        "forest": (0, 255, 0),
        "water": (0, 0, 255),
        "barren": (255, 255, 255),
        "unknown": (0, 0, 0),
    }


colors = st.tuples(*[st.integers(0, 255)] * 3)
classes = st.builds(LandClass, st.integers(0, 65535), st.text(), st.text(), colors, st.none() | colors)
legends = st.lists(classes, min_size=1, max_size=12, unique_by=(lambda c: c.code, lambda c: c.name)).map(
    lambda found: Legend(tuple(found))
)


@given(legends)
def test_json_gives_the_same_legend_back(legend):
    assert Legend.from_json(legend.to_json()) == legend


@given(legends)
def test_classes_are_found_by_their_code(legend):
    assert [legend.by_code(code) for code in legend.codes] == list(legend)
    with pytest.raises(KeyError):
        legend.by_code(65536)


def _class(code=0, name="a"):
    return LandClass(code, name, "", (1, 2, 3))


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ((), "no classes"),
        ((_class(1, "a"), _class(1, "b")), "twice"),
        ((_class(1, "a"), _class(2, "a")), "twice"),
        ((_class(65536),), "whole number from 0 to 65,535"),
        ((_class(-1),), "whole number from 0 to 65,535"),
        ((_class("1"),), "whole number from 0 to 65,535"),
        ((_class(1.0),), "whole number from 0 to 65,535"),
    ],
)
def test_refuses_impossible_legends(found, reason):
    with pytest.raises(ModelError, match=reason):
        Legend(found)


@pytest.mark.parametrize(
    "value",
    [
        None, {"code": 1}, [], [1], [{"code": 1}], [{"code": 1, "name": "a", "color": "red"}],
        [{"code": 1, "name": "a", "color": "#12345"}], [{"code": "x", "name": "a", "color": "#123456"}],
    ],
)  # fmt: skip
def test_refuses_malformed_json(value):
    with pytest.raises(ModelError):
        Legend.from_json(value)
