"""``satseg:setup``: makes the environment that the engine runs in, or removes it."""

# ruff: noqa: N802, ARG002 -- QGIS names these methods and their arguments

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
)

from satseg_core.errors import CancelledError, SatSegError
from satseg_qgis.algorithms.base import Check, Parameters, SatSegAlgorithm
from satseg_qgis.engine.find import find_engine, forget_probes
from satseg_qgis.engine.install import Installer, proxy_variables
from satseg_qgis.engine.made import KINDS, environments_folder, kind_named, remove_environments
from satseg_qgis.settings import named_python, proxy_settings
from satseg_qgis.translate import tr


class SetupAlgorithm(SatSegAlgorithm):
    """Nothing in, an environment out."""

    NAME = "setup"
    TITLE = "Set up SatSeg"
    SUMMARY = "Installs the libraries that SatSeg needs, in an environment of their own"
    TAGS = ("install", "libraries", "pip", "environment", "python")

    KIND = "KIND"
    WHEELS = "WHEELS"
    REMOVE = "REMOVE"
    PYTHON = "PYTHON"

    def flags(self) -> QgsProcessingAlgorithm.Flags:
        """Not for the model designer: it changes the machine, not data."""
        return super().flags() | QgsProcessingAlgorithm.Flag.FlagHideFromModeler

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare parameters and outputs."""
        parameter = QgsProcessingParameterEnum(
            self.KIND, tr("Libraries"), [kind.name for kind in KINDS], False, KINDS[0].name, False, True
        )
        self.added(parameter, " ".join(self._sizes()))
        folder = QgsProcessingParameterFile(
            self.WHEELS, tr("Folder of wheels"), QgsProcessingParameterFile.Behavior.Folder, optional=True
        )
        self.added(folder, tr("For machines without internet: all packages are taken from here."), advanced=True)
        self.added(
            QgsProcessingParameterBoolean(self.REMOVE, tr("Remove the environments instead"), False),
            tr("Deletes what this algorithm has installed."),
            advanced=True,
        )
        self.addOutput(QgsProcessingOutputString(self.PYTHON, tr("Python of the engine")))

    @staticmethod
    def _sizes() -> list[str]:
        sentence = tr("{name}: about {download} MB to fetch, {disk} MB on the disk.")
        sizes = [(kind.name, kind.size(sys.platform)) for kind in KINDS]
        words = [sentence.format(name=name, download=size.download_mb, disk=size.disk_mb) for name, size in sizes]
        return [_what_they_are(sys.platform), *words]

    def help_parts(self) -> dict[str, str]:
        """The sizes: they should be known before."""
        return {"sizes": "<ul>" + "".join(f"<li>{sentence}</li>" for sentence in self._sizes()) + "</ul>"}

    def canExecute(self) -> Check:
        """Always: it is what helps where the others cannot."""
        return True, ""

    def prepareAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """In the main thread: settings are read here."""
        self.proxy = proxy_variables(proxy_settings(), os.environ)
        self.named = named_python()
        return True

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Make the environment, or remove all."""
        folder = environments_folder(sys.platform, os.environ, Path.home())
        try:
            if self.parameterAsBool(parameters, self.REMOVE, context):
                for path in remove_environments(folder):
                    feedback.pushInfo(tr("Removed: {path}").format(path=path))
                return {self.PYTHON: ""}
            wheels = self.parameterAsFile(parameters, self.WHEELS, context)
            installer = Installer(
                folder,
                tell=feedback.pushConsoleInfo,
                progress=lambda share: feedback.setProgress(100 * share),
                cancelled=feedback.isCanceled,
                proxy=self.proxy,
            )
            kind = kind_named(self.parameterAsEnumString(parameters, self.KIND, context))
            python = str(installer.make(kind, Path(wheels) if wheels else None))
            forget_probes()
            used = find_engine(setting=self.named).python
        except CancelledError as error:
            raise QgsProcessingException(tr("Cancelled; nothing was installed.")) from error
        except SatSegError as error:
            raise QgsProcessingException(str(error)) from error
        except OSError as error:
            raise QgsProcessingException(
                tr("{path} cannot be removed ({why}); close other QGIS windows and try again.").format(
                    path=error.filename, why=error.strerror
                )
            ) from error
        feedback.pushInfo(tr("The engine runs in {python}.").format(python=used))
        if used != python:
            feedback.pushWarning(
                tr("The environment is complete, but another Python is named and goes before it: {python}.").format(
                    python=used
                )
            )
        return {self.PYTHON: python}


def _what_they_are(platform: str) -> str:
    """What *full* brings: torch from PyPI has CUDA on Linux alone."""
    if platform == "win32":
        return tr(
            "Light runs on the processor. Full has torch besides, for models that need it; for NVIDIA graphics cards"
            " give a folder of wheels with a torch made for CUDA, as PyPI's has none on Windows."
        )
    if platform == "darwin":
        return tr("Light runs on the processor; full has torch, for Apple's graphics processors.")
    return tr("Light runs on the processor; full has torch, for NVIDIA graphics cards.")
