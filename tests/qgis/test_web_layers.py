"""Layers that are no files: drawn from a true server of tiles, then mapped like any other image."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import QgsProcessingException, QgsProject, QgsRasterLayer, QgsRectangle

PLACE = {"north": 48.01, "south": 48.0, "west": 11.0, "east": 11.015}
EXTENT = "{west},{east},{south},{north} [EPSG:4326]".format(**PLACE)


def run(name: str, parameters: dict, **options) -> dict:
    import processing

    return processing.run(name, parameters, **options)


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """Port of a running tile server."""
    bounds = [str(PLACE[side]) for side in ("north", "south", "west", "east")]
    command = [sys.executable, str(Path(__file__).with_name("tile_server.py")), *bounds]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    yield int(child.stdout.readline())
    child.kill()
    child.wait()
    child.stdout.close()


def tiles(port: int) -> QgsRasterLayer:
    layer = QgsRasterLayer(
        f"type=xyz&url=http://127.0.0.1:{port}/%7Bz%7D/%7Bx%7D/%7By%7D.png&zmin=0&zmax=19", "tiles", "wms"
    )
    assert layer.isValid()
    QgsProject.instance().addMapLayer(layer)
    return layer


def test_a_web_map_is_drawn_and_mapped(server: int, qgis, log, tmp_path: Path) -> None:
    outputs = run(
        "satseg:segment",
        {"INPUT": tiles(server), "EXTENT": EXTENT, "OUTPUT": str(tmp_path / "map.tif")},
        feedback=log,
    )
    dataset = gdal.Open(outputs["OUTPUT"])
    # 0.01 degrees are 1,112 m, 0.015 at that latitude 1,118 m; the model's px is 2.44 m.
    assert dataset.RasterYSize == pytest.approx(1112 / 2.44, rel=0.01)
    assert dataset.RasterXSize == pytest.approx(1118 / 2.44, rel=0.01)
    assert outputs["AREA_M2"] == pytest.approx(1112 * 1118, rel=0.02)
    assert any("is no file" in text for text in log.infos)
    record = json.loads(Path(outputs["RECORD"]).read_text(encoding="utf-8"))
    drawn = gdal.Open(record["options"]["input"])
    upper, lower = (drawn.ReadAsArray(100, row, 1, 1)[:3].ravel().tolist() for row in (100, 350))
    assert (upper, lower) == ([40, 110, 40], [40, 70, 160])


def test_the_size_of_its_pixels_may_be_chosen(server: int, qgis, tmp_path: Path) -> None:
    outputs = run(
        "satseg:segment",
        {"INPUT": tiles(server), "EXTENT": EXTENT, "PIXEL_SIZE": 5, "OUTPUT": str(tmp_path / "map.tif")},
    )
    assert gdal.Open(outputs["OUTPUT"]).RasterYSize == pytest.approx(1112 / 5, rel=0.01)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "may be endless; choose the extent"),
        ({"EXTENT": "0,60,0,60 [EPSG:4326]"}, "million pixels of 2.44 m"),
    ],
)
def test_what_is_endless_is_refused(server: int, qgis, context, parameters: dict, words: str) -> None:
    from qgis.core import QgsApplication

    algorithm = QgsApplication.processingRegistry().createAlgorithmById("satseg:segment")
    values = {"INPUT": tiles(server), "OUTPUT": "TEMPORARY_OUTPUT", **parameters}
    ok, message = algorithm.checkParameterValues(values, context)
    assert not ok
    assert words in message


def test_a_cancel_ends_it(server: int, qgis, log, tmp_path: Path) -> None:
    log.cancel()
    with pytest.raises(QgsProcessingException):
        run(
            "satseg:segment",
            {"INPUT": tiles(server), "EXTENT": EXTENT, "OUTPUT": str(tmp_path / "map.tif")},
            feedback=log,
        )
    assert not (tmp_path / "map.tif").exists()


def test_a_layer_of_this_process_alone_is_drawn(qgis, image: Path, tmp_path: Path) -> None:
    gdal.FileFromMemBuffer("/vsimem/image.tif", image.read_bytes())
    try:
        layer = QgsRasterLayer("/vsimem/image.tif", "in memory")
        assert layer.isValid()
        QgsProject.instance().addMapLayer(layer)
        extent: QgsRectangle = layer.extent()
        outputs = run("satseg:segment", {"INPUT": layer, "EXTENT": extent, "OUTPUT": str(tmp_path / "map.tif")})
        assert gdal.Open(outputs["OUTPUT"]).RasterXSize > 10
    finally:
        QgsProject.instance().clear()
        gdal.Unlink("/vsimem/image.tif")
