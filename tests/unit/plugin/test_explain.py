"""What pip and venv print, and what the user reads of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from satseg_qgis.engine.explain import explain

REFUSED = "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)': /simple/numpy/"
NONE = "ERROR: No matching distribution found for numpy>=1.22"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([REFUSED, NONE], "The internet is not in reach"),
        (["ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"], "disk is full"),
        (["OSError: [WinError 112] There is not enough space on the disk"], "disk is full"),
        (["SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] self signed"], "PIP_CERT"),
        (["OSError('Tunnel connection failed: 407 Proxy Authentication Required'"],
         "a name and a password"),
        (["ProxyError('Cannot connect to proxy.', NewConnectionError("], "proxy cannot be reached"),
        (["ERROR: Could not install packages due to an OSError: [WinError 5] Access is denied: 'x.pyd'"],
         "close other programs"),
        (["The virtual environment was not created successfully because ensurepip is not available."], "python3-venv"),
        (["error: externally-managed-environment"], "SATSEG_PYTHON"),
        ([NONE], "no wheel of numpy for this Python"),
        (["", "Segmentation fault", ""], "not possible to install the packages (Segmentation fault)"),
        ([], "it said nothing"),
    ],
)  # fmt: skip
def test_each_failure_has_its_sentence(lines: list[str], words: str) -> None:
    sentence = explain(lines, "It was not possible to install the packages ({why}).")
    assert words in sentence
    assert "\n" not in sentence


def pip(*words: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--dry-run", "--isolated", *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode
    return (done.stdout + done.stderr).splitlines()


def test_the_true_pip_without_a_server() -> None:
    lines = pip("--index-url", "http://127.0.0.1:9/simple", "--retries", "1", "--no-cache-dir", "surely-not-there")
    assert "The internet is not in reach" in explain(lines, "No ({why}).")


def test_the_true_pip_without_a_wheel(tmp_path: Path) -> None:
    lines = pip("--no-index", "--find-links", str(tmp_path), "surely-not-there")
    assert "no wheel of surely-not-there" in explain(lines, "No ({why}).")
