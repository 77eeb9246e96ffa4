"""The version of SatSeg: the one place it is written (metadata.txt and pyproject.toml are checked against it)."""

__version__ = "0.1.0"
