"""Forecasts: as many tiles as are run, a time that the run about takes, and room that is there."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import statistics
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from satseg_core import forecast as forecasts
from satseg_core.counting import share_with_data
from satseg_core.crew import Crew
from satseg_core.dry_run import ImaginedOutputs
from satseg_core.errors import OutputError, UsageError
from satseg_core.events import Message, Reporter
from satseg_core.forecast import Forecast, foresee
from satseg_core.model.pace import TileTime
from satseg_core.model.runtime import load_runtime
from satseg_core.model.store import find_model
from satseg_core.prediction import Plan, model_scale
from satseg_core.raster.source import open_source
from satseg_core.rooms import Room, Targets, check_space
from satseg_core.segment import SegmentOptions, dry_run, segment
from satseg_core.space import FLAT_BYTES, free_bytes
from satseg_core.telling import LONG, duration, tell

PIXEL = find_model().card.pixel_size
NATIVE = {"transform": from_origin(5e5, 5e6, PIXEL, PIXEL)}
PROJECT = Path(__file__).resolve().parents[2]
HONEST = 3.0
"""A forecast is right within this factor: machines that run tests are busy."""


@pytest.fixture
def scene() -> np.ndarray:
    """Fields of colours and noise, ``(3, 1500, 1800) uint8``."""
    rng = np.random.default_rng(5)
    fields = np.kron(rng.integers(30, 220, (3, 15, 18)), np.ones((100, 100), int))
    return np.clip(fields + rng.normal(0, 10, fields.shape), 1, 255).astype(np.uint8)


def write_mask(path: Path, *boxes: tuple[float, float, float, float]) -> Path:
    shapes = np.array([shapely.to_wkb(shapely.box(*box)) for box in boxes], object)
    pyogrio.raw.write(path, shapes, [], [], geometry_type="Polygon", crs="EPSG:32633")
    return path


def virtual_raster(path: Path, side: int, pixel: float = 2.44) -> Path:
    """A raster of as many px as are wanted that takes no room: all of its px are zero."""
    bands = "".join(
        f'<VRTRasterBand dataType="Byte" band="{band}"><ColorInterp>{color}</ColorInterp></VRTRasterBand>'
        for band, color in enumerate(("Red", "Green", "Blue"), 1)
    )
    path.write_text(
        f'<VRTDataset rasterXSize="{side}" rasterYSize="{side}"><SRS>EPSG:32633</SRS>'
        f"<GeoTransform>500000, {pixel}, 0, 5000000, 0, -{pixel}</GeoTransform>{bands}</VRTDataset>"
    )
    return path


def messages(seen: list[object]) -> list[Message]:
    return [event for event in seen if isinstance(event, Message)]


def recorded(output: Path) -> tuple[dict, dict]:
    """Forecast and seconds of a run."""
    values = json.loads(output.with_suffix(".json").read_text(encoding="utf-8"))
    return values["forecast"], values["seconds"]


def test_a_forecast_is_honest(make_raster, tmp_path, scene):
    path = make_raster(scene, **NATIVE)
    seen: list[object] = []
    output = tmp_path / "map.tif"
    options = SegmentOptions(str(path), str(output), polygons=str(tmp_path / "map.gpkg"))
    result = segment(options, Reporter(seen.append))
    forecast, seconds = recorded(output)
    assert forecast["tiles"] == result.tiles_run >= forecasts.WORTH_MEASURING
    assert set(forecast["seconds_of_stages"]) == set(seconds)
    assert sum(seconds.values()) / HONEST < forecast["seconds"] < sum(seconds.values()) * HONEST
    taken = sum((tmp_path / name).stat().st_size for name in ("map.tif", "map.gpkg"))
    assert taken / HONEST < forecast["bytes"] < taken * 10
    assert any(f"2.7 million pixels, {result.tiles_run} tiles; about " in message.text for message in messages(seen))
    assert all(message.level == "info" for message in messages(seen))


@pytest.mark.parametrize(
    ("case", "pixel", "network"),
    [("map", 0.5, "network"), ("confidence", 0.5, "network"), ("polygons", 0.5, "network"),
     ("native map", PIXEL, "native network"), ("native confidence", PIXEL, "native network"),
     ("native polygons", PIXEL, "native network")],
)  # fmt: skip
def test_forecasts_are_those_of_the_benchmarks(tmp_path, monkeypatch, case, pixel, network):
    monkeypatch.setattr(forecasts, "LARGE", math.inf)  # what is read here is not what was read there
    results = json.loads((PROJECT / "docs" / "benchmarks.json").read_text(encoding="utf-8"))
    results = results.get("results", results)
    tile = statistics.median(run["seconds"] / run["tiles"] for run in results[network])
    path = virtual_raster(tmp_path / "in.vrt", 8192, pixel)
    model = find_model()
    targets = Targets(
        tmp_path / "map.tif",
        confidence=tmp_path / "c.tif" if "confidence" in case else None,
        polygons=tmp_path / "p.gpkg" if "polygons" in case else None,
    )
    with open_source(str(path), model.card.bands) as source:
        scale, _ = model_scale(source, model.card)
        plan = Plan.make(source, model.card, load_runtime(model, "onnx", threads=2), scale)
        found = foresee(plan, targets, (), 2, lambda runs: TileTime(tile, tile))
    assert found.tiles == results[case][0]["tiles"]
    for name, seconds in found.seconds.items():
        assert seconds == pytest.approx(statistics.median(run["stages"][name] for run in results[case]), rel=0.3)


def test_more_is_asked_for_and_more_is_foretold(make_raster, tmp_path, scene):
    path = str(make_raster(scene, **NATIVE))
    output = str(tmp_path / "map.tif")
    plain = dry_run(SegmentOptions(path, output)).forecast
    both = dry_run(
        SegmentOptions(path, output, confidence=str(tmp_path / "c.tif"), polygons=str(tmp_path / "p.fgb"), min_area=9)
    ).forecast
    assert set(plain.files) == {"output"}
    assert set(both.files) == {"output", "confidence", "polygons"}
    assert set(both.seconds) - set(plain.seconds) == {"confidence", "polygons"}
    assert both.output_bytes > 3 * plain.output_bytes
    assert both.working_bytes > plain.working_bytes + FLAT_BYTES * plain.pixels


def test_room_is_never_less_than_what_lies_on_the_disk_while_a_run_works(make_raster, tmp_path, scene):
    path = make_raster(scene, **NATIVE)
    output = tmp_path / "out" / "map.tif"
    options = SegmentOptions(str(path), str(output), confidence=str(tmp_path / "out" / "c.tif"))
    highest = 0

    def watch(_event: object) -> None:
        nonlocal highest
        files = [file for file in output.parent.rglob("*") if file.is_file()] if output.parent.exists() else []
        highest = max(highest, sum(512 * file.stat().st_blocks for file in files))

    found = dry_run(options).forecast
    assert not output.parent.exists()
    segment(options, Reporter(watch))
    assert highest > 2 * found.pixels
    assert 0.75 * highest <= sum(room.least for room in found.rooms) <= 1.1 * highest
    assert highest <= sum(room.most for room in found.rooms)


def test_a_mask_is_counted(make_raster, tmp_path, scene):
    path = make_raster(scene, **NATIVE)
    mask = write_mask(tmp_path / "mask.gpkg", (5e5 + 100, 5e6 - 200, 5e5 + 200, 5e6 - 100))
    options = SegmentOptions(
        str(path), str(tmp_path / "map.tif"), mask=str(mask), extent=(5e5, 5e6 - 900, 5e5 + 900, 5e6)
    )
    result = segment(options)
    forecast, _ = recorded(result.output)
    assert 1 <= result.tiles_run <= forecast["tiles"] <= result.tiles_run + 3


def test_a_mask_that_leaves_nothing_takes_no_tile_and_hardly_any_time(make_raster, tmp_path, scene):
    path = make_raster(scene, **NATIVE)
    mask = write_mask(tmp_path / "mask.gpkg", (5e5 + 3000, 5e6 - 3000, 5e5 + 3500, 5e6 - 2500))
    options = SegmentOptions(
        str(path), str(tmp_path / "map.tif"), mask=str(mask), extent=(5e5, 5e6 - 900, 5e5 + 900, 5e6)
    )
    found = dry_run(options).forecast
    assert found.tiles == 0
    assert found.total_seconds < 1
    assert segment(options).tiles_run == 0


def test_blocks_that_are_done_are_not_foretold_again(make_raster, tmp_path, scene):
    path = make_raster(np.tile(scene, (1, 2, 2)), **NATIVE)
    options = SegmentOptions(str(path), str(tmp_path / "map.tif"), resume=True)

    class Stop(Exception):
        pass

    def stop(_event: object) -> None:
        blocks = tmp_path / "map.tif.satseg-unfinished" / "blocks.txt"
        if blocks.exists() and blocks.read_text().count("\n") >= 1:
            raise Stop

    with pytest.raises(Stop):
        segment(options, Reporter(stop))
    whole = dry_run(SegmentOptions(str(path), str(tmp_path / "other.tif"))).forecast
    rest = dry_run(options).forecast
    assert 0 < rest.tiles < whole.tiles
    assert rest.working_bytes < whole.working_bytes
    with pytest.raises(OutputError, match="--resume"):
        dry_run(SegmentOptions(str(path), str(tmp_path / "map.tif")))
    with pytest.raises(UsageError, match="--pixel-size is not the same"):
        dry_run(SegmentOptions(str(path), str(tmp_path / "map.tif"), resume=True, pixel_size=5))
    result = segment(options)
    assert result.tiles_run == rest.tiles


def test_where_there_is_no_data_is_seen_in_samples(make_raster, tmp_path):
    values = np.full((3, 1200, 1200), 90, np.uint8)
    values[:, :, :600] = 0
    path = make_raster(values, nodata=0, tiled=True, blockxsize=256, blockysize=256, **NATIVE)
    model = find_model()
    with open_source(str(path), model.card.bands) as source:
        plan = Plan.make(source, model.card, load_runtime(model, "onnx", threads=1), (1.0, 1.0))
        assert 0.4 < share_with_data(plan) < 0.7
    half = dry_run(SegmentOptions(str(path), str(tmp_path / "map.tif"))).forecast
    result = segment(SegmentOptions(str(path), str(tmp_path / "map.tif")))
    assert result.tiles_run / 2 <= half.tiles <= result.tiles_run * 1.5


def test_a_huge_job_is_announced_by_one_warning(tmp_path):
    # Of coarse px, so that there is much to do and little to write.
    path = virtual_raster(tmp_path / "in.vrt", 15_000, pixel=4 * PIXEL)
    seen: list[object] = []
    options = SegmentOptions(str(path), str(tmp_path / "map.tif"), runtime="onnx", threads=1, pixel_size=PIXEL)
    found = dry_run(options, Reporter(seen.append)).forecast
    card = find_model().card
    assert found.tiles == math.ceil((60_000 - card.overlap) / (card.tile_size - card.overlap)) ** 2
    assert found.total_seconds > LONG
    warnings = [message.text for message in messages(seen) if message.level == "warning"]
    assert len(warnings) == 1
    assert f"for 225 million pixels ({found.tiles:,} tiles of the network) on 1 core with onnx" in warnings[0]
    assert "choose a smaller extent or a larger pixel size (--pixel-size) to try it first." in warnings[0]
    coarse = dry_run(dataclasses.replace(options, pixel_size=8 * PIXEL)).forecast
    assert coarse.total_seconds < found.total_seconds / 20


def test_a_map_that_no_disk_holds_is_refused_and_nothing_is_written(tmp_path):
    free = free_bytes(tmp_path)
    path = virtual_raster(tmp_path / "in.vrt", int((1.2 * free) ** 0.5), pixel=0.1)
    options = SegmentOptions(str(path), str(tmp_path / "new" / "map.tif"))
    for run in (segment, dry_run):
        with pytest.raises(OutputError, match=r"needs about .* are free; free some space") as error:
            run(options)
        assert str(tmp_path / "new") in str(error.value)
    assert [file.name for file in tmp_path.iterdir()] == ["in.vrt"]


def rooms(folder: Path, *, least: float, most: float, count: int = 1) -> list[Room]:
    """Room that is needed in a folder, in several equal parts."""
    return [Room(folder, least / count, least / count, most / count)] * count


@pytest.mark.parametrize("count", [1, 3])
def test_room_is_added_up_for_each_disk(tmp_path, count):
    free = free_bytes(tmp_path)
    seen: list[object] = []
    check_space(rooms(tmp_path, least=free / 9, most=free / 2, count=count), Reporter(seen.append))
    assert not seen
    check_space(rooms(tmp_path, least=free / 2, most=2 * free, count=count), Reporter(seen.append))
    assert [message.level for message in messages(seen)] == ["warning"]
    assert "may need up to" in seen[0].text
    with pytest.raises(OutputError, match="needs about"):
        check_space(rooms(tmp_path, least=2 * free, most=3 * free, count=count), Reporter())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 s"), (8.4, "8 s"), (89, "89 s"), (700, "12 min"), (7800, "2 h 10 min"), (10_790, "3 h"),
        (300_000, "3 days"),
    ],
)  # fmt: skip
def test_time_in_words(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(("seconds", "level"), [(599, "info"), (601, "warning")])
def test_from_ten_minutes_on_it_is_a_warning(seconds, level):
    seen: list[object] = []
    tell(
        Forecast(12_000_000, 40, {"segment": seconds}, {}, (), "cuda with torch", Crew.alone(2)), Reporter(seen.append)
    )
    assert [message.level for message in messages(seen)] == [level]
    assert "12 million pixels" in seen[0].text
    assert "on cuda with torch" in seen[0].text


@pytest.mark.skipif(not hasattr(os, "setresuid"), reason="users are those of Unix")
def test_a_folder_without_permission_is_found_by_a_dry_run():
    # What may be written is asked as for a user who is not root, whoever runs the tests.
    user = os.getuid()
    os.setresuid(user or 65534, -1, -1)
    try:
        with pytest.raises(OutputError, match=r"/usr \(no permission\)"):
            ImaginedOutputs(overwrite=False).add(Path("/usr/map.tif"))
    finally:
        os.setresuid(user, -1, -1)


def test_a_dry_run_finds_outputs_that_cannot_be(make_raster, tmp_path, scene):
    path = make_raster(scene, **NATIVE)
    (tmp_path / "kept.tif").write_text("kept")
    for output, words in (
        (tmp_path / "kept.tif", "--overwrite"),
        (path / "map.tif", "choose another place"),
        (path / "deeper" / "map.tif", "choose another place"),
    ):
        with pytest.raises(OutputError, match=words):
            dry_run(SegmentOptions(str(path), str(output)))
    found = dry_run(SegmentOptions(str(path), str(tmp_path / "kept.tif"), overwrite=True))
    assert found.model == f"{find_model().card.name} {find_model().card.version}"
    assert (tmp_path / "kept.tif").read_text() == "kept"
    with rasterio.open(path) as dataset:
        assert found.forecast.pixels == dataset.width * dataset.height
