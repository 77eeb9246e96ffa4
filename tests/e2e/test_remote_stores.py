"""Maps of rasters in Google's and Azure's stores, that go there: servers that speak as those do, on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from satseg_core import remote
from tests.e2e.elsewhere import RASTERS, check_contents_told_apart, make_job, satseg, words
from tests.stores import Store, azure, azure_connection, google
from tests.web_server import serving

SIDE = 1000
STORES = {"google": google, "azure": azure}


@pytest.fixture(scope="module")
def job(write_scene, tmp_path_factory) -> Path:
    return make_job(tmp_path_factory.mktemp("stores"), write_scene, SIDE)


@pytest.fixture(scope="module", params=list(STORES))
def store(request, job: Path) -> Iterator[Store]:
    """A store that the environment leads to, with a scene and the mask beside it."""
    with STORES[request.param]() as found:
        for name in ("scene.tif", "scene.tif.msk"):
            remote.upload(job / name, found.url(f"in/{name}"))
        yield found


def ways(store: Store) -> list[dict[str, str | None]]:
    """Variables that lead to a store: as they are, and those of GDAL alone where it has others."""
    if store.scheme != "gs":
        return [{}]
    gdal = {"CPL_GS_ENDPOINT": f"http://127.0.0.1:{store.port}/", "GS_NO_SIGN_REQUEST": "YES"}
    return [{}, {"STORAGE_EMULATOR_HOST": None, **gdal}]


def test_maps_go_to_a_store_from_a_store(job: Path, store: Store, tmp_path: Path) -> None:
    for number, variables in enumerate(ways(store)):
        folder = store.url(f"out{number}")
        arguments = words(store.url("in/scene.tif"), folder, "--polygons", f"{folder}/map.gpkg", "--progress", "json")
        done = satseg(*arguments, SATSEG_CACHE=tmp_path, **variables)
        assert done.code == 0, done.err
        assert json.loads(done.out.splitlines()[-1])["output"] == f"{folder}/map.tif"
        names = {"map.tif", "map.qml", "map.tif.aux.xml", "map.json", "map.gpkg", "confidence.tif"}
        assert store.names(f"out{number}") == names
        for name in RASTERS:
            assert remote.content(f"{folder}/{name}") == (job / "alone" / name).read_bytes()
        assert not list(tmp_path.glob("outputs/*"))


def test_what_is_in_a_store_is_replaced_only_if_asked_for(job: Path, store: Store, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old", encoding="utf-8")
    target = store.url("kept/map.tif")
    remote.upload(tmp_path / "old", target)
    done = satseg(*words(job / "scene.tif", store.url("kept")))
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert f"{target} exists already" in done.err
    assert remote.content(target) == b"old"
    done = satseg(*words(job / "scene.tif", store.url("kept"), "--overwrite"))
    assert done.code == 0, done.err
    assert remote.content(target) == (job / "alone" / "map.tif").read_bytes()


def test_what_is_not_there_is_told_before_the_work(job: Path, store: Store, tmp_path: Path) -> None:
    cases = [
        (store.url("none.tif"), tmp_path / "a.tif", f"There is nothing to read at {store.url('none.tif')}"),
        (store.url("a.tif", "no-such-bucket"), tmp_path / "a.tif", "There is nothing to read at"),
        (job / "scene.tif", store.url("a.tif", "no-such-bucket"), "There is no bucket no-such-bucket"),
    ]
    for source, target, sentence in cases:
        check_refused(source, target, sentence)


def test_a_wrong_key_of_azure_ends_in_a_sentence(job: Path, store: Store, tmp_path: Path) -> None:
    if store.scheme != "az":
        pytest.skip("Google's server here asks nobody for a key")
    wrong = azure_connection(store.port, "d3Jvbmc=")
    for variables in ({"AZURE_STORAGE_CONNECTION_STRING": wrong}, {"AZURE_STORAGE_CONNECTION_STRING": "nonsense"}):
        check_refused(store.url("in/scene.tif"), tmp_path / "a.tif", "AZURE_STORAGE_CONNECTION_STRING", **variables)
        check_refused(job / "scene.tif", store.url("a.tif"), "check the name and the credentials", **variables)


def test_a_google_store_that_refuses_ends_in_a_sentence(job: Path, tmp_path: Path) -> None:
    pytest.importorskip("gcsfs")
    with serving(job, always=403) as web:
        variables = {"STORAGE_EMULATOR_HOST": web.url}
        check_refused("gs://scenes/in/scene.tif", tmp_path / "a.tif", "GOOGLE_APPLICATION_CREDENTIALS", **variables)
        check_refused(job / "scene.tif", "gs://scenes/a.tif", "check the name and the credentials", **variables)


@pytest.mark.parametrize("content", [None, "nonsense"])
def test_a_useless_file_of_googles_credentials_ends_in_a_sentence(job: Path, tmp_path: Path, content: str) -> None:
    file = tmp_path / "credentials.json"
    if content:
        file.write_text(content, encoding="utf-8")
    with serving(job, always=401) as web:
        variables = {"CPL_GS_ENDPOINT": f"{web.url}/", "GOOGLE_APPLICATION_CREDENTIALS": str(file)}
        source = "gs://scenes/in/scene.tif"
        check_refused(source, tmp_path / "a.tif", "GOOGLE_APPLICATION_CREDENTIALS", **variables)


def check_refused(source: object, target: object, sentence: str, **variables: str) -> None:
    """The command ends soon, with one sentence, and writes nothing."""
    done = satseg("segment", source, "--output", target, **variables)
    assert done.code == 1, done.out
    assert sentence in done.err, done.err
    assert done.err.count("\n") == 1, done.err
    assert done.seconds < 60
    assert not list(Path(str(target)).parent.glob("*.tif"))


def test_what_a_store_says_tells_contents_apart(store: Store, tmp_path: Path) -> None:
    check_contents_told_apart(store.url("replaced.tif"), tmp_path / "a")
