"""No name in the plugin that Qt 6 or QGIS 4 has not, read from the sources: QGIS 4 itself is not needed.

QGIS 4 runs on PyQt6, which knows an enum's values by their full name alone (``Qt.AlignmentFlag.AlignLeft``). PyQt6
ships the names of everything it has as type stubs; they are read as text, so that no library of Qt is loaded.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
PLUGIN = PROJECT / "satseg_qgis"
SOURCES = sorted(PLUGIN.rglob("*.py"))

pytestmark = pytest.mark.skipif(importlib.util.find_spec("PyQt6") is None, reason="needs PyQt6")

# In QGIS 3.22 these are in QtWidgets, as in Qt 5; QGIS for Qt 6 offers them there, too (QGIS' python/PyQt/PyQt/
# QtWidgets.py.in). QtGui has them in both from 3.36 on alone, so they are to be imported from QtWidgets.
OFFERED_IN_QTWIDGETS = {"QAction", "QActionGroup", "QShortcut"}

# QGIS puts these back into Qt 6's QVariant (python/PyQt/PyQt/QtCore.py.in); QgsField of QGIS 3.22 knows no other.
OFFERED_IN_QVARIANT = {
    "Bool", "ByteArray", "Date", "DateTime", "Double", "Int", "Invalid", "List", "LongLong", "Map", "String",
    "StringList", "Time", "UInt", "ULongLong", "Url",
}  # fmt: skip

# Modules of qgis.PyQt that are no modules of Qt.
NOT_QT = {"uic", "sip"}

MIGRATION = "QGIS' scripts/pyqt5_to_pyqt6/pyqt5_to_pyqt6.py"
PYQT6 = "Differences Between PyQt6 and PyQt5, riverbankcomputing.com"
DEPRECATED = "QGIS API documentation 3.99, Deprecated List: removed in 4.0"
REMOVED_ATTRIBUTES = {
    "exec_": ("exec", MIGRATION),
    "print_": ("print", PYQT6),
    "desktop": ("QWidget.screen", MIGRATION),
    "fieldNameIndex": ("fields().lookupField", "QGIS API documentation, api_break"),
    "outputUnit": ("nothing", DEPRECATED),
    "SCALE_PRECISION": ("nothing", DEPRECATED),
    "geoProj4": ("QgsCoordinateReferenceSystem", DEPRECATED),
    "geoWkt": ("QgsCoordinateReferenceSystem", DEPRECATED),
}
"""Attributes of objects whose class is not known here: what to take instead, and where that is written."""

REMOVED_NAMES = {
    "qApp": ("QApplication.instance()", MIGRATION),
    "QRegExp": ("QRegularExpression", MIGRATION),
    "resources_rc": ("paths of files", MIGRATION),
    "GEOSRID": ("QgsCoordinateReferenceSystem", DEPRECATED),
    "GEOCRS_ID": ("QgsCoordinateReferenceSystem", DEPRECATED),
    "GEO_EPSG_CRS_ID": ("QgsCoordinateReferenceSystem", DEPRECATED),
    "QgsWebView": ("QTextBrowser", "QGIS issue 64447: Qt 6 has no WebKit"),
    "QgsWebPage": ("QTextBrowser", "QGIS issue 64447: Qt 6 has no WebKit"),
    "QgsWebFrame": ("QTextBrowser", "QGIS issue 64447: Qt 6 has no WebKit"),
}
"""Names that are imported."""

OVERLOADS = {"activated", "currentIndexChanged", "highlighted", "valueChanged", "buttonClicked"}
"""Signals that had an overload for text in Qt 5, as in ``activated[str]``; in Qt 6 they have one form."""


@dataclass(frozen=True)
class Class:
    """A class of PyQt6, as its stub has it."""

    name: str
    bases: tuple[str, ...]
    members: frozenset[str]
    classes: dict[str, Class] = field(hash=False)

    @property
    def is_enum(self) -> bool:
        return any(base.startswith("enum.") for base in self.bases)


def read_class(node: ast.ClassDef) -> Class:
    classes = {child.name: read_class(child) for child in node.body if isinstance(child, ast.ClassDef)}
    members = set(classes)
    for child in node.body:
        if isinstance(child, ast.FunctionDef):
            members.add(child.name)
        elif isinstance(child, ast.Assign):
            members.update(target.id for target in child.targets if isinstance(target, ast.Name))
        elif isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name):
            members.add(child.target.id)
    return Class(node.name, tuple(ast.unparse(base) for base in node.bases), frozenset(members), classes)


@functools.cache
def stub(module: str) -> dict[str, Class | None]:
    """Names of a module of PyQt6; ``None`` for what is no class. Empty where there is no such module."""
    spec = importlib.util.find_spec("PyQt6")
    assert spec
    assert spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / f"{module}.pyi"
    names: dict[str, Class | None] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body if path.exists() else []:
        if isinstance(node, ast.ClassDef):
            names[node.name] = read_class(node)
        elif isinstance(node, ast.FunctionDef):
            names[node.name] = None
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                names[ast.unparse(target)] = None
    return names


def family(module: str, cls: Class) -> Iterator[Class]:
    """The class and all it inherits from."""
    yield cls
    for base in cls.bases:
        *elsewhere, name = base.split(".")
        where = elsewhere[-1] if elsewhere else module
        parent = stub(where).get(name) if where.startswith("Qt") else None
        if parent:
            yield from family(where, parent)


def scopes(module: str, cls: Class, name: str) -> list[str]:
    """Enums of the class that have a value of this name."""
    return [inner.name for one in family(module, cls) for inner in one.classes.values()
            if inner.is_enum and name in inner.members]  # fmt: skip


@functools.cache
def enum_values() -> frozenset[str]:
    """Names of all values of enums in the modules that a plugin uses."""
    modules = ("QtCore", "QtGui", "QtWidgets", "QtNetwork")
    classes = [cls for module in modules for cls in stub(module).values() if cls]
    return frozenset(
        name
        for cls in classes
        for inner in cls.classes.values()
        if inner.is_enum
        for name in inner.members
        if name[0].isupper()
    )


def follow(module: str, cls: Class, path: list[str]) -> str | None:
    """What is wrong with a path of attributes that begins at a class; ``None`` if it leads somewhere in Qt 6."""
    seen = cls.name
    for name in path:
        if cls.name == "QVariant" and name in OFFERED_IN_QVARIANT:
            return None
        owner = next((one for one in family(module, cls) if name in one.members), None)
        if owner is None:
            within = scopes(module, cls, name)
            return f"{seen}.{name} is not in Qt 6" + (f": write {seen}.{within[0]}.{name}" if within else "")
        seen += f".{name}"
        if name not in owner.classes:
            return None
        cls = owner.classes[name]
    return None


class Reader(ast.NodeVisitor):
    """Collects what a source has that Qt 6 or QGIS 4 has not."""

    def __init__(self, tree: ast.Module) -> None:
        self.problems: list[str] = []
        self.modules: dict[str, str] = {}
        self.qt: dict[str, tuple[str, Class]] = {}
        self.qgis: set[str] = set()
        self.objects: dict[str, tuple[str, Class] | None] = {}
        self.called: set[ast.AST] = set()
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self.read_import(node)
        for node in ast.walk(tree):
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value:
                self.read_assignment(node)
        self.visit(tree)

    def say(self, node: ast.AST, text: str) -> None:
        self.problems.append(f"line {getattr(node, 'lineno', 0)}: {text}")

    def read_import(self, node: ast.Import | ast.ImportFrom) -> None:
        module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            whole = f"{module}.{alias.name}".strip(".")
            if re.match(r"(PyQt[456]|PySide[26]?)\b", whole):
                self.say(node, f"{whole} belongs to one version of Qt: import from qgis.PyQt")
            elif alias.name in REMOVED_NAMES:
                self.say(node, removed(alias.name, REMOVED_NAMES[alias.name]))
            elif isinstance(node, ast.Import) and whole.startswith("qgis.PyQt"):
                self.say(node, f"write from {whole} import ..., which this test can follow")
            elif whole.startswith("qgis.PyQt."):
                self.read_qt_import(node, whole.split(".")[2:], alias.asname or alias.name)
            elif whole.startswith("qgis."):
                self.qgis.add(alias.asname or alias.name)

    def read_qt_import(self, node: ast.AST, path: list[str], local: str) -> None:
        module, *name = path
        if module in NOT_QT:
            return
        if not stub(module):
            self.say(node, f"Qt 6 has no module {module}")
        elif not name:
            self.modules[local] = module
        elif name[0] == "*":
            self.say(node, "name what is imported, so that this test can follow")
        else:
            self.bind(node, module, name[0], local)

    def bind(self, node: ast.AST, module: str, name: str, local: str) -> Class | None:
        if name in OFFERED_IN_QTWIDGETS and module == "QtGui":
            self.say(node, f"QGIS 3.22 has {name} in QtWidgets alone: import it from there")
        where = "QtGui" if module == "QtWidgets" and name in OFFERED_IN_QTWIDGETS else module
        if name not in stub(where):
            self.say(node, f"PyQt6.{module} has no {name}")
            return None
        cls = stub(where)[name]
        if cls:
            self.qt[local] = (where, cls)
        return cls

    def read_assignment(self, node: ast.Assign | ast.AnnAssign) -> None:
        """Remember the class of a name that only ever gets new objects of one class of Qt."""
        made = None
        if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
            made = self.qt.get(node.value.func.id)
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            name = ast.unparse(target)
            self.objects[name] = made if self.objects.get(name, made) == made else None

    def visit_Attribute(self, node: ast.Attribute) -> None:
        path, start = [node.attr], node.value
        while isinstance(start, ast.Attribute):
            path.insert(0, start.attr)
            start = start.value
        if node.attr in REMOVED_ATTRIBUTES:
            self.say(node, removed(node.attr, REMOVED_ATTRIBUTES[node.attr]))
        if isinstance(start, ast.Name) and start.id in self.modules and path:
            self.read_module_path(node, self.modules[start.id], path)
        elif isinstance(start, ast.Name) and start.id in self.qt:
            self.report(node, follow(*self.qt[start.id], path))
        elif isinstance(start, ast.Name) and start.id in self.qgis:
            self.read_qgis_path(node, start.id, path)
        else:
            self.read_object(node)
            self.visit(node.value)

    def read_module_path(self, node: ast.AST, module: str, path: list[str]) -> None:
        cls = self.bind(node, module, path[0], f"{module}.{path[0]}")
        if cls:
            self.report(node, follow(*self.qt[f"{module}.{path[0]}"], path[1:]))

    def read_qgis_path(self, node: ast.AST, name: str, path: list[str]) -> None:
        """QGIS' own enums follow the same rule; a nested class is called, a constant is in capitals."""
        if len(path) == 1 and path[0][0].isupper() and not path[0].isupper() and node not in self.called:
            self.say(node, f"{name}.{path[0]}: name the enum in between, as in {name}.Flag.{path[0]}")

    def read_object(self, node: ast.Attribute) -> None:
        whole = ast.unparse(node.value)
        known = self.objects.get(whole)
        if known:
            self.report(node, follow(*known, [node.attr]))
        elif whole.split(".")[-1].islower() and node.attr in enum_values():
            self.say(node, f"{whole}.{node.attr}: a value of an enum is reached by its class and enum alone")

    def visit_Call(self, node: ast.Call) -> None:
        self.called.add(node.func)
        if ast.unparse(node.func) == "getattr" and ast.unparse(node.args[0]) in self.qt:
            self.say(node, f"{ast.unparse(node)}: write the name out, so that this test can follow")
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        # Annotations are never evaluated: `-> QgsProcessingAlgorithm.Flags` names a type, not a value.
        for child in node.body + node.decorator_list + node.args.defaults + [d for d in node.args.kw_defaults if d]:
            self.visit(child)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.value, ast.Attribute) and node.value.attr in OVERLOADS:
            self.say(node, f"{ast.unparse(node)}: Qt 6 has one form of this signal")
        self.generic_visit(node)

    def report(self, node: ast.AST, problem: str | None) -> None:
        if problem:
            self.say(node, problem)


def removed(name: str, entry: tuple[str, str]) -> str:
    return f"{name} is gone ({entry[1]}): take {entry[0]}"


def problems(source: str) -> list[str]:
    """What a source has that Qt 6 or QGIS 4 has not; a line each."""
    return Reader(ast.parse(source)).problems


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PLUGIN).as_posix())
def test_every_name_is_in_qt_6_and_qgis_4(path: Path) -> None:
    assert problems(path.read_text(encoding="utf-8")) == []


def scoped_values(source: str) -> list[str]:
    """Values of enums in a source, as ``Class.Enum.Value``."""
    found = re.findall(r"\b(Q\w+\.[A-Z]\w+\.[A-Z]\w+)\b", source)
    return sorted(set(found))


USED = [(path, value) for path in SOURCES for value in scoped_values(path.read_text(encoding="utf-8"))]


def test_the_plugin_has_enums_to_look_at() -> None:
    assert len(USED) > 5


@pytest.mark.parametrize(("path", "value"), USED, ids=lambda item: item.stem if isinstance(item, Path) else item)
def test_each_enum_of_the_plugin_without_its_scope_is_found(path: Path, value: str) -> None:
    cls, _, name = value.split(".")
    source = re.sub(rf"\b{re.escape(value)}\b", f"{cls}.{name}", path.read_text(encoding="utf-8"))
    assert any(f"{cls}.{name}" in problem for problem in problems(source))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("from qgis.PyQt.QtCore import Qt\nQt.AlignLeft", "write Qt.AlignmentFlag.AlignLeft"),
        ("from qgis.PyQt.QtCore import Qt\nQt.AlignmentFlag.AlignMiddle", "AlignMiddle is not in Qt 6"),
        ("from qgis.PyQt.QtWidgets import QScrollArea\nQScrollArea.NoFrame", "write QScrollArea.Shape.NoFrame"),
        ("from qgis.PyQt import QtWidgets\nQtWidgets.QFrame.NoFrame", "write QFrame.Shape.NoFrame"),
        ("from qgis.PyQt import QtWidgets\nQtWidgets.QDesktopWidget", "has no QDesktopWidget"),
        ("from qgis.PyQt.QtWidgets import QDesktopWidget", "PyQt6.QtWidgets has no QDesktopWidget"),
        ("def f():\n    from qgis.PyQt.QtCore import QRegExp", "take QRegularExpression"),
        ("from qgis.PyQt.QtWebKitWidgets import QWebView", "no module QtWebKitWidgets"),
        ("from qgis.PyQt.QtGui import QAction", "import it from there"),
        ("from PyQt5.QtCore import Qt", "import from qgis.PyQt"),
        ("import PyQt6", "import from qgis.PyQt"),
        ("import qgis.PyQt.QtCore", "which this test can follow"),
        ("from qgis.PyQt.QtCore import *", "name what is imported"),
        ("from qgis.PyQt.QtCore import Qt\ngetattr(Qt, 'AlignLeft')", "write the name out"),
        ("dialog.exec_()", "take exec"),
        ("from qgis.PyQt.QtWidgets import QApplication\nQApplication.exec_()", "exec_ is not in Qt 6"),
        ("from qgis.PyQt.QtCore import QVariant\nQVariant.Type.Int", "QVariant.Type is not in Qt 6"),
        ("from qgis.PyQt.QtWidgets import QLabel\nlabel = QLabel()\nlabel.setMargins(1)", "setMargins is not in Qt 6"),
        (
            "from qgis.PyQt.QtGui import QFontMetrics\ndef f(self):\n  self.m = QFontMetrics(x)\n  self.m.width(1)",
            "QFontMetrics.width is not in Qt 6",
        ),
        ("def f(self):\n    self.setFrameShape(self.NoFrame)", "reached by its class and enum alone"),
        ("box.activated[str].connect(f)", "one form of this signal"),
        ("from qgis.core import QgsProcessing\nQgsProcessing.TypeRaster", "name the enum in between"),
        ("from qgis.core import QgsWkbTypes\nf(a, QgsWkbTypes.PolygonGeometry)", "name the enum in between"),
        ("from qgis.core import GEOSRID", "QgsCoordinateReferenceSystem"),
        ("from qgis.gui import QgsWebView", "no WebKit"),
    ],
)  # fmt: skip
def test_what_qt_6_and_qgis_4_lack_is_found(code: str, words: str) -> None:
    assert any(words in problem for problem in problems(code)), problems(code)


@pytest.mark.parametrize(
    "code",
    [
        "from qgis.PyQt.QtWidgets import QAction, QScrollArea\nQScrollArea.Shape.NoFrame",
        "from qgis.PyQt.QtCore import Qt as Q\nQ.AlignmentFlag.AlignLeft | Q.AlignmentFlag.AlignTop",
        "from qgis.PyQt.QtCore import QVariant, pyqtSignal\nQVariant.Int",
        "from qgis.PyQt import uic\nuic.loadUi('a')",
        "from qgis.PyQt.QtWidgets import QLabel\nlabel = QLabel()\nlabel.setText('a')\nlabel.sizePolicy().Policy",
        "from qgis.core import QgsProcessing\nQgsProcessing.SourceType.TypeRaster, QgsProcessing.TEMPORARY_OUTPUT",
        "from qgis.core import QgsVectorFileWriter\nQgsVectorFileWriter.SaveVectorOptions()",
        "from qgis.core import QgsProcessingAlgorithm\ndef f() -> QgsProcessingAlgorithm.Flags:\n    pass",
    ],
)
def test_what_both_have_passes(code: str) -> None:
    assert problems(code) == []
