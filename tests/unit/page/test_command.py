"""The command on a page does what the run did: the command line reads it as the same options."""

from __future__ import annotations

import shlex
from dataclasses import asdict, replace

import pytest

from satseg_core.cli.segment import segment
from satseg_core.page.command import segment_command
from satseg_core.segment import SegmentOptions

PLAIN = SegmentOptions(input="in.tif", output="map.tif")


def _parsed(command: str) -> SegmentOptions:
    words = shlex.split(command)
    assert words[:2] == ["satseg", "segment"]
    values = segment.make_context("segment", words[2:]).params
    return SegmentOptions(**{name: value for name, value in values.items() if name in asdict(PLAIN)})


def test_what_is_left_at_its_default_is_not_mentioned():
    assert segment_command(asdict(PLAIN)) == "satseg segment in.tif --output map.tif"


@pytest.mark.parametrize(
    "options",
    [
        replace(PLAIN, input="/data/my image's copy.tif", polygons="a.gpkg", min_area=25.5, smooth=True, simplify=0.75),
        replace(PLAIN, confidence="c.tif", model="other", bands=(3, 2, 1), stretch=(0.0, 3000.5), pixel_size=1.22),
        replace(PLAIN, extent=(-10.5, 0.0, 20.0, 1e6), mask="area.gpkg", runtime="onnx", device="cpu", threads=1),
        replace(PLAIN, precision="bfloat16", memory=1, resume=False),
        replace(PLAIN, crs="EPSG:32632", nodata=(-9999.0, 0.0), mask="a.gpkg", mask_layer="my area", mask_crs="none"),
    ],
)
def test_the_command_is_read_as_the_same_options(options):
    assert _parsed(segment_command(asdict(options))) == options


def test_every_field_of_the_options_is_an_option_of_the_command():
    assert PLAIN.to_json().keys() <= {parameter.name for parameter in segment.params}


def test_how_a_run_was_interrupted_is_not_repeated():
    assert segment_command(asdict(replace(PLAIN, resume=True, overwrite=True))) == segment_command(asdict(PLAIN))
