"""The sheet of crops: what it shows is what training gets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from satseg_core.legend import LAND_COVER
from training.config import read_config
from training.data.codes import IGNORE
from training.data.crops import CropDataset
from training.data.scenes import find_scenes
from training.preview import main, preview, sheet

CROP = 48


@pytest.fixture(scope="module")
def config_file(scenes_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of eight crops of the made scenes, one held out."""
    path = tmp_path_factory.mktemp("preview") / "run.toml"
    path.write_text(
        f"""
        output = "unused"
        [data]
        pixel_size = 1.0
        held_out = ["made/c"]
        [[data.sources]]
        name = "made"
        images = "{scenes_folder.as_posix()}/images/*.jpg"
        labels = "{scenes_folder.as_posix()}/labels/{{id}}_mask.png"
        coding = "colors128"
        pixel_size = 1.0
        [schedule]
        steps = 4
        batch = 2
        crop = {CROP}
        [augmentation]
        clouds = 0.5
        """
    )
    return path


def test_the_command_line_draws_the_crops_of_the_run(config_file: Path, tmp_path: Path) -> None:
    output = tmp_path / "sheet.png"
    command = [sys.executable, "-m", "training.preview", str(config_file), "--output", str(output), "--count", "5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    drawn = np.asarray(Image.open(output))
    config = read_config(config_file)
    trained = [scene for scene in find_scenes(config.data, LAND_COVER) if scene.id != "c"]
    pixels, labels = CropDataset(trained, config, LAND_COVER)[0]
    cell = drawn[10 : 10 + CROP, 10 : 10 + 2 * CROP]
    assert np.abs(cell[:, :CROP] - pixels.permute(1, 2, 0).numpy() * 255).max() <= 0.51
    colors = np.array([c.color for c in LAND_COVER] + [(150, 150, 146)], np.uint8)
    assert np.array_equal(cell[:, CROP:], colors[np.where(labels == IGNORE, len(LAND_COVER), labels)])


def test_first_moves_on(config_file: Path) -> None:
    config = read_config(config_file)
    both, second = (np.asarray(preview(config, numbers)) for numbers in ((0, 1), (1,)))
    image = second[10 : 10 + CROP, 10 : 10 + 2 * CROP]
    starts = [(row, col) for row in range(both.shape[0] - CROP) for col in range(both.shape[1] - 2 * CROP)]
    assert any(np.array_equal(both[r : r + CROP, c : c + 2 * CROP], image) for r, c in starts)


@pytest.mark.parametrize("bands", [1, 2, 4])
def test_any_number_of_bands_can_be_shown(bands: int) -> None:
    crops = {7: (torch.full((bands, 20, 20), 0.4), torch.zeros(20, 20, dtype=torch.int64))}
    drawn = np.asarray(sheet(crops, LAND_COVER))
    assert (drawn[10:30, 10:30] == 102).all()
    assert (drawn[10:30, 30:50] == LAND_COVER.by_code(0).color).all()


@pytest.mark.parametrize(
    ("extra", "code", "words"),
    [
        (["--first", "6"], 2, "crops 0 to 7"),
        (["--first", "-1"], 2, "crops 0 to 7"),
        (["--count", "0"], 2, "crops 0 to 7"),
        (["--count", "1", "--output", "missing/sheet.png"], 1, "Cannot write"),
        (["--count", "1", "--output", "sheet.what"], 1, "PNG"),
    ],
)
def test_mistakes_are_one_sentence(
    config_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    extra: list[str], code: int, words: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main([str(config_file), "--output", "sheet.png", *extra]) == code
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert words in said
    assert said.count("\n") == 1
    assert not list(tmp_path.iterdir())
