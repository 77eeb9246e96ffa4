"""Work on its way: what is noted is found again, and nothing is gone on with that has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from satseg_core.errors import OutputError, UsageError
from satseg_core.raster.grid import Block, Span
from satseg_core.unfinished import Unfinished, folder_of

FIRST = Block(Span(0, 512), Span(0, 512))
SECOND = Block(Span(0, 512), Span(512, 700))
JOB = {"the raster": {"bytes": 5}, "--extent": (0, 1)}


class Interrupted(Exception):
    pass


def begin(target, resume=False, overwrite=False, job=JOB):
    return Unfinished(target, job, resume, overwrite)


def leave(target, *blocks, resume=True):
    """An interrupted run."""
    with pytest.raises(Interrupted), begin(target, resume=resume) as run:
        for block in blocks:
            run.note(block, (17, 4))
        raise Interrupted


@pytest.fixture
def target(tmp_path):
    return tmp_path / "map.tif"


def test_the_folder_goes_when_the_run_ends(target):
    with begin(target) as run:
        run.note(FIRST, (1,))
        assert run.folder.is_dir()
        assert run.folder.name == "map.tif.satseg-unfinished"
    assert not run.folder.exists()


def test_an_error_leaves_nothing_unless_work_is_to_be_kept(target):
    leave(target, FIRST, resume=False)
    assert not folder_of(target).exists()
    leave(target)
    assert not folder_of(target).exists()
    leave(target, FIRST)
    assert folder_of(target).exists()


def test_what_was_noted_is_gone_on_with(target):
    leave(target, FIRST, SECOND)
    with begin(target, resume=True) as run:
        assert run.done == {FIRST: (17, 4), SECOND: (17, 4)}
    with begin(target, resume=True) as run:
        assert run.done == {}


def test_a_line_that_was_cut_off_or_spoilt_is_no_block(target):
    leave(target, FIRST)
    with (folder_of(target) / "blocks.txt").open("a", encoding="ascii") as file:
        file.write("0 512 what\n0 512 512 700 17")
    with begin(target, resume=True) as run:
        assert run.done == {FIRST: (17, 4)}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"the raster": {"bytes": 6}}, "the raster is not the same"),
        ({"--extent": [0, 2]}, "--extent is not the same"),
        ({"--extent": None, "the raster": None}, "the raster and --extent are not the same"),
    ],
)
def test_a_changed_job_is_refused_and_the_work_is_kept(target, change, words):
    leave(target, FIRST)
    with pytest.raises(UsageError, match=words):
        begin(target, resume=True, job={**JOB, **change})
    assert (folder_of(target) / "blocks.txt").exists()
    with begin(target, resume=True, job=JOB) as run:
        assert run.done


def test_a_job_without_its_description_is_refused(target):
    leave(target, FIRST)
    (folder_of(target) / "job.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="not the same"):
        begin(target, resume=True)


def test_unfinished_work_is_neither_taken_nor_thrown_away_unasked(target):
    leave(target, FIRST)
    with pytest.raises(OutputError, match="--resume to go on with it or --overwrite"):
        begin(target)
    (folder_of(target) / "map.flat").write_bytes(b"old")
    with begin(target, overwrite=True) as run:
        assert run.done == {}
        assert not (run.folder / "map.flat").exists()
        assert json.loads((run.folder / "job.json").read_text(encoding="utf-8"))["--extent"] == [0, 1]


def test_a_folder_in_which_no_block_was_finished_is_in_nobodys_way(target):
    folder_of(target).mkdir()
    (folder_of(target) / "map.flat").write_bytes(b"old")
    with begin(target) as run:
        assert not (run.folder / "map.flat").exists()


def test_two_runs_do_not_write_the_same_map(target):
    code = (
        "import sys; from pathlib import Path; from satseg_core.unfinished import Unfinished\n"
        "with Unfinished(Path(sys.argv[1]), {}, False, False): print('at it', flush=True); sys.stdin.read()"
    )
    words = [sys.executable, "-c", code, str(target)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "at it\n"
        for options in ({}, {"resume": True}, {"overwrite": True}):
            with pytest.raises(OutputError, match="Another run is writing"):
                begin(target, **options)
        child.stdin.close()
    assert child.returncode == 0
    with begin(target):
        pass


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_a_sentence(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="choose another place"):
        begin(tmp_path / "map.tif")
