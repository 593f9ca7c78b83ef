"""What changes while a job runs reaches it, in a real engine process."""

from __future__ import annotations

import numpy as np
from engine_records import PATIENCE

from napari_grains.engine import TaskState
from napari_grains.events import Answer, Notice


def notices(record):
    return [event.message for event in record.events if isinstance(event, Notice)]


def heard(record):
    record.task.stop()
    record.task.wait(PATIENCE)
    return record.results[0]["heard"]


def test_a_running_job_hears_arrays_and_values(begin):
    record = begin("listen")
    record.until(lambda r: r.events)
    strokes = np.arange(12, dtype=np.int32).reshape(3, 4)
    record.task.update({"labels 0": strokes, "focus": [0.0, 1.0, 2.0, 3.0]})
    record.until(notices)
    [change] = heard(record)
    np.testing.assert_array_equal(change["labels 0"], strokes)
    assert change["focus"] == [0.0, 1.0, 2.0, 3.0]


def test_a_running_job_answers_what_it_is_asked(begin):
    record = begin("listen")
    record.until(lambda r: r.events)
    record.task.update({"twice": np.arange(3)})
    record.until(notices)
    [answer] = [event for event in record.events if isinstance(event, Answer)]
    assert answer.question == "twice"
    np.testing.assert_array_equal(answer.result["array"], [0, 2, 4])
    assert len(heard(record)) == 1


def test_one_change_after_the_other_is_heard(begin):
    record = begin("listen")
    for number in (1, 2, 3):
        record.task.update({"labels 0": number})
        record.until(lambda r, number=number: f"heard {number}" in notices(r))
    assert heard(record) == [{"labels 0": 1}, {"labels 0": 2}, {"labels 0": 3}]


def test_a_busy_job_hears_of_each_name_only_the_last(begin):
    record = begin("listen", busy=0.5)
    record.until(lambda r: TaskState.RUNNING in r.states)
    for number in range(10):
        record.task.update({"labels 0": np.full(5, number), "focus": number})
    record.task.update({"labels 1": 7})
    record.until(notices)
    first, *others = heard(record)
    assert (first["labels 0"].tolist(), first["focus"], first["labels 1"]) == ([9] * 5, 9, 7)
    assert others == []


def test_what_comes_before_the_job_begins_is_kept(begin):
    first = begin("hold")
    record = begin("listen")
    record.task.update({"labels 0": 1})
    record.task.update({"labels 0": 2})
    first.task.stop()
    record.until(notices)
    assert heard(record)[0] == {"labels 0": 2}


def test_other_jobs_and_ended_ones_do_not_hear_it(begin):
    first = begin("listen")
    first.until(lambda r: r.events)
    assert heard(first) == []
    first.task.update({"labels 0": np.zeros(3)})
    record = begin("listen")
    record.until(lambda r: len(r.events) > 1)
    assert heard(record) == []


def test_a_job_that_knows_no_changes_goes_on(begin):
    record = begin("hold")
    record.until(lambda r: r.events)
    record.task.update({"labels 0": np.zeros((600, 600))})
    record.task.stop()
    assert record.task.wait(PATIENCE) is TaskState.DONE
