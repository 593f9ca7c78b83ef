"""Undo and redo over all slices."""

from __future__ import annotations

import numpy as np

from napari_grains.grains import Edit, History
from napari_grains.grains._proofread._edit import Regrouped


def moved(regions, before, after, low, high):
    return Edit(
        "threshold",
        (0, 4, 0, 4),
        regrouped=Regrouped(*(np.array(each, np.int32) for each in (regions, before, after))),
        threshold=(low, high),
    )


def test_steps_go_back_and_forth_over_slices():
    history, one, two = History(), Edit("merge"), Edit("split")
    assert (history.can_undo, history.undo(), history.undo_text) == (False, None, "")
    history.record(3, one)
    history.record(5, two)
    assert history.undo_text == "splitting a grain"
    assert history.undo() == (5, two)
    assert (history.undo_text, history.redo_text) == ("merging grains", "splitting a grain")
    assert history.redo() == (5, two)
    assert (history.can_redo, history.redo()) == (False, None)
    assert history.undo() == (5, two)
    assert history.undo() == (3, one)
    assert history.done == ()


def test_a_new_edit_ends_what_could_be_done_again():
    history = History()
    history.record(0, Edit("merge"))
    history.undo()
    history.record(0, Edit("delete"))
    assert (history.can_redo, len(history.done)) == (False, 1)


def test_moves_of_the_slider_are_one_step():
    history = History()
    history.record(0, moved([1, 2], [1, 2], [5, 5], 0.0, 0.2))
    history.record(0, moved([2, 4], [5, 4], [2, 9], 0.2, 0.3))
    [(index, edit)] = history.done
    assert (index, edit.threshold, edit.box) == (0, (0.0, 0.3), (0, 4, 0, 4))
    assert edit.regrouped.regions.tolist() == [1, 4]  # 2 is where it was
    assert edit.regrouped.before.tolist() == [1, 4]
    assert edit.regrouped.after.tolist() == [5, 9]


def test_moves_of_the_slider_with_something_between_are_not():
    history = History()
    for index, edit in ((0, moved([1], [1], [2], 0, 1)), (1, moved([1], [1], [2], 0, 1)), (1, Edit("keep"))):
        history.record(index, edit)
    history.record(1, moved([1], [2], [3], 0, 1))
    assert len(history.done) == 4
