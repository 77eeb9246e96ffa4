"""Assets of STAC items are chosen by the bands that they say they have."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from satseg_core.errors import RasterError
from satseg_core.scenes.assets import scene_of_assets
from satseg_core.scenes.find import find_scene
from tests.scenes import item
from tests.web_server import serving

RGB = ("red", "green", "blue")
COG = "image/tiff; application=geotiff; profile=cloud-optimized"


def asset(key: str, *bands: Any, roles: tuple[str, ...] = ("data",), **more: Any) -> dict[str, Any]:
    named = [{"name": band, "common_name": band} if isinstance(band, str) else band for band in bands]
    return {"href": f"./{key}.tif", "type": COG, "roles": list(roles), **({"eo:bands": named} if named else {}), **more}


def chosen(assets: dict[str, Any], names=RGB, wanted: str | None = None, **properties: Any) -> list[tuple[str, int]]:
    """Stem of the file and number of the band that each name is read from; the file alone where it is read as it is."""
    made = {"id": "one", "assets": assets, "properties": properties}
    scene = scene_of_assets(made, "/data/item.json", names, wanted)
    if not scene.bands:
        return [(Path(scene.address).stem, 0)]
    return [(Path(part.file).stem, part.band) for part in scene.choose(names).parts]


EARTH_SEARCH = {
    "aot": asset("AOT"),
    "blue": asset("B02", {"name": "blue", "common_name": "blue", "center_wavelength": 0.49}),
    "coastal": asset("B01", {"name": "coastal", "common_name": "coastal"}),
    "green": asset("B03", {"name": "green", "common_name": "green"}),
    "nir": asset("B08", {"name": "nir", "common_name": "nir"}),
    "red": asset(
        "B04", {"name": "red", "common_name": "red"}, **{"raster:bands": [{"nodata": 0, "scale": 1e-4, "offset": -0.1}]}
    ),
    "scl": asset("SCL", **{"raster:bands": [{"nodata": 0}]}),
    "visual": asset("TCI", "red", "green", "blue", roles=("visual",)),
    "thumbnail": {"href": "./L2A_PVI.jpg", "type": "image/jpeg", "roles": ["thumbnail"]},
    "red-jp2": {"href": "./B04.jp2", "type": "image/jp2", "eo:bands": [{"name": "red", "common_name": "red"}]},
}
PLANETARY_COMPUTER = {
    "AOT": asset("AOT"),
    **{key: asset(key, {"name": key, "common_name": name}) for key, name in
       (("B02", "blue"), ("B03", "green"), ("B04", "red"), ("B05", "rededge"))},
    "SCL": asset("SCL"),
    "visual": asset("TCI", "red", "green", "blue", title="True color image"),
    "preview": asset("preview", "red", "green", "blue", roles=("overview",)),
}  # fmt: skip


@pytest.mark.parametrize(
    ("assets", "names", "expected"),
    [
        (EARTH_SEARCH, RGB, [("B04", 1), ("B03", 1), ("B02", 1)]),
        (EARTH_SEARCH, ("nir", "red"), [("B08", 1), ("B04", 1)]),
        (PLANETARY_COMPUTER, RGB, [("B04", 1), ("B03", 1), ("B02", 1)]),
        # In another order, and with more than are asked for.
        ({"image": asset("m", "nir", "blue", "green", "red")}, RGB, [("m", 4), ("m", 3), ("m", 2)]),
        # NAIP.
        ({"thumbnail": asset("t", *RGB, roles=("thumbnail",)), "image": asset("m", *RGB, "nir")}, RGB,
         [("m", 1), ("m", 2), ("m", 3)]),
        # One of four bands before a picture that comes first, and before an index.
        ({"ortho_visual": asset("v", *RGB, roles=("visual",)), "ndvi": asset("ndvi"),
          "ortho_analytic_4b_sr": asset("a", "blue", "green", "red", "nir"), "ortho_udm2": asset("u")}, RGB,
         [("a", 3), ("a", 2), ("a", 1)]),
        # A picture that is much finer than the data: pan-sharpened.
        ({"ms_analytic": asset("ms", *RGB, gsd=1.2), "visual": asset("v", *RGB, roles=("visual",), gsd=0.3)}, RGB,
         [("v", 1), ("v", 2), ("v", 3)]),
        # STAC 1.1, bands named by the product, and fields of a single band at the asset.
        ({key: {**asset(key), "bands": [{"name": key, "eo:common_name": name}]} for key, name in
          (("B04", "red"), ("B03", "green"), ("B02", "blue"))}, RGB, [("B04", 1), ("B03", 1), ("B02", 1)]),
        ({key: {**asset(key), "eo:common_name": name} for key, name in
          (("r", "red"), ("g", "green"), ("b", "blue"))}, RGB, [("r", 1), ("g", 1), ("b", 1)]),
        # By wavelength alone.
        ({"m": asset("m", {"name": "b1", "center_wavelength": 0.49}, {"name": "b2", "center_wavelength": 0.56},
                     {"name": "b3", "center_wavelength": 0.66})}, RGB, [("m", 3), ("m", 2), ("m", 1)]),
        # By the assets' keys.
        ({key: asset(key) for key in ("qa_pixel", "red", "green", "blue", "nir08")}, RGB,
         [("red", 1), ("green", 1), ("blue", 1)]),
        # The finest of several sizes.
        ({f"B0{n}_{px}m": {**asset(f"B0{n}_{px}m"), "bands": [{"name": f"B0{n}", "eo:common_name": name}]}
          for px in (60, 20, 10) for n, name in ((4, "red"), (3, "green"), (2, "blue"))}, RGB,
         [("B04_10m", 1), ("B03_10m", 1), ("B02_10m", 1)]),
        # Nothing is said: the picture, else the first data; never what tells of quality.
        ({"SCL": asset("SCL"), "data": asset("d"), "visual": asset("v", roles=("visual",))}, RGB, [("v", 0)]),
        ({"SCL": asset("SCL"), "data": asset("d")}, RGB, [("d", 0)]),
    ],
)  # fmt: skip
def test_the_asset_with_the_bands_is_taken(assets, names, expected):
    assert chosen(assets, names) == expected


def test_sentinel_s_numbers_are_read_where_the_item_says_that_it_is_one():
    assets = {key: asset(key) for key in ("B01", "B02", "B03", "B04")}
    assert chosen(assets, constellation="sentinel-2") == [("B04", 1), ("B03", 1), ("B02", 1)]
    assert chosen(assets) == [("B01", 0)]  # of another satellite they would be other colours


def test_early_stac_has_numbers_into_the_item_s_own_list():
    bands = [{"name": "B1", "common_name": name} for name in ("blue", "green", "red")]
    assert chosen({"m": {**asset("m"), "eo:bands": [2, 1, 0]}}, **{"eo:bands": bands}) == [("m", 1), ("m", 2), ("m", 3)]


def test_a_named_asset_goes_before():
    assert chosen(EARTH_SEARCH, wanted="visual") == [("TCI", 1), ("TCI", 2), ("TCI", 3)]
    assert chosen(EARTH_SEARCH, wanted="nir") == [("B08", 0)]
    with pytest.raises(RasterError, match="no asset 'swir'; it has: aot, blue"):
        chosen(EARTH_SEARCH, wanted="swir")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"nodata": -1}, -1.0),
        ({"raster:bands": [{"nodata": 0}, {"nodata": 0}, {"nodata": 0}]}, 0.0),
        ({"nodata": 5, "raster:bands": [{"nodata": 0}] * 3}, 0.0),
        ({"raster:bands": [{"nodata": "nan"}] * 3}, math.nan),
        ({}, None),
    ],
)
def test_what_an_item_says_of_no_data_is_kept(more, expected):
    assets = {"m": asset("m", *RGB, **more)}
    scene = scene_of_assets({"assets": assets}, "/data/item.json", RGB)
    assert [repr(band.nodata) for band in scene.bands] == [repr(expected)] * 3
    told = {"m": asset("m", **more)}
    alone = scene_of_assets({"assets": told}, "/data/item.json", RGB)
    assert repr(alone.nodata) == repr(() if expected is None else (expected,))


@pytest.mark.parametrize(
    ("key", "kind"),
    [("scl", "scl"), ("SCL_20m", "scl"), ("qa_pixel", "qa_pixel"), ("ortho_udm2", "udm2"), ("Fmask", "fmask")],
)
def test_quality_is_known_by_its_key(key, kind):
    scene = scene_of_assets({"assets": {key: asset(key), "m": asset("m", *RGB)}}, "https://host/i/item.json", RGB)
    assert (scene.quality.kind, scene.quality.file) == (kind, f"https://host/i/{key}.tif")


def test_an_item_s_file_means_its_scene(tmp_path):
    path = item(tmp_path / "one.json", EARTH_SEARCH)
    scene = find_scene(str(path), RGB)
    assert [part.file for part in scene.choose(RGB).parts] == [str(tmp_path / f"B0{n}.tif") for n in (4, 3, 2)]
    assert find_scene(str(path), RGB, "visual").address == str(tmp_path / "TCI.tif")
    features = [json.loads(path.read_text())] * 2
    (tmp_path / "two.json").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with pytest.raises(RasterError, match="holds 2 items"):
        find_scene(str(tmp_path / "two.json"), RGB)
    (tmp_path / "other.json").write_text('{"type": "Feature", "geometry": null, "properties": {}}')
    assert find_scene(str(tmp_path / "other.json"), RGB) is None
    with pytest.raises(RasterError, match="There is no file"):
        find_scene(str(tmp_path / "none.json"), RGB)


def test_an_item_of_a_server_needs_no_ending(tmp_path):
    folder = tmp_path / "collections" / "c" / "items"
    folder.mkdir(parents=True)
    (folder / "HLS.v2.0").write_text(item(tmp_path / "one.json", EARTH_SEARCH).read_text())
    with serving(tmp_path) as server:
        scene = find_scene(f"{server.url}/collections/c/items/HLS.v2.0", RGB)
        assert [Path(part.file).name for part in scene.choose(RGB).parts] == ["B04.tif", "B03.tif", "B02.tif"]
        assert scene.choose(RGB).parts[0].file == f"{server.url}/collections/c/items/B04.tif"
