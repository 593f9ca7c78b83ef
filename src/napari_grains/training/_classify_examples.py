"""Images of known classes: from folders, tables and stacks."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.images import SUFFIXES, Origin, read_image

Image = NDArray[np.generic]


@dataclass(frozen=True, eq=False)
class Examples:
    """Images with their classes.

    Parameters
    ----------
    images : sequence of ndarray, (Y, X) or (C, Y, X)
        Of any sizes, all with the same channels.
    labels : ndarray of int64, (N,)
        Index of each one's class in ``class_names``.
    groups : tuple of str
        What each comes from: specimen, session or file. Images of one never sit on both sides of a split.
    class_names : tuple of str
        In alphabetical order where they come from files.
    origins : tuple of Origin
        Of each one that comes from a file; else empty.

    Raises
    ------
    InputError
        If there are fewer than two classes, a class without an example, or counts that differ.
    """

    images: Sequence[Image]
    labels: NDArray[np.int64]
    groups: tuple[str, ...]
    class_names: tuple[str, ...]
    origins: tuple[Origin, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        if not len(self.images) == len(self.labels) == len(self.groups):
            raise InputError("there must be a class and a group for every image.")
        if len(self.class_names) < 2:
            raise InputError(
                f"examples of two classes are needed, got {', '.join(self.class_names) or 'none'}."
            )
        counts = np.bincount(self.labels, minlength=len(self.class_names))
        if len(counts) > len(self.class_names) or (counts == 0).any():
            raise InputError("every class needs an example, and every example one of the classes.")

    @property
    def counts(self) -> dict[str, int]:
        """Number of the examples of each class."""
        found = np.bincount(self.labels, minlength=len(self.class_names))
        return dict(zip(self.class_names, found.tolist(), strict=True))

    @property
    def channels(self) -> int:
        """Of each image."""
        first = self.images[0]
        return 1 if first.ndim == 2 else len(first)

    @property
    def measures(self) -> int:
        """Numbers that are known of each example beside its image."""
        return 0

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all images and their classes."""
        digest = hashlib.sha256()
        for image, label in zip(self.images, self.labels, strict=True):
            digest.update(np.ascontiguousarray(image).tobytes())
            digest.update(self.class_names[label].encode())
        return digest.hexdigest()

    @classmethod
    def named(
        cls,
        images: Sequence[Image],
        classes: Sequence[str],
        groups: Sequence[str],
        origins: Sequence[Origin] = (),
    ) -> Examples:
        """Make examples of classes given by name."""
        names = tuple(sorted(set(classes)))
        labels = np.array([names.index(one) for one in classes], np.int64)
        return cls(images, labels, tuple(groups), names, origins=tuple(origins))


def examples_from(path: Path, *, stack: Path | None = None, patch: int | None = None) -> Examples:
    """Read examples from a folder or a table.

    Parameters
    ----------
    path : Path
        A folder with a folder of images for each class, or a table (.csv) with the columns ``path`` and
        ``class``. Further columns are optional: ``group`` (specimen or session; without it the file),
        ``frame`` (of a stack, from 0), ``row`` and ``column`` (middle of a patch in px, from 0).
    stack : Path, optional
        File that all rows of a table are about, which then needs no ``path``.
    patch : int, optional
        Side of the patches in px, for a table with rows and columns. The images of a folder are cut into
        patches.

    Raises
    ------
    InputError
        If something is missing or cannot be read; the line names it.
    """
    if path.is_dir():
        if stack is not None:
            raise InputError("a stack needs a table of its frames, not a folder.")
        return _from_folder(path, patch)
    return _from_table(path, stack, patch)


def frames_of(path: Path) -> list[Image]:
    """Frames of a file, or its only image, as float32 (Y, X)."""
    pixels = read_image(path).pixels
    return list(pixels) if pixels.ndim == 3 else [pixels]


def patches_of(image: Image, side: int) -> list[tuple[int, int]]:
    """Top left corners of the patches that tile an image, without remainders.

    Raises
    ------
    InputError
        If not even one fits.
    """
    rows, columns = ((length // side) for length in image.shape[-2:])
    if not (side > 0 and rows and columns):
        raise InputError(
            f"no patch of {side} px fits into an image of {image.shape[0]} x {image.shape[1]} px."
        )
    return [(side * row, side * column) for row in range(rows) for column in range(columns)]


def image_files(folder: Path) -> list[Path]:
    """All images in a folder, by name."""
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)


def _from_folder(folder: Path, patch: int | None) -> Examples:
    classes = sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))
    files = [(one.name, file) for one in classes for file in image_files(one)]
    if not files:
        raise InputError(f"{folder} holds no folders with images; make one for each class, named after it.")
    found = [(name, image, origin) for name, file in files for image, origin in _parts(file, patch)]
    names, origins = [name for name, _, _ in found], [origin for _, _, origin in found]
    groups = [str(origin.file) for origin in origins]
    return Examples.named([image for _, image, _ in found], names, groups, origins)


def _parts(file: Path, patch: int | None) -> Iterator[tuple[Image, Origin]]:
    for index, frame in enumerate(frames_of(file)):
        if patch is None:
            yield frame, Origin(file, index)
            continue
        for corner in patches_of(frame, patch):
            yield _cut(frame, corner, patch), Origin(file, index, corner, patch)


def _from_table(path: Path, stack: Path | None, patch: int | None) -> Examples:
    rows = rows_of(path)
    read = lru_cache(maxsize=4)(frames_of)
    images, classes, groups, origins = [], [], [], []
    for number, row in enumerate(rows, 2):
        file = stack if stack is not None else file_of(path, row, number)
        if not (name := (row.get("class") or "").strip()):
            raise InputError(f"line {number} of {path.name} names no class.")
        origin = _origin(file, read(file), row, patch, f"line {number} of {path.name}")
        images.append(_seen(read(file), origin))
        origins.append(origin)
        classes.append(name)
        groups.append((row.get("group") or "").strip() or str(file))
    return Examples.named(images, classes, groups, origins)


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Read a table with a column class.

    Raises
    ------
    InputError
        If it cannot be read or has no such column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); give a folder or a .csv table."
        ) from None
    except (UnicodeDecodeError, csv.Error):
        raise InputError(f"{path.name} is no table; give a folder or a .csv table.") from None
    if not rows or "class" not in rows[0]:
        raise InputError(f"{path.name} has no rows under a column class; give path, class and perhaps group.")
    return rows


def file_of(table: Path, row: Mapping[str, Any], number: int, column: str = "path") -> Path:
    """File in a column of a row; relative ones lie beside the table.

    Raises
    ------
    InputError
        If none is named.
    """
    if not (text := (row.get(column) or "").strip()):
        raise InputError(f"line {number} of {table.name} names no {column}.")
    return table.parent / text


def _origin(file: Path, frames: list[Image], row: Mapping[str, Any], patch: int | None, where: str) -> Origin:
    frame = number_in(row, "frame", where)
    if frame is None and len(frames) > 1:
        raise InputError(f"{where} is about a stack; give its frame, from 0 to {len(frames) - 1}.")
    if not 0 <= (frame or 0) < len(frames):
        raise InputError(f"{where}: there is no frame {frame}; there are {len(frames)}, from 0.")
    row_at, column_at = (number_in(row, name, where) for name in ("row", "column"))
    if row_at is None or column_at is None:
        return Origin(file, frame or 0)
    if patch is None:
        raise InputError(f"{where} is about a patch; say how large patches are.")
    corner = _moved_inside(frames[frame or 0], (row_at - patch // 2, column_at - patch // 2), patch)
    return Origin(file, frame or 0, corner, patch)


def _seen(frames: list[Image], origin: Origin) -> Image:
    image = frames[origin.frame]
    if origin.corner is None or origin.side is None:
        return image
    return _cut(image, origin.corner, origin.side)


def number_in(row: Mapping[str, Any], name: str, where: str) -> int | None:
    """Whole number in a row; None if it is empty.

    Raises
    ------
    InputError
        If it is no number.
    """
    text = (row.get(name) or "").strip()
    try:
        return round(float(text)) if text else None
    except (ValueError, OverflowError):
        raise InputError(f"{where}: {name} {text!r} is no number.") from None


def _moved_inside(image: Image, corner: tuple[int, int], side: int) -> tuple[int, int]:
    """First row and column of a patch, moved inside where it would reach over the border."""
    if side > min(image.shape):
        raise InputError(
            f"no patch of {side} px fits into an image of {image.shape[0]} x {image.shape[1]} px."
        )
    top, left = (min(max(at, 0), length - side) for at, length in zip(corner, image.shape, strict=True))
    return top, left


def _cut(image: Image, corner: tuple[int, int], side: int) -> Image:
    top, left = corner
    return image[top : top + side, left : left + side]
