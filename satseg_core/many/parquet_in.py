"""Scenes of a GeoParquet index: STAC items in columns (stac-geoparquet), or a column of paths."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timezone
from typing import Any

from satseg_core.errors import UsageError
from satseg_core.many.scenes import COLUMNS, Found, named_raster
from satseg_core.many.stac_in import own_address, scene_of
from satseg_core.remote.addresses import absolute

_ITEM = ("id", "collection", "assets", "links")
_PROPERTIES = (
    "datetime",
    "start_datetime",
    "end_datetime",
    "updated",
    "proj:shape",
    "platform",
    "constellation",
    "eo:bands",
)
_ROWS = 1000


def read_index(path: str, asset: str | None, bands: Sequence[str]) -> Iterator[Found]:
    """The scenes of an index, row by row; columns that are not needed are not read.

    Args:
        path: a .parquet file.
        asset: see `satseg_core.many.stac_in.read_stac`.
        bands: see there.

    Raises:
        UsageError: pyarrow is missing, or the file is no such index.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise UsageError("A GeoParquet index needs pyarrow; install it with: pip install 'satseg[parquet]'.")
    from pyarrow import ArrowException, parquet

    try:
        with parquet.ParquetFile(path) as file:
            columns = set(file.schema_arrow.names)
            location = next((name for name in COLUMNS if name in columns), None)
            if "assets" not in columns and location is None:
                raise UsageError(
                    f"{path} is no index of scenes: it has neither the column 'assets' of stac-geoparquet nor one of"
                    f" {', '.join(COLUMNS)}."
                )
            wanted = [name for name in (*_ITEM, *_PROPERTIES) if name in columns] if "assets" in columns else [location]
            for batch in file.iter_batches(_ROWS, columns=wanted):
                for row in batch.to_pylist():
                    yield _scene(row, path, asset, bands) if "assets" in columns else _raster(row, location, path)
    except (OSError, ArrowException) as error:
        raise UsageError(f"The index {path} cannot be read ({error}); check the name and the file.") from error


def _raster(row: Mapping[str, Any], column: str | None, path: str) -> Found:
    return named_raster(absolute(str(row[column or ""]), path))


def _scene(row: Mapping[str, Any], path: str, asset: str | None, bands: Sequence[str]) -> Found:
    item = {key: row.get(key) for key in _ITEM}
    item["assets"] = dict(item["assets"] or {})  # a struct, or a map: pairs
    item["properties"] = {key: _plain(row[key]) for key in _PROPERTIES if row.get(key) is not None}
    return scene_of(item, own_address(item) or path, asset, bands)


def _plain(value: Any) -> Any:
    """A time as STAC writes it."""
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        return aware.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
