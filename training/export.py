"""Make a model from a training run: ``python -m training.export training/configs/NAME.toml --output FOLDER``."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file

from satseg_core.errors import SatSegError
from satseg_core.legend import LAND_COVER
from satseg_core.model.card import ModelCard
from satseg_core.model.file import write_model
from satseg_core.model.onnx_export import export_onnx
from satseg_core.model.presets import preset
from training.config import TrainingConfig, read_config
from training.datasets import DataError, read_scene, scene_ids, split_ids
from training.evaluate import Assessment, assess


def make_card(config: TrainingConfig, trained_on: Sequence[str], accuracy: Mapping[str, Any]) -> ModelCard:
    """The card of a run's model, without the digest of its weights."""
    words, schedule = config.card, dataclasses.asdict(config.schedule)
    return ModelCard(
        name=words.name,
        title=words.title,
        description=words.description,
        version=words.version,
        licence=words.licence,
        legend=LAND_COVER,
        architecture=preset(config.network.preset),
        bands=("red", "green", "blue"),
        mean=config.network.mean,
        std=config.network.std,
        pixel_size=config.data.pixel_size,
        tile_size=words.tile_size,
        overlap=words.overlap,
        training={"sources": list(words.sources), "trained_on": list(trained_on), "schedule": schedule},
        accuracy=dict(accuracy),
        limits=words.limits,
    )


def export(config: TrainingConfig, folder: Path, measure: bool = True) -> ModelCard:
    """Write ``NAME.safetensors`` and ``NAME.onnx`` from a run's ``weights.safetensors``.

    Args:
        config: the run.
        folder: where the two files go.
        measure: run the model on the held-out scenes for the card's figures and its temperature.

    Raises:
        SatSegError: the run has no weights, they do not fit, or a file cannot be written.
    """
    weights = Path(config.output) / "weights.safetensors"
    try:
        state = load_file(str(weights))
    except (OSError, SafetensorError) as error:
        raise DataError(f"The run has no weights in {weights} ({error}); train first.") from error
    scenes = Path(config.data.folder)
    trained_on, held_out = split_ids(scene_ids(scenes), config.data.held_out)
    path = folder / f"{config.card.name}.safetensors"
    card = write_model(path, make_card(config, trained_on, {}), state)
    if measure:
        found = assess(path, (read_scene(scenes, scene_id) for scene_id in held_out), config.data.source_pixel_size)
        card = write_model(path, _measured(card, found, held_out), state)
    return export_onnx(path, path.with_suffix(".onnx"))


def _measured(card: ModelCard, found: Assessment, held_out: Sequence[str]) -> ModelCard:
    accuracy = {
        "measured_on": f"{len(held_out)} held-out scenes at their own 0.5 m pixels, unknown land left out",
        "held_out": list(held_out),
        **found.figures,
        "temperature_fitted_on": "pixels of the same held-out scenes",
        "ece_before": found.ece_before,
        "ece_after": found.ece_after,
    }
    return dataclasses.replace(card, accuracy=accuracy, temperature=found.temperature)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.export", description="Make a model from a training run.")
    parser.add_argument("config", type=Path, help="TOML file that describes the run")
    parser.add_argument("--output", type=Path, required=True, help="folder for NAME.safetensors and NAME.onnx")
    parser.add_argument("--no-figures", action="store_true", help="do not measure on the held-out scenes")
    options = parser.parse_args(arguments)
    try:
        card = export(read_config(options.config), options.output, measure=not options.no_figures)
    except SatSegError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    print(f"{card.name} {card.version}: temperature {card.temperature}, {dict(card.accuracy)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
