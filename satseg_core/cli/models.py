"""``satseg models``: which models there are, and their cards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from satseg_core.cli import options
from satseg_core.cli.session import Session
from satseg_core.model.card import ModelCard


@click.command()
@click.argument("name", required=False, metavar="[NAME|FILE]")
@click.option("--details", is_flag=True, help="Print the whole card.")
@options.hidden_progress
@click.pass_obj
def models(session: Session, name: str | None, details: bool, progress: str) -> None:
    """List the models that come with SatSeg, or describe one."""
    from satseg_core.model.store import find_model, list_models

    found = [find_model(name)] if name else list_models()
    if session.as_json:
        session.reporter(progress).result({"models": [json.loads(model.card.to_json()) for model in found]})
        return
    for model in found:
        click.echo(_details(model.card) if details or name else f"{model.card.name:<16} {model.card.title}")


def _details(card: ModelCard) -> str:
    values: dict[str, Any] = json.loads(card.to_json())
    legend = "\n".join(f"  {c.code:>3}  {c.hex_color}  {c.name}: {c.description}" for c in card.legend)
    rest = "\n".join(
        f"{key.replace('_', ' ').capitalize()}: {_short(values[key])}"
        for key in (
            "bands",
            "pixel_size",
            "tile_size",
            "overlap",
            "mean",
            "std",
            "scaling",
            "temperature",
            "architecture",
        )
    )
    return (
        f"{card.name} {card.version}: {card.title}\n{card.description}\n\nLegend:\n{legend}\n\n{rest}\n\n"
        f"Training:\n{_indented(values['training'])}\nAccuracy:\n{_indented(values['accuracy'])}\n"
        f"{_listed('Intended use', card.intended_use)}{_listed('Limits', card.limits)}\n"
        f"Licence: {card.licence}\nWeights: sha256 {card.weights_sha256}"
    )


def _listed(title: str, sentences: Sequence[str]) -> str:
    """A titled list, or nothing where there are no sentences."""
    return "".join([f"{title}:\n", *(f"  - {sentence}\n" for sentence in sentences)]) if sentences else ""


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_short(item)}" for key, item in value.items() if item is not None)
    if isinstance(value, list):
        return ", ".join(_short(item) for item in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _indented(values: dict[str, Any]) -> str:
    return "\n".join(f"  {key.replace('_', ' ')}: {_short(value)}" for key, value in values.items())
