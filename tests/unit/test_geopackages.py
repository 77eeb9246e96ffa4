"""GeoPackages are replaced whole, with their logs and journals, unless something in them would be lost."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from satseg_core.errors import OutputError
from satseg_core.events import Reporter
from satseg_core.geopackages import is_worked_on, strangers
from satseg_core.legend import LAND_COVER
from satseg_core.outputs import whole_outputs
from satseg_core.raster.zones import zone_areas
from satseg_core.vector.polygons import vectorize
from satseg_core.vector.zone_file import write_zones


@pytest.fixture
def labels(make_raster) -> Path:
    return make_raster(np.arange(64, dtype=np.uint8).reshape(8, 8) % 3)


def write_own(path: Path, labels: Path) -> int:
    return vectorize(labels, path, LAND_COVER, Reporter(), metadata={"SATSEG": "0"}).polygons


def write_layer(path: Path, layer: str, **options: object) -> None:
    square = np.array([shapely.to_wkb(shapely.box(0, 0, 1, 1))], object)
    pyogrio.raw.write(path, square, [], [], layer=layer, geometry_type="Polygon", crs="EPSG:32633", **options)


def replace(path: Path, labels: Path) -> int:
    with whole_outputs(overwrite=True) as outputs:
        return write_own(outputs.add(path), labels)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(path: Path, labels: Path, words: str) -> None:
    before = contents(path.parent)
    with pytest.raises(OutputError, match=words):
        replace(path, labels)
    assert contents(path.parent) == before


def assert_whole(path: Path, count: int) -> None:
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert len(pyogrio.raw.read(path, layer=path.stem)[2]) == count
    assert not [other for other in path.parent.iterdir() if other.name.startswith(f"{path.name}-")]


def crashed(path: Path, mode: str, *statements: str) -> None:
    """Leave a database as a program leaves it that is killed in the middle of its work."""
    script = (
        "import os, sqlite3, sys\n"
        "database = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        f"database.execute('PRAGMA journal_mode={mode}')\n"
        "for statement in sys.argv[2:]: database.execute(statement)\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", script, path, *statements], check=True)


@contextmanager
def opened_elsewhere(path: Path, *statements: str) -> Iterator[None]:
    """Another program that has a database open."""
    script = (
        "import sqlite3, sys\n"
        "database = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "for statement in sys.argv[2:]: database.execute(statement).fetchall()\n"
        "print('open', flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(path), *statements]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        assert child.stdin
        assert child.stdout.readline() == "open\n"
        yield
        child.stdin.close()


def test_an_own_file_is_replaced(tmp_path, labels):
    path = tmp_path / "map.gpkg"
    write_own(path, labels)
    assert strangers(path) == []
    assert_whole(path, replace(path, labels))


def test_zones_with_areas_are_own_too(tmp_path, labels):
    write_layer(tmp_path / "zones.gpkg", "zones")
    box = np.array([shapely.to_wkb(shapely.box(500_000, 4_999_990, 500_010, 5_000_000))], object)
    pyogrio.raw.write(tmp_path / "zones.gpkg", box, [], [], geometry_type="Polygon", crs="EPSG:32633")
    zones = zone_areas(labels, str(tmp_path / "zones.gpkg"), LAND_COVER, Reporter())
    write_zones(tmp_path / "areas.gpkg", zones, LAND_COVER)
    assert strangers(tmp_path / "areas.gpkg") == []


@pytest.mark.parametrize("layers", [["map"], ["roads"], ["roads", "parcels"], ["rtree_like"]])
def test_layers_of_others_are_not_lost(tmp_path, labels, layers):
    path = tmp_path / "map.gpkg"
    for number, layer in enumerate(layers):
        write_layer(path, layer, append=number > 0)
    assert sorted(strangers(path)) == sorted(layers)
    refused(path, labels, rf"map.gpkg holds what SatSeg has not made and would be lost \(.*{layers[-1]}")


def test_a_layer_that_was_added_to_an_own_file_is_not_lost(tmp_path, labels):
    path = tmp_path / "map.gpkg"
    write_own(path, labels)
    write_layer(path, "roads", append=True)
    assert strangers(path) == ["roads"]
    refused(path, labels, r"\(roads\)")


@pytest.mark.parametrize(
    ("statements", "lost"),
    [
        (["CREATE TABLE qgis_projects(name TEXT, metadata BLOB, content BLOB)"], "qgis_projects"),
        (["CREATE TABLE notes(x)"], "notes"),
        (["CREATE VIEW seen AS SELECT * FROM map"], "seen"),
        (["UPDATE layer_styles SET description = 'Sat Nov 28 2026'"], "the style land cover"),
        (["INSERT INTO layer_styles (styleName, description) VALUES ('mine', '')"], "the style mine"),
    ],
)
def test_projects_tables_and_styles_are_not_lost(tmp_path, labels, statements, lost):
    path = tmp_path / "map.gpkg"
    write_own(path, labels)
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)
    assert strangers(path) == [lost]
    refused(path, labels, rf"\({lost}\)")


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_no_geopackage_is_replaced_as_its_name_was_given(tmp_path, labels, content):
    path = tmp_path / "map.gpkg"
    path.write_bytes(content)
    assert_whole(path, replace(path, labels))


# What SQLite leaves beside a file


@pytest.mark.parametrize("has_memory", [False, True])
def test_an_old_log_is_not_replayed_into_the_new_file(tmp_path, labels, has_memory):
    path = tmp_path / "map.gpkg"
    write_own(path, labels)
    crashed(path, "WAL", "UPDATE gpkg_contents SET description = 'old'")
    assert (tmp_path / "map.gpkg-wal").stat().st_size
    if not has_memory:
        (tmp_path / "map.gpkg-shm").unlink()
    assert_whole(path, replace(path, labels))


def test_an_old_journal_is_not_rolled_back_into_the_new_file(tmp_path, labels):
    path = tmp_path / "map.gpkg"
    write_own(path, labels)
    statements = ["PRAGMA cache_size=1", "BEGIN", "UPDATE layer_styles SET styleQML = zeroblob(999999)"]
    crashed(path, "DELETE", *statements)
    assert (tmp_path / "map.gpkg-journal").stat().st_size
    assert_whole(path, replace(path, labels))


def test_a_layer_that_is_in_the_log_alone_is_not_lost(tmp_path, labels):
    path = tmp_path / "map.gpkg"
    write_own(path, labels)
    crashed(path, "WAL", "CREATE TABLE notes(x)")
    assert strangers(path) == ["notes"]
    refused(path, labels, r"\(notes\)")


def test_a_file_that_cannot_be_copied_is_not_changed_by_being_looked_at(tmp_path, labels, monkeypatch):
    def no_room(*_paths):
        raise OSError(28, "No space left on device")

    path = tmp_path / "map.gpkg"
    write_own(path, labels)
    write_layer(path, "roads", append=True)
    crashed(path, "WAL", "CREATE TABLE notes(x)")
    monkeypatch.setattr(shutil, "copyfile", no_room)
    before = contents(tmp_path)
    assert strangers(path) == ["roads"]
    assert contents(tmp_path) == before


def test_a_log_of_a_file_that_is_gone_is_named(tmp_path, labels):
    path = tmp_path / "map.gpkg"
    write_own(tmp_path / "old.gpkg", labels)
    crashed(tmp_path / "old.gpkg", "WAL", "UPDATE gpkg_contents SET description = 'old'")
    shutil.copy(tmp_path / "old.gpkg-wal", tmp_path / "map.gpkg-wal")
    refused(path, labels, r"map.gpkg-wal .* read as a part of the new map.gpkg; move or delete it")


# Other programs


WRITES = [
    ["PRAGMA journal_mode=WAL", "SELECT count(*) FROM map"],
    ["PRAGMA journal_mode=WAL", "BEGIN IMMEDIATE", "UPDATE gpkg_contents SET description = 'x'"],
    ["BEGIN IMMEDIATE"],
    ["BEGIN EXCLUSIVE"],
]


@pytest.mark.parametrize("statements", WRITES)
def test_a_file_that_another_program_works_on_is_left_to_it(tmp_path, labels, statements):
    path = tmp_path / "map.gpkg"
    write_own(path, labels)
    assert not is_worked_on(path)
    with opened_elsewhere(path, *statements):
        assert is_worked_on(path)
        refused(path, labels, r"Another program has .*map.gpkg open")
    assert not is_worked_on(path)
    assert_whole(path, replace(path, labels))


def test_a_file_that_another_program_only_reads_is_replaced(tmp_path, labels):
    path = tmp_path / "map.gpkg"
    write_own(path, labels)
    with opened_elsewhere(path, "BEGIN", "SELECT * FROM map"):
        assert_whole(path, replace(path, labels))


def test_a_program_that_has_opened_it_during_the_work_is_seen(tmp_path, labels):
    path = tmp_path / "map.gpkg"
    write_own(path, labels)
    before = path.read_bytes()
    with ExitStack() as other:
        words = r"Another program has .* The finished files lie in "
        with pytest.raises(OutputError, match=words), whole_outputs(overwrite=True) as outputs:
            write_own(outputs.add(path), labels)
            other.enter_context(opened_elsewhere(path, "BEGIN IMMEDIATE"))
    assert path.read_bytes() == before
