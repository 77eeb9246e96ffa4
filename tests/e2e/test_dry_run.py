"""``--dry-run``: everything is checked and told, and nothing is written."""

from __future__ import annotations

import json

from tests.e2e.command import satseg


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


def test_the_record_keeps_the_forecast_beside_what_the_run_took(mapped):
    values = json.loads((mapped / "map.json").read_text(encoding="utf-8"))
    assert set(values["forecast"]["seconds_of_stages"]) == set(values["seconds"])
    assert values["forecast"]["tiles"] == values["grid"]["tiles_run"]
