"""Outputs appear whole or not at all."""

from __future__ import annotations

import pytest

from satseg_core.errors import OutputError
from satseg_core.outputs import PARTIAL, sidecar, whole_outputs


def test_outputs_appear_together_at_the_end(tmp_path):
    with whole_outputs() as outputs:
        paths = [outputs.add(tmp_path / "deep" / name) for name in ("a.tif", "b.json")]
        for path in paths:
            path.write_text("x")
        assert [p.name for p in (tmp_path / "deep").iterdir()] == [f"{paths[0].parent.name}"]
        assert PARTIAL in paths[0].parent.name
    assert sorted(p.name for p in (tmp_path / "deep").iterdir()) == ["a.tif", "b.json"]


def test_nothing_appears_and_nothing_is_lost_after_an_error(tmp_path):
    (tmp_path / "a.tif").write_text("old")
    with pytest.raises(RuntimeError), whole_outputs(overwrite=True) as outputs:
        outputs.add(tmp_path / "a.tif").write_text("half")
        raise RuntimeError
    assert [p.name for p in tmp_path.iterdir()] == ["a.tif"]
    assert (tmp_path / "a.tif").read_text() == "old"


def test_existing_files_are_kept_unless_asked(tmp_path):
    (tmp_path / "a.tif").write_text("old")
    with pytest.raises(OutputError, match="--overwrite"), whole_outputs() as outputs:
        outputs.add(tmp_path / "a.tif")
    with whole_outputs(overwrite=True) as outputs:
        outputs.add(tmp_path / "a.tif").write_text("new")
    assert (tmp_path / "a.tif").read_text() == "new"


def test_what_was_not_written_does_not_replace_anything(tmp_path):
    (tmp_path / "a.tif").write_text("old")
    with whole_outputs(overwrite=True) as outputs:
        outputs.add(tmp_path / "a.tif")
    assert (tmp_path / "a.tif").read_text() == "old"


def test_two_outputs_of_one_name_and_folders_are_refused(tmp_path):
    with pytest.raises(OutputError, match="Two outputs"), whole_outputs() as outputs:
        outputs.add(tmp_path / "a.tif")
        outputs.add(tmp_path / "." / "a.tif")
    with pytest.raises(OutputError, match="is a folder"), whole_outputs() as outputs:
        outputs.add(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="choose another place"), whole_outputs() as outputs:
        outputs.add(tmp_path / "file" / "a.tif")


def test_sidecars(tmp_path):
    assert sidecar(tmp_path / "a.b.tif", ".qml").name == "a.b.qml"
    assert sidecar(tmp_path / "a.tif", "+.aux.xml").name == "a.tif.aux.xml"
