"""A model on its way to workers, which may not see its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from satseg_core.errors import ModelError
from satseg_core.model.store import SHIPPED, ModelFile


@dataclass(frozen=True)
class SentModel:
    """Files of a model.

    Attributes:
        files: name and content of each; empty where workers have the model by its name.
    """

    files: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, model: ModelFile, runtime: str = "auto") -> SentModel:
        """The file that a runtime reads, or all that there are where the runtime is left open.

        Args:
            model: to be sent.
            runtime: one of `satseg_core.model.choice.RUNTIMES`, or ``auto``.

        Raises:
            ModelError: a file cannot be read.
        """
        paths = _paths(model)
        if runtime != "auto":
            wanted = model.weights if runtime == "torch" else model.onnx
            paths = [wanted] if wanted else paths[:1]
        return cls(tuple((path.name, _content(path)) for path in paths))

    @classmethod
    def unless_shipped(cls, model: ModelFile) -> SentModel:
        """All files, or none where the model comes with SatSeg.

        Raises:
            ModelError: a file cannot be read.
        """
        shipped = all(path.parent == SHIPPED for path in _paths(model))
        return cls(()) if shipped else cls.of(model)

    def unpack(self, folder: Path) -> Path:
        """Write the files to a folder of the worker.

        Returns:
            The one to open.

        Raises:
            ValueError: there are none.
        """
        if not self.files:
            raise ValueError("no file of the model was sent")
        for name, content in self.files:
            (folder / name).write_bytes(content)
        return folder / self.files[0][0]


def _paths(model: ModelFile) -> list[Path]:
    return [path for path in (model.weights, model.onnx) if path is not None]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"The model file {path} cannot be read ({error.strerror}).") from error
