"""The files that a run of `satseg_core.segment` writes: on this machine, while it works, and by the user's names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from satseg_core.companions import is_never_own, is_own_record
from satseg_core.outputs import Outputs, optional, sidecar
from satseg_core.remote.staging import Staging
from satseg_core.replacing import Beside
from satseg_core.segment_options import SegmentOptions
from satseg_core.style import is_own_style, is_own_table
from satseg_core.vector.formats import format_of


@dataclass(frozen=True)
class RunFiles:
    """Scratch paths of everything that a run writes."""

    output: Path
    aux: Path
    qml: Path
    record: Path
    confidence: Path | None
    polygons: Path | None
    polygons_qml: Path | None

    @classmethod
    def announce(cls, outputs: Outputs, options: SegmentOptions) -> RunFiles:
        """Announce them all.

        Args:
            outputs: to announce them to.
            options: with outputs on this machine; see `on_this_machine`.

        Raises:
            OutputError: one of them cannot be written.
        """
        target = Path(options.output)
        confidence, polygons = optional(options.confidence), optional(options.polygons)
        table, style, record = sidecar(target, "+.aux.xml"), sidecar(target, ".qml"), sidecar(target, ".json")
        other_style = sidecar(polygons, ".qml") if polygons else None
        separate = other_style is not None and other_style.resolve() != style.resolve()
        return cls(
            output=outputs.add(
                target, Beside(table, is_own_table), Beside(style, is_own_style), Beside(record, is_own_record)
            ),
            polygons=outputs.add(polygons, *polygon_files(polygons, with_style=separate)) if polygons else None,
            confidence=outputs.add(confidence) if confidence else None,
            aux=outputs.scratch(table),
            qml=outputs.scratch(style),
            polygons_qml=outputs.scratch(other_style) if separate and other_style else None,
            record=outputs.scratch(record),
        )


def polygon_files(polygons: Path, with_style: bool) -> Iterator[Beside]:
    """What comes with polygons besides the file that the user names: the other files of its format, and the style."""
    for suffix in format_of(polygons).companions:
        yield Beside(polygons.with_suffix(suffix), is_never_own)
    if with_style:
        yield Beside(sidecar(polygons, ".qml"), is_own_style)


def on_this_machine(options: SegmentOptions, staging: Staging) -> SegmentOptions:
    """The same options with outputs on this machine, from where those for elsewhere are sent."""
    return replace(
        options,
        output=str(staging.place(options.output)),
        confidence=str(staging.place(options.confidence)) if options.confidence else None,
        polygons=str(staging.place(options.polygons)) if options.polygons else None,
    )


def names_of(options: SegmentOptions, staging: Staging) -> dict[str, str]:
    """What the user calls the outputs of options that are `on_this_machine`."""
    output = Path(options.output)
    paths = {
        "output": output,
        "polygons": optional(options.polygons),
        "confidence": optional(options.confidence),
        "record": sidecar(output, ".json"),
    }
    return {what: staging.name(path) for what, path in paths.items() if path}
