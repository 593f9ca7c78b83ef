"""Where to paint next."""

from __future__ import annotations

import numpy as np
import pytest

from napari_grains.errors import InputError
from napari_grains.events import STOP, Progress, drive
from napari_grains.inference import Suggestion, still_helps, suggest_arrays, suggest_place


@pytest.fixture
def doubtful():
    """Two doubtful places, the second of which is more so."""
    uncertainty = np.full((60, 80), 0.1, np.float32)
    uncertainty[10:20, 10:20] = 0.6
    uncertainty[40:50, 60:70] = 0.9
    return uncertainty


def nothing():
    return np.zeros((60, 80), np.bool_)


def test_the_most_doubtful_place_is_suggested(doubtful):
    found = suggest_place(doubtful, nothing(), None, 9)
    assert found.uncertainty == pytest.approx(0.9)
    assert 44 <= found.place[0] <= 45
    assert 64 <= found.place[1] <= 65
    assert found.extent == 9


def test_a_single_doubtful_pixel_is_no_place():
    uncertainty = np.zeros((60, 80), np.float32)
    uncertainty[5, 5] = 1
    uncertainty[30:42, 30:42] = 0.5
    row, column = suggest_place(uncertainty, nothing(), None, 9).place
    assert 33 <= row <= 38
    assert 33 <= column <= 38


def test_it_is_away_from_what_was_painted(doubtful):
    painted = nothing()
    painted[45, 65] = True
    found = suggest_place(doubtful, painted, None, 9)
    assert found.uncertainty == pytest.approx(0.6)
    assert max(abs(found.place[0] - 45), abs(found.place[1] - 65)) > 4


def test_it_lies_within_the_specimen_and_the_image(doubtful):
    specimen = ~nothing()
    specimen[:, 50:] = False
    assert suggest_place(doubtful, nothing(), specimen, 9).place[1] < 46
    corner = np.zeros((60, 80), np.float32)
    corner[0, 0] = 1
    assert min(suggest_place(corner, nothing(), None, 9).place) >= 4


def test_where_all_is_painted_there_is_no_place(doubtful):
    assert suggest_place(doubtful, ~nothing(), None, 9) is None
    assert still_helps(None) == (False, "all of the image is painted: there is no place left.")


@pytest.mark.parametrize(
    ("uncertainty", "errors", "helps"),
    [
        (0.5, (), True),
        (0.5, (0.3,), True),
        (0.05, (), False),
        (0.5, (0.3, 0.2, 0.15, 0.1), True),
        (0.5, (0.3, 0.3, 0.31, 0.3), False),
        (0.5, (0.3, 0.2, 0.2, 0.199, 0.21), False),
    ],
)
def test_it_says_when_more_strokes_no_longer_help(uncertainty, errors, helps):
    found, said = still_helps(Suggestion((1, 1), 9, uncertainty), errors)
    assert found is helps
    assert said.endswith((".", "bits per pixel)."))


def test_the_job_gives_a_plane_and_a_place(tiny_file, etched):
    image = etched
    labels = np.zeros(image.shape, np.int32)
    events = []
    found = drive(suggest_arrays(image, labels, model=tiny_file, scale=1.0, device="cpu"), events.append)
    assert found["uncertainty"].shape == image.shape
    assert found["uncertainty"].dtype == np.float32
    assert 0 <= found["uncertainty"].min() <= found["uncertainty"].max() <= 1
    row, column = (round(at) for at in found["place"])
    labels[row, column] = 1
    again = drive(suggest_arrays(image, labels, model=tiny_file, scale=1.0, device="cpu"))
    assert again["place"] != found["place"]
    assert {event.message for event in events if isinstance(event, Progress)} == {
        "looking for doubtful places"
    }


def test_labels_that_do_not_fit_are_refused(tiny_file, etched):
    with pytest.raises(InputError, match="one plane of each"):
        drive(suggest_arrays(etched, np.zeros((3, 3), np.int32), model=tiny_file, scale=1.0))


def test_a_stop_gives_nothing(tiny_file, etched):
    job = suggest_arrays(etched, np.zeros(etched.shape, np.int32), model=tiny_file, scale=1.0)
    next(job)
    with pytest.raises(StopIteration) as end:
        job.send(STOP)
    assert end.value.value == {}
