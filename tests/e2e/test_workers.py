"""Runs on several workers give the files of a run in one process, whatever happens to the workers."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from tests.e2e.command import PIXEL, Going, noted, satseg

SIDE = 4300
"""Nine blocks."""


@pytest.fixture(scope="module")
def job(write_scene, tmp_path_factory) -> Path:
    """A folder with a raster of several blocks, and what one process makes of it."""
    folder = tmp_path_factory.mktemp("workers")
    write_scene(folder / "in.tif", SIDE, SIDE, transform=from_origin(500_000, 5_000_000, PIXEL / 4, PIXEL / 4))
    run = satseg(*words(folder, "alone"))
    assert run.code == 0, run.err
    return folder


def words(folder: Path, name: str, *more: object) -> list[object]:
    (folder / name).mkdir(exist_ok=True)
    output = folder / name
    return [
        "segment", folder / "in.tif", "--output", output / "map.tif", "--confidence", output / "confidence.tif",
        "--runtime", "onnx", "--progress", "json", *more,
    ]  # fmt: skip


def same_as_alone(folder: Path, name: str) -> bool:
    return all(
        (folder / name / file).read_bytes() == (folder / "alone" / file).read_bytes()
        for file in ("map.tif", "confidence.tif")
    )


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_any_number_of_workers_gives_the_same_files(job: Path, workers: int) -> None:
    name = f"workers{workers}"
    run = satseg(*words(job, name, "--workers", workers))
    assert run.code == 0, run.err
    assert same_as_alone(job, name)
    percents = [event["percent"] for event in run.events if event["event"] == "progress"]
    assert percents == sorted(percents)


def is_running(process: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")


@needs_proc
def test_a_killed_worker_changes_nothing(job: Path) -> None:
    going = Going(words(job, "killed", "--workers", 2))
    going.wait_for(lambda: noted(job / "killed" / "map.tif") > 0)
    victim = going.workers[0]
    os.kill(victim, signal.SIGKILL)
    code, _, err = going.end()
    assert code == 0, err
    assert same_as_alone(job, "killed")


@needs_proc
def test_a_worker_that_hangs_is_done_without(job: Path) -> None:
    going = Going(words(job, "hung", "--workers", 2), SATSEG_SILENCE="2")
    going.wait_for(lambda: noted(job / "hung" / "map.tif") > 0)
    victim = going.workers[0]
    os.kill(victim, signal.SIGSTOP)
    code, _, err = going.end()
    assert code == 0, err
    assert same_as_alone(job, "hung")
    assert not is_running(victim)


@needs_proc
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_the_command(job: Path, how: signal.Signals) -> None:
    name = f"ended{int(how)}"
    going = Going(words(job, name, "--workers", 2))
    going.wait_for(lambda: noted(job / name / "map.tif") > 0)
    workers = going.workers
    assert len(workers) == 2
    os.kill(going.child.pid, how)
    code, _, err = going.end()
    assert code == (130 if how == signal.SIGINT else -signal.SIGKILL)
    if how == signal.SIGINT:
        assert len(err.strip().splitlines()) <= 2, err
        assert list((job / name).iterdir()) == []
    end = time.monotonic() + 30
    while any(map(is_running, workers)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(is_running, workers))


def test_a_run_is_gone_on_with_in_either_way(job: Path) -> None:
    going = Going(words(job, "resumed", "--workers", 2, "--resume"))
    going.wait_for(lambda: noted(job / "resumed" / "map.tif") > 1)
    os.kill(going.child.pid, signal.SIGKILL)
    going.end()
    run = satseg(*words(job, "resumed", "--resume"))
    assert run.code == 0, run.err
    assert same_as_alone(job, "resumed")
    grid = json.loads((job / "resumed" / "map.json").read_text())["grid"]
    assert grid["blocks_resumed"] > 1


def test_a_damaged_raster_is_said_as_by_one_process(job: Path, tmp_path: Path) -> None:
    whole = (job / "in.tif").read_bytes()
    (tmp_path / "in.tif").write_bytes(whole[: len(whole) // 2])
    alone = satseg(*words(tmp_path, "alone"))
    shared = satseg(*words(tmp_path, "shared", "--workers", 2))
    assert (shared.code, alone.code) == (1, 1)
    texts = [event["text"] for run in (alone, shared) for event in run.events if event["event"] == "error"]
    sentences = {text.partition(" (")[0] for text in texts}  # without the offset in the file
    assert len(texts) == 2
    assert len(sentences) == 1
    assert list((tmp_path / "shared").iterdir()) == []


def test_a_scheduler_with_a_worker_that_comes_later(job: Path, scheduler: str, add_worker) -> None:
    add_worker()
    going = Going(words(job, "scheduled", "--scheduler", scheduler))
    going.wait_for(lambda: noted(job / "scheduled" / "map.tif") > 0)
    add_worker()
    code, _, err = going.end()
    assert code == 0, err
    assert same_as_alone(job, "scheduled")
    # Nothing of the run stays on the cluster, which can be used again.
    run = satseg(*words(job, "again", "--scheduler", scheduler))
    assert run.code == 0, run.err
    assert same_as_alone(job, "again")


def test_a_scheduler_that_dies_is_a_sentence_and_the_work_is_kept(job: Path, scheduler_process, add_worker) -> None:
    address, process = scheduler_process
    add_worker()
    going = Going(words(job, "left", "--scheduler", address, "--resume"))
    going.wait_for(lambda: noted(job / "left" / "map.tif") > 0)
    process.kill()
    code, _, err = going.end()
    assert code == 1
    assert "The connection to the Dask scheduler is lost" in err
    assert "Traceback" not in err
    assert noted(job / "left" / "map.tif") > 0
    run = satseg(*words(job, "left", "--resume"))
    assert run.code == 0, run.err
    assert same_as_alone(job, "left")


@pytest.mark.parametrize("silent", [True, False])
def test_a_scheduler_is_waited_for_no_longer_than_the_user_likes(job: Path, scheduler: str, silent: bool) -> None:
    """One that takes the connection and says nothing, and one that has no workers."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"tcp://127.0.0.1:{deaf.getsockname()[1]}" if silent else scheduler
        going = Going(words(job, "impatient", "--scheduler", address), SATSEG_PATIENCE="60")
        time.sleep(4)  # it is at it by then, and has said nothing that could be waited for
        assert going.child.poll() is None
        os.kill(going.child.pid, signal.SIGINT)
        code, _, err = going.end(5)
    assert code == 130
    assert "Traceback" not in err
    assert list((job / "impatient").iterdir()) == []


def test_a_scheduler_by_its_file(job: Path, scheduler: str, add_worker) -> None:
    add_worker()
    file = job / "scheduler.json"
    file.write_text(json.dumps({"address": scheduler}), encoding="utf-8")
    run = satseg(*words(job, "by file", "--scheduler", file))
    assert run.code == 0, run.err
    assert same_as_alone(job, "by file")
    messages = [event["text"] for event in run.events if event["event"] == "message"]
    greeting = next(text for text in messages if "Dask scheduler" in text)
    assert scheduler in greeting
    assert "Dashboard" not in greeting  # it has none


def test_polygons_of_a_cluster_are_those_of_this_machine(job: Path, scheduler: str, add_worker) -> None:
    worker = add_worker()
    add_worker()
    alone, there = job / "alone" / "map.fgb", job / "there" / "map.fgb"  # the layer has the file's name
    there.parent.mkdir()
    words = ("vectorize", job / "alone" / "map.tif", "--simplify", "1", "--confidence", job / "alone/confidence.tif")
    assert satseg(*words, "--output", alone).code == 0
    run = satseg(*words, "--output", there, "--scheduler", scheduler)
    assert run.code == 0, run.err
    assert "on this machine" not in run.err
    assert there.read_bytes() == alone.read_bytes()
    absent = [*words, "--output", there, "--overwrite", "--scheduler", "tcp://127.0.0.1:1"]
    nobody = Going(absent, SATSEG_PATIENCE="2")
    assert nobody.end()[0] == 1  # the scheduler is asked indeed
    worker.kill()  # its blocks go to the other one, or are done here
    run = satseg(*words, "--output", there, "--scheduler", scheduler, "--overwrite")
    assert run.code == 0, run.err
    assert there.read_bytes() == alone.read_bytes()


def test_a_cluster_draws_the_polygons_of_wide_codes(tmp_path: Path, scheduler: str, add_worker) -> None:
    add_worker()
    coarse = np.random.default_rng(0).choice([111, 311, 523, -9999], (27, 55))
    values = np.kron(coarse, np.ones((41, 41), int)).astype(np.float32)
    place = {"crs": "EPSG:32632", "transform": from_origin(500_000, 5_000_000, 10, 10)}
    height, width = values.shape
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "nodata": -9999, "height": height, "width": width}
    with rasterio.open(tmp_path / "clc.tif", "w", **profile, **place) as dataset:
        dataset.write(values, 1)
    alone, there = tmp_path / "alone" / "clc.fgb", tmp_path / "there" / "clc.fgb"
    for output, more in ((alone, ()), (there, ("--scheduler", scheduler))):
        output.parent.mkdir()
        run = satseg("vectorize", tmp_path / "clc.tif", "--min-area", "200000", "--smooth", "--output", output, *more)
        assert run.code == 0, run.err
    assert "on this machine" not in run.err
    assert there.read_bytes() == alone.read_bytes()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--scheduler", "tcp://127.0.0.1:1"), "No Dask scheduler answers at tcp://127.0.0.1:1"),
        (("--scheduler", "absent.json"), "absent.json does not tell where a Dask scheduler is"),
        (("--scheduler", "nonsense://"), "No Dask scheduler answers at nonsense://"),
        (("--scheduler", "tcp://127.0.0.1:1", "--workers", "2"), "Give either --workers or --scheduler"),
    ],
)
def test_what_cannot_work_is_a_sentence(job: Path, more: tuple[str, ...], sentence: str) -> None:
    code, out, err = Going(words(job, "wrong", *more), SATSEG_PATIENCE="2").end()
    assert code in (1, 2)
    assert sentence in err + out
    assert "Traceback" not in err
    assert list((job / "wrong").iterdir()) == []
