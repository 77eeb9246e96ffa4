"""A real QGIS in this process, and one in a child with the plugin installed from its zip.

Run with the Python that has ``qgis``; the engine runs in the Python that ``SATSEG_PYTHON`` names:
``SATSEG_PYTHON=.venv/bin/python QT_QPA_PLATFORM=offscreen /usr/bin/python3 -m pytest tests/qgis``
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
FAKE = PROJECT / "tests" / "fake_engine.py"

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(PROJECT))

from osgeo import gdal, osr  # noqa: E402
from qgis.core import (  # noqa: E402
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
)

gdal.UseExceptions()


ALIVE: list = []
"""QGIS until the interpreter ends: Python would take the application away before what hangs on it."""


def venv_python() -> str:
    """The engine's Python: ``SATSEG_PYTHON``, or that of the checkout."""
    return os.path.abspath(os.environ.get("SATSEG_PYTHON") or PROJECT / ".venv" / "bin" / "python")


class Log(QgsProcessingFeedback):
    """Feedback that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(False)
        self.infos: list[str] = []
        self.commands: list[str] = []
        self.warnings: list[str] = []
        self.errors: list[str] = []
        self.texts: list[str] = []
        self.percents: list[float] = []
        self.progressChanged.connect(self.percents.append)

    def pushInfo(self, text: str) -> None:
        self.infos.append(text)

    def pushCommandInfo(self, text: str) -> None:
        self.commands.append(text)

    def pushWarning(self, text: str) -> None:
        self.warnings.append(text)

    def reportError(self, text: str, fatal: bool = False) -> None:
        self.errors.append(text)

    def setProgressText(self, text: str) -> None:
        self.texts.append(text)


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for everything that QGIS remembers."""
    return tmp_path_factory.mktemp("profile")


@pytest.fixture(scope="session")
def qgis(profile: Path):
    """The running QGIS with Processing, and SatSeg's provider as the plugin registers it."""
    os.environ["SATSEG_PYTHON"] = venv_python()
    os.environ["QGIS_CUSTOM_CONFIG_PATH"] = str(profile)
    QgsApplication.setPrefixPath(os.environ.get("QGIS_PREFIX_PATH", "/usr"), True)
    application = QgsApplication([], True, str(profile))
    application.initQgis()
    sys.path.append(str(Path(application.pkgDataPath()) / "python" / "plugins"))
    from processing.core.Processing import Processing

    Processing.initialize()
    import satseg_qgis

    plugin = satseg_qgis.classFactory(None)
    plugin.initGui()
    ALIVE.append(application)
    yield application
    plugin.unload()
    QgsProject.instance().clear()
    Processing.deinitialize()


@pytest.fixture
def log(qgis) -> Log:
    return Log()


@pytest.fixture
def context(qgis) -> QgsProcessingContext:
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    yield context
    QgsProject.instance().clear()


@pytest.fixture
def fake_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qgis):
    """Have the plugin run the fake engine; called with the way it shall behave."""
    program = tmp_path / "fake" / "python3"
    program.parent.mkdir()
    program.write_text(f"#!{venv_python()}\n{FAKE.read_text()}")
    program.chmod(0o755)

    def behave(mode: str, **variables: str) -> None:
        monkeypatch.setenv("SATSEG_PYTHON", str(program))
        monkeypatch.setenv("FAKE_ENGINE", mode)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return behave


def write_image(path: Path, size: int, seed: int = 1, pixel: float = 1.2, bands: int = 3) -> Path:
    """An image of coloured fields, ``size`` px square, ``pixel`` metres a px, UTM 32N, three or more bands of 8 bit."""
    chance = random.Random(seed)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), size, size, bands, gdal.GDT_Byte, ["COMPRESS=DEFLATE"])
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32632)
    dataset.SetProjection(reference.ExportToWkt())
    dataset.SetGeoTransform((500000.0, pixel, 0.0, 5300000.0, 0.0, -pixel))
    field = max(16, size // 8)
    colors = [(60, 90, 50), (200, 180, 110), (40, 70, 110), (150, 140, 140), (120, 150, 80)]
    for top in range(0, size, field):
        for left in range(0, size, field):
            height, width = min(field, size - top), min(field, size - left)
            color = chance.choice(colors)
            for band in range(bands):
                noise = bytes(min(255, max(0, color[band % 3] + chance.randint(-12, 12))) for _ in range(256))
                cell = (noise * (height * width // 256 + 1))[: height * width]
                dataset.GetRasterBand(band + 1).WriteRaster(left, top, width, height, cell)
    for band, meaning in enumerate((gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand)):
        dataset.GetRasterBand(band + 1).SetColorInterpretation(meaning)
    dataset = None
    return path


def read_codes(path: object) -> bytes:
    """Pixels of the first band."""
    dataset = gdal.Open(str(path))  # the band would not keep it open
    return bytes(dataset.GetRasterBand(1).ReadRaster())


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small image."""
    return write_image(tmp_path_factory.mktemp("image") / "image.tif", 300)


@pytest.fixture(scope="session")
def large_image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image that takes the engine long enough to be cancelled."""
    return write_image(tmp_path_factory.mktemp("image") / "large.tif", 4000)


@pytest.fixture(scope="session")
def mapped(qgis, image: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Outputs of one run of satseg:segment over the small image."""
    import processing

    folder = tmp_path_factory.mktemp("mapped")
    return processing.run(
        "satseg:segment",
        {"INPUT": str(image), "OUTPUT": str(folder / "map.tif"), "POLYGONS": str(folder / "map.gpkg")},
    )


class Process:
    """``qgis_process`` as a child, with the plugin installed from its zip."""

    def __init__(self, program: str, environ: dict, plugin: Path) -> None:
        self._program = program
        self.plugin = plugin
        self.environ = environ

    def __call__(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, *arguments],
            capture_output=True,
            text=True,
            env={**self.environ, **variables},
            timeout=240,
            check=False,
        )

    def run(self, algorithm: str, parameters: dict, **variables: str) -> tuple[int, dict, str]:
        """Exit code, the JSON it printed (empty if none) and its whole text."""
        words = [f"{name}={value}" for name, value in parameters.items()]
        done = self("--json", "run", algorithm, "--", *words, **variables)
        start = done.stdout.find("{")
        try:
            values = json.loads(done.stdout[start:]) if start >= 0 else {}
        except ValueError:
            values = {}
        return done.returncode, values, done.stdout + done.stderr


@pytest.fixture(scope="session")
def qgis_process(tmp_path_factory: pytest.TempPathFactory) -> Process:
    """A ``qgis_process`` with a profile of its own in which the built zip is installed."""
    # Debian's wrapper of this name adds an option that QGIS 3.22 does not know.
    program = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    if program is None:
        pytest.skip("needs qgis_process")
    folder = tmp_path_factory.mktemp("qgis_process")
    archive = folder / "satseg_qgis.zip"
    build = [venv_python(), str(PROJECT / "tools" / "build_plugin.py"), "--output", str(archive)]
    subprocess.run(build, check=True)
    plugins = folder / "profiles" / "default" / "python" / "plugins"
    with zipfile.ZipFile(archive) as files:
        files.extractall(plugins)
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "QGIS_CUSTOM_CONFIG_PATH": str(folder),
        "QT_QPA_PLATFORM": "offscreen",
        "SATSEG_PYTHON": venv_python(),
        # QGIS takes the first python3 of the path for its own.
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))),
    }
    process = Process(program, environ, plugins / "satseg_qgis")
    enabled = process("plugins", "enable", "satseg_qgis")
    assert enabled.returncode == 0, enabled.stdout + enabled.stderr
    return process
