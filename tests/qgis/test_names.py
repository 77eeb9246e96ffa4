"""Every name of QGIS and Qt in the plugin's sources is in this QGIS, on lines that no other test runs, too.

`tests/unit/plugin/test_qt6.py` asks the same of Qt 6, without a QGIS.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "satseg_qgis"
SOURCES = sorted(PLUGIN.rglob("*.py"))


def imported(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """What a source imports from QGIS: its name there, its module, and its name in the source."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "qgis":
            for alias in node.names:
                yield alias.name, str(node.module), alias.asname or alias.name


def missing(source: str) -> list[str]:
    """Names with their attributes, as ``QFrame.Shape.NoFrame``, that this QGIS has not."""
    tree = ast.parse(source)
    known = {local: find(module, name) for name, module, local in imported(tree)}
    lacking = [local for local, value in known.items() if value is None]
    paths = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return lacking + [ast.unparse(node) for node in paths if not has(node, known)]


def find(module: str, name: str) -> object | None:
    """An import's object; ``None`` if there is none."""
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        return None


def has(node: ast.Attribute, known: dict[str, object]) -> bool:
    """Whether a path of attributes leads somewhere; paths that begin at anything but a name of QGIS do."""
    path: list[str] = []
    start: ast.expr = node
    while isinstance(start, ast.Attribute):
        path.insert(0, start.attr)
        start = start.value
    if not isinstance(start, ast.Name) or start.id not in known:
        return True
    value = known[start.id]
    for name in path:
        if not hasattr(value, name):
            return False
        value = getattr(value, name)
    return True


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PLUGIN).as_posix())
def test_every_name_is_in_this_qgis(qgis, path: Path) -> None:
    assert missing(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("from qgis.core import QgsNothing", "QgsNothing"),
        ("from qgis.core import QgsTask as T\nT.Flag.CanFly", "T.Flag.CanFly"),
        ("def f():\n    from qgis.PyQt.QtCore import Qt\n    return Qt.AlignmentFlag.AlignMiddle", "AlignMiddle"),
    ],
)
def test_a_name_that_is_not_there_is_found(qgis, code: str, name: str) -> None:
    assert [text for text in missing(code) if name in text]
