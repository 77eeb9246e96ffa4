"""What the algorithms share: how they present themselves, find the engine, run it and hand over its outputs."""

# ruff: noqa: N802, ARG002 -- QGIS names these methods and their arguments

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Callable

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
    QgsProject,
)
from qgis.PyQt.QtCore import QCoreApplication, QThread
from qgis.PyQt.QtGui import QIcon

from satseg_core.errors import SatSegError
from satseg_qgis.algorithms.destinations import target_file
from satseg_qgis.algorithms.help_pages import help_text
from satseg_qgis.algorithms.replaced import lost_by, settle, show_again
from satseg_qgis.engine import commands
from satseg_qgis.engine.fields import in_fields
from satseg_qgis.engine.find import Engine, find_engine
from satseg_qgis.engine.process import run_engine
from satseg_qgis.engine.progress import ProgressText
from satseg_qgis.settings import named_python
from satseg_qgis.translate import tr

FOLDER = Path(__file__).resolve().parent.parent

Parameters = dict[str, Any]
Check = tuple[bool, str]


def icon_path(name: str) -> str:
    """Path of an icon of the plugin."""
    return str(FOLDER / "icons" / f"{name}.svg")


class SatSegAlgorithm(QgsProcessingAlgorithm):
    """Base of the algorithms.

    A subclass sets `NAME`, `TITLE`, `SUMMARY` and `TAGS`, declares its parameters, and gives
    `problem` (what is wrong with the parameters), `arguments` (the engine's) and `outputs`.
    """

    NAME = ""
    TITLE = ""
    SUMMARY = ""
    TAGS: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.called: dict[str, str] = {}
        """Names of layers by the temporary files that were made of them: what the user is told, names the layers."""

    def name(self) -> str:
        """Fixed: it is in models and scripts."""
        return self.NAME

    def displayName(self) -> str:
        """Name in the toolbox."""
        return tr(self.TITLE)

    def group(self) -> str:
        """Group in the toolbox."""
        return tr("Land cover")

    def groupId(self) -> str:
        """Fixed identifier of the group."""
        return "landcover"

    def shortDescription(self) -> str:
        """Tool tip in the toolbox."""
        return tr(self.SUMMARY)

    def shortHelpString(self) -> str:
        """Text beside the dialog, from the ``help`` folder."""
        return help_text(self.NAME, self.help_parts())

    def help_parts(self) -> dict[str, str]:
        """HTML that takes the place of the comment ``<!-- NAME -->`` in the page, by NAME."""
        return {}

    def helpUrl(self) -> str:
        """Page that the Help button opens."""
        return homepage()

    def tags(self) -> list[str]:
        """Words that find the algorithm in the toolbox."""
        return [tr(tag) for tag in self.TAGS]

    def icon(self) -> QIcon:
        """Icon in the toolbox."""
        return QIcon(icon_path(self.NAME))

    def svgIconPath(self) -> str:
        """Icon in the model designer."""
        return icon_path(self.NAME)

    def createInstance(self) -> QgsProcessingAlgorithm:
        """A fresh copy for one run."""
        return type(self)()

    def canExecute(self) -> Check:
        """Whether there is a Python that runs the engine, and what to do if not."""
        try:
            find_engine(setting=named_python())
        except SatSegError as error:
            return False, str(error)
        return True, ""

    def checkParameterValues(self, parameters: Parameters, context: QgsProcessingContext) -> Check:
        """Refuse what cannot work before anything runs."""
        ok, message = super().checkParameterValues(parameters, context)
        if not ok:
            return False, message
        problem = (
            self._unsupported_output(parameters, context)
            or self._lost_by_outputs(parameters, context)
            or self.problem(parameters, context)
        )
        return problem is None, problem or ""

    def _unsupported_output(self, parameters: Parameters, context: QgsProcessingContext) -> str | None:
        """One sentence on an output that asks for another format; only dialogs ask the provider themselves."""
        for definition in self.destinationParameterDefinitions():
            value = parameters.get(definition.name())
            if value and self.provider():
                ok, message = self.provider().isSupportedOutputValue(value, definition, context)
                if not ok:
                    return str(message)
        return None

    def _lost_by_outputs(self, parameters: Parameters, context: QgsProcessingContext) -> str | None:
        """One sentence on what the outputs would replace that the user wants to keep."""
        names = [definition.name() for definition in self.destinationParameterDefinitions()]
        files = [target_file(parameters.get(name), context) for name in names]
        self.targets = [file for file in files if file]
        project = context.project() or QgsProject.instance()
        return next(filter(None, (lost_by(file, project) for file in self.targets)), None)

    def postProcessAlgorithm(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> dict[str, Any]:
        """After a run: layers that show what it replaced show what is there now."""
        if QThread.currentThread() == QCoreApplication.instance().thread():  # where layers may be touched
            show_again(self.targets, context.project() or QgsProject.instance())
        return {}

    def prepareAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """In the main thread: find the engine, and read what belongs to layers of the project."""
        try:
            self.engine = find_engine(setting=named_python())
            # Models do not ask checkParameterValues.
            problem = self._lost_by_outputs(parameters, context) or self.problem(parameters, context)
            if problem:
                raise QgsProcessingException(problem)
            self.read_layers(parameters, context)
            settle(self.targets, context.project() or QgsProject.instance())
        except SatSegError as error:
            raise QgsProcessingException(str(error)) from error
        return True

    def problem(self, parameters: Parameters, context: QgsProcessingContext) -> str | None:
        """One sentence on parameters that cannot work; None where they can."""
        return None

    def read_layers(self, parameters: Parameters, context: QgsProcessingContext) -> None:
        """Keep what ``processAlgorithm`` needs of layers that belong to the main thread."""

    def added(self, parameter: QgsProcessingParameterDefinition, help_text: str, advanced: bool = False) -> None:
        """Declare a parameter with its help."""
        parameter.setHelp(help_text)
        if advanced:
            parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        self.addParameter(parameter)

    def run_engine(
        self, arguments: list[str], feedback: QgsProcessingFeedback, show_progress: bool = True
    ) -> dict[str, Any]:
        """Run one command of the engine and give the values of its result.

        Args:
            arguments: of the engine, see `commands`.
            feedback: of the run.
            show_progress: off for a short step after the one that the progress bar is about.

        Raises:
            QgsProcessingException: it failed, or the user cancelled.
        """
        engine: Engine = self.engine
        feedback.pushInfo(tr("SatSeg's engine runs in Python {version}:").format(version=engine.version))
        feedback.pushCommandInfo(commands.for_terminal(engine.command, arguments))
        narrator = _Narrator(feedback, show_progress, self._in_words)
        try:
            return run_engine(commands.for_qgis(engine.command, arguments), narrator, feedback.isCanceled)
        except SatSegError as error:
            raise QgsProcessingException(self._in_words(str(error))) from error

    def _in_words(self, sentence: str) -> str:
        """A sentence of the engine's with the names of QGIS' fields and layers."""
        for file, name in self.called.items():
            sentence = sentence.replace(file, f"“{name}”")
        return in_fields(sentence)


class _Narrator:
    """Passes the engine's events to the log and the progress bar."""

    def __init__(self, feedback: QgsProcessingFeedback, show_progress: bool, in_words: Callable[[str], str]) -> None:
        self._feedback = feedback
        self._show_progress = show_progress
        self._in_words = in_words
        self._text = ProgressText(tr)

    def __call__(self, event: Mapping[str, Any]) -> None:
        kind = event["event"]
        if kind == "progress" and self._show_progress:
            self._progress(event)
        elif kind == "message":
            warning = event.get("level") == "warning"
            say = self._feedback.pushWarning if warning else self._feedback.pushInfo
            say(self._in_words(str(event.get("text", ""))))
        elif kind == "log":
            self._feedback.pushConsoleInfo(event["text"])

    def _progress(self, event: Mapping[str, Any]) -> None:
        self._feedback.setProgress(float(event.get("percent", 0.0)))
        line = self._text.line(str(event.get("stage", "")), event.get("seconds_left"))
        if line:
            self._feedback.setProgressText(line)


def homepage() -> str:
    """The project's page, as ``metadata.txt`` says."""
    for folder in (FOLDER, FOLDER.parent):
        file = folder / "metadata.txt"
        if file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                if line.startswith("homepage="):
                    return line.partition("=")[2].strip()
    return ""
