"""The file formats of polygons: each is made from the GeoPackage, row by row inside of GDAL."""

from __future__ import annotations

import importlib.util
import json
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyogrio.raw import open_arrow, write_arrow
from pyproj import Transformer
from pyproj.exceptions import ProjError

from satseg_core.errors import OutputError, UsageError
from satseg_core.vector.antimeridian import mend_cuts
from satseg_core.vector.geopackage import GEOMETRY_COLUMN, no_crs_warning

LEAST_DECIMALS, MOST_DECIMALS = 7, 13
"""Of degrees in GeoJSON: those of RFC 7946, and those that doubles tell apart."""

METRES_PER_DEGREE = 111_320.0
"""Of latitude, and of longitude at the equator; elsewhere a degree of longitude is shorter."""

PARTS_OF_PIXEL = 1000
"""Coordinates are that exact: simplified borders pass the corners of px at small parts of them."""


@dataclass(frozen=True)
class Format:
    """A format.

    Attributes:
        name: that people know it by.
        driver: GDAL's, or None where pyarrow writes it.
        options: for GDAL's layer.
        needs_crs: it has a CRS of its own that the map must be brought to.
        companions: suffixes of the files that come with it.
        warning: what is lost in it, or None.
    """

    name: str
    driver: str | None
    options: dict[str, str] = field(default_factory=dict)
    needs_crs: bool = False
    companions: tuple[str, ...] = ()
    warning: str | None = None


FORMATS = {
    ".gpkg": Format("GeoPackage", "GPKG"),
    ".fgb": Format("FlatGeobuf", "FlatGeobuf"),
    ".parquet": Format("GeoParquet", None),
    ".geojson": Format("GeoJSON", "GeoJSON", {"RFC7946": "YES", "WRITE_NAME": "NO"}, needs_crs=True),
    ".shp": Format(
        "Shapefile",
        "ESRI Shapefile",
        {"ENCODING": "UTF-8"},
        companions=(".shx", ".dbf", ".prj", ".cpg"),
        warning="A Shapefile cuts field names to 10 characters and holds 2 GB at most; .gpkg has no such limits.",
    ),
}
"""Formats by the ending of the file's name."""


def format_of(path: Path) -> Format:
    """The format that a file's name asks for.

    Raises:
        UsageError: none, or pyarrow is missing for GeoParquet.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        names = ", ".join(FORMATS)
        raise UsageError(f"Polygons are written as {names}; give a name that ends in one of them, not {path.name}.")
    if FORMATS[suffix].driver is None and importlib.util.find_spec("pyarrow") is None:
        raise UsageError("GeoParquet needs pyarrow; pip install 'satseg[parquet]', or write .gpkg or .fgb.")
    return FORMATS[suffix]


def check_crs(target: Path, crs: str | None) -> None:
    """Refuse what a format with a CRS of its own cannot hold, before any work is done.

    Args:
        target: file that is to be made.
        crs: of the map, as WKT; None for none.

    Raises:
        UsageError: the format wants longitudes and latitudes, and there is no way to them.
    """
    wanted = format_of(target)
    if not wanted.needs_crs:
        return
    if not crs:
        raise UsageError(f"{wanted.name} holds longitudes and latitudes, and the map has no CRS; write .gpkg instead.")
    try:
        Transformer.from_crs(crs, "OGC:CRS84")
    except ProjError as error:
        raise UsageError(
            f"{wanted.name} holds longitudes and latitudes on the Earth, and nothing leads to them from the map's CRS;"
            " write .gpkg instead."
        ) from error


def decimals(pixel: float | None) -> int:
    """How many decimals longitudes and latitudes need so that polygons of px stay what they are.

    RFC 7946's seven are a centimetre on the ground, and px of drones are no longer than that.

    Args:
        pixel: the shorter side of a px, m; None if it is not known.
    """
    if not pixel:
        return LEAST_DECIMALS
    wanted = math.ceil(-math.log10(pixel / METRES_PER_DEGREE / PARTS_OF_PIXEL))
    return min(max(wanted, LEAST_DECIMALS), MOST_DECIMALS)


def convert(source: Path, target: Path, pixel: float | None = None) -> None:
    """Write the polygon layer of a GeoPackage as another format.

    Args:
        source: made by `satseg_core.vector.geopackage.write_geopackage`; its polygon layer has the file's name.
        target: file to make; its ending says the format.
        pixel: see `decimals`.

    Raises:
        UsageError: as `check_crs`, or a polygon lies where there are no longitudes and latitudes.
        OutputError: the file cannot be written.
    """
    wanted = format_of(target)
    try:
        with _rows(source) as (meta, rows):
            check_crs(target, meta["crs"])
            if wanted.driver is None:
                _write_parquet(rows, meta, target)
            else:
                options = dict(wanted.options)
                if wanted.needs_crs and decimals(pixel) > LEAST_DECIMALS:
                    options["COORDINATE_PRECISION"] = str(decimals(pixel))
                _write_gdal(rows, meta, target, wanted, options)
        if wanted.needs_crs:
            mend_cuts(target)
    except (RuntimeError, OSError) as error:  # pyogrio's errors are RuntimeErrors
        if wanted.needs_crs and "projection domain" in str(error):
            raise UsageError(
                f"{wanted.name} holds longitudes and latitudes, and parts of the map have none, as they lie beyond its"
                " projection; write .gpkg instead."
            ) from error
        raise OutputError(f"Cannot write the polygons to {target} ({error}); check the disk's free space.") from error


@contextmanager
def _rows(source: Path) -> Iterator[tuple[dict[str, Any], Any]]:
    """The layer's description and its rows as a stream of Arrow batches, which needs no pyarrow."""
    with open_arrow(source, layer=source.stem, use_pyarrow=False) as (meta, rows):
        yield meta, rows


def _write_gdal(rows: Any, meta: dict[str, Any], target: Path, wanted: Format, options: dict[str, str]) -> None:
    with no_crs_warning():
        warnings.filterwarnings("ignore", ".*Normalized/laundered field name.*")
        write_arrow(
            rows,
            target,
            layer=target.stem,
            driver=wanted.driver,
            geometry_name=meta["geometry_name"] or GEOMETRY_COLUMN,
            geometry_type="Polygon",
            crs=meta["crs"],
            layer_options=options,
        )


def _write_parquet(rows: Any, meta: dict[str, Any], target: Path) -> None:
    """GeoParquet 1.1: WKB, the CRS as PROJJSON (geoparquet.org)."""
    import pyarrow
    import pyarrow.parquet
    from pyproj import CRS

    reader = pyarrow.RecordBatchReader.from_stream(rows)
    name = meta["geometry_name"] or GEOMETRY_COLUMN
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Polygon"], "orientation": "counterclockwise"}
    # Without the key it would be longitudes and latitudes.
    column["crs"] = CRS.from_user_input(meta["crs"]).to_json_dict() if meta["crs"] else None
    geo = {"version": "1.1.0", "primary_column": name, "columns": {name: column}}
    fields = [pyarrow.field(one.name, pyarrow.binary()) if one.name == name else one for one in reader.schema]
    schema = pyarrow.schema(fields, metadata={"geo": json.dumps(geo)})
    with pyarrow.parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_table(pyarrow.Table.from_batches([batch]).cast(schema))
