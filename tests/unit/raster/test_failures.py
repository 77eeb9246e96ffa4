"""What is wrong with a raster is told apart, with GDAL's own reason: only what is damaged is called so."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from satseg_core.errors import RasterError
from satseg_core.raster.labels import code_blocks, open_classified
from satseg_core.raster.source import open_source, read_failure
from tests.web_server import serving

RGB = ("red", "green", "blue")
BEYOND = "the GDAL of this Python"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def raster(make_raster) -> Path:
    return make_raster(
        np.random.default_rng(0).integers(0, 255, (3, 64, 64)).astype(np.uint8), "in.tif", compress="LZW"
    )


def opening(name: str) -> str:
    with pytest.raises(RasterError) as caught, open_source(name, RGB):
        pass
    return str(caught.value)


def reading(name: str) -> str:
    from rasterio.errors import RasterioError

    with open_source(name, RGB, (1, 1, 1)) as source, pytest.raises(RasterioError) as caught:
        source.dataset.read()
    return str(read_failure(name, caught.value))


def virtual(name: str, kind: str, source: str, inside: str = "") -> str:
    Path(name).write_text(
        '<VRTDataset rasterXSize="64" rasterYSize="64"><SRS>EPSG:32633</SRS>'
        "<GeoTransform>500000,1,0,5000000,0,-1</GeoTransform>"
        f'<VRTRasterBand dataType="Byte" band="1"{kind}>{inside}<SimpleSource>'
        f'<SourceFilename relativeToVRT="1">{source}</SourceFilename><SourceBand>1</SourceBand>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    return name


def test_an_unknown_pixel_function_is_no_damage(raster):
    kind, inside = ' subClass="VRTDerivedRasterBand"', "<PixelFunctionType>nosuch</PixelFunctionType>"
    sentence = reading(virtual("pixels.vrt", kind, "in.tif", inside))
    assert sentence.startswith("pixels.vrt ")
    assert BEYOND in sentence
    assert "Derived band pixel function 'nosuch' not registered" in sentence
    assert "damaged" not in sentence


def test_a_pixel_function_over_a_servers_rasters_is_no_fault_of_the_server(raster):
    kind = ' subClass="VRTDerivedRasterBand"'
    inside = "<PixelFunctionType>nosuch</PixelFunctionType><Description>https://127.0.0.1/a.tif</Description>"
    sentence = reading(virtual("pixels.vrt", kind, "in.tif", inside))
    assert "not registered" in sentence
    assert "server" not in sentence


def test_python_in_a_virtual_raster_is_no_damage(raster):
    inside = (
        "<PixelFunctionType>f</PixelFunctionType><PixelFunctionLanguage>Python</PixelFunctionLanguage>"
        "<PixelFunctionCode>def f(*a, **k): pass</PixelFunctionCode>"
    )
    sentence = reading(virtual("python.vrt", ' subClass="VRTDerivedRasterBand"', "in.tif", inside))
    assert "GDAL_VRT_PYTHON_TRUSTED_MODULES" in sentence
    assert "damaged" not in sentence


def test_a_part_that_is_gone_is_named():
    sentence = reading(virtual("mosaic.vrt", "", "gone.tif"))
    assert sentence.startswith("mosaic.vrt refers to ")
    assert "gone.tif, which is not there; put it back" in sentence
    assert "damaged" not in sentence


@pytest.mark.parametrize("name", ["cut.tif", "unsupported codec.tif"])
def test_what_breaks_off_is_damaged(raster, name):
    Path(name).write_bytes(raster.read_bytes()[: raster.stat().st_size // 2])
    sentence = reading(name)
    assert sentence.startswith(f"{name} is damaged and cannot be read to its end; copy or download it again.")
    assert "TIFFReadEncodedStrip() failed" in sentence


def test_a_broken_part_of_a_virtual_raster_is_damaged(raster):
    Path("cut.tif").write_bytes(raster.read_bytes()[: raster.stat().st_size // 2])
    sentence = reading(virtual("mosaic.vrt", "", "cut.tif"))
    assert "damaged" in sentence
    assert "cut.tif" in sentence


def with_compression(raster: Path, number: int, name: str) -> str:
    content = bytearray(raster.read_bytes())
    (start,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, start)
    for entry in range(start + 2, start + 2 + 12 * count, 12):
        if struct.unpack_from("<H", content, entry) == (259,):
            struct.pack_into("<H", content, entry + 8, number)
    Path(name).write_bytes(content)
    return name


def test_an_unknown_compression_is_no_damage(raster):
    sentence = opening(with_compression(raster, 12345, "strange.tif"))
    assert BEYOND in sentence
    assert "missing codec of code 12345" in sentence


def test_an_unknown_compression_is_no_fault_of_a_server(raster, tmp_path):
    with_compression(raster, 12345, "strange.tif")
    with serving(tmp_path) as web:
        address = f"{web.url}/strange.tif"
        sentence = opening(address)
    assert sentence.startswith(f"{address} takes something that {BEYOND}")
    assert "missing codec of code 12345" in sentence


def test_a_zarr_of_a_newer_kind_says_so():
    chunks = {"name": "regular", "configuration": {"chunk_shape": [8, 8]}}
    keys = {"name": "default", "configuration": {"separator": "/"}}
    array = {
        "zarr_format": 3, "node_type": "array", "shape": [8, 8], "data_type": "uint8", "chunk_grid": chunks,
        "chunk_key_encoding": keys, "fill_value": 0, "codecs": [{"name": "nosuch"}],
    }  # fmt: skip
    Path("a.zarr").mkdir()
    (Path("a.zarr") / "zarr.json").write_text(json.dumps(array))
    sentence = opening("a.zarr")
    assert sentence.startswith("a.zarr ")
    assert "Unsupported codec: nosuch" in sentence
    assert "folder" not in sentence


@pytest.mark.parametrize(("name", "driver"), [("a.ecw", "ECW"), ("a.sid", "MrSID")])
def test_a_missing_driver_is_named(name, driver):
    import rasterio

    with rasterio.Env() as env:
        if driver in env.drivers():
            pytest.skip(f"this GDAL has {driver}")
    Path(name).write_bytes(b"msid" + bytes(400))
    assert f"{name} takes GDAL's driver {driver}, which" in opening(name)


def test_gdals_reason_is_told_where_nothing_else_is():
    Path("text.tif").write_text("hello")
    assert opening("text.tif") == (
        "text.tif cannot be opened as a raster; check that it is whole and not of another kind."
        " (GDAL says: not recognized as being in a supported file format)"
    )
    Path("bad.vrt").write_text("<VRTDataset rasterXSize='64'")
    assert "GDAL says: Parse error" in opening("bad.vrt")


def test_folders_empty_files_and_vectors_are_told():
    Path("folder").mkdir()
    assert opening("folder").startswith("folder is a folder in which no scene is recognised; give one of its rasters")
    Path("empty.tif").touch()
    assert opening("empty.tif") == "empty.tif is empty (0 bytes); copy or download it again."
    square = np.array([shapely.to_wkb(shapely.box(0, 0, 1, 1))], object)
    for name in ("v.gpkg", "v.shp", "v.geojson"):
        pyogrio.raw.write(name, square, [], [], geometry_type="Polygon", crs="EPSG:4326")
        assert opening(name) == f"{name} holds no raster but layers of vectors (v); give a raster."


def test_archives_name_the_raster_in_them(raster):
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.write("in.tif", "deep/in.tif")
    name = opening("a.zip").rpartition(" ")[2].rstrip(".")
    assert name == f"/vsizip/{Path.cwd().as_posix()}/a.zip/deep/in.tif"
    with open_source(name, RGB, (1, 2, 3)) as source:
        assert source.shape == (64, 64)
    for ending in ("tar", "tar.gz", "tgz"):
        with tarfile.open(f"a.{ending}", "w:gz" if "gz" in ending else "w") as archive:
            archive.add("in.tif")
        name = opening(f"a.{ending}").rpartition(" ")[2].rstrip(".")
        with open_source(name, RGB, (1, 2, 3)) as source:
            assert source.shape == (64, 64)
    Path("broken.zip").write_bytes(b"PK\3\4")
    assert "no raster is seen" in opening("broken.zip")


@pytest.mark.skipif(not hasattr(os, "setresuid"), reason="needs users")
def test_a_file_that_may_not_be_read_is_told(raster):
    script = (
        "import os, sys\n"
        "from satseg_core.errors import RasterError\n"
        "from satseg_core.raster.source import open_source\n"
        "if os.geteuid() == 0: os.setresuid(65534, 65534, 65534)\n"
        "try:\n"
        "    with open_source(sys.argv[1], ('red', 'green', 'blue')): pass\n"
        "except RasterError as error: print(error)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "in.tif"
        path.write_bytes(raster.read_bytes())
        path.chmod(0)
        done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"{path} may not be read (permission denied)")


def test_maps_of_classes_are_told_the_same_way(raster, make_raster):
    labels = make_raster(np.random.default_rng(0).integers(0, 5, (64, 64)).astype(np.uint8), "map.tif", compress="LZW")
    labels.write_bytes(labels.read_bytes()[: labels.stat().st_size // 2])
    with open_classified(labels) as dataset, pytest.raises(RasterError, match="is damaged"):
        list(code_blocks(dataset))
    Path("empty.tif").touch()
    with pytest.raises(RasterError, match="is empty"), open_classified(Path("empty.tif")):
        pass
