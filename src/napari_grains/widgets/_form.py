"""Rows of labels and fields that stand in one column in all boxes of a dock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from qtpy.QtCore import QEvent, QObject, QSize, Qt
from qtpy.QtWidgets import (
    QFormLayout,
    QGroupBox,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

_LABEL_WIDTH: Final = 70
"""Pixels, the same in all boxes."""

_MARGIN: Final = 6
_LEAST_HEIGHT: Final = 200

Row: TypeAlias = tuple[QLabel, QWidget | QLayout]


def row(name: str, field: QWidget | QLayout, *, buddy: QWidget | None = None) -> Row:
    """Make a labelled row; the label has the tooltip of the field, and names it for screen readers."""
    label = QLabel(name)
    label.setMinimumWidth(_LABEL_WIDTH)
    target = buddy or (field if isinstance(field, QWidget) else None)
    if target is not None:
        label.setBuddy(target)
        label.setToolTip(target.toolTip())
        target.setAccessibleName(name)
    return label, field


def rows_of(box: QGroupBox, *rows: Row, below: Sequence[QWidget] = ()) -> QFormLayout:
    """Fill a box with rows and, below them, with widgets of its whole width."""
    column, form = QVBoxLayout(box), QFormLayout()
    column.setContentsMargins(8, 6, 8, 6)
    column.setSpacing(4)
    column.addLayout(form)
    for widget in below:
        column.addWidget(widget)  # text that wraps gets its height in a column, not in a form
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setVerticalSpacing(4)
    for label, field in rows:
        form.addRow(label, field)
    return form


class _Column(QScrollArea):
    """Scrolls up and down, and is as wide as what is in it needs."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        """Tell the dock when what is in it needs more or less."""
        if event is not None and watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return bool(super().eventFilter(watched, event))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Leave room for the scroll bar, which appears when the window gets low."""
        column, bar = self.widget(), self.verticalScrollBar()
        if column is None or bar is None:
            return super().minimumSizeHint()
        return QSize(column.minimumSizeHint().width() + bar.sizeHint().width(), _LEAST_HEIGHT)


def lay_out_in_column(dock: QWidget, parts: Sequence[QWidget]) -> None:
    """Put the parts of a dock below each other; where the window is too low for them they scroll."""
    column, scroll, outer = QWidget(), _Column(), QVBoxLayout(dock)
    layout = QVBoxLayout(column)
    layout.setContentsMargins(*[_MARGIN] * 4)
    layout.setSpacing(_MARGIN)
    for part in parts:
        layout.addWidget(part)
    layout.addStretch()
    scroll.setWidget(column)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(scroll)


def reveal(part: QWidget) -> None:
    """Scroll to a part of a dock where the window is too low to show all of them."""
    parent = part.parentWidget()
    while parent is not None and not isinstance(parent, _Column):
        parent = parent.parentWidget()
    if parent is not None:
        parent.ensureWidgetVisible(part, 0, _MARGIN)


def small_button(text: str, tip: str) -> QPushButton:
    """Make a button as wide as its text, to stand beside a field."""
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setFixedWidth(button.fontMetrics().horizontalAdvance(text) + 20)
    return button
