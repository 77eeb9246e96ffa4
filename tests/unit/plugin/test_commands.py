"""Command lines: built without running anything, and understood by the engine's own parser."""

from __future__ import annotations

import math
import shlex

import click
import pytest

from satseg_core.cli.main import cli
from satseg_qgis.engine import commands
from satseg_qgis.engine.commands import SegmentOptions, Told


def test_what_is_left_at_its_default_is_not_mentioned() -> None:
    assert commands.segment(SegmentOptions("in.tif", "map.tif")) == ["segment", "in.tif", "--output", "map.tif"]


def test_every_option_of_segment_is_passed_on() -> None:
    options = SegmentOptions(
        input="in.tif",
        output="map.tif",
        polygons="map.gpkg",
        confidence="sure.tif",
        model="landcover",
        bands=(4, 3, 2),
        stretch=(-0.1, 3000.0),
        extent=(-10.5, -20.0, 1e6, 1 / 3),
        mask="area.gpkg|layername=aoi",
        mask_crs="EPSG:4326",
        told=Told("EPSG:32632", (-9999.0, 0.0, math.inf), (7.0,)),
        pixel_size=1.22,
        runtime="torch",
        device="cuda",
        resume=True,
    )
    values = parsed(commands.segment(options))
    assert values["polygons"] == "map.gpkg"
    assert values["confidence"] == "sure.tif"
    assert values["model"] == "landcover"
    assert values["bands"] == (4, 3, 2)
    assert values["stretch"] == (-0.1, 3000.0)
    assert values["extent"] == (-10.5, -20.0, 1e6, 1 / 3)  # to the last bit, and no option for its minus
    assert values["mask"] == "area.gpkg|layername=aoi"
    assert values["mask_crs"] == "EPSG:4326"
    assert (values["crs"], values["nodata"], values["also_nodata"]) == ("EPSG:32632", (-9999, 0, math.inf), (7,))
    assert values["pixel_size"] == 1.22
    assert (values["runtime"], values["device"]) == ("torch", "cuda")
    assert values["resume"] is True


@pytest.mark.parametrize("name", ["runtime", "device"])
def test_choices_are_those_of_the_engine(name: str) -> None:
    option = next(parameter for parameter in cli.commands["segment"].params if parameter.name == name)
    assert isinstance(option.type, click.Choice)
    offered = {"runtime": commands.RUNTIMES, "device": commands.DEVICES}[name]
    assert set(offered) == set(option.type.choices)


def test_vectorize_passes_on_what_is_not_zero() -> None:
    assert commands.vectorize("map.tif", "map.gpkg") == ["vectorize", "map.tif", "--output", "map.gpkg"]
    values = parsed(commands.vectorize("map.tif", "map.gpkg", min_area=250.0, simplify=1.5))
    assert (values["min_area"], values["simplify"]) == (250.0, 1.5)


def test_what_is_told_of_maps_and_zones_is_passed_on() -> None:
    told = Told("none", (4.0, 255.0))
    values = parsed(commands.vectorize("map.tif", "map.gpkg", told=told))
    assert (values["crs"], values["nodata"]) == ("none", (4, 255))
    values = parsed(commands.areas("map.tif", zones="z.gpkg", zones_crs="EPSG:4326", told=Told(nodata=(math.inf,))))
    assert (values["crs"], values["nodata"], values["zones_crs"]) == (None, (math.inf,), "EPSG:4326")


def test_areas_may_have_no_file() -> None:
    assert commands.areas("map.tif") == ["areas", "map.tif"]
    assert parsed(commands.areas("map.tif", "areas.csv"))["output"] == "areas.csv"


@pytest.mark.parametrize(
    "arguments",
    [
        commands.segment(SegmentOptions("in.tif", "map.tif")),
        commands.vectorize("map.tif", "map.gpkg"),
        commands.areas("map.tif"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_the_engine_knows_the_options_that_qgis_adds(arguments: list[str]) -> None:
    command = commands.for_qgis(("python", "-m", "satseg_core"), arguments)
    assert command[:3] == ["python", "-m", "satseg_core"]
    values = parsed(command[3:])
    assert values["overwrite"] is True
    assert "--cancel-on-eof" in command


def test_text_for_the_terminal_can_be_pasted() -> None:
    arguments = commands.segment(SegmentOptions("my image.tif", "it's.tif"))
    text = commands.for_terminal(("/opt/my python/bin/python", "-m", "satseg_core"), arguments, "linux")
    assert shlex.split(text) == ["/opt/my python/bin/python", "-m", "satseg_core", *arguments, "--overwrite"]
    # In a script stdin may be closed: the pasted command must not take that for a cancel.
    assert "--cancel-on-eof" not in text


def test_text_for_a_windows_terminal_uses_its_quotes() -> None:
    text = commands.for_terminal((r"C:\Program Files\QGIS\python.exe",), ["areas", "my map.tif"], "win32")
    assert text == r'"C:\Program Files\QGIS\python.exe" areas "my map.tif" --overwrite'


def parsed(arguments: list[str]) -> dict[str, object]:
    """The values that the engine's parser reads from a command line, without running it."""
    command = cli.commands[arguments[0]]
    context = command.make_context(arguments[0], list(arguments[1:]))
    return context.params
