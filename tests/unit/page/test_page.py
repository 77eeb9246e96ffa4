"""The whole page of a map: what is beside the map is on it, and nothing breaks it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from satseg_core.legend import LAND_COVER
from satseg_core.model.store import find_model
from satseg_core.page import map_page
from satseg_core.page.markup import WIDTH

PANEL = (482, 321)
"""Width and height of both pictures of the map that the engine made."""

MOST_BYTES = 600_000


def test_image_and_map_are_side_by_side(made, page):
    image, drawn = page(made / "map.tif").pictures(least=100)
    assert image.shape == drawn.shape == (PANEL[1], PANEL[0], 3)
    assert np.abs(image[100:250, 250:].astype(int) - [200, 40, 90]).mean() < 4
    with rasterio.open(made / "map.tif") as dataset:
        codes = dataset.read(1)
    for down, across in ((0.5, 0.25), (0.5, 0.75), (0.9, 0.4)):
        code = codes[int(down * 400), int(across * 600)]
        assert tuple(drawn[int(down * PANEL[1]), int(across * PANEL[0])]) == LAND_COVER.by_code(int(code)).color


def test_no_data_is_hatched_in_both_pictures_and_named(made, page):
    seen = page(made / "map.tif")
    for picture in seen.pictures(least=100):
        hatched = picture[5:70, 5:70]
        assert hatched.min() > 200
        assert hatched.std() > 5
    assert "No data" in seen.text


def test_a_map_full_of_data_mentions_no_nodata(make_raster, page):
    assert "No data" not in page(make_raster(np.full((40, 50), 3, np.uint8), nodata=255)).text


def test_the_record_is_on_the_page(made, page, record):
    seen = page(made / "map.tif")
    card = find_model().card
    expected = {
        "File": str(made / "scene & co.tif"),
        "Raster": "600 × 400 px, uint8, GTiff",
        "Coordinate system": "WGS 84 / UTM zone 33N (EPSG:32633)",
        "Bands": "1, 2, 3",
        "Model": f"{card.name} {card.version}",
        "Licence": card.licence,
        "Known limits": card.limits[0],
    }
    assert {name: seen.row(name)[1] for name in expected} == expected
    assert seen.row("Runtime")[1].startswith("onnx ")
    assert f"{100 * card.accuracy['pixel_accuracy']:.0f} % of pixels right" in seen.row("Accuracy")[1]
    assert record["versions"]["satseg"] in seen.row("Versions")[1]
    assert any(row[0].startswith("satseg segment ") for row in seen.rows)
    for sentence in record["warnings"]:
        assert sentence in seen.text
    whole = next(row[0] for row in seen.rows if row and row[0].startswith("{"))
    assert json.loads(whole) == record


@pytest.mark.parametrize(
    ("low", "high", "expected"), [([0, 5, 0], [9, 9, 9], "dark is 0, 5, 0, bright is 9"), ([0], [0.25], "dark is 0,")]
)
def test_values_of_bands_that_differ_are_all_told(copy_of, page, record, low, high, expected):
    record["input"]["stretch"].update(low=low, high=high)
    assert page(copy_of(record)).row("Values")[1].startswith(expected)


@pytest.mark.parametrize(
    ("metres_of", "expected"),
    [
        ("ground", "m on the ground"),
        ("plane", "in the plane of its coordinates"),
        ("pixels", "of unknown size"),
        (None, "ground"),
    ],
)
def test_metres_are_told_of_what_they_are(copy_of, page, record, metres_of, expected):
    record["input"].pop("metres_of")
    record["input"].update({"metres_of": metres_of} if metres_of else {})
    assert page(copy_of(record)).row("Pixel")[1].endswith(expected)


@pytest.mark.parametrize(
    ("finished", "expected"),
    [("2026-01-02T10:00:00+00:00", "less than a second"), ("2026-01-02T10:01:59+00:00", "119 s"),
     ("2026-01-02T10:20:00+00:00", "20 min"), ("2026-01-03T11:01:00+00:00", "25 h 1 min")],
)  # fmt: skip
def test_how_long_a_run_took(copy_of, page, record, finished, expected):
    record.update(started="2026-01-02T10:00:00+00:00", finished=finished)
    assert page(copy_of(record)).row("Finished")[1].endswith(f"UTC; it took {expected}")


def test_pages_are_plain(made, page):
    seen = page(made / "map.tif")
    assert not {"script", "link", "iframe", "style "} & seen.tags
    assert all(source.startswith("data:image/") for _, _, source in seen.sources)


def test_without_a_record_there_are_map_chart_and_table(made, tmp_path, page):
    shutil.copy(made / "map.tif", tmp_path / "map.tif")
    seen = page(tmp_path / "map.tif")
    assert len(seen.pictures(least=100)) == 1
    assert "In figures" in seen.text
    assert "How the map was made" not in seen.text


@pytest.mark.parametrize("change", ["gone", "another size", "moved"])
def test_an_image_that_is_not_the_one_that_was_mapped_is_not_shown(made, copy_of, page, record, change):
    path = Path(record["input"]["path"])
    other = path.with_name("other.tif")
    if change != "gone":
        with rasterio.open(path) as image:
            profile, values = image.profile, image.read()
        profile.update({"width": 300} if change == "another size" else {"transform": from_origin(0, 5e6, 2.44, 2.44)})
        with rasterio.open(other, "w", **profile) as image:
            image.write(values[:, :, : profile["width"]])
    record["input"]["path"] = str(other)
    seen = page(copy_of(record))
    other.unlink(missing_ok=True)
    assert len(seen.pictures(least=100)) == 1
    assert "The image that was mapped, other.tif, is not at its place any more." in seen.text


def test_an_image_beside_its_map_is_found_when_both_have_moved(made, copy_of, page, record, tmp_path):
    record["input"]["path"] = "/no/such/folder/scene & co.tif"
    shutil.copy(made / "scene & co.tif", tmp_path)
    assert len(page(copy_of(record)).pictures(least=100)) == 2


def test_an_image_that_cannot_be_read_is_not_shown(made, copy_of, page, record, tmp_path):
    data = (made / "scene & co.tif").read_bytes()
    (tmp_path / "scene & co.tif").write_bytes(data[: len(data) // 3])
    record["input"]["path"] = str(tmp_path / "scene & co.tif")
    seen = page(copy_of(record))
    assert len(seen.pictures(least=100)) == 1
    assert "The image that was mapped, scene & co.tif" in seen.text


def test_the_record_of_another_map_is_left_out(copy_of, page, record):
    record["grid"]["rows"] = [0, 399]
    assert "How the map was made" not in page(copy_of(record)).text


@pytest.mark.parametrize("record", [[], "text", None, {"grid": 1}, {"command": "segment"}])
def test_what_is_no_record_is_left_out(copy_of, page, record):
    assert "How the map was made" not in page(copy_of(record)).text


@pytest.mark.parametrize("worth", [None, "<b>", [7]])
def test_parts_of_a_record_may_be_anything(copy_of, page, record, worth):
    strange = dict.fromkeys(record, worth)
    seen = page(copy_of({**strange, "grid": record["grid"], "command": "segment"}))
    assert "The whole run record" in seen.text
    assert len(seen.pictures(least=100)) == 1


def test_a_record_may_lack_any_of_its_parts(copy_of, page, record):
    for name in record.keys() - {"grid", "command"}:
        seen = page(copy_of({key: value for key, value in record.items() if key != name}))
        assert "The whole run record" in seen.text
        assert seen.row("Tiles")[1].endswith(" run, 320 px each with an overlap of 64"), name


def test_values_inside_of_a_record_may_be_anything(copy_of, page, record):
    strange = {"command": "segment", "grid": record["grid"]}
    for part in ("input", "model", "runtime", "options", "versions", "seconds"):
        strange[part] = dict.fromkeys(record[part], "<script>alert(1)</script>")
    strange["warnings"] = ["<script>alert(2)</script>"]
    seen = page(copy_of(strange))
    assert "script" not in seen.tags
    assert "alert(2)" in seen.text


def test_another_model_of_the_same_name_adds_nothing(copy_of, page, record):
    record["model"]["weights_sha256"] = "0" * 64
    seen = page(copy_of(record))
    assert seen.row("Model")[1].startswith(record["model"]["name"])
    assert not any(row[:1] == ["Licence"] for row in seen.rows)


def test_flat_maps_are_below_their_image(make_raster, tmp_path, copy_of, page, record):
    image = make_raster(np.full((3, 100, 900), 90, np.uint8), name="flat.tif")
    map_path = make_raster(np.full((100, 900), 4, np.uint8), name="map.tif", nodata=255)
    with rasterio.open(image) as dataset:
        record["input"].update(path=str(image), width=900, height=100, transform=list(dataset.transform)[:6])
    record["grid"].update(rows=[0, 100], cols=[0, 900])
    (tmp_path / "map.json").write_text(json.dumps(record))
    shown = page(map_path).pictures(least=100)
    assert [picture.shape[1] for picture in shown] == [WIDTH, WIDTH]


def test_zones_have_a_chart_each_though_they_share_a_name(made, look):
    rows = [
        {"zone": zone, "code": c.code, "name": c.name, "pixels": pixels, "area_m2": None, "percent": pixels}
        for zone, pixels in (("<b>River</b>", 10.0), ("<b>River</b>", 0.0))
        for c in LAND_COVER
    ]
    html = map_page(made / "map.tif", rows, LAND_COVER)
    assert html.count("<h2>&lt;b&gt;River&lt;/b&gt;</h2>") == 2
    assert "No class has any pixels here." in look(html).text
    assert "How the map was made" in look(html).text


@pytest.mark.parametrize("shape", [(1400, 1100), (300, 2400), (3000, 200), (1, 1)])
def test_pages_are_small_however_restless_the_map(make_raster, tmp_path, page, record, shape):
    rng = np.random.default_rng(5)
    image = make_raster(rng.integers(0, 256, (3, *shape)).astype(np.uint8), name="noise.tif")
    map_path = make_raster(rng.integers(0, 20, shape).astype(np.uint8), name="map.tif", nodata=255)
    with rasterio.open(image) as dataset:
        record["input"].update(path=str(image), width=shape[1], height=shape[0], transform=list(dataset.transform)[:6])
    record["grid"].update(rows=[0, shape[0]], cols=[0, shape[1]])
    (tmp_path / "map.json").write_text(json.dumps(record))
    seen = page(map_path)
    assert len(seen.sources) >= 2
    assert max(width for width, _, _ in seen.sources) <= WIDTH
    assert sum(len(source) for _, _, source in seen.sources) < MOST_BYTES


@pytest.mark.parametrize(("layout", "pictures"), [({"tiled": True}, 1), ({"blockysize": 1}, 2)])
def test_of_a_huge_image_a_picture_is_drawn_only_where_that_costs_little(tmp_path, look, record, layout, pictures):
    side = 16_000
    profile = {"driver": "GTiff", "width": side, "height": side, "dtype": "uint8", "sparse_ok": True, **layout}
    place = {"crs": "EPSG:32633", "transform": from_origin(500_000, 5_000_000, 1, 1)}
    with rasterio.open(tmp_path / "huge.tif", "w", **profile, **place, count=3) as dataset:
        record["input"].update(
            path=str(tmp_path / "huge.tif"), width=side, height=side, transform=list(dataset.transform)[:6]
        )
    with rasterio.open(tmp_path / "map.tif", "w", **profile, **place, count=1, nodata=255):
        pass
    record["grid"].update(rows=[0, side], cols=[0, side])
    (tmp_path / "map.json").write_text(json.dumps(record))
    seen = look(map_page(tmp_path / "map.tif", record["areas"], LAND_COVER))
    assert len(seen.pictures(least=100)) == pictures
    assert ("needs overviews" in seen.text) == (pictures == 1)
