<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
<context>
    <name>SatSeg</name>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Land-cover areas</source>
        <translation>Surfaces d'occupation du sol</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Measures the classes of a land-cover map in true square metres</source>
        <translation>Mesure les classes d'une carte d'occupation du sol en mètres carrés réels</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>land cover</source>
        <translation>occupation du sol</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>area</source>
        <translation>surface</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>statistics</source>
        <translation>statistiques</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>report</source>
        <translation>rapport</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Zones</source>
        <translation>Zones</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Polygons to measure in, each by itself; pixels that their borders cut count with their share.</source>
        <translation>Polygones dans lesquels mesurer, chacun séparément. Les pixels coupés par leurs limites sont comptés au prorata.</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Names of the zones</source>
        <translation>Noms des zones</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>The field that tells the zones apart in the tables; without it they are numbered.</source>
        <translation>Champ qui distingue les zones dans les tableaux. Sans lui, elles sont numérotées.</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Areas</source>
        <translation>Surfaces</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>HTML files (*.html)</source>
        <translation>Fichiers HTML (*.html)</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>A page with a picture, a chart of the classes and how the map was made.</source>
        <translation>Page avec une image, un graphique des classes et les détails de production de la carte.</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Table of areas</source>
        <translation>Tableau des surfaces</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>CSV files (*.csv)</source>
        <translation>Fichiers CSV (*.csv)</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>The table as CSV: code, name, pixels, area in m², percent.</source>
        <translation>Le tableau au format CSV : code, nom, pixels, surface en m², pourcentage.</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>Zones with areas</source>
        <translation>Zones avec surfaces</translation>
    </message>
    <message>
        <location filename="../algorithms/areas.py"/>
        <source>The zones with a field for the area of each class: a GeoPackage.</source>
        <translation>Les zones avec un champ pour la surface de chaque classe : un GeoPackage.</translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Mapped pixels</source>
        <translation>Pixels cartographiés</translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Mapped area (m²)</source>
        <translation>Surface cartographiée (m²)</translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Class with the largest area</source>
        <translation>Classe occupant la plus grande surface</translation>
    </message>
    <message>
        <location filename="../algorithms/areas_outputs.py"/>
        <source>Area of {name} (m²)</source>
        <translation>Surface : {name} (m²)</translation>
    </message>
    <message>
        <location filename="../algorithms/base.py"/>
        <source>Land cover</source>
        <translation>Occupation du sol</translation>
    </message>
    <message>
        <location filename="../algorithms/base.py"/>
        <source>SatSeg's engine runs in Python {version}:</source>
        <translation>Le moteur de SatSeg s'exécute avec Python {version} :</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>Land-cover map</source>
        <translation>Carte d'occupation du sol</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>A map that 'Map land cover' made; its legend is in the file.</source>
        <translation>Carte produite par « Cartographier l'occupation du sol » ; sa légende est dans le fichier.</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>Legends (*.csv *.json *.qml *.txt)</source>
        <translation>Légendes (*.csv *.json *.qml *.txt)</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>All files (*)</source>
        <translation>Tous les fichiers (*)</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>Legend</source>
        <translation>Légende</translation>
    </message>
    <message>
        <location filename="../algorithms/classified.py"/>
        <source>For maps from elsewhere: a table with the columns code, name and color (as #1a2b3c), a style (.qml) or colour map (.txt) that QGIS exported, or one of the names worldcover and nlcd.</source>
        <translation>Pour les cartes d'une autre origine : un tableau avec les colonnes code, name et color (comme #1a2b3c), un style (.qml) ou une table de couleurs (.txt) exportés par QGIS, ou l'un des noms worldcover et nlcd.</translation>
    </message>
    <message>
        <location filename="../algorithms/destinations.py"/>
        <source>There is no folder {folder} to write into; make it, or choose another one.</source>
        <translation>Le dossier de destination {folder} n'existe pas. Créez-le ou choisissez-en un autre.</translation>
    </message>
    <message>
        <location filename="../algorithms/destinations.py"/>
        <source>Nothing can be written into the folder {folder}; choose another one.</source>
        <translation>Impossible d'écrire dans le dossier {folder}. Choisissez-en un autre.</translation>
    </message>
    <message>
        <location filename="../algorithms/destinations.py"/>
        <source>Mapping {pixels} million pixels needs at least {needed} in {folder}, where {free} are free; free some space, choose another folder, or map a smaller extent.</source>
        <translation>Cartographier {pixels} millions de pixels demande au moins {needed} dans {folder}, où {free} sont libres. Libérez de l'espace, choisissez un autre dossier ou cartographiez une emprise plus petite.</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>No model is installed; choose a model file.</source>
        <translation>Aucun modèle n'est installé. Choisissez un fichier de modèle.</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Classes</source>
        <translation>Classes</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Bands</source>
        <translation>Bandes</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Pixel size</source>
        <translation>Taille du pixel</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Accuracy</source>
        <translation>Exactitude</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>Licence</source>
        <translation>Licence</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>{percent} % of the pixels right</source>
        <translation>{percent} % de pixels corrects</translation>
    </message>
    <message>
        <location filename="../algorithms/models_help.py"/>
        <source>mean IoU {percent} %</source>
        <translation>IoU moyen {percent} %</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The layer '{name}' is no file and may be endless; choose the extent to map.</source>
        <translation>La couche « {name} » n'est pas un fichier et peut être illimitée. Choisissez l'emprise à cartographier.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The extent lies beside the layer '{name}'; choose one inside of it.</source>
        <translation>L'emprise est en dehors de la couche « {name} ». Choisissez-en une à l'intérieur.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The extent has {count} million pixels of {size} m, more than a server should be asked for; choose a smaller one or larger pixels.</source>
        <translation>L'emprise compte {count} millions de pixels de {size} m, plus qu'il ne faut demander à un serveur. Choisissez une emprise plus petite ou des pixels plus grands.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The layer is no file: drawing {size} pixels of it.</source>
        <translation>La couche n'est pas un fichier : rendu de {size} pixels en cours.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>That are many pixels for a server; it may take long.</source>
        <translation>Cela fait beaucoup de pixels pour un serveur ; l'opération peut être longue.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The layer could not be drawn ({why}); try again later.</source>
        <translation>Le rendu de la couche a échoué ({why}). Réessayez plus tard.</translation>
    </message>
    <message>
        <location filename="../algorithms/rendering.py"/>
        <source>The extent has no place on the ground; choose one inside of the layer.</source>
        <translation>L'emprise ne correspond à aucun endroit de la surface terrestre. Choisissez-en une à l'intérieur de la couche.</translation>
    </message>
    <message>
        <location filename="../algorithms/replaced.py"/>
        <source>{file} holds more than the run writes ({names}), which would be lost; choose another file.</source>
        <translation>{file} contient plus que ce que l'exécution écrit ({names}), et ce contenu serait perdu. Choisissez un autre fichier.</translation>
    </message>
    <message>
        <location filename="../algorithms/replaced.py"/>
        <source>The layer '{name}' shows {file} and is being edited; end the editing first, or choose another file.</source>
        <translation>La couche « {name} » affiche {file} et est en cours d'édition. Terminez d'abord l'édition, ou choisissez un autre fichier.</translation>
    </message>
    <message>
        <location filename="../algorithms/replaced.py"/>
        <source>The layer '{name}' shows {file}, and Windows replaces no file that is open; remove the layer from the project first, or choose another file.</source>
        <translation>La couche « {name} » affiche {file}, et Windows ne remplace pas un fichier ouvert. Retirez d'abord la couche du projet, ou choisissez un autre fichier.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Map land cover</source>
        <translation>Cartographier l'occupation du sol</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Makes a land-cover map of an aerial or satellite image with a neural network</source>
        <translation>Produit une carte d'occupation du sol à partir d'une image aérienne ou satellite avec un réseau de neurones</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>segmentation</source>
        <translation>segmentation</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>classification</source>
        <translation>classification</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>deep learning</source>
        <translation>apprentissage profond</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>neural network</source>
        <translation>réseau de neurones</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>orthophoto</source>
        <translation>orthophoto</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Run record</source>
        <translation>Compte rendu d'exécution</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Image</source>
        <translation>Image</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Aerial or satellite image: any raster layer. Web maps are drawn for the extent that is chosen.</source>
        <translation>Image aérienne ou satellite : toute couche raster. Les cartes web sont rendues pour l'emprise choisie.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Bands in the model's order, such as red, green, blue. None takes the first ones.</source>
        <translation>Bandes dans l'ordre du modèle, par exemple rouge, vert, bleu. Sans sélection, les premières sont utilisées.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Model</source>
        <translation>Modèle</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The neural network that tells the classes apart.</source>
        <translation>Le réseau de neurones qui distingue les classes.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Extent</source>
        <translation>Emprise</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Part of the image to map, snapped to its pixels. Empty maps all of it, if it is a file.</source>
        <translation>Partie de l'image à cartographier, alignée sur ses pixels. Si elle est vide, toute l'image est cartographiée, pourvu que ce soit un fichier.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Mask</source>
        <translation>Masque</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Polygons to map inside of; everything else becomes nodata and takes no time.</source>
        <translation>Polygones à l'intérieur desquels cartographier. Tout le reste devient nodata et n'est pas calculé.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Pixel size (m)</source>
        <translation>Taille du pixel (m)</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Model file</source>
        <translation>Fichier de modèle</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Models (*.safetensors *.onnx)</source>
        <translation>Modèles (*.safetensors *.onnx)</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>A model of your own, instead of one of the list.</source>
        <translation>Votre propre modèle, à la place d'un modèle de la liste.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Metres on the ground per pixel that the model sees. Empty takes the size it was trained at.</source>
        <translation>Mètres au sol par pixel vu par le modèle. Si le champ est vide, la taille de l'entraînement est utilisée.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Stretch</source>
        <translation>Étirement</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Values of the image that become dark and bright. Empty takes 0 to 255 for 8 bit, percentiles else.</source>
        <translation>Valeurs de l'image qui deviennent sombres et claires. Si le champ est vide, 0 à 255 en 8 bits, percentiles sinon.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Runtime</source>
        <translation>Moteur d'inférence</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>What executes the network: ONNX Runtime, or OpenVINO or PyTorch where they are installed.</source>
        <translation>Ce qui exécute le réseau : ONNX Runtime, ou bien OpenVINO ou PyTorch s'ils sont installés.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Device</source>
        <translation>Matériel de calcul</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The processor, an NVIDIA graphics card (cuda) or an Apple one (mps).</source>
        <translation>Le processeur, une carte graphique NVIDIA (cuda) ou Apple (mps).</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Go on with an interrupted run</source>
        <translation>Reprendre une exécution interrompue</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Goes on where a run of the same job ended early, and keeps what is done if this one does, too.</source>
        <translation>Reprend là où une exécution identique s'est arrêtée, et conserve ce qui est fait si celle-ci s'interrompt aussi.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>No data</source>
        <translation>Sans données</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Value of pixels without data: one for all bands (0), one for each band of the image (0,0,255), or none. Empty takes what the layer and its file say.</source>
        <translation>Valeur des pixels sans données : une pour toutes les bandes (0), une par bande de l'image (0,0,255), ou none pour aucune. Vide prend ce que disent la couche et son fichier.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Clouds</source>
        <translation>Nuages</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>What becomes of clouds and their shadows, in scenes with a raster that tells them (SCL, QA_PIXEL, UDM2): keep maps them like land, unknown gives them that class, nodata leaves them out.</source>
        <translation>Ce que deviennent les nuages et leurs ombres, dans les scènes avec un raster qui les indique (SCL, QA_PIXEL, UDM2) : keep les classe comme du terrain, unknown leur donne cette classe, nodata les laisse de côté.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The map: a GeoTIFF on the image's grid, one class code a pixel, 255 where there is no data.</source>
        <translation>La carte : un GeoTIFF sur la grille de l'image, un code de classe par pixel, 255 en l'absence de données.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Land-cover polygons</source>
        <translation>Polygones d'occupation du sol</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The map as polygons with class and area: a GeoPackage.</source>
        <translation>La carte sous forme de polygones avec classe et surface : un GeoPackage.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Confidence</source>
        <translation>Confiance</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>How sure the model is of each pixel, in percent: a GeoTIFF.</source>
        <translation>Degré de certitude du modèle pour chaque pixel, en pourcentage : un GeoTIFF.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>Stretch has the higher value first; give the lower one first.</source>
        <translation>L'étirement a la valeur haute en premier ; donner d'abord la basse.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The layer '{name}' is drawn and tells no clouds; leave Clouds at keep.</source>
        <translation>La couche '{name}' est dessinée et n'indique pas de nuages ; laisser Nuages sur keep.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>No data has {given} values, and the image {count} bands; give one for all, or one for each.</source>
        <translation>Sans données a {given} valeurs et l'image {count} bandes ; en donner une pour toutes ou une pour chacune.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The model takes {count} bands ({names}); choose as many, in this order.</source>
        <translation>Le modèle utilise {count} bandes ({names}). Choisissez-en autant, dans cet ordre.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The image has {count} bands; choose among those.</source>
        <translation>L'image a {count} bandes. Choisissez parmi celles-ci.</translation>
    </message>
    <message>
        <location filename="../algorithms/segment.py"/>
        <source>The image has {count} bands and the model takes {wanted} ({names}); choose under Bands which ones to take, a band more than once if need be.</source>
        <translation>L'image a {count} bandes et le modèle en utilise {wanted} ({names}). Choisissez sous « Bandes » celles à utiliser, au besoin plusieurs fois la même.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Set up SatSeg</source>
        <translation>Configurer SatSeg</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Installs the libraries that SatSeg needs, in an environment of their own</source>
        <translation>Installe les bibliothèques nécessaires à SatSeg dans un environnement séparé</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>install</source>
        <translation>installer</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>libraries</source>
        <translation>bibliothèques</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>pip</source>
        <translation>pip</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>environment</source>
        <translation>environnement</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>python</source>
        <translation>python</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Libraries</source>
        <translation>Bibliothèques</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Folder of wheels</source>
        <translation>Dossier de paquets wheel</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>For machines without internet: all packages are taken from here.</source>
        <translation>Pour les machines sans accès à Internet : tous les paquets sont pris dans ce dossier.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Remove the environments instead</source>
        <translation>Supprimer les environnements au lieu d'installer</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Deletes what this algorithm has installed.</source>
        <translation>Supprime ce que cet algorithme a installé.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Python of the engine</source>
        <translation>Python du moteur</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>{name}: about {download} MB to fetch, {disk} MB on the disk.</source>
        <translation>{name} : environ {download} Mo à télécharger, {disk} Mo sur le disque.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Removed: {path}</source>
        <translation>Supprimé : {path}</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Cancelled; nothing was installed.</source>
        <translation>Annulé ; rien n'a été installé.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>{path} cannot be removed ({why}); close other QGIS windows and try again.</source>
        <translation>Impossible de supprimer {path} ({why}). Fermez les autres fenêtres de QGIS et réessayez.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>The engine runs in {python}.</source>
        <translation>Le moteur s'exécute avec {python}.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>The environment is complete, but another Python is named and goes before it: {python}.</source>
        <translation>L'environnement est prêt, mais un autre Python a été indiqué et reste prioritaire : {python}.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Light runs on the processor. Full has torch besides, for models that need it; for NVIDIA graphics cards give a folder of wheels with a torch made for CUDA, as PyPI's has none on Windows.</source>
        <translation>« light » utilise le processeur. « full » ajoute torch, pour les modèles qui en ont besoin. Pour les cartes graphiques NVIDIA, indiquez un dossier de paquets wheel avec une version de torch compilée pour CUDA, car PyPI n'en propose pas pour Windows.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Light runs on the processor; full has torch, for Apple's graphics processors.</source>
        <translation>« light » utilise le processeur ; « full » ajoute torch, pour les processeurs graphiques Apple.</translation>
    </message>
    <message>
        <location filename="../algorithms/setup.py"/>
        <source>Light runs on the processor; full has torch, for NVIDIA graphics cards.</source>
        <translation>« light » utilise le processeur ; « full » ajoute torch, pour les cartes graphiques NVIDIA.</translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The input is not a raster layer; choose one, or a raster file.</source>
        <translation>L'entrée n'est pas une couche raster. Choisissez une couche ou un fichier raster.</translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The layer '{name}' is no raster file that another program can open; export the layer to a GeoTIFF first (right-click it, Export &gt; Save As) and use that.</source>
        <translation>La couche « {name} » n'est pas un fichier raster qu'un autre programme peut ouvrir. Exportez-la d'abord en GeoTIFF (clic droit, puis Exporter &gt; Enregistrer sous) et utilisez ce fichier.</translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The layer '{name}' has no polygons; choose a layer that has.</source>
        <translation>La couche « {name} » ne contient pas de polygones. Choisissez-en une qui en contient.</translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The layer '{name}' is empty, or nothing of it is selected; select polygons, or draw some.</source>
        <translation>La couche '{name}' est vide, ou rien n'y est sélectionné ; sélectionner des polygones ou en dessiner.</translation>
    </message>
    <message>
        <location filename="../algorithms/sources.py"/>
        <source>The mask cannot be written to {path}: {why}.</source>
        <translation>Impossible d'écrire le masque dans {path} : {why}.</translation>
    </message>
    <message>
        <location filename="../algorithms/told.py"/>
        <source>No data takes numbers with commas between them, such as 0 or 0,0,255, or none; not {text}.</source>
        <translation>Sans données prend des nombres séparés par des virgules, comme 0 ou 0,0,255, ou none ; pas {text}.</translation>
    </message>
    <message>
        <location filename="../algorithms/told.py"/>
        <source>The bands of the layer '{name}' have several values without data, and not the same ones; set the same for all bands in the layer's properties (Transparency).</source>
        <translation>Les bandes de la couche « {name} » ont plusieurs valeurs sans donnée, et pas les mêmes. Définissez les mêmes pour toutes les bandes dans les propriétés de la couche (Transparence).</translation>
    </message>
    <message>
        <location filename="../algorithms/told.py"/>
        <source>Band {band} of the layer '{name}' has a range of values without data, which the engine cannot be told; set them to one value with the raster calculator first.</source>
        <translation>La bande {band} de la couche « {name} » a une plage de valeurs sans donnée, qui ne peut pas être transmise au calcul. Remplacez-les d'abord par une seule valeur avec la calculatrice raster.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Draws the polygons of a land-cover map that SatSeg made</source>
        <translation>Vectorise en polygones une carte d'occupation du sol produite par SatSeg</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>polygonize</source>
        <translation>polygoniser</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>vectorize</source>
        <translation>vectoriser</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>raster to vector</source>
        <translation>raster vers vecteur</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Smallest area (m²)</source>
        <translation>Surface minimale (m²)</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Smaller areas are merged into a neighbour. 0 keeps all.</source>
        <translation>Les surfaces plus petites sont fusionnées avec une voisine. 0 les conserve toutes.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Cut the corners of pixels off</source>
        <translation>Couper les coins des pixels</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Slanting borders run straight instead of in steps; no border moves by more than half a pixel.</source>
        <translation>Les limites obliques sont droites et non en escalier ; aucune ne se déplace de plus d'un demi-pixel.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Simplify (pixels)</source>
        <translation>Simplifier (pixels)</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>How far outlines may stray from the pixels; neighbours keep their common border. 0 follows the pixels.</source>
        <translation>Écart maximal entre les contours et les bords des pixels ; les polygones voisins gardent leur limite commune. 0 suit les pixels.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Polygons with class, area and perimeter: a GeoPackage, or FlatGeobuf, GeoJSON, Shapefile.</source>
        <translation>Polygones avec classe, surface et périmètre : un GeoPackage, ou bien FlatGeobuf, GeoJSON, Shapefile.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>The confidence raster of the same map: each polygon gets the mean inside of it.</source>
        <translation>Le raster de confiance de la même carte : chaque polygone reçoit la moyenne de ses valeurs.</translation>
    </message>
    <message>
        <location filename="../algorithms/vectorize.py"/>
        <source>Number of polygons</source>
        <translation>Nombre de polygones</translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>The run record {path} cannot be read.</source>
        <translation>Impossible de lire le compte rendu d'exécution {path}.</translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>Class</source>
        <translation>Classe</translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>Share</source>
        <translation>Part</translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>Area</source>
        <translation>Surface</translation>
    </message>
    <message>
        <location filename="../dock/areas_view.py"/>
        <source>{count} px</source>
        <translation>{count} px</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Selected features only</source>
        <translation>Entité(s) sélectionnée(s) uniquement</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Draw polygons, too</source>
        <translation>Créer aussi les polygones</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>The whole image</source>
        <translation>Toute l'image</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>What the map shows</source>
        <translation>Vue actuelle de la carte</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Inside polygons</source>
        <translation>À l'intérieur de polygones</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Another file…</source>
        <translation>Autre fichier…</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>GeoTIFF (*.tif *.tiff)</source>
        <translation>GeoTIFF (*.tif *.tiff)</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>A temporary file</source>
        <translation>Fichier temporaire</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Save as</source>
        <translation>Enregistrer sous</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>There is no raster layer; add an image to the project first.</source>
        <translation>Il n'y a pas de couche raster. Ajoutez d'abord une image au projet.</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>There is no layer of polygons; add one, or choose another area.</source>
        <translation>Il n'y a pas de couche de polygones. Ajoutez-en une ou faites un autre choix sous « Surface ».</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>No file is chosen.</source>
        <translation>Aucun fichier n'est choisi.</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>{size} m a pixel; {bands}</source>
        <translation>{size} m par pixel ; {bands}</translation>
    </message>
    <message>
        <location filename="../dock/form.py"/>
        <source>Classes: {names}.</source>
        <translation>Classes : {names}.</translation>
    </message>
    <message>
        <location filename="../dock/job.py"/>
        <source>The run failed without a reason; see the log.</source>
        <translation>L'exécution a échoué sans indiquer de raison ; consultez le journal.</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>All settings…</source>
        <translation>Tous les réglages…</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Opens the dialog with bands, values without data, clouds and all else.</source>
        <translation>Ouvre le dialogue avec les bandes, les valeurs sans données, les nuages et tout le reste.</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Set up…</source>
        <translation>Configurer…</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Map</source>
        <translation>Carte</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Draws the land cover aside, to see the image under it.</source>
        <translation>Écarte l'occupation du sol pour voir l'image en dessous.</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Cancelling…</source>
        <translation>Annulation…</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Starting…</source>
        <translation>Démarrage…</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Cancelled; nothing was written.</source>
        <translation>Annulé ; rien n'a été écrit.</translation>
    </message>
    <message>
        <location filename="../dock/panel.py"/>
        <source>Done.</source>
        <translation>Terminé.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The disk is full; free some space, or name a folder on another disk in SATSEG_ENVIRONMENTS.</source>
        <translation>Le disque est plein. Libérez de l'espace ou indiquez un dossier sur un autre disque dans SATSEG_ENVIRONMENTS.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The certificate of the server is not trusted, most often because the network's own firewall shows another; ask for its certificate and name the file in the environment variable PIP_CERT.</source>
        <translation>Le certificat du serveur n'est pas reconnu, le plus souvent parce que le pare-feu du réseau en présente un autre. Demandez le certificat du pare-feu et indiquez son fichier dans la variable d'environnement PIP_CERT.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The proxy asks for a name and a password; give them in Settings &gt; Options &gt; Network.</source>
        <translation>Le proxy demande un nom et un mot de passe. Saisissez-les dans Préférences &gt; Options &gt; Réseau.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The proxy cannot be reached; see to Settings &gt; Options &gt; Network.</source>
        <translation>Le proxy est injoignable. Vérifiez Préférences &gt; Options &gt; Réseau.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>The internet is not in reach; connect, see to the proxy in Settings &gt; Options &gt; Network, or choose a folder of wheels that was filled elsewhere (pip download).</source>
        <translation>Internet est inaccessible. Connectez-vous, vérifiez le proxy dans Préférences &gt; Options &gt; Réseau, ou choisissez un dossier de paquets wheel rempli sur une autre machine (pip download).</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>A file may not be written; close other programs that use the environment, or see to the folder's permissions.</source>
        <translation>L'accès en écriture à un fichier est refusé. Fermez les autres programmes qui utilisent l'environnement ou vérifiez les permissions du dossier.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>This Python cannot make environments; on Debian and Ubuntu: apt-get install python3-venv.</source>
        <translation>Ce Python ne peut pas créer d'environnements. Sous Debian et Ubuntu : apt-get install python3-venv.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>This Python belongs to the system and takes no packages; name another one in SATSEG_PYTHON.</source>
        <translation>Ce Python appartient au système et n'accepte pas de paquets. Indiquez-en un autre dans SATSEG_PYTHON.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>There is no wheel of {package} for this Python and system; choose a folder of wheels that has one, or name another Python in SATSEG_PYTHON.</source>
        <translation>Il n'existe pas de paquet wheel de {package} pour ce Python et ce système. Choisissez un dossier qui en contient un ou indiquez un autre Python dans SATSEG_PYTHON.</translation>
    </message>
    <message>
        <location filename="../engine/explain.py"/>
        <source>it said nothing</source>
        <translation>aucun message</translation>
    </message>
    <message>
        <location filename="../engine/fields.py"/>
        <source>the layer's coordinate system</source>
        <translation>le système de coordonnées de la couche</translation>
    </message>
    <message>
        <location filename="../engine/fields.py"/>
        <source>the mask's coordinate system</source>
        <translation>le système de coordonnées du masque</translation>
    </message>
    <message>
        <location filename="../engine/fields.py"/>
        <source>the zones' coordinate system</source>
        <translation>le système de coordonnées des zones</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>The plugin's setting</source>
        <translation>Le paramètre de l'extension</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>did not answer within {seconds} s</source>
        <translation>n'a pas répondu en {seconds} s</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>cannot be run ({why})</source>
        <translation>ne peut pas être exécuté ({why})</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>is no working Python (it ended with code {code})</source>
        <translation>n'est pas un Python qui fonctionne (il s'est terminé avec le code {code})</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>is Python {version}, and SatSeg needs {needed} or newer</source>
        <translation>est la version {version} de Python, et SatSeg nécessite {needed} ou plus récent</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>cannot import {names}</source>
        <translation>ne peut pas importer {names}</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>{by} names a Python that cannot run SatSeg: {problem}; run `{install}` with it or name another one.</source>
        <translation>{by} désigne un Python qui ne peut pas exécuter SatSeg : {problem}. Exécutez `{install}` avec ce Python ou indiquez-en un autre.</translation>
    </message>
    <message>
        <location filename="../engine/find.py"/>
        <source>No Python with SatSeg's libraries was found{why}; run 'Set up SatSeg' in the Processing Toolbox (satseg:setup), or run `{install}` in a virtual environment and name its Python in {variable}.</source>
        <translation>Aucun Python disposant des bibliothèques de SatSeg n'a été trouvé{why}. Lancez « Configurer SatSeg » dans la boîte à outils de traitements (satseg:setup), ou exécutez `{install}` dans un environnement virtuel et indiquez son Python dans {variable}.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>There are no wheels in {folder}; fill it with pip download, or leave the folder out.</source>
        <translation>Il n'y a pas de paquets wheel dans {folder}. Remplissez ce dossier avec pip download ou n'en indiquez pas.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Making a virtual environment with {python}</source>
        <translation>Création d'un environnement virtuel avec {python}</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The virtual environment could not be made ({why}).</source>
        <translation>L'environnement virtuel n'a pas pu être créé ({why}).</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Installing {packages}</source>
        <translation>Installation de {packages}</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The packages could not be installed ({why}).</source>
        <translation>Les paquets n'ont pas pu être installés ({why}).</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Looking whether the engine runs</source>
        <translation>Vérification du fonctionnement du moteur</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The engine does not run in the new environment ({why}).</source>
        <translation>Le moteur ne fonctionne pas dans le nouvel environnement ({why}).</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The folder {folder} cannot be made ({why}); name another in SATSEG_ENVIRONMENTS.</source>
        <translation>Impossible de créer le dossier {folder} ({why}). Indiquez-en un autre dans SATSEG_ENVIRONMENTS.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The environment takes about {needed} MB while it is made and there are {free} MB free in {folder}; free some space, or name a folder on another disk in SATSEG_ENVIRONMENTS.</source>
        <translation>L'environnement demande environ {needed} Mo pendant sa création, et il y a {free} Mo libres dans {folder}. Libérez de l'espace ou indiquez un dossier sur un autre disque dans SATSEG_ENVIRONMENTS.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>{program} cannot be run ({why}).</source>
        <translation>Impossible d'exécuter {program} ({why}).</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>QGIS' own Python was not found; make an environment yourself and name its Python in SATSEG_PYTHON.</source>
        <translation>Le Python de QGIS est introuvable. Créez vous-même un environnement et indiquez son Python dans SATSEG_PYTHON.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>The folder {folder} cannot be written to ({why}); name another in SATSEG_ENVIRONMENTS.</source>
        <translation>Impossible d'écrire dans le dossier {folder} ({why}). Indiquez-en un autre dans SATSEG_ENVIRONMENTS.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>Another QGIS is making this environment just now; wait for it.</source>
        <translation>Un autre QGIS est en train de créer cet environnement. Attendez qu'il ait terminé.</translation>
    </message>
    <message>
        <location filename="../engine/install.py"/>
        <source>{folder} cannot be replaced ({why}); close other QGIS windows and try again.</source>
        <translation>Impossible de remplacer {folder} ({why}). Fermez les autres fenêtres de QGIS et réessayez.</translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine could not be started ({program}: {why}).</source>
        <translation>Le moteur n'a pas pu être démarré ({program} : {why}).</translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine was ended from outside, most often for lack of memory; close other programs or map a part.</source>
        <translation>Le moteur a été arrêté de l'extérieur, le plus souvent par manque de mémoire. Fermez d'autres programmes ou cartographiez une partie seulement.</translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine crashed ({signal}); run `satseg doctor` with its Python to see what is installed.</source>
        <translation>Le moteur s'est arrêté brutalement ({signal}). Exécutez `satseg doctor` avec son Python pour voir ce qui est installé.</translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine ended without a result; please report this with the log.</source>
        <translation>Le moteur s'est arrêté sans résultat. Merci de le signaler en joignant le journal.</translation>
    </message>
    <message>
        <location filename="../engine/process.py"/>
        <source>The engine failed with code {code}.</source>
        <translation>Le moteur a échoué avec le code {code}.</translation>
    </message>
    <message>
        <location filename="../engine/progress.py"/>
        <source>{stage}, about {time} left</source>
        <translation>{stage}, encore {time} environ</translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>QGIS runs in a Flatpak, which uses no Python of the system outside; install the libraries into it from a terminal: flatpak run --devel --command=pip3 org.qgis.qgis install --user {packages}</source>
        <translation>QGIS s'exécute dans un Flatpak, qui n'utilise aucun Python du système hôte. Installez-y les bibliothèques depuis un terminal : flatpak run --devel --command=pip3 org.qgis.qgis install --user {packages}</translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>QGIS runs in a Snap, which may use no Python but its own; if that has no pip, install QGIS from qgis.org or your system's packages instead.</source>
        <translation>QGIS s'exécute dans un Snap, qui ne peut utiliser que son propre Python. Si celui-ci n'a pas pip, installez plutôt QGIS depuis qgis.org ou les paquets de votre système.</translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>This Python comes from Nix, and packages from PyPI do not find the system's libraries there; turn on nix-ld, or make a Python with Nix (python3.withPackages) that has {packages}, and name it in SATSEG_PYTHON.</source>
        <translation>Ce Python provient de Nix, où les paquets de PyPI ne trouvent pas les bibliothèques du système. Activez nix-ld, ou créez avec Nix (python3.withPackages) un Python qui contient {packages} et indiquez-le dans SATSEG_PYTHON.</translation>
    </message>
    <message>
        <location filename="../engine/systems.py"/>
        <source>This system is built on musl, for which PyPI has no rasterio, pyogrio and onnxruntime; install them from the system's packages (on Alpine: apk add py3-rasterio py3-onnxruntime) or build them, and name a Python that has {packages} in SATSEG_PYTHON.</source>
        <translation>Ce système repose sur musl, pour lequel PyPI ne propose pas rasterio, pyogrio et onnxruntime. Installez-les depuis les paquets du système (sous Alpine : apk add py3-rasterio py3-onnxruntime) ou compilez-les, et indiquez dans SATSEG_PYTHON un Python qui contient {packages}.</translation>
    </message>
    <message>
        <location filename="../provider.py"/>
        <source>SatSeg: land-cover maps from imagery</source>
        <translation>SatSeg : cartes d'occupation du sol à partir d'images</translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Map the land cover of an image</source>
        <translation>Cartographier l'occupation du sol d'une image</translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Example model…</source>
        <translation>Modèle d'exemple…</translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Examples…</source>
        <translation>Exemples…</translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>Looking for SatSeg's libraries</source>
        <translation>Recherche des bibliothèques de SatSeg</translation>
    </message>
    <message>
        <location filename="../welcome.py"/>
        <source>The libraries that SatSeg needs are not installed yet.</source>
        <translation>Les bibliothèques nécessaires à SatSeg ne sont pas encore installées.</translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Classifying</source>
        <translation>Classification</translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Writing the map</source>
        <translation>Écriture de la carte</translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Writing the confidence</source>
        <translation>Écriture de la confiance</translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Measuring areas</source>
        <translation>Mesure des surfaces</translation>
    </message>
    <message>
        <location filename="../../satseg_core/events.py"/>
        <source>Drawing polygons</source>
        <translation>Création des polygones</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>urban</source>
        <translation>urbain</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>agriculture</source>
        <translation>terres agricoles</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>rangeland</source>
        <translation>prairies et landes</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>forest</source>
        <translation>forêt</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>water</source>
        <translation>eau</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>barren</source>
        <translation>sol nu</translation>
    </message>
    <message>
        <location filename="../../satseg_core/legend.py"/>
        <source>unknown</source>
        <translation>inconnu</translation>
    </message>
</context>
</TS>
