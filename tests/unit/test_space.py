"""Room on disks: what is free, what lies there, and how it is said."""

from __future__ import annotations

import os
import shutil

import pytest

from satseg_core import space


def test_a_folder_yet_to_be_made_has_the_room_of_the_one_above(tmp_path):
    new = tmp_path / "a" / "b"
    assert space.existing_folder(new) == tmp_path
    assert space.volume(new) == tmp_path.stat().st_dev
    free = space.free_bytes(new)
    assert free == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.1)


def test_what_lies_in_a_folder_is_counted_without_holes(tmp_path):
    assert space.taken_bytes(tmp_path / "nowhere") == 0
    (tmp_path / "full").write_bytes(os.urandom(300_000))
    with (tmp_path / "hole").open("wb") as file:
        file.truncate(10**9)
    assert 300_000 <= space.taken_bytes(tmp_path) < 10**7


def test_the_least_is_what_flat_files_take():
    assert space.least_bytes(3_000_000, 1) == 4_000_000
    assert space.least_bytes(3_000_000, 2) == 8_000_000


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "1 kB"), (850_000, "850 kB"), (1.25e6, "1.2 MB"), (12e6, "12 MB"), (3.44e9, "3.4 GB"), (2e12, "2.0 TB")],
)
def test_bytes_in_words(count, words):
    assert space.in_words(count) == words
