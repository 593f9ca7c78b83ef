"""What a busy job has not heard of yet."""

from __future__ import annotations

from napari_grains.worker._changes import Changes


def test_of_each_name_the_newest_is_handed_over_once():
    changes = Changes()
    changes.add(1, {"labels 0": "old", "focus": [0]})
    changes.add(1, {"labels 0": "new"})
    update = changes.take(1)
    assert update.arguments == {"labels 0": "new", "focus": [0]}
    assert changes.take(1) is None


def test_other_tasks_hear_nothing_of_it():
    changes = Changes()
    changes.add(2, {"labels 0": "for 2"})
    changes.add(1, {"labels 0": "late"})
    assert changes.take(1) is None
    changes.add(3, {"focus": [1]})
    assert changes.take(2) is None
    assert changes.take(3).arguments == {"focus": [1]}
