"""Mistakes are one line and a code, for every command line of training."""

from __future__ import annotations

import warnings

import pytest
from rasterio.errors import NotGeoreferencedWarning

from satseg_core.errors import UsageError
from training.command import run_command


def _raise(error: BaseException) -> None:
    raise error


def test_the_code_is_the_works_own_or_0() -> None:
    assert run_command(lambda: 3) == 3
    assert run_command(lambda: None) == 0


def test_a_mistake_is_one_line_and_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(lambda: _raise(UsageError("Give a folder."))) == 2
    assert capsys.readouterr() == ("", "error: Give a folder.\n")


def test_ctrl_c_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(lambda: _raise(KeyboardInterrupt()), "Interrupted; call again.") == 130
    assert capsys.readouterr().err == "Interrupted; call again.\n"


def test_what_is_broken_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        run_command(lambda: _raise(ZeroDivisionError()))


def test_unplaced_images_are_no_news() -> None:
    assert run_command(lambda: warnings.warn("no place", NotGeoreferencedWarning, stacklevel=1)) == 0
