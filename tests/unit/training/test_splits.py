"""The frozen split, and lists of scenes in configurations."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from satseg_core.errors import UsageError
from training.config import DataConfig, SourceConfig
from training.splits import (
    SHARES,
    SIDES,
    known_sides,
    named_scenes,
    neighbour_groups,
    place,
    resolved,
    side_of,
    split_ids,
    write_lists,
)


def test_the_rule_has_not_changed():
    # Worked out by hand: int(sha256("satseg:" + id)[:16], 16) / 2 ** 64.
    assert place("10233") == pytest.approx(0.653, abs=5e-4)
    assert place("104113") == pytest.approx(0.835, abs=5e-4)
    assert place("2774") == pytest.approx(0.995, abs=5e-4)
    assert [side_of(scene_id) for scene_id in ("10233", "104113", "2774")] == ["train", "val", "test"]


def test_known_ids_are_where_the_frozen_table_says():
    known = known_sides()
    assert split_ids([scene_id for ids in known.values() for scene_id in ids], neighbour_groups()) == known


def test_neighbours_stay_together():
    for pair in (("482365", "180902"), ("19627", "794214")):
        assert pair in neighbour_groups()
        assert len({side_of(scene_id, neighbour_groups()) for scene_id in pair}) == 1


def test_a_group_goes_where_its_first_id_goes():
    assert side_of("2774") == "test"
    assert side_of("2774", [("10233", "2774")]) == "train"


def test_a_scene_keeps_its_side_whatever_others_there_are():
    ids = [str(i) for i in range(100_000, 100_400)]
    for side, members in split_ids(ids).items():
        assert split_ids(ids[::3])[side] == [i for i in members if i in ids[::3]]


def test_sides_get_their_shares():
    ids = [str(i) for i in np.random.default_rng(0).choice(900_000, 4000, replace=False)]
    sides = split_ids(ids)
    assert tuple(sides) == SIDES
    assert sorted(i for members in sides.values() for i in members) == sorted(ids)
    for side, share in zip(SIDES, SHARES):
        assert len(sides[side]) / len(ids) == pytest.approx(share, abs=0.03)


def test_lists_are_read_back(tmp_path: Path):
    write_lists(tmp_path, "deepglobe", {"train": ["1"], "val": ["2", "3"], "test": []})
    assert named_scenes([f"@{tmp_path / 'val.txt'}", "other/7"]) == ("deepglobe/2", "deepglobe/3", "other/7")
    assert named_scenes([f"@{tmp_path / 'test.txt'}"]) == ()


def test_data_with_lists_in_them(tmp_path: Path):
    write_lists(tmp_path, "deepglobe", {"val": ["2", "3"], "test": ["4"]})
    source = SourceConfig("deepglobe", "*.jpg", exclude=(f"@{tmp_path / 'test.txt'}", "5"), only=("deepglobe/6",))
    data = resolved(DataConfig((source,), held_out=(f"@{tmp_path / 'val.txt'}",), balanced=0.1))
    assert data.held_out == ("deepglobe/2", "deepglobe/3")
    assert (data.sources[0].exclude, data.sources[0].only) == (("4", "5"), ("6",))
    assert dataclasses.replace(data, held_out=(), sources=()) == DataConfig((), balanced=0.1)


def test_a_missing_list_is_named(tmp_path: Path):
    with pytest.raises(UsageError, match=r"absent\.txt.*training\.prepare writes it"):
        named_scenes([f"@{tmp_path / 'absent.txt'}"])
