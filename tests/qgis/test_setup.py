"""From nothing installed to a first map: the true pip, a true environment, and the message that offers it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import Process, read_codes
from qgis.core import QgsProcessingException, QgsSettings
from qgis.PyQt.QtWidgets import QPushButton
from window import Window, wait_until

from satseg_qgis.engine import find
from satseg_qgis.engine.made import KINDS
from satseg_qgis.settings import PYTHON_KEY
from satseg_qgis.welcome import ENTRIES, Welcome


def run(name: str, parameters: dict, **options) -> dict:
    import processing

    return processing.run(name, parameters, **options)


@pytest.fixture
def nothing_installed(qgis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without any Python for the engine; gives the folder of the environments."""
    monkeypatch.delenv("SATSEG_PYTHON")
    monkeypatch.setenv("SATSEG_ENVIRONMENTS", str(tmp_path / "environments"))
    monkeypatch.setattr(find, "own_pythons", lambda *_: [])
    find.forget_probes()
    yield tmp_path / "environments"
    find.forget_probes()


def test_from_nothing_to_a_first_map(nothing_installed: Path, image: Path, log, tmp_path: Path) -> None:
    words = {"INPUT": str(image), "OUTPUT": str(tmp_path / "map.tif"), "POLYGONS": str(tmp_path / "map.gpkg")}
    with pytest.raises(QgsProcessingException):
        run("satseg:segment", words, feedback=log)
    assert any("Set up SatSeg" in text for text in log.errors)
    python = Path(run("satseg:setup", {}, feedback=log)["PYTHON"])
    assert nothing_installed in python.parents
    assert log.percents == sorted(log.percents)
    assert log.percents[-1] == 100
    run("satseg:segment", words, feedback=log)
    assert set(read_codes(tmp_path / "map.tif")) <= set(range(7))
    assert run("satseg:setup", {"REMOVE": True}, feedback=log)["PYTHON"] == ""
    assert list(nothing_installed.iterdir()) == []


def test_a_failure_is_a_sentence_and_leaves_nothing(nothing_installed: Path, log, tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "other-1.0-py3-none-any.whl").touch()
    with pytest.raises(QgsProcessingException, match="no wheel of numpy"):
        run("satseg:setup", {"WHEELS": str(tmp_path / "wheels")}, feedback=log)
    assert list(nothing_installed.iterdir()) == []


def test_a_cancel_leaves_nothing(nothing_installed: Path, log) -> None:
    log.cancel()
    with pytest.raises(QgsProcessingException):
        run("satseg:setup", {}, feedback=log)
    assert not nothing_installed.exists() or list(nothing_installed.iterdir()) == []


def test_the_help_says_how_much_it_takes_before_anything_is_fetched(qgis_process: Process) -> None:
    shown = qgis_process("help", "satseg:setup").stdout.split("Arguments")[0]
    for kind in KINDS:
        size = kind.size(sys.platform)
        assert f"- {kind.name}: about {size.download_mb} MB to fetch, {size.disk_mb} MB on the disk." in shown
    assert "<" not in shown


def test_the_setting_names_a_python(qgis, image: Path, log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SATSEG_PYTHON")
    QgsSettings().setValue(PYTHON_KEY, "/nowhere/python3")
    try:
        with pytest.raises(QgsProcessingException):
            run("satseg:segment", {"INPUT": str(image), "OUTPUT": "TEMPORARY_OUTPUT"}, feedback=log)
        assert any("The plugin's setting names a Python that cannot run SatSeg" in text for text in log.errors)
    finally:
        QgsSettings().remove(PYTHON_KEY)


def test_a_message_offers_the_installation_with_one_button(nothing_installed: Path, monkeypatch) -> None:
    window = Window()
    welcome = Welcome(window)
    welcome.show()
    assert [action.text() for _, action in window.entries] == [
        "Land cover", *(f"{title}…" for _, title in ENTRIES), "Example model…", "Examples…"
    ]  # fmt: skip
    assert [action.text() for action in window.tools] == ["Land cover"]
    assert wait_until(lambda: welcome.message is not None)
    assert "not installed" in welcome.message.text()
    opened = []
    monkeypatch.setattr("processing.execAlgorithmDialog", lambda name, _: opened.append(name))
    (button,) = (one for one in welcome.message.findChildren(QPushButton) if one.text() == "Set up…")
    button.click()
    assert opened == ["satseg:setup"]
    assert welcome.message is None
    welcome.hide()
    assert window.entries == []
    assert window.tools == []


def test_nobody_is_bothered_where_the_engine_runs(qgis) -> None:
    welcome = Welcome(Window())
    welcome.show()
    assert wait_until(lambda: welcome._task is None)
    assert welcome.message is None
    welcome.hide()
