"""`satseg`, thin: each command parses its options, calls the engine and reports."""

from satseg_core.cli.main import main

__all__ = ["main"]
