"""Rasters on servers that fail now and then: requests are repeated, and what GDAL remembers of failures is forgotten.

GDAL repeats some failed requests itself. It does not repeat answers that break off, and what it cannot read while it
opens a raster (a list of overviews, a mask beside the file) is left out without a word, which would make another map.
So a raster is opened twice, each time from the beginning, and taken when both look the same.

What a virtual raster lists is opened while it is read, and nobody can look at it. What may have been left out then is
read twice, too, each time from the beginning.
"""

from __future__ import annotations

import re
from typing import Any, Callable, cast

import rasterio
from rasterio.errors import RasterioError, RasterioIOError
from rasterio.io import DatasetReader

from satseg_core.remote.names import gdal_name
from satseg_core.remote.patience import ATTEMPTS, FOR_A_MOMENT, Value, insist, nobody_cancels
from satseg_core.remote.settings import gdal_settings

FRESH = "/vsicurl/:/vsis3/:/vsigs/:/vsiaz/:/vsiadls/:/vsioss/:/vsiswift/"
"""File systems of which nothing is remembered, failures neither, once a file is closed."""

_OPENING = {
    "CPL_VSIL_CURL_NON_CACHED": FRESH,
    # GDAL's threads that decode do not repeat requests, and keep what they could not decode as if it were px.
    "GDAL_NUM_THREADS": "1",
    "VRT_NUM_THREADS": "1",
}
"""While a raster is opened, and while it is read: what a list of rasters lists is opened then."""

_STATUS = re.compile(r"(?:HTTP (?:response|error) code|response_code)\D{1,3}(\d{3})")
_REFUSED = re.compile(
    r"Access ?Denied|InvalidAccessKey|Access Key Id|InvalidCredentials|SignatureDoesNotMatch|request signature"
    r"|ExpiredToken|token has expired|InvalidToken|AuthenticationFailed|AuthorizationFailure"
    r"|configuration options? (?:not|or)|Load json file|PrivateKey",
    re.IGNORECASE,
)
_NONSENSE = re.compile(r"JSON parsing error")
"""What GDAL says of a file of credentials that is none, and of a server of passwords that fails for a moment."""
_ABSENT = re.compile(r"NoSuch|specified (?:key|bucket|blob|container|resource) does not exist|in the file system")
_NEVER = re.compile(
    r"could not resolve|SSL (?:connect|certificate|peer)|unsupported protocol|malformed|PermanentRedirect|NoSuch"
    r"|specified (?:key|bucket|blob|container|resource) does not exist"
    r"|(?:missing|unsupported) codec|pixel function|python code needs",
    re.IGNORECASE,
)
"""Words of errors, of GDAL, curl and the stores. The last are, with those that refuse, the same the next time."""


class _ChangedError(RasterioError):  # type: ignore[misc]
    """A raster looked different when it was opened again: something of it could not be read."""


def status_of(error: BaseException) -> int | None:
    """The HTTP status that an error of rasterio tells of, if it does."""
    found = next(filter(None, map(_STATUS.search, _texts(error))), None)
    return int(found.group(1)) if found else None


def is_hopeless(error: BaseException) -> bool:
    """Whether an error of opening will be the same the next time: no such file, no access, no such server."""
    status = status_of(error)
    if status is not None:
        return status not in FOR_A_MOMENT
    return any(_NEVER.search(text) or _REFUSED.search(text) for text in _texts(error))


class _Judge:
    """`is_hopeless`, with less patience for what is no raster or absent: a request that fails may look like that."""

    def __init__(self) -> None:
        self._doubtful = 0

    def __call__(self, error: Exception) -> bool:
        self._doubtful += any(words in str(error) for words in (_NO_RASTER, _NO_FILE))
        return self._doubtful > _DOUBTFUL or is_hopeless(error)


_NO_RASTER, _NO_FILE = "supported file format", "does not exist in the file system"
_DOUBTFUL = 2


def failure(name: str, error: BaseException) -> str:
    """One sentence for a raster on a server that cannot be read, which says what to do.

    Args:
        name: of the raster, as the user gave it.
        error: of rasterio, from opening or reading.
    """
    status, texts = status_of(error), " ".join(_texts(error))
    reason = f"HTTP {status}" if status else _one_line(str(error.__cause__ or error))
    if status in (401, 403, 407) or _REFUSED.search(texts) or _NONSENSE.search(texts):
        return f"{name} may not be read ({reason}); check the address{_credentials(name)}."
    if status in (404, 410) or _ABSENT.search(texts):
        # GDAL says so, too, where it can make nothing of the credentials and asks nobody.
        besides = _in_store(name) if status is None and _NO_FILE in texts else ""
        return f"There is nothing to read at {name}; check the address{besides}."
    if "could not resolve" in texts.lower():
        return f"There is no server of the name in {name}, or no network; check both."
    return _other_failure(name, error, status, reason)


def _other_failure(name: str, error: BaseException, status: int | None, reason: str) -> str:
    if isinstance(error, _ChangedError):
        return f"{name} is another raster each time that it is opened; wait until it is no longer written to."
    if status is not None and status not in FOR_A_MOMENT:
        return f"{name} cannot be read ({reason}); check the address."
    if status is None and _NO_RASTER in str(error):
        return f"{name} cannot be opened as a raster; check that it is whole and not of another kind."
    return f"{name} cannot be read: its server failed each of several times ({reason}); try again later."


def _credentials(name: str) -> str:
    """What to say of credentials."""
    return _in_store(name) or ", and its signature or password if it has one"


def _in_store(name: str) -> str:
    """What to say of the credentials of an object store; nothing for others."""
    inside = gdal_name(name)
    for handler, variables in (
        ("/vsis3", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_NO_SIGN_REQUEST=YES for public data"),
        ("/vsigs", "GOOGLE_APPLICATION_CREDENTIALS, or GS_NO_SIGN_REQUEST=YES for public data"),
        ("/vsiaz", "AZURE_STORAGE_CONNECTION_STRING, or AZURE_NO_SIGN_REQUEST=YES for public data"),
        ("/vsiadls", "AZURE_STORAGE_CONNECTION_STRING"),
    ):
        if handler in inside:
            return f" and the credentials in the environment ({variables})"
    return ""


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


def _texts(error: BaseException | None) -> list[str]:
    texts = []
    while error is not None:
        texts.append(str(error))
        error = error.__cause__ or error.__context__
    return texts


def open_patiently(name: str, check: Callable[[], None] = nobody_cancels, **options: Any) -> DatasetReader:
    """Open a raster on a server, or a virtual one of such.

    Args:
        name: URL or GDAL's ``/vsi...``; or a file here.
        check: raises an error if the user has cancelled; called while waiting.
        options: of rasterio's ``open``.

    Returns:
        A dataset for which reading is repeated, too.

    Raises:
        RasterioError: the last of what went wrong; `is_hopeless` knows of which kind it is.
    """
    return cast("DatasetReader", _PatientDataset(name, check, options))


class _PatientDataset:
    """Everything that `DatasetReader` has; px are read again where they could not be read."""

    def __init__(self, name: str, check: Callable[[], None], options: dict[str, Any]) -> None:
        self._name = name
        self._check = check
        self._options = options
        self._looks: tuple[Any, ...] = ()
        self._dataset = insist(self._open_alike, _Judge(), check, (RasterioError,))

    @property
    def opened(self) -> DatasetReader:
        """Rasterio's own, for what asks for that; it is another one after reading has failed."""
        return self._dataset

    def read(self, *arguments: Any, **options: Any) -> Any:
        """Px; see rasterio."""
        return self._read(lambda: self._dataset.read(*arguments, **options))

    def read_masks(self, *arguments: Any, **options: Any) -> Any:
        """Masks; see rasterio."""
        return self._read(lambda: self._dataset.read_masks(*arguments, **options))

    def confirmed(self, ask: Callable[[DatasetReader], Any]) -> Any:
        """What is asked of the raster besides px, an array: where GDAL does not tell that it could not read it."""
        return self._confirmed(ask(self._dataset), lambda: ask(self._dataset))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dataset, name)

    def __enter__(self) -> _PatientDataset:
        return self

    def __exit__(self, *_error: object) -> None:
        self._dataset.close()

    def _read(self, read: Callable[[], Any]) -> Any:
        found = self._insist(read)
        return self._confirmed(found, read) if self._dataset.driver == "VRT" else found

    def _confirmed(self, before: Any, read: Callable[[], Any]) -> Any:
        """What two readings in a row agree in; masks and overviews of what is listed may be left out each time."""
        for _ in range(ATTEMPTS):
            now = self._anew(read)
            if before.tobytes() == now.tobytes():
                return now
            before = now
            self._check()
        raise _ChangedError(f"{self._name} cannot be read whole")

    def _insist(self, read: Callable[[], Any]) -> Any:
        try:
            return self._once(read)
        except RasterioError:
            self._check()
        return self._anew(read)

    def _anew(self, read: Callable[[], Any]) -> Any:
        """What is read after the raster has been opened again."""

        def again() -> Any:
            # GDAL does not tell why px cannot be read; opening does. It may hold broken px, too.
            self._reopen()
            return self._once(read)

        return insist(again, _Judge(), self._check, (RasterioError,))

    def _once(self, read: Callable[[], Any]) -> Any:
        with rasterio.Env(**_OPENING):
            return raising_raster_errors(read)

    def _reopen(self) -> None:
        self._dataset.close()
        self._dataset, looks = self._open_once()
        if looks != self._looks:
            raise _ChangedError(f"{self._name} has changed")

    def _open_alike(self) -> DatasetReader:
        first, self._looks = self._open_once()
        first.close()
        dataset, looks = self._open_once()
        if looks != self._looks:
            dataset.close()
            raise _ChangedError(f"{self._name} cannot be read whole")
        return dataset

    def _open_once(self) -> tuple[DatasetReader, tuple[Any, ...]]:
        """The raster, opened anew, and how it looks."""

        def opened() -> tuple[DatasetReader, tuple[Any, ...]]:
            dataset = rasterio.open(gdal_name(self._name), sharing=False, **self._options)
            try:
                return dataset, _looks(dataset)
            except BaseException:
                dataset.close()
                raise

        with rasterio.Env(**gdal_settings(self._name), **_OPENING):
            return raising_raster_errors(opened)


def raising_raster_errors(action: Callable[[], Value]) -> Value:
    """Do something; errors of GDAL that rasterio lets through as they are become its own."""
    try:
        return action()
    except RasterioError:
        raise
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "rasterio":
            raise
        raise RasterioIOError(str(error)) from error


def _looks(dataset: DatasetReader) -> tuple[Any, ...]:
    """What a run depends on besides px."""
    # Of what a virtual raster lists, this opens some. What fails then is told by the question after it, about colours.
    overviews = [dataset.overviews(band) for band in dataset.indexes]
    return (
        dataset.colorinterp,
        overviews,
        dataset.shape,
        dataset.dtypes,
        dataset.nodatavals,
        dataset.transform,
        dataset.crs,
        dataset.descriptions,
        [(dataset.tags(band), dataset.tags(band, ns="IMAGERY")) for band in dataset.indexes],
        dataset.block_shapes,
        dataset.mask_flag_enums,
        len(dataset.gcps[0]),
        dataset.rpcs is None,
    )
