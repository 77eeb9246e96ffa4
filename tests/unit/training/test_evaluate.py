"""Measuring through the engine: what is counted is what ``satseg segment`` writes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.transform import from_origin

from satseg_core.errors import CancelledError, UsageError
from satseg_core.events import Progress, Reporter
from satseg_core.legend import LAND_COVER
from satseg_core.model.card import ModelCard
from satseg_core.model.runtime import Runtime, load_runtime
from satseg_core.model.store import find_model
from satseg_core.segment import SegmentOptions, segment
from training import evaluate as module
from training.config import parse_config
from training.data.codes import IGNORE
from training.data.scenes import Scene, find_scenes
from training.evaluate import SceneMap, chosen_scenes, evaluate_scenes
from training.metrics import confusion

PIXEL = 0.6
"""M a px of the made scenes: the model's px is about twice that."""


@pytest.fixture(scope="module")
def card() -> ModelCard:
    return find_model().card


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    return load_runtime(find_model(), "onnx", threads=1)


@pytest.fixture(scope="module")
def settings(scenes_folder: Path) -> dict[str, object]:
    source = {
        "name": "made",
        "images": f"{scenes_folder.as_posix()}/images/*.jpg",
        "labels": f"{scenes_folder.as_posix()}/labels/{{id}}_mask.png",
        "coding": "colors128",
        "pixel_size": PIXEL,
    }
    return {"output": "nowhere", "data": {"sources": [source], "held_out": ["made/a", "made/c"]}}


@pytest.fixture(scope="module")
def scenes(settings: dict[str, object]) -> list[Scene]:
    return find_scenes(parse_config(settings).data, LAND_COVER)


@pytest.fixture
def mapped_by_the_engine(tmp_path: Path) -> Callable[[Scene], tuple[np.ndarray, np.ndarray]]:
    """Codes and confidence that ``satseg segment`` writes of a scene."""

    def run(scene: Scene) -> tuple[np.ndarray, np.ndarray]:
        output, confidence = tmp_path / "map.tif", tmp_path / "confidence.tif"
        # The engine is told in px what the scene knows in metres: pixels of such files are its unit.
        size = find_model().card.pixel_size / PIXEL
        segment(
            SegmentOptions(
                str(scene.image), str(output), confidence=str(confidence), pixel_size=size, runtime="onnx", threads=1
            )
        )
        with rasterio.open(output) as codes, rasterio.open(confidence) as percent:
            return codes.read(1), percent.read(1)

    return run


def collected(runtime: Runtime, card: ModelCard, scenes: Sequence[Scene]) -> list[SceneMap]:
    maps: list[SceneMap] = []
    evaluate_scenes(runtime, card, scenes, watcher=maps.append)
    return maps


def test_scenes_are_mapped_as_the_command_maps_them(runtime, card, scenes, mapped_by_the_engine) -> None:
    (mapped,) = collected(runtime, card, scenes[:1])
    codes, percent = mapped_by_the_engine(scenes[0])
    np.testing.assert_array_equal(mapped.predicted, codes)
    np.testing.assert_array_equal(mapped.confidence, percent)
    expected = confusion(scenes[0].read_codes_full(), codes, 7)
    np.testing.assert_array_equal(mapped.counted.confusion, expected)
    assert expected.sum() == codes.size


def test_sampled_scores_tell_the_map(runtime, card, scenes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLES", scenes[0].shape[0] ** 2)
    (mapped,) = collected(runtime, card, scenes[:1])
    found = mapped.counted
    np.testing.assert_array_equal(found.scores.argmax(axis=1), mapped.predicted.ravel())
    np.testing.assert_array_equal(found.labels, scenes[0].read_codes_full().ravel())
    monkeypatch.setattr(module, "SAMPLES", 400)
    assert len(evaluate_scenes(runtime, card, scenes[:1]).labels) == 20**2


def test_long_scenes_are_handed_out_thinned(runtime, card, scenes, monkeypatch: pytest.MonkeyPatch) -> None:
    (whole,) = collected(runtime, card, scenes[:1])
    monkeypatch.setattr(module, "LONGEST", 60)
    (thin,) = collected(runtime, card, scenes[:1])
    np.testing.assert_array_equal(thin.predicted, whole.predicted[::3, ::3])
    np.testing.assert_array_equal(thin.confidence, whole.confidence[::3, ::3])


def test_scenes_add_up(runtime, card, scenes) -> None:
    together = evaluate_scenes(runtime, card, scenes)
    assert together.scenes == ("made/a", "made/b", "made/c", "made/d")
    for number, scene in enumerate(scenes):
        alone = evaluate_scenes(runtime, card, [scene])
        np.testing.assert_array_equal(together.matrices[number], alone.confusion)
        np.testing.assert_array_equal(together.scores[together.places == number], alone.scores)


def test_georeference_goes_before_what_is_configured_and_holes_do_not_count(runtime, card, tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(1, 255, (3, 64, 96)).astype(np.uint8)
    pixels[:, :20] = 0
    place = {"crs": "EPSG:32633", "transform": from_origin(5e5, 5e6, 2.44, 2.44)}
    for name, bands in (("image", pixels), ("label", np.full((1, 64, 96), 3, np.uint8))):
        profile = {"driver": "GTiff", "count": len(bands), "height": 64, "width": 96, "dtype": "uint8", **place}
        with rasterio.open(tmp_path / f"{name}.tif", "w", nodata=0 if name == "image" else None, **profile) as dataset:
            dataset.write(bands)
    source = {"name": "placed", "images": f"{tmp_path}/imag*.tif", "labels": f"{tmp_path}/label.tif", "pixel_size": 9.0}
    data = parse_config({"output": "", "data": {"sources": [source]}}).data
    (mapped,) = collected(runtime, card, find_scenes(data, LAND_COVER))
    assert (mapped.predicted[:20] == IGNORE).all()
    assert mapped.counted.confusion[3].sum() == mapped.counted.confusion.sum() == 44 * 96


def test_progress_is_told_and_can_be_cancelled(runtime, card, scenes) -> None:
    seen: list[Progress] = []
    evaluate_scenes(runtime, card, scenes[:2], Reporter(seen.append))
    assert {event.stage for event in seen} == {"made/a", "made/b"}
    assert [event.fraction for event in seen] == sorted(event.fraction for event in seen)
    assert seen[-1].fraction == pytest.approx(1.0)
    with pytest.raises(CancelledError):
        evaluate_scenes(runtime, card, scenes, Reporter(cancelled=lambda: True))


def test_scenes_are_chosen_by_name_or_by_an_id_that_is_alone(scenes) -> None:
    assert [scene.name for scene in chosen_scenes(scenes, ["made/c", "a"])] == ["made/c", "made/a"]
    with pytest.raises(UsageError, match="is none of them; give names as source/id, such as made/a"):
        chosen_scenes(scenes, ["made/x"])
    other = replace(scenes[0], source=replace(scenes[0].source, name="other"))
    with pytest.raises(UsageError, match="could be several"):
        chosen_scenes([*scenes, other], ["a"])


def test_nothing_to_measure_on_is_said(runtime, card) -> None:
    with pytest.raises(UsageError, match=r"data\.held_out"):
        evaluate_scenes(runtime, card, [])


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "training.evaluate", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def configured(settings: dict[str, object], tmp_path_factory: pytest.TempPathFactory) -> Path:
    import tomli_w

    path = tmp_path_factory.mktemp("configured") / "cfg.toml"
    path.write_text(tomli_w.dumps({**settings, "card": {"name": "landcover"}}), encoding="utf-8")
    return path


def test_the_command_writes_a_report(configured: Path, tmp_path: Path, runtime, card, scenes) -> None:
    found = run(str(configured), "--output", str(tmp_path / "report"), "--threads", "1", "--runtime", "onnx")
    assert found.returncode == 0, found.stderr
    assert found.stderr == ""
    assert "pixel accuracy: " in found.stdout
    report = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    expected = evaluate_scenes(runtime, card, [scenes[0], scenes[2]])
    assert report["scenes"] == ["made/a", "made/c"]
    assert report["confusion"] == expected.confusion.tolist()
    assert report["figures"]["miou"] == pytest.approx(expected.figures()["miou"], abs=1e-4)
    assert report["calibration"]["ece_before"] == pytest.approx(expected.error(1.0), abs=1e-4)
    assert report["model"]["weights_sha256"] == card.weights_sha256
    text = (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
    assert f"{report['figures']['miou']:.3f}" in text
    for picture in ("pictures/made_a.png", "pictures/made_c.png", "reliability.png"):
        assert f"]({picture})" in text
        with Image.open(tmp_path / "report" / picture) as image:
            assert min(image.size) > 500


def test_the_command_leaves_pictures_out_if_told(configured: Path, tmp_path: Path) -> None:
    words = ("--scenes", "d", "--no-pictures", "--model", "landcover", "--threads", "1")
    found = run(str(configured), "--output", str(tmp_path), *words)
    assert found.returncode == 0, found.stderr
    assert not list((tmp_path / "pictures").iterdir())
    assert "## Pictures" not in (tmp_path / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message", "code"),
    [
        (("--scenes", "made/x"), "error: The scene made/x is none of them", 2),
        (("--model", "nothing"), "error: There is no model 'nothing'", 1),
    ],
)
def test_mistakes_are_one_line(
    configured: Path, tmp_path: Path, words: tuple[str, ...], message: str, code: int
) -> None:
    found = run(str(configured), "--output", str(tmp_path / "report"), *words)
    assert found.returncode == code
    assert found.stderr.startswith(message)
    assert found.stderr.count("\n") == 1
    assert not (tmp_path / "report").exists()
