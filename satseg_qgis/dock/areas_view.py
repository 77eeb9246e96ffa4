"""The legend with the areas of the last map."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QIcon, QPixmap
from qgis.PyQt.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from satseg_core.errors import SatSegError
from satseg_core.legend import LandClass, Legend
from satseg_qgis.translate import tr

SWATCH = 14
"""Side of the square with a class's colour, px."""


@dataclass(frozen=True)
class ClassShare:
    """How much a class covers.

    Attributes:
        land_class: name and colour.
        area: m²; None for a map that has no place on the ground.
        pixels: of the raster.
        percent: of what is mapped.
    """

    land_class: LandClass
    area: float | None
    pixels: int
    percent: float


def read_shares(record: Path) -> list[ClassShare]:
    """The classes of a map, the largest first, as its run record has them.

    Raises:
        SatSegError: the record cannot be read.
    """
    try:
        values: Mapping[str, Any] = json.loads(record.read_text(encoding="utf-8"))
        legend = Legend.from_json(values["model"]["legend"])
        shares = [
            ClassShare(legend.by_code(row["code"]), row.get("area_m2"), row["pixels"], row["percent"])
            for row in values["areas"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SatSegError(tr("The run record {path} cannot be read.").format(path=record)) from error
    return sorted(shares, key=lambda share: -share.percent)


class AreasView(QTreeWidget):
    """A table: colour and name, share, area."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderLabels([tr("Class"), tr("Share"), tr("Area")])
        self.setRootIsDecorated(False)
        self.setSelectionMode(QTreeWidget.SelectionMode.NoSelection)
        self.setAlternatingRowColors(True)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(True)

    def show_shares(self, shares: list[ClassShare]) -> None:
        """Fill the table; classes that cover nothing are left out."""
        self.clear()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for share in shares:
            if not share.pixels:
                continue
            shown = share.land_class
            item = QTreeWidgetItem([tr(shown.name).capitalize(), _percent(share), _area(share)])
            item.setIcon(0, QIcon(_swatch(shown.color)))
            item.setToolTip(0, shown.description)
            item.setTextAlignment(1, right)
            item.setTextAlignment(2, right)
            self.addTopLevelItem(item)


def _percent(share: ClassShare) -> str:
    return "< 0.1 %" if share.percent < 0.05 else f"{share.percent:.1f} %"


def _area(share: ClassShare) -> str:
    return tr("{count} px").format(count=f"{share.pixels:,}") if share.area is None else f"{share.area / 1e4:,.2f} ha"


def _swatch(color: tuple[int, int, int]) -> QPixmap:
    picture = QPixmap(SWATCH, SWATCH)
    picture.fill(QColor(*color))
    return picture
