"""The panel "Land cover" beside the map, for people who never open the Processing Toolbox."""
