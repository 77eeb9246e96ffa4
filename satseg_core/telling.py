"""What a run will take, in words: a line before it begins."""

from __future__ import annotations

from satseg_core.events import Reporter
from satseg_core.forecast import Forecast
from satseg_core.space import in_words

LONG = 600.0
"""A run of more seconds than this is announced by a warning."""


def tell(forecast: Forecast, reporter: Reporter) -> None:
    """Say what a run will take: a warning, with advice, if it is long."""
    if forecast.total_seconds > LONG:
        reporter.warning(
            f"About {duration(forecast.total_seconds)} for {_pixels(forecast.pixels)} ({_tiles(forecast.tiles)} of the"
            f" network) on {forecast.where}, and {in_words(forecast.working_bytes)} of disk space meanwhile; choose a"
            f" smaller extent or a larger pixel size (--pixel-size) to try it first."
        )
        return
    reporter.message(
        f"{_pixels(forecast.pixels)}, {_tiles(forecast.tiles)}; about {duration(forecast.total_seconds)} on"
        f" {forecast.where}."
    )


def _pixels(count: int) -> str:
    if count < 1_000_000:
        return "1 pixel" if count == 1 else f"{count:,} pixels"
    millions = count / 1e6
    return f"{millions:.1f} million pixels" if millions < 10 else f"{millions:,.0f} million pixels"


def _tiles(count: int) -> str:
    return "1 tile" if count == 1 else f"{count:,} tiles"


def duration(seconds: float) -> str:
    """Time as people say it, no more exact than a forecast is: ``8 s``, ``12 min``, ``2 h 10 min``, ``3 days``."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    tens = round(minutes / 10)
    hours, rest = divmod(tens, 6)
    if hours < 48:
        return f"{hours} h {10 * rest} min" if rest else f"{hours} h"
    return f"{round(seconds / 86400)} days"
