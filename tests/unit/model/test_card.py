"""What a card says, in files old and new and on screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from satseg_core.cli.models import models
from satseg_core.cli.session import Session
from satseg_core.errors import ModelError
from satseg_core.model.card import ModelCard
from satseg_core.model.file import write_model

from .conftest import make_card, make_network

USES = ("Maps of fields.", "A start for training on other land.")


def details(card: ModelCard, folder: Path) -> str:
    """What ``satseg models FILE --details`` prints of a model with this card."""
    path = folder / "described.safetensors"
    write_model(path, card, make_network(card).state_dict())
    result = CliRunner().invoke(models, [str(path), "--details"], obj=Session([]), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_intended_use_travels_in_the_card() -> None:
    card = make_card(intended_use=USES)
    assert ModelCard.from_json(card.to_json()) == card
    assert json.loads(card.to_json())["intended_use"] == list(USES)


def test_cards_from_before_the_intended_use_are_still_read() -> None:
    values = json.loads(make_card(limits=("None.",)).to_json())
    del values["intended_use"]
    card = ModelCard.from_json(json.dumps(values))
    assert card.intended_use == ()
    assert card.limits == ("None.",)


@pytest.mark.parametrize("wrong", ["one text", ["a", 3], 7])
@pytest.mark.parametrize("key", ["intended_use", "limits"])
def test_sentences_must_be_a_list_of_texts(key: str, wrong: object) -> None:
    values = {**json.loads(make_card().to_json()), key: wrong}
    with pytest.raises(ModelError, match="export the model again"):
        ModelCard.from_json(json.dumps(values))


def test_details_list_uses_and_limits(tmp_path: Path) -> None:
    shown = details(make_card(intended_use=USES, limits=("Not at night.",)), tmp_path)
    assert f"Intended use:\n  - {USES[0]}\n  - {USES[1]}\nLimits:\n  - Not at night.\n\nLicence: CC0-1.0" in shown


def test_details_leave_out_what_a_card_does_not_say(tmp_path: Path) -> None:
    shown = details(make_card(), tmp_path)
    assert "Intended use" not in shown
    assert "Limits" not in shown


def test_codes_of_a_model_leave_room_for_nodata_in_a_byte() -> None:
    values = json.loads(make_card().to_json())
    values["legend"][0]["code"] = 254
    assert max(ModelCard.from_json(json.dumps(values)).legend.codes) == 254
    values["legend"][0]["code"] = 255
    with pytest.raises(ModelError, match="outside 0 to 254"):
        ModelCard.from_json(json.dumps(values))
