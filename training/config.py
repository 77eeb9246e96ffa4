"""What a training run is told: one TOML file, checked when it is read."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from satseg_core.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")


@dataclass(frozen=True)
class DataConfig:
    """Which scenes to learn from.

    Attributes:
        folder: holds ``images/ID.jpg`` and ``labels/ID_mask.png``.
        held_out: ids that are never trained on, only measured on.
        source_pixel_size: m on the ground per px of the files.
        pixel_size: m per px that scenes are shrunk to before anything else.
    """

    folder: str
    held_out: tuple[str, ...]
    source_pixel_size: float = 0.5
    pixel_size: float = 1.22


@dataclass(frozen=True)
class NetworkConfig:
    """The network and where its weights begin.

    Attributes:
        preset: a name of `satseg_core.model.presets`.
        start_weights: torchvision state dict (``.pth``, tensors only) for the backbone; empty for random.
        mean: per band, subtracted after scaling to 0..1; ImageNet's, which the start weights expect.
        std: per band, divided by after that.
    """

    preset: str = "light"
    start_weights: str = ""
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class ScheduleConfig:
    """How long and how fast to learn.

    Attributes:
        steps: optimiser steps.
        batch: crops a step.
        crop: width of the square crops, px.
        learning_rate: peak rate of ASPP and decoder.
        backbone_factor: the backbone's rate as a share of it.
        weight_decay: AdamW's.
        warm_up: steps to the peak; then a half cosine to zero at ``steps``.
        ema: decay a step of the averaged weights that are kept.
        balanced: share of crops drawn around a px of a class, each class as often.
        class_weight_power: loss weights are class frequency to minus this, 0 for none.
        seed: of everything random.
        threads: processor threads.
        checkpoint_every: steps between saved weights and measured figures.
    """

    steps: int = 1200
    batch: int = 8
    crop: int = 320
    learning_rate: float = 1e-3
    backbone_factor: float = 0.2
    weight_decay: float = 1e-2
    warm_up: int = 60
    ema: float = 0.99
    balanced: float = 0.5
    class_weight_power: float = 0.25
    seed: int = 1
    threads: int = 2
    checkpoint_every: int = 150


@dataclass(frozen=True)
class Augmentation:
    """How much crops may differ from their scene.

    Attributes:
        scale: smallest and largest magnification.
        brightness: largest factor's distance from 1, for all bands together.
        gain: the same for each band by itself (colour casts).
        contrast: largest factor's distance from 1 around the crop's mean.
        saturation: the same, around grey.
        gamma: largest exponent's distance from 1.
    """

    scale: tuple[float, float] = (0.7, 1.4)
    brightness: float = 0.2
    gain: float = 0.06
    contrast: float = 0.2
    saturation: float = 0.25
    gamma: float = 0.2


@dataclass(frozen=True)
class CardConfig:
    """What the model card says in words; see `satseg_core.model.card.ModelCard`.

    Attributes:
        name: of the model, and of its files.
        title: one line for people.
        description: a short paragraph.
        version: of the model, ``x.y.z``.
        licence: SPDX identifier or sentence on the weights.
        sources: what it was trained from, with origin and terms.
        limits: sentences on where it fails.
        tile_size: px of the tiles it runs on.
        overlap: px by which tiles overlap.
    """

    name: str = "unnamed"
    title: str = ""
    description: str = ""
    version: str = "0.1.0"
    licence: str = ""
    sources: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    tile_size: int = 512
    overlap: int = 128


@dataclass(frozen=True)
class TrainingConfig:
    """A whole run; ``output`` is the folder for weights, figures and logs."""

    output: str
    data: DataConfig
    augmentation: Augmentation = field(default_factory=Augmentation)
    card: CardConfig = field(default_factory=CardConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)


def read_config(path: Path) -> TrainingConfig:
    """Read a run's TOML file.

    Raises:
        UsageError: the file is missing, is no TOML, or has unknown, missing or mistyped settings.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"Cannot read the training configuration {path} ({error.strerror}).") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not a TOML file ({error}).") from error
    return parse_config(values)


def parse_config(values: Mapping[str, Any]) -> TrainingConfig:
    """Check what a run's TOML file holds.

    Raises:
        UsageError: settings are unknown, missing or mistyped.
    """
    sections: dict[str, Any] = {
        "data": _section(DataConfig, "data", values.get("data", {})),
        "augmentation": _section(Augmentation, "augmentation", values.get("augmentation", {})),
        "card": _section(CardConfig, "card", values.get("card", {})),
        "network": _section(NetworkConfig, "network", values.get("network", {})),
        "schedule": _section(ScheduleConfig, "schedule", values.get("schedule", {})),
    }
    return _section(TrainingConfig, "top level", {**values, **sections})


def _section(kind: type[T], name: str, values: Mapping[str, Any]) -> T:
    known = {f.name: f for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise UsageError(f"The training configuration has unknown settings in [{name}]: {', '.join(unknown)}.")
    try:
        section = kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})
    except TypeError as error:
        raise UsageError(f"The training configuration lacks a setting in [{name}]: {error}.") from error
    _check_types(kind, name, section)
    return section


def _check_types(kind: type[Any], name: str, section: Any) -> None:
    """Numbers where numbers belong: a default tells the type (a whole number will do for a real one)."""
    for setting in dataclasses.fields(kind):
        value, default = getattr(section, setting.name), setting.default
        if isinstance(default, (int, float, str, tuple)):
            allowed = (int, float) if isinstance(default, float) else (type(default),)
            if not isinstance(value, allowed) or isinstance(value, bool):
                raise UsageError(f"The training setting {name}.{setting.name} cannot be {value!r}.")
