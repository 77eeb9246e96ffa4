"""The files that a run of `satseg_core.segment` writes: on this machine, while it works, and by the user's names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from satseg_core.outputs import Outputs, optional, sidecar
from satseg_core.remote.staging import Staging
from satseg_core.segment_options import SegmentOptions
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
        style = sidecar(target, ".qml")
        other_style = sidecar(polygons, ".qml") if polygons else None
        separate = other_style is not None and other_style.resolve() != style.resolve()
        return cls(
            output=outputs.add(target),
            aux=outputs.add(sidecar(target, "+.aux.xml")),
            qml=outputs.add(style),
            polygons_qml=outputs.add(other_style) if separate and other_style else None,
            polygons=outputs.add_with(polygons, *format_of(polygons).companions) if polygons else None,
            confidence=outputs.add(confidence) if confidence else None,
            record=outputs.add(sidecar(target, ".json")),
        )


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
