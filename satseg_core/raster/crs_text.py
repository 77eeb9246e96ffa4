"""A CRS as a user writes it."""

from __future__ import annotations

import re

import pyproj
from pyproj.exceptions import ProjError
from rasterio.crs import CRS

from satseg_core.errors import UsageError

NONE = "none"
"""Says that there is no CRS, whatever the file says."""

_HOW = "give a code such as EPSG:32632, WKT, or 'none'"


def read_crs(text: str, option: str = "--crs") -> CRS | None:
    """The CRS that a text means: a code, WKT, PROJJSON, a PROJ string or a name; None for `NONE`.

    Args:
        text: see above.
        option: that the text belongs to, for messages.

    Raises:
        UsageError: PROJ does not know it, or it is no CRS of maps.
    """
    wkt = crs_wkt(text, option)
    return None if wkt is None else CRS.from_wkt(wkt)


def crs_wkt(text: str, option: str = "--crs") -> str | None:
    """The same as WKT."""
    if text.strip().lower() == NONE:
        return None
    try:
        found = pyproj.CRS.from_user_input(text.strip())
    except ProjError as error:
        raise UsageError(f"{option} {_short(text)} is no CRS that PROJ knows; {_HOW}.") from error
    if re.fullmatch(r"[^:+\[{]*[A-Za-z][^:+\[{]*", text) and not _alike(text, found.name):
        # PROJ takes the first name that begins alike.
        raise UsageError(f"{option} {_short(text)} is not the whole name of a CRS; did you mean '{found.name}'?")
    if found.is_geocentric or (found.is_vertical and not found.is_compound):
        raise UsageError(f"{option} {_short(text)} is '{found.name}', which is no CRS of maps; {_HOW}.")
    return str(found.to_wkt())


def _alike(one: str, other: str) -> bool:
    return re.sub(r"\W", "", one).lower() == re.sub(r"\W", "", other).lower()


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
