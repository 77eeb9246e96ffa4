"""From classified rasters to polygons."""
