"""A worker does nothing for a command of another version."""

from __future__ import annotations

import pytest

from satseg_core.cluster.worker import check_version
from satseg_core.errors import RuntimeUnavailableError
from satseg_core.version import __version__


def test_another_version_is_refused_in_a_sentence_that_names_both() -> None:
    check_version(__version__)
    with pytest.raises(RuntimeUnavailableError, match=f"{__version__} and the command 9.9; install the same"):
        check_version("9.9")
