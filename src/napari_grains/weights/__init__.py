"""The networks that a user can name: bundled ones in this folder and those saved in the user's own.

Listing them imports no torch, so that the viewer may.
"""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import Final

from napari_grains.errors import InputError
from napari_grains.weights._copy import copy_network
from napari_grains.weights._header import KEY, card_text, describe_network

SUFFIX: Final = ".safetensors"
STATE_SUFFIX: Final = f".training{SUFFIX}"
"""Of what lies beside a network so that its training can be gone on with; no network itself."""

__all__ = [
    "KEY",
    "STATE_SUFFIX",
    "SUFFIX",
    "bundled_folder",
    "card_text",
    "copy_network",
    "describe_network",
    "find_network",
    "history_folder",
    "list_history",
    "list_networks",
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
    """Name and file of every network; the user's own win over bundled ones of the same name."""
    found: dict[str, Path] = {}
    for folder in (bundled_folder(), user_folder()):
        files = sorted(folder.glob(f"*{SUFFIX}"))
        found |= {file.stem: file for file in files if not file.name.endswith(STATE_SUFFIX)}
    return found


def find_network(name_or_file: str | os.PathLike[str] = "default") -> Path:
    """File of a network given by name or by path.

    Raises
    ------
    InputError
        If there is neither such a name nor such a file.
    """
    networks = list_networks()
    if str(name_or_file) in networks:
        return networks[str(name_or_file)]
    path = Path(name_or_file)
    if path.is_file():
        return path
    known = ", ".join(networks) or "none"
    raise InputError(f"there is no network {str(name_or_file)!r}; give a {SUFFIX} file or one of: {known}.")
