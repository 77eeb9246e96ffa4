"""Every error that a user can cause: one base class, one sentence that says what to do, one exit code."""

from __future__ import annotations


class SatSegError(Exception):
    """Base of the errors that a user can cause.

    The message is one clear sentence that says what is wrong and what to do. The command line
    prints it on one line without a traceback and exits with ``exit_code``.
    """

    exit_code = 1


class UsageError(SatSegError):
    """The options do not fit together or have impossible values."""

    exit_code = 2


class BesideError(UsageError):
    """The polygons to stay inside of lie beside the raster: there is nothing to map."""


class RasterError(SatSegError):
    """The input raster cannot be opened, read or placed on the ground."""


class ModelError(SatSegError):
    """A model is missing, malformed or does not fit the raster."""


class RuntimeUnavailableError(SatSegError):
    """The runtime or device that was asked for cannot be used in this Python."""


class OutputError(SatSegError):
    """An output exists already, or cannot be written where it was asked for."""


class CancelledError(SatSegError):
    """The user cancelled the run; nothing was written."""

    exit_code = 130

    def __init__(self, message: str = "Cancelled: no output was written.") -> None:
        super().__init__(message)
