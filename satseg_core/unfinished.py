"""Work on its way: what a run has done so far lies in a folder beside its map, and a later run can go on from there.

``MAP.tif.satseg-unfinished`` holds the flat files that blocks are written into, ``job.json``, what the result depends
on, and ``blocks.txt``, a line for each block that is in the files. The line is written after the block: a run that is
killed at any moment leaves nothing in it that is not there. Checksums tell what a crash of the whole system left out.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from satseg_core import lock
from satseg_core.errors import OutputError, UsageError
from satseg_core.raster.grid import Block, Span

FOLDER = ".satseg-unfinished"
"""End of the name of the folder."""

_JOB, _BLOCKS, _LOCK = "job.json", "blocks.txt", "lock"

Checksums = tuple[int, ...]
"""CRC-32 of a block in each of the rasters that a run writes."""


class Unfinished:
    """The folder of one run; a context manager that removes it at the end, unless the work is to be kept.

    Args:
        target: the map that the run will write.
        job: what the result depends on: a phrase for people, and a JSON value.
        resume: go on with what is there, and keep what there is if this run does not come to its end.
        overwrite: throw away what is there.

    Attributes:
        folder: where the work lies.
        done: blocks that an earlier run has done, with the checksums of each.
        thrown_away: how many blocks of an earlier run were thrown away.

    Raises:
        OutputError: an earlier run's work is there and neither is set, another run is at it, or nothing can be written.
        UsageError: ``resume`` is set and something has changed since.
    """

    def __init__(self, target: Path, job: Mapping[str, Any], resume: bool, overwrite: bool) -> None:
        self.folder = folder_of(target)
        self._keep = resume
        self.thrown_away = 0
        self._job = json.loads(json.dumps(dict(job)))
        existed = self.folder.exists()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            held = lock.take(self.folder / _LOCK)
        except OSError as error:
            raise OutputError(
                f"Cannot write to the folder {self.folder.parent} ({error.strerror}); choose another place."
            ) from error
        if held is None:
            raise OutputError(f"Another run is writing {target} just now; wait for it, or choose another name.")
        self._lock = held
        try:
            self.done: dict[Block, Checksums] = self._begin(target, resume, overwrite) if existed else {}
        except BaseException:
            self._lock.close()
            raise
        try:
            if not self.done:
                self._clear()
                (self.folder / _JOB).write_text(json.dumps(self._job, indent=1) + "\n", encoding="utf-8")
            self._blocks = (self.folder / _BLOCKS).open("a", encoding="ascii", newline="\n")
        except OSError as error:
            self._leave(bool(self.done))
            raise OutputError(f"Cannot write to {self.folder} ({error.strerror}); free some space.") from error

    def _begin(self, target: Path, resume: bool, overwrite: bool) -> dict[Block, Checksums]:
        """What an earlier run has done, if this one goes on with it."""
        done = self._read_blocks()
        if resume:
            before = self._read_job()
            changed = [name for name, value in self._job.items() if done and before.get(name) != value]
            if changed:
                raise UsageError(
                    f"The interrupted run of {target.name} cannot be gone on with, as {_listing(changed)} not the same;"
                    f" repeat it as it was, or start over with --overwrite instead of --resume."
                )
            return done
        if done and not overwrite:
            raise OutputError(
                f"An interrupted run of {target.name} has left {len(done)} finished blocks in {self.folder}; add"
                f" --resume to go on with it or --overwrite to start over, or delete that folder."
            )
        self.thrown_away = len(done)
        return {}

    def _read_job(self) -> dict[str, Any]:
        try:
            found = json.loads((self.folder / _JOB).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _read_blocks(self) -> dict[Block, Checksums]:
        """The blocks that are noted; a last line that was cut off is left out."""
        try:
            lines = (self.folder / _BLOCKS).read_text(encoding="ascii", errors="replace").split("\n")[:-1]
        except OSError:
            return {}
        found = {}
        for line in lines:
            try:
                top, bottom, left, right, *sums = map(int, line.split())
            except ValueError:
                continue
            found[Block(Span(top, bottom), Span(left, right))] = tuple(sums)
        return found

    def _clear(self) -> None:
        for path in self.folder.iterdir():
            if path.name != _LOCK:
                path.unlink()

    def note(self, block: Block, checksums: Checksums) -> None:
        """Take down that a block is in the files.

        Raises:
            OutputError: the disk is full, say.
        """
        try:
            self._blocks.write(" ".join(map(str, (*block.rows, *block.cols, *checksums))) + "\n")
            self._blocks.flush()
        except OSError as error:
            raise OutputError(f"Cannot write to {self.folder} ({error.strerror}); free some space.") from error

    def __enter__(self) -> Unfinished:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._blocks.close()
        self._leave(self._keep and error is not None and bool(self._read_blocks()))

    def _leave(self, worth: bool) -> None:
        """Give up the lock, and remove the folder unless it is worth keeping."""
        if not worth:
            shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.close()
        if not worth:  # Windows removes no file that is open
            shutil.rmtree(self.folder, ignore_errors=True)


def folder_of(target: Path) -> Path:
    """Where the unfinished work on a map lies."""
    target = Path(os.path.abspath(target))
    return target.with_name(target.name + FOLDER)


def _listing(changed: list[str]) -> str:
    """``the raster is``, ``the raster and --extent are``."""
    return f"{' and '.join(changed)} {'are' if len(changed) > 1 else 'is'}"
