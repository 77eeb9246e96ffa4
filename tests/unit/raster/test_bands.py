"""Which bands are read: what somebody wrote goes before colours that GDAL makes up, and doubts are told truly."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from rasterio.enums import ColorInterp

from satseg_core.errors import RasterError, UsageError
from satseg_core.raster.bands import choose_bands
from satseg_core.raster.overrides import Overrides
from satseg_core.raster.source import open_source

RGB = ("red", "green", "blue")
SENTINEL_2 = ("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B9", "B11", "B12")


@pytest.fixture
def described(make_raster):
    """A raster of bands with descriptions, of 16 bits unless said otherwise (so without GDAL's colours)."""

    def make(*words, dtype="uint16", **options):
        plain = {"photometric": "MINISBLACK"} if dtype == "uint16" else {}
        return make_raster(np.ones((len(words), 8, 8), dtype), descriptions=words, **{**plain, **options})

    return make


def chosen(path, names=RGB, bands=None, catalogue=()):
    with open_source(str(path), names, bands, overrides=Overrides(band_names=tuple(catalogue))) as source:
        return source.bands, " ".join(source.warnings)


# Words against colours


def test_words_go_before_the_colours_that_gdal_makes_up(described):
    path = described("blue", "green", "red", dtype="uint8")
    with rasterio.open(path) as dataset:
        assert [kind.name for kind in dataset.colorinterp] == ["red", "green", "blue"]
    found, warning = chosen(path)
    assert found == (3, 2, 1)
    assert "blue, green, red" in warning
    assert "3 as red, 2 as green, 1 as blue" in warning


def test_words_that_agree_with_colours_are_no_news(described):
    assert chosen(described("red", "green", "blue", dtype="uint8")) == ((1, 2, 3), "")


def test_near_infrared_is_not_taken_for_alpha(described):
    path = described("red", "green", "blue", "nir", dtype="uint8")
    with rasterio.open(path) as dataset:
        assert dataset.colorinterp[3] == ColorInterp.alpha
    found, warning = chosen(path)
    assert found == (1, 2, 3)
    assert "band 4 nir" in warning
    assert "no pixels are left out" in warning
    assert chosen(path, ("nir", "red", "green"))[0] == (4, 1, 2)
    assert "no pixels are left out" in chosen(path, bands=(1, 2, 3))[1]


def test_a_display_order_of_envi_is_no_word(make_raster):
    """The header's default bands become colours; wavelengths say what the bands show."""
    path = make_raster(np.ones((4, 8, 8), np.uint16), "in.dat", driver="ENVI")
    edit_header(
        path.with_suffix(".hdr"),
        "wavelength = {842, 665, 560, 490}", "wavelength units = Nanometers", "default bands = {1, 2, 3}",
    )  # fmt: skip
    found, warning = chosen(path)
    assert found == (2, 3, 4)
    assert "colours say otherwise" in warning


def test_colours_count_where_words_are_silent(make_raster):
    C = ColorInterp
    path = make_raster(
        np.ones((4, 8, 8), np.uint16), colorinterp=[C.blue, C.green, C.red, C.undefined],
        descriptions=(None, None, None, "nir"), photometric="MINISBLACK",
    )  # fmt: skip
    assert chosen(path) == ((3, 2, 1), "")
    assert chosen(path, ("nir", "red")) == ((4, 3), "")


@pytest.mark.skipif(not hasattr(ColorInterp, "nir"), reason="rasterio knows no such colours")
def test_near_infrared_as_a_colour(make_raster):
    C = ColorInterp
    path = make_raster(np.ones((4, 8, 8), np.uint8), colorinterp=[C.red, C.green, C.blue, C.nir])
    assert chosen(path, ("nir", "red", "green")) == ((4, 1, 2), "")


# Where words are found


def edit_header(header, *lines):
    kept = [
        line for line in header.read_text().splitlines() if not line.startswith(("band names", "Band ", "wavelength"))
    ]
    header.write_text("\n".join([*kept, *lines]) + "\n")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["band names = {Blue, Green, Red}", "wavelength = {480, 560, 665}", "wavelength units = Nanometers"],
            (3, 2, 1),
        ),
        (["wavelength = {480, 560, 665}", "wavelength units = Nanometers"], (3, 2, 1)),
        (["wavelength = {0.480, 0.560, 0.665}", "wavelength units = Micrometers"], (3, 2, 1)),
        (["wavelength = {480, 560, 665}"], (3, 2, 1)),
        (["band names = {Band 1, Band 2, Band 3}", "wavelength = {0.665, 0.560, 0.480}"], (1, 2, 3)),
    ],
)
def test_envi_headers(make_raster, lines, expected):
    path = make_raster(np.ones((3, 8, 8), np.uint16), "in.dat", driver="ENVI")
    edit_header(path.with_suffix(".hdr"), *lines)
    assert chosen(path) == (expected, "")


def test_of_many_wavelengths_the_nearest_to_the_usual_one(make_raster):
    path = make_raster(np.ones((60, 8, 8), np.uint16), "in.dat", driver="ENVI")
    lengths = np.arange(401, 1000, 10)
    listed = ", ".join(map(str, lengths))
    edit_header(path.with_suffix(".hdr"), f"wavelength = {{{listed}}}", "wavelength units = Nanometers")
    found, warning = chosen(path, (*RGB, "nir"))
    assert [lengths[band - 1] for band in found] == [661, 561, 481, 841]
    assert warning == ""


def test_bare_numbers_as_descriptions_are_wavelengths(described):
    assert chosen(described("443.5", "490.2", "560.0", "665.1", "842")) == ((4, 3, 2), "")


def test_wavelengths_of_gdals_own_domain(make_raster):
    path = make_raster(np.ones((3, 8, 8), np.uint16), photometric="MINISBLACK")
    with rasterio.open(path, "r+") as dataset:
        for band, wavelength in enumerate(("0.842", "0.665", "0.560"), 1):
            dataset.update_tags(band, ns="IMAGERY", CENTRAL_WAVELENGTH_UM=wavelength, FWHM_UM="0.03")
    assert chosen(path, ("red", "green", "nir")) == ((2, 3, 1), "")


@pytest.mark.parametrize("key", ["BandName", "common_name", "long_name", "BANDNAME"])
def test_tags_of_bands(make_raster, key):
    path = make_raster(np.ones((3, 8, 8), np.uint16), photometric="MINISBLACK")
    with rasterio.open(path, "r+") as dataset:
        for band, word in enumerate(("Blue", "Green", "Red"), 1):
            dataset.update_tags(band, **{key: word})
    assert chosen(path) == ((3, 2, 1), "")


def test_edges_of_bands_as_arcgis_writes_them(make_raster):
    path = make_raster(np.ones((3, 8, 8), np.uint16), photometric="MINISBLACK")
    with rasterio.open(path, "r+") as dataset:
        for band, (low, high) in enumerate(((450, 520), (520, 600), (630, 690)), 1):
            dataset.update_tags(band, WavelengthMin=str(low), WavelengthMax=str(high))
    assert chosen(path) == ((3, 2, 1), "")


@pytest.mark.parametrize("text", ["blue,green,red", "['blue', 'green', 'red']", "blue; green; red"])
def test_a_list_in_one_tag(make_raster, text):
    path = make_raster(np.ones((3, 8, 8), np.uint16), photometric="MINISBLACK")
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(band_names=text)
    assert chosen(path) == ((3, 2, 1), "")


def test_worldviews_own_metadata(make_raster):
    path = make_raster(np.ones((4, 8, 8), np.uint16), photometric="MINISBLACK")
    groups = "".join(
        f"BEGIN_GROUP = BAND_{band}\n\tULLon = 1.0;\n\tabsCalFactor = 9.295654e-03;\nEND_GROUP = BAND_{band}\n"
        for band in "BGRN"
    )
    path.with_suffix(".IMD").write_text(f'version = "28.4";\nbandId = "Multi";\n{groups}END;\n')
    assert chosen(path) == ((3, 2, 1), "")


def test_a_virtual_raster_keeps_the_words(described, tmp_path):
    rasterio.shutil.copy(described("blue", "green", "red", "nir", dtype="uint8"), tmp_path / "in.vrt", driver="VRT")
    assert chosen(tmp_path / "in.vrt")[0] == (3, 2, 1)


def test_a_file_beside_the_raster_describes_its_bands(make_raster):
    path = make_raster(np.ones((3, 8, 8), np.uint8), "in.png", driver="PNG", crs=None, transform=None)
    bands = "".join(
        f'<PAMRasterBand band="{band}"><Description>{word}</Description></PAMRasterBand>'
        for band, word in enumerate(("NearInfrared_1", "Red", "Green"), 1)
    )
    path.with_name("in.png.aux.xml").write_text(f"<PAMDataset>{bands}</PAMDataset>")
    assert chosen(path, ("red", "green", "nir"))[0] == (2, 3, 1)


def separate(folder, *names, source_band=1):
    """A virtual raster with a file for each band, as ``gdalbuildvrt -separate`` makes it; a list is a mosaic."""
    bands = ""
    for band, files in enumerate(names, 1):
        sources = "".join(
            f'<SimpleSource><SourceFilename relativeToVRT="1">{name}</SourceFilename>'
            f"<SourceBand>{source_band or band}</SourceBand></SimpleSource>"
            for name in ([files] if isinstance(files, str) else files)
        )
        bands += f'<VRTRasterBand dataType="UInt16" band="{band}">{sources}</VRTRasterBand>'
    path = folder / "stack.vrt"
    path.write_text(
        f'<VRTDataset rasterXSize="8" rasterYSize="8"><SRS>EPSG:32632</SRS>'
        f"<GeoTransform>500000, 2, 0, 5400000, 0, -2</GeoTransform>{bands}</VRTDataset>"
    )
    return path


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("T32UMA_20230101T102411_B02_10m.jp2", "T32UMA_20230101T102411_B03_10m.jp2",
        "T32UMA_20230101T102411_B04_10m.jp2"), (3, 2, 1)),
        (("LC08_L2SP_193026_SR_B2.TIF", "LC08_L2SP_193026_SR_B3.TIF", "LC08_L2SP_193026_SR_B4.TIF"), (3, 2, 1)),
        (("LE07_L2SP_193026_SR_B1.TIF", "LE07_L2SP_193026_SR_B2.TIF", "LE07_L2SP_193026_SR_B3.TIF"), (3, 2, 1)),
        (("nir.tif", "red.tif", "green.tif", "blue.tif"), (2, 3, 4)),
        (("red_river_B4.tif", "red_river_B3.tif", "red_river_B8A.tif", "red_river_B2.tif"), (1, 2, 4)),
        ((["a_B02.tif", "b_B02.tif"], ["a_B03.tif", "b_B03.tif"], ["a_B04.tif", "b_B04.tif"]), (3, 2, 1)),
        (("g.tif", "b.tif", "r.tif"), (3, 1, 2)),
    ],
)  # fmt: skip
def test_files_of_their_own_name_the_bands_of_a_virtual_raster(tmp_path, names, expected):
    assert chosen(separate(tmp_path, *names)) == (expected, "")


@pytest.mark.parametrize(
    "names",
    [("red.tif",) * 3, ("2020.tif", "2021.tif", "2022.tif"), (["r1.tif", "g1.tif"], ["x1.tif", "y1.tif"], ["z.tif"])],
)
def test_files_that_name_no_bands_leave_the_order(tmp_path, names):
    found, warning = chosen(separate(tmp_path, *names, source_band=None))
    assert found == (1, 2, 3)
    assert "does not say what its bands show" in warning


# Numbers


def test_sentinel_2_by_numbers_that_no_other_has(described):
    assert chosen(described(*SENTINEL_2)) == ((4, 3, 2), "")
    assert chosen(described(*SENTINEL_2), ("nir", "swir1", "red")) == ((8, 11, 4), "")


def test_numbers_without_a_sensor_are_told(described):
    found, warning = chosen(described("B1", "B2", "B3", "B4", "B8"))
    assert found == (4, 3, 2)
    assert "does not name the sensor" in warning
    assert "Sentinel-2: band 4 as red, 3 as green, 2 as blue" in warning
    assert "does not say what its bands show" not in warning


@pytest.mark.parametrize(
    ("words", "expected", "sure"),
    [
        (("B04", "B03", "B02"), (1, 2, 3), True),
        (("B02", "B03", "B04", "B08"), (3, 2, 1), True),
        (("SR_B1", "SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B6", "SR_B7"), (4, 3, 2), True),
        (("SR_B4", "SR_B3", "SR_B2"), (1, 2, 3), False),
        (("SR_B1", "SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B7"), (3, 2, 1), False),
        (("SR_B3", "SR_B2", "SR_B1"), (1, 2, 3), False),
        (("sur_refl_b01", "sur_refl_b02", "sur_refl_b03", "sur_refl_b04"), (1, 4, 3), True),
        (("B0", "B1", "B2", "B3"), (3, 2, 1), True),
        (("B2", "B1", "B0", "B3"), (1, 2, 3), True),
        (("B1", "B2", "B3", "B4", "B5", "B6", "B7"), (4, 3, 2), False),
        (("B4", "B3", "B2"), (1, 2, 3), False),
        (("B3", "B2", "B1"), (1, 2, 3), False),
        (("HLS.L30.B04", "HLS.L30.B03", "HLS.L30.B02"), (1, 2, 3), True),
    ],
)
def test_numbers_of_sensors(described, words, expected, sure):
    found, warning = chosen(described(*words))
    assert found == expected
    assert (warning == "") == sure


@pytest.mark.parametrize(
    ("name", "nir", "red"),
    [("S2A_MSIL2A_20230101.tif", 8, 4), ("LC08_L2SP_193026.tif", 5, 4), ("LE07_L1TP.tif", 4, 3),
     ("MOD09GA.tif", 2, 1),
     ("HLS.L30.T32UMA.tif", 5, 4), ("landsat-9_stack.tif", 5, 4), ("sentinel2.tif", 8, 4)],
)  # fmt: skip
def test_a_file_named_after_its_sensor_tells_whose_numbers_they_are(described, name, nir, red):
    words = [f"B{number}" for number in range(1, 8 if name.startswith(("MOD", "LE", "LC", "HLS", "land")) else 9)]
    found, warning = chosen(described(*words, name=name), ("nir", "red"))
    assert (found, warning) == ((nir, red), "")


def test_cbers_has_numbers_of_its_own(described):
    assert chosen(described("B5", "B6", "B7", "B8", name="CBERS_4_MUX_20200101_L4.tif")) == ((3, 2, 1), "")


def test_tags_name_the_sensor_too(described):
    path = described("B1", "B2", "B3", "B4")
    assert "does not say which" in chosen(path)[1]
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(SPACECRAFT_ID="LANDSAT_7")
    assert chosen(path) == ((3, 2, 1), "")


@pytest.mark.parametrize(
    "words", [("Band 1", "Band 2", "Band 3", "Band 4"), ("B1", "B2", "B3"), ("Layer_1", "Layer_2", "Layer_3")]
)
def test_bands_that_are_only_counted_are_taken_in_their_order(described, words):
    found, warning = chosen(described(*words))
    assert found == (1, 2, 3)
    assert words[0] in warning
    assert "which does not say which are red, green, blue" in warning


@pytest.mark.parametrize(
    ("name", "count", "expected"),
    [("20230717_AnalyticMS_SR.tif", 4, (3, 2, 1)), ("x_AnalyticMS_SR_8b.tif", 8, (6, 4, 2)),
     ("IMG_PHR1A_PMS_001.TIF", 4, (1, 2, 3)), ("IMG_SPOT7_MS.TIF", 4, (1, 2, 3))],
)  # fmt: skip
def test_products_of_a_known_order(make_raster, name, count, expected):
    found, warning = chosen(make_raster(np.ones((count, 8, 8), np.uint16), name, photometric="MINISBLACK"))
    assert found == expected
    assert "is named as" in warning


def test_auxiliary_bands_of_sentinel_2_and_landsat_are_none(described):
    sentinel = ("B4, central wavelength 665 nm", "B3, central wavelength 560 nm", "B2, central wavelength 490 nm")
    maps = (
        "AOT, Aerosol Optical Thickness map (at 550nm)",
        "WVP, Scene-average Water Vapour map",
        "SCL, Scene Classification",
    )
    assert chosen(described(*maps, *sentinel), (*RGB, "nir"), bands=(4, 5, 6, 1))[1] == ""
    assert chosen(described(*maps, *sentinel)) == ((4, 5, 6), "")
    with pytest.raises(RasterError, match="coastal"):
        chosen(described(*maps, *sentinel, "B8"), (*RGB, "coastal"))
    found, _ = chosen(described("SR_ATMOS_OPACITY", "SR_B1", "SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B7"))
    assert found == (4, 3, 2)


def test_superdoves_words(described):
    words = ("coastal_blue", "blue", "green_i", "green", "yellow", "red", "rededge", "nir")
    assert chosen(described(*words), ("red", "green", "blue", "nir", "coastal")) == ((6, 4, 2, 8, 1), "")


def test_worldviews_words(described):
    words = ("Coastal", "Blue", "Green", "Yellow", "Red", "Red Edge", "NIR1", "NIR2")
    assert chosen(described(*words), ("red", "green", "blue", "nir", "rededge")) == ((5, 3, 2, 7, 6), "")


def test_letters(described):
    assert chosen(described("R", "G", "B", "NIR", "RE", "DB"), (*RGB, "nir", "coastal")) == ((1, 2, 3, 4, 6), "")
    assert "does not say which" in chosen(described("A", "B", "C"))[1]


# Catalogues, and what is not enough


def test_a_catalogue_goes_before_the_file(described):
    path = described("blue", "green", "red")
    assert chosen(path, catalogue=("red", "green", "blue"))[0] == (1, 2, 3)
    assert chosen(path, bands=(3, 1, 2), catalogue=("red", "green", "blue"))[0] == (3, 1, 2)
    assert chosen(path, catalogue=("red", "green"))[0] == (3, 2, 1)  # of other bands


def test_a_catalogue_that_is_silent_of_a_band_leaves_it_to_the_file(described):
    assert chosen(described("blue", "green", "red"), catalogue=("", "", ""))[0] == (3, 2, 1)


def test_a_raster_that_has_not_what_the_model_wants_is_refused(described):
    with pytest.raises(
        RasterError, match=r"shows nir, red, green, and the model reads red, green, blue.*--bands.*blue"
    ):
        chosen(described("nir", "red", "green"))
    assert chosen(described("nir", "red", "green"), bands=(1, 2, 3))[0] == (1, 2, 3)


def test_what_is_said_of_some_bands_counts_for_these(described):
    found, warning = chosen(described("foo", "red", "bar", "nir"))
    assert found == (2, 1, 3)
    assert "says of some of its bands only that they show red, nir" in warning
    assert "band 2 as red, 1 as green, 3 as blue" in warning


def test_foreign_words_are_quoted(described):
    _, warning = chosen(described("first", "second", "third"))
    assert "calls its bands first, second, third, which does not say which are red, green, blue" in warning


def test_silence_is_called_so(make_raster):
    _, warning = chosen(make_raster(np.ones((4, 8, 8), np.uint16), photometric="MINISBLACK"))
    assert "does not say what its bands show; band 1 as red, 2 as green, 3 as blue was assumed" in warning


def test_several_bands_of_one_name_are_told(described):
    found, warning = chosen(described("red_2019", "green_2019", "blue_2019", "red_2020", "green_2020", "blue_2020"))
    assert found == (1, 2, 3)
    assert "several bands called red" in warning


def test_what_is_made_of_bands_is_not_taken_for_one(described):
    assert chosen(described("NDVI (nir-red)", "red", "green", "blue"))[0] == (2, 3, 4)
    with pytest.raises(RasterError, match="shows"):
        chosen(described("red_std", "green", "blue"))


def test_names_that_only_the_model_knows(described):
    assert chosen(described("VV", "VH", "Height"), ("height", "vv")) == ((3, 1), "")


def test_one_band_is_as_ever(described, make_raster):
    assert chosen(described("pan"))[0] == (1, 1, 1)
    assert "one band" in chosen(described("pan"))[1]
    assert chosen(described("nir"), ("nir",)) == ((1,), "")
    assert chosen(make_raster(np.ones((1, 8, 8), np.uint8)), ("nir",)) == ((1,), "")


def test_wrong_numbers_are_wrong_use_as_ever(described):
    with pytest.raises(UsageError, match="no band 9"):
        chosen(described("red", "green", "blue"), bands=(1, 2, 9))


def test_every_order_of_written_bands_is_found(described):
    rng = np.random.default_rng(5)
    names = ["red", "green", "blue", "nir", "coastal", "rededge"]
    for trial in range(8):
        order = list(rng.permutation(names))
        dtype = "uint8" if trial % 2 else "uint16"
        found, _ = chosen(described(*order, dtype=dtype, name=f"in{trial}.tif"), names)
        assert [order[band - 1] for band in found] == names


def test_a_long_list_is_cut(described):
    path = described(*[f"thing {number}x" for number in range(40)])
    assert chosen(path)[1].count("thing") == 8


def test_the_path_is_the_users(described):
    with rasterio.open(described("blue", "green", "red", dtype="uint8")) as dataset:
        _, _, warnings = choose_bands(dataset, "as the user wrote it.tif", RGB, None)
    assert warnings[0].startswith("as the user wrote it.tif calls")


def test_a_map_of_classes_is_no_image(make_raster):
    path = make_raster(np.zeros((1, 40, 40), np.uint8), dtype="uint8")
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(SATSEG_LEGEND="[]")
        dataset.write_colormap(1, {0: (176, 18, 95), 4: (84, 144, 221)})
    refused = pytest.raises(RasterError, match="is a map of classes that SatSeg made, and no image")
    with refused, open_source(str(path), ("red", "green", "blue")):
        pass
    with open_source(str(path), ("red", "green", "blue"), (1, 1, 1)) as source:  # on purpose
        assert source.bands == (1, 1, 1)
