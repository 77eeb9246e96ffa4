"""Scenes as archives and catalogues give them: a file for each band, or an asset, with rasters of quality beside."""
