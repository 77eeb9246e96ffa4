"""The zip as users install it, in a ``qgis_process`` of its own."""

from __future__ import annotations

import json
from pathlib import Path

from conftest import read_codes


def test_the_installed_plugin_offers_its_algorithms(qgis_process) -> None:
    done = qgis_process("list")
    assert "satseg:segment" in done.stdout, done.stdout + done.stderr
    assert "satseg:vectorize" in done.stdout
    assert "satseg:areas" in done.stdout


def test_help_shows_parameters_with_their_choices(qgis_process) -> None:
    done = qgis_process("help", "satseg:segment")
    for word in ("INPUT", "MODEL", "POLYGONS", "CONFIDENCE", "PIXEL_SIZE", "landcover", "AREA_URBAN"):
        assert word in done.stdout


def test_it_gives_the_same_pixels_as_in_the_window(qgis_process, mapped, image: Path, tmp_path: Path) -> None:
    parameters = {"INPUT": image, "OUTPUT": tmp_path / "map.tif", "POLYGONS": tmp_path / "map.gpkg"}
    code, values, text = qgis_process.run("satseg:segment", parameters)
    assert code == 0, text
    results = values["results"]
    assert read_codes(results["OUTPUT"]) == read_codes(mapped["OUTPUT"])
    assert results["AREA_M2"] == mapped["AREA_M2"]
    for name in ("map.tif", "map.tif.aux.xml", "map.qml", "map.json", "map.gpkg"):
        assert (tmp_path / name).exists(), name


def test_an_engine_python_of_another_version_runs_what_is_in_the_zip(qgis_process, image: Path, tmp_path: Path) -> None:
    version = qgis_process.plugin / "satseg_core" / "version.py"
    original = version.read_text()
    version.write_text('__version__ = "9.9.9"\n')
    try:
        words = [f"INPUT={image}", f"OUTPUT={tmp_path / 'map.tif'}", f"AREAS_HTML={tmp_path / 'areas.html'}"]
        done = qgis_process("run", "satseg:segment", "--", *words)
    finally:
        version.write_text(original)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{qgis_process.plugin}/engine/launch.py segment {image}" in done.stdout
    assert json.loads((tmp_path / "map.json").read_text())["versions"]["satseg"] == "9.9.9"
    assert "<table>" in (tmp_path / "areas.html").read_text()


def test_vectorize_and_areas_work_on_the_map(qgis_process, mapped, tmp_path: Path) -> None:
    code, values, text = qgis_process.run(
        "satseg:vectorize", {"INPUT": mapped["OUTPUT"], "MIN_AREA": 100, "OUTPUT": tmp_path / "v.gpkg"}
    )
    assert code == 0, text
    assert values["results"]["POLYGON_COUNT"] > 0
    code, values, text = qgis_process.run("satseg:areas", {"INPUT": mapped["OUTPUT"]})
    assert code == 0, text
    assert values["results"]["PIXELS"] == mapped["PIXELS"]


def test_a_failure_is_an_exit_code_and_a_sentence(qgis_process, image: Path, tmp_path: Path) -> None:
    code, _, text = qgis_process.run("satseg:areas", {"INPUT": image, "OUTPUT": tmp_path / "a.csv"})
    assert code != 0
    assert not (tmp_path / "a.csv").exists()
    assert "3 bands" in text
    assert "Traceback" not in text


def test_without_an_engine_the_sentence_says_what_to_do(qgis_process, image: Path, tmp_path: Path) -> None:
    parameters = {"INPUT": image, "OUTPUT": tmp_path / "map.tif"}
    code, _, text = qgis_process.run("satseg:segment", parameters, SATSEG_PYTHON=str(tmp_path / "nowhere"))
    assert code != 0
    assert "SATSEG_PYTHON names a Python that cannot run SatSeg" in text
    assert "pip install numpy" in text


def test_with_nothing_named_the_python_of_qgis_is_asked(qgis_process, image: Path, tmp_path: Path) -> None:
    words = [f"INPUT={image}", f"OUTPUT={tmp_path / 'map.tif'}"]
    done = qgis_process("run", "satseg:segment", "--", *words, SATSEG_PYTHON="")
    text = done.stdout + done.stderr
    # It runs where somebody installed the libraries into it; elsewhere the sentence names it and what it lacks.
    if done.returncode:
        assert "No Python with SatSeg's libraries was found (" in text
        assert "python3 cannot import" in text
    else:
        assert (tmp_path / "map.tif").exists()
