"""The runtimes: of one mind, deterministic, and clear about what they cannot do."""

from __future__ import annotations

import dataclasses
import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from satseg_core.errors import ModelError, RuntimeUnavailableError, UsageError
from satseg_core.model.card import CARD_KEY
from satseg_core.model.choice import RUNTIMES, choose, has_cuda
from satseg_core.model.runtime import available_runtimes, load_runtime, usable_processors
from satseg_core.model.runtime_onnx import lanes_of
from satseg_core.model.store import ModelFile

from .conftest import make_card

PROJECT = Path(__file__).resolve().parents[3]


def tiles(count: int, size: int = 64) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, 3, size, size)).astype(np.float32)


def test_runtimes_agree(small_model: ModelFile) -> None:
    image = tiles(3)
    runtimes = [load_runtime(small_model, name, threads=1) for name in RUNTIMES]
    first = runtimes[0].scores(image)
    assert first.shape == (3, 7, 16, 16)
    for runtime in runtimes:
        found = runtime.scores(image)
        assert found.shape == first.shape
        assert found.dtype == np.float32
        assert runtime.precision == "float32"
        assert np.abs(found - first).max() < 1e-3


@pytest.mark.parametrize("threads", [2, 3, 5, 16])
def test_the_bits_of_onnx_do_not_depend_on_threads(small_model: ModelFile, threads: int) -> None:
    image = tiles(7)
    alone = load_runtime(small_model, "onnx", "cpu", threads=1)
    shared = load_runtime(small_model, "onnx", "cpu", threads=threads)
    assert (alone.batch, shared.batch > 1) == (1, True)
    for count in (1, 2, 7):
        assert np.array_equal(shared.scores(image[:count]), alone.scores(image[:count]))


@pytest.mark.parametrize(
    ("threads", "tile_size", "lanes"),
    [(1, 320, (1, 1)), (2, 320, (2, 1)), (7, 320, (7, 1)), (8, 320, (8, 1)), (12, 320, (6, 2)), (64, 320, (8, 8)),
     (11, 320, (5, 2)), (8, 512, (2, 4)), (7, 512, (3, 2)), (8, 2048, (1, 8))],
)  # fmt: skip
def test_threads_are_shared_out_among_tiles_as_far_as_memory_goes(
    threads: int, tile_size: int, lanes: tuple[int, int]
) -> None:
    assert lanes_of(threads, tile_size) == lanes


def test_sixteen_bits_are_had_on_request_alone(small_model: ModelFile) -> None:
    image = tiles(2)
    exact = load_runtime(small_model, "onnx", threads=1).scores(image)
    try:
        short = load_runtime(small_model, threads=1, precision="bfloat16")
    except RuntimeUnavailableError:
        pytest.skip("this processor has no bfloat16")
    assert (short.name, short.precision) == ("openvino", "bfloat16")
    difference = np.abs(short.scores(image) - exact).max()
    assert 0 < difference < 0.05 * np.abs(exact).max()


def test_sixteen_bits_that_cannot_be_had_are_told(small_model: ModelFile) -> None:
    with pytest.raises(RuntimeUnavailableError, match="ONNX Runtime on this cpu has no bfloat16 that pays"):
        load_runtime(small_model, "onnx", "cpu", precision="bfloat16")
    for name in ("openvino", "torch"):
        with pytest.raises(RuntimeUnavailableError, match="on this processor has no float16 that pays"):
            load_runtime(small_model, name, "cpu", precision="float16")
    with pytest.raises(UsageError, match="no precision 'int4'; choose auto, float32, bfloat16, float16"):
        load_runtime(small_model, precision="int4")


@pytest.mark.parametrize("name", RUNTIMES)
def test_a_tile_has_the_same_bits_whatever_runs_before_and_beside_it(name: str, small_model: ModelFile) -> None:
    image = tiles(4)
    runtime = load_runtime(small_model, name, threads=2)
    alone = runtime.scores(image[2:3])
    runtime.scores(tiles(1, size=96))
    assert np.array_equal(runtime.scores(image)[2:3], alone)
    assert np.array_equal(runtime.scores(image[::-1])[1:2], alone)
    assert np.array_equal(load_runtime(small_model, name, threads=2).scores(image[2:3]), alone)


@pytest.mark.parametrize("name", RUNTIMES)
def test_tiles_may_be_views(name: str, small_model: ModelFile) -> None:
    image = tiles(1)
    channels_last = np.ascontiguousarray(image.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    runtime = load_runtime(small_model, name, threads=1)
    assert np.array_equal(runtime.scores(channels_last), runtime.scores(image))


@pytest.mark.parametrize("name", RUNTIMES)
def test_a_runtime_says_what_it_is(name: str, small_model: ModelFile) -> None:
    runtime = load_runtime(small_model, name, device="cpu", threads=1)
    packages = {"onnx": "onnxruntime", "openvino": "openvino", "torch": "torch"}
    versions = {name: __import__(package).__version__ for name, package in packages.items()}
    assert (runtime.name, runtime.device, runtime.version) == (name, "cpu", versions[name])
    assert f"the runtime {name} was asked for" in runtime.reason


def test_the_number_of_threads_is_kept(small_model: ModelFile) -> None:
    before = torch.get_num_threads()
    try:
        load_runtime(small_model, "torch", threads=1)
        assert torch.get_num_threads() == 1
        load_runtime(small_model, "torch")
        assert torch.get_num_threads() == usable_processors()
    finally:
        torch.set_num_threads(before)
    with pytest.raises(UsageError, match="at least one thread"):
        load_runtime(small_model, threads=0)


@pytest.mark.skipif(has_cuda(), reason="with a CUDA device the choice is another")
def test_auto_takes_onnx_where_the_model_has_it_else_torch(small_model: ModelFile) -> None:
    assert choose(small_model).runtime == "onnx"
    assert choose(dataclasses.replace(small_model, weights=None)).runtime == "onnx"
    assert choose(dataclasses.replace(small_model, onnx=None)).runtime == "torch"
    assert choose(small_model, device="cpu").reason.startswith("the cpu was asked for")


def test_a_gpu_means_torch(small_model: ModelFile) -> None:
    choice = choose(small_model, device="cuda")
    assert (choice.runtime, choice.device) == ("torch", "cuda")


@pytest.mark.parametrize(
    ("runtime", "lacks", "words"),
    [("torch", "weights", "safetensors"), ("onnx", "onnx", "export"), ("openvino", "onnx", "export")],
)
def test_a_model_without_the_runtimes_file_is_told(
    runtime: str, lacks: str, words: str, small_model: ModelFile
) -> None:
    with pytest.raises(RuntimeUnavailableError, match=words):
        load_runtime(dataclasses.replace(small_model, **{lacks: None}), runtime)


@pytest.mark.skipif(has_cuda(), reason="there is a CUDA device")
@pytest.mark.parametrize("name", RUNTIMES)
def test_a_device_that_is_not_there_is_told(name: str, small_model: ModelFile) -> None:
    with pytest.raises(RuntimeUnavailableError, match="--device cpu"):
        load_runtime(small_model, name, device="cuda")


def test_unknown_names_are_told_from_the_known(small_model: ModelFile) -> None:
    with pytest.raises(UsageError, match="'tensorflow'; choose auto, onnx, openvino, torch"):
        load_runtime(small_model, "tensorflow")
    with pytest.raises(UsageError, match="'tpu'; choose auto, cpu, cuda, mps"):
        load_runtime(small_model, device="tpu")


def with_card(model: ModelFile, target: Path, **changes: object) -> ModelFile:
    """The model's graph with a card of other values."""
    graph = onnx.load(str(model.onnx))
    card = dataclasses.replace(model.card, **changes)
    onnx.helper.set_model_props(graph, {CARD_KEY: card.to_json()})
    onnx.save(graph, str(target))
    return ModelFile(card, None, target)


@pytest.mark.parametrize("runtime", ["onnx", "openvino"])
def test_a_graph_that_is_not_what_its_card_says_is_refused(
    runtime: str, small_model: ModelFile, tmp_path: Path
) -> None:
    fewer = dataclasses.replace(small_model.card.legend, classes=small_model.card.legend.classes[:6])
    with pytest.raises(ModelError, match="has 7 classes and its card 6"):
        load_runtime(with_card(small_model, tmp_path / "a.onnx", legend=fewer), runtime)
    four = {"bands": tuple("abcd"), "mean": (0.0,) * 4, "std": (1.0,) * 4}
    with pytest.raises(ModelError, match="has 3 bands and its card 4"):
        load_runtime(with_card(small_model, tmp_path / "b.onnx", **four), runtime)


def test_a_graph_of_another_kind_is_refused(tmp_path: Path) -> None:
    tensor = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    out = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])
    graph = onnx.helper.make_graph([onnx.helper.make_node("Relu", ["x"], ["y"])], "g", [tensor], [out])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(tmp_path / "m.onnx"))
    for runtime in ("onnx", "openvino"):
        with pytest.raises(ModelError, match="does not turn one stack of tiles into one of scores"):
            load_runtime(ModelFile(make_card(), None, tmp_path / "m.onnx"), runtime)


@pytest.mark.parametrize("share", [0.3, 0.999])
def test_a_part_of_an_onnx_file_is_refused(share: float, small_model: ModelFile, tmp_path: Path) -> None:
    whole = (small_model.onnx or Path()).read_bytes()
    (tmp_path / "m.onnx").write_bytes(whole[: int(len(whole) * share)])
    for name, runtime in (("ONNX Runtime", "onnx"), ("OpenVINO", "openvino")):
        with pytest.raises(ModelError, match=f"{name} refuses"):
            load_runtime(ModelFile(small_model.card, None, tmp_path / "m.onnx"), runtime)


def test_the_doctor_hears_of_every_runtime() -> None:
    found = {info.name: info for info in available_runtimes()}
    assert tuple(found) == RUNTIMES
    for info in found.values():
        assert info.version
        assert "cpu" in info.devices
        assert info.problem is None


def run_without(package: str, code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a Python where a package cannot be imported."""
    hide = f"import sys; sys.modules[{package!r}] = None\n"
    return subprocess.run([sys.executable, "-c", hide + code], cwd=PROJECT, capture_output=True, text=True, check=False)


LOAD = """
from satseg_core.errors import SatSegError
from satseg_core.model.runtime import load_runtime
from satseg_core.model.store import find_model
try:
    print(load_runtime(find_model(), {runtime!r}).name)
except SatSegError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("package", "runtime", "words"),
    [
        (
            "torch",
            "torch",
            "torch is not installed in this Python; pip install 'satseg[torch]', or use --runtime onnx.",
        ),
        ("onnxruntime", "onnx", "ONNX Runtime cannot be imported"),
        ("openvino", "openvino", "OpenVINO cannot be imported in this Python; pip install 'satseg[openvino]'"),
        ("torchvision", "torch", "torchvision is not installed in this Python"),
    ],
)
def test_a_missing_library_is_named_with_its_remedy(package: str, runtime: str, words: str) -> None:
    done = run_without(package, LOAD.format(runtime=runtime))
    assert done.stdout.startswith(words), done.stderr


def test_with_neither_library_the_smaller_one_is_asked_for() -> None:
    done = run_without("torch", "sys.modules['onnxruntime'] = None\n" + LOAD.format(runtime="auto"))
    assert done.stdout.startswith("ONNX Runtime cannot be imported in this Python; pip install onnxruntime"), (
        done.stderr
    )


def test_without_torch_auto_runs_through_onnx_and_never_loads_torch() -> None:
    code = (
        LOAD.format(runtime="auto") + "print(sorted({'torch', 'onnx'} & set(n for n, m in sys.modules.items() if m)))"
    )
    done = run_without("torch", "sys.modules['openvino'] = None\n" + code)
    assert done.stdout.splitlines() == ["onnx", "[]"], done.stderr


@pytest.mark.skipif(not importlib.util.find_spec("torchvision"), reason="needs torchvision")
def test_torchvision_imports_whatever_its_native_operators_do() -> None:
    code = """
from satseg_core.model.torchvision_import import import_torchvision
first = import_torchvision()
assert import_torchvision() is first
import torchvision.models
print(torchvision.models.resnet18(weights=None).fc.in_features)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "512", done.stderr
