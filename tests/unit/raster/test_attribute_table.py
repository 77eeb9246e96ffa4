"""Attribute tables in rasters and beside them, as GDAL, ERDAS and Esri write them."""

from __future__ import annotations

import numpy as np
import pyogrio.raw
import pytest
import rasterio
import rasterio.shutil

from satseg_core.raster.attribute_table import esri_table
from satseg_core.raster.legends import legend_of

CODES = np.array([[0, 9, 9, 3]], np.uint8)
INTEGER, REAL, TEXT = range(3)
GENERIC, COUNT, NAME, LOW, HIGH, VALUE, RED, GREEN, BLUE, ALPHA = range(10)


def table(columns, rows, **attributes):
    """GDAL's side file with an attribute table; columns are name, type and usage."""
    attributes = "".join(f' {key}="{value}"' for key, value in attributes.items())
    fields = "".join(
        f'<FieldDefn index="{i}"><Name>{name}</Name><Type>{kind}</Type><Usage>{usage}</Usage></FieldDefn>'
        for i, (name, kind, usage) in enumerate(columns)
    )
    rows = "".join(f'<Row index="{i}">{"".join(f"<F>{cell}</F>" for cell in row)}</Row>' for i, row in enumerate(rows))
    return (
        f'<PAMDataset><PAMRasterBand band="1"><GDALRasterAttributeTable{attributes}>{fields}{rows}'
        "</GDALRasterAttributeTable></PAMRasterBand></PAMDataset>"
    )


@pytest.fixture
def named(make_raster):
    """Names and colours of the classes of codes with a side file."""

    def run(text, codes=CODES, **profile):
        path = make_raster(codes, **profile)
        path.with_name(path.name + ".aux.xml").write_text(text, encoding="utf-8")
        return [(c.code, c.name, c.color) for c in legend_of(path)]

    return run


SHADES = (("R", INTEGER, RED), ("G", INTEGER, GREEN), ("B", INTEGER, BLUE))


def test_names_and_colors_of_an_attribute_table(named):
    columns = (("Value", INTEGER, VALUE), ("Class", TEXT, NAME), *SHADES)
    found = named(table(columns, [(0, "Moor &amp; fen", 10, 20, 30), (9, "Dune", 40, 50, 60)], tableType="thematic"))
    assert found[0] == (0, "Moor & fen", (10, 20, 30))
    assert found[1][:2] == (3, "class 3")
    assert found[2] == (9, "Dune", (40, 50, 60))


def test_codes_of_sixteen_bits_and_floating_point_have_their_names(named):
    columns = (("Value", INTEGER, VALUE), ("Class", TEXT, NAME), *SHADES)
    text = table(columns, [(111, "Urban", 230, 0, 77), (523, "Sea", 230, 242, 255), (999, "not there", 0, 0, 0)])
    for dtype in ("uint16", "int32", "float32"):
        values = np.array([[523, 111, 111]], dtype)
        assert named(text, values) == [(111, "Urban", (230, 0, 77)), (523, "Sea", (230, 242, 255))]


@pytest.mark.parametrize("first", ["OBJECTID", "OID", "Count"])
def test_of_several_numbers_the_value_counts(named, first):
    columns = ((first, INTEGER, GENERIC), ("VALUE", INTEGER, GENERIC), ("LABEL3", TEXT, GENERIC))
    found = named(table(columns, [(1, 0, "Moor"), (2, 9, "Dune"), (3, 3, "Lake")]))
    assert [(code, name) for code, name, _ in found] == [(0, "Moor"), (3, "Lake"), (9, "Dune")]


def test_numbers_that_say_nothing_of_the_value_name_nothing(named):
    columns = (("OBJECTID", INTEGER, GENERIC), ("Wert", INTEGER, GENERIC), ("Name", TEXT, GENERIC))
    assert [name for _, name, _ in named(table(columns, [(1, 9, "Moor"), (2, 3, "Dune")]))] == [
        "class 0", "class 3", "class 9",
    ]  # fmt: skip


def test_a_row_may_name_a_range_of_values(named):
    columns = (("From", REAL, LOW), ("To", REAL, HIGH), ("Name", TEXT, NAME))
    found = named(table(columns, [(0, 3, "Low"), (4, 9, "High"), ("", "", "Nothing")]))
    assert [(code, name) for code, name, _ in found] == [(0, "Low"), (3, "Low (3)"), (9, "High")]


def test_rows_without_values_follow_the_bins(named):
    columns = (("Histogram", INTEGER, COUNT), ("Name", TEXT, NAME))
    found = named(table(columns, [(1, "Low"), (2, "Middle"), (1, "High")], Row0Min="3", BinSize="3"))
    assert [(code, name) for code, name, _ in found] == [(0, "class 0"), (3, "Low"), (9, "High")]


def test_shares_of_one_that_gdal_makes_whole_are_no_colors(named):
    columns = (("Value", REAL, VALUE), ("Name", TEXT, NAME), *((name, REAL, usage) for name, _, usage in SHADES))
    found = named(table(columns, [(0, "Moor", 0.2, 0.4, 0.6), (9, "Dune", 1, 0, 0), (3, "Night", 0, 0, 0)]))
    assert [name for _, name, _ in found] == ["Moor", "Night", "Dune"]
    assert len({color for _, _, color in found}) == 3


@pytest.mark.parametrize("rows", [[("", "", "x", "y", "z")], [("1e300", "Name", "", "", "")], [("nan", "a", 1, 2, 3)]])
def test_what_makes_no_sense_names_nothing(named, rows):
    columns = (("Value", REAL, VALUE), ("Class", TEXT, NAME), *SHADES)
    assert [name for _, name, _ in named(table(columns, rows))] == ["class 0", "class 3", "class 9"]


def test_the_names_inside_of_an_erdas_image(make_raster, tmp_path):
    columns = (("Histogram", REAL, COUNT), *SHADES, ("Opacity", INTEGER, ALPHA), ("Class_Names", TEXT, NAME))
    rows = [(0, 0, 0, 0, 0, "")] * 96
    rows[11] = (2, 70, 107, 159, 255, "Open Water")
    rows[41] = (3, 104, 171, 95, 255, "Deciduous Forest")
    source = make_raster(np.array([[11, 41, 95, 95]], np.uint8))
    source.with_name(source.name + ".aux.xml").write_text(table(columns, rows), encoding="utf-8")
    path = tmp_path / "nlcd.img"
    rasterio.shutil.copy(source, path, driver="HFA")
    path.with_name(path.name + ".aux.xml").unlink(missing_ok=True)
    assert [(c.code, c.name) for c in legend_of(path)] == [
        (11, "Open Water"), (41, "Deciduous Forest"), (95, "class 95"),
    ]  # fmt: skip
    assert legend_of(path).by_code(11).color == (70, 107, 159)


def test_an_attribute_table_of_esri(make_raster, tmp_path):
    path = make_raster(CODES)
    pyogrio.raw.write(
        tmp_path / "table.dbf",
        geometry=None,
        field_data=[
            np.array([0, 9], np.int32),
            np.array([2.0, 5.0]),
            np.array(["Moor", "Dune"], object),
            *(np.array(shades) for shades in ([0.2, 1.0], [0.4, 0.0], [0.6, 0.0])),
        ],
        fields=["VALUE", "COUNT", "Class_Name", "Red", "Green", "Blue"],
        driver="ESRI Shapefile",
    )
    (tmp_path / "table.dbf").rename(path.with_name(path.name + ".vat.dbf"))
    assert esri_table(path) == {0: ("Moor", (51, 102, 153)), 9: ("Dune", (255, 0, 0))}
    assert [c.name for c in legend_of(path)] == ["Moor", "class 3", "Dune"]
    path.with_name(path.name + ".vat.dbf").write_bytes(b"broken")
    assert esri_table(path) == {}


@pytest.mark.parametrize(("colors", "first"), [("#010203 #ff0000 #00ff00", (1, 2, 3)), ("#010203", None), ("", None)])
def test_flags_as_netcdf_has_them(make_raster, colors, first):
    path = make_raster(np.array([[0, 10, 150]], np.uint8))
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(
            1, flag_values="{0,10,-106}", flag_meanings="no_data cropland_rainfed sparse_vegetation", flag_colors=colors
        )
    legend = legend_of(path)
    assert [c.name for c in legend] == ["no data", "cropland rainfed", "sparse vegetation"]
    assert first is None or legend.by_code(0).color == first


def test_flags_that_do_not_fit_name_nothing(make_raster):
    path = make_raster(np.array([[0, 10]], np.uint8))
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(1, flag_values="{0,10}", flag_meanings="only")
    assert [c.name for c in legend_of(path)] == ["class 0", "class 10"]
