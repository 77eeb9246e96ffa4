"""Which scenes there are: in folders, lists, STAC files and GeoParquet indexes."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Callable

from satseg_core.errors import RasterError, UsageError
from satseg_core.many.names import CONFIDENCE, JOB, Candidate, item_name, unique_names
from satseg_core.raster.layer_names import file_of, split_layer
from satseg_core.remote import is_remote
from satseg_core.remote.addresses import absolute, is_local
from satseg_core.remote.patience import nobody_cancels
from satseg_core.remote.web import is_web
from satseg_core.scenes.files import SceneFiles
from satseg_core.scenes.find import find_scene, is_single_band
from satseg_core.scenes.grouping import group
from satseg_core.scenes.kinds import RASTERS, is_product
from satseg_core.scenes.listing import ARCHIVES, Entry, in_archive, in_bucket, is_scratch, suffix

RGB = ("red", "green", "blue")

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
        scene: the files that it is in, where they are several or a catalogue tells of them.
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
    scene: SceneFiles | None = None


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
    inputs: Sequence[str],
    output: str,
    asset: str | None = None,
    check: Callable[[], None] = nobody_cancels,
    bands: Sequence[str] = RGB,
) -> list[Scene]:
    """The scenes that inputs name, each once, sorted by name.

    Nothing is opened but lists and catalogues: folders are read, with the sizes and times that the system tells.

    Args:
        inputs: folders, lists (.txt, .csv), STAC files (.json), GeoParquet indexes (.parquet) and rasters.
        output: folder of the outputs; what is in it is no scene.
        asset: key of the asset of STAC items to map; None for those that have the bands.
        check: raises an error if the user has cancelled; called for each scene.
        bands: names of those that the model reads.

    Raises:
        UsageError: an input does not exist or cannot be read, or there is no scene.
    """
    found: dict[str, Found] = {}
    for text in inputs:
        for scene in _from_input(text, output, asset, bands):
            check()
            found.setdefault(scene.source or f"{scene.long}: {scene.problem}", scene)
    if not found:
        names = ", ".join(inputs)
        raise UsageError(f"There are no scenes in {names}; files that end in {', '.join(RASTERS)} are looked for.")
    every = list(found.values())
    names_ = unique_names([Candidate(scene.short, scene.long, suffix(scene.source)) for scene in every], RASTERS)
    return sorted((Scene(name, scene) for name, scene in zip(names_, every)), key=lambda scene: scene.name)


def _from_input(text: str, output: str, asset: str | None, bands: Sequence[str]) -> Iterable[Found]:
    ending = suffix(text)
    if is_local(text) and Path(text).is_dir():
        return _from_folder(Path(text), output)
    if is_web(text) and not ending:  # an API: web servers list no folders
        ending = ".json"
    if is_remote(text) and ending in ("", ".safe"):
        return _from_bucket(text.rstrip("/"), output)
    if ending in (".txt", ".csv"):
        return _from_list(text)
    if ending in (".parquet", ".geoparquet"):
        from satseg_core.many.parquet_in import read_index

        return read_index(text, asset, bands)
    return _from_json(text, asset, bands) if ending in (".json", ".geojson") else _named(text, bands)


def _from_json(text: str, asset: str | None, bands: Sequence[str]) -> Iterable[Found]:
    from satseg_core.many.stac_in import read_stac

    return read_stac(text, asset, bands)


def _named(text: str, bands: Sequence[str]) -> list[Found]:
    """A raster, or a file that means a scene: an archive, its metadata."""
    scene = find_scene(text, bands)
    if scene is not None:
        return [found_scene(scene, (_folders(scene.address) or ("scenes",))[-1], alone=text)]
    if is_local(text) and not Path(file_of(text)).exists():
        raise UsageError(f"There is no file or folder {file_of(text)}; check the name.")
    return [named_raster(text, "")]


def _from_folder(root: Path, output: str) -> list[Found]:
    """All scenes below a folder, in no order."""
    own = os.path.abspath(output) if is_local(output) else None
    if own == os.path.abspath(root):
        raise UsageError(f"The maps would lie among the scenes in {root}; give --output another folder.")
    return _of_entries(_files_below(os.path.abspath(root), own), os.path.abspath(root), root.resolve().name)


def _files_below(root: str, own: str | None) -> Iterator[Entry]:
    """All files below a folder but maps and the scratch of runs; ``own`` is a folder that is left out."""
    waiting = [(root, "")]
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
                if os.path.abspath(entry.path) != own and not is_scratch(entry.name) and not _is_loop(entry):
                    waiting.append((entry.path, f"{inside}{entry.name}/"))
            elif suffix(entry.name) in (*RASTERS, *ARCHIVES) and not _is_map(folder, _stem(entry.name), names):
                status = entry.stat()
                yield Entry(inside + entry.name, entry.path, status.st_size, status.st_mtime_ns)


def _from_bucket(root: str, output: str) -> list[Found]:
    """All scenes of a folder of an object store, whose items are not looked into: what lies in the output is none."""
    own = output.rstrip("/")
    if own == root:
        raise UsageError(f"The maps would lie among the scenes in {root}; give --output another folder.")
    listed = list(in_bucket(root))
    items = {entry.name for entry in listed if entry.name.endswith(item_name(""))}

    def is_scene(entry: Entry) -> bool:
        short = entry.name.removesuffix(PurePosixPath(entry.name).suffix)
        made = {item_name(short), item_name(short.removesuffix(CONFIDENCE))} & items
        return suffix(entry.name) in RASTERS and not made and not entry.address.startswith(f"{own}/")

    return _of_entries(filter(is_scene, listed), root, root.rpartition("/")[2])


def _of_entries(entries: Iterable[Entry], root: str, name: str) -> list[Found]:
    """The scenes among files: those in several files, archives that hold one, and all other rasters.

    Args:
        entries: of a folder.
        root: name or URL of the folder.
        name: of the folder, which tells its scenes from others of the same name.
    """
    every = list(entries)
    scenes, rasters = group(every, root, is_single_band)
    found = [found_scene(scene, name) for scene in scenes]
    found += [_found_raster(entry, name) for entry in rasters]
    archives = (entry for entry in every if suffix(entry.name) in ARCHIVES)
    return [*found, *(scene for entry in archives for scene in _in_archive(entry, name))]


def _in_archive(entry: Entry, root_name: str) -> list[Found]:
    """The scenes in an archive of a known product; other archives are none of a run's business."""
    if not is_product(entry.file):
        return []
    inside = entry.folder
    try:
        scenes, _ = group(in_archive(Path(entry.address)), entry.address)
    except RasterError as error:
        short = entry.name.removesuffix(PurePosixPath(entry.name).suffix)
        return [Found(entry.address, short, f"{root_name}/{short}", problem=str(error))]
    placed = [replace(scene, name=f"{inside}/{scene.name}" if inside else scene.name) for scene in scenes]
    return [found_scene(scene, root_name, alone=entry.address if len(scenes) == 1 else None) for scene in placed]


def found_scene(scene: SceneFiles, folder: str, alone: str | None = None) -> Found:
    """A scene in several files.

    Args:
        scene: the scene.
        folder: name that tells it from others.
        alone: what is given to mean it, if not its address.
    """
    return Found(alone or scene.address, scene.name, f"{folder}/{scene.name}", scene.size, scene=scene)


def _found_raster(entry: Entry, folder: str) -> Found:
    short = entry.name.removesuffix(PurePosixPath(entry.name).suffix)
    changed = entry.changed if isinstance(entry.changed, int) else None
    version = entry.changed if isinstance(entry.changed, str) else None
    return Found(entry.address, short, f"{folder}/{short}", entry.size, changed, version)


def _is_map(folder: str, stem: str, names: set[str]) -> bool:
    """Whether a raster was made by a run like this one, into any folder: the item beside it says so."""
    for item in (item_name(stem), item_name(stem.removesuffix(CONFIDENCE))):
        if item in names:
            with suppress(OSError, ValueError):
                return JOB in Path(folder, item).read_text(encoding="utf-8")
    return False


def _is_loop(entry: os.DirEntry[str]) -> bool:
    """A link to a folder that it lies in."""
    return entry.is_symlink() and os.path.abspath(entry.path).startswith(os.path.realpath(entry.path) + os.sep)


def _from_list(path: str) -> Iterator[Found]:
    try:
        content = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The list {path} cannot be read; check its name, and that it is text in UTF-8.") from error
    entries = _csv_column(content) if suffix(path) == ".csv" else content.splitlines()
    lines = [line.strip() for line in entries if line.strip() and not line.lstrip().startswith("#")]
    sources = [absolute(line, path) for line in lines]
    common = _common_folders(sources)
    return (_listed(source, "/".join(_folders(source)[common:])) for source in sources)


def _listed(source: str, inside: str) -> Found:
    """A raster of a list, or a scene in several files; ``inside`` as for `named_raster`."""
    if not is_local(source) or not (Path(source).is_dir() or suffix(source) in (*ARCHIVES, ".xml")):
        return named_raster(source, inside)
    try:
        scene = find_scene(source, RGB)
    except RasterError as error:
        return replace(named_raster(source, inside), problem=str(error))
    if scene is None:
        return named_raster(source, inside)
    return found_scene(scene, inside or (_folders(source) or ("scenes",))[-1], alone=os.path.abspath(source))


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
    return last[: -len(suffix(last))] if suffix(last) else last
