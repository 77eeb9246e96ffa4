"""Outputs appear whole: written in a scratch folder beside their place, then moved in by atomic rename.

Those for object stores have a place on this machine first (`satseg_core.remote.staging`), and are sent from there.
"""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from satseg_core.errors import OutputError
from satseg_core.remote.staging import Staging, check_free

PARTIAL = ".satseg-partial-"
"""Part of the name of every scratch folder, so that what a killed run left behind is easy to find and delete."""


class Outputs:
    """The files that one run writes. Use through `whole_outputs`.

    Args:
        overwrite: replace what exists.
        staging: of the outputs that belong elsewhere, if any do.
    """

    def __init__(self, overwrite: bool, staging: Staging | None = None) -> None:
        self._overwrite = overwrite
        self._staging = staging
        self._folders: dict[Path, Path] = {}
        self._moves: list[tuple[Path, Path]] = []

    def add(self, target: Path) -> Path:
        """Announce an output and get the path to write it to until the run is complete.

        Args:
            target: where the file will appear.

        Returns:
            A path with the same file name in a scratch folder on the same file system.

        Raises:
            OutputError: the target exists and ``overwrite`` is off, or its folder cannot be written to.
        """
        target = Path(os.path.abspath(target))
        if any(target == known for _, known in self._moves):
            raise OutputError(f"Two outputs would be written to {target}; give each its own name.")
        if target.is_dir():
            raise OutputError(f"{target} is a folder; give the name of a file in it.")
        check_free(self._staging, target, self._overwrite)
        scratch = self._scratch(target) / target.name
        self._moves.append((scratch, target))
        return scratch

    def add_with(self, target: Path, *companions: str) -> Path:
        """Announce an output that brings other files with it, which have other suffixes; see `add`."""
        for suffix in companions:
            self.add(target.with_suffix(suffix))
        return self.add(target)

    def _scratch(self, target: Path) -> Path:
        folder = target.parent
        if folder not in self._folders:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                self._folders[folder] = Path(tempfile.mkdtemp(prefix=target.name + PARTIAL, dir=folder))
            except OSError as error:
                reason = error.strerror or str(error)
                raise OutputError(f"Cannot write to the folder {folder} ({reason}); choose another place.") from error
        return self._folders[folder]

    def remove_stale(self) -> None:
        """Remove the scratch folders that killed runs left; call it when no other run writes the same outputs."""
        for _, target in self._moves:
            for folder in target.parent.glob(f"{glob.escape(target.name + PARTIAL)}*"):
                if folder not in self._folders.values():
                    shutil.rmtree(folder, ignore_errors=True)

    def commit(self) -> None:
        """Move every announced output that was written to its place; the first announced, the main one, last.

        Raises:
            OutputError: a file cannot be moved, such as one that another program holds open, or sent where it belongs.
        """
        moved = []
        for scratch, target in reversed(self._moves):
            if not scratch.exists():
                continue
            try:
                os.replace(scratch, target)
                moved.append(target)
            except OSError as error:
                reason = error.strerror or str(error)
                raise OutputError(
                    f"Cannot replace {target} ({reason}); close it in other programs and try again."
                ) from error

        if self._staging is not None:
            self._staging.send(moved)

    def discard(self) -> None:
        """Remove the scratch folders and whatever is left in them."""
        for folder in self._folders.values():
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def whole_outputs(overwrite: bool = False, staging: Staging | None = None) -> Iterator[Outputs]:
    """Gather a run's outputs; they appear when the block ends without error, and not at all otherwise."""
    outputs = Outputs(overwrite, staging)
    try:
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
