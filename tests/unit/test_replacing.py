"""Whatever lies beside an output: what GDAL reads afterwards is the new file alone, and refused runs change no byte."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin

from satseg_core.companions import Role, companions, is_own_record
from satseg_core.errors import OutputError
from satseg_core.legend import LAND_COVER
from satseg_core.outputs import FINISHED, whole_outputs
from satseg_core.replacing import Beside, spelled
from satseg_core.run_files import RunFiles, polygon_files
from satseg_core.segment_options import SegmentOptions
from satseg_core.style import aux_xml, is_own_style, is_own_table, qml

SIDE = 64
OLD, NEW = 200, 3
PLACE = from_origin(500_000, 5_000_000, 1, 1)
PAM = (
    "<PAMDataset><SRS>EPSG:3857</SRS><GeoTransform>7,1,0,9,0,-1</GeoTransform><PAMRasterBand band='1'>"
    "<NoDataValue>3</NoDataValue><Metadata><MDI key='STATISTICS_MEAN'>77</MDI></Metadata></PAMRasterBand></PAMDataset>"
)
WORLD = "1\n0\n0\n-1\n77\n99\n"
TABLE = (
    '!table\n!version 300\nDefinition Table\n  File "map.tif"\n  Type "RASTER"\n  (1,1) (0,0) Label "a",\n'
    '  (2,1) (255,0) Label "b",\n  (3,3) (0,255) Label "c"\n  CoordSys Earth Projection 8, 104, "m", 15, 0, 0.9996,'
    ' 500000, 0\n  Units "m"\n'
)

PARTS = ["map.tif.ovr", "map.tif.OVR", "map.tif.msk", "map.tif.msk.ovr", "map.tif.MSK", "map.tif.aux.xml"]
STRANGERS = [
    *("MAP.TIF.OVR", "MAP.TIF.MSK", "map.tfw", "map.TFW", "MAP.TFW", "map.tifw", "map.wld", "map.WLD", "map.tab"),
    *("map.RPB", "map.rpc", "map.XML", "map.IMD", "map_rpc.txt", "map_RPC.TXT"),
]
HARMLESS = ["map.txt", "map.prj", "map.shp", "map.gpkg", "map.tif.txt", "mapp.tif.ovr", "map2.tfw", "map.png.aux.xml"]


def write_raster(path: Path, value: int, side: int = SIDE, placed: bool = True) -> None:
    place = {"crs": "EPSG:32633", "transform": PLACE} if placed else {}
    profile = {"driver": "GTiff", "count": 1, "height": side, "width": side, "dtype": "uint8", **place}
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(np.full((1, side, side), value, np.uint8))


def write_companion(path: Path) -> None:
    ending = path.suffix.lower()
    if ending in (".ovr", ".msk"):
        write_raster(path.with_name("scratch.tif"), OLD, SIDE // 2 if ending == ".ovr" else SIDE, placed=False)
        os.replace(path.with_name("scratch.tif"), path)
    elif ending == ".xml":
        path.write_text("<isd><IMD></IMD></isd>" if path.name == "map.XML" else PAM)
    else:
        path.write_text(WORLD if ending in (".tfw", ".tifw", ".wld") else TABLE if ending == ".tab" else "a = 1\n")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def run(folder: Path, overwrite: bool, placed: bool = True, confidence: bool = False) -> None:
    """What ``segment`` writes."""
    wanted = str(folder / "conf.tif") if confidence else None
    with whole_outputs(overwrite) as outputs:
        files = RunFiles.announce(outputs, SegmentOptions("in.tif", str(folder / "map.tif"), confidence=wanted))
        write_raster(files.output, NEW, placed=placed)
        files.aux.write_text(aux_xml(LAND_COVER))
        files.qml.write_text(qml(LAND_COVER))
        files.record.write_text('{"command": "segment", "versions": {"satseg": "0"}}')
        if files.confidence:
            write_raster(files.confidence, NEW, placed=placed)


def assert_new(path: Path, placed: bool, aux: bool) -> None:
    with rasterio.open(path) as dataset:
        assert [Path(name).name for name in dataset.files] == [path.name, *([f"{path.name}.aux.xml"] if aux else [])]
        assert dataset.overviews(1) == []
        assert dataset.nodata is None
        assert "STATISTICS_MEAN" not in dataset.tags(1)
        assert dataset.rpcs is None
        assert (dataset.crs, dataset.transform) == (
            ("EPSG:32633", PLACE) if placed else (None, rasterio.Affine.identity())
        )
        assert (dataset.read(1) == NEW).all()
        assert (dataset.read(1, out_shape=(SIDE // 2, SIDE // 2)) == NEW).all()
        assert (dataset.dataset_mask() == 255).all()


@settings(max_examples=150)
@given(
    beside=st.sets(st.sampled_from([*PARTS, *STRANGERS, *HARMLESS]), max_size=4),
    exists=st.booleans(),
    overwrite=st.booleans(),
    placed=st.booleans(),
)
def test_what_is_read_afterwards_is_the_new_map_alone(beside, exists, overwrite, placed):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if exists:
            write_raster(folder / "map.tif", OLD)
        for companion in sorted(beside):
            write_companion(folder / companion)
        before = contents(folder)
        refused = beside & {*STRANGERS, *(() if exists else PARTS)}
        if refused or (exists and not overwrite):
            with pytest.raises(OutputError) as caught:
                run(folder, overwrite, placed)
            assert contents(folder) == before
            assert (exists and not overwrite) or any(companion in str(caught.value) for companion in refused)
        else:
            run(folder, overwrite, placed)
            assert_new(folder / "map.tif", placed, aux=True)
            after = contents(folder)
            assert {key: after[key] for key in beside & {*HARMLESS}} == {
                key: before[key] for key in beside & {*HARMLESS}
            }
        assert not [path for path in folder.iterdir() if path.is_dir()]


@pytest.mark.parametrize("companion", ["conf.tif.ovr", "conf.tif.msk", "conf.tif.aux.xml"])
def test_the_confidence_loses_the_companions_of_the_old_one(tmp_path, companion):
    write_raster(tmp_path / "conf.tif", OLD)
    write_companion(tmp_path / companion)
    run(tmp_path, overwrite=True, confidence=True)
    assert_new(tmp_path / "conf.tif", placed=True, aux=False)
    assert not (tmp_path / companion).exists()


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("companion", ["conf.tif.ovr", "map.tif.ovr", "conf.tfw", "conf.qml", "conf.qmd", "map.qmd"])
def test_what_is_left_over_is_not_attached_to_a_new_map(tmp_path, companion, overwrite):
    write_companion(tmp_path / companion)
    before = contents(tmp_path)
    with pytest.raises(
        OutputError, match=f"{companion} .* read as a part of the new {companion.split('.')[0]}.tif; move"
    ):
        run(tmp_path, overwrite, confidence=True)
    assert contents(tmp_path) == before


def test_descriptions_and_styles_that_somebody_wrote_stay_with_their_file(tmp_path):
    write_raster(tmp_path / "conf.tif", OLD)
    for name in ("conf.qml", "conf.qmd", "map.qmd"):
        (tmp_path / name).write_text("mine")
    write_raster(tmp_path / "map.tif", OLD)
    run(tmp_path, overwrite=True, confidence=True)
    assert {(tmp_path / name).read_text() for name in ("conf.qml", "conf.qmd", "map.qmd")} == {"mine"}


@pytest.mark.parametrize(("name", "text"), [("map.qml", "<qgis/>"), ("map.json", '{"type": "FeatureCollection"}')])
@pytest.mark.parametrize("exists", [False, True])
@pytest.mark.parametrize("overwrite", [False, True])
def test_files_that_nobody_named_are_not_lost(tmp_path, name, text, exists, overwrite):
    if exists:
        write_raster(tmp_path / "map.tif", OLD)
    (tmp_path / name).write_text(text)
    before = contents(tmp_path)
    with pytest.raises(
        OutputError, match="exists already" if exists and not overwrite else f"{name} is not of SatSeg's"
    ):
        run(tmp_path, overwrite)
    assert contents(tmp_path) == before


def test_what_satseg_made_itself_is_replaced_even_where_its_map_is_gone(tmp_path):
    run(tmp_path, overwrite=False)
    for name in (None, "map.tif", "map.tif.aux.xml"):
        if name:
            (tmp_path / name).unlink()
        run(tmp_path, overwrite=True)
        assert_new(tmp_path / "map.tif", placed=True, aux=True)
    (tmp_path / "map.tif").unlink()
    with pytest.raises(OutputError, match=r"map.* exists already; add --overwrite"):
        run(tmp_path, overwrite=False)


@pytest.mark.filterwarnings("ignore:statistics")
def test_gdals_statistics_in_the_own_table_do_not_matter(tmp_path):
    run(tmp_path, overwrite=False)
    with rasterio.open(tmp_path / "map.tif") as dataset:
        dataset.statistics(1)
    assert b"STATISTICS" in (tmp_path / "map.tif.aux.xml").read_bytes()
    (tmp_path / "map.tif").unlink()
    run(tmp_path, overwrite=True)
    assert b"STATISTICS" not in (tmp_path / "map.tif.aux.xml").read_bytes()


def test_other_files_of_such_endings_do_not_matter(tmp_path):
    (tmp_path / "map.tab").write_text('!table\nDefinition Table\n  Type NATIVE Charset "WindowsLatin1"\n')
    (tmp_path / "map.xml").write_text("<gmd:MD_Metadata/>")
    run(tmp_path, overwrite=False)
    assert_new(tmp_path / "map.tif", placed=True, aux=True)


def test_own_files_are_told_from_others():
    style, table = qml(LAND_COVER).encode(), aux_xml(LAND_COVER).encode()
    assert is_own_style(style)
    assert is_own_style(style.replace(b"\n", b"\r\n"))
    assert not is_own_style(style.replace(b'version="3.22.0"', b'version="3.40.1-Bratislava"'))
    assert is_own_table(table)
    assert not is_own_table(PAM.encode())
    assert is_own_record(b'{"command": "segment", "versions": {"satseg": "0.1"}}')
    for other in (
        b"",
        b"[]",
        b"null",
        b'{"command": "segment"}',
        b"\xff\xfe",
        b'{"versions": {}, "command": "segment"}',
    ):
        assert not is_own_record(other)


@given(
    st.sampled_from(["map.tif", "map.gpkg", "map.shp", "a.b.tif", "ü.tif", "map.csv"]),
    st.lists(st.text(max_size=12), max_size=5),
)
def test_names_that_do_not_begin_as_the_file_are_no_companions(target, names):
    found = [companion.name for companion in companions(target, [*names, target])]
    assert all(name.casefold().startswith(target.partition(".")[0].casefold()) for name in found)
    assert target not in found


def test_names_are_told_by_their_whole_ending():
    beside = ["map.tif.ovr", "map.tif.ovr.tmp", "map.tif.ovr.aux.xml", "map.ovr", "other.map.tif.ovr", "map.tiff.ovr"]
    assert {c.name for c in companions("map.tif", beside)} == {"map.tif.ovr", "map.tif.ovr.aux.xml"}
    assert {(c.name, c.role) for c in companions("map.gpkg", ["map.gpkg-wal", "MAP.gpkg-wal", "map.gpkg.bak"])} == {
        ("map.gpkg-wal", Role.PART),
        ("MAP.gpkg-wal", Role.STRANGER),
    }


def test_where_the_system_tells_no_case_companions_are_found_by_the_name_in_the_folder(tmp_path):
    write_raster(tmp_path / "Map.tif", OLD)
    os.link(tmp_path / "Map.tif", tmp_path / "map.tif")  # both names are of the same file
    assert spelled(tmp_path / "map.tif", ["Map.tif", "Map.tif.ovr"]) == "Map.tif"
    assert spelled(tmp_path / "map.tif", ["Map.tif", "map.tif"]) == "map.tif"
    assert spelled(tmp_path / "new.tif", ["New.tif"]) == "new.tif"


# Polygons


def boxes(x: float, count: int) -> np.ndarray:
    return np.array([shapely.to_wkb(shapely.box(x + i, 0, x + i + 0.5, 0.5)) for i in range(count)], object)


def write_layer(path: Path, x: float, count: int, **options: str) -> None:
    fields = [np.arange(count, dtype=np.int32)]
    pyogrio.raw.write(
        path, boxes(x, count), fields, ["code"], geometry_type="Polygon", crs="EPSG:32633", layer_options=options
    )


@contextmanager
def new_polygons(path: Path, overwrite: bool = True) -> Iterator[None]:
    with whole_outputs(overwrite) as outputs:
        write_layer(outputs.add(path, *polygon_files(path, with_style=False)), 1000, 3)
        yield


@pytest.mark.parametrize("index", [".qix", ".QIX"])
def test_an_old_spatial_index_does_not_hide_new_polygons(tmp_path, index):
    path = tmp_path / "map.shp"
    write_layer(path, 0, 2000, SPATIAL_INDEX="YES")
    os.replace(tmp_path / "map.qix", tmp_path / f"map{index}")
    with new_polygons(path):
        pass
    assert len(pyogrio.raw.read(path, bbox=(1000, 0, 1003, 1))[2]) == 3
    assert not (tmp_path / f"map{index}").exists()


SHAPEFILE = [".qix", ".sbn", ".sbx", ".idm", ".ind", ".qpj", ".shp.xml", ".cpg", ".dbt", ".atx", ".code.atx", ".SBN"]


@pytest.mark.parametrize("ending", SHAPEFILE)
def test_all_parts_of_a_shapefile_go_with_it(tmp_path, ending):
    path = tmp_path / "map.shp"
    (tmp_path / f"map{ending}").write_text("old")
    before = contents(tmp_path)
    with pytest.raises(OutputError, match=f"map{ending} "), new_polygons(path):
        pass
    assert contents(tmp_path) == before
    write_layer(path, 0, 2)
    (tmp_path / f"map{ending}").write_text("old")
    with new_polygons(path):
        pass
    assert {p.name for p in tmp_path.iterdir()} == {
        f"map{suffix}" for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg")
    }
    assert len(pyogrio.raw.read(path)[2]) == 3


def test_the_place_of_an_old_shapefile_does_not_stay_for_a_new_one_without(tmp_path):
    path = tmp_path / "map.shp"
    write_layer(path, 0, 2)
    assert (tmp_path / "map.prj").exists()
    with whole_outputs(overwrite=True) as outputs:
        scratch = outputs.add(path, *polygon_files(path, with_style=False))
        write_layer(scratch, 0, 3)
        scratch.with_suffix(".prj").unlink()
    assert pyogrio.raw.read(path)[0]["crs"] is None


def test_another_table_is_not_taken_for_a_part_of_a_shapefile(tmp_path):
    (tmp_path / "map.dbf").write_text("mine")
    with pytest.raises(OutputError, match=r"map.dbf is not of SatSeg's making"), new_polygons(tmp_path / "map.shp"):
        pass
    assert (tmp_path / "map.dbf").read_text() == "mine"


# All or nothing


def test_what_comes_in_the_way_during_the_work_is_seen_and_the_work_is_kept(tmp_path):
    with (
        pytest.raises(OutputError, match=r"map.tfw .* The finished files lie in ") as caught,
        whole_outputs() as outputs,
    ):
        write_raster(outputs.add(tmp_path / "map.tif"), NEW)
        (tmp_path / "map.tfw").write_text(WORLD)
    (kept,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert FINISHED in kept.name
    assert str(kept) in str(caught.value)
    assert [path.name for path in kept.iterdir()] == ["map.tif"]
    assert not (tmp_path / "map.tif").exists()


def test_a_file_that_appears_during_the_work_is_not_replaced(tmp_path):
    with pytest.raises(OutputError, match="exists already"), whole_outputs() as outputs:
        write_raster(outputs.add(tmp_path / "map.tif"), NEW)
        write_raster(tmp_path / "map.tif", OLD)
    with rasterio.open(tmp_path / "map.tif") as dataset:
        assert (dataset.read() == OLD).all()


@pytest.mark.filterwarnings("ignore:statistics")
def test_companions_that_appear_during_the_work_go_too(tmp_path):
    write_raster(tmp_path / "map.tif", OLD)
    with whole_outputs(overwrite=True) as outputs:
        write_raster(outputs.add(tmp_path / "map.tif"), NEW)
        with rasterio.open(tmp_path / "map.tif") as dataset:
            dataset.statistics(1)
        write_companion(tmp_path / "map.tif.ovr")
    assert_new(tmp_path / "map.tif", placed=True, aux=False)
    assert [path.name for path in tmp_path.iterdir()] == ["map.tif"]


@pytest.mark.parametrize("stuck", ["map.tif", "map.qml", "b.tif", "map.tif.ovr", "b.tif.ovr"])
def test_if_one_file_cannot_be_replaced_none_is(tmp_path, monkeypatch, stuck):
    """As on Windows, where no file can be replaced that another program has open."""
    for name in ("map.tif", "b.tif"):
        write_raster(tmp_path / name, OLD)
        write_companion(tmp_path / f"{name}.ovr")
    (tmp_path / "map.qml").write_text(qml(LAND_COVER))
    before, replace = contents(tmp_path), os.replace

    def replace_others(source, target):
        if tmp_path / stuck in (Path(source), Path(target)):
            raise PermissionError(13, "in use")
        replace(source, target)

    monkeypatch.setattr(os, "replace", replace_others)
    with pytest.raises(OutputError) as caught, whole_outputs(overwrite=True) as outputs:
        outputs.add(tmp_path / "map.tif", Beside(tmp_path / "map.qml", is_own_style)).write_text("new")
        outputs.scratch(tmp_path / "map.qml").write_text("new")
        outputs.add(tmp_path / "b.tif").write_text("new")
    sentence = f"Cannot replace {tmp_path / stuck} (in use); close it in other programs and try again. The finished"
    assert str(caught.value).startswith(sentence)
    assert contents(tmp_path) == before
    (kept,) = [path for path in tmp_path.iterdir() if FINISHED in path.name]
    assert contents(kept) == dict.fromkeys(["map.tif", "map.qml", "b.tif"], b"new")


def test_a_folder_that_has_come_in_the_way_is_left_alone(tmp_path):
    with pytest.raises(OutputError, match=r"map.tif is a folder.*finished files"), whole_outputs(True) as outputs:
        outputs.add(tmp_path / "map.tif").write_text("new")
        (tmp_path / "map.tif" / "inside").mkdir(parents=True)
    assert (tmp_path / "map.tif" / "inside").exists()


def test_folders_are_no_companions(tmp_path):
    (tmp_path / "map.tif.ovr").mkdir()
    run(tmp_path, overwrite=True)
    run(tmp_path, overwrite=True)
    assert (tmp_path / "map.tif.ovr").is_dir()


def test_links_are_not_needed(tmp_path, monkeypatch):
    def no_links(*_paths):
        raise OSError

    monkeypatch.setattr(os, "link", no_links)
    for overwrite in (False, True):
        run(tmp_path, overwrite)
        assert_new(tmp_path / "map.tif", placed=True, aux=True)


def test_sentences_and_errors_have_the_users_names(tmp_path):
    from satseg_core.events import Message, Reporter

    heard: list[str] = []
    reporter = Reporter(lambda event: heard.append(event.text) if isinstance(event, Message) else None)
    target = tmp_path / "map.tif"
    with pytest.raises(OutputError) as caught, whole_outputs(reporter=reporter) as outputs:
        scratch = outputs.add(target)
        reporter.warning(f"{scratch} has no CRS.")
        reporter.message(f"Made {scratch.with_suffix('.gpkg')}.")
        raise OutputError(f"{scratch} cannot be written.")
    assert heard == [f"{target} has no CRS.", f"Made {tmp_path / 'map.gpkg'}."]
    assert str(caught.value) == f"{target} cannot be written."


def test_every_subset_of_old_outputs_is_replaced(tmp_path):
    names = ["map.tif", "map.qml", "map.json", "map.tif.aux.xml"]
    run(tmp_path / "first", overwrite=False)
    for number in range(len(names) + 1):
        for subset in itertools.combinations(names, number):
            folder = tmp_path / "-".join(["again", *subset])
            folder.mkdir()
            for name in subset:
                shutil.copy(tmp_path / "first" / name, folder)
            run(folder, overwrite=True)
            assert_new(folder / "map.tif", placed=True, aux=True)
            assert {path.name for path in folder.iterdir()} == set(names)
