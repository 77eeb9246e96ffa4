"""``--dry-run``: everything is checked and told, and nothing is written."""

from __future__ import annotations

import json
import time

import pytest
from rasterio.transform import from_origin

from satseg_core.model.runtime import usable_processors
from tests.e2e.command import PIXEL, Going, Run, satseg


def test_a_dry_run_tells_what_a_run_will_take_and_writes_nothing(write_scene, tmp_path):
    path = write_scene(tmp_path / "in.tif", 600, 800)
    words = ["segment", path, "--output", tmp_path / "new" / "map.tif", "--polygons", tmp_path / "map.gpkg"]
    run = satseg(*words, "--dry-run")
    assert run.code == 0, run.err
    assert "480,000 pixels, 1 tile; about " in run.err
    assert run.out.startswith("Nothing was written. The outputs would take about ")
    assert [file.name for file in tmp_path.iterdir()] == ["in.tif"]

    run = satseg(*words, "--dry-run", "--progress", "json")
    assert run.code == 0, run.err
    *others, result = run.events
    assert {event["event"] for event in others} == {"message"}
    assert result["event"] == "result"
    assert result["dry_run"] is True
    assert (result["pixels"], result["tiles"]) == (480_000, 1)
    assert result["model"].startswith("landcover ")
    assert result["runtime"] in ("onnx", "openvino", "torch")
    assert set(result["seconds_of_stages"]) == {"segment", "finish", "areas", "polygons"}
    assert 0 < result["bytes"] < result["working_bytes"]
    assert [file.name for file in tmp_path.iterdir()] == ["in.tif"]


def test_a_dry_run_finds_mistakes(write_scene, tmp_path):
    path = write_scene(tmp_path / "in.tif", 64, 64)
    for words, code in (
        (["--output", tmp_path / "map.tif", "--bands", "1,2,9"], 2),
        (["--output", tmp_path / "map.tif", "--mask", "missing.gpkg"], 2),
        (["--output", path / "map.tif"], 1),
        (["--output", path, "--overwrite"], 2),
    ):
        run = satseg("segment", path, *words, "--dry-run")
        assert run.code == code
        assert run.err.startswith("satseg: ")


def told(run: Run):
    """The sentence that says how long it will take, and the result."""
    sentence = next(event["text"] for event in run.events if "; about " in event.get("text", ""))
    return sentence, run.events[-1]


def test_a_dry_run_counts_workers_on_this_machine_and_starts_none(write_scene, tmp_path):
    path = write_scene(tmp_path / "in.tif", 600, 800)
    words = ["segment", path, "--output", tmp_path / "map.tif", "--dry-run", "--progress", "json"]
    going = Going([*words, "--workers", 3, "--memory", 500])
    seen = set()
    while going.child.poll() is None:
        seen.update(going.workers)
        time.sleep(0.01)
    run = Run(*going.end())
    assert run.code == 0, run.err
    assert not seen
    sentence, result = told(run)
    assert "shared by 3 workers with up to 1.5 GB of memory in all." in sentence
    assert (result["workers"], result["threads"], result["memory_mb"]) == (3, usable_processors(), 1500)
    alone = told(satseg(*words))[1]
    assert (alone["workers"], alone["memory_mb"]) == (0, 768)
    assert result["seconds"] > alone["seconds"] + 1  # workers have to start


def test_a_dry_run_asks_a_scheduler_for_its_workers(write_scene, tmp_path, scheduler, add_worker):
    path = write_scene(tmp_path / "in.tif", 600, 800)
    words = ["segment", path, "--output", tmp_path / "map.tif", "--dry-run", "--progress", "json"]
    nobody = Run(*Going([*words, "--scheduler", scheduler], SATSEG_PATIENCE="1").end())
    assert nobody.code == 1
    assert f"The Dask scheduler at {scheduler} has no workers; start some" in nobody.events[-1]["text"]
    assert "Traceback" not in nobody.err
    add_worker(2)
    sentence, result = told(satseg(*words, "--scheduler", scheduler))
    assert f"on 2 threads of the worker at {scheduler} with " in sentence
    assert sentence.endswith(", if they are as fast as this machine.")
    assert (result["workers"], result["threads"]) == (1, 2)
    add_worker(3)
    end = time.monotonic() + 60
    while result["workers"] < 2 and time.monotonic() < end:
        sentence, result = told(satseg(*words, "--scheduler", scheduler))
    assert f"on 5 threads of the 2 workers at {scheduler} with " in sentence
    assert (result["workers"], result["threads"]) == (2, 5)
    assert [file.name for file in tmp_path.glob("*.tif*")] == ["in.tif"]


def test_the_forecast_of_a_run_on_workers_is_honest(write_scene, tmp_path):
    path = write_scene(tmp_path / "in.tif", 4300, 4300, transform=from_origin(500_000, 5_000_000, PIXEL, PIXEL))
    began = time.monotonic()
    run = satseg("segment", path, "--output", tmp_path / "map.tif", "--workers", 2, "--runtime", "onnx")
    took = time.monotonic() - began
    assert run.code == 0, run.err
    values = json.loads((tmp_path / "map.json").read_text(encoding="utf-8"))
    found, tiles = values["forecast"], values["grid"]["tiles_run"]
    assert set(found["seconds_of_stages"]) == set(values["seconds"])
    assert found["tiles"] == pytest.approx(tiles, rel=0.25)
    assert took / 3 < found["seconds"] < took * 3


def test_a_dry_run_says_if_no_scheduler_answers(write_scene, tmp_path):
    path = write_scene(tmp_path / "in.tif", 64, 64)
    words = ["segment", path, "--output", tmp_path / "map.tif", "--dry-run", "--scheduler", "tcp://127.0.0.1:1"]
    code, _, err = Going(words, SATSEG_PATIENCE="1").end()
    assert code == 1
    assert err.splitlines()[-1].startswith("satseg: No Dask scheduler answers at tcp://127.0.0.1:1 (")


def test_the_record_keeps_the_forecast_beside_what_the_run_took(mapped):
    values = json.loads((mapped / "map.json").read_text(encoding="utf-8"))
    assert set(values["forecast"]["seconds_of_stages"]) == set(values["seconds"])
    assert values["forecast"]["tiles"] == values["grid"]["tiles_run"]
