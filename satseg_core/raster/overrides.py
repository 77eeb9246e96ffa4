"""What a user, or a catalogue, says of a raster that its file does not say, or says wrongly."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Overrides:
    """What goes before what the file says.

    Attributes:
        crs: in any form that PROJ reads (``EPSG:32632``, WKT), ``none`` for no CRS whatever the file says, or None.
        nodata: the value of px without data, of all bands or of each band of the raster, infinite where there is none;
            empty for the file's own.
        also_nodata: values of px without data besides, of all bands alike.
        band_names: what a catalogue calls each of the raster's bands, such as ``red``; empty where none does.
    """

    crs: str | None = None
    nodata: tuple[float, ...] = ()
    also_nodata: tuple[float, ...] = ()
    band_names: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values for run records: values without data as text, for JSON has no NaN."""
        values = {"nodata": self.nodata, "also_nodata": self.also_nodata}
        return {**asdict(self), **{name: [repr(value) for value in found] for name, found in values.items()}}


NO_OVERRIDES = Overrides()
"""The file is believed."""
