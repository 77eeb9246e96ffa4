"""The command group, and the one place where errors become exit codes."""

from __future__ import annotations

import sys
import warnings

import click

from satseg_core.cli.areas import areas
from satseg_core.cli.demo import demo
from satseg_core.cli.doctor import doctor
from satseg_core.cli.export import export
from satseg_core.cli.many import segment_many
from satseg_core.cli.models import models
from satseg_core.cli.segment import segment
from satseg_core.cli.session import Session
from satseg_core.cli.vectorize import vectorize
from satseg_core.errors import CancelledError, OutputError, SatSegError, UsageError
from satseg_core.memory import few_arenas
from satseg_core.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="satseg")
def cli() -> None:
    """Land-cover maps from georeferenced rasters: classified GeoTIFF, polygons, style and areas."""


for _command in (segment, segment_many, vectorize, areas, models, export, doctor, demo):
    cli.add_command(_command)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: without the program's name; None for those of this process.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong use, 130 cancelled.
    """
    words = sys.argv[1:] if arguments is None else arguments
    few_arenas()
    # SatSeg says it in its own words.
    warnings.filterwarnings("ignore", message="Dataset has no geotransform")
    with Session.opened(words) as session:
        try:
            result = cli.main(words, prog_name="satseg", standalone_mode=False, obj=session)
            return result if isinstance(result, int) else 0
        except (KeyboardInterrupt, click.Abort):
            return session.fail(CancelledError())
        except Exception as error:  # noqa: BLE001 - the last resort, so that no user meets a traceback
            return session.fail(_as_user_error(error))


def _as_user_error(error: Exception) -> SatSegError:
    """One sentence for whatever went wrong, with the way to the traceback where it is a fault of SatSeg's own."""
    if isinstance(error, SatSegError):
        return error
    if isinstance(error, click.ClickException):
        return UsageError(_sentence(error))
    if isinstance(error, MemoryError):
        return SatSegError("The memory is used up; close other programs or choose a smaller --extent.")
    if isinstance(error, OSError):
        what = f"{error.filename}: " if error.filename else ""
        reason = error.strerror or error
        return OutputError(f"The system refused a file ({what}{reason}); check the free space and the permissions.")
    detail = " ".join(str(error).split())[:300]
    kind = type(error).__name__
    return SatSegError(f"SatSeg failed unexpectedly ({kind}: {detail}); run again with --debug and report it.")


def _sentence(error: click.ClickException) -> str:
    """What is wrong with the words of a command, and where to look it up."""
    context: click.Context | None = getattr(error, "ctx", None)
    command = context.command_path if context else "satseg"
    text = " ".join(error.format_message().split()).rstrip(".")
    end = "" if text.endswith("?") else "."
    return f"{text}{end} See '{command} --help'."
