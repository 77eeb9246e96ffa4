"""Benchmarks of SatSeg: ``python -m benchmarks`` measures and writes the table that the README quotes."""
