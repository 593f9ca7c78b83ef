"""A diameter in px that may be left to the program."""

from __future__ import annotations

import math

from qtpy.QtWidgets import QLineEdit, QWidget

from napari_grains.errors import InputError


class DiameterField(QLineEdit):
    """A diameter in px as text; empty: automatic."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("automatic")

    def value(self) -> float | None:
        """Return the diameter, None for an empty field.

        Raises
        ------
        InputError
            If the text is no diameter.
        """
        text = self.text().strip().removesuffix("px").strip()
        if not text:
            return None
        try:
            diameter = float(text.replace(",", "."))
        except ValueError:
            diameter = math.nan
        if not (math.isfinite(diameter) and diameter >= 0):
            raise InputError(f"“{text}” is no diameter: type px, such as 6, or nothing for automatic.")
        return diameter
