"""What to segment and how, and what can be said against it before a file is opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from satseg_core.errors import UsageError
from satseg_core.raster.crs_text import crs_wkt
from satseg_core.raster.layer_names import file_of
from satseg_core.raster.overrides import Overrides
from satseg_core.raster.polygon_layer import PolygonLayer
from satseg_core.remote.names import is_elsewhere, same_place, without_secrets
from satseg_core.scenes.files import SceneFiles
from satseg_core.scenes.resolve import CLOUDS, KEEP
from satseg_core.vector.formats import format_of


@dataclass(frozen=True)
class SegmentOptions:
    """What to segment and how. Paths are text as the user gave them; what is read or written may lie elsewhere.

    Attributes:
        input: raster to read.
        output: classified GeoTIFF to write; ``.tif`` or ``.tiff``.
        polygons: file of one of `satseg_core.vector.formats.FORMATS` to write, or None.
        min_area, smooth, simplify: of the polygons; see `satseg_core.vector.polygons.PolygonOptions`.
        confidence: GeoTIFF of confidence in percent to write, or None.
        model: name or file; None for the default model.
        bands: 1-based band numbers in the model's order; None to go by the raster's own description.
        crs: of the raster, before what its file says; None for the file's.
        nodata: value of px without data, of all bands or of each of the raster's, infinite for none; None for the
            file's.
        also_nodata: values of px without data besides, of all bands alike; or None.
        stretch: ``(low, high)`` that become 0 and 1; None for the model's own scaling.
        pixel_size: m a px to run the model at; None for the size it was trained at.
        extent: xmin, ymin, xmax, ymax in the raster's CRS; None for all.
        mask: vector file with polygons to stay inside of, or ``FILE|layername=NAME``, or None.
        mask_layer: name of its layer; None for the first with polygons.
        mask_crs: of the mask, before what its file says; None for the file's.
        runtime: ``auto``, ``onnx``, ``openvino`` or ``torch``.
        device: ``auto`` or one of `satseg_core.model.choice.DEVICES`.
        threads: of the runtime; None for all cores.
        precision: one of `satseg_core.model.runtime.PRECISIONS`.
        memory: MB (10^6 bytes) that the run may take; None for `memory.DEFAULT_MB`.
        overwrite: replace outputs that exist.
        clouds: what becomes of cloud and shadow: one of `satseg_core.scenes.resolve.CLOUDS`.
        asset: key of the asset of a STAC item to map; None for those that have the model's bands.
        scene: what ``input`` was found to be already; None to look.
        resume: go on with an interrupted run, and keep what is done if this one is interrupted.
        workers: processes to share the work among; None for this one alone.
        scheduler: address of a Dask scheduler whose workers do the work, or None.
    """

    input: str
    output: str
    polygons: str | None = None
    min_area: float = 0.0
    smooth: bool = False
    simplify: float = 0.0
    confidence: str | None = None
    model: str | None = None
    bands: tuple[int, ...] | None = None
    crs: str | None = None
    nodata: tuple[float, ...] | None = None
    also_nodata: tuple[float, ...] | None = None
    stretch: tuple[float, float] | None = None
    pixel_size: float | None = None
    extent: tuple[float, float, float, float] | None = None
    mask: str | None = None
    mask_layer: str | None = None
    mask_crs: str | None = None
    runtime: str = "auto"
    device: str = "auto"
    threads: int | None = None
    precision: str = "auto"
    memory: int | None = None
    clouds: str = KEEP
    asset: str | None = None
    scene: SceneFiles | None = field(default=None, repr=False)
    overwrite: bool = False
    resume: bool = False
    workers: int | None = None
    scheduler: str | None = None

    @property
    def overrides(self) -> Overrides:
        """What goes before what the raster's file says."""
        return Overrides(self.crs, self.nodata or (), self.also_nodata or ())

    @property
    def mask_polygons(self) -> PolygonLayer | None:
        """The mask, or None.

        Raises:
            UsageError: its layer is named twice, or PROJ does not know its CRS.
        """
        return PolygonLayer.of(self.mask, "mask", self.mask_layer, self.mask_crs) if self.mask else None

    def to_json(self) -> dict[str, Any]:
        """Values for the run record."""
        values = asdict(replace(self, scene=None))
        del values["scene"]
        told = self.overrides.to_json()
        nodata = {name: told[name] or None for name in ("nodata", "also_nodata")}
        return {**values, "input": without_secrets(self.input), **nodata}


def check_options(options: SegmentOptions) -> None:
    """Refuse what contradicts itself.

    Raises:
        UsageError: one sentence that says what to do.
    """
    for path, suffixes, what in (
        (options.output, (".tif", ".tiff"), "The map"),
        (options.confidence, (".tif", ".tiff"), "The confidence raster"),
    ):
        if path and Path(path).suffix.lower() not in suffixes:
            raise UsageError(
                f"{what} is written as {suffixes[0]}; give a name that ends in it instead of {Path(path).name}."
            )
    if options.polygons:
        format_of(Path(options.polygons))
    elif options.min_area or options.smooth or options.simplify:
        raise UsageError("--min-area, --smooth and --simplify are for polygons; give --polygons a file, too.")
    if options.workers is not None and options.scheduler is not None:
        raise UsageError("Give either --workers or --scheduler: a scheduler has workers of its own.")
    if options.model and is_elsewhere(options.model):
        raise UsageError(f"--model takes a name or a file on this machine; copy {options.model} here first.")
    if options.clouds not in CLOUDS:
        raise UsageError(f"--clouds takes {', '.join(CLOUDS)}; {options.clouds} is none of them.")
    check_places(options)
    check_inputs_stay(options, [path for path in (options.input, options.mask, options.model) if path])


def check_inputs_stay(options: SegmentOptions, inputs: Iterable[str]) -> None:
    """Refuse to write over what is read.

    Args:
        options: of the run.
        inputs: names of what is read.

    Raises:
        UsageError: an output is one of them.
    """
    places = {same_place(file_of(path)) for path in inputs}
    if any(path and same_place(path) in places for path in (options.output, options.confidence, options.polygons)):
        raise UsageError("An output would replace an input; choose another name.")


def check_places(options: SegmentOptions) -> None:
    """Refuse layers and CRSs that cannot be.

    Raises:
        UsageError: one sentence that says what to do.
    """
    if options.crs is not None:
        crs_wkt(options.crs)
    if options.mask:
        _ = options.mask_polygons
    elif options.mask_layer is not None or options.mask_crs is not None:
        raise UsageError("--mask-layer and --mask-crs are of a --mask; give its file, too.")
