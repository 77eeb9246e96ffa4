"""What a run leaves on disk: checkpoints to go on from, weights, and the record. Each appears whole or not at all."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w
import torch
from safetensors.torch import save
from torch import nn

from satseg_core.errors import OutputError, UsageError
from satseg_core.outputs import whole_outputs
from training.config import TrainingConfig

CHECKPOINT = "last.pt"
WEIGHTS = "weights.safetensors"
BEST = "best.safetensors"
RECORD = "config.toml"

FORMAT = 1
"""Version of the checkpoint's layout."""

_WITHOUT_EFFECT: Mapping[str, tuple[str, ...]] = {
    "": ("output", "card", "comparison", "record"),
    "data": ("workers", "cache_mpx"),
    "schedule": ("threads", "device", "measure_every", "save_every"),
}
"""Settings by table that do not change what is learned, but for rounding: a run may go on with others."""


def fingerprint(config: TrainingConfig) -> dict[str, str]:
    """Digest of the settings in each table that shape what is learned."""
    tables = {name: dict(values) for name, values in _plain(config).items() if name not in _WITHOUT_EFFECT[""]}
    for name, settings in _WITHOUT_EFFECT.items():
        for setting in settings:
            tables.get(name, {}).pop(setting, None)
    return {name: _digest(values) for name, values in tables.items()}


def _digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _plain(config: TrainingConfig) -> dict[str, Any]:
    """A configuration as TOML and JSON have it."""
    plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(config)))
    return plain


def save_checkpoint(folder: Path, config: TrainingConfig, state: Mapping[str, Any]) -> None:
    """Write a checkpoint in place of the last one.

    Args:
        folder: of the run.
        config: of the run.
        state: tensors and plain values.

    Raises:
        OutputError: it cannot be written.
    """
    whole = {"format": FORMAT, "settings": fingerprint(config), **state}
    try:
        with whole_outputs(overwrite=True) as outputs:
            torch.save(whole, outputs.add(folder / CHECKPOINT))
    except (OSError, RuntimeError) as error:  # torch's writer says so when the disk is full
        raise OutputError(f"Cannot write the checkpoint {folder / CHECKPOINT} ({error}); make room for it.") from error


def load_checkpoint(folder: Path, config: TrainingConfig) -> dict[str, Any] | None:
    """Read the checkpoint of a run; None where there is none yet.

    Nothing but tensors and plain values is read: a pickle with anything else is refused unrun.

    Raises:
        UsageError: it belongs to a run with other settings, or cannot be read.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        settings = state["settings"]
    except Exception as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise UsageError(f"The checkpoint {path} cannot be read ({reason}); start over with --overwrite.") from error
    wanted = fingerprint(config)
    if state.get("format") != FORMAT or settings != wanted:
        different = ", ".join(f"[{name}]" for name in wanted if settings.get(name) != wanted[name]) or "its format"
        raise UsageError(
            f"The checkpoint {path} is of a run with other settings ({different}); "
            "take the same settings to go on with it, or start over with --overwrite."
        )
    return state


def refuse_to_replace(folder: Path) -> None:
    """See that a folder holds no run yet.

    Raises:
        OutputError: it does.
    """
    for name in (CHECKPOINT, WEIGHTS):
        if (folder / name).exists():
            raise OutputError(
                f"{folder} holds a run already; add --resume to go on with it, --overwrite to start over, "
                "or choose another folder with --output."
            )


def forget_run(folder: Path) -> None:
    """Remove what an older run left in a folder, so that two runs are never mixed.

    Raises:
        OutputError: a file cannot be removed.
    """
    names = (CHECKPOINT, WEIGHTS, BEST, RECORD, "curve.json", "curve.png")
    try:
        for path in (*(folder / name for name in names), *folder.glob("events.out.tfevents.*")):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"Cannot remove {path} ({error.strerror}); close it in other programs.") from error


def write_weights(path: Path, network: nn.Module) -> None:
    """Write a network's float32 weights and statistics as a bare safetensors file, by their names in it.

    Raises:
        OutputError: the file cannot be written.
    """
    state = {k: v.detach().cpu().contiguous() for k, v in network.state_dict().items() if v.is_floating_point()}
    with whole_outputs(overwrite=True) as outputs:
        outputs.add(path).write_bytes(save(state))


def write_record(folder: Path, config: TrainingConfig, record: Mapping[str, Any]) -> None:
    """Write ``config.toml``: every setting of a run and, in the table ``record``, what became of it.

    `training.config.read_config` reads it again.

    Raises:
        OutputError: the file cannot be written.
    """
    text = tomli_w.dumps(_plain(dataclasses.replace(config, record=record)), multiline_strings=True)
    with whole_outputs(overwrite=True) as outputs:
        outputs.add(folder / RECORD).write_bytes(text.encode())
