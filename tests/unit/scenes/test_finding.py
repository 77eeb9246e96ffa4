"""What a folder, an archive or a file of metadata means, and which bands the scene has."""

from __future__ import annotations

import runpy
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio

from satseg_core.errors import RasterError, UsageError
from satseg_core.many.scenes import find_scenes
from satseg_core.scenes.find import find_scene, quality_beside
from satseg_core.scenes.grouping import group
from satseg_core.scenes.listing import Entry
from tests.conftest import shared_folder
from tests.scenes import L5_ID, L8_ID, PLANET_ID, S2_ID, band, landsat, planet, safe, safe_l1c, write

RGB = ("red", "green", "blue")


def labels(name: object, names=RGB, numbers=None) -> list[str]:
    scene = find_scene(str(name), names)
    assert scene is not None
    return [part.label for part in scene.choose(names, numbers).parts]


def files(name: object, names=RGB) -> list[str]:
    scene = find_scene(str(name), names)
    assert scene is not None
    return [Path(part.file).name for part in scene.choose(names).parts]


def listed(*names: str) -> list[Entry]:
    return [Entry(name, f"/data/{name}") for name in names]


def scenes_of(*names: str) -> list[tuple[str, list[str]]]:
    """Names of scenes, and their bands by what they show, of files that need not be there."""
    found, _ = group(listed(*names), "/data")
    return sorted((scene.name, [band.common for band in scene.bands]) for scene in found)


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    return safe(tmp_path_factory.mktemp("safe"))


def test_a_safe_is_one_scene_with_its_finest_bands(product):
    assert files(product) == [f"T32TQT_20200714T101031_B0{number}_10m.jp2" for number in (4, 3, 2)]
    assert files(product, ("nir", "swir16", "coastal")) == [
        "T32TQT_20200714T101031_B08_10m.jp2", "T32TQT_20200714T101031_B11_20m.jp2", "T32TQT_20200714T101031_B01_20m.jp2"
    ]  # fmt: skip
    scene = find_scene(str(product), RGB)
    assert scene.name == S2_ID
    assert scene.quality.kind == "scl"
    assert scene.quality.file.endswith("_SCL_20m.jp2")
    assert {band.nodata for band in scene.bands} == {0.0}


def test_bands_of_a_scene_have_numbers_in_the_product_s_order(product):
    assert labels(product, numbers=(12, 9, 1)) == ["B12", "B8A", "B01"]
    with pytest.raises(UsageError, match=r"no band 13; its bands are: 1 B01, 2 B02, .*9 B8A, 10 B09, 11 B11, 12 B12"):
        labels(product, numbers=(13, 1, 2))
    with pytest.raises(UsageError, match="--bands names 2; name 3"):
        labels(product, numbers=(1, 2))


def test_files_of_metadata_and_gdal_s_names_mean_the_product(product):
    with rasterio.open(product / "MTD_MSIL2A.xml") as dataset:
        subdatasets = dataset.subdatasets
    granule = next(product.glob("GRANULE/*"))
    for name in (
        product / "MTD_MSIL2A.xml",
        product / "manifest.safe",
        granule,
        granule / "MTD_TL.xml",
        product.parent,
    ):
        assert files(name) == files(product)
    by_px = {name.split(":")[-2]: name for name in subdatasets}
    assert files(by_px["10m"]) == files(product)
    assert files(by_px["20m"])[0] == "T32TQT_20200714T101031_B04_20m.jp2"
    assert files(by_px["60m"])[0] == "T32TQT_20200714T101031_B04_60m.jp2"
    assert find_scene(by_px["TCI"], RGB) is None  # GDAL opens the picture, which was named


def test_the_stack_is_what_gdal_s_own_driver_reads(product):
    """GDAL's driver for Sentinel-2 as an independent reader."""
    with rasterio.open(product / "MTD_MSIL2A.xml") as dataset:
        subdatasets = dataset.subdatasets
    seen = set()
    for name in subdatasets[:3]:
        with rasterio.open(name) as theirs:
            numbers = {tag: n for n in theirs.indexes if (tag := theirs.tags(n).get("BANDNAME", ""))[:1] == "B"}
            expected, grid = theirs.read(list(numbers.values())), (theirs.transform, theirs.crs)
        wanted = [f"B{number[1:].zfill(2)}" for number in numbers]
        with rasterio.open(find_scene(name, wanted).choose(wanted).virtual(rasterio.open)) as ours:
            assert np.array_equal(ours.read(), expected)
            assert (ours.transform, ours.crs) == grid
            assert ours.nodata == 0
        seen.update(wanted)
    assert seen == {"B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B11", "B12"}


def test_a_zipped_safe_is_read_where_it_lies(product, tmp_path):
    path = tmp_path / f"{S2_ID}.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for file in product.rglob("*"):
            packed.write(file, file.relative_to(product.parent))
    scene = find_scene(str(path), RGB)
    assert scene.name == S2_ID
    with rasterio.open(scene.choose(RGB).virtual(rasterio.open)) as dataset:
        assert np.array_equal(dataset.read(1), band("B04", hole=True))
    inside = f"SENTINEL2_L2A:/vsizip/{path}/{S2_ID}.SAFE/MTD_MSIL2A.xml:10m:EPSG_32632"
    assert files(inside) == files(product)
    assert [found.name for found in find_scenes([str(tmp_path)], str(tmp_path / "maps"))] == [S2_ID]
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(RasterError, match="damaged"):
        find_scene(str(path), RGB)


def test_level_1c_has_its_own_mask_of_clouds(tmp_path):
    root = safe_l1c(tmp_path)
    assert files(root) == [f"T32TQT_20200714T101031_B0{number}.jp2" for number in (4, 3, 2)]
    assert find_scene(str(root), RGB).quality.kind == "classi"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (L8_ID, ["SR_B4", "SR_B3", "SR_B2"]),
        (L8_ID.replace("LC08", "LC09"), ["SR_B4", "SR_B3", "SR_B2"]),
        (L5_ID, ["SR_B3", "SR_B2", "SR_B1"]),
        (L5_ID.replace("LT05", "LE07"), ["SR_B3", "SR_B2", "SR_B1"]),
    ],
)
def test_landsats_number_their_bands_in_two_ways(tmp_path, name, expected):
    landsat(tmp_path / "scene", name)
    assert labels(tmp_path / "scene") == expected
    assert labels(tmp_path / "scene" / f"{name}_MTL.txt") == expected
    assert labels(tmp_path / "scene" / name) == expected
    assert find_scene(str(tmp_path / "scene"), RGB).quality.kind == "qa_pixel"


def test_landsat_comes_in_a_tar(tmp_path):
    landsat(tmp_path / "scene")
    with tarfile.open(tmp_path / f"{L8_ID}.tar", "w") as packed:
        for file in (tmp_path / "scene").iterdir():
            packed.add(file, file.name)
    shutil.rmtree(tmp_path / "scene")
    scene = find_scene(str(tmp_path / f"{L8_ID}.tar"), RGB)
    with rasterio.open(scene.choose(RGB).virtual(rasterio.open)) as dataset:
        assert np.array_equal(dataset.read(1), band(f"{L8_ID}4", hole=True))
    (tmp_path / f"{L8_ID}.tar.gz").write_bytes(b"x")
    with pytest.raises(RasterError, match="unpack it first"):
        find_scene(str(tmp_path / f"{L8_ID}.tar.gz"), RGB)


@pytest.mark.parametrize(("bands", "expected"), [(4, [3, 2, 1]), (8, [6, 4, 2])])
def test_planet_s_bands_have_their_order(tmp_path, bands, expected):
    planet(tmp_path, bands=bands)
    scene = find_scene(str(tmp_path), RGB)
    stack = scene.choose(RGB)
    assert Path(stack.single).name.startswith(f"{PLANET_ID}_3B_AnalyticMS_SR")
    assert [part.band for part in stack.parts] == expected
    assert scene.quality.kind == "udm2"
    assert find_scene(str(tmp_path / f"{PLANET_ID}_metadata.json"), RGB).name == scene.name


def test_the_mask_of_a_raster_that_was_named_itself(tmp_path):
    planet(tmp_path)
    image = next(tmp_path.glob("*AnalyticMS_SR_clip.tif"))
    assert quality_beside(str(image)).file.endswith("_udm2_clip.tif")
    write(tmp_path / "mosaic.tif", np.zeros((3, 8, 8), np.uint8))
    assert quality_beside(str(tmp_path / "mosaic.tif")) is None
    write(tmp_path / "mosaic_udm2.tif", np.zeros((8, 8, 8), np.uint8))
    assert quality_beside(str(tmp_path / "mosaic.tif")).file.endswith("mosaic_udm2.tif")


def test_a_folder_of_many_scenes_means_none_of_them(tmp_path):
    landsat(tmp_path)
    landsat(tmp_path, L5_ID)
    with pytest.raises(RasterError, match=rf"holds 2 scenes; give one of them .*{L8_ID}.*segment-many"):
        find_scene(str(tmp_path), RGB)
    assert labels(tmp_path / L5_ID) == ["SR_B3", "SR_B2", "SR_B1"]


def test_rasters_as_they_are_mean_no_scene(tmp_path):
    path = write(tmp_path / "ortho.tif", np.zeros((3, 8, 8), np.uint8))
    for name in (
        path,
        tmp_path,
        "https://host/a.tif",
        "s3://bucket/a.tif",
        "/vsizip/a.zip/a.tif",
        tmp_path / "none.tif",
    ):
        assert find_scene(str(name), RGB) is None


def test_a_scene_without_a_band_says_what_it_has(tmp_path):
    root = safe_l1c(tmp_path)
    next(root.rglob("*_B03.jp2")).unlink()
    with pytest.raises(RasterError, match=r"no band of green, .* --bands: 1 B01, 2 B02, 3 B04"):
        labels(root)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("x_B02.jp2", "x_B03.jp2", "x_B04.jp2", "x_SCL.jp2"), [("x", ["blue", "green", "red"])]),
        (("a/site_red.tif", "a/site_green.tif", "a/site_blue.tif"), [("a/site", ["blue", "green", "red"])]),
        (("red.tif", "green.tif", "blue.tif", "nir.tif"), [("data", ["blue", "green", "nir", "red"])]),
        (("p_red edge.tif", "p_nir.tif", "p_red.tif"), [("p", ["nir", "red", "rededge"])]),
        (("R10m/B02.jp2", "R10m/B03.jp2", "R20m/B05.jp2", "R20m/SCL.jp2"), [("data", ["blue", "green", "rededge071"])]),
        (
            ("HLS.L30.T32TQT.2020196T101031.v2.0.B05.tif", "HLS.L30.T32TQT.2020196T101031.v2.0.Fmask.tif"),
            [("HLS.L30.T32TQT.2020196T101031.v2.0", ["nir08"])],
        ),
        (
            ("HLS.S30.T32TQT.2020196T101031.v2.0.B05.tif", "HLS.S30.T32TQT.2020196T101031.v2.0.VZA.tif"),
            [("HLS.S30.T32TQT.2020196T101031.v2.0", ["rededge071"])],
        ),
        (
            ("SENTINEL2A_20190105-105832-411_L2A_T31TFJ_D_V2-0_FRE_B4.tif",
             "SENTINEL2A_20190105-105832-411_L2A_T31TFJ_D_V2-0_SRE_B4.tif",
             "MASKS/SENTINEL2A_20190105-105832-411_L2A_T31TFJ_D_V2-0_CLM_R1.tif"),
            [("SENTINEL2A_20190105-105832-411_L2A_T31TFJ_D_V2-0", ["red"])],
        ),
        (("20200714_101010_ssc4_u0001_analytic.tif", "20200714_101010_ssc4_u0001_analytic_udm2.tif"),
         [("20200714_101010_ssc4_u0001", ["blue", "green", "red", "nir"])]),
        (("LC80330322013132LGN01_B4.TIF", "LC80330322013132LGN01_BQA.TIF"), [("LC80330322013132LGN01", ["red"])]),
        (("LM05_L1TP_193027_19900714_20200911_02_T2_B2.TIF",), [("LM05_L1TP_193027_19900714_20200911_02_T2", ["red"])]),
        (("LC08_CU_003009_20200714_20210911_02_SR_B4.TIF", "LC08_CU_003009_20200714_20210911_02_QA_PIXEL.TIF"),
         [("LC08_CU_003009_20200714_20210911_02", ["red"])]),
        (("map_udm2.tif", "x_SCL_20m.tif", "ortho.tif", "infrared.tif", "tile_1.tif", "tile_2.tif"), []),
    ],
)  # fmt: skip
def test_files_are_grouped_by_their_names(names, expected):
    assert scenes_of(*names) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([f"s_SR_B{n}.TIF" for n in range(1, 8)], "SR_B4"),
        ([f"s_SR_B{n}.TIF" for n in (1, 2, 3, 4, 5, 7)], "SR_B3"),
        ([f"s_B{n}.tif" for n in ("2", "3", "4", "8", "8A", "12")], "B4"),
        ([f"s_B{n}.tif" for n in range(1, 12)], "B4"),
        ([f"LT05_s_B{n}.tif" for n in range(1, 8)], "B3"),
        ([f"landsat-7/s_B{n}.tif" for n in range(1, 6)], "B3"),
        ([f"S2A_s_B{n}.tif" for n in range(2, 5)], "B4"),
        ([f"s_B{n}.tif" for n in range(1, 8)], None),
        ([f"s_SR_B{n}.tif" for n in range(1, 5)], None),
        ([f"band{n}.tif" for n in range(1, 5)], None),
    ],
)
def test_numbers_of_bands_are_read_only_where_one_satellite_is_meant(names, expected):
    (scene,), _ = group(listed(*names), "/data")
    if expected:
        assert scene.choose(("red",)).parts[0].label == expected
        return
    with pytest.raises(RasterError, match=r"do not say which satellite's .* --bands: 1 "):
        scene.choose(("red",))
    assert scene.choose(("red",), (2,)).parts[0].label == scene.bands[1].label


def test_files_with_several_bands_are_rasters_whatever_their_names(tmp_path):
    for name in ("block_B1.tif", "block_B2.tif"):
        write(tmp_path / name, np.zeros((3, 8, 8), np.uint8))
    assert [scene.name for scene in find_scenes([str(tmp_path)], str(tmp_path / "maps"))] == ["block_B1", "block_B2"]
    assert find_scene(str(tmp_path), RGB) is None


def test_an_archive_of_all_kinds(tmp_path):
    """Each product one scene, single rasters still one each, rasters of quality none."""
    safe(tmp_path / "s2")
    landsat(tmp_path / "l")
    landsat(tmp_path / "l", L5_ID)
    planet(tmp_path / "p")
    for name in ("ortho.tif", "l/extra.tif", "red_roof.tif", "orphan_udm2.tif"):
        write(tmp_path / name, np.zeros((3, 8, 8), np.uint8))
    found = find_scenes([str(tmp_path)], str(tmp_path / "maps"))
    assert [scene.name for scene in found] == [
        f"l/{L8_ID}", f"l/{L5_ID}", "l/extra", "ortho", f"p/{PLANET_ID}_3B", "red_roof", f"s2/{S2_ID}"
    ]  # fmt: skip
    alone = find_scenes([str(tmp_path / "s2" / f"{S2_ID}.SAFE")], str(tmp_path / "maps"))
    assert [scene.name for scene in alone] == [S2_ID]
    assert found[-1].found.size > 100_000


def test_the_case_script_s_scene(tmp_path, monkeypatch):
    script = shared_folder() / "cases" / "scene_in_bands.py"
    if not script.exists():
        pytest.skip(f"needs {script}")
    monkeypatch.setattr(sys, "argv", [str(script), str(tmp_path)])
    runpy.run_path(str(script))
    assert labels(tmp_path / "scene") == ["SR_B4", "SR_B3", "SR_B2"]
    assert [scene.name for scene in find_scenes([str(tmp_path)], str(tmp_path / "maps"))] == ["scene/SCENE"]


def test_an_old_product_of_several_granules_is_a_scene_for_each():
    granules = {"G_T32TQM": "T32TQM", "G_T32TQN": "T32TQN"}
    names = [
        f"S.SAFE/GRANULE/{granule}/IMG_DATA/S2A_OPER_MSI_L1C_TL_SGS__20151231T235959_A002747_{tile}_B0{number}.jp2"
        for granule, tile in granules.items()
        for number in (2, 3, 4)
    ]
    assert scenes_of(*names) == [(f"S/{granule}", ["blue", "green", "red"]) for granule in granules]
    found, _ = group(listed(*names), "/data")
    assert {scene.address for scene in found} == {f"/data/S.SAFE/GRANULE/{granule}" for granule in granules}
