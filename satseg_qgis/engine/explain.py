"""Why an installation failed, in a sentence that says what to do, from what pip and venv print."""

from __future__ import annotations

import re
from collections.abc import Sequence

from satseg_qgis.engine.words import marked, tr

_REASONS: tuple[tuple[str, str], ...] = (
    (
        r"No space left on device|Errno 28|WinError 112|not enough space",
        marked("The disk is full; free some space, or name a folder on another disk in SATSEG_ENVIRONMENTS."),
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError|certificate verify failed",
        marked(
            "The certificate of the server is not trusted, most often because the network's own firewall shows another;"
            " ask for its certificate and name the file in the environment variable PIP_CERT."
        ),
    ),
    (
        r"407 Proxy Authentication|Proxy Authentication Required",
        marked("The proxy asks for a name and a password; give them in Settings > Options > Network."),
    ),
    (
        r"Cannot connect to proxy|ProxyError",
        marked("The proxy cannot be reached; see to Settings > Options > Network."),
    ),
    (
        (
            r"NewConnectionError|Failed to establish a new connection|Name or service not known"
            r"|getaddrinfo failed"
            r"|Temporary failure in name resolution|Network is unreachable|Connection refused"
            r"|ConnectTimeout|Read timed out"
        ),
        marked(
            "The internet is not in reach; connect, see to the proxy in Settings > Options > Network, or choose a"
            " folder of wheels that was filled elsewhere (pip download)."
        ),
    ),
    (
        r"Permission denied|Access is denied|WinError 5\b|Errno 13",
        marked(
            "A file may not be written; close other programs that use the environment, or see to the folder's"
            " permissions."
        ),
    ),
    (
        r"ensurepip is not available|No module named ensurepip|No module named venv",
        marked("This Python cannot make environments; on Debian and Ubuntu: apt-get install python3-venv."),
    ),
    (
        r"externally-managed-environment",
        marked("This Python belongs to the system and takes no packages; name another one in SATSEG_PYTHON."),
    ),
)

_NO_WHEEL = re.compile(r"No matching distribution found for ([A-Za-z0-9._-]+)")


def explain(lines: Sequence[str], otherwise: str) -> str:
    """One sentence.

    Args:
        lines: the last that the program printed.
        otherwise: the sentence where the lines say nothing that is known, with ``{why}`` in it for the last of them.
    """
    text = "\n".join(lines)
    for pattern, sentence in _REASONS:
        if re.search(pattern, text):
            return tr(sentence)
    missing = _NO_WHEEL.search(text)
    if missing:
        sentence = tr(
            "There is no wheel of {package} for this Python and system; choose a folder of wheels that has one, or name"
            " another Python in SATSEG_PYTHON."
        )
        return sentence.format(package=missing.group(1))
    last = next((line.strip() for line in reversed(lines) if line.strip()), tr("it said nothing"))
    return otherwise.format(why=last[:300])
