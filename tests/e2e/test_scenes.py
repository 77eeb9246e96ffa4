"""Scenes in several files, from the command to the map: the same map as of the bands stacked by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import rasterio
from rasterio.transform import from_origin

from satseg_core.events import Reporter
from satseg_core.page.beside import open_image
from satseg_core.segment import SegmentOptions, SegmentResult, segment
from tests.bucket import KEYS, NAME, environment, free_port, server
from tests.e2e.command import Run, noted, satseg
from tests.scenes import (
    EAST,
    L8_ID,
    NORTH,
    PLANET_ID,
    S2_ID,
    band,
    item,
    landsat,
    planet,
    qa_pixel,
    safe,
    safe_l1c,
    scl,
    stacked,
    udm2,
    write,
)
from tests.web_server import serving

UNKNOWN, NODATA = 6, 255
S2_BANDS = [band(label, hole=True) for label in ("B04", "B03", "B02")]


def mapped(source: object, output: Path, **options: Any) -> np.ndarray:
    """The map of an input, ``(h, w) uint8``."""
    run(source, output, **options)
    with rasterio.open(output) as dataset:
        return dataset.read(1)


def run(source: object, output: Path, reporter: Reporter | None = None, **options: Any) -> SegmentResult:
    wanted = {"pixel_size": 10.0, "runtime": "onnx", "overwrite": True, **options}
    return segment(SegmentOptions(str(source), str(output), **wanted), reporter)


def grid(path: Path) -> tuple[Any, ...]:
    with rasterio.open(path) as dataset:
        return dataset.transform, dataset.crs, dataset.shape


def command(*words: object) -> Run:
    return satseg("segment", *words, "--runtime", "onnx", "--progress", "json")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return safe(tmp_path_factory.mktemp("safe"))


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The map of the product's red, green and blue in one GeoTIFF."""
    folder = tmp_path_factory.mktemp("by_hand")
    run(stacked(folder / "stack.tif", S2_BANDS), folder / "map.tif", confidence=str(folder / "confidence.tif"))
    return folder / "map.tif"


def codes(path: Path) -> np.ndarray:
    with rasterio.open(path) as dataset:
        return dataset.read(1)


def test_a_safe_is_mapped_like_its_bands_in_one_file(product: Path, by_hand: Path, tmp_path: Path) -> None:
    done = command(product, "--output", tmp_path / "map.tif", "--pixel-size", 10, "--confidence", tmp_path / "c.tif")
    assert done.code == 0, done.err
    assert np.array_equal(codes(tmp_path / "map.tif"), codes(by_hand))
    assert np.array_equal(codes(tmp_path / "c.tif"), codes(by_hand.with_name("confidence.tif")))
    assert grid(tmp_path / "map.tif") == grid(by_hand)
    assert (codes(by_hand) == NODATA).sum() == 30 * 60
    assert "is a Sentinel-2 scene: red from B04, green from B03, blue from B02." in done.out
    record = json.loads((tmp_path / "map.json").read_text())
    parts = record["input"]["overrides"]["stack"]["parts"]
    assert [(part["name"], part["label"], part["nodata"]) for part in parts] == [
        ("red", "B04", 0.0), ("green", "B03", 0.0), ("blue", "B02", 0.0)
    ]  # fmt: skip
    assert record["options"]["input"] == str(product)
    assert "scene" not in record["options"]
    with rasterio.open(tmp_path / "map.tif") as labels, open_image(record, tmp_path / "map.tif", labels) as image:
        assert image is not None  # the page shows it
        assert np.array_equal(image.read(), S2_BANDS)


def test_every_name_of_a_product_gives_the_same_map(product: Path, by_hand: Path, tmp_path: Path) -> None:
    gdals = f"SENTINEL2_L2A:{product}/MTD_MSIL2A.xml:10m:EPSG_32632"
    for name in (gdals, product / "MTD_MSIL2A.xml", product.parent):
        assert np.array_equal(mapped(name, tmp_path / "map.tif"), codes(by_hand))


def test_a_landsat_folder_is_one_scene(tmp_path: Path) -> None:
    folder = landsat(tmp_path / "scene")
    bands = [band(f"{L8_ID}{number}", hole=True) for number in (4, 3, 2)]
    expected = mapped(stacked(tmp_path / "stack.tif", bands, 30), tmp_path / "a.tif", pixel_size=30)
    assert np.array_equal(mapped(folder, tmp_path / "b.tif", pixel_size=30), expected)
    swapped = mapped(folder, tmp_path / "c.tif", pixel_size=30, bands=(3, 2, 1))
    assert not np.array_equal(swapped, expected)


def test_a_planet_folder_is_one_scene(tmp_path: Path) -> None:
    folder = planet(tmp_path / "scene")
    bands = [band(f"planet {colour}", hole=True) for colour in ("red", "green", "blue")]
    expected = mapped(stacked(tmp_path / "stack.tif", bands, 3), tmp_path / "a.tif", pixel_size=3)
    assert np.array_equal(mapped(folder, tmp_path / "b.tif", pixel_size=3), expected)


def cloudy_scl() -> np.ndarray:
    return np.kron(np.isin(scl(), (3, 8, 9, 10)), np.ones((2, 2), bool))


def test_clouds_become_unknown_in_map_confidence_areas_and_polygons(
    product: Path, by_hand: Path, tmp_path: Path
) -> None:
    clouds, land = cloudy_scl(), codes(by_hand) != NODATA
    done = command(
        product, "--output", tmp_path / "map.tif", "--pixel-size", 10, "--clouds", "unknown",
        "--confidence", tmp_path / "c.tif", "--polygons", tmp_path / "map.gpkg",
    )  # fmt: skip
    assert done.code == 0, done.err
    found = codes(tmp_path / "map.tif")
    expected = np.where(clouds & land, UNKNOWN, codes(by_hand))
    assert np.array_equal(found, expected)
    confidence = codes(tmp_path / "c.tif")
    assert np.array_equal(confidence == NODATA, clouds | ~land)
    assert np.array_equal(confidence[~clouds], codes(by_hand.with_name("confidence.tif"))[~clouds])
    record = json.loads((tmp_path / "map.json").read_text())
    assert {area["code"]: area["pixels"] for area in record["areas"]}[UNKNOWN] == (expected == UNKNOWN).sum()
    assert record["options"]["clouds"] == "unknown"
    assert record["input"]["overrides"]["clouds"]["kind"] == "scl"
    _, _, _, columns = pyogrio.raw.read(tmp_path / "map.gpkg", "map", read_geometry=False)
    fields = pyogrio.read_info(tmp_path / "map.gpkg", "map")["fields"]
    of = dict(zip(fields, columns))
    assert of["area_m2"][of["code"] == UNKNOWN].sum() == pytest.approx(100 * (expected == UNKNOWN).sum(), rel=1e-2)


def test_clouds_become_nodata(product: Path, by_hand: Path, tmp_path: Path) -> None:
    found = mapped(product, tmp_path / "map.tif", clouds="nodata")
    assert np.array_equal(found, np.where(cloudy_scl(), NODATA, codes(by_hand)))


def test_clouds_of_landsat_planet_and_level_1c(tmp_path: Path) -> None:
    bits = np.zeros((240, 240), bool)
    for bit in (1, 2, 3, 4):
        bits |= qa_pixel() == 1 << bit
    masks = udm2()
    l1c = np.zeros((40, 40), bool)
    l1c[:9], l1c[:, :7] = True, True
    for source, px, clouds in (
        (landsat(tmp_path / "l8"), 30, bits),
        (planet(tmp_path / "planet"), 3, (masks[2] | masks[4] | masks[5]).astype(bool)),
        (safe_l1c(tmp_path / "l1c"), 10, np.kron(l1c, np.ones((6, 6), bool))),
    ):
        kept = mapped(source, tmp_path / "kept.tif", pixel_size=px)
        found = mapped(source, tmp_path / "map.tif", pixel_size=px, clouds="unknown")
        assert clouds.any()
        assert not clouds.all()
        assert np.array_equal(found, np.where(clouds & (kept != NODATA), UNKNOWN, kept))


def test_a_mask_beside_a_raster_that_was_named_itself(tmp_path: Path) -> None:
    image = next(planet(tmp_path).glob("*AnalyticMS_SR_clip.tif"))
    found = mapped(image, tmp_path / "map.tif", pixel_size=3, bands=(3, 2, 1), clouds="unknown")
    assert (found[udm2()[5] > 0] != NODATA).any()
    assert np.isin(found[udm2()[5] > 0], (UNKNOWN, NODATA)).all()


@pytest.mark.parametrize("clouds", ["unknown", "nodata"])
def test_no_raster_that_tells_clouds_is_a_sentence(tmp_path: Path, clouds: str) -> None:
    done = command(
        write(tmp_path / "a.tif", np.ones((3, 64, 64), np.uint8)), "-o", tmp_path / "map.tif", "--clouds", clouds
    )
    assert done.code == 1
    assert "No raster that tells clouds lies beside" in done.out + done.err
    assert not (tmp_path / "map.tif").exists()


BIG = 600
"""Px a side that make several blocks at a quarter of them."""


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """A scene of several blocks, as some download it: a file a band, of two sizes of px."""
    folder = tmp_path / "big"
    for label, px in (("B02", 10), ("B03", 10), ("B04", 20)):
        write(folder / f"{label}.tif", band(label, px, BIG), px, nodata=0)
    write(folder / "SCL.tif", scl(BIG // 2), 20)
    return folder


def test_workers_and_resumed_runs_write_the_same_bytes(big: Path, tmp_path: Path) -> None:
    common: dict[str, Any] = {"pixel_size": 2.5, "clouds": "unknown", "resume": True}
    names = ("map.tif", "confidence.tif")
    for folder in ("here", "workers", "resumed"):
        (tmp_path / folder).mkdir()
    run(big, tmp_path / "here/map.tif", confidence=str(tmp_path / "here/confidence.tif"), **common)
    assert (codes(tmp_path / "here/map.tif") == UNKNOWN).mean() > 0.2
    done = command(
        big, "--output", tmp_path / "workers/map.tif", "--confidence", tmp_path / "workers/confidence.tif",
        "--pixel-size", 2.5, "--clouds", "unknown", "--workers", 2, "--threads", 2,
    )  # fmt: skip
    assert done.code == 0, done.err
    output, confidence = tmp_path / "resumed/map.tif", str(tmp_path / "resumed/confidence.tif")
    with pytest.raises(KeyboardInterrupt):
        run(big, output, _StopsAfterABlock(output), confidence=confidence, **common)
    assert run(big, output, confidence=confidence, **{**common, "overwrite": False}).blocks_resumed > 0
    for folder in ("workers", "resumed"):
        for name in names:
            assert (tmp_path / folder / name).read_bytes() == (tmp_path / "here" / name).read_bytes()


class _StopsAfterABlock(Reporter):
    """Ctrl-C as soon as a block is done."""

    def __init__(self, output: Path) -> None:
        self._output = output
        super().__init__(self._listen)

    def _listen(self, event: Any) -> None:
        if noted(self._output):
            raise KeyboardInterrupt


def test_a_band_that_has_changed_is_not_gone_on_with(big: Path, tmp_path: Path) -> None:
    output = tmp_path / "map.tif"
    with pytest.raises(KeyboardInterrupt):
        run(big, output, _StopsAfterABlock(output), pixel_size=2.5, resume=True, overwrite=False)
    write(big / "B03.tif", band("another", 10, BIG), nodata=0)
    done = command(big, "-o", output, "--pixel-size", 2.5, "--resume")
    assert done.code == 2
    assert "the raster" in done.out + done.err


def test_an_output_may_not_be_a_band(tmp_path: Path) -> None:
    folder = landsat(tmp_path / "scene")
    target = folder / f"{L8_ID}_SR_B4.TIF"
    before = target.read_bytes()
    done = command(folder, "-o", target, "--overwrite")
    assert done.code == 2
    assert "would replace an input" in done.out + done.err
    assert target.read_bytes() == before


def test_a_folder_without_a_scene_is_a_sentence(tmp_path: Path) -> None:
    write(tmp_path / "in" / "ortho.tif", np.ones((3, 64, 64), np.uint8))
    done = command(tmp_path / "in", "-o", tmp_path / "map.tif")
    assert done.code == 1
    assert "is a folder in which no scene is recognised" in done.out + done.err


def test_many_scenes_of_all_kinds(product: Path, by_hand: Path, tmp_path: Path) -> None:
    root = tmp_path / "archive"
    landsat(root / "landsat")
    planet(root / "planet")
    (root / f"{S2_ID}.SAFE").symlink_to(product)
    write(root / "ortho.tif", np.stack([band(name) // 40 for name in "rgb"]).astype(np.uint8), photometric="RGB")

    def many(*words: object) -> dict[str, Any]:
        done = satseg(
            "segment-many", root, "-o", tmp_path / "maps", "--pixel-size", 10, "--runtime", "onnx", "--progress",
            "json", *words,
        )  # fmt: skip
        assert done.code == 0, done.err
        return done.events[-1]

    assert (many()["done"], many()["already"]) == (4, 4)
    names = sorted(path.relative_to(tmp_path / "maps").as_posix() for path in (tmp_path / "maps").rglob("*.stac.json"))
    assert names == [f"{S2_ID}.stac.json", f"landsat/{L8_ID}.stac.json", "ortho.stac.json",
                     f"planet/{PLANET_ID}_3B.stac.json"]  # fmt: skip
    assert np.array_equal(codes(tmp_path / "maps" / f"{S2_ID}.tif"), codes(by_hand))
    made = json.loads((tmp_path / "maps" / f"{S2_ID}.stac.json").read_text())
    assert any(link["rel"] == "derived_from" and link["href"].endswith(".SAFE") for link in made["links"])
    write(root / "landsat" / f"{L8_ID}_SR_B3.TIF", band("changed"), 30, nodata=0)
    assert many()["done"] == 1
    shown = many("--clouds", "nodata", "--dry-run")
    assert len(shown["to_do"]) == 4


def stac(folder: Path) -> Path:
    """An item with an asset a band, as Earth Search has them, with other bands before."""
    cog = "image/tiff; application=geotiff; profile=cloud-optimized"
    assets: dict[str, Any] = {"aot": {"href": "./AOT.tif", "type": cog, "roles": ["data"]}}
    write(folder / "AOT.tif", band("AOT"))
    for label, name in (("B08", "nir"), ("B02", "blue"), ("B04", "red"), ("B03", "green")):
        write(folder / f"{label}.tif", band(label, hole=True))
        assets[name] = {
            "href": f"./{label}.tif", "type": cog, "roles": ["data"],
            "eo:bands": [{"name": label, "common_name": name}], "raster:bands": [{"nodata": 0, "scale": 1e-4}],
        }  # fmt: skip
    write(folder / "SCL.tif", scl(), 20)
    assets["scl"] = {"href": "./SCL.tif", "type": cog, "roles": ["data"]}
    return item(folder / "S2A_32TQT.json", assets, constellation="sentinel-2")


def test_a_stac_item_is_one_scene(by_hand: Path, tmp_path: Path) -> None:
    path = stac(tmp_path)
    assert np.array_equal(mapped(path, tmp_path / "map.tif"), codes(by_hand))
    found = mapped(path, tmp_path / "map.tif", clouds="unknown")
    assert np.array_equal(found, np.where(cloudy_scl() & (codes(by_hand) != NODATA), UNKNOWN, codes(by_hand)))
    done = satseg(
        "segment-many", path, "-o", tmp_path / "maps", "--pixel-size", 10, "--runtime", "onnx", "--progress", "none"
    )
    assert done.code == 0, done.err
    assert np.array_equal(codes(tmp_path / "maps" / "S2A_32TQT.tif"), codes(by_hand))


def test_a_stac_item_on_a_server_is_read_there(by_hand: Path, tmp_path: Path) -> None:
    path = stac(tmp_path)
    with serving(tmp_path) as server:
        done = command(f"{server.url}/{path.name}", "-o", tmp_path / "map.tif", "--pixel-size", 10)
    assert done.code == 0, done.err
    assert np.array_equal(codes(tmp_path / "map.tif"), codes(by_hand))


def test_a_safe_in_a_bucket_is_read_there(product: Path, by_hand: Path, tmp_path: Path) -> None:
    pytest.importorskip("s3fs")
    port = free_port()
    with environment({**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}), server(port) as bucket:
        client = bucket.client()
        for path in product.rglob("*.*"):
            if path.is_file():
                client.upload_file(str(path), NAME, path.relative_to(product.parent).as_posix())
        done = command(bucket.url(product.name), "-o", tmp_path / "map.tif", "--pixel-size", 10, "--clouds", "nodata")
    assert done.code == 0, done.err
    assert np.array_equal(codes(tmp_path / "map.tif"), np.where(cloudy_scl(), NODATA, codes(by_hand)))


def test_an_item_s_bands_in_another_order(by_hand: Path, tmp_path: Path) -> None:
    """One asset of four bands, of which the file says nothing and the item says all."""
    values = np.stack([band("B08", hole=True), *reversed(S2_BANDS)])
    write(tmp_path / "m.tif", values, photometric="MINISBLACK", nodata=0)
    bands = [{"name": f"b{n}", "common_name": name} for n, name in enumerate(("nir", "blue", "green", "red"))]
    path = item(tmp_path / "one.json", {"m": {"href": "m.tif", "type": "image/tiff", "eo:bands": bands}})
    assert np.array_equal(mapped(path, tmp_path / "map.tif"), codes(by_hand))


def test_bands_on_one_grid_keep_their_place(tmp_path: Path) -> None:
    """Files of a generic folder: the map lies where the finest band does."""
    for name, px in (("red", 20), ("green", 10), ("blue", 20)):
        write(tmp_path / "in" / f"site_{name}.tif", band(name, px), px)
    run(tmp_path / "in", tmp_path / "map.tif")
    assert grid(tmp_path / "map.tif")[0] == from_origin(EAST, NORTH, 10, 10)
