"""What the bands of images are called, and what they show: one table for all names, languages and wavelengths.

The names are STAC's common names (``red``, ``nir``, ``swir16``), whoever wrote the others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple


class Band(NamedTuple):
    """One kind of band.

    Attributes:
        name: STAC's common name.
        typical: its usual central wavelength, µm; None for what has none.
        range: of the central wavelengths that mean it, µm; empty where another kind shares them.
        words: other ways of writing it, with commas between.
    """

    name: str
    typical: float | None
    range: tuple[float, ...]
    words: str


BANDS = (
    Band(
        "coastal",
        0.443,
        (0.4, 0.453),
        "coastal blue, coastal aerosol, coast, aerosol, deep blue, ultra blue, violet, costero, aerosol costero, "
        "azul costero, bleu cotier, küste, küstenblau, costeiro, costiero",
    ),
    Band(
        "blue",
        0.485,
        (0.453, 0.518),
        "blau, bleu, bleue, azul, blu, blauw, niebieski, blå, blått, sininen, mavi, modra, modrá, modrý, синий, "
        "голубой, синя, 蓝, 藍, 蓝色, 青",
    ),
    Band("green_i", 0.531, (), "green i, greeni"),
    Band(
        "green",
        0.56,
        (0.518, 0.585),
        "green ii, greenii, xs 1, grün, gruen, vert, verte, verde, groen, zielony, grønn, grøn, grön, vihreä, "
        "yeşil, zelená, zelený, zelena, зеленый, зелёный, 绿, 綠, 绿色, 緑",
    ),
    Band("yellow", 0.608, (0.585, 0.625), "gelb, jaune, amarillo, amarelo, giallo, geel, желтый"),
    Band(
        "red",
        0.66,
        (0.625, 0.69),
        "xs 2, rot, rouge, rojo, rosso, vermelho, rood, czerwony, rød, röd, rött, punainen, kırmızı, červená, "
        "červený, rdeča, красный, червоний, 红, 紅, 红色, 赤",
    ),
    Band(
        "rededge",
        0.724,
        (0.69, 0.79),
        "red edge, vegetation red edge, bord rouge, borde rojo, roter rand, rote kante, limite do vermelho, borda "
        "do vermelho, 红边",
    ),
    Band("rededge071", 0.705, (), "red edge 1, rededge 1, rededge 071, rededge 705, red edge 705"),
    Band("rededge075", 0.74, (), "red edge 2, rededge 2, rededge 075, rededge 740, red edge 740"),
    Band("rededge078", 0.783, (), "red edge 3, rededge 3, rededge 078, rededge 783, red edge 783"),
    Band(
        "nir",
        0.842,
        (0.79, 0.93),
        "nir 1, xs 3, near infrared, near infrared 1, nearinfrared, near infra red, near ir, nearir, infrared, "
        "infra red, ir, nahes infrarot, nahinfrarot, nahes ir, infrarot, proche infrarouge, pir, infrarouge, "
        "infrarouge proche, infrarrojo cercano, infrarrojo, irc, infravermelho proximo, infravermelho, ivp, "
        "vicino infrarosso, infrarosso vicino, infrarosso, nabij infrarood, infrarood, bliska podczerwień, "
        "podczerwień, nära infrarött, yakın kızılötesi, ближний инфракрасный, ближний ик, бик, инфракрасный, 近红外, "
        "近紅外, 近红外波段, 近赤外",
    ),
    Band(
        "nir08",
        0.865,
        (),
        "nir 08, nir 8, narrow nir, nir narrow, narrow near infrared, near infrared narrow",
    ),
    Band(
        "nir09",
        0.945,
        (0.93, 1.0),
        "nir 2, nir 09, nir 9, near infrared 2, near ir 2, water vapour, water vapor",
    ),
    Band("cirrus", 1.375, (1.34, 1.42), ""),
    Band(
        "swir",
        None,
        (),
        "short wave infrared, shortwave infrared, shortwaveinfrared, short wave ir, kurzwelliges infrarot, mir, "
        "mid infrared, middle infrared, infrarouge moyen, infrarrojo de onda corta",
    ),
    Band(
        "swir16",
        1.61,
        (1.5, 1.8),
        "swir 1, swir 16, swir 1 6, short wave infrared 1, shortwave infrared 1",
    ),
    Band(
        "swir22",
        2.2,
        (2.0, 2.4),
        "swir 2, swir 22, swir 2 2, short wave infrared 2, shortwave infrared 2",
    ),
    Band(
        "lwir",
        11.0,
        (8.0, 14.0),
        "thermal, thermal infrared, tir, tirs, long wave infrared, longwave infrared, far infrared",
    ),
    Band("lwir11", 10.9, (), "lwir 11, tirs 1, tir 1, thermal infrared 1"),
    Band("lwir12", 12.0, (), "lwir 12, tirs 2, tir 2, thermal infrared 2"),
    Band("pan", None, (), "panchromatic, panchromatisch, panchromatique, pancromatico"),
)
"""What a model may ask for. A number after a word is a word of its own: ``nir 1`` is also written NIR1 and nir_1."""

ALPHA = "alpha"
"""What is called so says where there is data, and is none itself."""

_ALPHA_WORDS = {"alpha", "alphakanal", "alphaband", "transparency", "transparenz", "transparence", "transparencia",
                "datamask"}  # fmt: skip
_ALPHA_PHRASES = (("data", "mask"), ("valid", "mask"), ("validity", "mask"))

_OTHER_WORDS = frozenset(
    ["angle", "aot", "aspect", "atmos", "atmospheric", "azimuth", "chm", "class", "classes", "classification",
    "coherence", "count", "dem", "diff", "difference", "dsm", "dtm", "elevation", "error", "evi", "height", "hh",
    "hv", "index", "mask", "minus", "ndbi", "ndsi", "ndvi", "ndwi", "pc", "pca", "probability", "qa", "quality",
    "ratio", "savi", "scl", "slope", "std", "stddev", "stdev", "temperature", "texture", "thickness", "uncertainty",
    "variance", "vh", "vv", "wvp", "zenith"]
)  # fmt: skip
"""What has one of these in its name shows something else, whatever colour is named besides: ``red_std``."""

_KIN = {"rededge071": "rededge", "rededge075": "rededge", "rededge078": "rededge", "nir08": "nir", "swir16": "swir",
        "swir22": "swir", "lwir11": "lwir", "lwir12": "lwir", "coastal": "blue", "green_i": "green"}  # fmt: skip
"""Names that are a closer word for another: ``blue (coastal)`` is coastal, and not two bands."""

_STANDING_IN = {
    "nir": ("nir08",),
    "nir08": ("nir",),
    "swir": ("swir16", "swir22"),
    "swir16": ("swir",),
    "rededge": ("rededge071", "rededge075", "rededge078"),
    "lwir": ("lwir11", "lwir12"),
}
"""What serves as well where a model's band is not there."""

_LETTERS = {"r": "red", "g": "green", "b": "blue", "n": "nir", "i": "nir", "c": "coastal", "y": "yellow", "p": "pan",
            "n1": "nir", "n2": "nir09", "re": "rededge", "db": "coastal", "a": ALPHA}  # fmt: skip
"""What makers of satellites write for short. Only believed where red, green or blue are written so, too."""

_FILLERS = {"band", "bands", "bnd", "channel", "kanal", "canal", "bande", "banda", "layer"}


class Reading(NamedTuple):
    """What the words written for one band say.

    Attributes:
        name: the band's common name, or `ALPHA`; None where the words do not say.
        number: in a sensor's own numbering, such as ``4`` or ``8a``; None without one.
        padded: the number is written as a sensor's is and mere counting is not: ``B04``, ``B8A``.
        letters: short for a name, as in `_LETTERS`.
        other: the words name something that is no band of the spectrum.
    """

    name: str | None = None
    number: str | None = None
    padded: bool = False
    letters: str | None = None
    other: bool = False


def read_words(text: str) -> Reading:
    """What somebody's words for one band say: a description, or what a catalogue calls it."""
    tokens = _tokens(text)
    if _ALPHA_WORDS & set(tokens) or any(_contains(tokens, phrase) for phrase in _ALPHA_PHRASES):
        return Reading(ALPHA)
    if _OTHER_WORDS & set(tokens):
        return Reading(other=True)
    names = _closest(_names(tokens))
    if len(names) == 1 and not _more_in_letters(tokens):
        return Reading(names.pop())
    name = None if names else name_of_wavelength(wavelength_in(text))
    number, padded = (None, False) if names else _number(text)
    letters = "".join(token for token in tokens if token not in _FILLERS)
    return Reading(name, number, padded, letters if letters in _LETTERS else None)


def common_name(name: str) -> str:
    """The name in the table of what a model's card calls a band; unknown ones are themselves, in lower case."""
    return read_words(name).name or _LETTERS.get(name.strip().lower()) or name.strip().lower()


def standing_in(name: str) -> Sequence[str]:
    """Common names that serve for one, itself first."""
    return (name, *_STANDING_IN.get(name, ()))


def of_letters(readings: Sequence[Reading]) -> list[str | None]:
    """Names of all bands that are written as letters; none where letters may mean anything else."""
    names = [_LETTERS[r.letters] if r.letters else None for r in readings]
    sure = len({"red", "green", "blue", "nir"} & set(names)) >= 3
    return names if sure else [None] * len(names)


def name_of_wavelength(micrometres: float | None) -> str | None:
    """The common name of a band by its central wavelength, µm."""
    if micrometres is None:
        return None
    for band in BANDS:
        if band.range and band.range[0] <= micrometres < band.range[1]:
            return band.name
    return None


def typical_wavelength(name: str) -> float | None:
    """The usual central wavelength of a band, µm."""
    return next((band.typical for band in BANDS if band.name == name), None)


_NUMERAL = r"(\d+(?:[.,]\d+)?)"
_UNIT = r"(nm|nanomet\w*|[µμu]m|microm\w*|microns?)(?![a-z])"
_WAVELENGTH = re.compile(rf"(?:{_NUMERAL}\s*(?:{_UNIT})?\s*(?:-|–|to|bis|à|a)\s*)?{_NUMERAL}\s*{_UNIT}", re.IGNORECASE)


def wavelength_in(text: str) -> float | None:
    """The wavelength that a text names with its unit, µm, or the middle of two; None unless there is just one."""
    found = _WAVELENGTH.findall(text)
    if len(found) != 1:
        return None
    first, _, last, unit = found[0]
    ends = [in_micrometres(number.replace(",", "."), unit) for number in (first, last) if number]
    return sum(end or 0.0 for end in ends) / len(ends)


_METRES = {
    "nm": 1e-9, "nan": 1e-9, "um": 1e-6, "µm": 1e-6, "μm": 1e-6, "mic": 1e-6, "ang": 1e-10, "å": 1e-10, "mm": 1e-3,
    "mil": 1e-3, "m": 1.0, "met": 1.0,
}  # fmt: skip
"""Units of wavelengths by how they begin."""


def in_micrometres(value: str, unit: str) -> float | None:
    """A wavelength as a number and a unit, which may be empty: light has over 100 nm and under 100 µm."""
    try:
        number = float(value)
    except ValueError:
        return None
    unit = unit.strip().lower()
    if unit in ("", "unknown"):
        return number / 1000 if number > 100 else number
    metres = _METRES.get(unit[:3])
    return number * metres * 1e6 if metres else None


_NUMBER = re.compile(r"(?<![a-z])(?:b|band)[ _-]?(0*)(\d{1,2})(a)?(?![a-z\d])")


def _number(text: str) -> tuple[str | None, bool]:
    found = list(_NUMBER.finditer(text.lower()))
    if not found:
        return None, False
    zeros, digits, narrow = found[-1].groups()
    return str(int(digits)) + (narrow or ""), bool(narrow or zeros)


def _tokens(text: str) -> list[str]:
    """Words in lower case without accents; what is written together but is not one word is parted."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    decomposed = unicodedata.normalize("NFKD", parted.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).replace("ø", "o").replace("ı", "i")
    return re.findall(r"[^\W\d_]+|\d+", plain)


def _phrases() -> dict[tuple[str, ...], str]:
    return {tuple(_tokens(words)): band.name for band in BANDS for words in (band.name, *band.words.split(","))}


_PHRASES = _phrases()
_LONGEST = max(map(len, _PHRASES))


def _names(tokens: list[str]) -> set[str]:
    """Every band that a text names: at each place the longest phrase, so that ``red edge`` is not red."""
    found, at = set(), 0
    while at < len(tokens):
        lengths = range(min(_LONGEST, len(tokens) - at), 0, -1)
        length = next((n for n in lengths if tuple(tokens[at : at + n]) in _PHRASES), 0)
        if length:
            found.add(_PHRASES[tuple(tokens[at : at + length])])
        at += length or 1
    return found


def _closest(names: set[str]) -> set[str]:
    """Without those that another one of them is a closer word for."""
    return names - {_KIN.get(name, "") for name in names}


def _more_in_letters(tokens: list[str]) -> bool:
    """Whether other colours are named by a letter, as in NIR-R-G; a letter before a number is none."""
    following = [*tokens[1:], ""]
    return any(one in ("r", "g", "b") and not after.isdigit() for one, after in zip(tokens, following))


def _contains(tokens: list[str], phrase: tuple[str, ...]) -> bool:
    return any(tuple(tokens[i : i + len(phrase)]) == phrase for i in range(len(tokens)))
