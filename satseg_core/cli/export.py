"""``satseg export``: the same model as ONNX."""

from __future__ import annotations

from pathlib import Path

import click

from satseg_core.errors import RuntimeUnavailableError, UsageError


@click.command()
@click.argument("model", metavar="NAME|FILE")
@click.option("--output", "-o", required=True, metavar="MODEL.onnx", help="ONNX file to write.")
@click.option("--overwrite", is_flag=True, help="Replace an output that exists.")
def export(model: str, output: str, overwrite: bool) -> None:
    """Write a .safetensors model as ONNX with the same card, so that it runs without torch (needs torch itself)."""
    from satseg_core.model.store import find_model
    from satseg_core.outputs import whole_outputs

    target = Path(output)
    if target.suffix != ".onnx":
        raise UsageError(f"Models are exported as .onnx; give a name that ends in it instead of {target.name}.")
    weights = find_model(model).weights
    if weights is None:
        raise UsageError(f"{model} has no .safetensors file to export from; give one.")
    try:
        from satseg_core.model.onnx_export import export_onnx
    except ImportError as error:
        raise RuntimeUnavailableError(
            f"Exporting needs torch and onnx in this Python ({error}); run pip install 'satseg[train]'."
        ) from error
    with whole_outputs(overwrite) as outputs:
        card = export_onnx(weights, outputs.add(target))
    click.echo(f"Written: {target}, {card.name} {card.version}")
