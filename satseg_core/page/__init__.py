"""The page on a map, in HTML: a picture, how much each class covers, and what made the map."""

from satseg_core.page.build import map_page

__all__ = ["map_page"]
