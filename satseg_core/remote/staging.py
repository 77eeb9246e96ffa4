"""Outputs for object stores are made on this machine, as all others are, and sent when they are whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from satseg_core.errors import CancelledError, OutputError, SatSegError
from satseg_core.events import Reporter
from satseg_core.remote.names import folded, is_elsewhere, join, last_part, store_url
from satseg_core.remote.objects import beginning_with, remove
from satseg_core.remote.store import content, exists, require, upload

FOLDER = "outputs"
"""Name of the folder for them in the user's cache."""


class Staging:
    """Folders on this machine that stand in for folders of object stores while a run lasts; a context manager.

    The same output has the same place each time, so that an interrupted run is found again.

    Args:
        root: folder in which the places are made.
        reporter: can cancel between files.
    """

    def __init__(self, root: Path, reporter: Reporter | None = None) -> None:
        self._root = Path(os.path.abspath(root))
        self._reporter = reporter or Reporter()
        self._folders: dict[Path, str] = {}

    def place(self, target: str) -> Path:
        """Where an output is written: a place here for one elsewhere, and its own for others.

        Raises:
            UsageError: it cannot be written to where it is asked for.
            RuntimeUnavailableError: the store's library is not installed.
        """
        if not is_elsewhere(target):
            return Path(target)
        url = store_url(target)
        require(target)
        folder, _, name = url.rpartition("/")
        digest = hashlib.sha256(url.encode()).hexdigest()[:12]
        local = self._root / f"{last_part(url)}-{digest}"
        self._folders[local] = folder
        return local / name

    def url(self, path: Path) -> str | None:
        """What a place stands in for; None for one that is its own."""
        folder = self._folders.get(path.parent)
        return None if folder is None else join(folder, path.name)

    def name(self, path: Path) -> str:
        """What the user calls an output."""
        return self.url(path) or str(path)

    def taken(self, path: Path) -> bool:
        """Whether there is something already where an output is to appear.

        Raises:
            OutputError: the store cannot be asked.
        """
        url = self.url(path)
        return path.exists() if url is None else exists(url)

    def content(self, path: Path) -> bytes | None:
        """What is in a small output that is there already; None for none.

        Raises:
            OutputError: the store cannot be asked.
        """
        url = self.url(path)
        if url is not None:
            return content(url)
        return path.read_bytes() if path.is_file() else None

    def names_beside(self, path: Path) -> list[str] | None:
        """Names of the files in the folder of an output that begin as it does up to its suffix, here in any case.

        None of a store that lets nobody look.

        Raises:
            OutputError: the store cannot be asked.
        """
        url = self.url(path)
        if url is not None:
            return beginning_with(url[: len(url) - len(path.suffix)])
        start = folded(path.stem)
        try:
            entries = [entry for entry in os.scandir(path.parent) if folded(entry.name).startswith(start)]
            return [entry.name for entry in entries if entry.is_file()]
        except OSError:
            return []  # not there yet

    def in_words(self, text: str) -> str:
        """A sentence with the user's names instead of places."""
        for place, folder in self._folders.items():
            text = text.replace(f"{place}{os.sep}", join(folder, ""))
        return text

    def send(self, paths: Sequence[Path], doomed: Sequence[Path] = ()) -> None:
        """Send files that are whole, one after the other, and remove them here when all have arrived.

        Args:
            paths: places; those that stand in for nothing are passed over.
            doomed: places of what has to go from the stores before, as it belongs to what is replaced.

        Raises:
            OutputError: a store does not take one; all of them stay here.
            CancelledError: the user cancelled; as above.
        """
        waiting = [(path, url) for path in paths if (url := self.url(path))]
        folders = ", ".join(dict.fromkeys(str(path.parent) for path, _ in waiting))
        try:
            for gone in filter(None, map(self.url, doomed)):
                remove(gone)
            for path, url in waiting:
                self._reporter.check()
                upload(path, url, self._reporter.check)
        except CancelledError as error:
            raise CancelledError(f"Cancelled while sending; the finished files lie in {folders}.") from error
        except SatSegError as error:
            raise OutputError(f"{str(error).rstrip('.')}. The finished files lie in {folders}.") from error
        for path, _ in waiting:
            path.unlink()

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the folders that nothing is left in."""
        for folder in (*self._folders, self._root):
            with contextlib.suppress(OSError):
                folder.rmdir()
