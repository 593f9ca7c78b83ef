"""The networks that a user can name: bundled ones in this folder and those saved in the user's own.

Networks that find boundaries, networks that find phases, and classifiers lie in the same folders and are
listed apart.
Listing them imports no torch, so that the viewer may.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from napari_grains.errors import InputError
from napari_grains.weights._copy import copy_network
from napari_grains.weights._header import (
    CLASSIFIER,
    KEY,
    PHASES,
    card_text,
    describe_network,
    finds_phases,
    is_classifier,
    kind_of,
)

SUFFIX: Final = ".safetensors"
STATE_SUFFIX: Final = f".training{SUFFIX}"
"""Of what lies beside a network so that its training can be gone on with; no network itself."""

__all__ = [
    "CLASSIFIER",
    "KEY",
    "PHASES",
    "STATE_SUFFIX",
    "SUFFIX",
    "bundled_folder",
    "card_text",
    "copy_network",
    "describe_network",
    "find_classifier",
    "find_network",
    "find_phase_network",
    "finds_phases",
    "history_folder",
    "is_classifier",
    "kind_of",
    "list_classifiers",
    "list_history",
    "list_networks",
    "list_phase_networks",
    "user_folder",
]


def bundled_folder() -> Path:
    """Folder of the networks that come with the package."""
    return Path(str(files("napari_grains"))) / "weights"


def user_folder() -> Path:
    """Folder of the user's own networks: NAPARI_GRAINS_NETWORKS, else one in the home directory."""
    return Path(os.environ.get("NAPARI_GRAINS_NETWORKS") or Path.home() / ".napari-grains" / "networks")


def history_folder() -> Path:
    """Folder of the networks that were fine-tuned without being given a name; see `list_history`."""
    return user_folder() / "history"


def list_history() -> list[Path]:
    """Files of the networks that were fine-tuned without being given a name, the latest first.

    Their cards, see `describe_network`, tell when, on what and how well.
    """
    return sorted(history_folder().glob(f"*{SUFFIX}"), key=lambda file: file.stem, reverse=True)


def list_networks() -> dict[str, Path]:
    """Name and file of every network that finds boundaries; the user's own win over bundled ones.

    A file that cannot be read is among them: whoever chooses it is told why.
    """
    return _named(lambda file: not is_classifier(file) and not finds_phases(file))


def list_phase_networks() -> dict[str, Path]:
    """Name and file of every network that names the phase of each pixel."""
    return _named(finds_phases)


def list_classifiers() -> dict[str, Path]:
    """Name and file of every classifier."""
    return _named(is_classifier)


def find_network(name_or_file: str | os.PathLike[str] = "default") -> Path:
    """File of a network that finds boundaries, given by name or by path.

    A classifier of that name is found where there is nothing else, so that its reader can say what it is.

    Raises
    ------
    InputError
        If there is neither such a name nor such a file.
    """
    return _found(name_or_file, list_networks(), "network")


def find_phase_network(name_or_file: str | os.PathLike[str]) -> Path:
    """File of a network that names the phase of each pixel, given by name or by path; as `find_network`.

    Raises
    ------
    InputError
        If there is neither such a name nor such a file.
    """
    return _found(name_or_file, list_phase_networks(), "network for phases")


def find_classifier(name_or_file: str | os.PathLike[str]) -> Path:
    """File of a classifier, given by name or by path; as `find_network`.

    Raises
    ------
    InputError
        If there is neither such a name nor such a file.
    """
    return _found(name_or_file, list_classifiers(), "classifier")


def _named(wanted: Callable[[Path], bool]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in (bundled_folder(), user_folder()):
        files = sorted(folder.glob(f"*{SUFFIX}"))
        found |= {file.stem: file for file in files if not file.name.endswith(STATE_SUFFIX) and wanted(file)}
    return found


def _found(name_or_file: str | os.PathLike[str], of_the_kind: Mapping[str, Path], kind: str) -> Path:
    name = str(name_or_file)
    for networks in (of_the_kind, _named(lambda _: True)):
        if name in networks:
            return networks[name]
    path = Path(name_or_file)
    if path.is_file():
        return path
    known = ", ".join(of_the_kind) or "none"
    raise InputError(f"there is no {kind} {name!r}; give a {SUFFIX} file or one of: {known}.")
