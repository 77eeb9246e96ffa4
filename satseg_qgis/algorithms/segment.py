"""``satseg:segment``: a land-cover map from an image."""

# ruff: noqa: N802, ARG002 -- QGIS names these methods and their arguments

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputFile,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRange,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
    QgsRaster,
    QgsRasterLayer,
)

from satseg_core.errors import SatSegError
from satseg_core.model.store import DEFAULT_MODEL, find_model, list_models
from satseg_core.raster.band_names import ALPHA, read_words
from satseg_qgis.algorithms.areas_outputs import area_definitions, area_values
from satseg_qgis.algorithms.base import Parameters, SatSegAlgorithm
from satseg_qgis.algorithms.destinations import pixels_within, target_folder, too_little_space, unusable_folder
from satseg_qgis.algorithms.rendering import Rendering
from satseg_qgis.algorithms.sources import (
    PolygonFile,
    file_name,
    polygon_file,
    polygon_problem,
    source_crs,
    write_polygons,
)
from satseg_qgis.algorithms.styles import prepare_layers
from satseg_qgis.algorithms.told import read_values, told_crs, told_of_image
from satseg_qgis.engine import commands
from satseg_qgis.translate import tr


class SegmentAlgorithm(SatSegAlgorithm):
    """Image in, land-cover map, polygons, confidence and areas out."""

    NAME = "segment"
    TITLE = "Map land cover"
    SUMMARY = "Makes a land-cover map of an aerial or satellite image with a neural network"
    TAGS = ("land cover", "segmentation", "classification", "deep learning", "neural network", "orthophoto")

    INPUT = "INPUT"
    BANDS = "BANDS"
    MODEL = "MODEL"
    MODEL_FILE = "MODEL_FILE"
    EXTENT = "EXTENT"
    MASK = "MASK"
    PIXEL_SIZE = "PIXEL_SIZE"
    STRETCH = "STRETCH"
    NODATA = "NODATA"
    CLOUDS = "CLOUDS"
    RUNTIME = "RUNTIME"
    DEVICE = "DEVICE"
    OUTPUT = "OUTPUT"
    POLYGONS = "POLYGONS"
    CONFIDENCE = "CONFIDENCE"
    RESUME = "RESUME"
    AREAS_HTML = "AREAS_HTML"
    RECORD = "RECORD"

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare parameters and outputs."""
        self._declare_inputs()
        self._declare_rare_inputs()
        self._declare_destinations()
        self.addOutput(QgsProcessingOutputFile(self.RECORD, tr("Run record")))
        for definition in area_definitions():
            self.addOutput(definition)

    def _declare_inputs(self) -> None:
        names = [model.name for model in list_models()] or [DEFAULT_MODEL]
        default = DEFAULT_MODEL if DEFAULT_MODEL in names else names[0]
        polygon = [QgsProcessing.SourceType.TypeVectorPolygon]
        self.added(
            QgsProcessingParameterRasterLayer(self.INPUT, tr("Image")),
            tr("Aerial or satellite image: any raster layer. Web maps are drawn for the extent that is chosen."),
        )
        self.added(
            QgsProcessingParameterBand(self.BANDS, tr("Bands"), None, self.INPUT, True, True),
            tr("Bands in the model's order, such as red, green, blue. None takes the first ones."),
        )
        self.added(
            QgsProcessingParameterEnum(self.MODEL, tr("Model"), names, False, default, False, True),
            tr("The neural network that tells the classes apart."),
        )
        self.added(
            QgsProcessingParameterExtent(self.EXTENT, tr("Extent"), None, True),
            tr("Part of the image to map, snapped to its pixels. Empty maps all of it, if it is a file."),
        )
        self.added(
            QgsProcessingParameterFeatureSource(self.MASK, tr("Mask"), polygon, None, True),
            tr("Polygons to map inside of; everything else becomes nodata and takes no time."),
        )

    def _declare_rare_inputs(self) -> None:
        double = QgsProcessingParameterNumber.Type.Double
        number = QgsProcessingParameterNumber(self.PIXEL_SIZE, tr("Pixel size (m)"), double, None, True, 0.001)
        number.setMetadata({"widget_wrapper": {"decimals": 3}})
        self.added(
            QgsProcessingParameterFile(
                self.MODEL_FILE, tr("Model file"), optional=True, fileFilter=tr("Models (*.safetensors *.onnx)")
            ),
            tr("A model of your own, instead of one of the list."),
            advanced=True,
        )
        self.added(
            number,
            tr("Metres on the ground per pixel that the model sees. Empty takes the size it was trained at."),
            advanced=True,
        )
        self.added(
            QgsProcessingParameterRange(self.STRETCH, tr("Stretch"), double, None, True),
            tr("Values of the image that become dark and bright. Empty takes 0 to 255 for 8 bit, percentiles else."),
            advanced=True,
        )
        self._declare_missing_pixels()
        self.added(
            QgsProcessingParameterEnum(
                self.RUNTIME, tr("Runtime"), list(commands.RUNTIMES), False, "auto", False, True
            ),
            tr("What executes the network: ONNX Runtime, or OpenVINO or PyTorch where they are installed."),
            advanced=True,
        )
        self.added(
            QgsProcessingParameterEnum(self.DEVICE, tr("Device"), list(commands.DEVICES), False, "auto", False, True),
            tr("The processor, an NVIDIA graphics card (cuda) or an Apple one (mps)."),
            advanced=True,
        )
        self.added(
            QgsProcessingParameterBoolean(self.RESUME, tr("Go on with an interrupted run"), False, True),
            tr("Goes on where a run of the same job ended early, and keeps what is done if this one does, too."),
            advanced=True,
        )

    def _declare_missing_pixels(self) -> None:
        self.added(
            QgsProcessingParameterString(self.NODATA, tr("No data"), None, False, True),
            tr(
                "Value of pixels without data: one for all bands (0), one for each band of the image (0,0,255), or"
                " none. Empty takes what the layer and its file say."
            ),
            advanced=True,
        )
        self.added(
            QgsProcessingParameterEnum(
                self.CLOUDS, tr("Clouds"), list(commands.CLOUDS), False, commands.CLOUDS[0], True, True
            ),
            tr(
                "What becomes of clouds and their shadows, in scenes with a raster that tells them (SCL, QA_PIXEL,"
                " UDM2): keep maps them like land, unknown gives them that class, nodata leaves them out."
            ),
            advanced=True,
        )

    def _declare_destinations(self) -> None:
        polygon = QgsProcessing.SourceType.TypeVectorPolygon
        self.added(
            QgsProcessingParameterRasterDestination(self.OUTPUT, tr("Land cover")),
            tr("The map: a GeoTIFF on the image's grid, one class code a pixel, 255 where there is no data."),
        )
        self.added(
            QgsProcessingParameterVectorDestination(self.POLYGONS, tr("Land-cover polygons"), polygon, None, True),
            tr("The map as polygons with class and area: a GeoPackage."),
        )
        self.added(
            QgsProcessingParameterRasterDestination(self.CONFIDENCE, tr("Confidence"), None, True, False),
            tr("How sure the model is of each pixel, in percent: a GeoTIFF."),
        )
        self.added(
            QgsProcessingParameterFileDestination(
                self.AREAS_HTML, tr("Areas"), tr("HTML files (*.html)"), None, True, True
            ),
            tr("A page with a picture, a chart of the classes and how the map was made."),
        )

    def problem(self, parameters: Parameters, context: QgsProcessingContext) -> str | None:
        """What can be told without the engine: the layer, the model and its bands, folders and room for the outputs."""
        try:
            layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
            model = find_model(self._model(parameters, context))
            mask_problem = polygon_problem(self.parameterAsSource(parameters, self.MASK, context))
            if mask_problem:
                return mask_problem
            told_problem = self._told_problem(layer, parameters, context)
            if told_problem:
                return told_problem
            if file_name(layer) is None:
                rendering = self._rendering(layer, parameters, context)
                return self._output_problem(parameters, context, rendering.columns * rendering.rows)
        except SatSegError as error:
            return str(error)
        extent = self.parameterAsExtent(parameters, self.EXTENT, context, layer.crs())
        bands = self.parameterAsInts(parameters, self.BANDS, context)
        return _band_problem(layer, bands, model.card.bands) or self._output_problem(
            parameters, context, pixels_within(layer, extent)
        )

    def _told_problem(self, layer: QgsRasterLayer, parameters: Parameters, context: QgsProcessingContext) -> str | None:
        """One sentence on values and clouds that the image cannot have; None where it can."""
        low, high = [*self.parameterAsRange(parameters, self.STRETCH, context), nan, nan][:2]
        if low > high:
            return tr("Stretch has the higher value first; give the lower one first.")
        told, drawn = self._told(layer, parameters, context), file_name(layer) is None
        if drawn and self._clouds(parameters, context) != commands.CLOUDS[0]:
            sentence = tr("The layer '{name}' is drawn and tells no clouds; leave Clouds at keep.")
            return sentence.format(name=layer.name())
        if len(told.nodata) in (0, 1) or (not drawn and len(told.nodata) in _counts(layer)):
            return None
        sentence = tr("No data has {given} values, and the image {count} bands; give one for all, or one for each.")
        return sentence.format(given=len(told.nodata), count=layer.bandCount())

    def _output_problem(self, parameters: Parameters, context: QgsProcessingContext, pixels: int) -> str | None:
        """One sentence on a folder that is not there or cannot be written, or on a disk that is too full."""
        names = (self.OUTPUT, self.POLYGONS, self.CONFIDENCE, self.AREAS_HTML)
        folders = {name: target_folder(parameters.get(name), context) for name in names}
        for folder in dict.fromkeys(folders.values()):
            problem = folder and unusable_folder(folder)
            if problem:
                return problem
        folder = folders[self.OUTPUT]
        # What an interrupted run has left takes its room already; the engine knows how much that is.
        if folder is None or self.parameterAsBool(parameters, self.RESUME, context):
            return None
        return too_little_space(folder, pixels, 2 if folders[self.CONFIDENCE] else 1)

    def _rendering(self, layer: QgsRasterLayer, parameters: Parameters, context: QgsProcessingContext) -> Rendering:
        """How to draw a layer that is no file, at the pixel size that the model runs at."""
        extent = self.parameterAsExtent(parameters, self.EXTENT, context, layer.crs())
        metres = self.parameterAsDouble(parameters, self.PIXEL_SIZE, context)
        metres = metres or find_model(self._model(parameters, context)).card.pixel_size
        return Rendering.plan(layer, extent, metres, context)

    def _model(self, parameters: Parameters, context: QgsProcessingContext) -> str | None:
        """Name or file of the model; None for the default, so that the command stays short."""
        file = self.parameterAsFile(parameters, self.MODEL_FILE, context)
        name = self.parameterAsEnumString(parameters, self.MODEL, context)
        return file or (name if name != DEFAULT_MODEL else None)

    def _clouds(self, parameters: Parameters, context: QgsProcessingContext) -> str:
        return str(self.parameterAsEnumString(parameters, self.CLOUDS, context) or commands.CLOUDS[0])

    def _told(self, layer: QgsRasterLayer, parameters: Parameters, context: QgsProcessingContext) -> commands.Told:
        """What goes before what the image's file says: the user's word here, or else what the layer is drawn by."""
        nodata = read_values(self.parameterAsString(parameters, self.NODATA, context))
        if file_name(layer) is None:
            return commands.Told(nodata=nodata)
        return commands.Told(told_crs(layer), nodata) if nodata else told_of_image(layer)

    def read_layers(self, parameters: Parameters, context: QgsProcessingContext) -> None:
        """Names and numbers that come from layers of the project."""
        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        self.group_name = layer.name()
        name = file_name(layer)
        self.rendering = self._rendering(layer, parameters, context) if name is None else None
        self.raster = name or ""
        self.told = self._told(layer, parameters, context)
        extent = self.parameterAsExtent(parameters, self.EXTENT, context, layer.crs())
        self.extent = (
            None
            if extent.isNull() or extent.isEmpty()
            else (extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum())
        )
        mask = self.parameterAsVectorLayer(parameters, self.MASK, context)
        self.mask = polygon_file(mask, parameters.get(self.MASK))

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Run the engine in another process."""
        if self.rendering:
            try:
                self.raster = self.rendering.draw(feedback)
                self.called[self.raster] = self.group_name
            except SatSegError as error:
                raise QgsProcessingException(str(error)) from error
        options = self._options(parameters, context, feedback)
        result = self.run_engine(commands.segment(options), feedback)
        html = self.parameterAsFileOutput(parameters, self.AREAS_HTML, context)
        if html:
            self.run_engine(commands.areas(options.output, html), feedback, show_progress=False)
        prepare_layers(context, self.group_name, options.polygons, options.output, options.confidence)
        outputs = {self.OUTPUT: options.output, self.RECORD: result.get("record"), **area_values(result)}
        optional = {self.POLYGONS: options.polygons, self.CONFIDENCE: options.confidence, self.AREAS_HTML: html}
        return {**outputs, **{name: path for name, path in optional.items() if path}}

    def _options(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> commands.SegmentOptions:
        mask = self.mask or self._write_mask(parameters, context, feedback)
        low, high = [*self.parameterAsRange(parameters, self.STRETCH, context), nan, nan][:2]
        return commands.SegmentOptions(
            input=self.raster,
            output=self.parameterAsOutputLayer(parameters, self.OUTPUT, context),
            polygons=self.parameterAsOutputLayer(parameters, self.POLYGONS, context) or None,
            confidence=self.parameterAsOutputLayer(parameters, self.CONFIDENCE, context) or None,
            model=self._model(parameters, context),
            # What is drawn is red, green and blue.
            bands=() if self.rendering else tuple(self.parameterAsInts(parameters, self.BANDS, context)),
            stretch=(low, high) if low < high else None,  # not numbers where it is empty
            extent=None if self.rendering else self.extent,
            mask=mask.name if mask else None,
            mask_crs=mask.crs if mask else None,
            told=self.told,
            clouds=self._clouds(parameters, context),
            pixel_size=self.parameterAsDouble(parameters, self.PIXEL_SIZE, context) or None,
            runtime=self.parameterAsEnumString(parameters, self.RUNTIME, context),
            device=self.parameterAsEnumString(parameters, self.DEVICE, context),
            resume=self.parameterAsBool(parameters, self.RESUME, context),
        )

    def _write_mask(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> PolygonFile | None:
        source = self.parameterAsSource(parameters, self.MASK, context)
        if source is None:
            return None
        crs = source_crs(source, self.parameterAsVectorLayer(parameters, self.MASK, context))
        try:
            file = write_polygons(source, crs, context, feedback)
        except SatSegError as error:
            raise QgsProcessingException(str(error)) from error
        self.called[file.name] = source.sourceName()
        return file


def _band_problem(layer: QgsRasterLayer, bands: Sequence[int], wanted: Sequence[str]) -> str | None:
    """One sentence on bands that do not fit the model's; None where they do.

    Args:
        layer: the image, which is a file.
        bands: that were chosen; empty for those that the engine takes by itself.
        wanted: the model's, by name.
    """
    names = ", ".join(wanted)
    if bands and len(bands) != len(wanted):
        return tr("The model takes {count} bands ({names}); choose as many, in this order.").format(
            count=len(wanted), names=names
        )
    if bands and max(bands) > layer.bandCount():
        return tr("The image has {count} bands; choose among those.").format(count=layer.bandCount())
    # One band alone is taken for all, with a warning of the engine's, or has a palette.
    count = _data_bands(layer)
    if not bands and count != 1 and count < len(wanted):
        return tr(
            "The image has {count} bands and the model takes {wanted} ({names});"
            " choose under Bands which ones to take, a band more than once if need be."
        ).format(count=count, wanted=len(wanted), names=names)
    return None


def _counts(layer: QgsRasterLayer) -> tuple[int, int]:
    """Numbers of bands that the file may have: QGIS shows a mask as one more, which looks like any alpha."""
    alpha = layer.dataProvider().colorInterpretation(layer.bandCount()) == QgsRaster.ColorInterpretation.AlphaBand
    return layer.bandCount(), layer.bandCount() - int(alpha)


def _data_bands(layer: QgsRasterLayer) -> int:
    """Number of bands without those that say what is transparent; what is called near infrared, say, is none."""
    provider = layer.dataProvider()
    alpha = QgsRaster.ColorInterpretation.AlphaBand
    return sum(
        provider.colorInterpretation(band) != alpha
        or read_words(provider.generateBandName(band)).name not in (None, ALPHA)
        for band in range(1, layer.bandCount() + 1)
    )
