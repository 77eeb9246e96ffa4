"""What a user, or a catalogue, says of a raster that its file does not say, or says wrongly."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from satseg_core.raster.clouds import Clouds
from satseg_core.raster.stack import Stack
from satseg_core.remote.names import without_secrets


@dataclass(frozen=True)
class Overrides:
    """What goes before what the file says.

    Attributes:
        crs: in any form that PROJ reads (``EPSG:32632``, WKT), ``none`` for no CRS whatever the file says, or None.
        nodata: the value of px without data, of all bands or of each band of the raster, infinite where there is none;
            empty for the file's own.
        also_nodata: values of px without data besides, of all bands alike.
        band_names: what a catalogue calls each of the raster's bands, such as ``red``; empty where none does.
        by_catalogue: whether ``nodata`` is what a catalogue says, and is not heard where it cannot occur.
        stack: the files that the bands are in, where the raster is a scene of several; None for a raster as it is.
        clouds: what becomes of cloud and shadow; None to map them like all else.
    """

    crs: str | None = None
    nodata: tuple[float, ...] = ()
    also_nodata: tuple[float, ...] = ()
    band_names: tuple[str, ...] = ()
    by_catalogue: bool = False
    stack: Stack | None = None
    clouds: Clouds | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files that are read because of them."""
        return (*(self.stack.files if self.stack else ()), *((self.clouds.file,) if self.clouds else ()))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values for run records: values without data as text, for JSON has no NaN; URLs not signed."""
        values = asdict(self)
        for name in ("nodata", "also_nodata"):
            values[name] = [repr(value) for value in values[name]]
        for part in (*((values["stack"] or {}).get("parts") or ()), *filter(None, [values["clouds"]])):
            part["file"] = without_secrets(part["file"])
            if not math.isfinite(part.get("nodata") or 0):
                part["nodata"] = repr(part["nodata"])
        return values


NO_OVERRIDES = Overrides()
"""The file is believed."""
