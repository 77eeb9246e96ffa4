<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>SatSeg</name>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Land-cover areas</source>
        <translation>Flächen der Landbedeckung</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Measures the classes of a land-cover map in true square metres</source>
        <translation>Misst die Klassen einer Landbedeckungskarte in tatsächlichen Quadratmetern</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>land cover</source>
        <translation>landbedeckung</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>area</source>
        <translation>fläche</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>statistics</source>
        <translation>statistik</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>report</source>
        <translation>bericht</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Zones</source>
        <translation>Zonen</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Polygons to measure in, each by itself; pixels that their borders cut count with their share.</source>
        <translation>Polygone, in denen jeweils einzeln gemessen wird; Pixel, die von ihren Grenzen geschnitten werden, zählen anteilig.</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Names of the zones</source>
        <translation>Namen der Zonen</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>The field that tells the zones apart in the tables; without it they are numbered.</source>
        <translation>Das Feld, an dem die Zonen in den Tabellen zu erkennen sind; ohne Feld werden sie nummeriert.</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Areas</source>
        <translation>Flächen</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>HTML files (*.html)</source>
        <translation>HTML-Dateien (*.html)</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>A page with a picture, a chart of the classes and how the map was made.</source>
        <translation>Eine Seite mit einem Bild, einem Diagramm der Klassen und Angaben zur Entstehung der Karte.</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Table of areas</source>
        <translation>Flächentabelle</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>CSV files (*.csv)</source>
        <translation>CSV-Dateien (*.csv)</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>The table as CSV: code, name, pixels, area in m², percent.</source>
        <translation>Die Tabelle als CSV: Code, Name, Pixel, Fläche in m², Prozent.</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Zones with areas</source>
        <translation>Zonen mit Flächen</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>The zones with a field for the area of each class: a GeoPackage.</source>
        <translation>Die Zonen mit einem Feld für die Fläche jeder Klasse: ein GeoPackage.</translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Mapped pixels</source>
        <translation>Kartierte Pixel</translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Mapped area (m²)</source>
        <translation>Kartierte Fläche (m²)</translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Class with the largest area</source>
        <translation>Klasse mit der größten Fläche</translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Area of {name} (m²)</source>
        <translation>Fläche der Klasse '{name}' (m²)</translation>
    </message>
    <message>
        <location filename="../algorithms/base.py"/>
        <source>Land cover</source>
        <translation>Landbedeckung</translation>
    </message>
    <message>
        <location filename="../algorithms/base.py"/>
        <source>SatSeg's engine runs in Python {version}:</source>
        <translation>Der Rechenkern von SatSeg läuft in Python {version}:</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>Land-cover map</source>
        <translation>Landbedeckungskarte</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>A map that 'Map land cover' made; its legend is in the file.</source>
        <translation>Eine mit 'Landbedeckung kartieren' erzeugte Karte; ihre Legende ist in der Datei enthalten.</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>Legends (*.csv *.json *.qml *.txt)</source>
        <translation>Legenden (*.csv *.json *.qml *.txt)</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>Legend</source>
        <translation>Legende</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>For maps from elsewhere: a table with the columns code, name and color (as #1a2b3c), a style (.qml) or colour map (.txt) that QGIS exported, or one of the names worldcover and nlcd.</source>
        <translation>Für Karten anderer Herkunft: eine Tabelle mit den Spalten code, name und color (wie #1a2b3c), ein Stil (.qml) oder eine Farbtabelle (.txt) aus QGIS oder einer der Namen worldcover und nlcd.</translation>
    </message>
    <message>
        <location filename="../algorithms/destinations.py"/>
        <source>There is no folder {folder} to write into; make it, or choose another one.</source>
        <translation>Der Zielordner {folder} ist nicht vorhanden; bitte anlegen oder einen anderen wählen.</translation>
    </message>
    <message>
        <location filename="../algorithms/destinations.py"/>
        <source>Nothing can be written into the folder {folder}; choose another one.</source>
        <translation>In den Ordner {folder} kann nicht geschrieben werden; bitte einen anderen wählen.</translation>
    </message>
    <message>
        <location filename="../algorithms/destinations.py"/>
        <source>Mapping {pixels} million pixels needs at least {needed} in {folder}, where {free} are free; free some space, choose another folder, or map a smaller extent.</source>
        <translation>Um {pixels} Millionen Pixel zu kartieren, werden mindestens {needed} in {folder} benötigt, frei sind {free}; bitte Speicherplatz freigeben, einen anderen Ordner wählen oder eine kleinere Ausdehnung kartieren.</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>No model is installed; choose a model file.</source>
        <translation>Es ist kein Modell installiert; bitte eine Modelldatei wählen.</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Classes</source>
        <translation>Klassen</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Bands</source>
        <translation>Kanäle</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Pixel size</source>
        <translation>Pixelgröße</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Accuracy</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>{percent} % of the pixels right</source>
        <translation>{percent} % der Pixel richtig</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>mean IoU {percent} %</source>
        <translation>mittlere IoU {percent} %</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The layer '{name}' is no file and may be endless; choose the extent to map.</source>
        <translation>Der Layer '{name}' ist keine Datei und möglicherweise unbegrenzt; bitte die zu kartierende Ausdehnung wählen.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The extent lies beside the layer '{name}'; choose one inside of it.</source>
        <translation>Die Ausdehnung liegt außerhalb des Layers '{name}'; bitte eine innerhalb wählen.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The extent has {count} million pixels of {size} m, more than a server should be asked for; choose a smaller one or larger pixels.</source>
        <translation>Die Ausdehnung umfasst {count} Millionen Pixel zu {size} m, mehr als von einem Server abgerufen werden sollte; bitte eine kleinere Ausdehnung oder größere Pixel wählen.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The layer is no file: drawing {size} pixels of it.</source>
        <translation>Der Layer ist keine Datei: {size} Pixel davon werden gezeichnet.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>That are many pixels for a server; it may take long.</source>
        <translation>Das sind viele Pixel für einen Server; es kann lange dauern.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The layer could not be drawn ({why}); try again later.</source>
        <translation>Der Layer konnte nicht gezeichnet werden ({why}); bitte später erneut versuchen.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The extent has no place on the ground; choose one inside of the layer.</source>
        <translation>Die Ausdehnung entspricht keinem Ort auf der Erde; bitte eine innerhalb des Layers wählen.</translation>
    </message>
    <message>
        <location filename="../algorithms/replaced.py"/>
        <source>{file} holds more than the run writes ({names}), which would be lost; choose another file.</source>
        <translation>{file} enthält mehr, als der Lauf schreibt ({names}), und das ginge verloren; bitte eine andere Datei wählen.</translation>
    </message>
    <message>
        <location filename="../algorithms/replaced.py"/>
        <source>The layer '{name}' shows {file} and is being edited; end the editing first, or choose another file.</source>
        <translation>Der Layer '{name}' zeigt {file} und wird gerade bearbeitet; bitte zuerst die Bearbeitung beenden oder eine andere Datei wählen.</translation>
    </message>
    <message>
        <location filename="../algorithms/replaced.py"/>
        <source>The layer '{name}' shows {file}, and Windows replaces no file that is open; remove the layer from the project first, or choose another file.</source>
        <translation>Der Layer '{name}' zeigt {file}, und Windows ersetzt keine geöffnete Datei; bitte zuerst den Layer aus dem Projekt entfernen oder eine andere Datei wählen.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Map land cover</source>
        <translation>Landbedeckung kartieren</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Makes a land-cover map of an aerial or satellite image with a neural network</source>
        <translation>Erzeugt aus einem Luft- oder Satellitenbild mit einem neuronalen Netz eine Landbedeckungskarte</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>segmentation</source>
        <translation>segmentierung</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>classification</source>
        <translation>klassifikation</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>deep learning</source>
        <translation>deep learning</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>neural network</source>
        <translation>neuronales netz</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>orthophoto</source>
        <translation>orthophoto</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Run record</source>
        <translation>Laufbericht</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Image</source>
        <translation>Bild</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Aerial or satellite image: any raster layer. Web maps are drawn for the extent that is chosen.</source>
        <translation>Luft- oder Satellitenbild: ein beliebiger Rasterlayer. Webkarten werden für die gewählte Ausdehnung gezeichnet.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Bands in the model's order, such as red, green, blue. None takes the first ones.</source>
        <translation>Kanäle in der Reihenfolge des Modells, etwa Rot, Grün, Blau. Ohne Auswahl werden die ersten verwendet.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The neural network that tells the classes apart.</source>
        <translation>Das neuronale Netz, das die Klassen unterscheidet.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Extent</source>
        <translation>Ausdehnung</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Part of the image to map, snapped to its pixels. Empty maps all of it, if it is a file.</source>
        <translation>Der zu kartierende Teil des Bildes, an den Pixeln ausgerichtet. Ohne Angabe wird das ganze Bild kartiert, sofern es eine Datei ist.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Mask</source>
        <translation>Maske</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Polygons to map inside of; everything else becomes nodata and takes no time.</source>
        <translation>Polygone, innerhalb derer kartiert wird; alles andere erhält den Leerwert und kostet keine Zeit.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Pixel size (m)</source>
        <translation>Pixelgröße (m)</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Model file</source>
        <translation>Modelldatei</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Models (*.safetensors *.onnx)</source>
        <translation>Modelle (*.safetensors *.onnx)</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>A model of your own, instead of one of the list.</source>
        <translation>Ein eigenes Modell statt eines aus der Liste.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Metres on the ground per pixel that the model sees. Empty takes the size it was trained at.</source>
        <translation>Größe der Pixel am Boden in Metern, mit der das Modell das Bild sieht. Ohne Angabe gilt die, mit der es trainiert wurde.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Stretch</source>
        <translation>Streckung</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Values of the image that become dark and bright. Empty takes 0 to 255 for 8 bit, percentiles else.</source>
        <translation>Bildwerte, die dunkel und hell werden. Ohne Angabe 0 bis 255 bei 8 Bit, sonst Perzentile.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Runtime</source>
        <translation>Laufzeitumgebung</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>What executes the network: ONNX Runtime, or OpenVINO or PyTorch where they are installed.</source>
        <translation>Führt das Netz aus: ONNX Runtime oder, falls installiert, OpenVINO oder PyTorch.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The processor, an NVIDIA graphics card (cuda) or an Apple one (mps).</source>
        <translation>Der Prozessor, eine NVIDIA-Grafikkarte (cuda) oder ein Apple-Grafikprozessor (mps).</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Go on with an interrupted run</source>
        <translation>Unterbrochenen Lauf fortsetzen</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Goes on where a run of the same job ended early, and keeps what is done if this one does, too.</source>
        <translation>Setzt einen vorzeitig beendeten Lauf mit denselben Einstellungen fort und behält das Erledigte, falls auch dieser vorzeitig endet.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>No data</source>
        <translation>Leerwert</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Value of pixels without data: one for all bands (0), one for each band of the image (0,0,255), or none. Empty takes what the layer and its file say.</source>
        <translation>Wert der Pixel ohne Daten: einer für alle Kanäle (0), einer je Kanal des Bildes (0,0,255) oder none für keinen. Leer gilt, was Layer und Datei sagen.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Clouds</source>
        <translation>Wolken</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>What becomes of clouds and their shadows, in scenes with a raster that tells them (SCL, QA_PIXEL, UDM2): keep maps them like land, unknown gives them that class, nodata leaves them out.</source>
        <translation>Was aus Wolken und ihren Schatten wird, bei Szenen mit einem Raster, das sie nennt (SCL, QA_PIXEL, UDM2): keep kartiert sie wie Land, unknown gibt ihnen diese Klasse, nodata lässt sie aus.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The map: a GeoTIFF on the image's grid, one class code a pixel, 255 where there is no data.</source>
        <translation>Die Karte: ein GeoTIFF im Raster des Bildes, ein Klassencode je Pixel, 255 bei fehlenden Daten.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Land-cover polygons</source>
        <translation>Polygone der Landbedeckung</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The map as polygons with class and area: a GeoPackage.</source>
        <translation>Die Karte als Polygone mit Klasse und Fläche: ein GeoPackage.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Confidence</source>
        <translation>Konfidenz</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>How sure the model is of each pixel, in percent: a GeoTIFF.</source>
        <translation>Wie sicher das Modell bei jedem Pixel ist, in Prozent: ein GeoTIFF.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Stretch has the higher value first; give the lower one first.</source>
        <translation>Bei der Streckung steht der höhere Wert vorn; zuerst den niedrigeren angeben.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The layer '{name}' is drawn and tells no clouds; leave Clouds at keep.</source>
        <translation>Der Layer '{name}' wird gezeichnet und nennt keine Wolken; Wolken auf keep lassen.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>No data has {given} values, and the image {count} bands; give one for all, or one for each.</source>
        <translation>Leerwert hat {given} Werte, das Bild {count} Kanäle; einen für alle angeben oder einen für jeden.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The model takes {count} bands ({names}); choose as many, in this order.</source>
        <translation>Das Modell verwendet {count} Kanäle ({names}); bitte ebenso viele in dieser Reihenfolge wählen.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The image has {count} bands; choose among those.</source>
        <translation>Das Bild hat {count} Kanäle; bitte unter diesen wählen.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The image has {count} bands and the model takes {wanted} ({names}); choose under Bands which ones to take, a band more than once if need be.</source>
        <translation>Das Bild hat {count} Kanäle, das Modell verwendet {wanted} ({names}); bitte unter 'Kanäle' die zu verwendenden wählen, einen Kanal bei Bedarf mehrfach.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Set up SatSeg</source>
        <translation>SatSeg einrichten</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Installs the libraries that SatSeg needs, in an environment of their own</source>
        <translation>Installiert die Bibliotheken, die SatSeg benötigt, in einer eigenen Umgebung</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>install</source>
        <translation>installieren</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>libraries</source>
        <translation>bibliotheken</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>pip</source>
        <translation>pip</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>environment</source>
        <translation>umgebung</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>python</source>
        <translation>python</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Libraries</source>
        <translation>Bibliotheken</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Folder of wheels</source>
        <translation>Ordner mit Wheels</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>For machines without internet: all packages are taken from here.</source>
        <translation>Für Rechner ohne Internet: Alle Pakete werden von hier genommen.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Remove the environments instead</source>
        <translation>Stattdessen die Umgebungen entfernen</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Deletes what this algorithm has installed.</source>
        <translation>Löscht, was dieser Algorithmus installiert hat.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Python of the engine</source>
        <translation>Python des Rechenkerns</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>{name}: about {download} MB to fetch, {disk} MB on the disk.</source>
        <translation>{name}: etwa {download} MB Download, {disk} MB auf der Festplatte.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Removed: {path}</source>
        <translation>Entfernt: {path}</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Cancelled; nothing was installed.</source>
        <translation>Abgebrochen; es wurde nichts installiert.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>{path} cannot be removed ({why}); close other QGIS windows and try again.</source>
        <translation>{path} kann nicht entfernt werden ({why}); bitte andere QGIS-Fenster schließen und erneut versuchen.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>The engine runs in {python}.</source>
        <translation>Der Rechenkern läuft in {python}.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>The environment is complete, but another Python is named and goes before it: {python}.</source>
        <translation>Die Umgebung ist vollständig, aber ein anderes Python ist angegeben und hat Vorrang: {python}.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Light runs on the processor. Full has torch besides, for models that need it; for NVIDIA graphics cards give a folder of wheels with a torch made for CUDA, as PyPI's has none on Windows.</source>
        <translation>'light' rechnet auf dem Prozessor. 'full' enthält zusätzlich torch für Modelle, die es benötigen; für NVIDIA-Grafikkarten bitte einen Ordner mit Wheels angeben, der ein für CUDA gebautes torch enthält, da PyPI für Windows keines hat.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Light runs on the processor; full has torch, for Apple's graphics processors.</source>
        <translation>'light' rechnet auf dem Prozessor; 'full' enthält torch, für die Grafikprozessoren von Apple.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Light runs on the processor; full has torch, for NVIDIA graphics cards.</source>
        <translation>'light' rechnet auf dem Prozessor; 'full' enthält torch, für NVIDIA-Grafikkarten.</translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The input is not a raster layer; choose one, or a raster file.</source>
        <translation>Die Eingabe ist kein Rasterlayer; bitte einen Rasterlayer oder eine Rasterdatei wählen.</translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The layer '{name}' is no raster file that another program can open; export the layer to a GeoTIFF first (right-click it, Export &gt; Save As) and use that.</source>
        <translation>Der Layer '{name}' ist keine Rasterdatei, die ein anderes Programm öffnen kann; bitte den Layer zuerst als GeoTIFF exportieren (Rechtsklick, Exportieren &gt; Speichern als…) und dieses verwenden.</translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The layer '{name}' has no polygons; choose a layer that has.</source>
        <translation>Der Layer '{name}' hat keine Polygone; bitte einen Layer mit Polygonen wählen.</translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The layer '{name}' is empty, or nothing of it is selected; select polygons, or draw some.</source>
        <translation>Der Layer '{name}' ist leer, oder nichts davon ist ausgewählt; Polygone auswählen oder zeichnen.</translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The mask cannot be written to {path}: {why}.</source>
        <translation>Die Maske kann nicht in {path} geschrieben werden: {why}.</translation>
    </message>
    <message>
        <location filename="../algorithms/told.py"/>
        <source>No data takes numbers with commas between them, such as 0 or 0,0,255, or none; not {text}.</source>
        <translation>Leerwert nimmt Zahlen mit Kommas dazwischen, etwa 0 oder 0,0,255, oder none; nicht {text}.</translation>
    </message>
    <message>
        <location filename="../algorithms/told.py"/>
        <source>The bands of the layer '{name}' have several values without data, and not the same ones; set the same for all bands in the layer's properties (Transparency).</source>
        <translation>Die Kanäle des Layers '{name}' haben mehrere Leerwerte, und nicht dieselben; bitte in den Layereigenschaften (Transparenz) für alle Kanäle dieselben einstellen.</translation>
    </message>
    <message>
        <location filename="../algorithms/told.py"/>
        <source>Band {band} of the layer '{name}' has a range of values without data, which the engine cannot be told; set them to one value with the raster calculator first.</source>
        <translation>Kanal {band} des Layers '{name}' hat einen Bereich von Leerwerten, der sich nicht an die Berechnung übergeben lässt; bitte diese Werte zuerst mit dem Rasterrechner auf einen einzigen setzen.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Draws the polygons of a land-cover map that SatSeg made</source>
        <translation>Erzeugt Polygone aus einer Landbedeckungskarte von SatSeg</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>polygonize</source>
        <translation>polygonisieren</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>vectorize</source>
        <translation>vektorisieren</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>raster to vector</source>
        <translation>raster nach vektor</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Smallest area (m²)</source>
        <translation>Kleinste Fläche (m²)</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Smaller areas are merged into a neighbour. 0 keeps all.</source>
        <translation>Kleinere Flächen werden mit einem Nachbarn vereinigt. 0 behält alle.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Cut the corners of pixels off</source>
        <translation>Pixelecken abschneiden</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Slanting borders run straight instead of in steps; no border moves by more than half a pixel.</source>
        <translation>Schräge Grenzen verlaufen gerade statt in Stufen; keine Grenze verschiebt sich um mehr als ein halbes Pixel.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Simplify (pixels)</source>
        <translation>Vereinfachen (Pixel)</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>How far outlines may stray from the pixels; neighbours keep their common border. 0 follows the pixels.</source>
        <translation>Wie weit Umrisse von den Pixeln abweichen dürfen; Nachbarn behalten ihre gemeinsame Grenze. 0 folgt den Pixeln.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Polygons with class, area and perimeter: a GeoPackage, or FlatGeobuf, GeoJSON, Shapefile.</source>
        <translation>Polygone mit Klasse, Fläche und Umfang als GeoPackage, FlatGeobuf, GeoJSON oder Shapefile.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>The confidence raster of the same map: each polygon gets the mean inside of it.</source>
        <translation>Das Konfidenzraster derselben Karte: Jedes Polygon erhält den Mittelwert in seinem Inneren.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Number of polygons</source>
        <translation>Polygonanzahl</translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>The run record {path} cannot be read.</source>
        <translation>Der Laufbericht {path} kann nicht gelesen werden.</translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>Class</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>Share</source>
        <translation>Anteil</translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>Area</source>
        <translation>Fläche</translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>{count} px</source>
        <translation>{count} px</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Selected features only</source>
        <translation>Nur gewählte Objekte</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Draw polygons, too</source>
        <translation>Auch Polygone erzeugen</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>The whole image</source>
        <translation>Ganzes Bild</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>What the map shows</source>
        <translation>Kartenausschnitt</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Inside polygons</source>
        <translation>Innerhalb von Polygonen</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Another file…</source>
        <translation>Andere Datei…</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>GeoTIFF (*.tif *.tiff)</source>
        <translation>GeoTIFF (*.tif *.tiff)</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>A temporary file</source>
        <translation>Temporäre Datei</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Save as</source>
        <translation>Speichern unter</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>There is no raster layer; add an image to the project first.</source>
        <translation>Es ist kein Rasterlayer vorhanden; bitte zuerst ein Bild zum Projekt hinzufügen.</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>There is no layer of polygons; add one, or choose another area.</source>
        <translation>Es ist kein Polygonlayer vorhanden; bitte einen hinzufügen oder eine andere Fläche wählen.</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>No file is chosen.</source>
        <translation>Es ist keine Datei gewählt.</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>{size} m a pixel; {bands}</source>
        <translation>{size} m je Pixel; {bands}</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Classes: {names}.</source>
        <translation>Klassen: {names}.</translation>
    </message>
    <message>
        <location filename="../dock/job.py"/>
        <source>The run failed without a reason; see the log.</source>
        <translation>Der Lauf ist ohne Angabe von Gründen fehlgeschlagen; bitte das Protokoll ansehen.</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>All settings…</source>
        <translation>Alle Einstellungen…</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Opens the dialog with bands, values without data, clouds and all else.</source>
        <translation>Öffnet das Fenster mit Kanälen, Leerwerten, Wolken und allem anderen.</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Set up…</source>
        <translation>Einrichten…</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Map</source>
        <translation>Karte</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Draws the land cover aside, to see the image under it.</source>
        <translation>Zieht die Landbedeckung beiseite, um das Bild darunter zu sehen.</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Cancelling…</source>
        <translation>Wird abgebrochen…</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Starting…</source>
        <translation>Wird gestartet…</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Cancelled; nothing was written.</source>
        <translation>Abgebrochen; es wurde nichts geschrieben.</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Done.</source>
        <translation>Fertig.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The disk is full; free some space, or name a folder on another disk in SATSEG_ENVIRONMENTS.</source>
        <translation>Die Festplatte ist voll; bitte Speicherplatz freigeben oder in SATSEG_ENVIRONMENTS einen Ordner auf einer anderen Festplatte angeben.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The certificate of the server is not trusted, most often because the network's own firewall shows another; ask for its certificate and name the file in the environment variable PIP_CERT.</source>
        <translation>Das Zertifikat des Servers ist nicht vertrauenswürdig, meist weil die Firewall des Netzwerks ein eigenes vorlegt; bitte das Zertifikat der Firewall beschaffen und die Datei in der Umgebungsvariablen PIP_CERT angeben.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The proxy asks for a name and a password; give them in Settings &gt; Options &gt; Network.</source>
        <translation>Der Proxy verlangt Benutzername und Passwort; bitte unter Einstellungen &gt; Optionen &gt; Netzwerk angeben.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The proxy cannot be reached; see to Settings &gt; Options &gt; Network.</source>
        <translation>Der Proxy ist nicht erreichbar; bitte Einstellungen &gt; Optionen &gt; Netzwerk prüfen.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The internet is not in reach; connect, see to the proxy in Settings &gt; Options &gt; Network, or choose a folder of wheels that was filled elsewhere (pip download).</source>
        <translation>Das Internet ist nicht erreichbar; bitte eine Verbindung herstellen, den Proxy unter Einstellungen &gt; Optionen &gt; Netzwerk prüfen oder einen andernorts (mit pip download) gefüllten Ordner mit Wheels wählen.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>A file may not be written; close other programs that use the environment, or see to the folder's permissions.</source>
        <translation>Eine Datei darf nicht geschrieben werden; bitte andere Programme schließen, die die Umgebung verwenden, oder die Zugriffsrechte des Ordners prüfen.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>This Python cannot make environments; on Debian and Ubuntu: apt-get install python3-venv.</source>
        <translation>Dieses Python kann keine Umgebungen erstellen; unter Debian und Ubuntu: apt-get install python3-venv.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>This Python belongs to the system and takes no packages; name another one in SATSEG_PYTHON.</source>
        <translation>Dieses Python gehört zum System und nimmt keine Pakete auf; bitte in SATSEG_PYTHON ein anderes angeben.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>There is no wheel of {package} for this Python and system; choose a folder of wheels that has one, or name another Python in SATSEG_PYTHON.</source>
        <translation>Für dieses Python und dieses System gibt es kein Wheel von {package}; bitte einen Ordner mit Wheels wählen, der eines enthält, oder in SATSEG_PYTHON ein anderes Python angeben.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>it said nothing</source>
        <translation>keine Meldung</translation>
    </message>
    <message>
        <location filename="../engine/fields.py"/>
        <source>the layer's coordinate system</source>
        <translation>das Koordinatensystem des Layers</translation>
    </message>
    <message>
        <location filename="../engine/fields.py"/>
        <source>the mask's coordinate system</source>
        <translation>das Koordinatensystem der Maske</translation>
    </message>
    <message>
        <location filename="../engine/fields.py"/>
        <source>the zones' coordinate system</source>
        <translation>das Koordinatensystem der Zonen</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>The plugin's setting</source>
        <translation>Die Einstellung der Erweiterung</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>did not answer within {seconds} s</source>
        <translation>hat nicht innerhalb von {seconds} s geantwortet</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>cannot be run ({why})</source>
        <translation>kann nicht ausgeführt werden ({why})</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>is no working Python (it ended with code {code})</source>
        <translation>ist kein funktionierendes Python (beendet mit Code {code})</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>is Python {version}, and SatSeg needs {needed} or newer</source>
        <translation>ist Python {version}, SatSeg benötigt jedoch {needed} oder neuer</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>cannot import {names}</source>
        <translation>kann {names} nicht importieren</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>{by} names a Python that cannot run SatSeg: {problem}; run `{install}` with it or name another one.</source>
        <translation>{by} nennt ein Python, das SatSeg nicht ausführen kann: {problem}; bitte damit `{install}` ausführen oder ein anderes angeben.</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>No Python with SatSeg's libraries was found{why}; run 'Set up SatSeg' in the Processing Toolbox (satseg:setup), or run `{install}` in a virtual environment and name its Python in {variable}.</source>
        <translation>Es wurde kein Python mit den Bibliotheken von SatSeg gefunden{why}; bitte in den Verarbeitungswerkzeugen 'SatSeg einrichten' (satseg:setup) starten oder `{install}` in einer virtuellen Umgebung ausführen und deren Python in {variable} angeben.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>There are no wheels in {folder}; fill it with pip download, or leave the folder out.</source>
        <translation>In {folder} sind keine Wheels; bitte mit pip download füllen oder den Ordner weglassen.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Making a virtual environment with {python}</source>
        <translation>Virtuelle Umgebung wird mit {python} erstellt</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The virtual environment could not be made ({why}).</source>
        <translation>Die virtuelle Umgebung konnte nicht erstellt werden ({why}).</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Installing {packages}</source>
        <translation>Installation von {packages}</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The packages could not be installed ({why}).</source>
        <translation>Die Pakete konnten nicht installiert werden ({why}).</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Looking whether the engine runs</source>
        <translation>Es wird geprüft, ob der Rechenkern läuft</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The engine does not run in the new environment ({why}).</source>
        <translation>Der Rechenkern läuft in der neuen Umgebung nicht ({why}).</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The folder {folder} cannot be made ({why}); name another in SATSEG_ENVIRONMENTS.</source>
        <translation>Der Ordner {folder} kann nicht erstellt werden ({why}); bitte in SATSEG_ENVIRONMENTS einen anderen angeben.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The environment takes about {needed} MB while it is made and there are {free} MB free in {folder}; free some space, or name a folder on another disk in SATSEG_ENVIRONMENTS.</source>
        <translation>Die Umgebung benötigt während der Erstellung etwa {needed} MB, in {folder} sind {free} MB frei; bitte Speicherplatz freigeben oder in SATSEG_ENVIRONMENTS einen Ordner auf einer anderen Festplatte angeben.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>{program} cannot be run ({why}).</source>
        <translation>{program} kann nicht ausgeführt werden ({why}).</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>QGIS' own Python was not found; make an environment yourself and name its Python in SATSEG_PYTHON.</source>
        <translation>Das Python von QGIS wurde nicht gefunden; bitte selbst eine Umgebung erstellen und deren Python in SATSEG_PYTHON angeben.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The folder {folder} cannot be written to ({why}); name another in SATSEG_ENVIRONMENTS.</source>
        <translation>In den Ordner {folder} kann nicht geschrieben werden ({why}); bitte in SATSEG_ENVIRONMENTS einen anderen angeben.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Another QGIS is making this environment just now; wait for it.</source>
        <translation>Ein anderes QGIS erstellt diese Umgebung gerade; bitte warten, bis es fertig ist.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>{folder} cannot be replaced ({why}); close other QGIS windows and try again.</source>
        <translation>{folder} kann nicht ersetzt werden ({why}); bitte andere QGIS-Fenster schließen und erneut versuchen.</translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine could not be started ({program}: {why}).</source>
        <translation>Der Rechenkern konnte nicht gestartet werden ({program}: {why}).</translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine was ended from outside, most often for lack of memory; close other programs or map a part.</source>
        <translation>Der Rechenkern wurde von außen beendet, meist weil der Arbeitsspeicher nicht ausreicht; bitte andere Programme schließen oder nur einen Teil kartieren.</translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine crashed ({signal}); run `satseg doctor` with its Python to see what is installed.</source>
        <translation>Der Rechenkern ist abgestürzt ({signal}); bitte `satseg doctor` mit seinem Python ausführen, um zu sehen, was installiert ist.</translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine ended without a result; please report this with the log.</source>
        <translation>Der Rechenkern hat ohne Ergebnis geendet; bitte dies zusammen mit dem Protokoll melden.</translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine failed with code {code}.</source>
        <translation>Der Rechenkern ist mit Code {code} fehlgeschlagen.</translation>
    </message>
    <message>
        <location filename="../engine/progress.py"/>
        <source>{stage}, about {time} left</source>
        <translation>{stage}, noch etwa {time}</translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>QGIS runs in a Flatpak, which uses no Python of the system outside; install the libraries into it from a terminal: flatpak run --devel --command=pip3 org.qgis.qgis install --user {packages}</source>
        <translation>QGIS läuft in einem Flatpak und kann kein Python des Systems verwenden; bitte die Bibliotheken in einem Terminal dort hinein installieren: flatpak run --devel --command=pip3 org.qgis.qgis install --user {packages}</translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>QGIS runs in a Snap, which may use no Python but its own; if that has no pip, install QGIS from qgis.org or your system's packages instead.</source>
        <translation>QGIS läuft in einem Snap und darf nur sein eigenes Python verwenden; falls diesem pip fehlt, bitte stattdessen QGIS von qgis.org oder aus den Paketen des Systems installieren.</translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>This Python comes from Nix, and packages from PyPI do not find the system's libraries there; turn on nix-ld, or make a Python with Nix (python3.withPackages) that has {packages}, and name it in SATSEG_PYTHON.</source>
        <translation>Dieses Python stammt aus Nix, und Pakete von PyPI finden dort die Bibliotheken des Systems nicht; bitte nix-ld einschalten oder mit Nix (python3.withPackages) ein Python erstellen, das {packages} enthält, und dieses in SATSEG_PYTHON angeben.</translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>This system is built on musl, for which PyPI has no rasterio, pyogrio and onnxruntime; install them from the system's packages (on Alpine: apk add py3-rasterio py3-onnxruntime) or build them, and name a Python that has {packages} in SATSEG_PYTHON.</source>
        <translation>Dieses System baut auf musl auf, wofür es auf PyPI weder rasterio noch pyogrio noch onnxruntime gibt; bitte diese aus den Paketen des Systems installieren (unter Alpine: apk add py3-rasterio py3-onnxruntime) oder selbst kompilieren und in SATSEG_PYTHON ein Python angeben, das {packages} enthält.</translation>
    </message>
    <message>
        <location filename="../provider.py"/>
        <source>SatSeg: land-cover maps from imagery</source>
        <translation>SatSeg: Landbedeckungskarten aus Luft- und Satellitenbildern</translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Map the land cover of an image</source>
        <translation>Landbedeckung eines Bildes kartieren</translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Example model…</source>
        <translation>Beispielmodell…</translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Examples…</source>
        <translation>Beispiele…</translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Looking for SatSeg's libraries</source>
        <translation>Bibliotheken von SatSeg werden gesucht</translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>The libraries that SatSeg needs are not installed yet.</source>
        <translation>Die Bibliotheken, die SatSeg benötigt, sind noch nicht installiert.</translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Classifying</source>
        <translation>Bild wird klassifiziert</translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Writing the map</source>
        <translation>Karte wird geschrieben</translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Writing the confidence</source>
        <translation>Konfidenz wird geschrieben</translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Measuring areas</source>
        <translation>Flächen werden gemessen</translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Drawing polygons</source>
        <translation>Polygone werden erzeugt</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>urban</source>
        <translation>Siedlung</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>agriculture</source>
        <translation>Landwirtschaft</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>rangeland</source>
        <translation>Grünland</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>forest</source>
        <translation>Wald</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>water</source>
        <translation>Gewässer</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>barren</source>
        <translation>Ödland</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
</context>
</TS>
