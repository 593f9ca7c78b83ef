"""The table of grains in the window of a viewer."""

from __future__ import annotations

import pytest
from grain_layers import add_grains, voronoi
from grain_table_use import STACK, chosen, click, listed, names, table_of, view_of
from napari.utils._proxies import PublicOnlyProxy
from qtpy.QtCore import QCoreApplication, QEvent, Qt
from qtpy.QtWidgets import QApplication, QWidget

from napari_grains.widgets._grain_table import GrainTable
from napari_grains.widgets._session import Session


def show(viewer):
    viewer.window._qt_window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    viewer.window._qt_window.show()
    viewer.window.resize(1280, 800)
    QApplication.processEvents()


def test_no_engine_is_started(window, docked, qtbot):
    assert not window.window._qt_window.findChildren(Session)
    through_proxy = GrainTable(PublicOnlyProxy(window))
    qtbot.addWidget(through_proxy)
    assert through_proxy.layers.layer is window.layers[0]
    click(qtbot, through_proxy, 3)
    assert window.layers[0].selected_label == 4


def test_a_closed_dock_hears_nothing_and_one_put_back_catches_up(window, docked, qtbot):
    viewer, dock, layer = window, docked, window.layers[0]
    callbacks = len(viewer.mouse_drag_callbacks)
    dock.this_grain.setChecked(True)
    viewer.window.remove_dock_widget(dock)
    assert len(viewer.mouse_drag_callbacks) == callbacks - 1
    assert not layer.show_selected_label
    layer.selected_label = 12
    layer.features = table_of(voronoi(25))
    add_grains(viewer, voronoi(20), name="added while closed")
    assert names(dock) == ["steel grains"]
    viewer.window.add_dock_widget(dock, name="again")
    assert names(dock) == ["added while closed", "steel grains"]
    assert dock.layers.layer is layer
    assert len(listed(dock)) == 25
    layer.selected_label = 3
    assert chosen(dock) == [3]
    assert len(viewer.mouse_drag_callbacks) == callbacks
    click(qtbot, dock, 7)
    assert layer.selected_label == 8


def test_a_deleted_dock_hears_nothing(window, docked, qtbot):
    viewer, dock, layer = window, docked, window.layers[0]
    viewer.window.remove_dock_widget(dock)
    dock.deleteLater()
    QCoreApplication.sendPostedEvents(dock, QEvent.Type.DeferredDelete.value)
    layer.selected_label = 3
    viewer.theme = "light"
    viewer.layers.clear()


def test_the_viewer_may_close_with_the_dock_open(window, docked):
    layer = window.layers[0]
    docked.this_grain.setChecked(True)
    window.close()
    layer.selected_label = 3


def test_viewers_do_not_mix(window, docked, make_napari_viewer, add_dock, qtbot):
    viewer, dock, layer = window, docked, window.layers[0]
    other = make_napari_viewer()
    theirs = add_grains(other, voronoi(20), name="theirs")
    second = add_dock(other)
    assert (names(dock), names(second)) == (["steel grains"], ["theirs"])
    before = view_of(viewer)
    click(qtbot, second, 4)
    assert (layer.selected_label, theirs.selected_label) == (1, 5)
    assert view_of(viewer) == before


def test_numbers_are_seen_whole_and_columns_stay_where_they_are_scrolled(window, docked):
    """No column is narrower than its header or its numbers."""
    view, layer = docked.view, window.layers[0]
    show(window)
    for column in range(docked.model.columnCount()):
        assert view.columnWidth(column) >= view.sizeHintForColumn(column)
        assert view.columnWidth(column) >= view.horizontalHeader().sectionSizeHint(column)
    view.horizontalScrollBar().setValue(150)
    layer.selected_label = 39
    view.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    assert view.horizontalScrollBar().value() == 150
    assert view.viewport().rect().intersects(view.visualRect(docked.model.index(view.chosen_rows[0], 3)))


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("area", ["left", "right", "bottom"])
def test_nothing_is_cut_off_in_a_small_window(make_napari_viewer, add_dock, theme, area):
    viewer = make_napari_viewer()
    viewer.theme = theme
    add_grains(viewer, STACK)
    dock = add_dock(viewer, area=area)
    show(viewer)
    dock._say("/a/folder/with/a/long/name/table.csv cannot be written (no space): choose another folder.")
    QApplication.processEvents()
    narrowest = 520 if area == "bottom" else 290
    dock.arrange(narrowest)
    dock.layout().activate()
    assert dock.minimumSizeHint().width() <= narrowest
    dock.arrange(dock.width())
    dock.layout().activate()
    assert dock.minimumSizeHint().width() <= dock.width()
    QApplication.processEvents()
    for widget in dock.findChildren(QWidget):
        if widget.isVisibleTo(dock) and not dock.view.isAncestorOf(widget):
            assert widget.visibleRegion().boundingRect().size() == widget.size(), widget
            assert widget.width() >= widget.minimumSizeHint().width(), widget
    fields = (dock.layers, dock.this_slice, dock.this_grain, dock.view, dock.summary, dock.copy, dock.export)
    for field in fields:
        assert field.toolTip()
