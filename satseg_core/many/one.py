"""One scene: its outputs, its STAC item, and a sentence where it fails. It runs here or in a Dask worker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Union

from satseg_core.errors import BesideError, CancelledError, SatSegError, UsageError
from satseg_core.events import Reporter
from satseg_core.many.folder import Folder
from satseg_core.many.job import Products
from satseg_core.many.names import item_name
from satseg_core.many.scenes import Scene
from satseg_core.many.stac_out import brief, make_item
from satseg_core.model.keeper import RuntimeKeeper
from satseg_core.model.runtime import LoadRuntime
from satseg_core.model.store import find_model
from satseg_core.remote.names import without_secrets
from satseg_core.segment import SegmentOptions, segment


@dataclass(frozen=True)
class SceneTask:
    """A scene to map.

    Attributes:
        scene: the scene.
        job: what its outputs depend on; goes into the item.
        template: options of all scenes; without input and outputs.
        products: what is made besides the map.
        root: folder of the outputs.
        replace: outputs that are there are an earlier run's, or the user said so.
    """

    scene: Scene
    job: Mapping[str, Any]
    template: SegmentOptions
    products: Products
    root: str
    replace: bool


@dataclass(frozen=True)
class SceneDone:
    """A scene that has its outputs: its name, its item (see `brief`) and what the user should know."""

    name: str
    item: Mapping[str, Any]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class SceneFailed:
    """A scene that has none: its name, the raster and why, in one sentence."""

    name: str
    source: str
    reason: str


@dataclass(frozen=True)
class SceneOutside:
    """A scene that lies outside of the mask, by its name: nothing is to be made of it."""

    name: str


Outcome = Union[SceneDone, SceneFailed, SceneOutside]


def do_scene(task: SceneTask, reporter: Reporter, runtimes: RuntimeKeeper) -> Outcome:
    """Map a scene and write its item, which comes last: a scene that has one is done.

    Args:
        task: the scene.
        reporter: hears of progress, and can cancel.
        runtimes: of the process, for all of its scenes.

    Raises:
        CancelledError: the user cancelled.
    """
    scene = task.scene
    if scene.found.problem:
        return failed(scene, scene.found.problem)
    try:
        with runtimes.lent() as load:
            return _done(task, reporter, load)
    except CancelledError:
        raise
    except BesideError:
        return SceneOutside(scene.name)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one scene, the others go on
        return failed(scene, sentence(error))


def _done(task: SceneTask, reporter: Reporter, load: LoadRuntime) -> SceneDone:
    folder, name = Folder(task.root), task.scene.name
    files = task.products.names(name)
    options = replace(
        task.template,
        input=task.scene.source,
        scene=task.scene.found.scene,
        output=folder.address(files["map"]),
        polygons=folder.address(files["polygons"]) if task.products.polygons else None,
        confidence=folder.address(files["confidence"]) if task.products.confidence else None,
        overwrite=task.replace,
        resume=True,
    )
    # An item says that all is done: none may lie beside outputs that are being replaced.
    folder.remove(item_name(name))
    try:
        result = segment(options, reporter, load)
    except BesideError:
        raise
    except UsageError:
        # What an interrupted run of another job has left is of no use; whatever else is wrong is so again.
        result = segment(replace(options, resume=False, overwrite=True), reporter, load)
    item = make_item(task.scene, folder, files, find_model(options.model).card, task.job)
    folder.write(item_name(name), json.dumps(item, indent=1, ensure_ascii=False) + "\n")
    return SceneDone(name, brief(item), result.warnings)


def failed(scene: Scene, reason: str) -> SceneFailed:
    """A scene that failed; what is written of it has no passwords and signatures of URLs."""
    source = without_secrets(scene.source)
    return SceneFailed(scene.name, source, reason.replace(scene.source, source) if source else reason)


def sentence(error: Exception) -> str:
    """One sentence for whatever went wrong."""
    words = " ".join(str(error).split())
    if isinstance(error, SatSegError):
        return words
    if isinstance(error, MemoryError):
        return "The memory is used up; give fewer workers, or say with --memory how much there is."
    return f"SatSeg failed unexpectedly ({type(error).__name__}: {words[:300]}); run 'satseg segment --debug' on it."
