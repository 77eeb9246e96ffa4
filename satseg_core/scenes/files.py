"""A scene in several files: which bands there are, and which of them a model reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from satseg_core.errors import RasterError, UsageError
from satseg_core.raster.stack import Part, Stack
from satseg_core.scenes.products import shows


@dataclass(frozen=True)
class SceneBand:
    """A band of a scene.

    Attributes:
        label: what the product calls it, such as ``B04``.
        common: what it shows, in STAC's common names, such as ``red``; empty if that is not known.
        file: name or URL of the raster.
        band: of the file, counted from 1.
        nodata: value of px without data, as product or catalogue say; None for what the file says.
    """

    label: str
    common: str
    file: str
    band: int = 1
    nodata: float | None = None


@dataclass(frozen=True)
class Quality:
    """A raster that tells clouds.

    Attributes:
        file: name or URL.
        kind: one of `satseg_core.raster.clouds.KINDS`.
    """

    file: str
    kind: str


@dataclass(frozen=True)
class SceneFiles:
    """A scene that was recognised.

    Attributes:
        name: of the scene, for outputs; without suffix.
        address: what a user gives to mean it: a folder, or a folder and what its files' names have in common.
        title: what it is, such as ``Sentinel-2 scene``.
        bands: in the product's order; empty for a raster that is read as it is.
        quality: that tells clouds, or None.
        doubt: why it is not known what the bands show; empty if it is.
        nodata: value of px without data of a raster that is read as it is, as a catalogue says; or empty.
        state: what tells whether it has changed: of each file its name, its size, and its time or version.
    """

    name: str
    address: str
    title: str
    bands: tuple[SceneBand, ...]
    quality: Quality | None = None
    doubt: str = ""
    nodata: tuple[float, ...] = ()
    state: tuple[tuple[str, int | None, int | str | None], ...] = ()

    @property
    def size(self) -> int | None:
        """Bytes of all files, as far as they are known."""
        return sum(size or 0 for _, size, _ in self.state) or None

    def has(self, names: Sequence[str]) -> bool:
        """Whether it has all the bands of a model."""
        return all(self._of(name) is not None for name in names)

    def choose(self, names: Sequence[str], numbers: Sequence[int] | None = None) -> Stack:
        """The bands that a model reads.

        Args:
            names: that the model expects, in order.
            numbers: of the scene's bands, counted from 1, that the user gave instead; or None.

        Raises:
            RasterError: the scene has not all of them, or it is not known which they are.
            UsageError: a number does not exist, or their count is not the model's.
        """
        if numbers:
            return self._given(names, numbers)
        if self.doubt:
            raise RasterError(f"{self.address}: {self.doubt}; say which with --bands: {self.listing}.")
        found = [self._of(name) for name in names]
        missing = [name for name, band in zip(names, found) if band is None]
        if missing:
            raise RasterError(
                f"{self.address} has no band of {' and '.join(missing)}, which the model reads; choose from its bands"
                f" with --bands: {self.listing}."
            )
        return Stack(tuple(_part(name, band) for name, band in zip(names, found) if band is not None))

    @property
    def listing(self) -> str:
        """The bands with their numbers, for people."""
        return ", ".join(f"{number} {band.label}" for number, band in enumerate(self.bands, 1))

    def _given(self, names: Sequence[str], numbers: Sequence[int]) -> Stack:
        if len(numbers) != len(names):
            raise UsageError(
                f"The model reads {len(names)} bands ({', '.join(names)}), --bands names {len(numbers)}; name"
                f" {len(names)}."
            )
        wrong = [number for number in numbers if not 1 <= number <= len(self.bands)]
        if wrong:
            raise UsageError(f"{self.address} has no band {wrong[0]}; its bands are: {self.listing}.")
        return Stack(tuple(_part(name, self.bands[number - 1]) for name, number in zip(names, numbers)))

    def _of(self, name: str) -> SceneBand | None:
        """The band that shows what a model calls by a name."""
        ranked = [(rank, band) for band in self.bands if (rank := shows(band.label, band.common, name)) is not None]
        return min(ranked, key=lambda found: found[0])[1] if ranked else None


def _part(name: str, band: SceneBand) -> Part:
    return Part(name, band.label, band.file, band.band, band.nodata)
