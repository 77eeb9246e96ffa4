"""What a run would find where it is to write, looked at without writing anything."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from satseg_core.errors import OutputError
from satseg_core.outputs import PARTIAL, Outputs
from satseg_core.raster.grid import Block
from satseg_core.space import existing_folder
from satseg_core.unfinished import Checksums, Unfinished, folder_of


class ImaginedOutputs(Outputs):
    """Outputs that are announced, with the same refusals, and never written."""

    def _scratch_folder(self, target: Path) -> Path:
        folder = existing_folder(target.parent)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OutputError(f"Cannot write to the folder {target.parent} (no permission); choose another place.")
        if target.parent != folder and _above(target.parent, folder).exists():
            raise OutputError(f"Cannot write to the folder {target.parent} (Not a directory); choose another place.")
        return target.parent / f"{target.name}{PARTIAL}imagined"


def _above(folder: Path, existing: Path) -> Path:
    """The first part of a path beyond a folder that exists; it would have to be made."""
    return existing / folder.relative_to(existing).parts[0]


class Begun(Unfinished):
    """What an earlier run has done; the refusals are those of `Unfinished`, and nothing is made, locked or removed.

    Args:
        target: see `Unfinished`.
        job: see `Unfinished`.
        resume: see `Unfinished`.
        overwrite: see `Unfinished`.

    Attributes:
        done: blocks that need not be done again, as far as can be told without reading them.
    """

    def __init__(self, target: Path, job: Mapping[str, Any], resume: bool, overwrite: bool) -> None:
        self.folder = folder_of(target)
        self.thrown_away = 0
        self._job = json.loads(json.dumps(dict(job)))
        self.done: dict[Block, Checksums] = self._begin(target, resume, overwrite) if self.folder.exists() else {}
