"""What is a scene in folders, lists, STAC files and indexes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from satseg_core.errors import RasterError, UsageError
from satseg_core.many.scenes import find_scenes
from satseg_core.remote.addresses import absolute
from satseg_core.scenes.assets import choose_asset


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def names(inputs: list[Path], output: Path, **options: Any) -> list[str]:
    return [scene.name for scene in find_scenes([str(path) for path in inputs], str(output), **options)]


def test_folders_keep_their_folders_and_outputs_are_no_scenes(tmp_path: Path) -> None:
    touch(
        *(tmp_path / name for name in ("a.tif", "A.JP2", "x/a.tiff", "x/notes.txt", "x/a.tif.aux.xml", "y/b.vrt")),
        tmp_path / "maps" / "a.tif",
        tmp_path / "x" / "a.tif.satseg-unfinished" / "map.tif",
        tmp_path / "older" / "c.tif",
        tmp_path / "older" / "c.confidence.tif",
        tmp_path / "theirs" / "d.tif",
        tmp_path / "theirs" / "d.stac.json",
    )
    (tmp_path / "older" / "c.stac.json").write_text('{"properties": {"satseg:job": {}}}')
    found = names([tmp_path], tmp_path / "maps")
    # On systems that tell case, A.JP2 and a.tif are two scenes; on those that do not, two files of one name.
    folder = tmp_path.name
    assert found == sorted([f"{folder}/A", f"{folder}/a_tif", "theirs/d", "x/a", "y/b"]) or found == sorted(
        [f"{folder}/A_jp2", f"{folder}/a", "theirs/d", "x/a", "y/b"]
    )


def test_links_that_go_round_are_left(tmp_path: Path) -> None:
    touch(tmp_path / "x" / "a.tif")
    (tmp_path / "x" / "round").symlink_to(tmp_path, target_is_directory=True)
    assert names([tmp_path], tmp_path / "maps") == ["x/a"]


def test_scenes_of_one_name_in_a_list_get_the_folders_that_tell_them_apart(tmp_path: Path) -> None:
    listed = tmp_path / "scenes.txt"
    listed.write_text(
        "# years\n2020/north/a.tif\n2021/north/a.tif\n\n2021/north/b.tif\ns3://bucket/c.tif?signature=1\n2021/north/b.tif\n"
    )
    scenes = find_scenes([str(listed)], str(tmp_path / "maps"))
    assert [scene.name.rpartition("2020")[2] or scene.name for scene in scenes]
    assert {scene.name.split("/")[-1] for scene in scenes} == {"a", "b", "c"}
    by_name = {scene.name: scene.source for scene in scenes}
    assert len(by_name) == 4
    assert by_name["b"] == str(tmp_path / "2021" / "north" / "b.tif")
    assert by_name["c"] == "s3://bucket/c.tif?signature=1"
    long = sorted(name for name in by_name if name.endswith("/a"))
    assert [name.endswith(year) for name, year in zip(long, ("2020/north/a", "2021/north/a"))] == [True, True]


def test_a_list_of_paths_below_one_folder_gives_short_names(tmp_path: Path) -> None:
    listed = tmp_path / "scenes.csv"
    listed.write_text("2020/a.tif\n2021/a.tif\n2021/b.tif\n")
    assert names([listed], tmp_path / "maps") == ["2020/a", "2021/a", "b"]


@pytest.mark.parametrize(
    ("href", "base", "expected"),
    [
        ("a.tif", "https://host/items/x.json", "https://host/items/a.tif"),
        ("../a.tif", "https://host/items/x.json", "https://host/a.tif"),
        ("./b/a.tif", "s3://bucket/items/x.json", "s3://bucket/items/b/a.tif"),
        ("s3://other/a.tif", "https://host/items/x.json", "s3://other/a.tif"),
        ("/vsicurl/https://h/a.tif", "x.json", "/vsicurl/https://h/a.tif"),
    ],
)
def test_addresses_are_relative_to_the_file_they_are_in(href: str, base: str, expected: str) -> None:
    assert absolute(href, base) == expected


def test_local_addresses(tmp_path: Path) -> None:
    base = str(tmp_path / "items" / "x.json")
    assert absolute("../a.tif", base) == str(tmp_path / "a.tif")
    assert absolute((tmp_path / "a b.tif").as_uri(), base) == str(tmp_path / "a b.tif")


TIFF = "image/tiff; application=geotiff"


@pytest.mark.parametrize(
    ("assets", "wanted", "expected"),
    [
        ({"thumb": {"type": "image/png", "roles": ["thumbnail"]}, "image": {"type": TIFF}}, None, "image"),
        ({"B04": {"type": TIFF, "roles": ["data"]}, "tci": {"type": TIFF, "roles": ["visual"]}}, None, "tci"),
        ({"scl": {"type": TIFF}, "B04": {"type": "image/jp2", "roles": ["data"]}}, None, "B04"),
        ({"small": {"type": TIFF, "roles": ["overview"]}, "image": {"type": None}}, None, "image"),
        ({"B04": {"type": TIFF}, "visual": {"type": TIFF}}, None, "visual"),
        ({"B04": {"type": TIFF}, "visual": {"type": TIFF}}, "B04", "B04"),
    ],
)
def test_the_asset_that_looks_most_like_a_picture(assets: dict[str, Any], wanted: str | None, expected: str) -> None:
    full = {key: {"href": f"{key}.tif", **value} for key, value in assets.items()}
    assert choose_asset(full, wanted, "item") == expected


def test_an_item_without_the_asset_says_which_it_has() -> None:
    with pytest.raises(RasterError, match="no asset 'red'; it has: B04"):
        choose_asset({"B04": {"href": "a.tif"}}, "red", "item")


def test_catalogues_are_followed_to_their_items(tmp_path: Path) -> None:
    def write(name: str, **value: Any) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))

    write(
        "catalog.json",
        type="Catalog",
        links=[{"rel": "self", "href": "./catalog.json"}, {"rel": "child", "href": "./c/collection.json"}],
    )
    links = [{"rel": "item", "href": "./i/one.json"}, {"rel": "parent", "href": "../catalog.json"}]
    write("c/collection.json", type="Collection", links=links)
    write(
        "c/i/one.json",
        type="Feature",
        id="one/1",
        properties={"datetime": None, "start_datetime": "2020-01-01T00:00:00Z", "proj:shape": [10, 20]},
        assets={"data": {"href": "./one.tif", "roles": ["data"], "file:size": 77}},
    )
    (scene,) = find_scenes([str(tmp_path / "catalog.json")], str(tmp_path / "maps"))
    assert scene.name == "one_1"
    assert scene.source == str(tmp_path / "c" / "i" / "one.tif")
    assert (scene.found.pixels, scene.found.size) == (200, 77)
    assert scene.found.item is not None
    assert scene.found.item.times == {"start_datetime": "2020-01-01T00:00:00Z"}
    write("c/collection.json", type="Collection", links=[{"rel": "item", "href": "./i/two.json"}])
    with pytest.raises(UsageError, match=r"two\.json cannot be read"):
        find_scenes([str(tmp_path / "catalog.json")], str(tmp_path / "maps"))
