"""The run record: what made a map, beside the map, so that it can be understood and made again."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any, Callable

from satseg_core.model.runtime import Runtime
from satseg_core.model.store import ModelFile
from satseg_core.raster.grid import Block, Lattice
from satseg_core.raster.layer_names import file_of
from satseg_core.raster.scaling import Stretch
from satseg_core.raster.source import Source
from satseg_core.remote.identity import identity
from satseg_core.remote.names import without_secrets
from satseg_core.remote.patience import nobody_cancels
from satseg_core.version import __version__

LIBRARIES = ("numpy", "rasterio", "pyproj", "shapely", "pyogrio", "onnxruntime", "openvino", "torch")
"""Distributions whose version can change a result."""

_STATISTICS = ".aux.xml"
"""End of the names of files that GDAL and QGIS write beside a raster whenever somebody looks at it."""


def versions() -> dict[str, str]:
    """Versions of SatSeg, Python and the libraries that are installed."""
    found = {"satseg": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # noqa: PERF203
            continue
    return found


def describe_model(model: ModelFile, runtime: str) -> dict[str, Any]:
    """Which model it was; ``weights_sha256`` identifies it whatever file it came in.

    Args:
        model: that was run.
        runtime: one of `satseg_core.model.choice.RUNTIMES`, which says from which of its files.
    """
    card = model.card
    file = model.weights if runtime == "torch" else model.onnx
    return {
        "name": card.name,
        "version": card.version,
        "weights_sha256": card.weights_sha256,
        "file": file.name if file else None,
        "file_sha256": _digest(file) if file else None,
        "pixel_size_m": card.pixel_size,
        "legend": card.legend.to_json(),
    }


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        for part in iter(lambda: stream.read(2**20), b""):
            digest.update(part)
    return digest.hexdigest()


def identify_file(path: str) -> dict[str, Any]:
    """What tells whether a file has changed: place, size and time of its last change; the place alone if it is none."""
    file = file_of(path)  # a name may be that of a layer of it
    try:
        status = Path(file).stat()
    except OSError:
        return {"file": without_secrets(path)}
    name = path.replace(file, str(Path(file).resolve()), 1)
    return {"file": name, "bytes": status.st_size, "changed_ns": status.st_mtime_ns}


def identify_content(path: str, check: Callable[[], None] = nobody_cancels) -> dict[str, Any]:
    """`identify_file`, and what a server says of the ``content`` where the file is not on this machine.

    Args:
        path: of the file.
        check: raises an error if the user has cancelled; called while a server is waited for.
    """
    told = identity(path, check)
    return {**identify_file(path), **({"content": told} if told else {})}


def identify_parts(source: Source) -> dict[str, Any]:
    """What tells whether a file has changed that a virtual raster (VRT) is made of; nothing of another raster.

    Files that are not on this machine count by their names.
    """
    if source.dataset.driver != "VRT":
        return {}
    parts = [identify_file(name) for name in sorted(source.dataset.files) if not name.endswith(_STATISTICS)]
    return {"parts": hashlib.sha256(json.dumps(parts).encode()).hexdigest()}


def identify_source(source: Source) -> dict[str, Any]:
    """What tells whether the px of a raster have changed: of its file, or of all files that it is made of.

    Args:
        source: the open raster.
    """
    found = {} if source.overrides.stack else identify_content(source.path, source.check) | identify_parts(source)
    files = [identify_archive(name) or identify_content(name, source.check) for name in source.overrides.files]
    return {**found, **({"files": files} if files else {})}


def identify_archive(name: str) -> dict[str, Any]:
    """`identify_file` of the archive that a file lies in, by GDAL's name for it; nothing for other files."""
    found = re.fullmatch(r"/vsi(?:zip|tar)/\{(.+)\}/(.+)", name)
    return {**identify_file(found.group(1)), "inside": found.group(2)} if found else {}


def describe_source(source: Source, stretch: Stretch) -> dict[str, Any]:
    """Which raster it was and how its values were read."""
    dataset = source.dataset
    path = Path(file_of(source.path))
    return {
        "path": without_secrets(source.path),
        "bytes": path.stat().st_size if path.is_file() else None,
        "driver": dataset.driver,
        "width": dataset.width,
        "height": dataset.height,
        "crs": source.crs.to_wkt() if source.crs else None,
        "transform": list(dataset.transform)[:6],
        "dtype": source.dtype,
        "bands": list(source.bands),
        "palette": source.palette is not None,
        "nodata": source.validity.told(),
        "metres_per_pixel": list(source.placement.metres),
        "metres_of": source.placement.kind,
        "overrides": source.overrides.to_json(),
        "stretch": {"low": list(stretch.low), "high": list(stretch.high), "origin": stretch.origin},
    }


def describe_grid(lattice: Lattice, within: Block, block: int, tiles_run: int, blocks_resumed: int) -> dict[str, Any]:
    """How the raster was cut: px are the raster's unless they are called model px."""
    return {
        "rows": list(within.rows),
        "cols": list(within.cols),
        "raster_px_per_model_px": [lattice.rows.scale, lattice.cols.scale],
        "tile_model_px": [lattice.rows.tile, lattice.cols.tile],
        "overlap_model_px": [lattice.rows.overlap, lattice.cols.overlap],
        "score_stride_model_px": lattice.rows.stride,
        "block_px": block,
        "tiles_in_raster": lattice.tiles,
        "tiles_run": tiles_run,
        "blocks_resumed": blocks_resumed,
    }


def describe_runtime(runtime: Runtime, threads: int | None) -> dict[str, Any]:
    """What executed the network, where, and why."""
    return {
        "name": runtime.name,
        "version": runtime.version,
        "device": runtime.device,
        "precision": runtime.precision,
        "threads": threads,
        "reason": runtime.reason,
    }


def peak_memory_mb() -> float | None:
    """Most memory that this process ever held, in MB (10^6 bytes); None where the system does not tell.

    Linux' own high-water mark goes before getrusage, which counts what the parent process held too.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        if found:
            return round(int(found.group(1)) * 1024 / 1e6, 1)
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)


def now() -> str:
    """The present time, UTC, to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def write_record(path: Path, values: Mapping[str, Any]) -> None:
    """Write a run record as readable JSON."""
    path.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
