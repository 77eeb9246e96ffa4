"""What a run may replace: what the user has named, what belongs to that alone, and what SatSeg itself has made.

Standard library only, as `satseg_core.outputs`.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from satseg_core.companions import Role, companions
from satseg_core.errors import OutputError
from satseg_core.geopackages import check_replaceable
from satseg_core.remote.staging import Staging
from satseg_core.style import is_own_style

LARGEST = 10 * 10**6
"""A file with more bytes is none of the small ones that SatSeg writes beside a map."""

_TELLING = {".tab": b"raster", ".xml": b"<isd"}
"""What is in files that GDAL reads with a raster, and in no others of that ending: a place, a camera model."""

_HOW = "move or delete it, or choose another name"


@dataclass(frozen=True)
class Beside:
    """A file that a run writes beside one that the user has named.

    Attributes:
        path: where it will appear.
        is_own: tells by the content whether a file of that name is SatSeg's, so that it may be replaced.
    """

    path: Path
    is_own: Callable[[bytes], bool]


class Replacing:
    """Tells what may be replaced, and what has to go with it.

    Args:
        overwrite: the user has said that what exists may be replaced.
        staging: of the outputs that belong elsewhere.
    """

    def __init__(self, overwrite: bool, staging: Staging) -> None:
        self._overwrite = overwrite
        self._staging = staging

    def check(self, target: Path, besides: Sequence[Beside], announced: Container[Path]) -> list[Path]:
        """Make sure that nothing is lost that nobody has named, and that nothing old is read with what is new.

        Args:
            target: file that the user has named.
            besides: what will be written beside it.
            announced: all files that the run writes.

        Returns:
            Files that are read with the one that is replaced: they have to go with it, unless they are replaced, too.

        Raises:
            OutputError: one sentence that names the file that is in the way, and says what to do.
        """
        for path in (target, *(beside.path for beside in besides)):
            if path.is_dir():
                raise OutputError(f"{path} is a folder; give the name of a file in it.")
        names = self._staging.names_beside(target)
        if names is None and self._overwrite:
            return []  # who may write to a store need not be allowed to look
        there = self._is_taken(target, names)
        if there and not self._overwrite:
            raise self._exists(target)
        if there and target.suffix.lower() == ".gpkg":
            check_replaceable(target)
        beside_it = companions(spelled(target, names or ()), names or ())
        found = [(target.with_name(companion.name), companion.role) for companion in beside_it]
        parts = [path for path, role in found if role is Role.PART]
        for beside in besides:
            if not (there and beside.path in parts) and self._is_taken(beside.path, names):
                self._check_beside(beside, target)
        for path, role in found:
            if path not in announced and (not there or role is Role.STRANGER):
                self._check_other(path, role, target)
        return parts

    def _is_taken(self, path: Path, names: Sequence[str] | None) -> bool:
        """Whether there is a file; a store that has told names is not asked again."""
        if names is None or self._staging.url(path) is None:
            return self._staging.taken(path)
        return path.name in names

    def _check_beside(self, beside: Beside, target: Path) -> None:
        """Refuse a file that stands where one is to be written that the user has not named."""
        if not beside.is_own(self._content(beside.path)):
            raise OutputError(
                f"{self._staging.name(beside.path)} is not of SatSeg's making, and a run writes a file of that name"
                f" beside {target.name}; {_HOW} for {target.name}."
            )
        if not self._overwrite:
            raise self._exists(beside.path)

    def _check_other(self, path: Path, role: Role, target: Path) -> None:
        """Refuse a file that would be read with the new one, unless it does no harm."""
        suffix = path.suffix.lower()
        if role is Role.WORDS and suffix == ".qml" and is_own_style(self._content(path)):
            return
        if role is Role.STRANGER and suffix in _TELLING and _TELLING[suffix] not in self._content(path).lower():
            return
        raise OutputError(
            f"{self._staging.name(path)} is there already and would be read as a part of the new {target.name}; {_HOW}."
        )

    def _content(self, path: Path) -> bytes:
        """What is in a small file; of others the beginning."""
        if self._staging.url(path) is not None:
            return self._staging.content(path) or b""
        try:
            with path.open("rb") as stream:
                return stream.read(LARGEST)
        except OSError:
            return b""

    def _exists(self, path: Path) -> OutputError:
        name = self._staging.name(path)
        return OutputError(f"{name} exists already; add --overwrite to replace it, or choose another name.")


def spelled(target: Path, names: Sequence[str]) -> str:
    """The name of a file as its folder has it: some systems tell no case, and keep the one that it was made with."""
    if target.name in names or not target.exists():
        return target.name
    alike = (name for name in names if name.casefold() == target.name.casefold())
    return next((name for name in alike if target.with_name(name).samefile(target)), target.name)
