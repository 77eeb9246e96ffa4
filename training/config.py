"""What a training run is told: one TOML file, checked when it is read, kept beside the results as their record."""

from __future__ import annotations

import dataclasses
import sys
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from satseg_core.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class SourceConfig:
    """One set of labelled images and how its labels become the model's classes: a table ``[[data.sources]]``.

    Attributes:
        name: of the set; with it and an image's id, figures and splits name a scene.
        images: path pattern with one ``*``, which is the image's id: ``folder/images/*.jpg``.
        labels: path of an image's labels with ``{id}`` in it: a raster, or a vector file with polygons.
            A path without ``{id}`` is one vector file for all images. Empty where ``whole`` gives the label.
        classes: label value to class name of the model's legend, or ``ignore``. Keys are raster values
            (``"3"``), colours (``"#00ffff"``) or values of ``attribute``. What is not listed is ignored.
        coding: ``values`` (the raster's first band), ``colors`` (exact RGB), ``colors128`` (RGB, each band
            thresholded at 128), or ``attribute`` (polygons).
        attribute: of the polygons: the one that holds the label.
        whole: class name of every px, for sets of whole-image labels.
        pixel_size: m a px of images that have no georeference of their own; 0 to take theirs.
        image_size: m that the longer side of such an image shows, where its images differ in pixel size; 0 if not.
        bands: 1-based bands in the model's order; empty to go by the raster's own description.
        weight: chance of this set against the others', before its images share it.
        only: ids to use; empty for all.
        exclude: ids never to use.
    """

    name: str
    images: str
    labels: str = ""
    classes: Mapping[str, str] = field(default_factory=dict)
    coding: str = "values"
    attribute: str = ""
    whole: str = ""
    pixel_size: float = 0.0
    image_size: float = 0.0
    bands: tuple[int, ...] = ()
    weight: float = 1.0
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataConfig:
    """What to learn from and what to measure on.

    Attributes:
        sources: see `SourceConfig`.
        held_out: scenes that are measured on and never trained on, as ``source/id``; ``@FILE`` stands for the lines
            of a text file, here and in a source's ``only`` and ``exclude``.
        pixel_size: m a px that the model works at.
        balanced: share of crops drawn around a px of a class, each class as often.
        cache_mpx: images up to this many Mpx (at half the model's pixel size) are kept in memory; larger ones
            are read by window.
        workers: processes that prepare crops; 0 for none.
        weights: name of a source to the weight that it has instead of its own; 0 leaves a source out.
    """

    sources: tuple[SourceConfig, ...]
    held_out: tuple[str, ...] = ()
    pixel_size: float = 1.22
    balanced: float = 0.35
    cache_mpx: float = 64.0
    workers: int = 0
    weights: Mapping[str, float] = field(default_factory=dict)

    @property
    def used(self) -> tuple[SourceConfig, ...]:
        """The sources that have a weight, with the weights that they have.

        Raises:
            UsageError: a weight is for no source.
        """
        unknown = sorted(set(self.weights) - {source.name for source in self.sources})
        if unknown:
            raise UsageError(f"data.weights names {', '.join(unknown)}, which is no data source.")
        weighted = [dataclasses.replace(s, weight=self.weights.get(s.name, s.weight)) for s in self.sources]
        return tuple(source for source in weighted if source.weight > 0)


@dataclass(frozen=True)
class NetworkConfig:
    """The network and where its weights begin.

    Attributes:
        preset: a name of `satseg_core.model.presets`.
        start_weights: for the backbone: torchvision state dict (``.pth``, tensors only), ``imagenet`` for those that
            torchvision fetches, or empty for random.
        mean, std: per band, subtracted after scaling to 0..1 and then divided by; ImageNet's, for the start weights.
        freeze: ``none``, ``low`` (the backbone up to stride 4) or ``backbone``: parts that do not learn.
        freeze_statistics: the backbone's batch norm keeps the means and deviations that it came with.
        dropout: of ASPP, 0 to 1.
    """

    preset: str = "light"
    start_weights: str = ""
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)
    freeze: str = "none"
    freeze_statistics: bool = True
    dropout: float = 0.5


@dataclass(frozen=True)
class LossConfig:
    """A weighted sum of losses; a weight of 0 leaves a part out.

    Attributes:
        cross_entropy: weight of cross-entropy.
        focal: weight of focal loss (Lin et al. 2017).
        dice, lovasz: weights of soft Dice loss and of Lovász-softmax (Berman et al. 2018), of each crop by itself.
        label_smoothing: of cross-entropy, 0 to 1.
        gamma: of focal loss.
        class_weight_power: cross-entropy and focal weigh classes by frequency to minus this, 0 for none.
        stride: model px a px that the loss is taken at: 1, 2 or 4.
    """

    cross_entropy: float = 1.0
    focal: float = 0.0
    dice: float = 0.0
    lovasz: float = 0.0
    label_smoothing: float = 0.0
    gamma: float = 2.0
    class_weight_power: float = 0.25
    stride: int = 1


@dataclass(frozen=True)
class ScheduleConfig:
    """How long and how fast to learn.

    Attributes:
        steps: optimiser steps.
        batch: crops a step, over all processes and accumulated parts together.
        accumulate: parts that a process cuts its crops of a step into, to save memory.
        crop: width of the square crops, px.
        optimizer: ``adamw`` or ``sgd`` (momentum 0.9).
        learning_rate: peak rate of ASPP and decoder.
        backbone_factor: the backbone's rate as a share of it.
        weight_decay: of weights with more than one axis.
        shape: ``cosine``, ``poly`` (power 0.9), ``step`` (a tenth at 60 % and at 85 %) or ``constant``.
        warm_up: steps to the peak.
        clip: largest norm of the gradients; 0 for any.
        ema: decay a step of the averaged weights, which are the result; 0 to keep the last ones.
        precision: ``fp32``, ``bf16`` or ``fp16`` (fp16 on CUDA only).
        seed: of everything random.
        threads, device: processor threads, 0 for all; and ``auto``, ``cpu`` or ``cuda``.
        measure_every: steps between figures on held-out scenes; 0 for at the end only, -1 for never.
        save_every: steps between checkpoints.
    """

    steps: int = 1200
    batch: int = 8
    accumulate: int = 1
    crop: int = 320
    optimizer: str = "adamw"
    learning_rate: float = 1e-3
    backbone_factor: float = 0.1
    weight_decay: float = 1e-2
    shape: str = "cosine"
    warm_up: int = 60
    clip: float = 5.0
    ema: float = 0.99
    precision: str = "fp32"
    seed: int = 1
    threads: int = 0
    device: str = "auto"
    measure_every: int = 0
    save_every: int = 100


@dataclass(frozen=True)
class Augmentation:
    """How much crops may differ from their scene.

    Attributes:
        scale: smallest and largest magnification.
        turn: quarter turns and mirror images.
        rotate: largest angle of free rotation, degrees; corners become *ignore*.
        brightness: largest factor's distance from 1, for all bands together.
        gain: the same for each band by itself (colour casts).
        contrast: largest factor's distance from 1 around the crop's mean.
        saturation: the same, around grey.
        gamma: largest exponent's distance from 1.
        blur, noise: largest sigma, px, and largest standard deviation, of 0..1.
        clouds: share of crops with clouds and their shadows, which become *unknown* where they hide the land.
        haze: share of crops under thin haze, whose labels stay.
        gaps: share of crops of which a part is cut away and filled as the engine fills what has no data; labels there
            become *ignore*.
        mix: share of crops that get the areas of half of another crop's classes pasted in (ClassMix, Olsson 2021).
    """

    scale: tuple[float, float] = (0.7, 1.4)
    turn: bool = True
    rotate: float = 0.0
    brightness: float = 0.2
    gain: float = 0.06
    contrast: float = 0.2
    saturation: float = 0.25
    gamma: float = 0.2
    blur: float = 0.0
    noise: float = 0.0
    clouds: float = 0.0
    haze: float = 0.0
    gaps: float = 0.0
    mix: float = 0.0


@dataclass(frozen=True)
class CardConfig:
    """What the model card says in words; see `satseg_core.model.card.ModelCard`.

    Attributes:
        name: of the model, and of its files.
        title: one line for people.
        description: a short paragraph.
        version: of the model, ``x.y.z``.
        licence: SPDX identifier or sentence on the weights.
        intended_use, limits: sentences on what the model is for and where it fails.
        sources: what it was trained from, with origin and terms.
        tile_size, overlap: px of the tiles it runs on, and by which they overlap.
    """

    name: str = "unnamed"
    title: str = ""
    description: str = ""
    version: str = "0.1.0"
    licence: str = ""
    intended_use: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    tile_size: int = 512
    overlap: int = 128


@dataclass(frozen=True)
class ComparisonConfig:
    """What ``python -m training.crossvalidate`` runs besides; see there.

    Attributes:
        folds: name to the scenes (``source/id``) that the fold holds out.
        variants: name to the settings that differ, as nested tables of this same file:
            ``variants.plain.schedule.steps = 800``.
    """

    folds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class TrainingConfig:
    """A whole run.

    Attributes:
        output: folder for weights, figures and logs.
        record: what a finished run says of itself in the ``config.toml`` that it leaves; nothing reads it.
    """

    output: str
    data: DataConfig
    augmentation: Augmentation = field(default_factory=Augmentation)
    card: CardConfig = field(default_factory=CardConfig)
    comparison: ComparisonConfig = field(default_factory=ComparisonConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    record: Mapping[str, Any] = field(default_factory=dict)


CHOICES: dict[str, tuple[Any, ...]] = {
    "coding": ("values", "colors", "colors128", "attribute"),
    "freeze": ("none", "low", "backbone"),
    "optimizer": ("adamw", "sgd"),
    "shape": ("cosine", "poly", "step", "constant"),
    "precision": ("fp32", "bf16", "fp16"),
    "device": ("auto", "cpu", "cuda"),
    "stride": (1, 2, 4),
}
"""Settings that take one of a few values."""


def read_config(path: Path, overrides: Mapping[str, Any] | None = None) -> TrainingConfig:
    """Read a run's TOML file.

    Args:
        path: the file.
        overrides: nested settings that replace the file's, such as ``{"schedule": {"steps": 10}}``.

    Raises:
        UsageError: the file is missing, is no TOML, or has unknown, missing or mistyped settings.
    """
    return parse_config(merged(read_toml(path), overrides or {}))


def read_toml(path: Path) -> dict[str, Any]:
    """The plain values of a TOML file.

    Raises:
        UsageError: the file is missing or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"Cannot read the training configuration {path} ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not a TOML file ({error}).") from error


def merged(values: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Nested tables with some settings replaced; lists are replaced whole."""
    result = dict(values)
    for key, value in overrides.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = merged(result[key], value) if both else value
    return result


def parse_config(values: Mapping[str, Any]) -> TrainingConfig:
    """Check what a run's TOML file holds.

    Raises:
        UsageError: settings are unknown, missing or mistyped.
    """
    config: TrainingConfig = _section(TrainingConfig, "", values)
    return config


def _section(kind: Any, name: str, values: Any) -> Any:
    """A dataclass from a table, checked setting by setting; ``name`` is where it stands, for messages."""
    where = f"[{name}]" if name else "the top level"
    if not isinstance(values, Mapping):
        raise UsageError(f"The training configuration needs a table at {where}, not {values!r}.")
    hints = typing.get_type_hints(kind)
    unknown = sorted(set(values) - set(hints))
    if unknown:
        raise UsageError(f"The training configuration has unknown settings in {where}: {', '.join(unknown)}.")
    settings = dataclasses.fields(kind)
    missing = [s.name for s in settings if _required(s) and s.name not in values]
    if missing:
        raise UsageError(f"The training configuration lacks {', '.join(missing)} in {where}.")
    return kind(**{key: _value(hints[key], f"{name}.{key}".lstrip("."), value) for key, value in values.items()})


def _required(setting: dataclasses.Field[Any]) -> bool:
    return setting.default is dataclasses.MISSING and setting.default_factory is dataclasses.MISSING


def _value(hint: Any, name: str, value: Any) -> Any:
    """A setting's value as its type has it.

    Raises:
        UsageError: it cannot be.
    """
    if dataclasses.is_dataclass(hint):
        return _section(hint, name, value)
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple and isinstance(value, (list, tuple)):
        if inner[-1] is Ellipsis or len(inner) == len(value):
            kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
            return tuple(_value(kind, name, item) for kind, item in zip(kinds, value))
    elif origin is not None and origin is not tuple and isinstance(value, Mapping):
        return {str(key): _value(inner[1], f"{name}.{key}", item) for key, item in value.items()}
    elif _fits(hint, value) and _allowed(name, value):
        return value
    raise UsageError(f"The training setting {name} cannot be {value!r}{_instead(name)}.")


def _fits(hint: Any, value: Any) -> bool:
    """True if a plain value has the type; a whole number will do for a real one."""
    return hint is Any or type(value) is hint or (hint is float and type(value) is int)


def _choices(name: str) -> tuple[Any, ...]:
    """The values that a setting can take, if they are few; what a run says of itself is free."""
    table, _, setting = name.rpartition(".")
    return () if table == "record" else CHOICES.get(setting, ())


def _allowed(name: str, value: Any) -> bool:
    choices = _choices(name)
    return not choices or value in choices


def _instead(name: str) -> str:
    choices = _choices(name)
    return f"; choose one of {', '.join(map(str, choices))}" if choices else ""
