"""The run record: versions, memory, and a digest that identifies the model's file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import platform
import subprocess
import sys

import pytest

from satseg_core import __version__, record
from satseg_core.model.store import find_model


def test_versions_are_those_of_this_python():
    import numpy as np

    found = record.versions()
    assert (found["satseg"], found["python"]) == (__version__, platform.python_version())
    assert found["numpy"] == np.__version__


@pytest.mark.parametrize(("runtime", "kind"), [("onnx", "onnx"), ("openvino", "onnx"), ("torch", "weights")])
def test_the_model_is_identified_by_its_weights_and_the_file_that_was_run(runtime, kind):
    model = find_model()
    file = getattr(model, kind)
    described = record.describe_model(model, runtime)
    assert described["weights_sha256"] == model.card.weights_sha256
    assert described["file"] == file.name
    assert described["file_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert len(described["legend"]) == len(model.card.legend)


def test_a_model_whose_file_is_on_other_machines_alone_is_identified_by_its_weights():
    model = dataclasses.replace(find_model(), weights=None)
    described = record.describe_model(model, "torch")
    assert (described["file"], described["file_sha256"]) == (None, None)
    assert described["weights_sha256"] == model.card.weights_sha256


def test_peak_memory_grows_when_memory_is_used():
    # In a process of its own: this one may have held more before.
    code = (
        "import numpy as np; from satseg_core.record import peak_memory_mb as peak; before = peak(); "
        "held = np.ones(40_000_000, np.float32); print(peak() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 150 < float(done.stdout) < 300


def test_the_record_is_readable_json(tmp_path):
    record.write_record(tmp_path / "map.json", {"raster": "Grünland.tif", "areas": [1.5]})
    text = (tmp_path / "map.json").read_text(encoding="utf-8")
    assert "Grünland" in text
    assert json.loads(text)["areas"] == [1.5]
