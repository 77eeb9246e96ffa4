"""Measure a model on labelled scenes, with the engine's own tiled inference.

    python -m training.evaluate cfg.toml --output FOLDER [--model NAME|FILE] [--scenes a/1,a/2]

writes ``report.md``, ``report.json``, ``evaluation.npz`` and a picture of each scene.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Callable

import numpy as np
import rasterio

from satseg_core.cli.listeners import BarListener, EventListener, TextListener
from satseg_core.errors import UsageError
from satseg_core.events import Reporter, Stage
from satseg_core.memory import Budget
from satseg_core.model.card import ModelCard
from satseg_core.model.choice import DEVICES, RUNTIMES
from satseg_core.model.runtime import Runtime, load_runtime
from satseg_core.model.store import find_model
from satseg_core.prediction import Plan, PredictedBlock, Prediction, model_scale
from satseg_core.raster.placement import Placement
from satseg_core.raster.source import open_source
from training.command import run_command
from training.config import read_config
from training.data.codes import IGNORE, Codes
from training.data.resize import Box
from training.data.scenes import Scene, find_scenes
from training.evaluation import Evaluation, pool
from training.metrics import confusion
from training.splits import named_scenes

SAMPLES = 20_000
"""About so many px of a scene have their scores kept, for calibration: each scene weighs the same."""

LONGEST = 4096
"""Maps of scenes that are longer are handed out thinned, px."""


@dataclasses.dataclass(frozen=True)
class SceneMap:
    """The map of a scene, at its file's px, or thinned evenly to at most `LONGEST` px a side.

    Attributes:
        scene: what it is of.
        predicted: class indices, ``(h, w) uint8``; `IGNORE` where the image has no data.
        confidence: percent, with the card's temperature, ``(h, w) uint8``; `IGNORE` in the same places.
        counted: of the scene alone.
    """

    scene: Scene
    predicted: Codes
    confidence: Codes
    counted: Evaluation


Watcher = Callable[[SceneMap], None]


def evaluate_scenes(
    runtime: Runtime,
    card: ModelCard,
    scenes: Sequence[Scene],
    reporter: Reporter | None = None,
    watcher: Watcher | None = None,
) -> Evaluation:
    """Map scenes as `satseg_core.segment` maps a raster, and compare px by px with their labels.

    Each image file is read by tiles at the model's pixel size, run, blended, and brought back to its own px.

    Args:
        runtime: executes the network.
        card: of the network: legend, normalisation, pixel size, tiles.
        scenes: labelled with the card's legend.
        reporter: hears of progress, and can cancel.
        watcher: gets the map of each scene, to draw it; maps with confidence take longer.

    Raises:
        UsageError: there are no scenes.
        SatSegError: an image or its labels cannot be read.
        CancelledError: the user cancelled.
    """
    if not scenes:
        raise UsageError("There are no scenes to measure on; name some in data.held_out or with --scenes.")
    reporter = reporter or Reporter()
    reporter.plan({scene.name: float(np.prod(scene.shape)) for scene in scenes})
    with rasterio.Env(**Budget.of().gdal_options()):
        return pool([_evaluate(runtime, card, scene, reporter, watcher) for scene in scenes])


def _evaluate(
    runtime: Runtime, card: ModelCard, scene: Scene, reporter: Reporter, watcher: Watcher | None
) -> Evaluation:
    """One scene."""
    with open_source(str(scene.image), card.bands, scene.source.bands or None) as opened:
        # The scene knows the size of its px, even where the file does not.
        source = dataclasses.replace(opened, placement=Placement(scene.ground))
        prediction = Prediction(Plan.make(source, card, runtime, model_scale(source, card)[0]))
        sheet = _Sheet(scene) if watcher else None
        with reporter.stage(scene.name, prediction.tiles) as stage:
            result = _count(prediction, stage, card, scene, sheet)
    if watcher and sheet:
        watcher(SceneMap(scene, sheet.predicted, sheet.confidence, result))
    return result


def _count(prediction: Prediction, stage: Stage, card: ModelCard, scene: Scene, sheet: _Sheet | None) -> Evaluation:
    """Run a scene and compare block by block."""
    names = tuple(land_class.name for land_class in card.legend)
    every = max(1, round(float(np.sqrt(np.prod(scene.shape) / SAMPLES))))
    matrix = np.zeros((len(names), len(names)), np.int64)
    scores, labels = [np.zeros((0, len(names)), np.float32)], [np.zeros(0, np.uint8)]
    for predicted in prediction.blocks(stage):
        rows, cols = predicted.block
        truth = scene.read_labels(Box(rows.start, cols.start, rows.size, cols.size), predicted.block.shape)
        codes, percent = predicted.classify(range(len(names)), card.temperature if sheet else None)
        matrix += confusion(truth, codes, len(names))
        down, across, values = predicted.sample(every)
        known = truth[down - rows.start, across - cols.start]
        scores.append(values[known < len(names)])
        labels.append(known[known < len(names)])
        if sheet and percent is not None:
            sheet.take(predicted, codes, percent)
    found = np.concatenate(labels)
    places = np.zeros(len(found), np.int32)
    return Evaluation(names, (scene.name,), matrix[None], np.concatenate(scores), found, places)


class _Sheet:
    """Collects the blocks of a scene's map, thinned where the scene is long."""

    def __init__(self, scene: Scene) -> None:
        self._every = -(-max(scene.shape) // LONGEST)
        shape = tuple(-(-length // self._every) for length in scene.shape)
        self.predicted = np.full(shape, IGNORE, np.uint8)
        self.confidence = np.full(shape, IGNORE, np.uint8)

    def take(self, predicted: PredictedBlock, codes: Codes, percent: Codes) -> None:
        """Put a block in its place."""
        skip = tuple(slice(-span.start % self._every, None, self._every) for span in predicted.block)
        place = tuple(slice(-(-span.start // self._every), -(-span.stop // self._every)) for span in predicted.block)
        self.predicted[place] = codes[skip]
        self.confidence[place] = percent[skip]


def chosen_scenes(scenes: Sequence[Scene], names: Sequence[str]) -> list[Scene]:
    """Scenes by their names, ``source/id``, or by their ids where one scene alone has it; ``@FILE`` lists some.

    Raises:
        UsageError: there is no such scene, or an id could be several.
    """
    found = []
    for name in named_scenes(names):
        fitting = [s for s in scenes if s.name == name] or [s for s in scenes if s.id == name]
        if len(fitting) != 1:
            what = "could be several" if fitting else "is none of them"
            some = ", ".join(scene.name for scene in scenes[:5])
            raise UsageError(f"The scene {name} {what}; give names as source/id, such as {some}.")
        found.append(fitting[0])
    return found


def evaluate(options: argparse.Namespace, listener: EventListener) -> str:
    """What the command line does; gives what to print.

    Raises:
        SatSegError: the configuration, the model or the scenes are wrong.
    """
    # Drawing needs matplotlib, which those who only call `evaluate_scenes` need not wait for.
    from training.pictures import draw_scene
    from training.report import Report

    config = read_config(options.config)
    model = find_model(options.model or config.card.name)
    scenes = find_scenes(config.data, model.card.legend)
    chosen = chosen_scenes(scenes, options.scenes.split(",") if options.scenes else config.data.held_out)
    runtime = load_runtime(model, options.runtime, options.device, options.threads)
    report = Report(model.card, runtime, options.output)

    def draw(mapped: SceneMap) -> None:
        draw_scene(mapped, model.card, report.picture(mapped.scene.name))

    evaluation = evaluate_scenes(runtime, model.card, chosen, Reporter(listener), None if options.no_pictures else draw)
    evaluation.save(report.folder / "evaluation.npz")
    return report.write(evaluation)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description="Measure a model on scenes.")
    parser.add_argument("config", type=Path, help="TOML file that names the scenes: that of a training run, say")
    parser.add_argument("--output", type=Path, required=True, help="folder for the report")
    parser.add_argument("--model", help="name or file of the model; that of the file's [card] if left out")
    parser.add_argument("--scenes", help="scenes to measure on, a/1,a/2; those held out if left out")
    parser.add_argument("--runtime", choices=("auto", *RUNTIMES), default="auto")
    parser.add_argument("--device", choices=("auto", *DEVICES), default="auto")
    parser.add_argument("--threads", type=int, help="of the runtime; all if left out")
    parser.add_argument("--no-pictures", action="store_true", help="write figures alone, which is faster")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code."""
    options = _parser().parse_args(arguments)
    listener: EventListener = BarListener(sys.stderr) if sys.stderr.isatty() else TextListener(sys.stderr)

    def work() -> None:
        try:
            text = evaluate(options, listener)
        finally:
            listener.close()
        print(text)

    return run_command(work)


if __name__ == "__main__":
    sys.exit(main())
