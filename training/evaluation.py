"""What was counted when a model was measured on labelled scenes: kept on disk, pooled, and made into figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from satseg_core.outputs import whole_outputs
from training.calibration import Labels, Scores, cross_fitted, fit_temperature, reliability
from training.data.codes import DataError
from training.metrics import UNKNOWN, Matrix, figures


@dataclass(frozen=True)
class Evaluation:
    """Counts over scenes, and the scores of some of their px.

    Attributes:
        classes: names in the order of the score bands.
        scenes: names as ``source/id``, each once.
        matrices: of the scenes, ``(S, C, C) int64``: truth down, prediction across, px of the scene's file.
        scores: of labelled px spread evenly over each scene, ``(n, C) float32``, before softmax.
        labels: their class indices, ``(n,) uint8``.
        places: the scene that each lies in, ``(n,) int32``, an index into ``scenes``.
    """

    classes: tuple[str, ...]
    scenes: tuple[str, ...]
    matrices: npt.NDArray[np.int64]
    scores: Scores
    labels: Labels
    places: npt.NDArray[np.int32]

    @property
    def confusion(self) -> Matrix:
        """Px of all scenes together, ``(C, C) int64``."""
        return np.asarray(self.matrices.sum(axis=0), np.int64)

    def figures(self, left_out: Sequence[str] = UNKNOWN) -> dict[str, Any]:
        """See `training.metrics.figures`, over all scenes together; and ``miou_per_image``, the mean over scenes."""
        each = [values["miou"] for values in self.by_scene(left_out).values() if values["miou"] is not None]
        return {
            **figures(self.confusion, self.classes, left_out),
            "miou_per_image": float(np.mean(each)) if each else None,
        }

    def by_scene(self, left_out: Sequence[str] = UNKNOWN) -> dict[str, dict[str, Any]]:
        """See `training.metrics.figures`, of each scene by its name."""
        return {name: figures(matrix, self.classes, left_out) for name, matrix in zip(self.scenes, self.matrices)}

    def calibration(self, groups: Sequence[int] | None = None) -> dict[str, Any]:
        """How far the confidence can be trusted, over all labelled px, *unknown* among them.

        Args:
            groups: of each scene: scenes of a group share the temperature that is fitted on all the others, such as
                the folds of a cross-validation. None for each scene by itself.

        Returns:
            ``temperature``, fitted on all px; expected calibration errors ``ece_before`` (without a temperature),
            ``ece_after`` (with it, on the px that it was fitted on) and ``ece_cross_fitted`` (each group with the
            temperature fitted on the others); ``temperatures`` of the groups; ``pixels`` that they are measured on.
        """
        of_scene = np.arange(len(self.scenes)) if groups is None else np.asarray(groups)
        temperature = fit_temperature(self.scores, self.labels)
        several = len(set(of_scene.tolist())) > 1
        crossed, by_group = cross_fitted(self.scores, self.labels, of_scene[self.places])
        return {
            "temperature": temperature,
            "ece_before": self.error(1.0),
            "ece_after": self.error(temperature),
            "ece_cross_fitted": self.error(crossed) if several else None,
            "temperatures": list(by_group.values()) if several else [],
            "pixels": len(self.labels),
        }

    def error(self, temperature: Any) -> float:
        """Expected calibration error with a temperature: one number, or one a px ``(n,)``."""
        return reliability(self.scores, self.labels, temperature).error

    def save(self, path: Path) -> None:
        """Write an ``.npz`` file, whole or not at all."""
        with whole_outputs(overwrite=True) as outputs, outputs.add(path).open("wb") as file:
            np.savez_compressed(
                file,
                classes=np.array(self.classes),
                scenes=np.array(self.scenes),
                matrices=self.matrices,
                scores=self.scores,
                labels=self.labels,
                places=self.places,
            )

    @classmethod
    def load(cls, path: Path) -> Evaluation:
        """Read what `save` wrote.

        Raises:
            DataError: the file is missing or is none.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                return cls(
                    tuple(stored["classes"].tolist()),
                    tuple(stored["scenes"].tolist()),
                    *(stored[name] for name in ("matrices", "scores", "labels", "places")),
                )
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise DataError(f"{path} cannot be read as an evaluation ({error}); measure again.") from error


def pool(evaluations: Sequence[Evaluation]) -> Evaluation:
    """Several evaluations as one: of the folds of a cross-validation, say, whose scenes all differ.

    Raises:
        DataError: there is none, they differ in classes, or two measured the same scene.
    """
    if not evaluations:
        raise DataError("There are no evaluations to pool; measure some scenes first.")
    scenes = tuple(name for evaluation in evaluations for name in evaluation.scenes)
    if len({evaluation.classes for evaluation in evaluations}) > 1:
        raise DataError("The evaluations to pool are of models with different classes; pool those of one legend.")
    if len(set(scenes)) < len(scenes):
        raise DataError("The evaluations to pool share scenes; each scene may be counted once.")
    starts = np.cumsum([0, *(len(evaluation.scenes) for evaluation in evaluations)])
    places = [evaluation.places + start for evaluation, start in zip(evaluations, starts)]
    return Evaluation(
        evaluations[0].classes,
        scenes,
        np.concatenate([evaluation.matrices for evaluation in evaluations]),
        np.concatenate([evaluation.scores for evaluation in evaluations]),
        np.concatenate([evaluation.labels for evaluation in evaluations]),
        np.concatenate(places).astype(np.int32),
    )
