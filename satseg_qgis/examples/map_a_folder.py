"""Maps the land cover of every image in a folder, and prints how many hectares each class covers.

In QGIS: open this file in the editor of the Python console (Plugins > Python Console), say below which ``FOLDER``
holds the images, and run it. QGIS does nothing else meanwhile.

Without a window: run it where it lies, inside the plugin's folder, with the Python that QGIS uses (python-qgis.bat
on Windows, Contents/MacOS/bin/python3 in QGIS.app on a Mac, python3 on Linux):

    python3 map_a_folder.py IMAGES [MAPS]

The maps go into the folder ``land-cover`` beside the images, unless another one is named. An image that has a map is
not mapped again, so the script can be repeated whenever there are more images. The exit code is 1 where one failed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsProcessingException

FOLDER = ""
"""The folder with the images; only asked for in QGIS' console."""

OPTIONS: dict[str, Any] = {"MODEL": "landcover"}
"""Further parameters of ``satseg:segment``, such as ``"PIXEL_SIZE": 2.4``; its help in the toolbox lists them."""

IMAGES = (".tif", ".tiff", ".jp2", ".jpg", ".jpeg", ".png", ".vrt")
"""Endings of what is taken for an image."""

Areas = dict[str, float]
"""Hectares by the names of classes."""


def map_folder(images: Path, maps: Path) -> int:
    """Map what has no map yet, and print the table of all.

    Args:
        images: folder of images.
        maps: folder for the maps; it is made.

    Returns:
        The number of images that could not be mapped.
    """
    files = sorted(path for path in images.iterdir() if path.suffix.lower() in IMAGES)
    maps.mkdir(parents=True, exist_ok=True)
    table: dict[str, Areas] = {}
    for number, image in enumerate(files, 1):
        print(f"{number} of {len(files)}: {image.name}, ", end="", flush=True)
        target = maps / f"{image.name.replace('.', '_')}.tif"  # a.jpg and a.tif are two images
        try:
            print("is mapped already" if target.exists() else map_image(image, target))
            table[image.name] = read_areas(target)
        except (QgsProcessingException, OSError, ValueError) as error:
            print(f"failed: {str(error).strip()}")
    print_table(table)
    return len(files) - len(table)


def map_image(image: Path, target: Path) -> str:
    """Run SatSeg on one image, and say what most of it is.

    Raises:
        QgsProcessingException: it failed; the text says why.
    """
    import processing

    result = processing.run("satseg:segment", {"INPUT": str(image), "OUTPUT": str(target), **OPTIONS})
    return f"mostly {result['LARGEST_CLASS']}"


def read_areas(target: Path) -> Areas:
    """Areas of a map's classes in hectares, from the run record beside it.

    Raises:
        OSError: there is no record.
        ValueError: it is no record, or the map has no place on the ground.
    """
    record = json.loads(target.with_suffix(".json").read_text(encoding="utf-8"))
    areas = {area["name"]: area["area_m2"] for area in record["areas"]}
    if None in areas.values():
        raise ValueError("the image has no coordinate system, so its map has no areas")
    return {name: area / 1e4 for name, area in areas.items()}


def print_table(table: dict[str, Areas]) -> None:
    """Print a row for each image and a column for each class, both as they first come, and the sums."""
    names = list(dict.fromkeys(name for areas in table.values() for name in areas))
    sums = {name: sum(areas.get(name, 0.0) for areas in table.values()) for name in names}
    first = max((len(image) for image in table), default=0)
    print("\n" + " " * first + "".join(f"{name:>14}" for name in names) + "   (ha)")
    for title, areas in [*table.items(), ("", sums)]:
        print(f"{title:<{first}}" + "".join(f"{areas.get(name, 0.0):14,.2f}" for name in names))


def start_qgis() -> tuple[QgsApplication, Any]:
    """Start QGIS without a window, with Processing and the SatSeg that this file belongs to; both must be kept."""
    if "QGIS_PREFIX_PATH" in os.environ:
        QgsApplication.setPrefixPath(os.environ["QGIS_PREFIX_PATH"], True)
    application = QgsApplication([], False)
    application.initQgis()
    sys.path.append(str(Path(QgsApplication.pkgDataPath(), "python", "plugins")))
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    from processing.core.Processing import Processing

    Processing.initialize()
    import satseg_qgis

    plugin = satseg_qgis.classFactory(None)
    plugin.initProcessing()
    return application, plugin


def main() -> int:
    """Take the folders from the command line, or in QGIS from ``FOLDER``; give the exit code."""
    in_qgis = QgsApplication.instance() is not None
    folders = [FOLDER] if in_qgis else sys.argv[1:]
    if not 1 <= len(folders) <= 2 or not Path(folders[0] or "?").is_dir():
        print("Set FOLDER to a folder of images." if in_qgis else "Usage: map_a_folder.py IMAGES [MAPS]")
        return 2
    started = None if in_qgis else start_qgis()
    images = Path(folders[0]).resolve()
    failed = map_folder(images, Path(folders[1]).resolve() if len(folders) == 2 else images / "land-cover")
    if started:
        application, plugin = started
        plugin.unload()
        application.exitQgis()
    return 1 if failed else 0


if __name__ == "__main__" and QgsApplication.instance() is None:
    sys.exit(main())
elif __name__ in ("__main__", "__console__"):  # an exit would close QGIS
    main()
