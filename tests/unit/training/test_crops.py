"""Crops: image and labels stay together, and nothing but seed and number decides what they show."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from satseg_core.errors import UsageError
from satseg_core.legend import LAND_COVER
from training.config import Augmentation, SourceConfig, TrainingConfig
from training.data.codes import IGNORE
from training.data.crops import CropDataset, crop_numbers
from training.data.scenes import find_scenes

from .made_data import NONE, blocks, config_for, image_of, placed, write


def dataset(config: TrainingConfig) -> CropDataset:
    return CropDataset(find_scenes(config.data, LAND_COVER), config, LAND_COVER)


def made_source(folder: Path, codes: np.ndarray, name: str = "made", **settings: object) -> SourceConfig:
    """A set of one scene at 0.5 m a px whose image tells the code of each px."""
    write(folder / name / "images/a.tif", image_of(codes), placed(0.5))
    write(folder / name / "labels/a.tif", codes, placed(0.5))
    images, labels = str(folder / name / "images/*.tif"), str(folder / name / "labels/{id}.tif")
    return SourceConfig(name, images, labels, **settings)  # type: ignore[arg-type]


@pytest.fixture
def config(tmp_path: Path) -> TrainingConfig:
    """A scene of 180 px at 0.5 m, cropped to 36 px at 1 m."""
    return config_for([made_source(tmp_path, blocks(180, 18))], crop=36, balanced=0.5)


def told(images: torch.Tensor) -> torch.Tensor:
    """The code that an image tells of each px."""
    return (images[..., 0, :, :] * 255 / 40).round().long()


def several(crops: CropDataset, numbers: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
    images, labels = zip(*(crops[number] for number in numbers))
    return torch.stack(images), torch.stack(labels)


def test_a_crop_has_the_promised_shape_and_range(config: TrainingConfig) -> None:
    image, labels = dataset(config)[0]
    assert image.shape == (3, 36, 36)
    assert image.dtype == torch.float32
    assert labels.shape == (36, 36)
    assert labels.dtype == torch.int64
    assert 0 <= float(image.min()) <= float(image.max()) <= 1
    assert set(labels.unique().tolist()) <= {0, 1, 2, 3, 4, 5}


@pytest.mark.parametrize("scale", [(1.0, 1.0), (0.6, 1.6), (2.5, 2.5)])
@pytest.mark.parametrize("turn", [False, True])
def test_labels_stay_on_their_px(config: TrainingConfig, scale: tuple[float, float], turn: bool) -> None:
    varied = dataclasses.replace(config, augmentation=dataclasses.replace(NONE, scale=scale, turn=turn))
    images, labels = several(dataset(varied), range(20))
    # Where areas border on each other the image mixes them.
    assert float((told(images) == labels).float().mean()) > 0.8
    upside_down = labels.flip(1)
    assert float((told(images) == upside_down).float().mean()) < 0.6


def test_crops_are_a_function_of_seed_and_number(config: TrainingConfig) -> None:
    varied = dataclasses.replace(config, augmentation=Augmentation(clouds=0.3, haze=0.3, mix=0.3, noise=0.02))
    one, two = dataset(varied), dataset(varied)
    first = several(one, [0, 1, 2, 3, 4, 5])
    second = several(two, [5, 4, 3, 2, 1, 0])
    assert torch.equal(first[0], second[0].flip(0))
    assert torch.equal(first[1], second[1].flip(0))
    assert not torch.equal(first[0][0], first[0][1])
    other = dataclasses.replace(varied, schedule=dataclasses.replace(varied.schedule, seed=2))
    assert not torch.equal(dataset(other)[0][0], first[0][0])


def test_helper_processes_make_the_same_crops(config: TrainingConfig) -> None:
    crops = dataset(config)
    helped = dataset(dataclasses.replace(config, data=dataclasses.replace(config.data, workers=2)))
    numbers = list(crop_numbers(1, 4))
    loader = DataLoader(helped, batch_size=2, sampler=numbers, num_workers=2)
    images, labels = (torch.cat(part) for part in zip(*loader))
    assert torch.equal(images, several(crops, numbers)[0])
    assert torch.equal(labels, several(crops, numbers)[1])


def test_steps_share_out_the_crops_without_gap_or_repeat(config: TrainingConfig) -> None:
    schedule = config.schedule
    numbers = [number for step in range(schedule.steps) for number in crop_numbers(step, schedule.batch)]
    crops = dataset(config)
    assert numbers == list(range(len(crops)))
    with pytest.raises(IndexError):
        crops[len(crops)]


def test_balanced_crops_show_rare_classes(tmp_path: Path) -> None:
    codes = np.zeros((200, 200), np.uint8)
    codes[:8, :8] = 5
    codes[20:28, :8] = IGNORE
    source = made_source(tmp_path, codes)

    def share(balanced: float) -> float:
        _, labels = several(dataset(config_for([source], crop=16, balanced=balanced)), range(200))
        return float((labels == 5).any(dim=2).any(dim=1).float().mean())

    assert share(1.0) == pytest.approx(0.5, abs=0.12)
    assert share(0.0) < 0.1


def test_balanced_crops_show_their_place_around_their_middle(tmp_path: Path) -> None:
    codes = np.full((400, 400), IGNORE, np.uint8)
    codes[200:202, 200:202] = 5
    _, labels = several(dataset(config_for([made_source(tmp_path, codes)], crop=40, balanced=1.0)), range(60))
    rows, cols = (torch.nonzero(labels == 5)[:, axis].float() for axis in (1, 2))
    for places in (rows, cols):
        assert 9 <= float(places.min()) < 15
        assert 25 < float(places.max()) <= 31


def test_no_two_crops_of_a_run_are_the_same(tmp_path: Path) -> None:
    crops = dataset(config_for([made_source(tmp_path, blocks(300, 3))], crop=8))
    assert len({crops[number][0].numpy().tobytes() for number in range(300)}) == 300


def test_sets_are_mixed_by_their_weights_and_their_labels_are_mapped(tmp_path: Path) -> None:
    same = np.full((100, 100), 3, np.uint8)
    sources = [
        made_source(tmp_path, same, "many", classes={"3": "water"}, weight=3.0),
        made_source(tmp_path, same, "few", classes={"3": "barren"}, weight=1.0),
    ]
    _, labels = several(dataset(config_for(sources, crop=8)), range(400))
    found = labels.flatten(1).float()
    assert (found.amin(1) == found.amax(1)).all()
    assert float((labels[:, 0, 0] == 4).float().mean()) == pytest.approx(0.75, abs=0.07)
    assert set(labels.unique().tolist()) == {4, 5}


def test_crops_larger_than_their_scene_are_mirrored(tmp_path: Path) -> None:
    images, labels = several(dataset(config_for([made_source(tmp_path, blocks(36, 18))], crop=64)), range(4))
    assert torch.equal(labels[:, :18], labels[:, 18:36].flip(1))
    assert float((told(images) == labels).float().mean()) > 0.9


def test_scenes_read_by_window_give_the_same_crops(config: TrainingConfig) -> None:
    windowed = dataclasses.replace(config, data=dataclasses.replace(config.data, cache_mpx=0.0))
    images, labels = several(dataset(config), range(12))
    others, same = several(dataset(windowed), range(12))
    assert float((images - others).abs().max()) <= 2.5 / 255
    assert float((labels == same).float().mean()) > 0.98


def test_the_bands_of_a_set_are_the_networks(config: TrainingConfig) -> None:
    network = dataclasses.replace(config.network, mean=(0.5,) * 4, std=(0.2,) * 4)
    with pytest.raises(UsageError, match=r"source made gives 3 bands and network\.mean has 4"):
        dataset(dataclasses.replace(config, network=network))


def test_px_without_data_have_the_mean_and_no_label(tmp_path: Path) -> None:
    codes = np.full((80, 80), 2, np.uint8)
    source = made_source(tmp_path, codes)
    image = image_of(codes)
    image[:, :40] = 0
    write(Path(source.images.replace("*", "a")), image, placed(0.5), nodata=0)
    config = config_for([source], crop=40)
    pixels, labels = dataset(config)[0]
    assert (labels[:, :20] == IGNORE).all()
    assert (labels[:, 20:] == 2).all()
    mean = torch.tensor(config.network.mean)[:, None, None]
    assert float((pixels[:, :, :19] - mean).abs().max()) < 1 / 255
