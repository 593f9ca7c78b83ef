"""Files are replaced by whole ones or stay as they were."""

from __future__ import annotations

import pytest

from napari_grains.files import replacing


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    return path


def content_of(folder):
    return {entry.name: entry.read_text() for entry in folder.iterdir()}


def test_a_new_file_takes_the_place_only_in_the_end(old):
    with replacing(old) as unfinished:
        unfinished.write_text("new")
        assert old.read_text() == "old"
        assert unfinished.parent == old.parent
    assert content_of(old.parent) == {"a.txt": "new"}


def test_a_file_may_be_new_and_its_path_text(tmp_path):
    with replacing(str(tmp_path / "a.txt")) as unfinished:
        unfinished.write_text("new")
    assert content_of(tmp_path) == {"a.txt": "new"}


def interrupted_writing(path, reason):
    with replacing(path) as unfinished:
        unfinished.write_text("half of")
        raise reason


@pytest.mark.parametrize("reason", [OSError, ValueError, KeyboardInterrupt])
def test_failure_in_the_middle_leaves_the_old_file_alone(old, reason):
    with pytest.raises(reason):
        interrupted_writing(old, reason)
    assert content_of(old.parent) == {"a.txt": "old"}


def test_failure_before_anything_is_written_keeps_its_reason(old):
    with pytest.raises(ValueError, match="nothing to write"), replacing(old):
        raise ValueError("nothing to write")
    assert content_of(old.parent) == {"a.txt": "old"}


def test_a_place_that_cannot_be_taken_is_left_as_it_was(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError), replacing(tmp_path / "folder") as unfinished:  # noqa: PT011 - differs by system
        unfinished.write_text("new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_two_writers_of_one_file_do_not_meet(old):
    with replacing(old) as first, replacing(old) as second:
        first.write_text("first")
        second.write_text("second")
    assert content_of(old.parent) == {"a.txt": "first"}
