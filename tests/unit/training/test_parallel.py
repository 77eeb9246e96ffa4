from __future__ import annotations

import pytest
import torch

from satseg_core.errors import RuntimeUnavailableError, UsageError
from tests.unit.training.learning import TORCHRUN, start
from training.config import ScheduleConfig
from training.parallel import Group, check_batch, choose_device, crops_of, join


def test_processes_share_the_crops_of_every_part() -> None:
    schedule = ScheduleConfig(batch=12, accumulate=2)
    alone = crops_of(5, schedule, Group())
    assert alone == [range(60, 66), range(66, 72)]
    three = [crops_of(5, schedule, Group(rank, 3)) for rank in range(3)]
    for part in range(2):
        assert [number for shares in three for number in shares[part]] == list(alone[part])


def test_a_batch_that_cannot_be_shared_is_refused() -> None:
    check_batch(ScheduleConfig(batch=12, accumulate=2), 3)
    with pytest.raises(UsageError, match="multiple of 8"):
        check_batch(ScheduleConfig(batch=12, accumulate=2), 4)
    with pytest.raises(UsageError, match="1 or more"):
        check_batch(ScheduleConfig(steps=0), 1)
    with pytest.raises(UsageError, match="batch norm needs two crops"):
        check_batch(ScheduleConfig(batch=4, accumulate=4), 1)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_device_that_is_not_there_is_refused() -> None:
    assert choose_device("auto", 3) == torch.device("cpu")
    with pytest.raises(RuntimeUnavailableError, match="auto or cpu"):
        choose_device("cuda", 0)


def test_threads_are_set_for_the_run_alone() -> None:
    before = torch.get_num_threads()
    with join(ScheduleConfig(threads=2, device="cpu")) as group:
        assert (group.first, group.size) == (True, 1)
        assert torch.get_num_threads() == 2
        assert group.gather("value") == ["value"]
        assert group.sum(torch.ones(2)).tolist() == [1, 1]
    assert torch.get_num_threads() == before


def test_batch_norm_over_two_processes_is_that_of_one() -> None:
    child = start(module="tests.unit.training.shared_norms", launcher=TORCHRUN)
    out, err = child.communicate(timeout=120)
    assert child.returncode == 0, err
    assert out.count("the same") == 2
