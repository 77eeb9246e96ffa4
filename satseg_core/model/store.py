"""Finding models: those that come with SatSeg, those in folders of the user's, and files.

Standard library only: QGIS lists models in its own process.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from satseg_core.errors import ModelError
from satseg_core.model.card import ModelCard
from satseg_core.model.header import read_card

DEFAULT_MODEL = "landcover"
"""Name of the model that is used when none is named."""

FOLDERS_VARIABLE = "SATSEG_MODELS"
"""Environment variable with further folders of models, separated as in ``PATH``; they come first."""

SHIPPED = Path(__file__).resolve().parent.parent / "models"
"""Folder of the models that come with SatSeg."""

WEIGHTS_SUFFIX = ".safetensors"
ONNX_SUFFIX = ".onnx"


@dataclass(frozen=True)
class ModelFile:
    """A model on disk: its card and the files that can run it; at least one of the two is there.

    Attributes:
        card: the model's card.
        weights: ``.safetensors`` file, for the torch runtime.
        onnx: ``.onnx`` file, for ONNX Runtime.
    """

    card: ModelCard
    weights: Path | None = None
    onnx: Path | None = None

    @property
    def name(self) -> str:
        """Name that ``--model`` takes."""
        return self.card.name


def find_model(name_or_path: str | None = None) -> ModelFile:
    """Find a model by its name, or by the path of its ``.safetensors`` or ``.onnx`` file; None is the default.

    Raises:
        ModelError: there is no such model, or its file is malformed.
    """
    wanted = name_or_path or DEFAULT_MODEL
    if Path(wanted).suffix in (WEIGHTS_SUFFIX, ONNX_SUFFIX):
        return open_model(Path(wanted))
    if Path(wanted).exists() and not _is_name(wanted):
        raise ModelError(f"{wanted} is no model file; give a .safetensors or .onnx file that 'satseg export' wrote.")
    models = {model.name: model for model in list_models()}
    if wanted in models:
        return models[wanted]
    for folder in _folders():
        for path in _files(folder).get(wanted, ()):
            read_card(path)  # says what is wrong with the file of this name, if that is why it is not listed
    known = ", ".join(sorted(models)) or "none"
    raise ModelError(f"There is no model '{wanted}'; name one of those installed ({known}), or give its file.")


def list_models() -> list[ModelFile]:
    """All models that can be named, sorted by name; files that are no models are passed over."""
    models: dict[str, ModelFile] = {}
    for folder in _folders():
        for paths in _files(folder).values():
            try:
                model = open_model(paths[0])
            except ModelError:
                continue
            models.setdefault(model.name, model)
    return sorted(models.values(), key=lambda model: model.name)


def open_model(path: Path) -> ModelFile:
    """The model in a file, together with the file of the other kind beside it if that is the same model.

    Raises:
        ModelError: the file is missing or malformed.
    """
    card = read_card(path)
    files = {path.suffix: path}
    other = path.with_suffix(ONNX_SUFFIX if path.suffix == WEIGHTS_SUFFIX else WEIGHTS_SUFFIX)
    if other.exists() and _same_model(card, other):
        files[other.suffix] = other
    return ModelFile(card, files.get(WEIGHTS_SUFFIX), files.get(ONNX_SUFFIX))


def _same_model(card: ModelCard, other: Path) -> bool:
    try:
        return card.weights_sha256 != "" and read_card(other) == card
    except ModelError:
        return False


def _is_name(text: str) -> bool:
    """True for what can only be a model's name: no folder, no suffix."""
    return Path(text).name == text and not Path(text).suffix


def _folders() -> list[Path]:
    named = os.environ.get(FOLDERS_VARIABLE, "")
    return [Path(folder) for folder in named.split(os.pathsep) if folder] + [SHIPPED]


def _files(folder: Path) -> dict[str, list[Path]]:
    """Model files by their names without suffix, ``.safetensors`` first."""
    files: dict[str, list[Path]] = {}
    for suffix in (WEIGHTS_SUFFIX, ONNX_SUFFIX):
        for path in sorted(folder.glob(f"*{suffix}")):
            files.setdefault(path.stem, []).append(path)
    return files
