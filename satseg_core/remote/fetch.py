"""Maps elsewhere are copied here with all that lies beside them, where a command reads the whole of them anyway."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Callable

import rasterio
import rasterio.shutil
from rasterio.errors import RasterioError

from satseg_core.errors import RasterError
from satseg_core.remote.names import gdal_name, is_elsewhere, last_part
from satseg_core.remote.patience import insist, nobody_cancels
from satseg_core.remote.patient import FRESH, failure, is_hopeless, open_patiently, raising_raster_errors
from satseg_core.remote.settings import gdal_settings


@contextmanager
def fetched(*names: str, check: Callable[[], None] = nobody_cancels) -> Iterator[tuple[Path, ...]]:
    """Paths of rasters; of copies, which are removed when the block ends, for those that lie elsewhere.

    Args:
        names: of rasters.
        check: raises an error if the user has cancelled; called while a server is waited for.

    Raises:
        RasterError: one cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="satseg-fetched-") as folder:
        yield tuple(
            _copy(name, Path(folder) / str(number), check) if is_elsewhere(name) else Path(name)
            for number, name in enumerate(names)
        )


def _copy(name: str, folder: Path, check: Callable[[], None]) -> Path:
    """Copy a raster with the files that GDAL counts to it."""
    folder.mkdir()
    target = folder / last_part(name)

    def copy() -> None:
        with rasterio.Env(**gdal_settings(name), CPL_VSIL_CURL_NON_CACHED=FRESH):
            raising_raster_errors(lambda: rasterio.shutil.copyfiles(gdal_name(name), str(target)))

    try:
        # Opening tells what is wrong, which copying does not.
        open_patiently(name, check).close()
        insist(copy, is_hopeless, check, (RasterioError,))
    except RasterioError as error:
        raise RasterError(failure(name, error)) from error
    return target
