"""Polygons of a map: valid, covering its pixels exactly, with true areas and the style inside the file."""

from __future__ import annotations

import math
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.features
import shapely
from affine import Affine
from pyogrio import list_layers, read_info
from pyogrio.raw import read
from rasterio.transform import from_origin

from satseg_core.errors import CancelledError, OutputError, RasterError, UsageError
from satseg_core.events import Progress, Reporter
from satseg_core.legend import LAND_COVER
from satseg_core.raster.area import class_areas
from satseg_core.style import qml
from satseg_core.vector import pool
from satseg_core.vector.polygons import PolygonOptions, vectorize

UTM = {"crs": "EPSG:32631", "transform": from_origin(500_000, 6_650_000, 0.5, 0.5)}
LONLAT = {"crs": "EPSG:4326", "transform": from_origin(10, 60, 1e-5, 1e-5)}
ROTATED = {"crs": "EPSG:32631", "transform": Affine(0.4, 0.3, 500_000, 0.3, -0.4, 5_000_000)}
SOUTH_UP = {"crs": "EPSG:32631", "transform": Affine(0.5, 0, 500_000, 0, 0.5, 5_000_000)}
NOWHERE = {"crs": None, "transform": from_origin(0, 90, 0.5, 0.5)}

needs_coverages = pytest.mark.skipif(not hasattr(shapely, "coverage_simplify"), reason="needs shapely 2.1")


@pytest.fixture(scope="module")
def codes():
    """A map with areas of all sizes, islands, lakes and nodata, ``(180, 200) uint8``."""
    rng = np.random.default_rng(3)
    coarse = np.kron(rng.integers(0, 4, (18, 20)), np.ones((10, 10), int))
    codes = np.where(rng.random(coarse.shape) < 0.06, rng.integers(0, 7, coarse.shape), coarse).astype(np.uint8)
    codes[60:100, 30:90] = 255
    codes[75:80, 50:60] = 4
    codes[:, -3:] = 255
    return codes


@pytest.fixture
def polygons_of(make_raster, tmp_path):
    """Vectorize codes; gives codes, areas and polygons of the rows, the summary and the files."""

    def run(codes, place=UTM, **options):
        labels = make_raster(codes, name="map.tif", nodata=255, **place)
        output = tmp_path / "land.gpkg"
        summary = vectorize(labels, output, LAND_COVER, Reporter(), PolygonOptions(**options))
        meta, _, wkb, columns = read(output, layer="land")
        fields = dict(zip(meta["fields"], columns))
        code, name, area = fields["code"], fields["class"], columns[2]
        assert [LAND_COVER.by_code(c).name for c in code] == list(name)
        return {
            "fields": fields,
            "code": code,
            "area": area,
            "polygon": shapely.from_wkb(wkb),
            "summary": summary,
            "labels": labels,
            "output": output,
        }

    return run


@pytest.mark.parametrize("place", [UTM, LONLAT, ROTATED, SOUTH_UP, NOWHERE])
def test_polygons_are_valid_and_cover_the_pixels(polygons_of, codes, place):
    found = polygons_of(codes, place)
    polygon, code = found["polygon"], found["code"]
    assert shapely.is_valid(polygon).all()
    assert (shapely.get_type_id(polygon) == shapely.GeometryType.POLYGON).all()
    assert found["summary"].polygons == len(polygon)
    drawn = rasterio.features.rasterize(
        zip(polygon, code), codes.shape, fill=255, transform=place["transform"], dtype="uint8"
    )
    np.testing.assert_array_equal(drawn, codes)


@pytest.mark.parametrize("place", [UTM, LONLAT, ROTATED, SOUTH_UP])
def test_outer_rings_run_counter_clockwise_and_holes_clockwise(polygons_of, codes, place):
    polygon = polygons_of(codes, place)["polygon"]
    assert shapely.is_ccw(shapely.get_exterior_ring(polygon)).all()
    holes = [hole for one in polygon for hole in one.interiors]
    assert holes
    assert not shapely.is_ccw(holes).any()


@needs_coverages
@pytest.mark.parametrize("options", [{}, {"min_area": 4.0}, {"simplify": 1.0}, {"min_area": 4.0, "simplify": 1.5}])
def test_neighbours_share_every_vertex_of_their_borders(polygons_of, codes, options):
    polygon = polygons_of(codes, **options)["polygon"]
    assert shapely.is_valid(polygon).all()
    assert shapely.coverage_is_valid(polygon)


@pytest.mark.parametrize(("place", "tolerance"), [(UTM, 1e-8), (LONLAT, 1e-9), (ROTATED, 1e-7)])
def test_areas_are_those_of_the_map(polygons_of, codes, place, tolerance):
    found = polygons_of(codes, place)
    for area in class_areas(found["labels"], LAND_COVER, Reporter()):
        total = found["area"][found["code"] == area.code].sum()
        assert total == pytest.approx(area.area_m2, rel=tolerance)
    assert found["summary"].area_field == "area_m2"


def test_without_crs_areas_are_counted_in_pixels(polygons_of, codes):
    found = polygons_of(codes, {"crs": None, "transform": from_origin(0, 100, 0.5, 0.5)})
    assert found["summary"].area_field == "area_px"
    assert found["area"].sum() == (codes != 255).sum()


def test_without_a_place_polygons_lie_where_qgis_shows_the_raster(polygons_of, codes):
    found = polygons_of(codes, {"crs": None, "transform": None})
    assert shapely.total_bounds(found["polygon"]).tolist() == [0, -180, 197, 0]
    drawn = rasterio.features.rasterize(
        zip(found["polygon"], found["code"]), codes.shape, fill=255, transform=from_origin(0, 0, 1, 1), dtype="uint8"
    )
    np.testing.assert_array_equal(drawn, codes)


def test_a_map_without_data_gives_an_empty_layer(polygons_of):
    found = polygons_of(np.full((20, 30), 255, np.uint8))
    assert found["summary"].polygons == 0
    info = read_info(found["output"], layer="land")
    assert info["features"] == 0
    assert info["geometry_type"] == "Polygon"
    assert list(info["fields"]) == ["code", "class", "area_m2", "area_ha", "perimeter_m"]


def test_a_raster_of_one_class_is_one_rectangle(polygons_of):
    found = polygons_of(np.full((20, 30), 3, np.uint8))
    assert len(found["polygon"]) == 1
    assert shapely.get_num_coordinates(found["polygon"][0]) == 5


def test_diagonal_neighbours_stay_apart(polygons_of):
    found = polygons_of(np.array([[0, 255], [255, 0]], np.uint8))
    assert len(found["polygon"]) == 2


def test_maps_from_elsewhere(make_raster, tmp_path, codes):
    labels = make_raster(np.where(codes == 255, -1, codes.astype(np.int16)), nodata=-1, **UTM)
    output = tmp_path / "other.gpkg"
    assert vectorize(labels, output, LAND_COVER, Reporter()).polygons > 10
    _, _, wkb, fields = read(output, layer="other")
    drawn = rasterio.features.rasterize(
        zip(shapely.from_wkb(wkb), fields[0]), codes.shape, fill=255, transform=UTM["transform"], dtype="uint8"
    )
    np.testing.assert_array_equal(drawn, codes)


@pytest.mark.parametrize("min_area", [0.5, 2.0, 5.0, 12.5])
def test_small_areas_are_merged(polygons_of, codes, min_area):
    found = polygons_of(codes, min_area=min_area)
    big_enough = found["area"] >= min_area * 0.999
    small = found["polygon"][~big_enough]
    others = shapely.union_all(found["polygon"][big_enough])
    shared = shapely.length(shapely.intersection(shapely.boundary(small), others)) if len(small) else np.zeros(0)
    assert not shared.any(), "only what has nodata all around may stay small"
    assert found["area"].sum() == pytest.approx((codes != 255).sum() * 0.25, rel=1e-3)


def test_merging_keeps_nodata(polygons_of, codes):
    found = polygons_of(codes, min_area=5.0)
    drawn = rasterio.features.rasterize(found["polygon"], codes.shape, transform=UTM["transform"])
    np.testing.assert_array_equal(drawn == 1, codes != 255)


@needs_coverages
def test_simplifying_takes_vertices_and_leaves_the_total(polygons_of):
    rows, columns = np.indices((120, 120))
    slanting = np.where(columns > rows * 0.7 + 10, 1, 3).astype(np.uint8)
    before = polygons_of(slanting)
    before["output"].unlink()
    after = polygons_of(slanting, simplify=2.0)
    count = [int(shapely.get_num_coordinates(found["polygon"]).sum()) for found in (before, after)]
    assert count[1] < count[0] / 5
    assert after["area"].sum() == pytest.approx(before["area"].sum(), rel=1e-9)
    assert after["area"] == pytest.approx(before["area"], rel=0.02)


@pytest.mark.parametrize("option", ["min_area", "simplify"])
def test_refuses_negative_options(polygons_of, codes, option):
    with pytest.raises(UsageError, match="negative"):
        polygons_of(codes, **{option: -1.0})


def test_refuses_images(make_raster, tmp_path):
    with pytest.raises(RasterError, match="3 bands"):
        vectorize(make_raster(np.zeros((3, 4, 4), np.uint8)), tmp_path / "x.gpkg", LAND_COVER, Reporter())


def test_a_folder_that_is_missing_is_told(make_raster, tmp_path, codes):
    with pytest.raises(OutputError, match=r"x\.gpkg"):
        vectorize(make_raster(codes, nodata=255, **UTM), tmp_path / "absent" / "x.gpkg", LAND_COVER, Reporter())


def test_cancel_stops_it(make_raster, tmp_path, codes):
    asked = []
    reporter = Reporter(cancelled=lambda: bool(asked.append(1)) or len(asked) > 1)
    with pytest.raises(CancelledError):
        vectorize(make_raster(codes, nodata=255, **UTM), tmp_path / "x.gpkg", LAND_COVER, reporter)


def test_progress_grows_to_the_end(make_raster, tmp_path, codes):
    seen = []
    reporter = Reporter(lambda event: seen.append(event.fraction) if isinstance(event, Progress) else None)
    reporter.plan({"polygons": 1})
    vectorize(make_raster(codes, nodata=255, **UTM), tmp_path / "x.gpkg", LAND_COVER, reporter)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1)


def test_the_style_is_inside(polygons_of, codes):
    output = polygons_of(codes)["output"]
    with closing(sqlite3.connect(output)) as database:
        rows = database.execute("SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles")
        assert rows.fetchall() == [("land", "geom", 1, qml(LAND_COVER))]
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert {name for name, _ in list_layers(output)} == {"land", "layer_styles"}


def rows_of(found):
    """Polygons with their fields, whatever order and vertex they begin with."""
    numbers = [np.round(np.asarray(found["fields"][name], float), 3) for name in ("code", "area_m2", "perimeter_m")]
    return sorted(zip(shapely.to_wkb(shapely.normalize(found["polygon"])), *numbers))


@pytest.mark.parametrize("options", [{}, {"min_area": 3.0}])
@pytest.mark.parametrize("block", [1, 7, 64, 199])
def test_polygons_are_the_same_whatever_the_blocks(polygons_of, codes, options, block):
    part = codes[50:110, 20:110] if block == 1 else codes
    expected = polygons_of(part, block=1000, **options)
    expected["output"].unlink()
    found = polygons_of(part, block=block, **options)
    assert rows_of(found) == rows_of(expected)


@pytest.mark.parametrize("options", [{}, {"simplify": 1.5}, {"smooth": True, "simplify": 1.0, "min_area": 3.0}])
def test_polygons_are_the_same_whatever_the_processes(polygons_of, codes, options):
    expected = polygons_of(codes, block=32, **options)
    expected["output"].unlink()
    assert rows_of(polygons_of(codes, block=32, workers=2, **options)) == rows_of(expected)


@needs_coverages
@pytest.mark.parametrize("options", [{"smooth": True}, {"simplify": 1.5}, {"smooth": True, "simplify": 1.0}])
def test_blocks_fit_together_when_smoothed_and_simplified(polygons_of, codes, options):
    polygon = polygons_of(codes, block=23, **options)["polygon"]
    assert shapely.is_valid(polygon).all()
    assert shapely.coverage_is_valid(polygon)
    assert (shapely.get_type_id(polygon) == shapely.GeometryType.POLYGON).all()


def test_smoothing_moves_no_border_by_more_than_half_a_pixel(polygons_of, codes):
    exact = polygons_of(codes)
    exact["output"].unlink()
    smooth = polygons_of(codes, smooth=True)
    assert len(smooth["polygon"]) == len(exact["polygon"])
    for code in np.unique(exact["code"]):
        before = shapely.union_all(exact["polygon"][exact["code"] == code])
        after = shapely.union_all(smooth["polygon"][smooth["code"] == code])
        assert before.boundary.buffer(0.5 * 0.5).covers(after.boundary)
    assert shapely.get_num_coordinates(smooth["polygon"]).sum() > 0


def test_perimeters_are_measured_on_the_ground(polygons_of):
    codes = np.full((40, 60), 255, np.uint8)
    codes[10:20, 10:40] = 1
    codes[12:15, 12:18] = 255
    assert polygons_of(codes)["fields"]["perimeter_m"] == pytest.approx([0.5 * (2 * (10 + 30) + 2 * (3 + 6))], rel=1e-3)


def test_perimeters_of_longitudes_and_latitudes(polygons_of):
    codes = np.full((40, 60), 255, np.uint8)
    codes[10:20, 10:40] = 1
    across, down = 1e-5 * 111_412 * math.cos(math.radians(60)), 1e-5 * 111_412
    expected = 2 * (10 * down + 30 * across)
    assert polygons_of(codes, LONLAT)["fields"]["perimeter_m"] == pytest.approx([expected], rel=2e-3)


def test_polygons_get_the_mean_of_the_confidence(polygons_of, make_raster, codes):
    rng = np.random.default_rng(1)
    percent = np.where(codes == 255, 255, rng.integers(0, 101, codes.shape)).astype(np.uint8)
    path = make_raster(percent, name="confidence.tif", nodata=255, **UTM)
    for block in (1000, 33):
        found = polygons_of(codes, confidence=path, block=block)
        for polygon, mean in zip(found["polygon"], found["fields"]["confidence"]):
            inside = rasterio.features.geometry_mask([polygon], codes.shape, UTM["transform"], invert=True)
            assert mean == pytest.approx(percent[inside].mean())
        found["output"].unlink()


def test_a_confidence_of_another_grid_is_refused(polygons_of, make_raster, codes, tmp_path):
    with pytest.raises(RasterError, match=r"other pixels than map\.tif"):
        polygons_of(codes, confidence=make_raster(codes[1:], name="confidence.tif", **UTM))
    with pytest.raises(RasterError, match="cannot be opened"):
        polygons_of(codes, confidence=tmp_path / "absent.tif")


@pytest.mark.parametrize("options", [{}, {"min_area": 2.0}])
@pytest.mark.parametrize("broken", ["map.tif", "confidence.tif"])
def test_a_damaged_raster_is_named_and_not_taken_for_a_full_disk(make_raster, tmp_path, broken, options):
    noise = np.random.default_rng(0).integers(0, 7, (600, 600)).astype(np.uint8)
    labels, confidence = (
        make_raster(noise, name=name, nodata=255, tiled=True, compress="deflate", **UTM)
        for name in ("map.tif", "confidence.tif")
    )
    whole = (tmp_path / broken).read_bytes()
    (tmp_path / broken).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RasterError, match=rf"{broken} is damaged"):
        vectorize(labels, tmp_path / "x.gpkg", LAND_COVER, Reporter(), PolygonOptions(confidence=confidence, **options))


def test_what_made_it_is_kept_with_the_layer(make_raster, tmp_path, codes):
    output = tmp_path / "land.gpkg"
    labels = make_raster(codes, nodata=255, **UTM)
    vectorize(labels, output, LAND_COVER, Reporter(), metadata={"MODEL": "landcover 1"})
    assert read_info(output, layer="land")["layer_metadata"]["MODEL"] == "landcover 1"


class Killed(pool.BlockWorker):
    """A worker whose process dies at its third block."""

    def run(self, task):
        if multiprocessing.parent_process() and task.column == 64:
            os._exit(9)
        return super().run(task)


def test_a_worker_that_dies_leaves_its_blocks_to_this_process(polygons_of, codes, monkeypatch):
    expected = polygons_of(codes, block=32)
    expected["output"].unlink()
    monkeypatch.setattr(pool, "_start", _start_killed)
    assert rows_of(polygons_of(codes, block=32, workers=2)) == rows_of(expected)


def _start_killed(job):
    pool._workers.append(Killed(job))


KILLED = """
import sys
from pathlib import Path
from satseg_core.vector import pool
from satseg_core.vector.block import Job, Task
if __name__ == "__main__":
    results = pool.run_blocks(Job(Path(sys.argv[1]), block=16), [Task(r, c) for r in range(0, 160, 16)
        for c in range(0, 192, 16)], 2)
    next(results)
    from multiprocessing import active_children
    print(*(child.pid for child in active_children()), flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at /proc")
def test_workers_end_with_a_process_that_is_killed(make_raster, codes, tmp_path):
    script = tmp_path / "killed.py"
    script.write_text(KILLED, encoding="utf-8")
    labels = make_raster(codes, nodata=255, **UTM)
    child = subprocess.Popen([sys.executable, script, labels], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    workers = child.stdout.readline().split()
    assert len(workers) == 2
    child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()
    for _ in range(100):
        if not any(_runs(worker) for worker in workers):
            return
        time.sleep(0.1)
    pytest.fail("workers outlived the process that began them")


def _runs(pid):
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
