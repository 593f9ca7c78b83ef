"""Names for output files."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from pathlib import Path


def unique_stems(paths: Sequence[str | os.PathLike[str]]) -> list[str]:
    """Give every input file an output stem of its own.

    A stem that occurs once stays. Where several files share one (letter case aside, as on Windows and macOS),
    the name of the folder is put before it, ``run1/a.tif`` and ``run2/a.tif`` becoming ``run1_a`` and
    ``run2_a``; where that does not tell them apart, a number is added: ``a``, ``a_2``.

    Parameters
    ----------
    paths : sequence of path

    Returns
    -------
    list of str
        Distinct (letter case aside), in the order of `paths`; the same input gives the same output.
    """
    files = [Path(path) for path in paths]
    namesakes: defaultdict[str, list[Path]] = defaultdict(list)
    for file in files:
        namesakes[_key(file.stem)].append(file)
    # A stem that is alone keeps its name, whatever the others are turned into.
    taken = {key for key, group in namesakes.items() if len(group) == 1}
    apart = {key for key, group in namesakes.items() if len({_folder(file) for file in group}) > 1}
    return [
        file.stem if len(namesakes[_key(file.stem)]) == 1 else _claimed(file, _key(file.stem) in apart, taken)
        for file in files
    ]


def _claimed(file: Path, add_folder: bool, taken: set[str]) -> str:
    folder = _folder(file) if add_folder else ""
    stem = _free(f"{folder}_{file.stem}" if folder else file.stem, taken)
    taken.add(_key(stem))
    return stem


def _folder(file: Path) -> str:
    return file.absolute().parent.name


def _free(stem: str, taken: set[str]) -> str:
    if _key(stem) not in taken:
        return stem
    return next(name for number in count(2) if _key(name := f"{stem}_{number}") not in taken)


def _key(stem: str) -> str:
    return stem.casefold()
