"""SatSeg's engine: land-cover segmentation of georeferenced rasters. Knows nothing of QGIS.

Importing this package is cheap on purpose: QGIS imports it in its own process for the
legend and the model cards, where numpy, rasterio and torch must stay unloaded.
"""

from satseg_core.version import __version__

__all__ = ["__version__"]
