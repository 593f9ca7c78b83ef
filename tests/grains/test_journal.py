"""Edits saved as they are made: what a crash leaves is the state of the last edit."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from edits import EDITS, do, state
from hypothesis import given, settings
from hypothesis import strategies as st
from patterns import cells, lines

from napari_grains.errors import InputError
from napari_grains.grains import History, Journal, Proofreading, room_for_new
from napari_grains.grains._proofread._journal_folder import EDITS as LOG

THRESHOLD = 0.3


class Session:
    """Two planes under correction, with a journal."""

    def __init__(self, folder, seed=0, **facts):
        rng = np.random.default_rng(seed)
        planes = [cells(rng.random((12, 2)) * 64, (64, 64)) for _ in range(2)]
        self.labels = np.stack([planes[0], planes[1] + 20])
        self.regions = self.labels.copy()
        self.boundary = np.stack([lines(plane) for plane in planes]) * rng.random((2, 64, 64), np.float32)
        arrays = self.labels, self.boundary, self.regions
        self.above = room_for_new(self.labels)
        self.planes = [Proofreading(*(a[k] for a in arrays), THRESHOLD, self.above[k]) for k in (0, 1)]
        self.history = History()
        self.journal = Journal.begin(self.labels, facts, self.boundary, self.regions, Path(folder))

    def edit(self, index, *edit):
        try:
            made = do(self.planes[index], *edit)
        except InputError:
            return
        self.history.record(index, made)
        self.journal.append(index, made)

    def undo(self):
        if step := self.history.undo():
            self.planes[step[0]].revert(step[1])
            self.journal.undone()

    def redo(self):
        if step := self.history.redo():
            self.planes[step[0]].apply(step[1])
            self.journal.redone()

    def crash(self):
        """What the system does when a process dies: it closes its files."""
        self.journal._stream.close()
        self.journal._lock.close()
        return self.journal.path


@settings(max_examples=25, deadline=None)
@given(
    actions=st.lists(
        st.one_of(st.tuples(st.integers(0, 1), EDITS), st.sampled_from(["undo", "undo", "redo"])), max_size=8
    )
)
def test_what_is_restored_is_what_there_was(tmp_path_factory, actions):
    session = Session(tmp_path_factory.mktemp("journals"), name="steel")
    for action in actions:
        getattr(session, action)() if isinstance(action, str) else session.edit(action[0], *action[1])
    restored = Journal.restore(session.crash())
    np.testing.assert_array_equal(restored.labels, session.labels)
    np.testing.assert_array_equal(restored.boundary, session.boundary)
    np.testing.assert_array_equal(restored.regions, session.regions)
    assert restored.facts == {"name": "steel"}
    assert len(restored.steps) == len(session.history.done)
    for index, before in enumerate(session.planes):
        again = restored.proofreading(index, THRESHOLD, session.above[index])
        for one, other in zip(state(again), state(before), strict=True):
            np.testing.assert_array_equal(one, other)
    for index, edit in reversed(restored.steps):
        assert index in (0, 1)
        assert edit.kind


def three_edits(folder):
    session = Session(folder)
    for place in ((5, 5), (30, 30), (60, 60)):
        session.edit(0, "delete", place)
    assert len(session.history.done) == 3
    return session


def test_restored_edits_can_be_undone(tmp_path):
    session = three_edits(tmp_path)
    restored = Journal.restore(session.crash())
    proofreading = restored.proofreading(0, THRESHOLD, session.above[0])
    for _, edit in reversed(restored.steps):
        proofreading.revert(edit)
    np.testing.assert_array_equal(restored.labels, session.regions)


@pytest.mark.parametrize("lost", [1, 7, 100])
def test_a_torn_record_is_left_out(tmp_path, lost):
    session = three_edits(tmp_path)
    log = session.crash() / LOG
    log.write_bytes(log.read_bytes()[:-lost])
    restored = Journal.restore(session.journal.path)
    assert len(restored.steps) == 2
    session.planes[0].revert(session.history.undo()[1])
    np.testing.assert_array_equal(restored.labels, session.labels)


@pytest.mark.parametrize("at", [3, 20, -40])
def test_a_damaged_record_ends_the_log(tmp_path, at):
    log = three_edits(tmp_path).crash() / LOG
    content = bytearray(log.read_bytes())
    content[at] ^= 0xFF
    log.write_bytes(content)
    assert len(Journal.restore(log.parent).steps) == (2 if at < 0 else 0)


def test_only_what_a_crash_left_open_is_offered(tmp_path):
    live, closed, dead = (three_edits(tmp_path) for _ in range(3))
    empty = Session(tmp_path)
    closed.journal.close(discard=False)
    dead.crash()
    empty.crash()
    [found] = Journal.interrupted(tmp_path)
    assert (found.path, found.edits) == (dead.journal.path, 3)
    assert abs(datetime.now(UTC) - found.saved) < timedelta(minutes=1)
    live.journal.close(discard=True)
    assert not live.journal.path.exists()
    Journal.discard(found.path)
    assert not Journal.interrupted(tmp_path)


def test_old_journals_go(tmp_path):
    sessions = [three_edits(tmp_path) for _ in range(12)]
    live, closed, *others = sessions
    closed.journal.close(discard=False)
    long_ago = datetime.now(UTC).timestamp() - 31 * 86400
    os.utime(closed.journal.path / "closed", (long_ago, long_ago))
    for session in others:
        session.crash()
    latest = Session(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert live.journal.path.name in left
    assert closed.journal.path.name not in left
    assert {session.journal.path.name for session in others[-9:]} < left
    assert len(left) == 11  # the live one, and ten with the latest
    for session in (latest, live):
        session.crash()


def test_a_full_disk_is_said_once_and_edits_go_on(tmp_path, monkeypatch):
    session = three_edits(tmp_path)
    monkeypatch.setattr(session.journal, "_stream", Full())
    edit = session.planes[0].merge_below(0.9)
    with pytest.raises(InputError, match=r"not saved automatically .*No space") as caught:
        session.journal.append(0, edit)
    assert "\n" not in str(caught.value)
    session.journal.append(0, edit)
    session.journal.undone()
    monkeypatch.undo()
    assert len(Journal.restore(session.crash()).steps) == 3


class Full:
    """A file on a full disk."""

    def write(self, content):
        raise OSError(28, "No space left on device")


def test_a_folder_that_cannot_be_made_is_an_error_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="not saved automatically"):
        Session(tmp_path / "file" / "journals")


def test_a_journal_that_cannot_be_read_is_an_error_in_one_line(tmp_path):
    path = three_edits(tmp_path).crash()
    (path / "base.npz").write_bytes(b"nothing")
    with pytest.raises(InputError, match="cannot be read") as caught:
        Journal.restore(path)
    assert "\n" not in str(caught.value)


def test_nothing_is_unpickled(tmp_path):
    path = three_edits(tmp_path).crash()
    np.savez(path / "base.npz", labels=np.array([[{}]], object))
    with pytest.raises(InputError, match="cannot be read"):
        Journal.restore(path)
