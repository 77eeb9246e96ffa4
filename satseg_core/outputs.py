"""Outputs appear whole: written in a scratch folder beside their place, then moved in by rename, or not at all.

What may be replaced, and what has to go with it, is told by `satseg_core.replacing`. Outputs for object stores have a
place on this machine first (`satseg_core.remote.staging`), and are sent from there.
"""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from satseg_core.errors import OutputError
from satseg_core.events import Reporter
from satseg_core.geopackages import SCRATCH
from satseg_core.remote.staging import Staging
from satseg_core.replacing import Beside, Replacing

PARTIAL = SCRATCH
"""Part of the name of every scratch folder, so that what a killed run left behind is easy to find and delete."""

FINISHED = ".satseg-finished-"
"""Part of the name of a folder with outputs that are whole and could not come to their places."""

_REPLACED = "replaced"
"""Folder, within a scratch folder, for what gives way to new outputs until all of them are in their places."""


@dataclass(frozen=True)
class _Announced:
    """A file that the user has named, those that come beside it, and those that go with the one it replaces."""

    target: Path
    besides: tuple[Beside, ...]
    doomed: tuple[Path, ...] = ()

    @property
    def paths(self) -> tuple[Path, ...]:
        return (self.target, *(beside.path for beside in self.besides))


class Outputs:
    """The files that one run writes. Use through `whole_outputs`.

    Args:
        overwrite: replace what exists.
        staging: of the outputs that belong elsewhere, if any do.
    """

    def __init__(self, overwrite: bool, staging: Staging | None = None) -> None:
        self._staging = staging or Staging(Path(tempfile.gettempdir()))
        self._replacing = Replacing(overwrite, self._staging)
        self._folders: dict[Path, Path] = {}
        self._announced: list[_Announced] = []

    def add(self, target: Path, *besides: Beside) -> Path:
        """Announce an output and get the path to write it to until the run is complete.

        Args:
            target: where the file will appear; the user has named it.
            besides: files that come with it, which the user has not named; see `scratch`.

        Returns:
            A path with the same file name in a scratch folder on the same file system.

        Raises:
            OutputError: the target exists and ``overwrite`` is off, something would be lost that nobody has named,
                something old would be read with the new file, or its folder cannot be written to.
        """
        target = Path(os.path.abspath(target))
        besides = tuple(Beside(Path(os.path.abspath(beside.path)), beside.is_own) for beside in besides)
        announced, known = _Announced(target, besides), self._targets()
        for path in announced.paths:
            if path in known:
                raise OutputError(f"Two outputs would be written to {path}; give each its own name.")
        doomed = self._replacing.check(target, besides, {*known, *announced.paths})
        for path in announced.paths:
            self._make_folder(path)
        self._announced.append(replace(announced, doomed=tuple(doomed)))
        return self.scratch(target)

    def scratch(self, path: Path) -> Path:
        """The path to write an announced output to."""
        path = Path(os.path.abspath(path))
        return self._folders[path.parent] / path.name

    def _targets(self) -> list[Path]:
        """All files that are announced, in the order in which they were."""
        return [path for announced in self._announced for path in announced.paths]

    def _make_folder(self, target: Path) -> None:
        if target.parent not in self._folders:
            self._folders[target.parent] = self._scratch_folder(target)

    def _scratch_folder(self, target: Path) -> Path:
        """Make the scratch folder beside a target."""
        folder = target.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return Path(tempfile.mkdtemp(prefix=target.name + PARTIAL, dir=folder))
        except OSError as error:
            reason = error.strerror or str(error)
            raise OutputError(f"Cannot write to the folder {folder} ({reason}); choose another place.") from error

    def remove_stale(self) -> None:
        """Remove the scratch folders that killed runs left; call it when no other run writes the same outputs."""
        for target in self._targets():
            for folder in target.parent.glob(f"{glob.escape(target.name + PARTIAL)}*"):
                if folder not in self._folders.values():
                    shutil.rmtree(folder, ignore_errors=True)

    def in_words(self, text: str) -> str:
        """A sentence with the user's names of the outputs instead of those that they have for now."""
        for folder, scratch in self._folders.items():
            text = text.replace(f"{scratch}{os.sep}", str(folder / "x")[:-1])
        return self._staging.in_words(text)

    def commit(self) -> None:
        """Move every announced output that was written to its place; the first announced, the main one, last.

        Either all of them come to their places and what belonged to those they replace is gone, or nothing changes.

        Raises:
            OutputError: something has come in the way since it was announced, a file cannot be moved, such as one that
                another program holds open, or sent where it belongs. What was made is kept, and the sentence says
                where.
        """
        written = [announced for announced in self._announced if self.scratch(announced.target).exists()]
        paths = [path for announced in written for path in announced.paths if self.scratch(path).exists()]
        paths.reverse()
        here = [announced for announced in written if self._staging.url(announced.target) is None]
        try:
            doomed = [path for announced in here for path in self._doomed_now(announced)]
            self._exchange([path for path in doomed if path not in paths], paths)
        except OutputError as error:
            kept = f"{str(error).rstrip('.')}. The finished files lie in {self._keep()}."
            raise OutputError(kept) from error
        doomed = [path for announced in written for path in announced.doomed]
        self._staging.send(paths, [path for path in doomed if path not in paths])

    def _doomed_now(self, announced: _Announced) -> list[Path]:
        """See `Replacing.check`."""
        return self._replacing.check(announced.target, announced.besides, self._targets())

    def _exchange(self, doomed: Sequence[Path], paths: Sequence[Path]) -> None:
        """Put files aside and others in their places, or leave all as it was."""
        path = None
        with ExitStack() as undo:
            try:
                for path in doomed:
                    self._put_aside(path, undo)
                for path in paths:
                    if path.exists():
                        self._put_aside(path, undo, keep=True)
                    os.replace(self.scratch(path), path)
                    undo.callback(_back, path, self.scratch(path))
            except OSError as error:
                reason = error.strerror or str(error)
                raise OutputError(
                    f"Cannot replace {path} ({reason}); close it in other programs and try again."
                ) from error
            undo.pop_all()

    def _put_aside(self, path: Path, undo: ExitStack, keep: bool = False) -> None:
        """Move a file away; one that is replaced in the same moment may stay where it is until then."""
        folder = self._folders[path.parent] / _REPLACED
        folder.mkdir(exist_ok=True)
        aside = folder / path.name
        if keep:
            with suppress(OSError):  # some file systems have no links
                os.link(path, aside)
        if not aside.exists():
            os.replace(path, aside)
        undo.callback(_back, aside, path)

    def _keep(self) -> str:
        """Keep what was made from being removed; gives the names of the folders."""
        kept = []
        for scratch in self._folders.values():
            with suppress(OSError):
                (scratch / _REPLACED).rmdir()  # it is not empty if something could not go back
            finished = scratch.with_name(scratch.name.replace(PARTIAL, FINISHED))
            try:
                os.replace(scratch, finished)
            except OSError:
                finished = scratch
            kept.append(str(finished))
        self._folders.clear()
        return " and ".join(kept)

    def discard(self) -> None:
        """Remove the scratch folders and whatever is left in them."""
        for folder in self._folders.values():
            shutil.rmtree(folder, ignore_errors=True)


def _back(aside: Path, path: Path) -> None:
    with suppress(OSError):  # whatever is wrong here, the others go back
        if path.exists() and path.samefile(aside):
            aside.unlink()  # a link to what is still in its place
        else:
            os.replace(aside, path)


@contextmanager
def whole_outputs(
    overwrite: bool = False, staging: Staging | None = None, reporter: Reporter | None = None
) -> Iterator[Outputs]:
    """Gather a run's outputs; they appear when the block ends without error, and not at all otherwise.

    Args:
        overwrite: replace what exists.
        staging: of the outputs that belong elsewhere, if any do.
        reporter: what it says of outputs while the block lasts has the user's names for them.
    """
    outputs = Outputs(overwrite, staging)
    try:
        with (reporter or Reporter()).worded(outputs.in_words):
            yield outputs
        outputs.commit()
    finally:
        outputs.discard()


def sidecar(path: Path, suffix: str) -> Path:
    """The file that goes with ``path``: its suffix replaced (``.qml``), or added where it begins with ``+``."""
    return Path(str(path) + suffix[1:]) if suffix.startswith("+") else path.with_suffix(suffix)


def optional(path: str | None) -> Path | None:
    """A path from an option that may be absent or empty."""
    return Path(path) if path else None
