"""What QGIS knows of a layer beyond its file: which layer it is, its CRS, its filter, its values without data."""

from __future__ import annotations

import csv
import math
import shutil
from pathlib import Path

import pytest
from conftest import read_codes, write_image
from osgeo import gdal, ogr, osr
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterRasterLayer,
    QgsProject,
    QgsRasterLayer,
    QgsRasterRange,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)
from qgis.PyQt.QtCore import QVariant

UTM = QgsCoordinateReferenceSystem("EPSG:32632")
SIZE, PIXEL, WEST, NORTH = 200, 3.0, 500_000.0, 5_300_000.0
LARGE = QgsRectangle(WEST, NORTH - 600, WEST + 600, NORTH)
SMALL = QgsRectangle(WEST, NORTH - 300, WEST + 300, NORTH)
PX = 10_000
"""That lie inside of `SMALL`."""


def run(name: str, parameters: dict, **options) -> dict:
    import processing

    return processing.run(name, parameters, **options)


def checked(name: str, parameters: dict, context) -> tuple[bool, str]:
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(name)
    return algorithm.checkParameterValues(parameters, context)


def reference(code: int | None) -> osr.SpatialReference | None:
    if code is None:
        return None
    found = osr.SpatialReference()
    found.ImportFromEPSG(code)
    return found


def write_layer(path: Path, name: str, *boxes: QgsRectangle, code: int | None = 32632, kind=ogr.wkbPolygon) -> Path:
    """Add a layer to a file; each feature has the numbers of its box as ``n``."""
    driver = ogr.GetDriverByName(
        {".gpkg": "GPKG", ".kml": "KML", ".geojson": "GeoJSON"}.get(path.suffix, "ESRI Shapefile")
    )
    source = ogr.Open(str(path), 1) if path.exists() else driver.CreateDataSource(str(path))
    layer = source.CreateLayer(name, reference(code), kind)
    layer.CreateField(ogr.FieldDefn("n", ogr.OFTInteger))
    for number, box in enumerate(boxes):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField("n", number)
        shape = ogr.CreateGeometryFromWkt(box.asWktPolygon())
        feature.SetGeometry(shape.Centroid() if kind == ogr.wkbPoint else shape)
        layer.CreateFeature(feature)
    del layer, source
    return path


def write_classes(path: Path, code: int | None = 32632, values: bytes | None = None) -> Path:
    """A map of two classes: 4 in the first quarter of its rows and 1 below."""
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), SIZE, SIZE, 1, gdal.GDT_Byte)
    dataset.SetGeoTransform((WEST, PIXEL, 0, NORTH, 0, -PIXEL))
    if code:
        dataset.SetProjection(reference(code).ExportToWkt())
    band = dataset.GetRasterBand(1)
    band.SetNoDataValue(255)
    band.WriteRaster(0, 0, SIZE, SIZE, values or b"\x04" * (SIZE * SIZE // 4) + b"\x01" * (SIZE * SIZE * 3 // 4))
    return path


def without_crs(path: Path, to: Path, code: int | None = None) -> Path:
    """A copy of an image that says no CRS, or another one."""
    shutil.copy(path, to)
    dataset = gdal.Open(str(to), gdal.GA_Update)
    dataset.SetProjection(reference(code).ExportToWkt() if code else "")
    return to


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_image(tmp_path_factory.mktemp("scene") / "right.tif", SIZE, pixel=PIXEL)


@pytest.fixture(scope="module")
def right(qgis, scene: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The map of the scene inside of the small mask, whose files say everything."""
    folder = tmp_path_factory.mktemp("right")
    mask = write_layer(folder / "mask.shp", "mask", SMALL)
    return run("satseg:segment", {"INPUT": str(scene), "MASK": str(mask), "OUTPUT": str(folder / "map.tif")})


def mapped(scene: object, mask: object, folder: Path, log=None) -> dict:
    parameters = {"INPUT": scene if isinstance(scene, QgsRasterLayer) else str(scene), "OUTPUT": str(folder / "m.tif")}
    if mask is not None:
        parameters["MASK"] = mask
    return run("satseg:segment", parameters, feedback=log)


def vector(path: object, name: str = "layer") -> QgsVectorLayer:
    layer = QgsVectorLayer(str(path), name, "ogr")
    assert layer.isValid()
    return layer


# Which layer


@pytest.mark.parametrize("ending", ["|layername=aoi", "|layerid=1"])
@pytest.mark.parametrize("as_layer", [True, False])
def test_the_layer_of_a_file_of_several(right, scene, tmp_path, log, ending, as_layer) -> None:
    path = write_layer(tmp_path / "two.gpkg", "whole", LARGE)
    write_layer(path, "aoi", SMALL)
    name = f"{path}{ending}"
    outputs = mapped(scene, vector(name) if as_layer else name, tmp_path, log)
    assert outputs["PIXELS"] == PX
    assert read_codes(outputs["OUTPUT"]) == read_codes(right["OUTPUT"])
    assert log.warnings == []
    if "layername" in ending:
        assert f"'{name}'" in log.commands[0]


def test_a_geopackage_that_has_points_first(scene, tmp_path, log) -> None:
    path = write_layer(tmp_path / "points.gpkg", "points", LARGE, kind=ogr.wkbPoint)
    write_layer(path, "aoi", SMALL)
    assert mapped(scene, vector(f"{path}|layername=aoi"), tmp_path, log)["PIXELS"] == PX


@pytest.mark.parametrize(("algorithm", "name"), [("satseg:segment", "MASK"), ("satseg:areas", "ZONES")])
def test_a_layer_without_polygons_is_refused_at_once(scene, tmp_path, context, algorithm, name) -> None:
    path = write_layer(tmp_path / "points.gpkg", "points", LARGE, kind=ogr.wkbPoint)
    write_layer(path, "aoi", SMALL)
    image = scene if name == "MASK" else write_classes(tmp_path / "classes.tif")
    parameters = {"INPUT": str(image), "OUTPUT": "TEMPORARY_OUTPUT", name: str(path)}  # QGIS opens the first layer
    ok, message = checked(algorithm, parameters, context)
    assert not ok
    assert "has no polygons; choose a layer that has" in message
    assert checked(algorithm, {**parameters, name: f"{path}|layername=aoi"}, context) == (True, "")


def test_folders_of_kml(scene, tmp_path, log) -> None:
    way = QgsCoordinateTransform(UTM, QgsCoordinateReferenceSystem("EPSG:4326"), QgsProject.instance())
    folders = "".join(
        f"<Folder><name>{name}</name><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        + " ".join(f"{point.x()},{point.y()}" for point in _ring(way, box))
        + "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder>"
        for name, box in (("whole", LARGE), ("aoi", SMALL))
    )
    path = tmp_path / "places.kml"
    path.write_text(f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{folders}</Document></kml>')
    pixels = mapped(scene, vector(f"{path}|layername=aoi"), tmp_path, log)["PIXELS"]
    assert pixels == pytest.approx(PX, rel=0.02)


def _ring(way, box: QgsRectangle) -> list:
    outline = QgsGeometry.fromRect(box)
    outline.transform(way)
    return list(outline.vertices())


def test_polygons_among_other_geometries_of_a_layer(scene, tmp_path, log) -> None:
    path = write_layer(tmp_path / "mixed.geojson", "mixed", SMALL, kind=ogr.wkbUnknown)
    text = path.read_text()
    point = '{"type": "Feature", "properties": {"n": 9}, "geometry": {"type": "Point", "coordinates": [500000, 0]}},'
    path.write_text(text.replace('"features": [', '"features": [' + point))
    assert mapped(scene, vector(f"{path}|geometrytype=Polygon"), tmp_path, log)["PIXELS"] == PX


def test_names_with_a_bar(right, scene, tmp_path, log) -> None:
    image = tmp_path / "a|b.tif"
    shutil.copy(scene, image)
    mask = write_layer(tmp_path / "c|d.gpkg", "aoi", SMALL)
    for name in (mask, f"{mask}|layername=aoi"):
        outputs = mapped(QgsRasterLayer(str(image)), vector(name), tmp_path, log)
        assert read_codes(outputs["OUTPUT"]) == read_codes(right["OUTPUT"])


def test_a_raster_of_a_geopackage(scene, tmp_path, log) -> None:
    path = tmp_path / "rasters.gpkg"
    other = write_image(tmp_path / "other.tif", SIZE, seed=9, pixel=PIXEL)
    for name, source, more in (("other", other, []), ("scene", scene, ["APPEND_SUBDATASET=YES"])):
        options = [f"RASTER_TABLE={name}", "TILE_FORMAT=PNG", *more]
        gdal.Translate(str(path), str(source), format="GPKG", creationOptions=options)
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    plain.mkdir()
    packed.mkdir()
    outputs = mapped(QgsRasterLayer(f"GPKG:{path}:scene"), None, packed, log)
    unpacked = gdal.Translate(str(tmp_path / "unpacked.tif"), f"GPKG:{path}:scene")
    del unpacked
    expected = mapped(tmp_path / "unpacked.tif", None, plain)
    assert read_codes(outputs["OUTPUT"]) == read_codes(expected["OUTPUT"])


# As it is drawn


def test_a_filter_counts(scene, tmp_path, log) -> None:
    path = write_layer(tmp_path / "all.gpkg", "all", SMALL, LARGE)
    layer = vector(f"{path}|layername=all")
    assert layer.setSubsetString('"n" = 0')
    assert mapped(scene, layer, tmp_path, log)["PIXELS"] == PX
    outputs = run(
        "satseg:areas",
        {"INPUT": str(write_classes(tmp_path / "c.tif")), "ZONES": layer, "OUTPUT": str(tmp_path / "a.csv")},
    )
    assert outputs["PIXELS"] == pytest.approx(PX)
    assert mapped(scene, f'{path}|layername=all|subset="n" = 0', tmp_path)["PIXELS"] == PX


def test_changes_that_are_not_saved_count(scene, tmp_path, log) -> None:
    path = write_layer(tmp_path / "all.gpkg", "all", SMALL, LARGE)
    layer = vector(path)
    assert layer.startEditing()
    large = next(feature for feature in layer.getFeatures() if feature["n"] == 1)
    assert layer.deleteFeature(large.id())
    assert mapped(scene, layer, tmp_path, log)["PIXELS"] == PX
    layer.rollBack()


def test_layers_of_a_query_and_in_memory(scene, tmp_path, log, context) -> None:
    path = write_layer(tmp_path / "all.gpkg", "all", SMALL, LARGE)
    layer = vector(path, "polygons")
    QgsProject.instance().addMapLayer(layer)
    query = QgsVectorLayer("?query=select * from polygons where n = 0", "query", "virtual")
    assert query.isValid()
    assert mapped(scene, query, tmp_path, log)["PIXELS"] == PX
    memory = QgsVectorLayer("Polygon?crs=EPSG:32632", "memory", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromRect(SMALL))
    memory.dataProvider().addFeature(feature)
    assert mapped(scene, memory, tmp_path, log)["PIXELS"] == PX


def test_fields_of_a_join_name_zones(tmp_path, context) -> None:
    path = write_layer(tmp_path / "zones.gpkg", "zones", SMALL, LARGE)
    table = QgsVectorLayer("NoGeometry?field=key:integer&field=title:string", "table", "memory")
    for number, title in enumerate(("small", "large")):
        feature = QgsFeature(table.fields())
        feature.setAttributes([number, title])
        table.dataProvider().addFeature(feature)
    layer = vector(path, "zones")
    QgsProject.instance().addMapLayers([layer, table])
    join = QgsVectorLayerJoinInfo()
    join.setJoinLayer(table)
    join.setJoinFieldName("key")
    join.setTargetFieldName("n")
    join.setPrefix("t_")
    assert layer.addJoin(join)
    layer.addExpressionField("'zone ' || n", QgsField("computed", QVariant.String))
    for field, names in (("t_title", {"small", "large"}), ("computed", {"zone 0", "zone 1"})):
        outputs = run(
            "satseg:areas",
            {
                "INPUT": str(write_classes(tmp_path / "c.tif")),
                "ZONES": layer,
                "ZONE_FIELD": field,
                "OUTPUT": str(tmp_path / f"{field}.csv"),
            },
        )
        with Path(outputs["OUTPUT"]).open(newline="") as stream:
            assert {row["zone"] for row in csv.DictReader(stream)} == names


@pytest.mark.parametrize(
    ("wkt", "share"),
    [
        # QGIS' own checks would stop at a bow tie.
        ("Polygon ((0 0, 300 300, 300 0, 0 300, 0 0))", 0.5),
        ("GeometryCollection (Point (0 0), Polygon ((0 0, 300 0, 300 300, 0 300, 0 0)))", 1),
        ("PolygonZ ((0 0 1, 300 0 2, 300 300 3, 0 300 4, 0 0 1))", 1),
        ("CurvePolygon (CircularString (0 150, 150 300, 300 150, 150 0, 0 150))", math.pi / 4),
    ],
)
def test_polygons_of_every_kind_come_through(scene, tmp_path, log, wkt, share) -> None:
    layer = QgsVectorLayer(f"{wkt.partition(' ')[0]}?crs=EPSG:32632", "memory", "memory")
    feature = QgsFeature()
    shape = QgsGeometry.fromWkt(wkt)
    shape.translate(WEST, NORTH - 300)
    feature.setGeometry(shape)
    assert layer.dataProvider().addFeature(feature)
    assert mapped(scene, layer, tmp_path, log)["PIXELS"] == pytest.approx(PX * share, rel=0.02)


# The CRS that the user set


@pytest.mark.parametrize("code", [None, 32633])
def test_an_image_and_a_mask_of_which_the_user_says_the_crs(right, scene, tmp_path, log, code) -> None:
    image = QgsRasterLayer(str(without_crs(scene, tmp_path / "image.tif", code)))
    mask = vector(write_layer(tmp_path / "mask.shp", "mask", SMALL, code=code))
    image.setCrs(UTM)
    mask.setCrs(UTM)
    outputs = mapped(image, mask, tmp_path, log)
    assert read_codes(outputs["OUTPUT"]) == read_codes(right["OUTPUT"])
    assert QgsRasterLayer(outputs["OUTPUT"]).crs() == UTM
    assert outputs["AREA_M2"] == pytest.approx(right["AREA_M2"])
    assert "--crs EPSG:32632" in log.commands[0]
    assert "--mask-crs EPSG:32632" in log.commands[0]


def test_a_mask_that_is_written_out_has_the_crs_that_the_user_set(right, scene, tmp_path, log) -> None:
    mask = vector(write_layer(tmp_path / "mask.shp", "mask", SMALL, LARGE, code=32633))
    mask.setCrs(UTM)
    mask.setSubsetString("n = 0")
    outputs = mapped(scene, mask, tmp_path, log)
    assert read_codes(outputs["OUTPUT"]) == read_codes(right["OUTPUT"])


def test_the_command_is_no_longer_than_it_has_to_be(right, scene, tmp_path, log) -> None:
    image, mask = QgsRasterLayer(str(scene)), vector(write_layer(tmp_path / "mask.shp", "mask", SMALL))
    image.setCrs(UTM)
    mapped(image, mask, tmp_path, log)
    assert "crs" not in log.commands[0]
    assert "nodata" not in log.commands[0]


@pytest.mark.parametrize(
    "definition",
    [
        "+proj=lcc +lat_1=47 +lat_2=49 +lat_0=48 +lon_0=9 +ellps=GRS80 +units=m",
        "+proj=tmerc +lon_0=9 +k=1 +x_0=3500000 +ellps=bessel +towgs84=598,73,418,0.2,0.04,-2.4,6.7 +units=m",
    ],
)
@pytest.mark.parametrize("saved", [True, False])
def test_a_crs_of_the_users_own(scene, tmp_path, log, definition, saved) -> None:
    crs = QgsCoordinateReferenceSystem.fromProj(definition)
    if saved:
        QgsApplication.createDatabase()  # as the window does when it opens
        number = QgsApplication.coordinateReferenceSystemRegistry().addUserCrs(crs, "Own")
        crs = QgsCoordinateReferenceSystem(f"USER:{number}")
    assert crs.isValid()
    image = QgsRasterLayer(str(without_crs(scene, tmp_path / "image.tif")))
    image.setCrs(crs)
    outputs = mapped(image, None, tmp_path, log)
    assert "--crs" in log.commands[0]
    found = QgsRasterLayer(outputs["OUTPUT"]).crs().toProj().split()
    assert {word for word in definition.split() if word.startswith(("+proj", "+l", "+x_0", "+ellps"))} <= set(found)


def test_a_crs_that_the_user_took_away_is_none(scene, tmp_path, log) -> None:
    image = QgsRasterLayer(str(scene))
    image.setCrs(QgsCoordinateReferenceSystem())
    outputs = mapped(image, None, tmp_path, log)
    assert "--crs none" in log.commands[0]
    assert not QgsRasterLayer(outputs["OUTPUT"]).crs().isValid()
    memory = QgsVectorLayer("Polygon", "memory", "memory")
    memory.setCrs(QgsCoordinateReferenceSystem())
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromRect(SMALL))
    memory.dataProvider().addFeature(feature)
    assert mapped(image, memory, tmp_path, log)["PIXELS"] == PX


@pytest.mark.parametrize("code", [None, 32633, 4326])
def test_a_class_map_of_which_the_user_says_the_crs(tmp_path, log, code) -> None:
    layer = QgsRasterLayer(str(write_classes(tmp_path / "classes.tif", code)))
    layer.setCrs(UTM)
    zones = vector(write_layer(tmp_path / "zones.shp", "zones", SMALL, code=code))
    zones.setCrs(UTM)
    said = str(write_classes(tmp_path / "said.tif"))
    expected = run("satseg:areas", {"INPUT": said})
    assert run("satseg:areas", {"INPUT": layer}, feedback=log)["AREA_M2"] == pytest.approx(expected["AREA_M2"])
    outputs = run("satseg:areas", {"INPUT": layer, "ZONES": zones, "ZONE_AREAS": str(tmp_path / "zones.gpkg")})
    assert outputs["PIXELS"] == pytest.approx(PX)
    assert outputs["AREA_M2"] == pytest.approx(90_000, rel=2e-3)
    assert QgsVectorLayer(outputs["ZONE_AREAS"]).crs() == UTM
    drawn = run("satseg:vectorize", {"INPUT": layer, "OUTPUT": str(tmp_path / "p.gpkg")}, feedback=log)
    polygons = QgsVectorLayer(drawn["OUTPUT"])
    assert polygons.crs() == UTM
    assert sum(feature["area_m2"] for feature in polygons.getFeatures()) == pytest.approx(expected["AREA_M2"])
    assert log.warnings == []


@pytest.mark.parametrize("code", [None, 32633])
def test_an_extent_is_laid_over_the_image_by_the_crs_that_the_user_set(scene, tmp_path, log, code) -> None:
    image = QgsRasterLayer(str(without_crs(scene, tmp_path / "image.tif", code)))
    image.setCrs(UTM)
    way = QgsCoordinateTransform(UTM, QgsCoordinateReferenceSystem("EPSG:4326"), QgsProject.instance())
    extent = QgsReferencedRectangle(way.transformBoundingBox(SMALL), QgsCoordinateReferenceSystem("EPSG:4326"))
    outputs = run("satseg:segment", {"INPUT": image, "EXTENT": extent, "OUTPUT": str(tmp_path / "m.tif")})
    assert outputs["PIXELS"] == pytest.approx(PX, rel=0.05)


def test_the_panel_and_models_take_layers_as_they_are(right, scene, tmp_path, context) -> None:
    from satseg_qgis.dock.choices import Choices

    image = QgsRasterLayer(str(without_crs(scene, tmp_path / "image.tif", 32633)), "image")
    path = write_layer(tmp_path / "two.gpkg", "whole", LARGE)
    mask = vector(f"{write_layer(path, 'aoi', SMALL, code=32633)}|layername=aoi")
    QgsProject.instance().addMapLayers([image, mask])
    image.setCrs(UTM)
    mask.setCrs(UTM)
    parameters = Choices(image, polygons=mask, path=str(tmp_path / "m.tif"), vectorize=False).parameters()
    assert read_codes(run("satseg:segment", parameters, context=context)["OUTPUT"]) == read_codes(right["OUTPUT"])
    model = QgsProcessingModelAlgorithm("model", "group")
    child = QgsProcessingModelChildAlgorithm("satseg:segment")
    child.setChildId("satseg")
    inputs = {"INPUT": QgsProcessingParameterRasterLayer, "MASK": QgsProcessingParameterFeatureSource}
    for name, parameter in inputs.items():
        model.addModelParameter(parameter(name, name), QgsProcessingModelParameter(name))
        child.addParameterSources(name, [QgsProcessingModelChildParameterSource.fromModelParameter(name)])
    for name in ("RUNTIME", "DEVICE"):
        child.addParameterSources(name, [QgsProcessingModelChildParameterSource.fromStaticValue("auto")])
    output = QgsProcessingModelOutput("map")
    output.setChildOutputName("OUTPUT")
    output.setChildId("satseg")
    child.setModelOutputs({"map": output})
    model.addChildAlgorithm(child)
    model.updateDestinationParameters()
    destination = next(definition.name() for definition in model.destinationParameterDefinitions())
    target = str(tmp_path / "model.tif")
    outputs = run(model, {"INPUT": image, "MASK": mask, destination: target}, context=context)
    assert read_codes(outputs[destination]) == read_codes(right["OUTPUT"])


# Values without data


def test_a_class_that_is_drawn_as_nothing_is_no_class(tmp_path, log) -> None:
    layer = QgsRasterLayer(str(write_classes(tmp_path / "classes.tif")))
    layer.dataProvider().setUserNoDataValue(1, [QgsRasterRange(4, 4)])
    outputs = run("satseg:areas", {"INPUT": layer}, feedback=log)
    assert outputs["PIXELS"] == SIZE * SIZE * 3 // 4
    assert "--nodata=4.0,255.0" in log.commands[0]
    drawn = run("satseg:vectorize", {"INPUT": layer, "OUTPUT": str(tmp_path / "p.gpkg")}, feedback=log)
    assert {feature["code"] for feature in QgsVectorLayer(drawn["OUTPUT"]).getFeatures()} == {1}


def test_a_range_of_classes_that_is_drawn_as_nothing(tmp_path, log) -> None:
    values = b"".join(bytes([code]) * (SIZE * SIZE // 4) for code in (1, 2, 3, 4))
    layer = QgsRasterLayer(str(write_classes(tmp_path / "classes.tif", values=values)))
    layer.dataProvider().setUserNoDataValue(1, [QgsRasterRange(1.5, 4, QgsRasterRange.BoundsType.IncludeMin)])
    assert run("satseg:areas", {"INPUT": layer}, feedback=log)["PIXELS"] == SIZE * SIZE // 2
    assert "--nodata=2.0,3.0,255.0" in log.commands[0]


def test_a_value_that_is_drawn_as_nothing_is_told_to_the_engine(fake_engine, scene, tmp_path, log) -> None:
    fake_engine("work")
    layer = QgsRasterLayer(str(scene))
    for band in (1, 2, 3):
        layer.dataProvider().setUserNoDataValue(band, [QgsRasterRange(7, 7)])
    mapped(layer, None, tmp_path, log)
    assert "--nodata=7.0 " in log.commands[0]
    layer.dataProvider().setUserNoDataValue(2, [QgsRasterRange(8, 8)])
    mapped(layer, None, tmp_path, log)
    assert "--nodata=7.0,8.0,7.0 " in log.commands[1]


@pytest.mark.parametrize(
    ("nodata", "used", "added", "words"),
    [
        (None, True, [], ""),
        (0, True, [], ""),
        (0, True, [(7, 7)], "--also-nodata=7.0"),
        (0, True, [(0, 0)], "--nodata=0.0"),
        (0, True, [(7, 9)], "--also-nodata=7.0,8.0,9.0"),
        (0, False, [(7, 7)], "--nodata=7.0"),
        (0, False, [], "--nodata=none"),
        (0, True, [(-9999, -9999), (7, 7), (0.5, 0.5), (math.inf, math.inf)], "--also-nodata=7.0"),
        (0, False, [(7, 7), (9, 9)], "--nodata=none --also-nodata=7.0,9.0"),
        (None, True, [(9, 9), (7, 7)], "--also-nodata=7.0,9.0"),
    ],
)
def test_what_the_properties_say_of_values_without_data(scene, tmp_path, qgis, nodata, used, added, words) -> None:
    from satseg_qgis.algorithms.told import told_of_image

    path = tmp_path / "image.tif"
    gdal.Translate(str(path), str(scene), noData=nodata)
    layer = QgsRasterLayer(str(path))
    for band in (1, 2, 3):
        layer.dataProvider().setUseSourceNoDataValue(band, used)
        layer.dataProvider().setUserNoDataValue(band, [QgsRasterRange(*ends) for ends in added])
    assert " ".join(told_of_image(layer).words()) == words


@pytest.mark.parametrize(
    ("ranges", "sentence"),
    [
        ([(7, 7), (9, 9)], "not the same ones; set the same for all bands"),
        ([(0, 100)], "Band 2 of the layer 'right' has a range of values"),
        ([(-math.inf, 3)], "Band 2 of the layer 'right' has a range of values"),
        ([(math.nan, 3)], "Band 2 of the layer 'right' has a range of values"),
    ],
)
def test_what_the_engine_cannot_be_told_is_refused_in_one_sentence(scene, context, ranges, sentence) -> None:
    layer = QgsRasterLayer(str(scene), "right")
    layer.dataProvider().setUserNoDataValue(2, [QgsRasterRange(*ends) for ends in ranges])
    ok, message = checked("satseg:segment", {"INPUT": layer, "OUTPUT": "TEMPORARY_OUTPUT"}, context)
    assert not ok
    assert sentence in message
    assert "\n" not in message


# What a run would replace


@pytest.fixture
def loaded(mapped_files: dict, context) -> dict:
    """The outputs of a run, loaded in the project."""
    layers = {
        "OUTPUT": QgsRasterLayer(mapped_files["OUTPUT"], "Map"),
        "POLYGONS": vector(mapped_files["POLYGONS"], "Polygons"),
    }
    QgsProject.instance().addMapLayers(list(layers.values()))
    return layers


@pytest.fixture
def mapped_files(qgis, scene, tmp_path) -> dict:
    parameters = {"INPUT": str(scene), "OUTPUT": str(tmp_path / "map.tif"), "POLYGONS": str(tmp_path / "map.gpkg")}
    return {"INPUT": str(scene), **{name: run("satseg:segment", parameters)[name] for name in ("OUTPUT", "POLYGONS")}}


def test_a_layer_that_is_being_edited_is_not_replaced(loaded, mapped_files, context) -> None:
    before = loaded["POLYGONS"].featureCount()
    layer = loaded["POLYGONS"]
    assert layer.startEditing()
    layer.deleteFeature(next(layer.getFeatures()).id())
    ok, message = checked("satseg:segment", mapped_files, context)
    assert not ok
    assert f"The layer 'Polygons' shows {mapped_files['POLYGONS']} and is being edited" in message
    with pytest.raises(QgsProcessingException, match="being edited"):
        run("satseg:segment", mapped_files, context=context)
    vectorize = {"INPUT": mapped_files["OUTPUT"], "OUTPUT": mapped_files["POLYGONS"]}
    assert not checked("satseg:vectorize", vectorize, context)[0]
    layer.rollBack()
    assert vector(mapped_files["POLYGONS"]).featureCount() == before
    assert checked("satseg:segment", mapped_files, context) == (True, "")
    assert Path(f"{mapped_files['POLYGONS']}-wal").exists()  # QGIS has not put it away
    run("satseg:segment", mapped_files, context=context)
    assert not Path(f"{mapped_files['POLYGONS']}-wal").exists()
    assert layer.featureCount() == before


def test_layers_that_show_what_a_run_replaces_show_the_new(loaded, mapped_files, scene, tmp_path, context) -> None:
    image = QgsRasterLayer(str(scene))
    part = QgsRectangle(WEST, NORTH - 300, WEST + 240, NORTH)
    loaded["OUTPUT"].dataProvider().setUserNoDataValue(1, [QgsRasterRange(6, 6)])
    outputs = run("satseg:segment", {**mapped_files, "INPUT": image, "EXTENT": part}, context=context)
    layer = loaded["OUTPUT"]
    assert layer.isValid()
    assert (layer.width(), layer.height()) == (80, 100)
    assert layer.extent() == part
    block = layer.dataProvider().block(1, layer.extent(), 80, 100)
    assert bytes(block.data()) == read_codes(outputs["OUTPUT"])
    polygons = loaded["POLYGONS"]
    assert polygons.isValid()
    assert polygons.extent() == part
    fresh = vector(outputs["POLYGONS"])
    assert polygons.featureCount() == fresh.featureCount()
    total = sum(feature.geometry().area() for feature in polygons.getFeatures())
    assert total == pytest.approx(part.area())


def test_windows_replaces_no_file_that_is_open(loaded, mapped_files, context, monkeypatch) -> None:
    from satseg_qgis.algorithms import replaced

    monkeypatch.setattr(replaced, "SYSTEM", "win32")
    ok, message = checked("satseg:segment", mapped_files, context)
    assert not ok
    assert "Windows replaces no file that is open; remove the layer" in message
    QgsProject.instance().clear()
    assert checked("satseg:segment", mapped_files, context) == (True, "")


def test_a_geopackage_that_holds_more_is_not_replaced(scene, tmp_path, context) -> None:
    path = write_layer(tmp_path / "data.gpkg", "parcels", SMALL)
    write_layer(path, "data", SMALL)
    before = path.read_bytes()
    classes = str(write_classes(tmp_path / "classes.tif"))
    zones = str(write_layer(tmp_path / "zones.shp", "zones", SMALL))
    for algorithm, parameters in (
        ("satseg:segment", {"INPUT": str(scene), "OUTPUT": "TEMPORARY_OUTPUT", "POLYGONS": str(path)}),
        ("satseg:vectorize", {"INPUT": classes, "OUTPUT": str(path)}),
        ("satseg:areas", {"INPUT": classes, "ZONES": zones, "ZONE_AREAS": str(path)}),
    ):
        ok, message = checked(algorithm, parameters, context)
        assert not ok
        assert f"{path} holds more than the run writes (parcels), which would be lost" in message
    assert path.read_bytes() == before


def test_a_geopackage_with_a_project_is_not_replaced(mapped_files, scene, tmp_path, context) -> None:
    path = mapped_files["POLYGONS"]
    assert checked("satseg:segment", mapped_files, context) == (True, "")
    assert QgsProject.instance().write(f"geopackage:{path}?projectName=work")
    ok, message = checked("satseg:segment", mapped_files, context)
    assert not ok
    assert "qgis_projects" in message
