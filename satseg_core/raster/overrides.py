"""What a user, or a catalogue, says of a raster that its file does not say, or says wrongly."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Overrides:
    """What goes before what the file says.

    Attributes:
        crs: in any form that PROJ reads (``EPSG:32632``, WKT), ``none`` for no CRS whatever the file says, or None.
        nodata: the value of px without data, of all bands or of each band of the raster; empty for the file's own.
        band_names: what a catalogue calls each of the raster's bands, such as ``red``; empty where none does.
    """

    crs: str | None = None
    nodata: tuple[float, ...] = ()
    band_names: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values for run records: values without data as text, for JSON has no NaN."""
        return {**asdict(self), "nodata": [repr(value) for value in self.nodata]}


NO_OVERRIDES = Overrides()
"""The file is believed."""
