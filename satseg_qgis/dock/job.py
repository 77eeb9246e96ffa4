"""One run of ``satseg:segment`` in QGIS' task manager."""

# ruff: noqa: N802 -- QGIS names these methods

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal

from satseg_qgis.translate import tr

ALGORITHM = "satseg:segment"


class JobFeedback(QgsProcessingFeedback):
    """Hands on what the run says, from its thread to that of the window."""

    said = pyqtSignal(str)
    warned = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__(True)  # all of it in the log "Processing", the command too
        self.failure = ""
        """The last error."""

    def setProgressText(self, text: str) -> None:
        """What the run is at."""
        super().setProgressText(text)
        self.said.emit(text)

    def pushWarning(self, warning: str) -> None:
        """What the user should know."""
        super().pushWarning(warning)
        self.warned.emit(warning)

    def reportError(self, error: str, fatalError: bool = False) -> None:  # noqa: N803
        """Why the run fails."""
        super().reportError(error, fatalError)
        self.failure = error


class Job(QObject):
    """Runs the algorithm in the background and loads what it makes, as its dialog would.

    Args:
        parameters: of the algorithm.
        parent: keeps it alive.

    Attributes:
        feedback: progress, words and warnings of the run.
    """

    done = pyqtSignal(dict)
    """The outputs, when their layers are in the project."""

    failed = pyqtSignal(str)
    """A sentence; empty where the user cancelled."""

    def __init__(self, parameters: dict[str, Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.feedback = JobFeedback()
        self._parameters = parameters
        self._context = QgsProcessingContext()
        self._context.setProject(QgsProject.instance())
        self._context.setFeedback(self.feedback)
        self._algorithm = QgsApplication.processingRegistry().createAlgorithmById(ALGORITHM)
        self._task: QgsProcessingAlgRunnerTask | None = None

    def missing(self) -> str:
        """Why no job can be run before the libraries are set up; empty if they are."""
        ok, message = self._algorithm.canExecute()
        return "" if ok else str(message)

    def problem(self) -> str:
        """Why this job cannot be run; empty if it can."""
        ok, message = self._algorithm.checkParameterValues(self._parameters, self._context)
        return "" if ok else str(message)

    def start(self) -> None:
        """Begin; `done` or `failed` follows in any case."""
        self._task = QgsProcessingAlgRunnerTask(self._algorithm, self._parameters, self._context, self.feedback)
        self._task.executed.connect(self._executed)
        QgsApplication.taskManager().addTask(self._task)

    def cancel(self) -> None:
        """Ask the run to end; `failed` follows."""
        self.feedback.cancel()
        if self._task is not None:
            self._task.cancel()

    def _executed(self, ok: bool, results: dict[str, Any]) -> None:
        """In the main thread, when the run has ended."""
        self._task = None
        if not ok:
            sentence = self.feedback.failure or tr("The run failed without a reason; see the log.")
            self.failed.emit("" if self.feedback.isCanceled() else sentence)
            return
        from processing.gui.Postprocessing import handleAlgorithmResults

        handleAlgorithmResults(self._algorithm, self._context, self.feedback, parameters=self._parameters)
        self.done.emit(results)
