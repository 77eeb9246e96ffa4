"""Which polygons a user means: a file, a layer of it, and the CRS they are in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from satseg_core.errors import UsageError
from satseg_core.raster.crs_text import crs_wkt
from satseg_core.raster.layer_names import split_layer


@dataclass(frozen=True)
class PolygonLayer:
    """A layer of polygons, by its name.

    Attributes:
        file: here or elsewhere.
        what: the user calls them: ``mask``, ``zones``.
        layer: its name, or its number from 0 on; None for the first with polygons.
        crs: that goes before what the file says, in any form that `read_crs` takes; None for the file's.
    """

    file: str
    what: str
    layer: str | int | None = None
    crs: str | None = None

    @classmethod
    def of(cls, name: str, what: str, layer: str | None = None, crs: str | None = None) -> PolygonLayer:
        """From what a user says.

        Args:
            name: of the file, or ``FILE|layername=NAME``.
            what: see above.
            layer: name of the layer, or None.
            crs: see above.

        Raises:
            UsageError: the two name different layers, or the name asks for more; or PROJ does not know the CRS.
        """
        place = split_layer(name)
        named = place.layer
        if layer is not None and named is not None and layer != named:
            raise UsageError(f"{name} and --{what}-layer {layer} name different layers; give one of them.")
        if crs is not None:
            crs_wkt(crs, f"--{what}-crs")
        return cls(place.file, what, named if layer is None else layer, crs)

    def crs_of(self, said: Any) -> Any:
        """The CRS that counts, as text or None; ``said`` is what the file says."""
        return said if self.crs is None else crs_wkt(self.crs, f"--{self.what}-crs")

    def __str__(self) -> str:
        if self.layer is None:
            return self.file
        return f"{self.file}|layer{'id' if isinstance(self.layer, int) else 'name'}={self.layer}"
