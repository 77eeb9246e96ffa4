"""Many scenes: finding them, mapping each by itself, and the catalogue and mosaic over their maps."""
