"""The model card: everything the engine and a reader must know of a model besides its weights.

It travels in the header of the model file as JSON. Standard library only: QGIS reads cards
in its own process to list models.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from satseg_core.errors import ModelError
from satseg_core.legend import NODATA, Legend

CARD_KEY = "satseg_card"
"""Metadata key of the card, in safetensors headers and in ONNX ``metadata_props`` alike."""

CARD_FORMAT = 1
"""Version of the card's layout; readers refuse what they do not know."""

TILE_STEP = 32
"""Tiles are a multiple of this many px: the deepest stride of any backbone."""


@dataclass(frozen=True)
class Architecture:
    """The network's shape: what is needed to build it again before loading weights.

    Attributes:
        backbone: name of a torchvision backbone, such as ``mobilenet_v2``.
        output_stride: input px per feature px at the end of the backbone, 8, 16 or 32.
        aspp_rates: dilation of the three atrous branches, px of the feature map.
        aspp_channels: channels of each ASPP branch.
        low_level_channels: channels that the low-level skip is reduced to.
        decoder_channels: channels of the decoder's convolutions.
        separable: atrous separable convolutions in ASPP and decoder (the paper's) or dense ones.
    """

    backbone: str = "mobilenet_v2"
    output_stride: int = 16
    aspp_rates: tuple[int, int, int] = (6, 12, 18)
    aspp_channels: int = 256
    low_level_channels: int = 48
    decoder_channels: int = 256
    separable: bool = True

    def __post_init__(self) -> None:
        sizes = (
            self.output_stride,
            *self.aspp_rates,
            self.aspp_channels,
            self.low_level_channels,
            self.decoder_channels,
        )
        if len(self.aspp_rates) != 3 or not all(type(size) is int and size > 0 for size in sizes):
            raise ModelError("The network's shape has a size that is no positive whole number; export the model again.")


@dataclass(frozen=True)
class Scaling:
    """How pixel values become the 0 to 1 that normalisation expects.

    8-bit bands are divided by 255, always. Any other type is stretched linearly, each band by itself,
    from its ``low`` and ``high`` percentile over the whole raster to 0 and 1 and clipped; or from
    ``fixed`` values where a model was trained on physical units such as reflectance.
    """

    low_percentile: float = 2.0
    high_percentile: float = 98.0
    fixed: tuple[float, float] | None = None


@dataclass(frozen=True)
class ModelCard:
    """A model's card.

    Attributes:
        name: name in lower case that ``--model`` takes.
        title: one line for people.
        description: a short paragraph: what the model is for and from what it was trained.
        version: of the model, ``x.y.z``.
        licence: SPDX identifier or sentence on the weights.
        legend: classes in the order of the score bands.
        architecture: what builds the network.
        bands: names of the input bands in order, such as ``("red", "green", "blue")``.
        mean: per band, subtracted after scaling to 0..1.
        std: per band, divided by after subtracting the mean.
        scaling: see `Scaling`.
        pixel_size: metres on the ground per px that the model was trained at.
        tile_size: px of the square tiles the model runs on; a multiple of `TILE_STEP`.
        overlap: px by which neighbouring tiles overlap.
        score_stride: input px per score px: the network gives scores on a grid this much coarser.
        temperature: scores are divided by it before the softmax that gives the confidence.
        training: data, split, schedule: free JSON.
        accuracy: measured figures and on what: free JSON.
        intended_use: sentences on what the model is for.
        limits: sentences on where the model fails or should not be used.
        weights_sha256: digest of the float32 weights this card belongs to; identifies the model.
    """

    name: str
    title: str
    description: str
    version: str
    licence: str
    legend: Legend
    architecture: Architecture
    bands: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    pixel_size: float
    scaling: Scaling = Scaling()
    tile_size: int = 512
    overlap: int = 128
    score_stride: int = 4
    temperature: float = 1.0
    training: Mapping[str, Any] = field(default_factory=dict)
    accuracy: Mapping[str, Any] = field(default_factory=dict)
    intended_use: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    weights_sha256: str = ""

    def __post_init__(self) -> None:
        _check(self)

    def to_json(self) -> str:
        """The card as one JSON text."""
        values: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        values["format"] = CARD_FORMAT
        values["legend"] = self.legend.to_json()
        values["architecture"] = asdict(self.architecture)
        values["scaling"] = asdict(self.scaling)
        return json.dumps(values, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> ModelCard:
        """Read what `to_json` wrote.

        Raises:
            ModelError: the text is no card, of an unknown format, or has impossible values.
        """
        try:
            values = dict(json.loads(text))
            if values.pop("format") != CARD_FORMAT:
                raise ModelError("The model's card has a newer format; update SatSeg to use this model.")
            values["legend"] = Legend.from_json(values["legend"])
            values["architecture"] = Architecture(**_tuples(values["architecture"]))
            values["scaling"] = Scaling(**_tuples(values.get("scaling", {})))
            return cls(**_tuples(values))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelError(f"The model's card is malformed ({error}); export the model again.") from error


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _check(card: ModelCard) -> None:
    shapes = {len(card.bands), len(card.mean), len(card.std)}
    lists = (card.intended_use, card.limits)
    words = (card.name, card.title, card.description, card.version, card.licence, card.weights_sha256)
    sentences = (*card.intended_use, *card.limits)
    sizes = (card.tile_size, card.overlap, card.score_stride)
    problems = (
        (not all(isinstance(text, str) for text in (*words, *sentences)), "has a number where words belong"),
        (not all(isinstance(texts, tuple) for texts in lists), "has one text where a list belongs"),
        (not all(type(size) is int for size in sizes), "has a size that is no whole number"),
        (max(card.legend.codes) >= NODATA, f"has a class code outside 0 to {NODATA - 1} ({NODATA} is kept for nodata)"),
        (not card.bands, "has no bands"),
        (len(shapes) > 1, "has another number of bands than of means or deviations"),
        (any(not value > 0 for value in card.std), "has a deviation that is not positive"),
        (not card.pixel_size > 0, "has no positive pixel size"),
        (not card.temperature > 0, "has no positive temperature"),
        (
            card.tile_size < TILE_STEP or card.tile_size % TILE_STEP,
            f"has a tile size that is no multiple of {TILE_STEP}",
        ),
        (
            card.score_stride < 1 or TILE_STEP % card.score_stride,
            f"has a score stride that does not divide {TILE_STEP}",
        ),
        (not 0 <= card.overlap <= card.tile_size // 2, "has an overlap outside 0 to half a tile"),
        (
            card.overlap % (2 * max(card.score_stride, 1)),
            "has an overlap that is no multiple of twice its score stride",
        ),
    )
    for wrong, what in problems:
        if wrong:
            raise ModelError(f"The card of model '{card.name}' {what}; export the model again.")
