"""``satseg demo``: the main job on a scene that SatSeg makes itself."""

from __future__ import annotations

from pathlib import Path

import click

from satseg_core.cli import options
from satseg_core.cli.session import Session
from satseg_core.cli.tables import area_table
from satseg_core.events import Reporter


@click.command()
@click.argument("folder", default="satseg-demo", metavar="[FOLDER]")
@options.overwrite
@options.reporting
def demo(session: Session, reporter: Reporter, folder: str, overwrite: bool) -> None:
    """Make a small aerial scene and map it: scene, map, polygons and a picture in FOLDER."""
    from satseg_core.demo_scene import write_demo_scene
    from satseg_core.legend import LAND_COVER
    from satseg_core.outputs import whole_outputs
    from satseg_core.picture import render
    from satseg_core.segment import SegmentOptions, segment

    place = Path(folder)
    scene, map_path, polygons, picture = (place / name for name in ("scene.tif", "map.tif", "map.gpkg", "map.png"))
    with whole_outputs(overwrite) as outputs:
        write_demo_scene(outputs.add(scene))
    result = segment(
        SegmentOptions(input=str(scene), output=str(map_path), polygons=str(polygons), overwrite=overwrite), reporter
    )
    with whole_outputs(overwrite) as outputs:
        render(scene, map_path, LAND_COVER, result.areas, outputs.add(picture))
    session.close()
    files = {"scene": scene, "output": map_path, "polygons": polygons, "picture": picture, "record": result.record}
    areas = [area.to_json() for area in result.areas]
    reporter.result({**{name: str(path) for name, path in files.items()}, "areas": areas})
    if not session.as_json:
        click.echo(area_table(areas))
        for name, path in (("Scene", scene), ("Map", map_path), ("Polygons", polygons), ("Picture", picture)):
            click.echo(f"{name + ':':<10}{path}")
