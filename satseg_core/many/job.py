"""What the outputs of a scene depend on, and what they are called."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from satseg_core.many.names import CONFIDENCE, JOB
from satseg_core.many.scenes import Scene
from satseg_core.model.card import ModelCard
from satseg_core.record import identify_file
from satseg_core.remote.names import without_secrets
from satseg_core.scenes.files import SceneFiles
from satseg_core.segment import SegmentOptions

_ASKED = (
    "bands",
    "crs",
    "nodata",
    "also_nodata",
    "stretch",
    "pixel_size",
    "precision",
    "clouds",
    "min_area",
    "smooth",
    "simplify",
)
"""Options that outputs depend on. What executes the network is left out: it changes next to nothing."""


@dataclass(frozen=True)
class Products:
    """What is made of each scene besides its map.

    Attributes:
        polygons: a GeoPackage.
        confidence: a raster of percent.
    """

    polygons: bool
    confidence: bool

    def names(self, scene: str) -> dict[str, str]:
        """Names of the files that a scene's item has to have, by the keys of its assets."""
        names = {"map": f"{scene}.tif", "record": f"{scene}.json"}
        if self.polygons:
            names["polygons"] = f"{scene}.gpkg"
        if self.confidence:
            names["confidence"] = f"{scene}{CONFIDENCE}.tif"
        return names


def job_of(scene: Scene, template: SegmentOptions, products: Products, card: ModelCard) -> dict[str, Any]:
    """All that a scene's outputs depend on, as JSON values by the words that a user has for it.

    Args:
        scene: the scene.
        template: options of all scenes.
        products: what is made besides the map.
        card: the model's.
    """
    found = scene.found
    # A signature in a URL is another one every time, and a folder may be called something else tomorrow.
    place = without_secrets(found.source)
    state: dict[str, Any] = {"name": Path(place).name if found.changed_ns is not None else place, "bytes": found.size}
    if found.changed_ns is not None:
        state["changed_ns"] = found.changed_ns
    if found.version is not None:
        state["version"] = found.version
    if found.item is not None:
        state.update(found.item.state)
    if found.scene is not None:
        state.update(_state_of_files(found.scene))
    options = {name: _plain(getattr(template, name)) for name in _ASKED}
    return {
        "raster": state,
        "model": {"name": card.name, "version": card.version, "weights_sha256": card.weights_sha256},
        "options": {**options, "polygons": products.polygons, "confidence": products.confidence},
        "mask": _plain_mask(template),
    }


def _state_of_files(scene: SceneFiles) -> dict[str, Any]:
    """What tells whether the files of a scene, and what is said of them, have changed, as a digest."""
    bands = [
        [band.label, band.common, Path(without_secrets(band.file)).name, band.band, repr(band.nodata)]
        for band in scene.bands
    ]
    quality = [Path(without_secrets(scene.quality.file)).name, scene.quality.kind] if scene.quality else None
    told = [bands, quality, [list(state) for state in scene.state], list(map(repr, scene.nodata))]
    return {"files": hashlib.sha256(json.dumps(told).encode()).hexdigest()}


def same_job(job: Mapping[str, Any], item: Mapping[str, Any]) -> bool:
    """Whether an item says that it was made by this job."""
    return bool((item.get("properties") or {}).get(JOB) == job)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value  # JSON has no NaN


def _plain_mask(template: SegmentOptions) -> Any:
    mask = template.mask_polygons
    if not mask:
        return None
    identity = identify_file(mask.file)
    told = {name: value for name, value in (("layer", mask.layer), ("crs", mask.crs)) if value is not None}
    return {**identity, "file": Path(identity["file"]).name, **told}
