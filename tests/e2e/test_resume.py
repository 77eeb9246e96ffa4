"""Runs that are killed and gone on with end in exactly the files of a run that was left alone."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import time

import pytest
import rasterio.shutil
from rasterio.transform import from_origin

from satseg_core.unfinished import folder_of
from tests.e2e.command import PIXEL, SATSEG, Going, noted, satseg

KILLS = 20
SIDE = 2600


@pytest.fixture(scope="module")
def job(write_scene, tmp_path_factory):
    """A folder with a raster of several blocks, and what a run that is left alone makes of it."""
    folder = tmp_path_factory.mktemp("resume")
    write_scene(folder / "in.tif", SIDE, SIDE, transform=from_origin(500_000, 5_000_000, PIXEL, PIXEL))
    (folder / "alone").mkdir()
    began = time.monotonic()
    run = satseg(*words(folder, "alone"))
    assert run.code == 0, run.err
    return folder, time.monotonic() - began


def words(folder, name, *more):
    output = folder / name
    return [
        "segment", folder / "in.tif", "--output", output / "map.tif", "--confidence", output / "confidence.tif",
        "--threads", "1", "--progress", "json", *more,
    ]  # fmt: skip


def pixels(folder, name):
    return [(folder / name / file).read_bytes() for file in ("map.tif", "confidence.tif")]


def record(folder, name):
    return json.loads((folder / name / "map.json").read_text(encoding="utf-8"))


def kill_after(arguments, seconds, begun=lambda: True):
    """Start a run and kill it so many seconds after ``begun`` says so; True if it had not ended by then."""
    child = subprocess.Popen([str(SATSEG), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not begun() and child.poll() is None:
        time.sleep(0.005)
    try:
        child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return True
    assert child.returncode == 0
    return False


@pytest.mark.timeout(600)
def test_twenty_kills_at_random_moments_change_nothing(job):
    folder, seconds = job
    chance = random.Random(4)
    kills = runs = gone_on = 0
    output = folder / "killed" / "map.tif"
    while True:
        (folder / "killed").mkdir(exist_ok=True)
        before = noted(output)
        # Every other time the clock starts with the first block: on some machines all else takes longer.
        wait, begun = chance.uniform(0.2, 1.2 * seconds), lambda: True
        if kills % 2:
            wait, begun = chance.uniform(0, 0.1 * seconds), lambda before=before: noted(output) > before
        if kills < KILLS and kill_after(words(folder, "killed", "--resume"), wait, begun):
            kills += 1
            if (folder / "killed" / "map.tif").exists():  # killed while it tidied up after itself
                assert pixels(folder, "killed") == pixels(folder, "alone")
                shutil.rmtree(folder / "killed")
            else:
                assert noted(output) >= before
            continue
        if kills == KILLS:
            run = satseg(*words(folder, "killed", "--resume"))
            assert run.code == 0, run.err
            told = [event["text"] for event in run.events if "Going on with" in event.get("text", "")]
            assert told == ([f"Going on with an interrupted run: {before} blocks are done."] if before else [])
        runs += 1
        gone_on += before > 0
        assert pixels(folder, "killed") == pixels(folder, "alone")
        tiles, every = record(folder, "killed")["grid"]["tiles_run"], record(folder, "alone")["grid"]["tiles_run"]
        assert tiles < every if before else tiles == every
        assert sorted(path.name for path in (folder / "killed").iterdir()) == sorted(
            path.name for path in (folder / "alone").iterdir()
        )
        if kills == KILLS:
            break
        shutil.rmtree(folder / "killed")
    assert gone_on, "no kill came after the first block: nothing was tested"


@pytest.fixture
def killed(job, tmp_path):
    """A folder with a run that was killed after its first block."""
    folder, _ = job
    (tmp_path / "in.tif").write_bytes((folder / "in.tif").read_bytes())
    going = Going(words(tmp_path, "out"))
    going.wait_for(lambda: noted(tmp_path / "out" / "map.tif") > 0)
    going.child.kill()
    going.end()
    return tmp_path


def test_what_has_changed_is_refused_in_a_sentence(killed):
    run = satseg(*words(killed, "out", "--resume", "--pixel-size", "4"))
    assert run.code != 0
    assert "--pixel-size is not the same" in run.events[-1]["text"]
    with (killed / "in.tif").open("ab") as file:
        file.write(b"\0")
    run = satseg(*words(killed, "out", "--resume"))
    assert run.code != 0
    assert "the raster is not the same" in run.events[-1]["text"]
    assert noted(killed / "out" / "map.tif")


def test_a_part_of_a_virtual_raster_that_has_changed_is_noticed(killed):
    (killed / "in.tif").rename(killed / "part.tif")
    rasterio.shutil.copy(str(killed / "part.tif"), str(killed / "in.vrt"), driver="VRT")
    (killed / "out.vrt").mkdir()
    virtual = [killed / "in.vrt" if word == killed / "in.tif" else word for word in words(killed, "out.vrt")]
    going = Going(virtual)
    going.wait_for(lambda: noted(killed / "out.vrt" / "map.tif") > 0)
    going.child.kill()
    going.end()
    (killed / "part.tif.aux.xml").write_text("<PAMDataset/>")  # somebody has looked at it
    assert satseg(*virtual, "--resume", "--dry-run").code == 0
    os.utime(killed / "part.tif", (1, 1))
    run = satseg(*virtual, "--resume")
    assert run.code != 0
    assert "the raster is not the same" in run.events[-1]["text"]


def test_without_resume_the_work_is_neither_used_nor_lost(killed):
    run = satseg(*words(killed, "out"))
    assert run.code != 0
    assert "--resume" in run.events[-1]["text"]
    assert "map.tif.satseg-unfinished" in run.events[-1]["text"]
    assert noted(killed / "out" / "map.tif")
    run = satseg(*words(killed, "out", "--overwrite", "--extent", "500000,4999000,501000,5000000"))
    assert run.code == 0, run.err
    assert not folder_of(killed / "out" / "map.tif").exists()


def test_a_spoilt_block_is_done_again(job, killed):
    flat = folder_of(killed / "out" / "map.tif") / "map.flat"
    with flat.open("r+b") as file:
        file.seek(5)
        file.write(b"\xfe")
    run = satseg(*words(killed, "out", "--resume"))
    assert run.code == 0, run.err
    assert pixels(killed, "out") == pixels(job[0], "alone")
