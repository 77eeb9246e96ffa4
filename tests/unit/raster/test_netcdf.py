"""What a netCDF says of its values and bands: what is missing, what is valid, and that times are no colours."""

from __future__ import annotations

import numpy as np
import pytest

from satseg_core.raster.grid import Block, Span
from satseg_core.raster.overrides import Overrides
from satseg_core.raster.reading import valid_pixels
from satseg_core.raster.source import open_source
from satseg_core.raster.value_range import range_warnings

netcdf_file = pytest.importorskip("scipy.io").netcdf_file

RGB = ("red", "green", "blue")
VALUES = np.arange(3 * 20 * 30, dtype=np.int16).reshape(3, 20, 30) % 250


def write(path, values=VALUES, steps="time", dtype="i2", **attributes):
    """A netCDF of one variable: ``values (steps, 20, 30)`` along a dimension of that name."""
    with netcdf_file(path, "w") as file:
        for name, length in (("y", 20), ("x", 30), (steps, len(values))):
            file.createDimension(name, length)
            file.createVariable(name, "f8", (name,))[:] = np.arange(length) * (-10.0 if name == "y" else 10.0)
        file.variables["y"].standard_name, file.variables["x"].standard_name = (
            "projection_y_coordinate",
            "projection_x_coordinate",
        )
        file.variables["x"].units = file.variables["y"].units = "m"
        variable = file.createVariable("shown", dtype, (steps, "y", "x"))
        variable[:] = values
        for name, value in attributes.items():
            setattr(variable, name, value)
    return path


def valid(path, nodata=()):
    with open_source(str(path), RGB, (1, 1, 1), overrides=Overrides(nodata=nodata)) as source:
        return valid_pixels(source, Block(Span(0, 20), Span(0, 30))), [one["from"] for one in source.validity.told()]


def test_fill_and_all_missing_values_are_without_data(tmp_path):
    seven, nine = np.int16(7), np.int16(9)
    path = write(tmp_path / "both.nc", _FillValue=seven, missing_value=nine)
    found, told = valid(path)
    np.testing.assert_array_equal(found, ~np.isin(VALUES[0], (7, 9)))
    assert told == ["file", "missing_value"]
    several = write(tmp_path / "several.nc", missing_value=np.array([7, 9, 11], np.int16))
    np.testing.assert_array_equal(valid(several)[0], ~np.isin(VALUES[0], (7, 9, 11)))
    same = write(tmp_path / "same.nc", _FillValue=seven, missing_value=seven)
    assert valid(same)[1] == ["file"]


def test_the_users_value_goes_before_all_of_them(tmp_path):
    path = write(tmp_path / "both.nc", _FillValue=np.int16(7), missing_value=np.int16(9))
    np.testing.assert_array_equal(valid(path, (5.0,))[0], VALUES[0] != 5)


@pytest.mark.parametrize("dtype", ["i2", "f4"])
def test_what_is_outside_of_the_valid_range_is_without_data(tmp_path, dtype):
    kind = np.dtype(dtype)
    path = write(tmp_path / "range.nc", VALUES.astype(kind), dtype=dtype, valid_range=np.array([10, 200], kind))
    np.testing.assert_array_equal(valid(path)[0], (VALUES[0] >= 10) & (VALUES[0] <= 200))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"valid_min": np.int16(10)}, "(valid_min 10)"),
        ({"valid_max": np.int16(200)}, "(valid_max 200)"),
        ({"valid_min": np.int16(0), "valid_max": np.int16(249)}, ""),
        ({"valid_min": np.int16(8), "_FillValue": np.int16(7)}, "(valid_min 8)"),
        ({"valid_min": np.int16(10), "valid_range": np.array([10, 200], np.int16)}, ""),
        ({}, ""),
    ],
)
def test_values_beyond_limits_that_gdal_does_not_hear_are_told_of(tmp_path, said, told):
    path = write(tmp_path / "limits.nc", **said)
    with open_source(str(path), RGB) as source:
        sentences = range_warnings(source, stretched=False)
    assert len(sentences) == bool(told)
    assert all(told in sentence for sentence in sentences)


def test_limits_that_only_the_fill_value_breaks_are_kept(tmp_path):
    values = VALUES.copy()
    values[values < 10] = -1
    path = write(tmp_path / "fill.nc", values, valid_min=np.int16(10), _FillValue=np.int16(-1))
    with open_source(str(path), RGB) as source:
        assert range_warnings(source, stretched=False) == []


def warning(path):
    with open_source(str(path), RGB) as source:
        return source.bands, " ".join(source.warnings)


@pytest.mark.parametrize("steps", ["time", "depth", "pressure_level"])
def test_steps_of_time_are_taken_for_colours_with_a_warning_that_says_so(tmp_path, steps):
    bands, told = warning(write(tmp_path / "steps.nc", steps=steps))
    assert bands == (1, 2, 3)
    assert f"shows the same at several steps of {steps}, which are no colours; band 1 as red" in told


@pytest.mark.parametrize("steps", ["band", "bands", "wavelength", "n_channels"])
def test_bands_of_light_are_no_steps(tmp_path, steps):
    bands, told = warning(write(tmp_path / "bands.nc", steps=steps))
    assert bands == (1, 2, 3)
    assert "steps" not in told
    assert "band 1 as red" in told
