"""How good the default model's maps are: ``satseg segment`` on labelled scenes that it never saw.

    python -m benchmarks.accuracy FOLDER [--scenes 104113,266,855,zs4]

FOLDER holds DeepGlobe's ``images/ID.jpg`` and ``labels/ID_mask.png`` (0.5 m a px).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.enlarging import SOURCE_PIXEL, arguments, figures, measure
from satseg_core.legend import LAND_COVER


def main() -> int:
    """Print the figures of each scene and of all."""
    folder, scenes = arguments("accuracy", __doc__)
    found = {}
    with tempfile.TemporaryDirectory() as scratch:
        for scene in scenes:
            found[scene] = measure(folder, scene, Path(scratch), SOURCE_PIXEL)
            print(f"{scene}: pixel accuracy {figures(found[scene])[0]:.3f}", flush=True)
    right, iou = figures(sum(found.values()))
    each = ", ".join(f"{land_class.name} {value:.3f}" for land_class, value in zip(LAND_COVER, iou))
    print(f"all: pixel accuracy {right:.3f}, mIoU {iou.mean():.3f} ({each})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
