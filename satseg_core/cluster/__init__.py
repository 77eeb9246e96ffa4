"""Mapping with many processes and machines: Dask runs blocks, this package says which and takes what they give."""
