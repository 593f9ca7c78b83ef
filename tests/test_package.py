"""What importing the package and its rooms brings along, each tried in a fresh interpreter."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

import napari_grains

TORCH = {"torch", "torchvision"}
VIEWER = {"napari", "qtpy", "magicgui", "superqt", "PyQt6", "PySide6"}

WITHOUT_EITHER = ("errors", "events", "images", "grains", "samples", "synthesis", "jobs", "engine")
WITHOUT_VIEWER = ("networks", "inference", "worker", "cli")


def brought_along(module: str) -> set[str]:
    """Top-level packages that are loaded after importing `module` in a new process."""
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
    )
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def test_importing_the_package_brings_no_heavy_library() -> None:
    assert not brought_along("napari_grains") & (TORCH | VIEWER | {"numpy", "scipy", "skimage", "matplotlib"})


@pytest.mark.parametrize("room", WITHOUT_EITHER)
def test_rooms_of_the_viewer_process_import_neither_torch_nor_a_viewer(room: str) -> None:
    assert not brought_along(f"napari_grains.{room}") & (TORCH | VIEWER)


@pytest.mark.parametrize("room", WITHOUT_VIEWER)
def test_rooms_of_the_engine_process_import_no_viewer(room: str) -> None:
    assert not brought_along(f"napari_grains.{room}") & VIEWER


@pytest.mark.viewer
def test_widgets_import_no_torch() -> None:
    assert not brought_along("napari_grains.widgets") & TORCH


def test_version_is_that_of_the_installed_distribution() -> None:
    assert napari_grains.__version__[0].isdigit()
    assert "unknown" not in napari_grains.__version__


def imported_libraries() -> set[str]:
    """Top-level names of the libraries imported anywhere in the package, lazily or not."""
    trees = [ast.parse(path.read_text("utf-8")) for path in Path(napari_grains.__file__).parent.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"napari_grains"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_imported_library_is_a_declared_dependency() -> None:
    declared = {
        canonical(re.split(r"[^\w.-]", requirement)[0]) for requirement in requires("napari-grains") or ()
    }
    providers = packages_distributions()
    missing = {
        name
        for name in imported_libraries()
        if not declared & {canonical(provider) for provider in providers.get(name, [name])}
    }
    assert not missing
