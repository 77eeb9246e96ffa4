"""Maps of classes that QGIS itself makes: its raster calculator writes floating point, whatever the classes are."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from osgeo import gdal, osr
from qgis.analysis import QgsRasterCalculator, QgsRasterCalculatorEntry
from qgis.core import QgsPalettedRasterRenderer, QgsProject, QgsRasterLayer, QgsVectorLayer

KEY = "code,name,color\n111,Urban fabric,#e6004d\n311,Forest,#80ff00\n523,Sea,#e6f2ff\n"
EXPECTED = {111: 20, 311: 30, 523: 40}


@pytest.fixture
def corine(qgis, tmp_path: Path) -> QgsRasterLayer:
    """A layer with codes of CORINE, 10 px of it without data, out of the raster calculator."""
    dataset = gdal.GetDriverByName("GTiff").Create(str(tmp_path / "bytes.tif"), 10, 10, 1, gdal.GDT_Byte)
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32632)
    dataset.SetProjection(reference.ExportToWkt())
    dataset.SetGeoTransform((500000.0, 10.0, 0.0, 5300000.0, 0.0, -10.0))
    dataset.GetRasterBand(1).SetNoDataValue(0)
    dataset.GetRasterBand(1).WriteRaster(0, 0, 10, 10, bytes([1] * 20 + [2] * 30 + [3] * 40 + [0] * 10))
    dataset = None
    source = QgsRasterLayer(str(tmp_path / "bytes.tif"), "bytes")
    entry = QgsRasterCalculatorEntry()
    entry.raster, entry.bandNumber, entry.ref = source, 1, "m@1"
    formula = '("m@1" = 1) * 111 + ("m@1" = 2) * 311 + ("m@1" = 3) * 523'
    calculator = QgsRasterCalculator(
        formula, str(tmp_path / "clc.tif"), "GTiff", source.extent(), source.crs(), 10, 10, [entry],
        QgsProject.instance().transformContext(),
    )  # fmt: skip
    assert calculator.processCalculation() == QgsRasterCalculator.Result.Success
    layer = QgsRasterLayer(str(tmp_path / "clc.tif"), "clc")
    assert layer.dataProvider().dataType(1).name == "Float32"
    assert layer.dataProvider().sourceNoDataValue(1) < -3e38
    return layer


def test_polygons_of_a_calculated_map(corine: QgsRasterLayer, tmp_path: Path) -> None:
    import processing

    (tmp_path / "clc.csv").write_text(KEY, encoding="utf-8")
    parameters = {"INPUT": corine, "LEGEND": str(tmp_path / "clc.csv"), "OUTPUT": str(tmp_path / "land.gpkg")}
    found = processing.run("satseg:vectorize", parameters)
    assert found["POLYGON_COUNT"] == 3
    layer = QgsVectorLayer(found["OUTPUT"], "land", "ogr")
    rows = {feature["code"]: (feature["class"], feature["area_m2"]) for feature in layer.getFeatures()}
    assert {code: row[0] for code, row in rows.items()} == {111: "Urban fabric", 311: "Forest", 523: "Sea"}
    assert {code: row[1] for code, row in rows.items()} == {
        code: pytest.approx(count * 100, rel=2e-3) for code, count in EXPECTED.items()
    }
    corine.loadNamedStyle(str(tmp_path / "land.qml"))
    assert isinstance(corine.renderer(), QgsPalettedRasterRenderer)
    shown = {int(c.value): (c.color.name(), c.label) for c in corine.renderer().classes()}
    assert shown == {111: ("#e6004d", "Urban fabric"), 311: ("#80ff00", "Forest"), 523: ("#e6f2ff", "Sea")}


def test_areas_of_a_calculated_map(corine: QgsRasterLayer, tmp_path: Path) -> None:
    import processing

    table, page = tmp_path / "areas.csv", tmp_path / "areas.html"
    found = processing.run("satseg:areas", {"INPUT": corine, "OUTPUT": str(table), "OUTPUT_HTML_FILE": str(page)})
    assert (found["PIXELS"], found["LARGEST_CLASS"]) == (90, "class 523")
    assert found["AREA_M2"] == pytest.approx(9000, rel=2e-3)
    with table.open(encoding="utf-8") as lines:
        assert {int(row["code"]): int(row["pixels"]) for row in csv.DictReader(lines)} == EXPECTED
    assert "<td>523</td>" in page.read_text(encoding="utf-8")
