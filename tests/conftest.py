"""What all tests share. Standard library and pytest only: QGIS' own Python reads this file too."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


def shared_folder() -> Path:
    """The folder of real data: the environment variable ``SATSEG_SHARED``, or ``../shared`` beside the project."""
    return Path(os.environ.get("SATSEG_SHARED") or PROJECT.parent / "shared")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is remembered of the machine's runtimes is the tests' own, for children too."""
    os.environ["SATSEG_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data; tests that need it are skipped where it is absent."""
    data = shared_folder() / "data"
    if not data.is_dir():
        pytest.skip(f"needs real data in {data} (set SATSEG_SHARED to the folder that holds 'data')")
    return data
