"""Paint for the demo scene: noise, crowns, roofs, parcels. Numbers are px and 8-bit colour values."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]
"""One number a pixel, ``(n, n) float32``."""

Tint = tuple[float, float, float]
"""Red, green and blue, 0 to 255."""

Rect = tuple[float, float, float, float]
"""Left, top, right and bottom in a turned frame, px."""

SHADOW = (-0.8, -0.6)
"""Where shadows fall, column and row: the sun stands in the south-east."""

SHADE: Tint = (0.42, 0.46, 0.52)
"""What is left of red, green and blue in a shadow."""


def spectral_noise(rng: np.random.Generator, size: int, slope: float, coarsest: float) -> Field:
    """Noise whose amplitude falls with frequency as in nature.

    Args:
        rng: source of randomness.
        size: rows and columns, px.
        slope: amplitude falls with this power of the frequency; 1 is rough, 2 is smooth.
        coarsest: px of the largest shapes.

    Returns:
        ``(size, size) float32``, mean 0, deviation 1.
    """
    fy, fx = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :]
    frequency = np.hypot(fy, fx)
    amplitude = np.maximum(frequency, 1.0 / coarsest) ** -slope
    amplitude[0, 0] = 0.0
    spectrum = np.fft.rfft2(rng.standard_normal((size, size))) * amplitude
    noise = np.fft.irfft2(spectrum, (size, size))
    return np.asarray((noise - noise.mean()) / noise.std(), np.float32)


def blur(image: Field, sigma: float) -> Field:
    """Gaussian blur of ``(n, n)`` or ``(n, n, 3)`` over rows and columns; ``sigma`` in px."""
    reach = math.ceil(3 * sigma)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    for axis in (0, 1):
        padding = [(reach, reach) if i == axis else (0, 0) for i in range(image.ndim)]
        padded = np.pad(image, padding, mode="edge")
        blurred = np.zeros_like(image)
        for i, weight in enumerate((kernel / kernel.sum()).astype(np.float32)):
            part = slice(i, i + image.shape[axis])
            blurred += weight * (padded[part] if axis == 0 else padded[:, part])
        image = blurred
    return image


@dataclass(frozen=True)
class Frame:
    """A frame turned against the image by ``angle`` radians around the middle of ``size`` px."""

    angle: float
    size: int

    def to_frame(self, column: Field, row: Field) -> tuple[Field, Field]:
        """Image px to frame px."""
        cos, sin, half = math.cos(self.angle), math.sin(self.angle), self.size / 2
        return (column - half) * cos + (row - half) * sin, (row - half) * cos - (column - half) * sin

    def to_image(self, u: float, v: float) -> tuple[float, float]:
        """Frame px to image px, column and row."""
        cos, sin, half = math.cos(self.angle), math.sin(self.angle), self.size / 2
        return u * cos - v * sin + half, u * sin + v * cos + half

    def view(self, rect: Rect) -> View | None:
        """The part of the image around a rectangle; None where that is outside."""
        left, top, right, bottom = rect
        corners = [self.to_image(u, v) for u in (left, right) for v in (top, bottom)]
        first_column, last_column = _span([column for column, _ in corners], self.size)
        first_row, last_row = _span([row for _, row in corners], self.size)
        if first_column >= last_column or first_row >= last_row:
            return None
        rows, columns = np.mgrid[first_row:last_row, first_column:last_column].astype(np.float32)
        u, v = self.to_frame(columns + 0.5, rows + 0.5)
        place = (slice(first_row, last_row), slice(first_column, last_column))
        return View(place, u, v, (u >= left) & (u < right) & (v >= top) & (v < bottom))


@dataclass(frozen=True)
class View:
    """A window of the image with the frame's coordinates of its pixels, and which of them are inside a rectangle."""

    place: tuple[slice, slice]
    u: Field
    v: Field
    inside: npt.NDArray[np.bool_]


def _span(values: list[float], size: int) -> tuple[int, int]:
    return max(math.floor(min(values)), 0), min(math.ceil(max(values)) + 1, size)


def parcels(rng: np.random.Generator, rect: Rect, smallest: float, largest: float) -> Iterator[Rect]:
    """Divide a rectangle again and again, as land is inherited."""
    left, top, right, bottom = rect
    width, height = right - left, bottom - top
    longer, shorter = max(width, height), min(width, height)
    small_enough = longer < largest and (longer < 1.6 * shorter or rng.random() < 0.5)
    if longer < 2 * smallest or small_enough:
        yield rect
        return
    share = rng.uniform(0.36, 0.64)
    if width >= height:
        middle = left + share * width
        halves = ((left, top, middle, bottom), (middle, top, right, bottom))
    else:
        middle = top + share * height
        halves = ((left, top, right, middle), (left, middle, right, bottom))
    for half in halves:
        yield from parcels(rng, half, smallest, largest)


def scatter(rng: np.random.Generator, size: int, spacing: float) -> npt.NDArray[np.float64]:
    """Points about ``spacing`` px apart in no visible order: ``(n, 2)`` column and row, top to bottom."""
    ticks = np.arange(0.0, size, spacing)
    columns, rows = np.meshgrid(ticks, ticks)
    points = np.column_stack([columns.ravel(), rows.ravel()])
    points = points + rng.uniform(0, spacing, points.shape)
    return np.asarray(points[(points < size - 1).all(axis=1)])


def paint_crown(
    image: Field, rng: np.random.Generator, column: float, row: float, radius: float, tint: Tint, shadow: bool
) -> None:
    """A tree from above: a lumpy dome lit from the south-east, with its shadow where it stands alone."""
    if shadow:
        darken(image, column + SHADOW[0] * radius * 1.2, row + SHADOW[1] * radius * 1.2, radius)
    place, dx, dy = _disc(image.shape[0], column, row, radius * 1.25)
    angle = np.arctan2(dy, dx)
    lumps = 1.0 + 0.16 * np.sin(angle * rng.integers(3, 6) + rng.uniform(0, 6.3)) + 0.08 * np.sin(angle * 9)
    distance = np.hypot(dx, dy) / (radius * lumps)
    height = np.sqrt(np.clip(1.0 - distance**2, 0.0, 1.0))
    light = 0.55 + 0.5 * height - 0.55 * (dx * SHADOW[0] + dy * SHADOW[1]) / radius
    light = light * rng.normal(1.0, 0.2, light.shape)
    cover = np.clip((1.0 - distance) * radius, 0.0, 1.0)[..., None]
    image[place] += cover * (np.clip(light, 0.25, 1.7)[..., None] * np.array(tint) - image[place])


def darken(image: Field, column: float, row: float, radius: float) -> None:
    """A round shadow."""
    place, dx, dy = _disc(image.shape[0], column, row, radius)
    cover = np.clip(radius - np.hypot(dx, dy), 0.0, 1.0)[..., None]
    image[place] *= 1.0 - cover * (1.0 - np.array(SHADE))


def _disc(size: int, column: float, row: float, radius: float) -> tuple[tuple[slice, slice], Field, Field]:
    """A window around a point and the offsets of its pixels from it, px."""
    first_column, last_column = _span([column - radius, column + radius], size)
    first_row, last_row = _span([row - radius, row + radius], size)
    rows, columns = np.mgrid[first_row:last_row, first_column:last_column].astype(np.float32)
    return (slice(first_row, last_row), slice(first_column, last_column)), columns + 0.5 - column, rows + 0.5 - row


def paint_house(image: Field, rng: np.random.Generator, frame: Frame, rect: Rect, tint: Tint) -> None:
    """A house from above: its shadow, then a roof, flat with a rim or of two slopes."""
    height = rng.uniform(5.0, 12.0)
    column, row = SHADOW[0] * height, SHADOW[1] * height
    cos, sin = math.cos(frame.angle), math.sin(frame.angle)
    across, down = column * cos + row * sin, row * cos - column * sin
    for step in np.linspace(0.3, 1.0, 4):
        _shade(image, frame, _moved(rect, across * step, down * step))
    view = frame.view(rect)
    if view is None:
        return
    light = _roof_light(view, rect, flat=rng.random() < 0.55)
    speckled = light * rng.normal(1.0, 0.05, light.shape)
    image[view.place][view.inside] = (speckled[..., None] * np.array(tint))[view.inside]


def _roof_light(view: View, rect: Rect, flat: bool) -> Field:
    """Brightness of a roof: a rim around a flat one, or a bright and a dark slope along its longer side."""
    left, top, right, bottom = rect
    if flat:
        edge = np.minimum.reduce([view.u - left, right - view.u, view.v - top, bottom - view.v])
        return np.where(edge < 1.6, 1.14, 1.0).astype(np.float32)
    sunny = view.v > (top + bottom) / 2 if right - left > bottom - top else view.u > (left + right) / 2
    return np.where(sunny, 1.12, 0.86).astype(np.float32)


def _moved(rect: Rect, right: float, down: float) -> Rect:
    return (rect[0] + right, rect[1] + down, rect[2] + right, rect[3] + down)


def _shade(image: Field, frame: Frame, rect: Rect) -> None:
    """Darken a rectangle to the colour of a shadow, once."""
    view = frame.view(rect)
    if view is not None:
        part = image[view.place]
        part[view.inside] = np.minimum(part[view.inside], np.array((58.0, 56.0, 50.0)))
