"""Finished files go to object stores through fsspec, which has a library for each; they are imported when needed.

GDAL could write to the stores itself, but rasterio offers its copying for rasters alone, and an output is several
files of which most are none.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Callable, TypeVar

from satseg_core.errors import OutputError, SatSegError
from satseg_core.remote.libraries import store_of
from satseg_core.remote.names import store_url
from satseg_core.remote.patience import FOR_A_MOMENT, insist, nobody_cancels

Value = TypeVar("Value")


def exists(target: str) -> bool:
    """Whether an object is there already.

    Raises:
        UsageError: it is none that can be written to.
        RuntimeUnavailableError: the store's library is not installed.
        OutputError: the store cannot be asked: it does not answer, or refuses.
    """
    url = store_url(target)

    def ask() -> bool:
        try:
            return bool(store_of(target).info(url)["type"] == "file")
        except FileNotFoundError:
            return False

    return insist_on(ask, target, "be looked for")


def content(target: str) -> bytes | None:
    """The bytes of a small object, or None where there is none; raises what `exists` does."""
    url = store_url(target)

    def ask() -> bytes | None:
        try:
            return bytes(store_of(target).cat_file(url))
        except FileNotFoundError:
            return None

    return insist_on(ask, target, "be read")


def upload(local: Path, target: str, check: Callable[[], None] = nobody_cancels) -> None:
    """Copy a finished file to an object, which appears whole or not at all, and replaces one of the same name.

    What the store fails to take for a moment is sent again.

    Args:
        local: the file.
        target: ``s3://``, ``gs://``, ``az://``, or GDAL's name for the same.
        check: raises an error if the user has cancelled; called while the store is waited for.

    Raises:
        UsageError: it is none that can be written to.
        RuntimeUnavailableError: the store's library is not installed.
        OutputError: the store does not take it.
    """
    url = store_url(target)
    insist_on(lambda: store_of(target).put_file(os.fspath(local), url), target, "be written", check)


def require(target: str) -> None:
    """Make sure, before the work, that a target can be written to, as far as it can be told without writing.

    Raises:
        UsageError: it is none that can be written to.
        RuntimeUnavailableError: the store's library is not installed.
        OutputError: there is no such bucket, or the credentials are wrong.
    """
    scheme, _, place = store_url(target).partition("://")
    bucket = place.partition("/")[0]

    def ask() -> bool:
        store = store_of(target)
        try:
            store.info(f"{scheme}://{bucket}")
        except FileNotFoundError:
            return False
        except PermissionError:
            return True  # who may write need not be allowed to look
        return True

    if not insist_on(ask, target, "be written"):
        raise OutputError(f"There is no bucket {bucket} for {target}; make it first, or check the name.")


def insist_on(action: Callable[[], Value], target: str, what: str, check: Callable[[], None] = nobody_cancels) -> Value:
    """Do something with a store, again where it fails for a moment.

    Args:
        action: what to do; it begins anew each time.
        target: the user's name of what it is done with.
        what: the deed in the sentence of an error: the target cannot ``be read``.
        check: raises an error if the user has cancelled; called while waiting.

    Raises:
        OutputError: it still fails, or always will.
        SatSegError: from ``action`` or ``check``, as it is.
    """
    try:
        return insist(action, _is_hopeless, check)
    except SatSegError:
        raise
    except Exception as error:
        raise OutputError(_refused(target, error, what)) from error


def _refused(target: str, error: Exception, what: str = "be used") -> str:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    advice = "check the name and the credentials in the environment" if _is_hopeless(error) else "try again later"
    return f"{target} cannot {what} ({reason}); {advice}."


_HOPELESS = (SatSegError, FileNotFoundError, PermissionError, IsADirectoryError, ValueError, TypeError)

_HOPELESS_NAMES = re.compile(r"Credential|Auth|Profile|Token|NotFound|Refresh|Permission|ParamValidation")
"""The libraries have no common class of errors; these words are in the names of those that stay."""

_HOPELESS_WORDS = re.compile(
    r"^Forbidden|failed to authenticate|AuthenticationFailed|AuthorizationFailure|Invalid Credent"
)
"""What is left of the same where a library makes an error of its own of it."""


def _is_hopeless(error: BaseException) -> bool:
    if (
        isinstance(error, _HOPELESS)
        or _HOPELESS_NAMES.search(type(error).__name__)
        or _HOPELESS_WORDS.search(str(error))
    ):
        return True
    status = getattr(error, "status_code", getattr(error, "code", None))
    if isinstance(status, int) and 400 <= status < 500:
        return status not in FOR_A_MOMENT
    return error.__cause__ is not None and _is_hopeless(error.__cause__)
