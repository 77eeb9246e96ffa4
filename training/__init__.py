"""Training and evaluating SatSeg's models, outside QGIS."""
