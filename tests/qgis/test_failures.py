"""What goes wrong ends as a failed run with a sentence, never as an empty success."""

from __future__ import annotations

import json
import math
import os
import shutil
import threading
import time
from pathlib import Path

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
)
from qgis.PyQt.QtCore import QCoreApplication


def run(name: str, parameters: dict, **options) -> dict:
    import processing

    return processing.run(name, parameters, **options)


def segment():
    return QgsApplication.processingRegistry().createAlgorithmById("satseg:segment")


def checked(parameters: dict, context) -> tuple[bool, str]:
    ok, message = segment().checkParameterValues(parameters, context)
    return ok, message


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("fail", "The raster cannot be read; choose another one."),
        ("stderr_only", "line 49"),
        ("crash", "SIGSEGV"),
        ("killed", "lack of memory"),
        ("mute", "without a result"),
    ],
)
def test_a_failing_engine_is_a_failed_run(fake_engine, image: Path, log, tmp_path: Path, mode: str, words: str) -> None:
    fake_engine(mode)
    with pytest.raises(QgsProcessingException, match=words):
        run("satseg:segment", {"INPUT": str(image), "OUTPUT": str(tmp_path / "map.tif")}, feedback=log)


def test_messages_warnings_and_progress_reach_the_log(fake_engine, image: Path, log, tmp_path: Path) -> None:
    fake_engine("work")
    run("satseg:segment", {"INPUT": str(image), "OUTPUT": str(tmp_path / "map.tif")}, feedback=log)
    assert "Running on cpu" in log.infos
    assert log.warnings == ["Ünïcode «warning»"]
    assert log.percents == [50, 100]
    assert log.texts[0] == "Classifying"


def test_cancel_stops_a_silent_engine_and_leaves_nothing(fake_engine, image: Path, log, tmp_path: Path) -> None:
    part = tmp_path / "part"
    fake_engine("wait", FAKE_PART=str(part))
    threading.Thread(target=lambda: (wait_for(part.exists), log.cancel())).start()
    began = time.monotonic()
    with pytest.raises(QgsProcessingException, match="Cancelled"):
        run("satseg:segment", {"INPUT": str(image), "OUTPUT": str(tmp_path / "map.tif")}, feedback=log)
    assert time.monotonic() - began < 10
    assert not part.exists()


def test_cancel_midway_through_the_real_engine_leaves_nothing(large_image: Path, log, context, tmp_path: Path) -> None:
    output = tmp_path / "map.tif"
    parameters = {"INPUT": str(large_image), "OUTPUT": str(output), "POLYGONS": str(tmp_path / "map.gpkg")}
    ended: list = []
    task = QgsProcessingAlgRunnerTask(segment(), parameters, context, log)
    task.executed.connect(lambda ok, results: ended.append((ok, results)))
    log.progressChanged.connect(lambda percent: log.cancel())
    QgsApplication.taskManager().addTask(task)
    wait_for(lambda: ended, seconds=90)
    assert log.percents
    assert log.percents[-1] < 100
    assert ended[0][0] is False
    assert any("Cancelled" in text for text in log.errors)
    assert list(tmp_path.iterdir()) == []
    assert not processes_that_name(str(output))


def wait_for(condition, seconds: float = 20.0) -> None:
    """Let QGIS work until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        if threading.current_thread() is threading.main_thread():
            QCoreApplication.processEvents()
        time.sleep(0.02)


def processes_that_name(text: str) -> list[str]:
    """Process ids whose command line contains the text."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_text(errors="replace")
            except OSError:
                continue
            found += [entry.name] if text in command else []
    return found


def test_without_an_engine_one_sentence_says_what_to_do(qgis, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SATSEG_PYTHON", str(tmp_path / "nowhere"))
    ok, message = segment().canExecute()
    assert not ok
    assert "SATSEG_PYTHON" in message
    assert "pip install numpy" in message
    assert "\n" not in message


def test_a_python_without_the_libraries_is_not_taken(fake_engine, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_engine("work", FAKE_PROBE=json.dumps({"missing": {"rasterio": "ModuleNotFoundError"}}))
    ok, message = segment().canExecute()
    assert not ok
    assert "cannot import rasterio" in message


def test_without_an_engine_a_run_fails(qgis, image: Path, log, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SATSEG_PYTHON", str(tmp_path / "nowhere"))
    with pytest.raises(QgsProcessingException):
        run("satseg:segment", {"INPUT": str(image), "OUTPUT": str(tmp_path / "map.tif")}, feedback=log)
    assert any("SATSEG_PYTHON" in text for text in log.errors)


def test_a_map_that_is_no_file_is_refused(context) -> None:
    layer = QgsRasterLayer("type=xyz&url=http://localhost/{z}/{x}/{y}.png&zmax=1&zmin=0", "tiles", "wms")
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("satseg:vectorize")
    ok, message = algorithm.checkParameterValues({"INPUT": layer, "OUTPUT": "TEMPORARY_OUTPUT"}, context)
    assert not ok
    assert "export the layer to a GeoTIFF first" in message


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"BANDS": [1, 2]}, "The model takes 3 bands (red, green, blue)"),
        ({"BANDS": [1, 2, 9]}, "The image has 3 bands"),
        ({"MODEL": "nonsense"}, "MODEL"),
        ({"MODEL_FILE": "/nowhere/model.onnx"}, "/nowhere/model.onnx"),
        ({"RUNTIME": "abacus"}, "RUNTIME"),
        ({"PIXEL_SIZE": 0}, "PIXEL_SIZE"),
        ({"OUTPUT": "/tmp/map.png"}, "png"),
        ({"POLYGONS": "/tmp/map.kml"}, "kml"),
    ],
)
def test_wrong_parameters_are_refused_before_anything_runs(image: Path, context, parameters: dict, words: str) -> None:
    ok, message = checked({"INPUT": str(image), "OUTPUT": "TEMPORARY_OUTPUT", **parameters}, context)
    assert not ok
    assert words in message


@pytest.mark.parametrize("name", ["OUTPUT", "POLYGONS", "CONFIDENCE", "AREAS_HTML"])
@pytest.mark.parametrize("as_definition", [False, True])
def test_a_folder_that_is_not_there_is_refused(image: Path, context, tmp_path: Path, name, as_definition) -> None:
    suffix = {"POLYGONS": "gpkg", "AREAS_HTML": "html"}.get(name, "tif")
    value = str(tmp_path / "nowhere" / f"out.{suffix}")
    if as_definition and name != "AREAS_HTML":
        value = QgsProcessingOutputLayerDefinition(value, QgsProject.instance())
    ok, message = checked({"INPUT": str(image), "OUTPUT": "TEMPORARY_OUTPUT", name: value}, context)
    assert not ok
    assert f"There is no folder {tmp_path / 'nowhere'}" in message
    (tmp_path / "nowhere").mkdir()
    assert checked({"INPUT": str(image), "OUTPUT": "TEMPORARY_OUTPUT", name: value}, context) == (True, "")


@pytest.mark.skipif(not hasattr(os, "setresuid"), reason="users are those of Unix")
def test_a_folder_that_cannot_be_written_is_refused(qgis, plain_user: None) -> None:
    from satseg_qgis.algorithms.destinations import unusable_folder

    assert "Nothing can be written into the folder /usr;" in unusable_folder(Path("/usr"))
    assert unusable_folder(Path("/tmp")) is None


@pytest.fixture
def plain_user():
    """What may be written is asked as for a user who is not root, whoever runs the tests."""
    user = os.getuid()
    os.setresuid(user or 65534, -1, -1)
    yield
    os.setresuid(user, -1, -1)


def huge_image(folder: Path, pixels: float, bands: str = "Red,Green,Blue") -> Path:
    """A virtual raster of about so many px that takes no room."""
    side = math.isqrt(int(pixels)) + 1
    path = folder / "huge.vrt"
    parts = "".join(
        f'<VRTRasterBand dataType="Byte" band="{band}"><ColorInterp>{color}</ColorInterp></VRTRasterBand>'
        for band, color in enumerate(bands.split(","), 1)
    )
    path.write_text(
        f'<VRTDataset rasterXSize="{side}" rasterYSize="{side}"><SRS>EPSG:32632</SRS>'
        f"<GeoTransform>500000, 0.1, 0, 5300000, 0, -0.1</GeoTransform>{parts}</VRTDataset>"
    )
    return path


def test_a_map_that_the_disk_cannot_hold_is_refused_at_once(context, tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    path = huge_image(tmp_path, 0.9 * free)
    output = str(tmp_path / "map.tif")
    ok, message = checked({"INPUT": str(path), "OUTPUT": output}, context)
    assert not ok
    assert "million pixels needs at least" in message
    assert f"in {tmp_path}, where" in message
    layer = QgsRasterLayer(str(path))
    part = layer.extent().buffered(-0.3 * layer.extent().width())
    smaller = {"INPUT": layer, "OUTPUT": output, "EXTENT": part}
    assert checked(smaller, context) == (True, "")
    assert checked({"INPUT": str(path), "OUTPUT": output, "RESUME": True}, context) == (True, "")
    path = huge_image(tmp_path, 0.5 * free)
    layer = QgsRasterLayer(str(path))
    assert checked({"INPUT": layer, "OUTPUT": output}, context) == (True, "")
    ok, message = checked({"INPUT": layer, "OUTPUT": output, "CONFIDENCE": str(tmp_path / "c.tif")}, context)
    assert not ok
    assert "million pixels needs at least" in message


@pytest.mark.parametrize(
    ("bands", "count"), [("Gray,Undefined", 2), ("Gray,Undefined,Alpha", 2), ("Red,Green,Blue,Alpha", 0), ("Gray", 0)]
)
def test_an_image_with_too_few_bands_is_refused_unless_bands_are_chosen(context, tmp_path, bands, count) -> None:
    parameters = {"INPUT": str(huge_image(tmp_path, 10_000, bands)), "OUTPUT": "TEMPORARY_OUTPUT"}
    ok, message = checked(parameters, context)
    assert ok == (count == 0)
    if count:
        assert f"The image has {count} bands and the model takes 3 (red, green, blue)" in message
    assert checked({**parameters, "BANDS": [1, 1, 1]}, context) == (True, "")


def test_a_band_that_is_called_near_infrared_is_no_transparency(context, tmp_path) -> None:
    path = huge_image(tmp_path, 10_000, "Gray,Undefined,Alpha")
    path.write_text(path.read_text().replace('band="3"><', 'band="3"><Description>NIR</Description><'))
    assert checked({"INPUT": str(path), "OUTPUT": "TEMPORARY_OUTPUT"}, context) == (True, "")


def test_checking_takes_no_time(image: Path, context, tmp_path: Path) -> None:
    outputs = {"POLYGONS": "map.gpkg", "CONFIDENCE": "sure.tif", "AREAS_HTML": "areas.html"}
    parameters = {name: str(tmp_path / file) for name, file in {"OUTPUT": "map.tif", **outputs}.items()}
    layer = QgsRasterLayer(str(image))
    times = []
    for _ in range(10):
        began = time.perf_counter()
        assert checked({"INPUT": layer, **parameters}, context) == (True, "")
        times.append(time.perf_counter() - began)
    assert min(times) < 0.05
    assert list(tmp_path.iterdir()) == []


def test_good_parameters_are_accepted(image: Path, context) -> None:
    assert checked({"INPUT": str(image), "OUTPUT": "TEMPORARY_OUTPUT"}, context) == (True, "")
