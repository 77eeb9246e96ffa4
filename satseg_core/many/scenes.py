"""Which scenes there are: in folders, lists, STAC files and GeoParquet indexes."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Callable

from satseg_core.errors import UsageError
from satseg_core.many.names import CONFIDENCE, JOB, Candidate, item_name, unique_names
from satseg_core.many.web import is_web
from satseg_core.outputs import PARTIAL
from satseg_core.raster.layer_names import file_of, split_layer
from satseg_core.remote import is_elsewhere, is_remote, join, objects
from satseg_core.remote.patience import nobody_cancels
from satseg_core.unfinished import FOLDER

RASTERS = (".tif", ".tiff", ".jp2", ".vrt", ".img", ".ecw", ".sid", ".ntf", ".nitf")
"""Endings of the files in a folder that are scenes, in lower case; where two share a name, the first keeps it."""

COLUMNS = ("path", "file", "location", "href", "url", "input", "filename")
"""What the column of a .csv list may be called that holds the scenes; the first column if it has no such title."""


@dataclass(frozen=True)
class SourceItem:
    """The STAC item that a scene comes from.

    Attributes:
        id: of the item.
        href: of the item, or of the file that it is in; empty if it says nothing of it.
        times: its ``datetime``, ``start_datetime`` and ``end_datetime``, as far as it has them.
        state: what tells whether it has changed: size, checksum and date of the asset, as far as it says.
    """

    id: str
    href: str
    times: Mapping[str, Any] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """A scene that was found and has no name yet.

    Attributes:
        source: what GDAL opens; empty where there is a problem.
        short: name that it would like to have: ``/`` between folders, no suffix.
        long: name that it takes where others want the same.
        size: bytes of the file, if that is known.
        changed_ns: time of the file's last change, if that is known.
        version: what an object store calls the content, if it does.
        pixels: height times width, if that is known.
        item: the STAC item that it comes from, if any.
        problem: one sentence, where no raster can be told.
    """

    source: str
    short: str
    long: str
    size: int | None = None
    changed_ns: int | None = None
    version: str | None = None
    pixels: int | None = None
    item: SourceItem | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Scene:
    """A scene and the name of its outputs: relative to their folder, ``/`` between folders, without suffix."""

    name: str
    found: Found

    @property
    def source(self) -> str:
        """What GDAL opens."""
        return self.found.source


def find_scenes(
    inputs: Sequence[str], output: str, asset: str | None = None, check: Callable[[], None] = nobody_cancels
) -> list[Scene]:
    """The scenes that inputs name, each once, sorted by name.

    Nothing is opened but lists and catalogues: folders are read, with the sizes and times that the system tells.

    Args:
        inputs: folders, lists (.txt, .csv), STAC files (.json), GeoParquet indexes (.parquet) and rasters.
        output: folder of the outputs; what is in it is no scene.
        asset: key of the asset of STAC items to map; None for the one that looks most like a picture.
        check: raises an error if the user has cancelled; called for each scene.

    Raises:
        UsageError: an input does not exist or cannot be read, or there is no scene.
    """
    found: dict[str, Found] = {}
    for text in inputs:
        for scene in _from_input(text, output, asset):
            check()
            found.setdefault(scene.source or f"{scene.long}: {scene.problem}", scene)
    if not found:
        names = ", ".join(inputs)
        raise UsageError(f"There are no scenes in {names}; files that end in {', '.join(RASTERS)} are looked for.")
    every = list(found.values())
    names_ = unique_names([Candidate(scene.short, scene.long, _suffix(scene.source)) for scene in every], RASTERS)
    return sorted((Scene(name, scene) for name, scene in zip(names_, every)), key=lambda scene: scene.name)


def _from_input(text: str, output: str, asset: str | None) -> Iterable[Found]:
    suffix = _suffix(text)
    if is_local(text) and Path(text).is_dir():
        return _from_folder(Path(text), output)
    if is_web(text) and not suffix:  # an API: web servers list no folders
        suffix = ".json"
    if is_remote(text) and not suffix:
        return _from_bucket(text.rstrip("/"), output)
    if suffix in (".txt", ".csv"):
        return _from_list(text)
    if suffix in (".json", ".geojson"):
        from satseg_core.many.stac_in import read_stac

        return read_stac(text, asset)
    if suffix in (".parquet", ".geoparquet"):
        from satseg_core.many.parquet_in import read_index

        return read_index(text, asset)
    if is_local(text) and not Path(file_of(text)).exists():
        raise UsageError(f"There is no file or folder {file_of(text)}; check the name.")
    return [named_raster(text, "")]


def _from_folder(root: Path, output: str) -> Iterator[Found]:
    """All rasters below a folder, in no order."""
    own = os.path.abspath(output) if is_local(output) else None
    if own == os.path.abspath(root):
        raise UsageError(f"The maps would lie among the scenes in {root}; give --output another folder.")
    waiting = [(os.path.abspath(root), "")]
    while waiting:
        folder, inside = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            raise UsageError(
                f"The folder {folder} cannot be read ({error.strerror}); check the permissions."
            ) from error
        names = {entry.name for entry in entries}
        for entry in entries:
            if entry.is_dir():
                if os.path.abspath(entry.path) != own and not _scratch(entry.name) and not _is_loop(entry):
                    waiting.append((entry.path, f"{inside}{entry.name}/"))
            elif _suffix(entry.name) in RASTERS and not _is_map(folder, _stem(entry.name), names):
                short = inside + _stem(entry.name)
                status = entry.stat()
                name = root.resolve().name
                yield Found(entry.path, short, f"{name}/{short}", status.st_size, status.st_mtime_ns)


def _from_bucket(root: str, output: str) -> Iterator[Found]:
    """All rasters of a folder of an object store, whose items are not looked into: what lies in the output is none."""
    own = output.rstrip("/")
    if own == root:
        raise UsageError(f"The maps would lie among the scenes in {root}; give --output another folder.")
    listed = list(objects.listing(root))
    items = {entry.name for entry in listed if entry.name.endswith(item_name(""))}
    for entry in listed:
        short = entry.name[: -len(_suffix(entry.name))] if _suffix(entry.name) else entry.name
        made = {item_name(short), item_name(short.removesuffix(CONFIDENCE))} & items
        address = join(root, entry.name)
        if _suffix(entry.name) in RASTERS and not made and not address.startswith(f"{own}/"):
            long = f"{root.rpartition('/')[2]}/{short}"
            yield Found(address, short, long, entry.size, version=entry.version)


def _is_map(folder: str, stem: str, names: set[str]) -> bool:
    """Whether a raster was made by a run like this one, into any folder: the item beside it says so."""
    for item in (item_name(stem), item_name(stem.removesuffix(CONFIDENCE))):
        if item in names:
            with suppress(OSError, ValueError):
                return JOB in Path(folder, item).read_text(encoding="utf-8")
    return False


def _scratch(name: str) -> bool:
    return PARTIAL in name or name.endswith(FOLDER)


def _is_loop(entry: os.DirEntry[str]) -> bool:
    """A link to a folder that it lies in."""
    return entry.is_symlink() and os.path.abspath(entry.path).startswith(os.path.realpath(entry.path) + os.sep)


def _from_list(path: str) -> Iterator[Found]:
    try:
        content = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The list {path} cannot be read; check its name, and that it is text in UTF-8.") from error
    entries = _csv_column(content) if _suffix(path) == ".csv" else content.splitlines()
    lines = [line.strip() for line in entries if line.strip() and not line.lstrip().startswith("#")]
    sources = [absolute(line, path) for line in lines]
    common = _common_folders(sources)
    return (named_raster(source, "/".join(_folders(source)[common:])) for source in sources)


def _csv_column(content: str) -> list[str]:
    rows = [row for row in csv.reader(content.splitlines()) if row]
    titles = [title.strip().lower() for title in rows[0]] if rows else []
    for column in COLUMNS:
        if column in titles:
            place = titles.index(column)
            return [row[place] for row in rows[1:] if len(row) > place]
    return [row[0] for row in rows]


def named_raster(source: str, inside: str = "") -> Found:
    """A raster that was named; ``inside`` is the folders that tell it from others of its name."""
    source = os.path.abspath(source) if is_local(source) else source  # workers have other working folders
    place = split_layer(source)
    stem = _stem(place.file.partition("?")[0]) + (f"-{place.layer}" if place.layer is not None else "")
    long = f"{inside or (_folders(source) or ('',))[-1]}/{stem}".lstrip("/")
    try:
        status = os.stat(place.file) if is_local(source) else None  # noqa: PTH116 - a name that may be no path
    except (OSError, ValueError):
        status = None
    size, changed = (status.st_size, status.st_mtime_ns) if status else (None, None)
    return Found(source, stem, long, size, changed)


def absolute(href: str, base: str) -> str:
    """An address that is relative to the file or URL ``base``, as one that can be opened."""
    if href.startswith("file://"):
        from urllib.parse import unquote, urlparse
        from urllib.request import url2pathname

        return url2pathname(unquote(urlparse(href).path))
    if not is_local(href) or Path(href).is_absolute():
        return href
    if not is_local(base):
        scheme, _, rest = base.rpartition("://")
        host, _, folder = (rest.partition("?")[0] if is_web(base) else rest).partition("/")
        parts = os.path.normpath(PurePosixPath("/") / PurePosixPath(folder).parent / href)
        return f"{scheme}://{host}{Path(parts).as_posix()}"
    return os.path.normpath(Path(base).absolute().parent / href)


def is_local(text: str) -> bool:
    """Whether a name is one of this system's files, as far as its form tells."""
    return not is_elsewhere(text) and not re.match(r"[A-Z][A-Z0-9_]+:", text)


def _folders(source: str) -> tuple[str, ...]:
    text = source.partition("?")[0].rpartition("://")[2]
    text = Path(text).as_posix() if is_local(source) else text
    return tuple(part for part in PurePosixPath(text).parts[:-1] if part not in ("/", "..", "."))


def _common_folders(sources: Sequence[str]) -> int:
    """How many folders all of them have in common."""
    levels = list(zip(*(_folders(source) for source in sources)))
    return next((depth for depth, level in enumerate(levels) if len(set(level)) > 1), len(levels))


def _stem(name: str) -> str:
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return last[: -len(_suffix(last))] if _suffix(last) else last


def _suffix(name: str) -> str:
    return PurePosixPath(name.partition("?")[0].replace("\\", "/")).suffix.lower()
