"""The part of the dock that says what synthetic micrographs look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from qtpy.QtCore import QSignalBlocker, Signal
from qtpy.QtWidgets import QCheckBox, QGroupBox, QHBoxLayout

from napari_grains.synthesis import KINDS, Range, Recipe
from napari_grains.widgets._combos import NarrowComboBox
from napari_grains.widgets._form import row, rows_of, small_button
from napari_grains.widgets._knobs import FactorField, RangeField
from napari_grains.widgets._recipe_factors import FACTORS, with_factors
from napari_grains.widgets._recipe_menu import RecipeMenu
from napari_grains.widgets._run_panel import TextLine

_ALL: Final = "all classes"
_AUTO_TIP: Final = "auto: as the contrast class has it; moving a handle sets the range"
_TIPS: Final = {
    "kinds": "What makes boundaries visible: lines, grooves, grey levels of the grains…\n"
    "If your micrographs are of one class, choose it: the network then learns that class alone.",
    "grain_diameter": "Mean grain diameter of a micrograph, px.\n"
    "Later, images are resized to this range for the network.",
    "line_width": "Full width of the boundary lines, px",
    "elongation": "Long to short axis of the grains, as in rolled material",
    "size_spread": "Standard deviation of the logarithm of the radii: 0 all alike, 0.5 very different",
    "boundary_contrast": "How strongly lines and grooves stand out",
    "noise": "Strength of the noise",
    "artefacts": "Uneven light, curtaining, charging, displaced scan lines, long scratches, compression",
    "clutter": "Scratches, pits, dirt and rings inside the grains, which are no boundaries",
    "particles": "Second phase, pores and films",
    "twins": "How many grains hold annealing twins",
    "twins_counted": "Ticked: twin boundaries are boundaries, and the network learns to find them.\n"
    "Not ticked: it learns to leave them out, as ASTM E112 does.",
}
_NAMES: Final = {"boundary_contrast": "Boundaries"}
_DRAWN: Final = {"elongation": "structure.elongation", "size_spread": "structure.size_spread"}
"""Ranges that the contrast class may leave open."""


class RecipeBox(QGroupBox):
    """Main knobs of a recipe; what they do not show is kept as it was.

    Attributes
    ----------
    changed : Signal
        Another recipe, by the user's hand.
    kinds : QComboBox
        Class of contrast.
    ranges : dict of RangeField
        "grain_diameter", "line_width", "elongation", "size_spread".
    factors : dict of FactorField
        Named as in `Recipe`.
    twins_counted : QCheckBox
    menu : RecipeMenu
    line : TextLine
        Where the recipe is from, or what is wrong with it.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__("Synthetic specimen")
        self._base = Recipe()
        self._touched: set[str] = set()
        self.kinds, self.twins_counted, self.line = NarrowComboBox(), QCheckBox("count"), TextLine()
        self.kinds.addItems([_ALL, *KINDS])
        self.ranges = {
            "grain_diameter": RangeField(4, 200, logarithmic=True),
            "line_width": RangeField(0.5, 12, decimals=1, logarithmic=True),
            "elongation": RangeField(1, 6, decimals=1, logarithmic=True, automatic=True),
            "size_spread": RangeField(0, 0.8, decimals=2, automatic=True),
        }
        self.factors = {name: FactorField() for name in FACTORS}
        self._button = small_button("Recipe", "The default recipe, one from a file, or save this one")
        self._button.setFixedWidth(self._button.width() + 16)
        self.menu = RecipeMenu(self._button, lambda: self.recipe)
        self._lay_out()
        self._connect()
        self.show_recipe(self._base)

    @property
    def recipe(self) -> Recipe:
        """What the knobs say."""
        fields: dict[str, Any] = {}
        if "kinds" in self._touched:
            fields["kinds"] = self._chosen_kinds()
        if "twins_counted" in self._touched:
            fields["twins_counted"] = self.twins_counted.isChecked()
        for name in self._touched & {"grain_diameter", "line_width"}:
            fields[name] = self.ranges[name].value()
        recipe = replace(self._base, **fields, ranges=self._drawn())
        return with_factors(
            recipe, {name: self.factors[name].value() for name in self._touched & set(FACTORS)}
        )

    def show_recipe(self, recipe: Recipe, origin: str = "") -> None:
        """Set all knobs, and say where the recipe is from."""
        self._base, self._touched = recipe, set()
        kinds = [name for name, weight in recipe.kinds.items() if weight > 0]
        with QSignalBlocker(self.kinds), QSignalBlocker(self.twins_counted):
            self.kinds.setCurrentIndex(self.kinds.findText(kinds[0]) if len(kinds) == 1 else 0)
            self.twins_counted.setChecked(recipe.twins_counted)
        for name in ("grain_diameter", "line_width"):
            self.ranges[name].show_value(getattr(recipe, name))
        for name, drawn in _DRAWN.items():
            known = recipe.ranges.get(drawn)
            self.ranges[name].show_value(None if known is None else (known.low, known.high))
        for name, factor in self.factors.items():
            factor.show_value(getattr(recipe, name))
        self.say(origin)

    def say(self, text: str) -> None:
        """Show one line."""
        self.line.setText(text)
        self.line.setVisible(bool(text))

    def _chosen_kinds(self) -> Mapping[str, float]:
        if self.kinds.currentIndex() > 0:
            return {self.kinds.currentText(): 1.0}
        return self._base.kinds if len(self._base.kinds) > 1 else Recipe().kinds

    def _drawn(self) -> Mapping[str, Range]:
        ranges = dict(self._base.ranges)
        for name in self._touched & set(_DRAWN):
            ranges.pop(_DRAWN[name], None)
            if (value := self.ranges[name].value()) is not None:
                ranges[_DRAWN[name]] = Range(*value)
        return ranges

    def _lay_out(self) -> None:
        self.kinds.setToolTip(_TIPS["kinds"])
        self.twins_counted.setToolTip(_TIPS["twins_counted"])
        for name, field in self.ranges.items():
            field.describe(_TIPS[name], _AUTO_TIP)
        for name, factor in self.factors.items():
            factor.describe(_TIPS[name])
        top, twins = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.kinds, 1)
        top.addWidget(self._button)
        twins.addWidget(self.factors["twins"], 1)
        twins.addWidget(self.twins_counted)
        rows = [
            row("Contrast", top, buddy=self.kinds),
            row("Grains, px", self.ranges["grain_diameter"]),
            row("Lines, px", self.ranges["line_width"]),
            row("Elongation", self.ranges["elongation"]),
            row("Size spread", self.ranges["size_spread"]),
        ]
        rows += [row(_name(name), self.factors[name]) for name in FACTORS if name != "twins"]
        rows_of(self, *rows, row("Twins", twins, buddy=self.factors["twins"]), below=[self.line])

    def _connect(self) -> None:
        named: dict[str, RangeField | FactorField] = {**self.ranges, **self.factors}
        for name, field in named.items():
            field.changed.connect(lambda name=name: self._touch(name))
        self.kinds.currentIndexChanged.connect(lambda _: self._touch("kinds"))
        self.twins_counted.toggled.connect(lambda _: self._touch("twins_counted"))
        self.menu.opened.connect(self._take)
        self.menu.failed.connect(self.say)

    def _touch(self, name: str) -> None:
        self._touched.add(name)
        self.changed.emit()

    def _take(self, recipe: Recipe, origin: str) -> None:
        self.show_recipe(recipe, origin)
        self.changed.emit()


def _name(factor: str) -> str:
    return _NAMES.get(factor, factor.capitalize())
