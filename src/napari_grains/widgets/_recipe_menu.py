"""Recipes from files and into files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qtpy.QtCore import QObject, Signal
from qtpy.QtGui import QAction
from qtpy.QtWidgets import QFileDialog, QMenu, QPushButton

from napari_grains import synthesis
from napari_grains.errors import InputError

if TYPE_CHECKING:
    from napari_grains.synthesis import Recipe

_OPENED: Final = "Recipes (*.json *.toml)"
_SAVED: Final = "Recipe (*.json)"


class RecipeMenu(QObject):
    """What the button "Recipe" offers: the default, one from a file, and to save the present one.

    Parameters
    ----------
    button : QPushButton
        Gets the menu.
    recipe : callable
        Returns the present recipe.

    Attributes
    ----------
    opened : Signal(Recipe, str)
        A recipe to show, and a line that says where it is from.
    failed : Signal(str)
        What went wrong, in one line.
    """

    opened = Signal(object, str)
    failed = Signal(str)

    def __init__(self, button: QPushButton, recipe: Callable[[], Recipe]) -> None:
        super().__init__(button)
        self._button, self._recipe = button, recipe
        self.menu = QMenu(button)
        self.menu.setToolTipsVisible(True)
        for text, tip, slot in (
            ("Default", "What the bundled network was trained on", self.show_default),
            ("Open…", "A recipe file: .json or .toml, with what differs from the default", self.open),
            ("Save…", "Write a recipe file, which the command line reads as well", self.save),
        ):
            action = QAction(text, self.menu)
            action.setToolTip(tip)
            action.triggered.connect(slot)
            self.menu.addAction(action)
        button.setMenu(self.menu)

    def show_default(self) -> None:
        """Go back to the default."""
        self.opened.emit(synthesis.Recipe(), "Default recipe")

    def open(self) -> None:
        """Ask for a file and read it."""
        chosen, _ = QFileDialog.getOpenFileName(self._button, "Recipe", "", _OPENED)
        if chosen:
            try:
                recipe = synthesis.read_recipe(chosen)
            except InputError as error:
                self.failed.emit(str(error))
            else:
                self.opened.emit(recipe, f"Recipe {Path(chosen).name}")

    def save(self) -> None:
        """Ask for a file and write it."""
        chosen, _ = QFileDialog.getSaveFileName(self._button, "Recipe", "recipe.json", _SAVED)
        if chosen:
            path = Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.json")
            try:
                synthesis.write_recipe(path, self._recipe())
            except (InputError, OSError) as error:
                self.failed.emit(f"{error}")
