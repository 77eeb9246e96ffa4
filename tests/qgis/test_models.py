"""Batches, and models that chain the algorithms."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import write_image
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsProcessingException,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildDependency,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterRasterLayer,
)


def segment_then_areas() -> QgsProcessingModelAlgorithm:
    """A model: map an image, measure the map, and give the map, the page and a number calculated from the areas."""
    Source = QgsProcessingModelChildParameterSource
    model = QgsProcessingModelAlgorithm("chain", "tests")
    model.addModelParameter(QgsProcessingParameterRasterLayer("IMAGE", "Image"), QgsProcessingModelParameter("IMAGE"))

    segment = QgsProcessingModelChildAlgorithm("satseg:segment")
    segment.setChildId("segment")
    segment.setDescription("segment")
    segment.addParameterSources("INPUT", [Source.fromModelParameter("IMAGE")])
    segment.addParameterSources("MODEL", [Source.fromStaticValue("landcover")])
    segment.setModelOutputs({"map": output("map", "segment", "OUTPUT")})
    model.addChildAlgorithm(segment)

    areas = QgsProcessingModelChildAlgorithm("satseg:areas")
    areas.setChildId("areas")
    areas.setDescription("areas")
    areas.addParameterSources("INPUT", [Source.fromChildOutput("segment", "OUTPUT")])
    areas.setModelOutputs({"page": output("page", "areas", "OUTPUT_HTML_FILE")})
    model.addChildAlgorithm(areas)

    check = QgsProcessingModelChildAlgorithm("native:raiseexception")
    check.setChildId("check")
    check.setDependencies([QgsProcessingModelChildDependency("areas")])
    check.addParameterSources("MESSAGE", [Source.fromStaticValue("the areas of the two steps differ")])
    same = "abs(@segment_AREA_M2 - @areas_AREA_M2) < 1e-6 * @segment_AREA_M2 and @areas_PIXELS > 0"
    check.addParameterSources("CONDITION", [Source.fromStaticValue(f"not coalesce({same}, false)")])
    model.addChildAlgorithm(check)
    return model


def output(name: str, child: str, child_output: str) -> QgsProcessingModelOutput:
    found = QgsProcessingModelOutput(name)
    found.setChildId(child)
    found.setChildOutputName(child_output)
    return found


@pytest.fixture(scope="module")
def model_file(qgis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model as a file of the designer."""
    path = tmp_path_factory.mktemp("model") / "chain.model3"
    assert segment_then_areas().toFile(str(path))
    return path


def read_model(path: Path) -> QgsProcessingModelAlgorithm:
    model = QgsProcessingModelAlgorithm()
    assert model.fromFile(str(path))
    return model


def test_a_model_chains_segment_and_areas(model_file: Path, image: Path, log, tmp_path: Path) -> None:
    import processing

    outputs = processing.run(
        read_model(model_file),
        {"IMAGE": str(image), "segment:map": str(tmp_path / "map.tif"), "areas:page": str(tmp_path / "page.html")},
        feedback=log,
    )
    assert gdal.Open(outputs["segment:map"]).RasterXSize == 300
    assert "urban" in Path(outputs["areas:page"]).read_text()
    steps = outputs["CHILD_RESULTS"]
    assert steps["segment"]["AREA_M2"] == pytest.approx(steps["areas"]["AREA_M2"])


def test_a_model_runs_in_qgis_process(qgis_process, model_file: Path, image: Path, tmp_path: Path) -> None:
    parameters = {"IMAGE": image, "segment:map": tmp_path / "map.tif", "areas:page": tmp_path / "page.html"}
    code, values, text = qgis_process.run(str(model_file), parameters)
    assert code == 0, text
    assert Path(values["results"]["segment:map"]).exists()


def test_a_failing_step_ends_the_model(model_file: Path, image: Path, fake_engine, log, tmp_path: Path) -> None:
    import processing

    fake_engine("fail")
    parameters = {"IMAGE": str(image), "segment:map": str(tmp_path / "map.tif"), "areas:page": str(tmp_path / "p.html")}
    with pytest.raises(QgsProcessingException) as failed:
        processing.run(read_model(model_file), parameters, feedback=log)
    # QGIS 3.22 reports the step's error, QGIS 3.40 raises it.
    assert any("choose another one" in text for text in [*log.errors, str(failed.value)])
    assert not (tmp_path / "p.html").exists()


def test_a_model_refuses_a_layer_that_is_no_file(model_file: Path, log, tmp_path: Path) -> None:
    import processing
    from qgis.core import QgsRasterLayer

    layer = QgsRasterLayer("type=xyz&url=http://localhost/{z}/{x}/{y}.png&zmax=1&zmin=0", "tiles", "wms")
    parameters = {"IMAGE": layer, "segment:map": str(tmp_path / "map.tif"), "areas:page": str(tmp_path / "p.html")}
    with pytest.raises(QgsProcessingException):
        processing.run(read_model(model_file), parameters, feedback=log)
    assert not (tmp_path / "map.tif").exists()


def test_a_batch_of_three(qgis, context, log, tmp_path: Path) -> None:
    from processing.gui.AlgorithmExecutor import execute

    algorithm = QgsApplication.processingRegistry().algorithmById("satseg:segment")
    results = []
    for number in range(3):
        image = write_image(tmp_path / f"image{number}.tif", 120 + 40 * number, seed=number)
        parameters = {"INPUT": str(image), "OUTPUT": str(tmp_path / f"map{number}.tif")}
        results.append(execute(algorithm.create(), parameters, context, log))
    assert [ok for ok, _ in results] == [True] * 3
    assert [values["PIXELS"] for _, values in results] == [120**2, 160**2, 200**2]
    for number, (_, values) in enumerate(results):
        assert gdal.Open(values["OUTPUT"]).RasterXSize == 120 + 40 * number
