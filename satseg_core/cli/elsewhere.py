"""Maps that are read and files that are written elsewhere, for the commands that take a whole map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from satseg_core.events import Reporter

if TYPE_CHECKING:
    from satseg_core.remote.staging import Staging


@contextmanager
def here(
    reporter: Reporter, output: str | None, *rasters: str | None
) -> Iterator[tuple[Staging, Path | None, list[Path | None]]]:
    """Paths on this machine.

    Args:
        reporter: can cancel.
        output: to write; None for none.
        rasters: to read, by any name that `raster_name` takes; None for those that are not wanted.

    Yields:
        What outputs are to be gathered with, where the output is written to, and where the rasters are.
    """
    from satseg_core.model.pace import cache_folder
    from satseg_core.raster.layer_names import raster_name
    from satseg_core.remote.fetch import fetched
    from satseg_core.remote.names import without_secrets
    from satseg_core.remote.staging import FOLDER, Staging

    given = [name for name in rasters if name]
    with Staging(cache_folder() / FOLDER, reporter) as staging:
        target = staging.place(output) if output else None
        with fetched(*map(raster_name, given), check=reporter.check) as paths:
            known = dict(zip(map(str, paths), map(without_secrets, given)))
            found = iter(paths)
            with reporter.worded(lambda text: _in_words(text, known)):
                yield staging, target, [next(found) if name else None for name in rasters]


def _in_words(text: str, known: Mapping[str, str]) -> str:
    """A sentence with the user's names instead of those of copies."""
    for path, name in known.items():
        text = text.replace(path, name)
    return text
