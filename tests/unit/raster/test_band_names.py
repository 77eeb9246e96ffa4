"""What people, catalogues and software call bands, read in the ways that they write it."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satseg_core.raster.band_names import (
    BANDS,
    common_name,
    in_micrometres,
    name_of_wavelength,
    of_letters,
    read_words,
    standing_in,
    typical_wavelength,
    wavelength_in,
)

NAMES = [band.name for band in BANDS]

WRITTEN = {
    "red": ["red", "Red", "RED", " red ", "red_band", "Band 4 (Red)", "Red (B04)", "B04 - Red 665 nm", "red_median",
            "Rot", "Rot (630-690 nm)", "rouge", "Rojo", "rosso", "Vermelho", "красный", "红", "赤", "XS2",
            "Red reflectance",
            "B4, central wavelength 665 nm", "655 nm", "0,665 µm", "Kırmızı", "rød"],
    "green": ["Green", "green", "GREEN_II", "Grün", "gruen", "vert", "Verde", "зелёный", "绿",
              "Green (560 Nanometers)", "XS1"],
    "blue": ["blue", "Blau", "bleu", "Azul", "blu", "синий", "蓝", "B2 (490 nm)", "blå"],
    "coastal": ["coastal", "Coastal_Blue", "coastal blue", "CoastalAerosol", "Blue (coastal)", "deep blue",
                "Ultra Blue"],
    "green_i": ["green_i", "Green I", "GreenI"],
    "yellow": ["yellow", "Gelb", "jaune"],
    "rededge": ["rededge", "Red Edge", "RedEdge", "red_edge", "REDEDGE", "red-edge", "Vegetation Red Edge"],
    "rededge071": ["red edge 1", "rededge071", "RedEdge1", "B05 - Red Edge 1"],
    "nir": ["nir", "NIR", "NIR1", "nir_1", "Near Infrared", "NearInfrared", "NearInfrared_1", "nearinfrared",
            "near-infrared",
            "Near IR", "infrared", "Nahes Infrarot", "nahes Infrarot (NIR)", "proche infrarouge", "PIR",
            "Infrarrojo cercano",
            "infravermelho próximo", "infrarosso vicino", "ближний инфракрасный", "近红外", "近赤外", "XS3", "833 nm"],
    "nir08": ["nir08", "Narrow NIR", "nir narrow", "B8A narrow NIR"],
    "nir09": ["NIR2", "nir09", "water vapour", "Near IR 2"],
    "swir16": ["swir16", "SWIR1", "SWIR 1", "swir 1.6", "Shortwave Infrared 1"],
    "swir22": ["swir22", "SWIR2", "short wave infrared 2", "2190 nm"],
    "lwir": ["thermal infrared", "tir", "lwir"],
    "pan": ["Panchromatic", "pan"],
    "alpha": ["alpha", "Alpha", "alpha_band", "Alphakanal", "dataMask", "data mask", "Transparency"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "name"), [(text, name) for name, texts in WRITTEN.items() for text in texts])
def test_a_band_is_known_however_it_is_written(text, name):
    assert read_words(text).name == name


@pytest.mark.parametrize("text", NAMES)
def test_every_common_name_is_read_as_itself(text):
    for written in (text, text.upper(), f"{text}_band", f"Band 3 ({text})"):
        assert read_words(written).name == text


@pytest.mark.parametrize(
    "text",
    ["", "Layer_1", "reduced", "scattered", "hundred", "rescaled", "predicted", "credit", "NIR-R-G", "red/nir",
     "red, green, blue",
     "Redmond", "shared", "infrastructure", "blueprint", "evergreen", "10 m", "data", "foo", "RGB", "Oberfläche"],
)  # fmt: skip
def test_false_friends_are_no_colours(text):
    assert read_words(text).name is None


@pytest.mark.parametrize(
    "text", ["NDVI", "NDVI (nir-red)", "red_std", "red minus green", "blue/red ratio", "dsm", "NIR texture"]
)
def test_what_is_made_of_bands_is_none(text):
    found = read_words(text)
    assert found.name is None
    assert found.other


@pytest.mark.parametrize(
    ("text", "number", "padded"),
    [("B4", "4", False), ("b4", "4", False), ("B04", "4", True), ("Band 4", "4", False), ("Band_4", "4", False),
     ("B8A", "8a", True), ("SR_B4", "4", False), ("sur_refl_b01", "1", True), ("HLS.L30.B04", "4", True),
     ("B0", "0", False),
     ("T32UMA_20230101_B02_10m", "2", True), ("B4_median", "4", False), ("B12", "12", False), ("toa_band10",
     "10", False),
     ("B100", None, False), ("rgb4", None, False), ("B 4", "4", False)],
)  # fmt: skip
def test_numbers_of_sensors(text, number, padded):
    found = read_words(text)
    assert (found.name, found.number, found.padded) == (None, number, padded)


def test_letters_are_believed_where_three_colours_are_written_so():
    assert of_letters([read_words(text) for text in ("R", "G", "B", "NIR", "RE", "DB")]) == [
        "red", "green", "blue", None, "rededge", "coastal",
    ]  # fmt: skip
    assert of_letters([read_words(text) for text in ("BAND_B", "BAND_G", "BAND_R", "BAND_N")]) == [
        "blue", "green", "red", "nir",
    ]  # fmt: skip
    assert of_letters([read_words(text) for text in ("A", "B", "C")]) == [None] * 3


def test_wavelengths_of_known_sensors_are_their_bands():
    """Central wavelengths of Sentinel-2A, Landsat 7 and 8, WorldView-3, SuperDove, Pléiades Neo, MODIS and NAIP, nm."""
    known = {
        "coastal": [442.7, 443, 427, 425],
        "blue": [492.4, 482, 478, 490, 466, 477, 469],
        "green": [559.8, 561.4, 546, 565, 555, 560],
        "yellow": [608, 610],
        "red": [664.6, 654.6, 658.7, 665, 646, 648, 661],
        "rededge": [704.1, 740.5, 782.8, 723, 705],
        "nir": [832.8, 864.7, 864.7, 832.4, 865, 850, 858, 840],
        "nir09": [945, 949],
        "cirrus": [1373.5],
        "swir16": [1613.7, 1608.9, 1640, 1650],
        "swir22": [2202.4, 2200.7, 2130, 2220],
        "lwir": [10895, 12005, 11450],
    }
    for name, lengths in known.items():
        for nanometres in lengths:
            assert name_of_wavelength(nanometres / 1000) == name, nanometres


@pytest.mark.parametrize("micrometres", [0.3, 1.1, 1.25, 1.9, 3.0, 5.0, 20.0, float("nan"), float("inf"), -1.0])
def test_other_wavelengths_have_no_name(micrometres):
    assert name_of_wavelength(micrometres) is None


def test_ranges_hold_what_is_typical_and_do_not_overlap():
    ranges = sorted(band.range for band in BANDS if band.range)
    assert all(left[1] <= right[0] for left, right in zip(ranges, ranges[1:]))
    assert all(b.range[0] <= b.typical < b.range[1] for b in BANDS if b.range and b.typical is not None)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [("665", "Nanometers", 0.665), ("665", "nm", 0.665), ("0.665", "Micrometers", 0.665), ("0.665", "µm", 0.665),
     ("0.665", "um", 0.665), ("665", "", 0.665), ("0.665", "", 0.665), ("665", "Unknown", 0.665), ("6650",
     "Angstroms", 0.665),
     ("15037", "Wavenumber", None), ("far", "nm", None), ("11", "", 11.0), ("0.000665", "Millimeters", 0.665),
     ("6.65e-7", "Meters", 0.665)],
)  # fmt: skip
def test_units_of_wavelengths(value, unit, expected):
    assert in_micrometres(value, unit) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("665 nm", 0.665), ("630-690 nm", 0.66), ("630 nm - 690 nm", 0.66), ("0.63 to 0.69 µm", 0.66),
     ("B4, central wavelength 665 nm", 0.665),
     ("Red (665.0 Nanometers)", 0.665), ("10 m", None), ("665", None), ("490 nm, 560 nm, 665 nm", None),
     ("6 nmol", None)],
)  # fmt: skip
def test_wavelengths_in_texts(text, expected):
    assert wavelength_in(text) == (None if expected is None else pytest.approx(expected))


def test_models_may_call_bands_what_they_like():
    assert [common_name(name) for name in ("red", "NIR", "swir1", "SWIR_2", "red_edge", "R", "height")] == [
        "red", "nir", "swir16", "swir22", "rededge", "red", "height",
    ]  # fmt: skip
    assert standing_in("nir") == ("nir", "nir08")
    assert standing_in("red") == ("red",)
    assert typical_wavelength("red") == pytest.approx(0.66)


@given(st.text(max_size=40))
def test_any_text_is_read_without_an_error(text):
    found = read_words(text)
    assert found.name in (None, "alpha", *NAMES)


@given(st.sampled_from(["red", "green", "blue", "nir"]), st.text(string.ascii_letters, min_size=1, max_size=6))
def test_a_colour_within_a_word_is_none(colour, letters):
    """What begins or ends with a colour's letters is another word, unless the table knows it."""
    for text in ((colour + letters).lower(), (letters + colour).lower()):
        name = read_words(text).name
        assert name is None or text in {word.replace(" ", "") for word in _known_words()}


def _known_words():
    return {band.name for band in BANDS} | {word.strip() for band in BANDS for word in band.words.split(",")}
