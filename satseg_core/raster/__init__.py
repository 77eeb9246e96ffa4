"""Rasters: opening and placing them, the lattice of tiles, windowed reading, classified GeoTIFFs."""
