"""From the options of a run to what is opened for it: the bands of a scene, and what becomes of its clouds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from satseg_core.errors import RasterError, UsageError
from satseg_core.legend import Legend
from satseg_core.raster.clouds import KINDS, Clouds
from satseg_core.raster.overrides import Overrides
from satseg_core.raster.stack import Stack, describe
from satseg_core.scenes.files import Quality, SceneFiles
from satseg_core.scenes.find import find_scene, quality_beside, scene_of_band

KEEP, UNKNOWN, NODATA = CLOUDS = ("keep", "unknown", "nodata")
"""What may become of cloud and shadow: mapped like all else, the legend's class *unknown*, or no data."""


@dataclass(frozen=True)
class Input:
    """What is opened for a run.

    Attributes:
        path: of the raster; the name of a scene in several files.
        overrides: what goes before what the files say.
        bands: 1-based band numbers; None to go by the raster's own description.
        sentence: what the scene is, for people; None for a raster as it is.
    """

    path: str
    overrides: Overrides
    bands: tuple[int, ...] | None
    sentence: str | None = None


def resolve(
    name: str,
    names: Sequence[str],
    legend: Legend,
    overrides: Overrides,
    *,
    bands: tuple[int, ...] | None = None,
    scene: SceneFiles | None = None,
    asset: str | None = None,
    clouds: str = KEEP,
) -> Input:
    """What is opened for a run.

    Args:
        name: of the raster or scene, as the user gave it.
        names: of the bands that the model reads.
        legend: of the model.
        overrides: what the user says.
        bands: that the user gave, or None.
        scene: what the name was found to mean already, or None to look.
        asset: key of the asset of a STAC item, or None.
        clouds: one of `CLOUDS`.

    Raises:
        RasterError: there is no such scene, it lacks a band, or no raster of quality tells its clouds.
        UsageError: the legend has no class *unknown*, or bands do not exist.
    """
    scene = scene or find_scene(name, names, asset)
    overrides = replace(overrides, clouds=_clouds(name, scene, legend, clouds))
    if scene is None:
        whole = "" if bands or len(names) == 1 else scene_of_band(name)
        sentence = f"{name} is one band of a scene; give {whole} to map the scene by all that are needed."
        return Input(name, overrides, bands, sentence if whole else None)
    if not scene.bands:
        return Input(scene.address, _with_nodata(overrides, scene.nodata), bands)
    stack = scene.choose(names, bands)
    sentence = f"{name} is a {scene.title}: {describe(stack)}."
    if stack.single is None:
        return Input(name, replace(overrides, stack=stack), None, sentence)
    overrides = _with_nodata(overrides, _nodata(stack))
    return Input(stack.single, overrides, tuple(part.band for part in stack.parts), sentence)


def _with_nodata(overrides: Overrides, said: tuple[float, ...]) -> Overrides:
    """What a product or catalogue says of px without data goes after what a user says."""
    finite = tuple(value for value in said if not math.isinf(value))
    return overrides if overrides.nodata or not finite else replace(overrides, nodata=finite, by_catalogue=True)


def _nodata(stack: Stack) -> tuple[float, ...]:
    """What a product or catalogue says of a file that has all bands, where it is the same for all."""
    values = {repr(part.nodata): part.nodata for part in stack.parts}
    found = next(iter(values.values())) if len(values) == 1 else None
    return () if found is None else (found,)


def _clouds(name: str, scene: SceneFiles | None, legend: Legend, wanted: str) -> Clouds | None:
    if wanted == KEEP:
        return None
    code = _code(legend) if wanted == UNKNOWN else None
    quality: Quality | None = scene.quality if scene else quality_beside(name)
    if quality is None:
        kinds = ", ".join(kind.title for kind in KINDS.values())
        raise RasterError(
            f"No raster that tells clouds lies beside {name}; leave --clouds out, or give the folder of a whole scene"
            f" with one of: {kinds}."
        )
    return Clouds(quality.file, quality.kind, code)


def _code(legend: Legend) -> int:
    found = [entry.code for entry in legend if entry.name == UNKNOWN]
    if not found:
        raise UsageError("The model's legend has no class 'unknown'; give --clouds nodata, or leave it out.")
    return found[0]
