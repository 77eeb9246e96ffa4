<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
<context>
    <name>SatSeg</name>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Land-cover areas</source>
        <translation>Áreas de cobertura del suelo</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Measures the classes of a land-cover map in true square metres</source>
        <translation>Mide las clases de un mapa de cobertura del suelo en metros cuadrados reales</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>land cover</source>
        <translation>cobertura del suelo</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>area</source>
        <translation>área</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>statistics</source>
        <translation>estadísticas</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>report</source>
        <translation>informe</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Zones</source>
        <translation>Zonas</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Polygons to measure in, each by itself; pixels that their borders cut count with their share.</source>
        <translation>Polígonos en los que medir, cada uno por separado; de los píxeles que corta su borde cuenta solo la parte interior.</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Names of the zones</source>
        <translation>Nombres de las zonas</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>The field that tells the zones apart in the tables; without it they are numbered.</source>
        <translation>Campo que identifica las zonas en las tablas; si no se indica, las zonas se numeran.</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Areas</source>
        <translation>Áreas</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>HTML files (*.html)</source>
        <translation>Archivos HTML (*.html)</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>A page with a picture, a chart of the classes and how the map was made.</source>
        <translation>Página con una imagen, un gráfico de las clases y cómo se hizo el mapa.</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Table of areas</source>
        <translation>Tabla de áreas</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>CSV files (*.csv)</source>
        <translation>Archivos CSV (*.csv)</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>The table as CSV: code, name, pixels, area in m², percent.</source>
        <translation>La tabla en formato CSV: código, nombre, píxeles, área en m² y porcentaje.</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Zones with areas</source>
        <translation>Zonas con áreas</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>The zones with a field for the area of each class: a GeoPackage.</source>
        <translation>Las zonas, con un campo para el área de cada clase: un GeoPackage.</translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Mapped pixels</source>
        <translation>Píxeles cartografiados</translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Mapped area (m²)</source>
        <translation>Área cartografiada (m²)</translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Class with the largest area</source>
        <translation>Clase con mayor área</translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Area of {name} (m²)</source>
        <translation>Área de la clase {name} (m²)</translation>
    </message>
    <message>
        <location filename="../algorithms/base.py"/>
        <source>Land cover</source>
        <translation>Cobertura del suelo</translation>
    </message>
    <message>
        <location filename="../algorithms/base.py"/>
        <source>SatSeg's engine runs in Python {version}:</source>
        <translation>El motor de SatSeg se ejecuta con Python {version}:</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>Land-cover map</source>
        <translation>Mapa de cobertura del suelo</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>A map that 'Map land cover' made; its legend is in the file.</source>
        <translation>Mapa creado con "Cartografiar la cobertura del suelo"; su leyenda está en el archivo.</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>Legends (*.csv *.json *.qml *.txt)</source>
        <translation>Leyendas (*.csv *.json *.qml *.txt)</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>All files (*)</source>
        <translation>Todos los archivos (*)</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>Legend</source>
        <translation>Leyenda</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>For maps from elsewhere: a table with the columns code, name and color (as #1a2b3c), a style (.qml) or colour map (.txt) that QGIS exported, or one of the names worldcover and nlcd.</source>
        <translation>Para mapas de otro origen: una tabla con las columnas code, name y color (como #1a2b3c), un estilo (.qml) o mapa de color (.txt) exportado por QGIS, o uno de los nombres worldcover y nlcd.</translation>
    </message>
    <message>
        <location filename="../algorithms/destinations.py"/>
        <source>There is no folder {folder} to write into; make it, or choose another one.</source>
        <translation>La carpeta de destino {folder} no existe; créela o elija otra.</translation>
    </message>
    <message>
        <location filename="../algorithms/destinations.py"/>
        <source>Nothing can be written into the folder {folder}; choose another one.</source>
        <translation>No se puede escribir en la carpeta {folder}; elija otra.</translation>
    </message>
    <message>
        <location filename="../algorithms/destinations.py"/>
        <source>Mapping {pixels} million pixels needs at least {needed} in {folder}, where {free} are free; free some space, choose another folder, or map a smaller extent.</source>
        <translation>Cartografiar {pixels} millones de píxeles requiere al menos {needed} en {folder}, donde hay {free} libres; libere espacio, elija otra carpeta o una extensión menor.</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>No model is installed; choose a model file.</source>
        <translation>No hay ningún modelo instalado; elija un archivo de modelo.</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Classes</source>
        <translation>Clases</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Bands</source>
        <translation>Bandas</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Pixel size</source>
        <translation>Tamaño de píxel</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Accuracy</source>
        <translation>Exactitud</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Licence</source>
        <translation>Licencia</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>{percent} % of the pixels right</source>
        <translation>{percent} % de píxeles correctos</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>mean IoU {percent} %</source>
        <translation>IoU media del {percent} %</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The layer '{name}' is no file and may be endless; choose the extent to map.</source>
        <translation>La capa "{name}" no es un archivo y puede no tener límites; elija la extensión que quiere cartografiar.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The extent lies beside the layer '{name}'; choose one inside of it.</source>
        <translation>La extensión queda fuera de la capa "{name}"; elija una dentro de la capa.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The extent has {count} million pixels of {size} m, more than a server should be asked for; choose a smaller one or larger pixels.</source>
        <translation>La extensión tiene {count} millones de píxeles de {size} m, más de los que conviene pedir a un servidor; elija una extensión menor o píxeles más grandes.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The layer is no file: drawing {size} pixels of it.</source>
        <translation>La capa no es un archivo: se representará con {size} píxeles.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>That are many pixels for a server; it may take long.</source>
        <translation>Son muchos píxeles para un servidor; puede tardar bastante.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The layer could not be drawn ({why}); try again later.</source>
        <translation>No se pudo representar la capa ({why}); vuelva a intentarlo más tarde.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The extent has no place on the ground; choose one inside of the layer.</source>
        <translation>La extensión no corresponde a ningún lugar del terreno; elija una dentro de la capa.</translation>
    </message>
    <message>
        <location filename="../algorithms/replaced.py"/>
        <source>{file} holds more than the run writes ({names}), which would be lost; choose another file.</source>
        <translation>{file} contiene más de lo que se va a escribir ({names}), y se perdería; elija otro archivo.</translation>
    </message>
    <message>
        <location filename="../algorithms/replaced.py"/>
        <source>The layer '{name}' shows {file} and is being edited; end the editing first, or choose another file.</source>
        <translation>La capa "{name}" muestra {file} y se está editando; termine primero la edición o elija otro archivo.</translation>
    </message>
    <message>
        <location filename="../algorithms/replaced.py"/>
        <source>The layer '{name}' shows {file}, and Windows replaces no file that is open; remove the layer from the project first, or choose another file.</source>
        <translation>La capa "{name}" muestra {file}, y Windows no reemplaza archivos abiertos; quite primero la capa del proyecto o elija otro archivo.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Map land cover</source>
        <translation>Cartografiar la cobertura del suelo</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Makes a land-cover map of an aerial or satellite image with a neural network</source>
        <translation>Crea un mapa de cobertura del suelo a partir de una imagen aérea o de satélite con una red neuronal</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>segmentation</source>
        <translation>segmentación</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>classification</source>
        <translation>clasificación</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>deep learning</source>
        <translation>aprendizaje profundo</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>neural network</source>
        <translation>red neuronal</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>orthophoto</source>
        <translation>ortofoto</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Run record</source>
        <translation>Datos de la ejecución</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Image</source>
        <translation>Imagen</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Aerial or satellite image: any raster layer. Web maps are drawn for the extent that is chosen.</source>
        <translation>Imagen aérea o de satélite: cualquier capa ráster. Los mapas web se representan en la extensión elegida.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Bands in the model's order, such as red, green, blue. None takes the first ones.</source>
        <translation>Bandas en el orden del modelo, por ejemplo rojo, verde, azul. Si no se elige ninguna, se usan las primeras.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Model</source>
        <translation>Modelo</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The neural network that tells the classes apart.</source>
        <translation>La red neuronal que distingue las clases.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Extent</source>
        <translation>Extensión</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Part of the image to map, snapped to its pixels. Empty maps all of it, if it is a file.</source>
        <translation>Parte de la imagen que se cartografía, ajustada a sus píxeles. Si se deja vacía, se usa toda la imagen, siempre que sea un archivo.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Mask</source>
        <translation>Máscara</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Polygons to map inside of; everything else becomes nodata and takes no time.</source>
        <translation>Polígonos dentro de los que se cartografía; el resto queda sin datos y no consume tiempo.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Pixel size (m)</source>
        <translation>Tamaño de píxel (m)</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Model file</source>
        <translation>Archivo de modelo</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Models (*.safetensors *.onnx)</source>
        <translation>Modelos (*.safetensors *.onnx)</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>A model of your own, instead of one of the list.</source>
        <translation>Un modelo propio, en lugar de uno de la lista.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Metres on the ground per pixel that the model sees. Empty takes the size it was trained at.</source>
        <translation>Metros sobre el terreno por cada píxel que recibe el modelo. Si se deja vacío, se usa el tamaño con el que se entrenó.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Stretch</source>
        <translation>Estiramiento</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Values of the image that become dark and bright. Empty takes 0 to 255 for 8 bit, percentiles else.</source>
        <translation>Valores de la imagen que corresponden a oscuro y claro. Si se deja vacío, se usa de 0 a 255 en imágenes de 8 bits y percentiles en las demás.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Runtime</source>
        <translation>Entorno de ejecución</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>What executes the network: ONNX Runtime, or OpenVINO or PyTorch where they are installed.</source>
        <translation>Programa que ejecuta la red: ONNX Runtime, o bien OpenVINO o PyTorch si están instalados.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Device</source>
        <translation>Dispositivo</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The processor, an NVIDIA graphics card (cuda) or an Apple one (mps).</source>
        <translation>El procesador (cpu), una tarjeta gráfica NVIDIA (cuda) o una de Apple (mps).</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Go on with an interrupted run</source>
        <translation>Reanudar una ejecución interrumpida</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Goes on where a run of the same job ended early, and keeps what is done if this one does, too.</source>
        <translation>Continúa donde se interrumpió una ejecución del mismo trabajo y, si esta también se interrumpe, conserva lo ya hecho.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>No data</source>
        <translation>Sin datos</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Value of pixels without data: one for all bands (0), one for each band of the image (0,0,255), or none. Empty takes what the layer and its file say.</source>
        <translation>Valor de los píxeles sin datos: uno para todas las bandas (0), uno por cada banda de la imagen (0,0,255), o none para ninguno. Vacío toma lo que dicen la capa y su archivo.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Clouds</source>
        <translation>Nubes</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>What becomes of clouds and their shadows, in scenes with a raster that tells them (SCL, QA_PIXEL, UDM2): keep maps them like land, unknown gives them that class, nodata leaves them out.</source>
        <translation>Qué se hace con las nubes y sus sombras, en escenas con un ráster que las indica (SCL, QA_PIXEL, UDM2): keep las clasifica como terreno, unknown les da esa clase, nodata las deja fuera.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The map: a GeoTIFF on the image's grid, one class code a pixel, 255 where there is no data.</source>
        <translation>El mapa: un GeoTIFF con la cuadrícula de la imagen y un código de clase por píxel; 255 donde no hay datos.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Land-cover polygons</source>
        <translation>Polígonos de cobertura del suelo</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The map as polygons with class and area: a GeoPackage.</source>
        <translation>El mapa como polígonos con clase y área: un GeoPackage.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Confidence</source>
        <translation>Confianza</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>How sure the model is of each pixel, in percent: a GeoTIFF.</source>
        <translation>Grado de certeza del modelo en cada píxel, en porcentaje: un GeoTIFF.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Stretch has the higher value first; give the lower one first.</source>
        <translation>El estiramiento tiene primero el valor más alto; dé primero el más bajo.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The layer '{name}' is drawn and tells no clouds; leave Clouds at keep.</source>
        <translation>La capa '{name}' se dibuja y no indica nubes; deje Nubes en keep.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>No data has {given} values, and the image {count} bands; give one for all, or one for each.</source>
        <translation>Sin datos tiene {given} valores y la imagen {count} bandas; dé uno para todas o uno para cada una.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The model takes {count} bands ({names}); choose as many, in this order.</source>
        <translation>El modelo usa {count} bandas ({names}); elija ese mismo número de bandas, en este orden.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The image has {count} bands; choose among those.</source>
        <translation>La imagen tiene {count} bandas; elija entre ellas.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The image has {count} bands and the model takes {wanted} ({names}); choose under Bands which ones to take, a band more than once if need be.</source>
        <translation>La imagen tiene {count} bandas y el modelo usa {wanted} ({names}); elija en Bandas cuáles usar, repitiendo alguna si es necesario.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Set up SatSeg</source>
        <translation>Configurar SatSeg</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Installs the libraries that SatSeg needs, in an environment of their own</source>
        <translation>Instala las bibliotecas que necesita SatSeg en un entorno propio</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>install</source>
        <translation>instalar</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>libraries</source>
        <translation>bibliotecas</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>pip</source>
        <translation>pip</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>environment</source>
        <translation>entorno</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>python</source>
        <translation>python</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Libraries</source>
        <translation>Bibliotecas</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Folder of wheels</source>
        <translation>Carpeta de paquetes wheel</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>For machines without internet: all packages are taken from here.</source>
        <translation>Para equipos sin Internet: todos los paquetes se toman de esta carpeta.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Remove the environments instead</source>
        <translation>Eliminar los entornos en lugar de instalar</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Deletes what this algorithm has installed.</source>
        <translation>Borra lo que ha instalado este algoritmo.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Python of the engine</source>
        <translation>Python del motor</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>{name}: about {download} MB to fetch, {disk} MB on the disk.</source>
        <translation>{name}: unos {download} MB de descarga, {disk} MB en el disco.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Removed: {path}</source>
        <translation>Eliminado: {path}</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Cancelled; nothing was installed.</source>
        <translation>Cancelado; no se ha instalado nada.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>{path} cannot be removed ({why}); close other QGIS windows and try again.</source>
        <translation>No se puede eliminar {path} ({why}); cierre las demás ventanas de QGIS y vuelva a intentarlo.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>The engine runs in {python}.</source>
        <translation>El motor se ejecuta con {python}.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>The environment is complete, but another Python is named and goes before it: {python}.</source>
        <translation>El entorno está completo, pero se ha indicado otro Python, que tiene prioridad: {python}.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Light runs on the processor. Full has torch besides, for models that need it; for NVIDIA graphics cards give a folder of wheels with a torch made for CUDA, as PyPI's has none on Windows.</source>
        <translation>"light" usa el procesador. "full" incluye además torch, para los modelos que lo necesitan; para tarjetas gráficas NVIDIA, indique una carpeta de paquetes wheel con un torch compilado para CUDA, ya que el de PyPI para Windows no lo incluye.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Light runs on the processor; full has torch, for Apple's graphics processors.</source>
        <translation>"light" usa el procesador; "full" incluye torch, para los procesadores gráficos de Apple.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Light runs on the processor; full has torch, for NVIDIA graphics cards.</source>
        <translation>"light" usa el procesador; "full" incluye torch, para tarjetas gráficas NVIDIA.</translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The input is not a raster layer; choose one, or a raster file.</source>
        <translation>La entrada no es una capa ráster; elija una capa o un archivo ráster.</translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The layer '{name}' is no raster file that another program can open; export the layer to a GeoTIFF first (right-click it, Export &gt; Save As) and use that.</source>
        <translation>La capa "{name}" no es un archivo ráster que otro programa pueda abrir; expórtela primero a un GeoTIFF (clic derecho sobre la capa, Exportar &gt; Guardar como…) y use ese archivo.</translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The layer '{name}' has no polygons; choose a layer that has.</source>
        <translation>La capa "{name}" no tiene polígonos; elija una que los tenga.</translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The layer '{name}' is empty, or nothing of it is selected; select polygons, or draw some.</source>
        <translation>La capa '{name}' está vacía, o no hay nada seleccionado; seleccione polígonos o dibuje algunos.</translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The mask cannot be written to {path}: {why}.</source>
        <translation>No se puede escribir la máscara en {path}: {why}.</translation>
    </message>
    <message>
        <location filename="../algorithms/told.py"/>
        <source>No data takes numbers with commas between them, such as 0 or 0,0,255, or none; not {text}.</source>
        <translation>Sin datos admite números separados por comas, como 0 o 0,0,255, o none; no {text}.</translation>
    </message>
    <message>
        <location filename="../algorithms/told.py"/>
        <source>The bands of the layer '{name}' have several values without data, and not the same ones; set the same for all bands in the layer's properties (Transparency).</source>
        <translation>Las bandas de la capa "{name}" tienen varios valores sin datos, y no los mismos; ponga los mismos en todas las bandas en las propiedades de la capa (Transparencia).</translation>
    </message>
    <message>
        <location filename="../algorithms/told.py"/>
        <source>Band {band} of the layer '{name}' has a range of values without data, which the engine cannot be told; set them to one value with the raster calculator first.</source>
        <translation>La banda {band} de la capa "{name}" tiene un intervalo de valores sin datos, que no se puede transmitir al cálculo; sustitúyalos antes por un solo valor con la calculadora ráster.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Draws the polygons of a land-cover map that SatSeg made</source>
        <translation>Crea los polígonos de un mapa de cobertura del suelo hecho con SatSeg</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>polygonize</source>
        <translation>poligonizar</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>vectorize</source>
        <translation>vectorizar</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>raster to vector</source>
        <translation>ráster a vectorial</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Smallest area (m²)</source>
        <translation>Área mínima (m²)</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Smaller areas are merged into a neighbour. 0 keeps all.</source>
        <translation>Las áreas menores se fusionan con un polígono vecino. 0 las conserva todas.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Cut the corners of pixels off</source>
        <translation>Recortar las esquinas de los píxeles</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Slanting borders run straight instead of in steps; no border moves by more than half a pixel.</source>
        <translation>Los bordes oblicuos quedan rectos en lugar de escalonados; ningún borde se desplaza más de medio píxel.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Simplify (pixels)</source>
        <translation>Simplificar (píxeles)</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>How far outlines may stray from the pixels; neighbours keep their common border. 0 follows the pixels.</source>
        <translation>Cuánto pueden apartarse los contornos de los píxeles; los polígonos vecinos conservan su borde común. 0 sigue los píxeles.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Polygons with class, area and perimeter: a GeoPackage, or FlatGeobuf, GeoJSON, Shapefile.</source>
        <translation>Polígonos con clase, área y perímetro: un GeoPackage, o bien FlatGeobuf, GeoJSON o Shapefile.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>The confidence raster of the same map: each polygon gets the mean inside of it.</source>
        <translation>Ráster de confianza del mismo mapa: cada polígono recibe la media de su interior.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Number of polygons</source>
        <translation>Número de polígonos</translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>The run record {path} cannot be read.</source>
        <translation>No se puede leer el archivo con los datos de la ejecución, {path}.</translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>Class</source>
        <translation>Clase</translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>Share</source>
        <translation>Porcentaje</translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>Area</source>
        <translation>Área</translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>{count} px</source>
        <translation>{count} px</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Selected features only</source>
        <translation>Solo objetos seleccionados</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Draw polygons, too</source>
        <translation>Crear también polígonos</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>The whole image</source>
        <translation>Toda la imagen</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>What the map shows</source>
        <translation>Extensión de la vista del mapa</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Inside polygons</source>
        <translation>Dentro de polígonos</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Another file…</source>
        <translation>Otro archivo…</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>GeoTIFF (*.tif *.tiff)</source>
        <translation>GeoTIFF (*.tif *.tiff)</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>A temporary file</source>
        <translation>Archivo temporal</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Save as</source>
        <translation>Guardar como</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>There is no raster layer; add an image to the project first.</source>
        <translation>No hay ninguna capa ráster; añada primero una imagen al proyecto.</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>There is no layer of polygons; add one, or choose another area.</source>
        <translation>No hay ninguna capa de polígonos; añada una o elija otra área.</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>No file is chosen.</source>
        <translation>No se ha elegido ningún archivo.</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>{size} m a pixel; {bands}</source>
        <translation>{size} m por píxel; {bands}</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Classes: {names}.</source>
        <translation>Clases: {names}.</translation>
    </message>
    <message>
        <location filename="../dock/job.py"/>
        <source>The run failed without a reason; see the log.</source>
        <translation>La ejecución falló sin indicar el motivo; consulte el registro.</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>All settings…</source>
        <translation>Todos los ajustes…</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Opens the dialog with bands, values without data, clouds and all else.</source>
        <translation>Abre el diálogo con bandas, valores sin datos, nubes y todo lo demás.</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Set up…</source>
        <translation>Configurar…</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Map</source>
        <translation>Mapa</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Draws the land cover aside, to see the image under it.</source>
        <translation>Descorre la cobertura del suelo para ver la imagen que hay debajo.</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Cancelling…</source>
        <translation>Cancelando…</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Starting…</source>
        <translation>Iniciando…</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Cancelled; nothing was written.</source>
        <translation>Cancelado; no se ha escrito nada.</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Done.</source>
        <translation>Terminado.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The disk is full; free some space, or name a folder on another disk in SATSEG_ENVIRONMENTS.</source>
        <translation>El disco está lleno; libere espacio o indique en SATSEG_ENVIRONMENTS una carpeta de otro disco.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The certificate of the server is not trusted, most often because the network's own firewall shows another; ask for its certificate and name the file in the environment variable PIP_CERT.</source>
        <translation>El certificado del servidor no es de confianza, casi siempre porque el cortafuegos de la red presenta otro; solicite ese certificado e indique el archivo en la variable de entorno PIP_CERT.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The proxy asks for a name and a password; give them in Settings &gt; Options &gt; Network.</source>
        <translation>El proxy pide un usuario y una contraseña; indíquelos en Configuración &gt; Opciones &gt; Red.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The proxy cannot be reached; see to Settings &gt; Options &gt; Network.</source>
        <translation>No se puede acceder al proxy; revise Configuración &gt; Opciones &gt; Red.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The internet is not in reach; connect, see to the proxy in Settings &gt; Options &gt; Network, or choose a folder of wheels that was filled elsewhere (pip download).</source>
        <translation>No hay conexión a Internet; conéctese, revise el proxy en Configuración &gt; Opciones &gt; Red o elija una carpeta de paquetes wheel preparada en otro equipo (pip download).</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>A file may not be written; close other programs that use the environment, or see to the folder's permissions.</source>
        <translation>No hay permiso para escribir un archivo; cierre otros programas que usen el entorno o revise los permisos de la carpeta.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>This Python cannot make environments; on Debian and Ubuntu: apt-get install python3-venv.</source>
        <translation>Este Python no puede crear entornos; en Debian y Ubuntu: apt-get install python3-venv.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>This Python belongs to the system and takes no packages; name another one in SATSEG_PYTHON.</source>
        <translation>Este Python pertenece al sistema y no admite paquetes; indique otro en SATSEG_PYTHON.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>There is no wheel of {package} for this Python and system; choose a folder of wheels that has one, or name another Python in SATSEG_PYTHON.</source>
        <translation>No hay ningún paquete wheel de {package} para este Python y este sistema; elija una carpeta que lo contenga o indique otro Python en SATSEG_PYTHON.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>it said nothing</source>
        <translation>no dio ningún mensaje</translation>
    </message>
    <message>
        <location filename="../engine/fields.py"/>
        <source>the layer's coordinate system</source>
        <translation>el sistema de coordenadas de la capa</translation>
    </message>
    <message>
        <location filename="../engine/fields.py"/>
        <source>the mask's coordinate system</source>
        <translation>el sistema de coordenadas de la máscara</translation>
    </message>
    <message>
        <location filename="../engine/fields.py"/>
        <source>the zones' coordinate system</source>
        <translation>el sistema de coordenadas de las zonas</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>The plugin's setting</source>
        <translation>La configuración del complemento</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>did not answer within {seconds} s</source>
        <translation>no respondió en {seconds} s</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>cannot be run ({why})</source>
        <translation>no se puede ejecutar ({why})</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>is no working Python (it ended with code {code})</source>
        <translation>no es un Python que funcione (terminó con el código {code})</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>is Python {version}, and SatSeg needs {needed} or newer</source>
        <translation>es Python {version}, y SatSeg necesita {needed} o posterior</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>cannot import {names}</source>
        <translation>no puede importar {names}</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>{by} names a Python that cannot run SatSeg: {problem}; run `{install}` with it or name another one.</source>
        <translation>{by} indica un Python que no puede ejecutar SatSeg: {problem}; ejecute `{install}` con él o indique otro.</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>No Python with SatSeg's libraries was found{why}; run 'Set up SatSeg' in the Processing Toolbox (satseg:setup), or run `{install}` in a virtual environment and name its Python in {variable}.</source>
        <translation>No se ha encontrado ningún Python con las bibliotecas de SatSeg{why}; ejecute "Configurar SatSeg" en la Caja de herramientas de Procesos (satseg:setup), o bien ejecute `{install}` en un entorno virtual e indique su Python en {variable}.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>There are no wheels in {folder}; fill it with pip download, or leave the folder out.</source>
        <translation>No hay paquetes wheel en {folder}; descárguelos ahí con pip download o no indique ninguna carpeta.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Making a virtual environment with {python}</source>
        <translation>Creando un entorno virtual con {python}</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The virtual environment could not be made ({why}).</source>
        <translation>No se pudo crear el entorno virtual ({why}).</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Installing {packages}</source>
        <translation>Instalando {packages}</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The packages could not be installed ({why}).</source>
        <translation>No se pudieron instalar los paquetes ({why}).</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Looking whether the engine runs</source>
        <translation>Comprobando si el motor funciona</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The engine does not run in the new environment ({why}).</source>
        <translation>El motor no funciona en el entorno nuevo ({why}).</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The folder {folder} cannot be made ({why}); name another in SATSEG_ENVIRONMENTS.</source>
        <translation>No se puede crear la carpeta {folder} ({why}); indique otra en SATSEG_ENVIRONMENTS.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The environment takes about {needed} MB while it is made and there are {free} MB free in {folder}; free some space, or name a folder on another disk in SATSEG_ENVIRONMENTS.</source>
        <translation>El entorno necesita unos {needed} MB mientras se crea y en {folder} hay {free} MB libres; libere espacio o indique en SATSEG_ENVIRONMENTS una carpeta de otro disco.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>{program} cannot be run ({why}).</source>
        <translation>No se puede ejecutar {program} ({why}).</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>QGIS' own Python was not found; make an environment yourself and name its Python in SATSEG_PYTHON.</source>
        <translation>No se ha encontrado el Python propio de QGIS; cree un entorno e indique su Python en SATSEG_PYTHON.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The folder {folder} cannot be written to ({why}); name another in SATSEG_ENVIRONMENTS.</source>
        <translation>No se puede escribir en la carpeta {folder} ({why}); indique otra en SATSEG_ENVIRONMENTS.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Another QGIS is making this environment just now; wait for it.</source>
        <translation>Otro QGIS está creando este entorno en este momento; espere a que termine.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>{folder} cannot be replaced ({why}); close other QGIS windows and try again.</source>
        <translation>No se puede reemplazar {folder} ({why}); cierre las demás ventanas de QGIS y vuelva a intentarlo.</translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine could not be started ({program}: {why}).</source>
        <translation>No se pudo iniciar el motor ({program}: {why}).</translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine was ended from outside, most often for lack of memory; close other programs or map a part.</source>
        <translation>El motor se detuvo por una causa externa, casi siempre por falta de memoria; cierre otros programas o cartografíe solo una parte.</translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine crashed ({signal}); run `satseg doctor` with its Python to see what is installed.</source>
        <translation>El motor falló de forma inesperada ({signal}); ejecute `satseg doctor` con su Python para ver qué está instalado.</translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine ended without a result; please report this with the log.</source>
        <translation>El motor terminó sin dar un resultado; comunique este error y adjunte el registro.</translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine failed with code {code}.</source>
        <translation>El motor falló con el código {code}.</translation>
    </message>
    <message>
        <location filename="../engine/progress.py"/>
        <source>{stage}, about {time} left</source>
        <translation>{stage}, tiempo restante aprox.: {time}</translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>QGIS runs in a Flatpak, which uses no Python of the system outside; install the libraries into it from a terminal: flatpak run --devel --command=pip3 org.qgis.qgis install --user {packages}</source>
        <translation>QGIS se ejecuta en un Flatpak, que no usa el Python del sistema; instale las bibliotecas dentro de él desde un terminal: flatpak run --devel --command=pip3 org.qgis.qgis install --user {packages}</translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>QGIS runs in a Snap, which may use no Python but its own; if that has no pip, install QGIS from qgis.org or your system's packages instead.</source>
        <translation>QGIS se ejecuta en un Snap, que solo puede usar su propio Python; si este no tiene pip, instale QGIS desde qgis.org o desde los paquetes del sistema.</translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>This Python comes from Nix, and packages from PyPI do not find the system's libraries there; turn on nix-ld, or make a Python with Nix (python3.withPackages) that has {packages}, and name it in SATSEG_PYTHON.</source>
        <translation>Este Python procede de Nix, donde los paquetes de PyPI no encuentran las bibliotecas del sistema; active nix-ld, o cree con Nix (python3.withPackages) un Python que tenga {packages} e indíquelo en SATSEG_PYTHON.</translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>This system is built on musl, for which PyPI has no rasterio, pyogrio and onnxruntime; install them from the system's packages (on Alpine: apk add py3-rasterio py3-onnxruntime) or build them, and name a Python that has {packages} in SATSEG_PYTHON.</source>
        <translation>Este sistema se basa en musl, para el que PyPI no ofrece rasterio, pyogrio ni onnxruntime; instálelos con los paquetes del sistema (en Alpine: apk add py3-rasterio py3-onnxruntime) o compílelos, e indique en SATSEG_PYTHON un Python que tenga {packages}.</translation>
    </message>
    <message>
        <location filename="../provider.py"/>
        <source>SatSeg: land-cover maps from imagery</source>
        <translation>SatSeg: mapas de cobertura del suelo a partir de imágenes</translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Map the land cover of an image</source>
        <translation>Cartografiar la cobertura del suelo de una imagen</translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Example model…</source>
        <translation>Modelo de ejemplo…</translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Examples…</source>
        <translation>Ejemplos…</translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Looking for SatSeg's libraries</source>
        <translation>Buscando las bibliotecas de SatSeg</translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>The libraries that SatSeg needs are not installed yet.</source>
        <translation>Las bibliotecas que necesita SatSeg aún no están instaladas.</translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Classifying</source>
        <translation>Clasificando</translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Writing the map</source>
        <translation>Escribiendo el mapa</translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Writing the confidence</source>
        <translation>Escribiendo la confianza</translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Measuring areas</source>
        <translation>Midiendo áreas</translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Drawing polygons</source>
        <translation>Creando polígonos</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>urban</source>
        <translation>urbano</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>agriculture</source>
        <translation>agrícola</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>rangeland</source>
        <translation>pastizal</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>forest</source>
        <translation>bosque</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>water</source>
        <translation>agua</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>barren</source>
        <translation>suelo desnudo</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>unknown</source>
        <translation>desconocido</translation>
    </message>
</context>
</TS>
