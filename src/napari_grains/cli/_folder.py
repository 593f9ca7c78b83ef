"""The folder that results go to: checked before any work, and written whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from napari_grains.errors import InputError
from napari_grains.files import replacing
from napari_grains.images import PixelSize, unique_stems, write_tiff

from ._json import plain, to_json


@dataclass(frozen=True)
class Input:
    """A file to work on and the stem of what comes out of it."""

    path: Path
    stem: str


@dataclass(frozen=True)
class ResultFolder:
    """An existing folder that can be written."""

    path: Path

    @classmethod
    def make(cls, path: Path) -> ResultFolder:
        """Make a folder, with its parents, or take the one that is there.

        Raises
        ------
        InputError
            If it cannot be made or written.
        """
        try:
            path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=path):
                pass
        except (FileExistsError, NotADirectoryError):
            raise InputError(f"--output {path} is not a folder; name another one.") from None
        except OSError as error:
            raise InputError(
                f"cannot write to --output {path} ({error.strerror}); name another folder."
            ) from None
        return cls(path)

    def inputs(self, paths: Sequence[Path], endings: Sequence[str]) -> list[Input]:
        """Give every input file a stem of its own.

        Parameters
        ----------
        paths : sequence of Path
            The files to work on.
        endings : sequence of str
            What is put behind a stem to name its results.

        Raises
        ------
        InputError
            If a result would take the place of an input.
        """
        inputs = [Input(path, stem) for path, stem in zip(paths, unique_stems(paths), strict=True)]
        results = {(self.path / f"{each.stem}{ending}").resolve() for each in inputs for ending in endings}
        lost = [path for path in paths if path.resolve() in results]
        if lost:
            raise InputError(f"the results would overwrite the input {lost[0]}; name another --output.")
        return inputs

    def write_text(self, name: str, text: str) -> str:
        """Write a text file, whole or not at all.

        Returns
        -------
        str
            Its path.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        path = self.path / name
        try:
            with replacing(path) as unfinished:
                unfinished.write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            raise InputError(
                f"cannot write {path} ({error.strerror}); free some space or name another --output."
            ) from None
        return str(path)

    def write_images(
        self,
        stem: str,
        images: Mapping[str, NDArray[Any]],
        pixel_size: PixelSize | None,
        provenance: Mapping[str, Any],
    ) -> dict[str, str]:
        """Write images with their calibration and where they come from as ``<stem>_<name>.tif``.

        Returns
        -------
        dict of str to str
            Their paths by name.
        """
        paths = {}
        for name, array in images.items():
            path = self.path / f"{stem}_{name}.tif"
            write_tiff(path, array, pixel_size, description=plain({**provenance, "content": name}))
            paths[name] = str(path)
        return paths

    def write_json(self, name: str, value: object) -> str:
        """Write a value as JSON; see `write_text`."""
        return self.write_text(name, to_json(value, indent=2) + "\n")
