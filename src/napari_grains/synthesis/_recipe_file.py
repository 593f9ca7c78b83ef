"""Recipes as files."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

from napari_grains.errors import InputError
from napari_grains.files import replacing

from ._recipe import Recipe


def read_recipe(path: str | os.PathLike[str]) -> Recipe:
    """Read a recipe file, .json or .toml, that says what differs from the default recipe.

    Raises
    ------
    InputError
        If the file cannot be read or is no recipe.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except OSError as error:
        raise InputError(f"cannot read the recipe {path}: {error.strerror or error}.") from None
    except ValueError as error:
        raise InputError(f"the recipe {path} is not readable: {error}.") from None
    if not isinstance(values, dict):
        raise InputError(f"the recipe {path} holds no table of names and values.")
    try:
        return Recipe.from_dict(values)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None


def write_recipe(path: str | os.PathLike[str], recipe: Recipe) -> None:
    """Write a recipe as JSON, whole or not at all.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    text = json.dumps(recipe.to_dict(), indent=2) + "\n"
    try:
        with replacing(path) as unfinished:
            unfinished.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write the recipe {path}: {error.strerror or error}.") from None
