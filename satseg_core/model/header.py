"""Reading a model's card from the head of its file. Standard library only: QGIS lists models in its own process.

A ``.safetensors`` file begins with the length of a JSON header (8 bytes, little-endian) and the header, whose
``__metadata__`` holds the card. An ``.onnx`` file is a protobuf message whose field 14, ``metadata_props``,
repeats key and value; everything else in it is skipped unread.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from satseg_core.errors import ModelError
from satseg_core.model.card import CARD_KEY, ModelCard

MAX_HEADER = 100_000_000
"""Longest header that safetensors allows, bytes."""

_ONNX_METADATA = 14
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def read_card(path: Path) -> ModelCard:
    """Read the card of a ``.safetensors`` or ``.onnx`` model.

    Raises:
        ModelError: the file is missing, is no such file, or carries no valid card.
    """
    metadata = read_onnx_metadata(path) if path.suffix == ".onnx" else read_metadata(path)
    if CARD_KEY not in metadata:
        raise ModelError(f"{path} carries no SatSeg model card; use a model that 'satseg export' wrote.")
    try:
        return ModelCard.from_json(metadata[CARD_KEY])
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from error


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata in the header of a ``.safetensors`` file, empty if it has none.

    Raises:
        ModelError: the file is missing or is no safetensors file.
    """
    metadata = read_header(path).get("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise _malformed(path)
    return metadata


def read_header(path: Path) -> dict[str, Any]:
    """The whole JSON header of a ``.safetensors`` file: metadata, and type, shape and place of each tensor.

    Raises:
        ModelError: the file is missing or is no safetensors file.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            # Of a pickle or a zip the first bytes make an absurd length.
            if not 2 <= length <= MAX_HEADER:
                raise _malformed(path)
            text = file.read(length)
        header = json.loads(text) if len(text) == length else None
    except OSError as error:
        raise _unreadable(path, error) from error
    except (ValueError, RecursionError) as error:
        raise _malformed(path) from error
    if not isinstance(header, dict):
        raise _malformed(path)
    return header


def read_onnx_metadata(path: Path) -> dict[str, str]:
    """The ``metadata_props`` of an ``.onnx`` file.

    Raises:
        ModelError: the file is missing or is no ONNX file.
    """
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            return dict(_entry(value) for value in _fields(file, size, _ONNX_METADATA))
    except OSError as error:
        raise _unreadable(path, error) from error
    except (ValueError, EOFError) as error:
        raise ModelError(f"{path} is not an ONNX file, or only a part of one; export the model again.") from error


def _entry(message: bytes) -> tuple[str, str]:
    parts = {wanted: b"".join(_fields(io.BytesIO(message), len(message), wanted)) for wanted in (1, 2)}
    return parts[1].decode("utf-8"), parts[2].decode("utf-8")


def _fields(file: IO[bytes], size: int, wanted: int) -> Iterator[bytes]:
    """The contents of one length-delimited field of the protobuf message in ``file``, all others skipped."""
    while file.tell() < size:
        key = _varint(file)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            _varint(file)
            continue
        lengths = {_FIXED64: 8, _FIXED32: 4}
        length = _varint(file) if kind == _BYTES else lengths.get(kind, -1)
        if number < 1 or length < 0 or file.tell() + length > size:
            raise ValueError("no protobuf message")
        if number == wanted and kind == _BYTES:
            yield file.read(length)
        else:
            file.seek(length, 1)


def _varint(file: IO[bytes]) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)
        if not byte:
            raise EOFError
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise ValueError("no protobuf number")


def _unreadable(path: Path, error: OSError) -> ModelError:
    return ModelError(f"The model file {path} cannot be read ({error.strerror or error}).")


def _malformed(path: Path) -> ModelError:
    return ModelError(
        f"{path} is not a safetensors file, or only a part of one; use a model that 'satseg export' wrote."
    )
