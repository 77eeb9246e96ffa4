"""What the tests of the plugin's pure part share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

FAKE = Path(__file__).resolve().parents[2] / "fake_engine.py"


@pytest.fixture
def fake_engine() -> list[str]:
    """Command that starts the fake engine."""
    return [sys.executable, str(FAKE)]
