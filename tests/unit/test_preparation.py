"""What comes before the work of a run comes in an order that leaves measurements alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from satseg_core import preparation
from satseg_core.events import Reporter
from satseg_core.maps import Helpers
from satseg_core.model.choice import Choice
from satseg_core.model.runtime import Runtime, load_runtime
from satseg_core.remote.staging import Staging
from satseg_core.segment_options import SegmentOptions


@pytest.mark.parametrize("measured", [False, True])
def test_runtimes_are_measured_when_workers_have_started(
    make_raster: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, measured: bool
) -> None:
    raster = make_raster(np.full((3, 300, 300), 100, np.uint8))
    options = SegmentOptions(str(raster), str(tmp_path / "map.tif"), workers=1)
    order: list[str] = []
    wait = Helpers.wait

    def waiting(self: Helpers, *words: Any) -> Any:
        order.append("waits")
        return wait(self, *words)

    def load(*words: Any) -> Runtime:
        order.append("loads")
        return load_runtime(words[0], "onnx")

    monkeypatch.setattr(Helpers, "wait", waiting)
    monkeypatch.setattr(preparation, "candidates", lambda *_: [Choice("onnx", "cpu", ""), Choice("torch", "cpu", "")])
    monkeypatch.setattr(preparation, "are_measured", lambda *_: measured)
    reporter = Reporter()
    with Staging(tmp_path, reporter) as staging, preparation.prepared(options, staging, reporter, load):
        assert order == (["loads", "waits"] if measured else ["waits", "loads", "waits"])
