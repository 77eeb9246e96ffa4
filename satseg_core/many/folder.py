"""The folder that outputs go to, and the small files in it that are about all scenes."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from satseg_core.errors import OutputError
from satseg_core.outputs import FINISHED, PARTIAL
from satseg_core.remote import is_remote, join, objects, upload


class Folder:
    """A folder of outputs. Names in it are relative, with ``/`` between folders.

    Args:
        root: of this system, or a bucket's.
    """

    def __init__(self, root: str) -> None:
        self.remote = is_remote(root)
        self.root = root.rstrip("/") if self.remote else os.path.abspath(root)

    def address(self, name: str) -> str:
        """Where a file of it lies."""
        return join(self.root, name)

    def files(self) -> set[str]:
        """The names of all files in it, and in the folders in it."""
        if self.remote:
            return {listed.name for listed in objects.listing(self.root)}
        found, waiting = set(), [(self.root, "")]
        while waiting:
            folder, inside = waiting.pop()
            try:
                entries = list(os.scandir(folder))
            except OSError:
                continue  # not there yet
            for entry in entries:
                if entry.is_file():
                    found.add(inside + entry.name)
                elif PARTIAL not in entry.name and FINISHED not in entry.name:
                    waiting.append((entry.path, f"{inside}{entry.name}/"))
        return found

    def beginning_with(self, start: str) -> list[str]:
        """Names of the files in the folder itself that begin so."""
        if self.remote:
            return objects.beginning_with(self.address(start)) or []
        try:
            return [entry.name for entry in os.scandir(self.root) if entry.is_file() and entry.name.startswith(start)]
        except OSError:
            return []  # not there yet

    def read(self, name: str) -> str | None:
        """The text of a file; None if it is not there or cannot be read."""
        return next((text for _, text in self.read_all([name])), None)

    def read_all(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        """The texts of files; those that are not there or cannot be read are left out."""
        if self.remote:
            for name, content in objects.read_all(self.root, names):
                with suppress(ValueError):
                    yield name, content.decode("utf-8")
            return
        for name in names:
            with suppress(OSError, ValueError):
                yield name, Path(self.address(name)).read_text(encoding="utf-8")

    def measure(self, name: str) -> tuple[int, str]:
        """Size of a file in bytes, and its SHA-256 in hexadecimal digits.

        Raises:
            OSError: it cannot be read.
            OutputError: it is in a bucket and cannot be read.
        """
        if self.remote:
            return objects.measure(self.address(name))
        path, digest = Path(self.address(name)), hashlib.sha256()
        with path.open("rb") as stream:
            for part in iter(lambda: stream.read(2**20), b""):
                digest.update(part)
            return stream.tell(), digest.hexdigest()

    def write(self, name: str, text: str) -> None:
        """Write a small file, which appears whole.

        Raises:
            OutputError: it cannot be written.
        """
        with tempfile.TemporaryDirectory(prefix="satseg-") as scratch:
            local = Path(scratch) / "file"
            local.write_text(text, encoding="utf-8", newline="\n")
            self.put(local, name)

    def put(self, local: Path, name: str) -> None:
        """Bring a finished file to its place.

        Raises:
            OutputError: it cannot be written.
        """
        if self.remote:
            upload(local, self.address(name))
            return
        target = Path(self.address(name))
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(local.read_bytes())
            os.replace(beside, target)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise OutputError(f"Cannot write {target} ({error.strerror}); free some space, or check it.") from error

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        if self.remote:
            objects.remove(self.address(name))
            return
        Path(self.address(name)).unlink(missing_ok=True)
