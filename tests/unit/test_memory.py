"""Memory: what is asked for is divided, and too little is refused."""

from __future__ import annotations

import pytest

from satseg_core.errors import UsageError
from satseg_core.memory import FIXED_MB, SMALLEST_MB, Budget


def test_shares_and_what_is_fixed_are_within_the_whole():
    budget = Budget.of(1000)
    assert 0 < budget.gdal + budget.pieces + budget.scores <= (1000 - FIXED_MB) * 1e6
    assert budget.gdal_options()["GDAL_CACHEMAX"] == budget.gdal


def test_the_usual_run_and_a_rich_one():
    assert Budget.of() == Budget.of(None)
    assert Budget.of(10**6) == Budget.of(10**5)


def test_too_little_is_refused():
    Budget.of(SMALLEST_MB)
    with pytest.raises(UsageError, match=f"{SMALLEST_MB} MB"):
        Budget.of(SMALLEST_MB - 1)
