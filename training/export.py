"""Make a model from a training run: ``python -m training.export RUN_FOLDER --output FOLDER``."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file

from satseg_core.errors import ModelError, SatSegError, UsageError
from satseg_core.legend import LAND_COVER
from satseg_core.model.card import ModelCard
from satseg_core.model.file import State, write_model
from satseg_core.model.onnx_export import export_onnx
from satseg_core.model.store import ONNX_SUFFIX, WEIGHTS_SUFFIX, ModelFile, open_model
from satseg_core.outputs import whole_outputs
from training.agreement import Agreement, Tiles, compare, made_tiles, scene_tiles
from training.checkpoints import RECORD, WEIGHTS
from training.command import run_command
from training.config import TrainingConfig, read_config
from training.data.scenes import Scene, find_scenes, split
from training.held_out import working_card
from training.metrics import rounded

MOST_NAMES = 20
"""Sources with more scenes than this are summed up in the card."""

_MACHINE = ("device", "threads", "save_every", "measure_every")
"""Settings of the schedule that say nothing of the model."""


@dataclass(frozen=True)
class Measured:
    """What was found out about a model.

    Attributes:
        figures: for the card: free JSON.
        temperature: see `ModelCard`.
    """

    figures: Mapping[str, Any] = field(default_factory=dict)
    temperature: float = 1.0


def find_run(path: Path) -> tuple[TrainingConfig, Path]:
    """A run's settings and its folder, from the folder or from the TOML file that told it what to do.

    Raises:
        UsageError: there is no such file, or it is not one of a run.
    """
    if path.is_dir():
        return read_config(path / RECORD), path
    config = read_config(path)
    return config, Path(config.output)


def read_measured(path: Path) -> Measured:
    """Figures and temperature from a report of `training.evaluate` or `training.crossvalidate`.

    Args:
        path: ``report.json``, or ``comparison.json``, of which the first variant counts.

    Raises:
        UsageError: the file cannot be read or is no such report.
    """
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        return from_report(report["variants"][0] if "variants" in report else report)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise UsageError(
            f"{path} cannot be read as a report ({error!r}); give report.json of training.evaluate or"
            " comparison.json of training.crossvalidate."
        ) from error


def from_report(report: Mapping[str, Any]) -> Measured:
    """What a card takes from a report, as `training.report` or `training.comparison` write it."""
    figures, calibration = report["figures"], report["calibration"]
    kept = ("miou", "miou_all", "pixel_accuracy", "class_accuracy", "frequency_weighted_iou", "miou_per_image", "iou")
    crossed = calibration["ece_cross_fitted"]
    return Measured(
        rounded(
            {
                "measured_on": report.get("measured_on") or _measured_on(report["scenes"]),
                **{name: figures[name] for name in (*kept, "pixels")},
                "ece_before": calibration["ece_before"],
                "ece_after": calibration["ece_after"] if crossed is None else crossed,
                "ece_after_is": "on the px that the temperature was fitted on" if crossed is None else "cross-fitted",
            }
        ),
        round(float(calibration["temperature"]), 3),
    )


def _measured_on(scenes: Sequence[str]) -> str:
    names = f": {', '.join(scenes)}" if len(scenes) <= MOST_NAMES else ""
    return f"{len(scenes)} scenes at the px of their files, unknown land left out{names}"


def make_card(config: TrainingConfig, scenes: Sequence[Scene], measured: Measured) -> ModelCard:
    """The card of a run's model, without the digest of its weights.

    Args:
        config: the run.
        scenes: of its data sources; none where they are not at hand.
        measured: figures and temperature.

    Raises:
        ModelError: the settings make no model.
        UsageError: every scene is held out.
    """
    return dataclasses.replace(
        working_card(config, LAND_COVER),
        temperature=measured.temperature,
        training=_training(config, scenes),
        accuracy=dict(measured.figures),
        intended_use=config.card.intended_use,
        limits=config.card.limits,
    )


def _training(config: TrainingConfig, scenes: Sequence[Scene]) -> dict[str, Any]:
    """Data, split and settings for the card; no paths of this machine."""
    schedule = {k: v for k, v in dataclasses.asdict(config.schedule).items() if k not in _MACHINE}
    trained, held_out = split(scenes, config.data.held_out) if scenes else ([], [])
    return {
        "sources": list(config.card.sources),
        "trained_on": _by_source(trained),
        "held_out": _by_source(held_out),
        "start": Path(config.network.start_weights).name or "random weights",
        "frozen": config.network.freeze,
        "loss": dataclasses.asdict(config.loss),
        "augmentation": _plain(config.augmentation),
        "schedule": schedule,
    }


def _plain(settings: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(settings)))
    return plain


def _by_source(scenes: Sequence[Scene]) -> dict[str, Any]:
    """Ids of scenes by their source, or how many they are."""
    ids: dict[str, list[str]] = {}
    for scene in scenes:
        ids.setdefault(scene.source.name, []).append(scene.id)
    return {name: found if len(found) <= MOST_NAMES else f"{len(found)} scenes" for name, found in ids.items()}


def export(config: TrainingConfig, run: Path, folder: Path, measured: Measured | None = None) -> tuple[Path, Agreement]:
    """Write ``NAME.safetensors`` and ``NAME.onnx`` from a run's averaged weights, if both compute the same.

    Args:
        config: the run.
        run: its folder.
        folder: where the two files go; older ones are replaced.
        measured: figures and temperature for the card, if there are any.

    Returns:
        The ``.onnx`` file, and how far the two agree.

    Raises:
        ModelError: the run has no weights, they do not fit, or the two files disagree.
        OutputError: a file cannot be written.
        RuntimeUnavailableError: torch, onnx or ONNX Runtime cannot be used.
    """
    state = _read_weights(run / WEIGHTS)
    scenes = _scenes_at_hand(config)
    card = make_card(config, scenes, measured or Measured())
    target = folder / f"{card.name}{WEIGHTS_SUFFIX}"
    with whole_outputs(overwrite=True) as outputs:
        files = [outputs.add(target.with_suffix(suffix)) for suffix in (WEIGHTS_SUFFIX, ONNX_SUFFIX)]
        found = compare(_write(files[0], card, state), *_tiles(card, scenes))
        if not found.good:
            raise ModelError(f"The two files of '{card.name}' do not compute the same: {found}; nothing was written.")
        _write(files[0], dataclasses.replace(card, accuracy={**card.accuracy, "onnx_check": found.to_json()}), state)
    return target.with_suffix(ONNX_SUFFIX), found


def _write(path: Path, card: ModelCard, state: State) -> ModelFile:
    """Both files of a model."""
    write_model(path, card, state)
    export_onnx(path, path.with_suffix(ONNX_SUFFIX))
    return open_model(path)


def _read_weights(path: Path) -> State:
    try:
        state: State = load_file(str(path))
    except (OSError, SafetensorError) as error:
        raise ModelError(f"The run has no weights in {path} ({error}); train first.") from error
    return state


def _scenes_at_hand(config: TrainingConfig) -> list[Scene]:
    """The run's scenes, or none where its data are not on this machine."""
    try:
        return find_scenes(config.data, LAND_COVER)
    except SatSegError:
        return []


def _tiles(card: ModelCard, scenes: Sequence[Scene]) -> tuple[Tiles, str]:
    """Tiles to compare on, and what they show."""
    return (scene_tiles(card, scenes), "real scenes") if scenes else (made_tiles(card), "made images")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.export", description="Make a model from a training run.")
    parser.add_argument("run", type=Path, help="folder of a finished run, or the TOML file that described it")
    parser.add_argument("--output", type=Path, required=True, help="folder for NAME.safetensors and NAME.onnx")
    parser.add_argument("--accuracy", type=Path, help="report.json or comparison.json with the card's figures")
    options = parser.parse_args(arguments)

    def work() -> None:
        measured = read_measured(options.accuracy) if options.accuracy else None
        path, found = export(*find_run(options.run), options.output, measured)
        print(f"{path.with_suffix(WEIGHTS_SUFFIX)}\n{path}\nONNX Runtime against torch: {found}")

    return run_command(work)


if __name__ == "__main__":
    sys.exit(main())
