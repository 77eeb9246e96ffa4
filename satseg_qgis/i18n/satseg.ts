<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" sourcelanguage="en">
<context>
    <name>SatSeg</name>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Land-cover areas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Measures the classes of a land-cover map in true square metres</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>land cover</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>area</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>statistics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Zones</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Polygons to measure in, each by itself; pixels that their borders cut count with their share.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Names of the zones</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>The field that tells the zones apart in the tables; without it they are numbered.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Areas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>HTML files (*.html)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>A page with a picture, a chart of the classes and how the map was made.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Table of areas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>CSV files (*.csv)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>The table as CSV: code, name, pixels, area in m², percent.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Zones with areas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>The zones with a field for the area of each class: a GeoPackage.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Mapped pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Mapped area (m²)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Class with the largest area</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Area of {name} (m²)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/base.py"/>
        <source>Land cover</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/base.py"/>
        <source>SatSeg's engine runs in Python {version}:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>Land-cover map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>A map that 'Map land cover' made; its legend is in the file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>Legends (*.csv *.json *.qml *.txt)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>Legend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>For maps from elsewhere: a table with the columns code, name and color (as #1a2b3c), a style (.qml) or colour map (.txt) that QGIS exported, or one of the names worldcover and nlcd.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/destinations.py"/>
        <source>There is no folder {folder} to write into; make it, or choose another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/destinations.py"/>
        <source>Nothing can be written into the folder {folder}; choose another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/destinations.py"/>
        <source>Mapping {pixels} million pixels needs at least {needed} in {folder}, where {free} are free; free some space, choose another folder, or map a smaller extent.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>No model is installed; choose a model file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Classes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Bands</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Pixel size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Accuracy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>{percent} % of the pixels right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>mean IoU {percent} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The layer '{name}' is no file and may be endless; choose the extent to map.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The extent lies beside the layer '{name}'; choose one inside of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The extent has {count} million pixels of {size} m, more than a server should be asked for; choose a smaller one or larger pixels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The layer is no file: drawing {size} pixels of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>That are many pixels for a server; it may take long.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The layer could not be drawn ({why}); try again later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The extent has no place on the ground; choose one inside of the layer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/replaced.py"/>
        <source>{file} holds more than the run writes ({names}), which would be lost; choose another file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/replaced.py"/>
        <source>The layer '{name}' shows {file} and is being edited; end the editing first, or choose another file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/replaced.py"/>
        <source>The layer '{name}' shows {file}, and Windows replaces no file that is open; remove the layer from the project first, or choose another file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Map land cover</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Makes a land-cover map of an aerial or satellite image with a neural network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>segmentation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>classification</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>deep learning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>neural network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>orthophoto</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Run record</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Aerial or satellite image: any raster layer. Web maps are drawn for the extent that is chosen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Bands in the model's order, such as red, green, blue. None takes the first ones.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The neural network that tells the classes apart.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Extent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Part of the image to map, snapped to its pixels. Empty maps all of it, if it is a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Polygons to map inside of; everything else becomes nodata and takes no time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Pixel size (m)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Model file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Models (*.safetensors *.onnx)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>A model of your own, instead of one of the list.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Metres on the ground per pixel that the model sees. Empty takes the size it was trained at.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Stretch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Values of the image that become dark and bright. Empty takes 0 to 255 for 8 bit, percentiles else.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Runtime</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>What executes the network: ONNX Runtime, or OpenVINO or PyTorch where they are installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The processor, an NVIDIA graphics card (cuda) or an Apple one (mps).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Go on with an interrupted run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Goes on where a run of the same job ended early, and keeps what is done if this one does, too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>No data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Value of pixels without data: one for all bands (0), one for each band of the image (0,0,255), or none. Empty takes what the layer and its file say.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Clouds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>What becomes of clouds and their shadows, in scenes with a raster that tells them (SCL, QA_PIXEL, UDM2): keep maps them like land, unknown gives them that class, nodata leaves them out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The map: a GeoTIFF on the image's grid, one class code a pixel, 255 where there is no data.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Land-cover polygons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The map as polygons with class and area: a GeoPackage.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Confidence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>How sure the model is of each pixel, in percent: a GeoTIFF.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Stretch has the higher value first; give the lower one first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The layer '{name}' is drawn and tells no clouds; leave Clouds at keep.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>No data has {given} values, and the image {count} bands; give one for all, or one for each.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The model takes {count} bands ({names}); choose as many, in this order.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The image has {count} bands; choose among those.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The image has {count} bands and the model takes {wanted} ({names}); choose under Bands which ones to take, a band more than once if need be.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Set up SatSeg</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Installs the libraries that SatSeg needs, in an environment of their own</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>install</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>libraries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>pip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>python</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Libraries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Folder of wheels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>For machines without internet: all packages are taken from here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Remove the environments instead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Deletes what this algorithm has installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Python of the engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>{name}: about {download} MB to fetch, {disk} MB on the disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Removed: {path}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Cancelled; nothing was installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>{path} cannot be removed ({why}); close other QGIS windows and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>The engine runs in {python}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>The environment is complete, but another Python is named and goes before it: {python}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Light runs on the processor. Full has torch besides, for models that need it; for NVIDIA graphics cards give a folder of wheels with a torch made for CUDA, as PyPI's has none on Windows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Light runs on the processor; full has torch, for Apple's graphics processors.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Light runs on the processor; full has torch, for NVIDIA graphics cards.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The input is not a raster layer; choose one, or a raster file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The layer '{name}' is no raster file that another program can open; export the layer to a GeoTIFF first (right-click it, Export &gt; Save As) and use that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The layer '{name}' has no polygons; choose a layer that has.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The layer '{name}' is empty, or nothing of it is selected; select polygons, or draw some.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The mask cannot be written to {path}: {why}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/told.py"/>
        <source>No data takes numbers with commas between them, such as 0 or 0,0,255, or none; not {text}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/told.py"/>
        <source>The bands of the layer '{name}' have several values without data, and not the same ones; set the same for all bands in the layer's properties (Transparency).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/told.py"/>
        <source>Band {band} of the layer '{name}' has a range of values without data, which the engine cannot be told; set them to one value with the raster calculator first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Draws the polygons of a land-cover map that SatSeg made</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>polygonize</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>vectorize</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>raster to vector</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Smallest area (m²)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Smaller areas are merged into a neighbour. 0 keeps all.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Cut the corners of pixels off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Slanting borders run straight instead of in steps; no border moves by more than half a pixel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Simplify (pixels)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>How far outlines may stray from the pixels; neighbours keep their common border. 0 follows the pixels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Polygons with class, area and perimeter: a GeoPackage, or FlatGeobuf, GeoJSON, Shapefile.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>The confidence raster of the same map: each polygon gets the mean inside of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Number of polygons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>The run record {path} cannot be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>Class</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>Share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>Area</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>{count} px</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Selected features only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Draw polygons, too</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>The whole image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>What the map shows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Inside polygons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Another file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>GeoTIFF (*.tif *.tiff)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>A temporary file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Save as</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>There is no raster layer; add an image to the project first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>There is no layer of polygons; add one, or choose another area.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>No file is chosen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>{size} m a pixel; {bands}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Classes: {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/job.py"/>
        <source>The run failed without a reason; see the log.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>All settings…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Opens the dialog with bands, values without data, clouds and all else.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Set up…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Draws the land cover aside, to see the image under it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Cancelling…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Starting…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Cancelled; nothing was written.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Done.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The disk is full; free some space, or name a folder on another disk in SATSEG_ENVIRONMENTS.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The certificate of the server is not trusted, most often because the network's own firewall shows another; ask for its certificate and name the file in the environment variable PIP_CERT.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The proxy asks for a name and a password; give them in Settings &gt; Options &gt; Network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The proxy cannot be reached; see to Settings &gt; Options &gt; Network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The internet is not in reach; connect, see to the proxy in Settings &gt; Options &gt; Network, or choose a folder of wheels that was filled elsewhere (pip download).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>A file may not be written; close other programs that use the environment, or see to the folder's permissions.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>This Python cannot make environments; on Debian and Ubuntu: apt-get install python3-venv.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>This Python belongs to the system and takes no packages; name another one in SATSEG_PYTHON.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>There is no wheel of {package} for this Python and system; choose a folder of wheels that has one, or name another Python in SATSEG_PYTHON.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>it said nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/fields.py"/>
        <source>the layer's coordinate system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/fields.py"/>
        <source>the mask's coordinate system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/fields.py"/>
        <source>the zones' coordinate system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>The plugin's setting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>did not answer within {seconds} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>cannot be run ({why})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>is no working Python (it ended with code {code})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>is Python {version}, and SatSeg needs {needed} or newer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>cannot import {names}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>{by} names a Python that cannot run SatSeg: {problem}; run `{install}` with it or name another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>No Python with SatSeg's libraries was found{why}; run 'Set up SatSeg' in the Processing Toolbox (satseg:setup), or run `{install}` in a virtual environment and name its Python in {variable}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>There are no wheels in {folder}; fill it with pip download, or leave the folder out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Making a virtual environment with {python}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The virtual environment could not be made ({why}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Installing {packages}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The packages could not be installed ({why}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Looking whether the engine runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The engine does not run in the new environment ({why}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The folder {folder} cannot be made ({why}); name another in SATSEG_ENVIRONMENTS.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The environment takes about {needed} MB while it is made and there are {free} MB free in {folder}; free some space, or name a folder on another disk in SATSEG_ENVIRONMENTS.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>{program} cannot be run ({why}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>QGIS' own Python was not found; make an environment yourself and name its Python in SATSEG_PYTHON.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The folder {folder} cannot be written to ({why}); name another in SATSEG_ENVIRONMENTS.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Another QGIS is making this environment just now; wait for it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>{folder} cannot be replaced ({why}); close other QGIS windows and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine could not be started ({program}: {why}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine was ended from outside, most often for lack of memory; close other programs or map a part.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine crashed ({signal}); run `satseg doctor` with its Python to see what is installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine ended without a result; please report this with the log.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine failed with code {code}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/progress.py"/>
        <source>{stage}, about {time} left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>QGIS runs in a Flatpak, which uses no Python of the system outside; install the libraries into it from a terminal: flatpak run --devel --command=pip3 org.qgis.qgis install --user {packages}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>QGIS runs in a Snap, which may use no Python but its own; if that has no pip, install QGIS from qgis.org or your system's packages instead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>This Python comes from Nix, and packages from PyPI do not find the system's libraries there; turn on nix-ld, or make a Python with Nix (python3.withPackages) that has {packages}, and name it in SATSEG_PYTHON.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>This system is built on musl, for which PyPI has no rasterio, pyogrio and onnxruntime; install them from the system's packages (on Alpine: apk add py3-rasterio py3-onnxruntime) or build them, and name a Python that has {packages} in SATSEG_PYTHON.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../provider.py"/>
        <source>SatSeg: land-cover maps from imagery</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Map the land cover of an image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Example model…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Examples…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Looking for SatSeg's libraries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>The libraries that SatSeg needs are not installed yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Classifying</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Writing the map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Writing the confidence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Measuring areas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Drawing polygons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>urban</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>agriculture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>rangeland</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>forest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>water</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>barren</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>unknown</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
