"""Importing torchvision even where its native operators do not load.

A CPU build of torch beside another build's torchvision fails with "operator torchvision::nms does
not exist" while torchvision registers its detection operators. SatSeg needs only torchvision's
backbones, which are plain Python: declaring the two operators that the import looks up lets it pass.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

from satseg_core.errors import RuntimeUnavailableError

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)

_declared: list[Any] = []  # a Library takes its operators with it when it is collected


def import_torchvision() -> ModuleType:
    """Import torchvision; what imports it by itself afterwards (timm, for one) then works too.

    Raises:
        RuntimeUnavailableError: torchvision is not installed, or does not fit torch at all.
    """
    try:
        return _import_models()
    except ImportError as error:
        raise RuntimeUnavailableError(
            "torchvision is not installed in this Python; pip install 'satseg[torch]', or use --runtime onnx."
        ) from error
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise RuntimeUnavailableError(
                f"torchvision does not fit this torch ({error}); install the pair that belongs together."
            ) from error
    _forget_partial_import()
    _declare_operators()
    return _import_models()


def _import_models() -> ModuleType:
    importlib.import_module("torchvision.models")
    return sys.modules["torchvision"]


def _forget_partial_import() -> None:
    for name in [name for name in sys.modules if name == "torchvision" or name.startswith("torchvision.")]:
        del sys.modules[name]


def _declare_operators() -> None:
    import torch

    if _declared:
        return
    library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for schema in _SCHEMAS:
        library.define(schema)  # type: ignore[no-untyped-call]
    _declared.append(library)
