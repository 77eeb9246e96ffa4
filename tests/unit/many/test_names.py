"""Every scene has a name of its own, which does not depend on the order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from satseg_core.many.names import Candidate, clean, unique_names

SUFFIXES = (".tif", ".jp2")

parts = st.text(st.sampled_from("aAb.*:/ "), max_size=4)
candidates = st.builds(Candidate, parts, parts, st.sampled_from(["", ".tif", ".jp2", ".vrt"]))


@given(st.lists(candidates, max_size=8))
def test_names_are_unique_on_any_system(wanted: list[Candidate]) -> None:
    names = unique_names(wanted, SUFFIXES)
    assert len({name.casefold() for name in names}) == len(wanted)
    for name in names:
        assert name == name.strip("/")
        assert not set(name) & set('*:?"<>|\\')
        assert ".." not in name.split("/")


@given(st.lists(st.builds(Candidate, parts, parts, st.sampled_from(SUFFIXES)), max_size=6, unique=True), st.randoms())
def test_names_do_not_depend_on_the_order(wanted: list[Candidate], random) -> None:
    shuffled = random.sample(wanted, len(wanted))
    assert sorted(unique_names(wanted, SUFFIXES)) == sorted(unique_names(shuffled, SUFFIXES))


def test_the_first_kind_of_file_keeps_the_name() -> None:
    wanted = [Candidate("a", "x/a", ".jp2"), Candidate("a", "x/a", ".tif"), Candidate("b", "x/b", ".jp2")]
    assert unique_names(wanted, SUFFIXES) == ["x/a_jp2", "x/a", "b"]


def test_names_of_satsegs_own_files_are_left_to_them() -> None:
    assert clean("north/collection") == "north/collection_"
    assert clean("Mosaic.gti") == "Mosaic.gti_"
    assert clean("a.stac") == "a_stac"
    assert clean("a.confidence") == "a_confidence"
    assert clean("../a") == "a"
