"""The tables of docs/what-is-read.md: each cell is backed by a test, here or in a module that is named here."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import rasterio
import rasterio.shutil
import shapely
from pyproj import Transformer
from rasterio.crs import CRS
from rasterio.enums import ColorInterp as C
from rasterio.transform import from_origin

from satseg_core.errors import RasterError, UsageError
from satseg_core.legend import LAND_COVER
from satseg_core.raster.area_of_interest import AreaOfInterest, whole
from satseg_core.raster.grid import Block, Span
from satseg_core.raster.legends import legend_of
from satseg_core.raster.overrides import NO_OVERRIDES, Overrides
from satseg_core.raster.polygon_file import read_polygons
from satseg_core.raster.polygon_layer import PolygonLayer
from satseg_core.raster.reading import valid_pixels
from satseg_core.raster.source import open_source
from satseg_core.raster.zone_names import zone_names
from satseg_core.scenes.find import find_scene
from satseg_core.scenes.resolve import resolve
from satseg_core.style import aux_xml
from tests.scenes import L8_ID, band, item, landsat, planet, safe, write

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "what-is-read.md"
RGB = ("red", "green", "blue")
PLACE = from_origin(500_000, 5_300_000, 2, 2)
FRAME = shapely.box(500_000, 5_299_952, 500_064, 5_300_000)
DATA = np.ones((24, 32), bool)
DATA[:, :10] = False
"""Px with data in the small rasters that are made here."""

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def geotiff(path: Path, values: np.ndarray | None = None, **profile: Any) -> Path:
    """A GeoTIFF of blue, green and red, called so, with 0 where there is no data."""
    if values is None:
        values = np.random.default_rng(3).integers(1, 250, (3, *DATA.shape)).astype(np.uint8) * DATA
        profile = {"nodata": 0, "descriptions": ("blue", "green", "red"), **profile}
    words, colours = profile.pop("descriptions", None), profile.pop("colours", None)
    settings = {"crs": "EPSG:32632", "transform": PLACE, "photometric": "MINISBLACK", **profile}
    count, height, width = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=count, height=height, width=width, dtype=values.dtype,
        **{key: value for key, value in settings.items() if value is not None},
    ) as file:  # fmt: skip
        file.write(values)
        if words:
            file.descriptions = words
        if colours:
            file.colorinterp = colours
    return path


def copied(folder: Path, name: str, driver: str, source: Path | None = None, aux: bool = True, **options: Any) -> Path:
    """A copy in another format; without ``aux`` of what the format itself holds alone."""
    path = folder / name
    rasterio.shutil.copy(source or geotiff(folder / "source.tif"), path, driver=driver, **options)
    if not aux:
        path.with_name(path.name + ".aux.xml").unlink(missing_ok=True)
    return path


LOSSLESS = {"QUALITY": "100", "REVERSIBLE": "YES", "YCBCR420": "NO"}


def zarr(folder: Path) -> Path:
    """A Zarr array of version 2 as GDAL writes it, with bands, a value for no data, a CRS and coordinates."""
    root = folder / "a.zarr"

    def array(name: str, values: np.ndarray, fill: Any, **attributes: Any) -> None:
        (root / name).mkdir(parents=True)
        (root / name / ".zarray").write_text(
            json.dumps({
                "zarr_format": 2, "shape": values.shape, "chunks": values.shape, "dtype": values.dtype.str,
                "compressor": None, "fill_value": fill, "order": "C", "filters": None,
            })
        )  # fmt: skip
        (root / name / ".zattrs").write_text(json.dumps(attributes))
        (root / name / ".".join("0" * values.ndim)).write_bytes(values.tobytes())

    root.mkdir()
    (root / ".zgroup").write_text('{"zarr_format": 2}')
    with rasterio.open(geotiff(folder / "source.tif")) as file:
        crs = {"wkt": file.crs.to_wkt()}
        array("image", file.read(), 0, _ARRAY_DIMENSIONS=["band", "y", "x"], _CRS=crs)
    array("x", 500_001 + 2.0 * np.arange(32), None, _ARRAY_DIMENSIONS=["x"])
    array("y", 5_299_999 - 2.0 * np.arange(24), None, _ARRAY_DIMENSIONS=["y"])
    return root


def index(folder: Path) -> str:
    """A tile index of one raster."""
    source = geotiff(folder / "source.tif")
    pyogrio.raw.write(
        folder / "index.gti.gpkg", np.array([shapely.to_wkb(FRAME)], object),
        [np.array([str(source)], object)], ["location"], crs="EPSG:32632", geometry_type="Polygon",
    )  # fmt: skip
    with rasterio.Env() as environment:
        if "GTI" not in environment.drivers():
            pytest.skip("GDAL is older than indexes of rasters")
    return f"GTI:{folder / 'index.gti.gpkg'}"


def geopackage(folder: Path) -> Path:
    values = np.random.default_rng(3).integers(1, 250, (4, *DATA.shape)).astype(np.uint8)
    values[3] = 255 * DATA
    source = geotiff(folder / "source.tif", values, colours=[C.red, C.green, C.blue, C.alpha], photometric=None)
    return copied(folder, "a.gpkg", "GPKG", source, TILE_FORMAT="PNG", BLOCKSIZE="256")


def netcdf(folder: Path) -> Path:
    values = np.random.default_rng(3).integers(1, 250, (1, *DATA.shape)).astype(np.int16) * DATA
    return copied(folder, "a.nc", "netCDF", geotiff(folder / "source.tif", values, nodata=0), aux=False)


def png(folder: Path, aux: bool = True) -> Path:
    return copied(folder, "a.png", "PNG", aux=aux, WORLDFILE="YES")


def sentinel(folder: Path) -> Path:
    return safe(folder)


def loose(folder: Path) -> Path:
    for colour in RGB:
        write(folder / "loose" / f"field_{colour}.tif", band(colour, hole=True), nodata=0)
    return folder / "loose"


def stac(folder: Path) -> Path:
    """An item of which a catalogue alone says what the bands are and which value is no data."""
    write(folder / "a.tif", np.stack([band(colour, hole=True) for colour in ("blue", "green", "red")]))
    bands = [{"name": f"b{number}", "eo:common_name": name} for number, name in enumerate(("blue", "green", "red"))]
    asset = {"href": "./a.tif", "type": "image/tiff", "roles": ["data"], "nodata": 0, "bands": bands}
    return item(folder / "item.json", {"image": asset})


RASTERS: dict[str, Callable[[Path], Any]] = {
    "GeoTIFF, COG": lambda folder: copied(folder, "a.tif", "COG", aux=False),
    "VRT": lambda folder: copied(folder, "a.vrt", "VRT"),
    "GTI (tile index)": index,
    "GeoPackage raster": geopackage,
    "ENVI": lambda folder: copied(folder, "a.dat", "ENVI", aux=False),
    "ERDAS IMAGINE": lambda folder: copied(folder, "a.img", "HFA", aux=False),
    "JPEG 2000": lambda folder: copied(folder, "a.jp2", "JP2OpenJPEG", **LOSSLESS),
    "PNG, JPEG": png,
    "netCDF": netcdf,
    "Zarr v2": zarr,
    "Sentinel-2": sentinel,
    "Landsat Collection 2": lambda folder: landsat(folder / L8_ID),
    "Planet": lambda folder: planet(folder / "planet"),
    "folder of bands": loose,
    "STAC item": stac,
}
OF_BYTES_WITH_WORDS = ("GeoTIFF, COG", "VRT", "ENVI", "ERDAS IMAGINE", "JPEG 2000", "PNG, JPEG")


class Opened:
    """What the engine hears of a raster or scene."""

    def __init__(self, name: object, names: tuple[str, ...] = RGB, overrides: Overrides = NO_OVERRIDES) -> None:
        self.scene = find_scene(str(name), names)
        meant = resolve(str(name), names, LAND_COVER, overrides, scene=self.scene)
        with open_source(meant.path, names, meant.bands, overrides=meant.overrides) as source:
            self.bands, self.warnings, self.transform = source.bands, source.warnings, source.transform
            self.epsg = source.crs and source.crs.to_epsg()
            self.valid = valid_pixels(source, Block(*(Span(0, length) for length in source.shape)))
            self.placed = source.placement.kind
            self.said = meant.sentence or ""


@pytest.mark.parametrize("row", OF_BYTES_WITH_WORDS)
def test_words_name_the_bands(tmp_path: Path, row: str) -> None:
    assert Opened(RASTERS[row](tmp_path)).bands == (3, 2, 1)


@pytest.mark.parametrize("row", RASTERS)
def test_no_data(tmp_path: Path, row: str) -> None:
    opened = Opened(RASTERS[row](tmp_path), ("red",) if row == "netCDF" else RGB)
    expected = DATA
    if opened.scene is not None:
        expected = band("any", hole=True) > 0
    np.testing.assert_array_equal(opened.valid, expected)


@pytest.mark.parametrize("row", RASTERS)
def test_the_crs(tmp_path: Path, row: str) -> None:
    assert Opened(RASTERS[row](tmp_path), ("red",) if row == "netCDF" else RGB).epsg == 32632


@pytest.mark.parametrize("row", RASTERS)
def test_the_place(tmp_path: Path, row: str) -> None:
    opened = Opened(RASTERS[row](tmp_path), ("red",) if row == "netCDF" else RGB)
    px = {"Landsat Collection 2": 30, "Planet": 3}.get(row, 10)
    expected = PLACE if opened.scene is None else from_origin(600_000, 5_300_040, px, px)
    assert opened.transform.almost_equals(expected)
    assert opened.placed == "ground"


def test_colours_name_the_bands_of_a_geopackage(tmp_path: Path) -> None:
    opened = Opened(geopackage(tmp_path))
    assert (opened.bands, opened.warnings) == ((1, 2, 3), ())


def test_jpeg_2000_without_words_is_assumed_aloud(tmp_path: Path) -> None:
    opened = Opened(copied(tmp_path, "a.jp2", "JP2OpenJPEG", aux=False, **LOSSLESS))
    assert opened.bands == (1, 2, 3)
    assert "does not say what its bands show" in opened.warnings[0]


def test_an_index_names_no_bands(tmp_path: Path) -> None:
    opened = Opened(index(tmp_path))
    assert opened.bands == (1, 2, 3)
    assert "does not say what its bands show" in opened.warnings[0]


def test_a_world_file_without_a_crs_is_told_and_can_be_helped(tmp_path: Path) -> None:
    path = png(tmp_path, aux=False)
    opened = Opened(path)
    assert (opened.epsg, opened.transform, opened.placed) == (None, PLACE, "plane")
    assert "no CRS" in opened.warnings[-1]
    opened = Opened(path, overrides=Overrides(crs="EPSG:32632"))
    assert (opened.epsg, opened.placed) == (32632, "ground")


def test_a_variable_of_several_is_asked_for(tmp_path: Path) -> None:
    path = copied(tmp_path, "a.nc", "netCDF")
    with pytest.raises(RasterError, match=r"holds several rasters; give the name of one.*:Band1"):
        Opened(path)
    assert Opened(f"netcdf:{path}:Band2", ("red",)).bands == (1,)


def test_bands_of_a_zarr_are_taken_in_their_order_aloud(tmp_path: Path) -> None:
    opened = Opened(zarr(tmp_path))
    assert opened.bands == (1, 2, 3)
    assert "does not say what its bands show" in opened.warnings[0]


SCENES = {
    "Sentinel-2": "red from B04, green from B03, blue from B02",
    "Landsat Collection 2": "red from SR_B4, green from SR_B3, blue from SR_B2",
    "Planet": "red from red, green from green, blue from blue",
    "folder of bands": "red from red, green from green, blue from blue",
}


@pytest.mark.parametrize("row", SCENES)
def test_the_bands_of_a_scene(tmp_path: Path, row: str) -> None:
    assert SCENES[row] in Opened(RASTERS[row](tmp_path)).said


def test_a_catalogue_names_the_bands(tmp_path: Path) -> None:
    opened = Opened(stac(tmp_path))
    assert opened.bands == (3, 2, 1)


ALPHA = {"ERDAS IMAGINE": ("HFA", "a.img"), "ENVI": ("ENVI", "a.dat")}


@pytest.mark.parametrize("row", ["ENVI", "ERDAS IMAGINE"])
def test_a_band_that_is_called_alpha(tmp_path: Path, row: str) -> None:
    driver, name = ALPHA[row]
    values = np.random.default_rng(3).integers(1, 250, (4, *DATA.shape)).astype(np.uint8)
    values[3] = 255 * DATA
    source = geotiff(tmp_path / "source.tif", values, descriptions=(*RGB, "alpha"))
    opened = Opened(copied(tmp_path, name, driver, source, aux=False))
    np.testing.assert_array_equal(opened.valid, DATA)


@pytest.mark.parametrize("row", ["JPEG 2000", "PNG, JPEG"])
def test_transparency_of_pictures(tmp_path: Path, row: str) -> None:
    values = np.random.default_rng(3).integers(1, 250, (4, *DATA.shape)).astype(np.uint8)
    values[3] = 255 * DATA
    colours = [C.red, C.green, C.blue, C.alpha]
    source = geotiff(tmp_path / "source.tif", values, colours=colours, photometric=None)
    driver, name = {"JPEG 2000": ("JP2OpenJPEG", "a.jp2"), "PNG, JPEG": ("PNG", "a.png")}[row]
    opened = Opened(copied(tmp_path, name, driver, source, aux=False, **(LOSSLESS if name == "a.jp2" else {})))
    np.testing.assert_array_equal(opened.valid, DATA)


def test_a_mask_of_a_raster_in_a_tile_index_counts(tmp_path: Path) -> None:
    values = np.random.default_rng(3).integers(1, 250, (3, *DATA.shape)).astype(np.uint8)
    name = index(tmp_path)
    with rasterio.open(geotiff(tmp_path / "source.tif", values, photometric="RGB"), "r+") as file:
        file.write_mask(DATA)
    np.testing.assert_array_equal(Opened(name).valid, DATA)


CODES = np.array([[[0, 1, 2, 2]]], np.uint8)


def classes(folder: Path, named: bool = True) -> Path:
    """A class map with names beside it and colours inside."""
    path = geotiff(folder / "source.tif", CODES, photometric=None)
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {c.code: (*c.color, 255) for c in LAND_COVER})
    if named:
        path.with_name("source.tif.aux.xml").write_text(aux_xml(LAND_COVER), encoding="utf-8")
    return path


def names_and_colours(path: Path) -> tuple[bool, bool]:
    """Whether both are those of the legend that was written."""
    found = [(c.code, c.title, c.color) for c in legend_of(path)]
    wanted = [(c.code, c.title, c.color) for c in LAND_COVER if c.code <= 2]
    return [f[:2] for f in found] == [w[:2] for w in wanted], [f[2] for f in found] == [w[2] for w in wanted]


CLASS_MAPS = {
    "VRT": ("VRT", "a.vrt"),
    "ENVI": ("ENVI", "a.dat"),
    "ERDAS IMAGINE": ("HFA", "a.img"),
    "PNG, JPEG": ("PNG", "a.png"),
    "JPEG 2000": ("JP2OpenJPEG", "a.jp2"),
}


@pytest.mark.parametrize("row", CLASS_MAPS)
def test_names_and_colours_of_classes(tmp_path: Path, row: str) -> None:
    driver, name = CLASS_MAPS[row]
    options = {"QUALITY": "100", "REVERSIBLE": "YES"} if row == "JPEG 2000" else {}
    inside = row in ("ENVI", "ERDAS IMAGINE")
    path = copied(tmp_path, name, driver, classes(tmp_path), aux=not inside, **options)
    assert names_and_colours(path) == (True, True)


BOX = shapely.box(500_020, 5_299_960, 500_060, 5_299_990)
VECTORS = {
    "GeoPackage": ("GPKG", "a.gpkg"),
    "Shapefile": ("ESRI Shapefile", "a.shp"),
    "GeoJSON": ("GeoJSON", "a.geojson"),
    "KML": ("KML", "a.kml"),
    "FlatGeobuf": ("FlatGeobuf", "a.fgb"),
}
IN_DEGREES = ("GeoJSON", "KML")


def vector(folder: Path, row: str, crs: str | None = "EPSG:32632") -> Path:
    """A box with a corner and a name, in UTM or, where the format wants it, in degrees."""
    driver, name = VECTORS[row]
    shape = BOX.segmentize(1)
    if row in IN_DEGREES:
        way = Transformer.from_crs(32632, 4326, always_xy=True)
        shape = shapely.transform(shape, lambda points: np.column_stack(way.transform(*points.T)))
        crs = "EPSG:4326"
    options = {"COORDINATE_PRECISION": "12"} if row == "GeoJSON" else {}
    pyogrio.raw.write(
        folder / name, np.array([shapely.to_wkb(shape)], object), [np.array(["Müllers Feld"], object)], ["Name"],
        crs=crs, geometry_type="Polygon", driver=driver, layer="parcels", **options,
    )  # fmt: skip
    return folder / name


@pytest.mark.parametrize("row", VECTORS)
def test_a_vector_layer_lies_on_a_raster(tmp_path: Path, row: str) -> None:
    expected = np.zeros(DATA.shape, bool)
    expected[5:20, 10:30] = True
    with open_source(str(geotiff(tmp_path / "source.tif")), RGB) as source:
        found = AreaOfInterest(vector(tmp_path, row), source).inside(whole(source))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("row", VECTORS)
def test_the_crs_of_a_vector_layer(tmp_path: Path, row: str) -> None:
    found = read_polygons(vector(tmp_path, row), CRS.from_epsg(32632), "mask")
    assert CRS.from_user_input(found.crs).to_epsg() == (4326 if row in IN_DEGREES else 32632)


@pytest.mark.parametrize("row", VECTORS)
def test_names_of_zones(tmp_path: Path, row: str) -> None:
    found = read_polygons(vector(tmp_path, row), CRS.from_epsg(32632), "zones", with_fields=True)
    assert zone_names(found, "Name")[0] == ["Müllers Feld"]


@pytest.mark.parametrize("row", VECTORS)
def test_layers_of_a_vector_file(tmp_path: Path, row: str) -> None:
    path = vector(tmp_path, row)
    layer = pyogrio.list_layers(path)[0][0]
    assert layer == ("a" if row == "Shapefile" else "parcels")
    assert len(read_polygons(f"{path}|layername={layer}", CRS.from_epsg(32632), "mask").shapes) == 1


def test_a_mask_of_a_virtual_raster(tmp_path: Path) -> None:
    values = np.random.default_rng(3).integers(1, 250, (3, *DATA.shape)).astype(np.uint8)
    source = geotiff(tmp_path / "source.tif", values, photometric="RGB")
    with rasterio.open(source, "r+") as file:
        file.write_mask(DATA)
    np.testing.assert_array_equal(Opened(copied(tmp_path, "a.vrt", "VRT", source)).valid, DATA)


def test_no_data_of_sixteen_bits_in_a_geopackage(tmp_path: Path) -> None:
    values = np.random.default_rng(3).integers(1, 3000, (1, *DATA.shape)).astype(np.int16) * DATA
    path = copied(tmp_path, "a.gpkg", "GPKG", geotiff(tmp_path / "source.tif", values, nodata=0))
    np.testing.assert_array_equal(Opened(path, ("red",)).valid, DATA)


def test_a_class_map_in_a_geopackage_keeps_its_colours(tmp_path: Path) -> None:
    path = copied(tmp_path, "a.gpkg", "GPKG", classes(tmp_path), TILE_FORMAT="PNG")
    assert names_and_colours(path) == (False, True)
    assert [c.name for c in legend_of(path)] == ["class 0", "class 1", "class 2"]


@pytest.fixture
def landcover_nc(tmp_path: Path) -> Path:
    """Classes in netCDF with longitudes, latitudes and flags as CF has them, and no ``grid_mapping``."""
    path = tmp_path / "cover.nc"
    with pytest.importorskip("scipy.io").netcdf_file(path, "w") as file:
        for name, unit, places in (("lat", "degrees_north", [50.5, 49.5]), ("lon", "degrees_east", [9.5, 10.5, 11.5])):
            file.createDimension(name, len(places))
            axis = file.createVariable(name, "d", (name,))
            axis[:], axis.units = places, unit
        cover = file.createVariable("cover", "b", ("lat", "lon"))
        cover[:] = [[0, 10, -106], [10, 10, 0]]
        cover._Unsigned, cover._FillValue = "true", np.int8(0)
        cover.flag_values = np.array([0, 10, -106], np.int8)
        cover.flag_meanings = "no_data cropland_rainfed sparse_vegetation"
    return path


def test_flags_of_netcdf(landcover_nc: Path) -> None:
    assert [(c.code, c.name) for c in legend_of(landcover_nc)] == [(10, "cropland rainfed"), (150, "sparse vegetation")]


def test_longitudes_and_latitudes_alone_are_told(landcover_nc: Path) -> None:
    opened = Opened(landcover_nc, ("red",))
    assert opened.epsg is None
    assert "no CRS" in opened.warnings[-1]
    assert Opened(landcover_nc, ("red",), Overrides(crs="EPSG:4326")).placed == "ground"


def test_a_shapefile_without_a_prj_is_refused_and_can_be_helped(tmp_path: Path) -> None:
    path = vector(tmp_path, "Shapefile")
    path.with_suffix(".prj").unlink()
    with pytest.raises(UsageError, match="--mask-crs"):
        read_polygons(path, CRS.from_epsg(32632), "mask")
    asked = PolygonLayer.of(str(path), "mask", crs="EPSG:32632")
    assert read_polygons(asked, CRS.from_epsg(32632), "mask").crs is not None


HERE = "tests/unit/test_what_is_read.py::"
R, E2E, Q, S = "tests/unit/raster/", "tests/e2e/", "tests/qgis/", "tests/unit/scenes/"
IN_GENERAL = {"no data": "test_no_data", "CRS": "test_the_crs", "place": "test_the_place"}
IN_GENERAL_OF_VECTORS = {
    "layer": "test_layers_of_a_vector_file", "CRS": "test_the_crs_of_a_vector_layer",
    "place": "test_a_vector_layer_lies_on_a_raster", "names of zones": "test_names_of_zones",
}  # fmt: skip
BESIDES: dict[tuple[str, str], tuple[str, ...]] = {
    ("GeoTIFF, COG", "bands"): (
        R + "test_bands.py::test_wavelengths_of_gdals_own_domain",
        R + "test_bands.py::test_tags_of_bands",
        R + "test_bands.py::test_colours_count_where_words_are_silent",
    ),
    ("GeoTIFF, COG", "no data"): (R + "test_reading.py::test_mask_alpha_and_nan_are_nodata",),
    ("GeoTIFF, COG", "mask, alpha"): (
        R + "test_validity.py::test_alpha_of_any_type_is_heard",
        R + "test_validity.py::test_alpha_and_value_both_count_and_nobody_warns",
        R + "test_validity.py::test_mask_and_value_both_count",
    ),
    ("GeoTIFF, COG", "CRS"): (R + "test_map_place.py::test_a_coordinate_epoch_is_read_from_any_format",),
    ("GeoTIFF, COG", "place"): (
        R + "test_source.py::test_feet_rotation_and_south_up_are_measured",
        R + "test_source.py::test_ground_control_points_say_which_tool_to_run",
        R + "test_source.py::test_a_camera_model_says_which_tool_to_run",
    ),
    ("GeoTIFF, COG", "names, colours"): (
        R + "test_legends.py::test_colors_and_names_of_maps_from_elsewhere_are_kept",
        R + "test_attribute_table.py::test_names_and_colors_of_an_attribute_table",
        R + "test_attribute_table.py::test_an_attribute_table_of_esri",
    ),
    ("VRT", "bands"): (R + "test_bands.py::test_files_of_their_own_name_the_bands_of_a_virtual_raster",),
    ("VRT", "no data"): (R + "test_coverage.py::test_what_no_source_covers_is_without_data",),
    ("VRT", "mask, alpha"): (
        HERE + "test_a_mask_of_a_virtual_raster",
        R + "test_alpha.py::test_a_declared_alpha_band_in_other_formats",
    ),
    ("GTI (tile index)", "bands"): (HERE + "test_an_index_names_no_bands",),
    ("GTI (tile index)", "no data"): (R + "test_coverage.py::test_an_index_of_rasters_has_gaps_too",),
    ("GTI (tile index)", "mask, alpha"): (HERE + "test_a_mask_of_a_raster_in_a_tile_index_counts",),
    ("GeoPackage raster", "bands"): (
        HERE + "test_colours_name_the_bands_of_a_geopackage",
        R + "test_told.py::test_rasters_in_a_geopackage_are_opened_by_their_names",
    ),
    ("GeoPackage raster", "no data"): (HERE + "test_no_data_of_sixteen_bits_in_a_geopackage",),
    ("GeoPackage raster", "mask, alpha"): (HERE + "test_no_data[GeoPackage raster]",),
    ("GeoPackage raster", "names, colours"): (HERE + "test_a_class_map_in_a_geopackage_keeps_its_colours",),
    ("ENVI", "bands"): (R + "test_bands.py::test_envi_headers",),
    ("ENVI", "mask, alpha"): (HERE + "test_a_band_that_is_called_alpha[ENVI]",),
    ("ERDAS IMAGINE", "mask, alpha"): (HERE + "test_a_band_that_is_called_alpha[ERDAS IMAGINE]",),
    ("ERDAS IMAGINE", "names, colours"): (R + "test_attribute_table.py::test_the_names_inside_of_an_erdas_image",),
    ("JPEG 2000", "bands"): (HERE + "test_jpeg_2000_without_words_is_assumed_aloud",),
    ("JPEG 2000", "no data"): (R + "test_collar.py::test_a_border_of_one_value_is_told_of",),
    ("JPEG 2000", "mask, alpha"): (HERE + "test_transparency_of_pictures[JPEG 2000]",),
    ("PNG, JPEG", "bands"): (R + "test_source.py::test_colours_are_found_wherever_they_are",),
    ("PNG, JPEG", "mask, alpha"): (HERE + "test_transparency_of_pictures[PNG, JPEG]",),
    ("PNG, JPEG", "CRS"): (HERE + "test_a_world_file_without_a_crs_is_told_and_can_be_helped",),
    ("PNG, JPEG", "place"): (R + "test_placement.py::test_a_world_file_is_a_place",),
    ("netCDF", "bands"): (HERE + "test_a_variable_of_several_is_asked_for",),
    ("netCDF", "CRS"): (HERE + "test_longitudes_and_latitudes_alone_are_told",),
    ("netCDF", "names, colours"): (
        HERE + "test_flags_of_netcdf",
        R + "test_attribute_table.py::test_flags_as_netcdf_has_them",
    ),
    ("Zarr v2", "bands"): (
        HERE + "test_bands_of_a_zarr_are_taken_in_their_order_aloud",
        R + "test_failures.py::test_a_zarr_of_a_newer_kind_says_so",
    ),
    ("Sentinel-2", "bands"): (S + "test_finding.py::test_a_zipped_safe_is_read_where_it_lies",),
    ("Sentinel-2", "mask, alpha"): (
        E2E + "test_scenes.py::test_clouds_become_unknown_in_map_confidence_areas_and_polygons",
        S + "test_finding.py::test_level_1c_has_its_own_mask_of_clouds",
    ),
    ("Landsat Collection 2", "bands"): (S + "test_finding.py::test_landsat_comes_in_a_tar",),
    ("Landsat Collection 2", "mask, alpha"): (E2E + "test_scenes.py::test_clouds_of_landsat_planet_and_level_1c",),
    ("Planet", "bands"): (S + "test_finding.py::test_planet_s_bands_have_their_order",),
    ("Planet", "mask, alpha"): (E2E + "test_scenes.py::test_clouds_of_landsat_planet_and_level_1c",),
    ("folder of bands", "bands"): (S + "test_finding.py::test_files_are_grouped_by_their_names",),
    ("folder of bands", "mask, alpha"): (
        S + "test_stack.py::test_a_mask_beside_a_band_counts",
        S + "test_finding.py::test_an_archive_of_all_kinds",
    ),
    ("folder of bands", "CRS"): (S + "test_stack.py::test_files_that_do_not_belong_together_are_refused",),
    ("folder of bands", "place"): (S + "test_stack.py::test_grids_shifted_by_half_a_px_are_cut_to_what_all_cover",),
    ("STAC item", "bands"): (
        HERE + "test_a_catalogue_names_the_bands",
        S + "test_assets.py::test_the_asset_with_the_bands_is_taken",
    ),
    ("STAC item", "no data"): (S + "test_assets.py::test_what_an_item_says_of_no_data_is_kept",),
    ("STAC item", "mask, alpha"): (S + "test_assets.py::test_quality_is_known_by_its_key",),
    ("raster layer of QGIS", "bands"): (
        Q + "test_layers.py::test_a_raster_of_a_geopackage",
        Q + "test_web_layers.py::test_a_web_map_is_drawn_and_mapped",
    ),
    ("raster layer of QGIS", "no data"): (
        Q + "test_layers.py::test_a_value_that_is_drawn_as_nothing_is_told_to_the_engine",
        Q + "test_layers.py::test_what_the_properties_say_of_values_without_data",
    ),
    ("raster layer of QGIS", "mask, alpha"): (Q + "test_layers.py::test_the_command_is_no_longer_than_it_has_to_be",),
    ("raster layer of QGIS", "CRS"): (
        Q + "test_layers.py::test_an_image_and_a_mask_of_which_the_user_says_the_crs",
        Q + "test_layers.py::test_a_crs_that_the_user_took_away_is_none",
    ),
    ("raster layer of QGIS", "place"): (Q + "test_web_layers.py::test_a_web_map_is_drawn_and_mapped",),
    ("raster layer of QGIS", "names, colours"): (
        Q + "test_layers.py::test_a_class_that_is_drawn_as_nothing_is_no_class",
        Q + "test_layers.py::test_a_range_of_classes_that_is_drawn_as_nothing",
    ),
    ("SatSeg's class map", "bands"): (R + "test_labels.py::test_refuses_what_is_no_map_of_classes",),
    ("SatSeg's class map", "no data"): (R + "test_labels.py::test_reads_its_own_maps_as_they_are",),
    ("SatSeg's class map", "CRS"): (
        R + "test_map_place.py::test_a_map_lies_on_its_raster",
        R + "test_map_place.py::test_a_coordinate_epoch_reaches_the_map_and_its_polygons",
    ),
    ("SatSeg's class map", "place"): (R + "test_map_place.py::test_a_map_lies_on_its_raster",),
    ("SatSeg's class map", "names, colours"): (R + "test_legends.py::test_what_was_written_is_read",),
    ("class map from elsewhere", "bands"): (
        R + "test_labels.py::test_every_value_of_sixteen_bits_is_a_code",
        R + "test_labels.py::test_refuses_values_that_are_no_codes_by_name",
    ),
    ("class map from elsewhere", "no data"): (
        R + "test_labels.py::test_other_types_and_nodata_values_become_codes",
        R + "test_labels.py::test_floating_point_backgrounds_that_nothing_names_are_no_data",
    ),
    ("class map from elsewhere", "mask, alpha"): (
        R + "test_labels.py::test_alpha_hides_pixels_and_so_does_nodata_beside_it",
        R + "test_labels.py::test_a_mask_hides_pixels_and_so_does_nodata_beside_it",
    ),
    ("class map from elsewhere", "CRS"): (R + "test_told.py::test_areas_are_those_of_the_crs_that_is_told",),
    ("class map from elsewhere", "place"): (R + "test_area.py::test_a_crs_without_a_place_in_it_has_no_areas",),
    ("class map from elsewhere", "names, colours"): (
        R + "test_legends.py::test_colors_and_names_of_maps_from_elsewhere_are_kept",
        R + "test_attribute_table.py::test_an_attribute_table_of_esri",
        R + "test_legend_files.py::test_a_style_of_qgis_is_a_legend",
        R + "test_legend_files.py::test_a_color_map_of_qgis_is_a_legend",
        R + "test_legend_files.py::test_a_file_of_ones_own",
    ),
    ("GeoPackage", "layer"): (
        R + "test_polygon_file.py::test_without_a_name_the_first_is_taken_with_a_warning_that_names_the_others",
        R + "test_polygon_file.py::test_layers_without_polygons_are_passed_over",
    ),
    ("GeoPackage", "names of zones"): (
        R + "test_zone_names.py::test_names_are_whole_and_those_that_are_missing_are_told",
    ),
    ("Shapefile", "CRS"): (HERE + "test_a_shapefile_without_a_prj_is_refused_and_can_be_helped",),
    ("KML", "layer"): (R + "test_polygon_file.py::test_folders_of_kml_are_layers",),
    ("vector layer of QGIS", "layer"): (
        Q + "test_layers.py::test_the_layer_of_a_file_of_several",
        Q + "test_layers.py::test_a_filter_counts",
        Q + "test_layers.py::test_changes_that_are_not_saved_count",
        Q + "test_layers.py::test_layers_of_a_query_and_in_memory",
    ),
    ("vector layer of QGIS", "CRS"): (
        Q + "test_layers.py::test_an_image_and_a_mask_of_which_the_user_says_the_crs",
        Q + "test_layers.py::test_a_mask_that_is_written_out_has_the_crs_that_the_user_set",
    ),
    ("vector layer of QGIS", "place"): (Q + "test_layers.py::test_polygons_of_every_kind_come_through",),
    ("vector layer of QGIS", "names of zones"): (Q + "test_layers.py::test_fields_of_a_join_name_zones",),
}
"""What backs the cells, besides the tests of all formats in this module."""


def backed_by(row: str, column: str) -> tuple[str, ...]:
    """The tests that back a cell, as pytest names them."""
    general: list[str] = []
    if row in RASTERS and column in IN_GENERAL:
        general.append(IN_GENERAL[column])
    if row in VECTORS and column in IN_GENERAL_OF_VECTORS:
        general.append(IN_GENERAL_OF_VECTORS[column])
    if row in OF_BYTES_WITH_WORDS and column == "bands":
        general.append("test_words_name_the_bands")
    if row in SCENES and column == "bands":
        general.append("test_the_bands_of_a_scene")
    if row in CLASS_MAPS and column == "names, colours":
        general.append("test_names_and_colours_of_classes")
    return (*(f"{HERE}{name}[{row}]" for name in general), *BESIDES.get((row, column), ()))


def cells() -> Iterator[tuple[str, str, str]]:
    """Row, column and text of each cell of the page's tables."""
    columns: list[str] = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            columns = []
            continue
        first, *others = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not columns:
            columns = others
        elif set(first) - set("-: "):
            assert len(others) == len(columns), first
            yield from ((first, column, text) for column, text in zip(columns, others))


@pytest.mark.parametrize(
    ("row", "column", "text"), [pytest.param(*cell, id=f"{cell[0]}: {cell[1]}") for cell in cells()]
)
def test_each_cell_is_backed(row: str, column: str, text: str) -> None:
    assert text, "an empty cell says nothing"
    names_nothing = re.fullmatch(r"–( no class maps| numbers)?", text)
    assert names_nothing or backed_by(row, column)


def test_nothing_is_backed_that_the_page_does_not_say() -> None:
    on_page = {(row, column) for row, column, _ in cells()}
    assert {*BESIDES} <= on_page
    assert {*RASTERS, *VECTORS} <= {row for row, _ in on_page}


@cache
def functions(path: str) -> frozenset[str]:
    """Names of the tests in a module."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in names if name.startswith("test_"))


def test_the_tests_that_are_named_are_there(request: pytest.FixtureRequest) -> None:
    here = {one.nodeid.rpartition("::")[2] for one in request.session.items if one.path == Path(__file__)}
    all_run = functions(HERE[:-2]) <= {name.partition("[")[0] for name in here}  # or somebody has chosen a few
    for row, column, _ in cells():
        for test in backed_by(row, column):
            path, _, name = test.partition("::")
            assert name.partition("[")[0] in functions(path), test
            assert not all_run or f"{path}::" != HERE or "[" not in name or name in here, test
