"""The way from QGIS to SatSeg's engine: find its Python, build the command, run it. Knows nothing of QGIS."""
