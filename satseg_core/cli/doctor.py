"""``satseg doctor``: what is installed and what would be used, to paste into a report."""

from __future__ import annotations

import os
import platform
import sys

import click

from satseg_core.cli import options
from satseg_core.cli.session import Session
from satseg_core.errors import SatSegError


@click.command()
@options.hidden_progress
@click.pass_obj
def doctor(session: Session, progress: str) -> int:
    """Say which Python, libraries, runtime, device and model would be used, and why."""
    lines = [*_python(), *_libraries(), *_runtimes()]
    model_lines, healthy = _model()
    lines += model_lines
    if session.as_json:
        session.reporter(progress).result({"healthy": healthy, "text": "\n".join(lines)})
    else:
        click.echo("\n".join(lines))
    return 0 if healthy else 1


def _python() -> list[str]:
    return [
        f"Python      {platform.python_version()} ({sys.executable})",
        f"System      {platform.platform()}, {os.cpu_count()} cores",
    ]


def _libraries() -> list[str]:
    from satseg_core.record import versions

    lines = [f"{name:<11} {version}" for name, version in versions().items() if name != "python"]
    try:
        import rasterio

        lines.append(f"GDAL        {rasterio.__gdal_version__} in rasterio")
    except ImportError as error:
        lines.append(f"rasterio    cannot be imported: {error}; reinstall it with pip")
    return lines


def _runtimes() -> list[str]:
    from satseg_core.model.runtime import available_runtimes

    return [
        f"Runtime     {info.name}: " + (info.problem or f"{info.version} on {', '.join(info.devices)}")
        for info in available_runtimes()
    ]


def _model() -> tuple[list[str], bool]:
    """What the default model would run on; false where it could not run at all."""
    from satseg_core.model.runtime import load_runtime
    from satseg_core.model.store import find_model

    try:
        model = find_model(None)
        runtime = load_runtime(model)
    except SatSegError as error:
        return [f"Problem     {error}"], False
    card = model.card
    return [
        f"Model       {card.name} {card.version}, {len(card.legend)} classes, {card.pixel_size:g} m a pixel",
        f"Would run   {runtime.name} {runtime.version} on {runtime.device}, because {runtime.reason}",
    ], True
