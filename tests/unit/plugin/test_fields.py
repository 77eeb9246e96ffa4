"""What the engine says of its options, in the words of QGIS' dialogs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import satseg_core
from satseg_core.scenes.resolve import CLOUDS
from satseg_qgis.engine import commands
from satseg_qgis.engine.fields import FIELDS, in_fields

ELSEWHERE = {
    "--asset",
    "--debug",
    "--dry-run",
    "--file",  # of another program
    "--memory",
    "--overwrite",
    "--precision",
    "--scheduler",
    "--scheduler-file",
    "--workers",
}
"""Options that the plugin never gives, or that no sentence which can be met in QGIS speaks of."""


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("a.tif was assumed: choose others with --bands.", "a.tif was assumed: choose others under “Bands”."),
        ("say with --bands which bands to use, red among them.", "choose under “Bands” which bands to use, red"),
        ("If that is no land, give --nodata 0.", "If that is no land, set “No data” to 0."),
        ("If that is no land, give --nodata -3,255.", "If that is no land, set “No data” to -3,255."),
        ("--nodata names 2 values and a.tif has 3 bands", "“No data” names 2 values and a.tif has 3 bands"),
        ("repeat it, or start over with --overwrite instead of --resume.", "without “Go on with an interrupted run”."),
        ("leave --clouds out, or give the folder", "leave “Clouds” at keep, or give the folder"),
        ("such as --stretch 0,3000.", "such as “Stretch”: 0,3000."),
        ("no interrupted run; the raster and --extent are not the same", "the raster and “Extent” are not the same"),
        ("give the map that 'satseg segment' wrote.", "give the map that “Map land cover” wrote."),
        ("a model that 'satseg export' wrote", "a model that 'satseg export' wrote"),
        ("/data/scene--bands.tif cannot be opened.", "/data/scene--bands.tif cannot be opened."),
        ("/data/--bands/a.tif --unheard of.", "/data/--bands/a.tif --unheard of."),
    ],
)
def test_options_are_read_as_fields(said: str, read: str) -> None:
    assert read in in_fields(said)


def test_every_option_that_a_sentence_names_has_a_field() -> None:
    """Texts of the engine's modules, its command line's own left out."""
    named = set()
    folder = Path(satseg_core.__file__).parent
    for module in folder.rglob("*.py"):
        if module.parent == folder / "cli":
            continue
        named |= set(re.findall(r"(?<!\S)--[a-z]+(?:-[a-z]+)*(?![\w-])", " ".join(_sentences(module))))
    assert len(named) > 10
    assert named - ELSEWHERE <= FIELDS.keys()


def _sentences(module: Path) -> list[str]:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    documented = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [node.value for node in texts if id(node) not in documented]


def test_what_becomes_of_clouds_is_what_the_engine_takes() -> None:
    assert commands.CLOUDS == CLOUDS
