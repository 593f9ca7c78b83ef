"""Pixel size as text, with where it came from."""

from __future__ import annotations

from qtpy.QtWidgets import QLineEdit, QWidget

from napari_grains.images import PixelSize


class PixelSizeField(QLineEdit):
    """Pixel size as text such as "0.44 um"; empty: unknown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given: PixelSize | None = None
        self._given_text = ""
        self.setPlaceholderText("such as 0.44 um")

    @property
    def is_typed(self) -> bool:
        """Whether the text is the user's own, neither a suggestion nor measured."""
        return self.text().strip() != self._given_text

    def suggest(self, size: PixelSize | None) -> None:
        """Fill in what is known or was measured."""
        self._given = size
        self._given_text = "" if size is None else str(size)
        self.setText(self._given_text)

    def value(self) -> PixelSize | None:
        """Return the pixel size, None for an empty field.

        Raises
        ------
        InputError
            If the text is no pixel size.
        """
        if not self.is_typed:
            return self._given  # exact, where the text is rounded
        text = self.text().strip()
        return PixelSize.parse(text) if text else None
