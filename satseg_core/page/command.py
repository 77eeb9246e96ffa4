"""The command that makes a map again, from its run record."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from typing import Any

_NOT_OF_THE_MAP = ("input", "output", "overwrite", "resume")
"""Options that are no options of the command, or that say nothing on the map."""


def segment_command(options: Mapping[str, Any]) -> str:
    """``satseg segment`` with what was not left at its default.

    Args:
        options: of a run record: the fields of `satseg_core.segment.SegmentOptions`.

    Raises:
        KeyError: there is no input or output.
    """
    words = ["satseg", "segment", str(options["input"]), "--output", str(options["output"])]
    for name, value in options.items():
        # Zero is the default of all numbers that may be zero.
        if name in _NOT_OF_THE_MAP or value in (None, False, 0, "auto", "keep"):
            continue
        words.append("--" + name.replace("_", "-"))
        if value is not True:
            words.append(",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value))
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    if os.name == "nt":
        return f'"{word}"' if " " in word or not word else word
    return shlex.quote(word)
