"""Mistakes on purpose: one sentence, the right exit code, nothing lost and nothing half-written."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time

import numpy as np
import pyogrio
import pytest
import shapely

from tests.e2e.command import SATSEG, satseg


def one_sentence(run, code, words):
    lines = [line for line in run.err.splitlines() if line.startswith("satseg: ")]
    assert run.code == code, run.err
    assert len(lines) == 1, run.err
    assert words in lines[0]
    assert "Traceback" not in run.err
    assert run.out == ""


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["segment", "missing.tif", "--output", "a.tif"], 1, "There is no file missing.tif"),
        (["segment", "text.tif", "--output", "a.tif"], 1, "cannot be opened as a raster"),
        (["segment", "in.tif"], 2, "Missing option '--output'"),
        (["segment", "in.tif", "--output", "a.png"], 2, "ends in"),
        (["segment", "in.tif", "--output", "in.tif", "--overwrite"], 2, "replace an input"),
        (["segment", "in.tif", "--output", "a.tif", "--bands", "1,2"], 2, "names 2"),
        (["segment", "in.tif", "--output", "a.tif", "--bands", "1,2,9"], 2, "no band 9"),
        (["segment", "in.tif", "--output", "a.tif", "--bands", "red"], 2, "not of the form 1,2,3"),
        (["segment", "in.tif", "--output", "a.tif", "--pixel-size", "-1"], 2, "positive number"),
        (["segment", "in.tif", "--output", "a.tif", "--pixel-size", "0.001"], 2, "times finer"),
        (["segment", "in.tif", "--output", "a.tif", "--extent", "0,0,1,1"], 2, "beside the raster"),
        (["segment", "in.tif", "--output", "a.tif", "--extent", "5,5,1,1"], 2, "no area"),
        (["segment", "in.tif", "--output", "a.tif", "--mask", "missing.gpkg"], 2, "no mask file"),
        (["segment", "in.tif", "--output", "a.tif", "--mask", "text.tif"], 2, "cannot be read as a vector file"),
        (["segment", "in.tif", "--output", "a.tif", "--mask", "far.gpkg"], 2, "beside the raster"),
        (["segment", "in.tif", "--output", "a.tif", "--model", "nosuch"], 1, "There is no model 'nosuch'"),
        (["segment", "in.tif", "--output", "a.tif", "--model", "text.onnx"], 1, "text.onnx"),
        (["segment", "in.tif", "--output", "a.tif", "--device", "cuda", "--runtime", "onnx"], 1, "cuda"),
        (["segment", "in.tif", "--output", "text.tif/a.tif"], 1, "choose another place"),
        (["segment", "in.tif", "--output", "kept.tif"], 1, "--overwrite"),
        (["vectorize", "in.tif", "--output", "a.gpkg"], 1, "bands"),
        (["vectorize", "missing.tif", "--output", "a.gpkg"], 1, "There is no file"),
        (["vectorize", "in.tif", "--output", "a.kml"], 2, ".gpkg"),
        (["segment", "in.tif", "--output", "a.tif", "--polygons", "a.kml"], 2, ".gpkg"),
        (["segment", "nowhere.tif", "--output", "a.tif", "--polygons", "a.geojson"], 2, "the map has no CRS"),
        (["areas", "in.tif", "--output", "a.gpkg"], 2, "with --zones"),
        (["areas", "in.tif", "--field", "name"], 2, "give both"),
        (["vectorize", "in.tif", "--output", "a.gpkg", "--legend", "absent.csv"], 2, "no legend absent.csv"),
        (["areas", "in.tif"], 1, "bands"),
        (["areas", "in.tif", "--output", "a.xls"], 2, ".csv"),
        (["nosuch"], 2, "No such command"),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_nothing(write_scene, tmp_path, monkeypatch, words, code, sentence):
    monkeypatch.chdir(tmp_path)
    write_scene(tmp_path / "in.tif", 64, 64)
    write_scene(tmp_path / "nowhere.tif", 64, 64, crs=None)
    for name in ("text.tif", "text.onnx", "kept.tif"):
        (tmp_path / name).write_text("kept")
    far = np.array([shapely.to_wkb(shapely.box(0, 0, 1, 1))], object)
    pyogrio.raw.write(tmp_path / "far.gpkg", far, [], [], geometry_type="Polygon", crs="EPSG:32633")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    one_sentence(satseg(*words), code, sentence)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_damaged_raster_is_a_sentence(write_scene, tmp_path):
    path = write_scene(tmp_path / "in.tif", 900, 900, compress="DEFLATE")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    run = satseg("segment", path, "--output", tmp_path / "map.tif")
    assert run.code == 1
    assert "damaged" in run.err.splitlines()[-1]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.tif"]


def limited(size):
    """Lets a child write files of at most ``size`` bytes: to it, the disk is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [0, 2_000, 20_000, 60_000, 100_000])
def test_a_full_disk_is_a_sentence_and_leaves_nothing(mapped, tmp_path, size):
    words = ["segment", mapped / "scene.tif", "--output", tmp_path / "map.tif", "--polygons", tmp_path / "map.gpkg"]
    done = subprocess.run(
        [str(SATSEG), *map(str, words)], capture_output=True, text=True, check=False, preexec_fn=limited(size)
    )
    assert done.returncode == 1, done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("satseg: ")
    assert "space" in last
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_errors_are_events_too(tmp_path):
    run = satseg("segment", tmp_path / "missing.tif", "--output", tmp_path / "a.tif", "--progress", "json")
    assert run.code == 1
    assert run.events[-1]["event"] == "error"
    assert "There is no file" in run.events[-1]["text"]


@pytest.fixture(scope="module")
def long_job(write_scene, tmp_path_factory):
    """Words of a job that takes long enough to be stopped."""
    folder = tmp_path_factory.mktemp("long")
    return ["segment", str(write_scene(folder / "in.tif", 3000, 3000)), "--pixel-size", "0.25", "--progress", "json"]


def start(words, output, **options):
    """Start a job and wait until it is classifying."""
    child = subprocess.Popen(
        [str(SATSEG), *words, "--output", str(output), "--polygons", str(output.with_suffix(".gpkg"))],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip
    for line in child.stdout:
        if '"stage": "segment"' in line and '"percent": 0.0' not in line:
            return child
    pytest.fail(child.stderr.read())


def finish(child):
    began = time.monotonic()
    out, _ = child.communicate(timeout=60)
    assert time.monotonic() - began < 20
    assert '"event": "cancelled"' in out
    return child.returncode


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_cancels_and_leaves_nothing(long_job, tmp_path, number):
    child = start(long_job, tmp_path / "map.tif")
    os.kill(child.pid, number)
    assert finish(child) == 130
    assert list(tmp_path.iterdir()) == []


def test_the_end_of_stdin_cancels_where_asked(long_job, tmp_path):
    child = start([*long_job, "--cancel-on-eof"], tmp_path / "map.tif", stdin=subprocess.PIPE)
    child.stdin.close()
    child.stdin = None
    assert finish(child) == 130
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_leaves_is_known_by_its_name(long_job, tmp_path):
    child = start(long_job, tmp_path / "map.tif")
    child.kill()
    child.communicate()
    left = sorted(path.name for path in tmp_path.iterdir())
    assert [name.split("-partial-")[0] for name in left] == ["map.tif.satseg", "map.tif.satseg-unfinished"]
