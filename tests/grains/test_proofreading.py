"""Edits of grains: small examples that one can draw, and what must hold after any of them."""

from __future__ import annotations

import numpy as np
import pytest
from edits import EDITS, do, state
from hypothesis import given, settings
from hypothesis import strategies as st
from patterns import cells, lines, voronoi
from scipy import ndimage as ndi

from napari_grains.errors import InputError
from napari_grains.grains import (
    COLOURS,
    History,
    Proofreading,
    edge_scores,
    merge_edges,
    room_for_new,
    spread_numbers,
    training_labels,
)


def drawn(picture):
    """Labels from rows of digits."""
    return np.array([[int(digit) for digit in row] for row in picture.split()], np.int32)


def halves(width=60, height=40, at=45):
    """Grain 1 left and grain 2 right of a line that shows on the boundary map."""
    labels = np.ones((height, width), np.int32)
    labels[:, at:] = 2
    return labels, ndi.gaussian_filter(lines(labels), 1)


def with_line(boundary, column, height=0.5):
    found = boundary.copy()
    found[:, column] = height
    return ndi.gaussian_filter(found, 1)


def test_merging_keeps_the_number_of_the_larger_grain():
    labels = drawn("1122 1222 1233")
    edit = Proofreading(labels).merge(1, 2)
    np.testing.assert_array_equal(labels, drawn("2222 2222 2233"))
    assert (edit.kind, edit.box) == ("merge", (0, 3, 0, 2))
    assert edit.indices.tolist() == [0, 1, 4, 8]
    assert set(edit.before) == {1}
    assert set(edit.after) == {2}


def test_deleting_leaves_a_hole():
    labels = drawn("1122 1222 1233")
    Proofreading(labels).delete(3)
    np.testing.assert_array_equal(labels, drawn("1122 1222 1200"))


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda p: p.merge(1, 3), "do not touch"),
        (lambda p: p.merge(1, 1), "twice"),
        (lambda p: p.merge(1, 9), "no grain 9"),
        (lambda p: p.delete(0), "no grain at this place"),
        (lambda p: p.keep((2, 8)), "no grain 8"),
        (lambda p: p.split([(1, 1), (1, 2)]), "cuts no grain"),
        (lambda p: p.split([(-9, -9)]), "outside"),
        (lambda p: p.split([]), "outside"),
        (lambda p: p.split([(np.nan, 1)]), "outside"),
        (lambda p: p.grow((0, 0)), "no boundary map"),
        (lambda p: p.painted(np.array([0]), np.array([1]), np.array([1])), "already"),
        (lambda p: p.merge_below(0.5), "no boundary map"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_changes(edit, says):
    labels = drawn("11223 12223 12333")
    before = labels.copy()
    with pytest.raises(InputError, match=says) as caught:
        edit(Proofreading(labels))
    assert "\n" not in str(caught.value)
    np.testing.assert_array_equal(labels, before)


def test_a_stroke_that_is_off_follows_the_boundary():
    labels, boundary = halves()
    proofreading = Proofreading(labels, with_line(boundary, 22))
    proofreading.split([(0, 25), (39, 25)])
    left, right = labels[20, 0], labels[20, 40]
    assert left != right
    cut = (labels[:, :45] == left).sum(axis=1)
    assert np.abs(cut - 22.5).max() <= 1


def test_a_faint_line_is_followed_as_well():
    labels, boundary = halves()
    proofreading = Proofreading(labels, with_line(boundary, 22, 0.4))
    proofreading.split([(0, 25), (39, 25)])
    assert np.abs((labels[:, :45] == labels[20, 0]).sum(axis=1) - 22.5).max() <= 1


@pytest.mark.parametrize("has_map", [True, False])
def test_without_a_boundary_the_cut_follows_the_stroke(has_map):
    labels, boundary = halves()
    stroke = np.array([(0, 10), (20, 16), (39, 10)])
    Proofreading(labels, boundary if has_map else None).split(stroke)
    cut = (labels[:, :45] == labels[0, 0]).sum(axis=1)
    expected = np.interp(np.arange(40), *stroke.T) + 0.5  # the pixels of the cut go to either side
    assert np.abs(cut - expected).max() <= 3
    assert np.abs(cut - expected).mean() <= 1


def test_a_stroke_cuts_all_grains_that_it_crosses_and_no_others():
    labels = np.repeat(np.arange(1, 5), 20)[None].repeat(30, axis=0).astype(np.int32)
    Proofreading(labels).split([(15, 15), (15, 65)])  # it begins and ends inside the outer two
    assert [len(np.unique(labels[:, k : k + 20])) for k in (0, 20, 40, 60)] == [1, 2, 2, 1]


def test_a_stroke_that_is_a_little_short_is_led_on():
    labels, _ = halves()
    Proofreading(labels).split([(4, 20), (36, 20)])
    assert labels[0, 0] == labels[39, 19] != labels[0, 30]
    with pytest.raises(InputError, match="cuts no grain"):
        Proofreading(labels).split([(12, 30), (20, 30)])


def test_cuts_give_numbers_that_tell_neighbours_apart():
    labels = np.ones((40, 40), np.int32)
    proofreading = Proofreading(labels)
    for k in range(4, 36, 5):
        proofreading.split([(0, k), (39, k)])
    assert len(np.unique(labels)) == 8
    assert ((labels[:, 1:] == labels[:, :-1]) | (labels[:, 1:] % COLOURS != labels[:, :-1] % COLOURS)).all()


def test_a_new_grain_fills_the_ring_that_its_stroke_lies_in():
    labels, boundary = halves()
    radius = np.hypot(*(np.mgrid[:40, :60] - np.array([20, 15])[:, None, None]))
    boundary = np.maximum(boundary, ndi.gaussian_filter((np.abs(radius - 9) < 1).astype(np.float32), 0.7))
    Proofreading(labels, boundary).add([(18, 13), (22, 16)])
    new = labels == labels[20, 15]
    assert new[radius < 7].all()
    assert not new[radius > 11].any()
    assert set(np.unique(labels)) == {1, 2, 3}


def test_a_new_grain_takes_from_all_that_its_stroke_lies_in():
    labels, _ = halves(at=30)
    Proofreading(labels).add([(20, 25), (20, 35)])
    assert labels[20, 25] == labels[20, 35] == 3
    assert {1, 2} < set(np.unique(labels))


def test_a_stroke_over_a_grain_and_a_hole_empties_nothing():
    labels, boundary = halves()
    labels[:, 45:] = 0
    boundary[:, 52] = 0.9  # the hole goes on beyond a boundary
    before = labels.copy()
    Proofreading(labels, boundary).add([(20, 38), (20, 48)])
    assert (labels[before > 0] > 0).all()
    assert set(np.unique(labels[before == 0])) == {0, 2}
    assert (labels[:, 54:] == 0).all()


def test_an_emptied_grain_can_be_drawn_again():
    labels, boundary = halves()
    proofreading = Proofreading(labels, boundary)
    proofreading.delete(2)
    proofreading.add([(20, 50)])
    assert (labels[:, 47:] == labels[20, 50]).all()
    assert (labels[:, :43] == 1).all()
    assert labels.all()


def test_neighbours_grow_into_a_hole_up_to_the_boundary():
    labels, boundary = halves()
    labels[10:30, 20:50] = 0
    Proofreading(labels, boundary).grow((20, 30))
    expected, _ = halves()
    assert (labels != expected).mean() < 0.02
    assert labels.all()
    with pytest.raises(InputError, match="No grain touches"):
        Proofreading(np.zeros((9, 9), np.int32)).grow((4, 4))


def test_an_outline_that_is_off_is_found_anew():
    expected, boundary = halves()
    labels = np.roll(expected, -4, axis=1)
    labels[:, -4:] = 2
    assert (labels != expected).any()
    Proofreading(labels, boundary).grow((20, 50))
    assert (labels != expected).mean() < 0.02


def test_outlines_between_other_grains_stay_where_one_grows():
    labels = voronoi((120, 120), 20, seed=3)
    boundary = ndi.gaussian_filter(lines(voronoi((120, 120), 20, seed=3)), 1)
    grain, before = int(labels[60, 60]), labels.copy()
    labels = np.roll(labels, 3, axis=0)
    before = labels.copy()
    edit = Proofreading(labels, boundary).grow((60, 60))
    grain = int(before[60, 60])
    assert ((edit.before == grain) | (edit.after == grain)).all()
    np.testing.assert_array_equal(np.unique(labels), np.unique(before))


def doubtful_stripes():
    """Four stripes whose three edges score 0.1, 0.5 and 0.9."""
    labels = np.repeat(np.arange(1, 5), 10)[None].repeat(30, axis=0).astype(np.int32)
    boundary = np.zeros(labels.shape, np.float32)
    for column, height in ((9, 0.1), (19, 0.5), (29, 0.9)):
        boundary[:, column : column + 2] = height
    return labels, boundary


def test_the_weakest_edge_is_the_most_doubtful():
    proofreading = Proofreading(*doubtful_stripes())
    assert proofreading.remaining == 1  # below half of the median edge
    edge = proofreading.doubtful()
    assert edge.pair == (1, 2)
    assert edge.score == pytest.approx(0.1)
    assert edge.length == pytest.approx(30 * np.pi / 4)
    assert edge.position[1] in (9, 10)
    assert edge.position[0] in (14, 15)
    assert edge.extent == 30


def test_doubt_ends_with_a_decision_and_returns_with_undo():
    proofreading = Proofreading(*doubtful_stripes())
    edit = proofreading.keep(proofreading.doubtful())
    assert (edit.kind, edit.is_empty, edit.kept.tolist()) == ("keep", True, [[1, 2]])
    assert (proofreading.remaining, proofreading.doubtful()) == (0, None)
    proofreading.revert(edit)
    assert proofreading.remaining == 1
    edit = proofreading.merge(*proofreading.doubtful().pair)
    assert proofreading.remaining == 0
    proofreading.revert(edit)
    assert proofreading.doubtful().pair == (1, 2)


def test_an_edge_can_be_passed_over():
    labels = voronoi((150, 150), 20, seed=2)
    proofreading = Proofreading(labels, np.random.default_rng(0).random(labels.shape, np.float32) ** 2)
    proofreading._limit = 1.0  # all are doubtful
    seen, edge = [], None
    for _ in range(proofreading.remaining):
        edge = proofreading.doubtful(edge)
        seen.append(edge)
    assert len({edge.pair for edge in seen}) == len(seen) > 50
    long = [edge.score for edge in seen if edge.length >= 4]
    assert long == sorted(long)
    assert [edge.length < 4 for edge in seen] == sorted(edge.length < 4 for edge in seen)
    assert proofreading.doubtful(edge) == seen[0]
    for edge in seen:
        around = labels[tuple(slice(max(k - 1, 0), k + 2) for k in edge.position)]
        assert set(edge.pair) <= set(np.unique(around))


def test_a_decision_follows_the_grain_that_is_merged():
    labels, boundary = doubtful_stripes()
    proofreading = Proofreading(labels, boundary)
    proofreading.keep((1, 2))
    edit = proofreading.merge(3, 2)
    [gone] = set(edit.before)
    assert proofreading._decisions.pairs() == [(1, 5 - gone)]
    proofreading.revert(edit)
    assert proofreading._decisions.pairs() == [(1, 2)]


def test_an_edge_that_was_drawn_is_decided():
    labels, boundary = halves()
    proofreading = Proofreading(labels, boundary)
    before = proofreading.remaining
    proofreading.split([(0, 20), (39, 20)])
    proofreading.add([(5, 50)])
    assert proofreading.remaining == before


@pytest.fixture(scope="module")
def specimen():
    """Regions, and a boundary map on which some of their edges are faint; both are to be copied."""
    regions = voronoi((160, 160), 16, seed=5)
    fading = ndi.zoom(np.random.default_rng(0).random((10, 10)), 16, order=1).astype(np.float32)
    return regions, np.clip(ndi.gaussian_filter(lines(regions), 0.7) * 2 * fading, 0, 1)


@settings(max_examples=25, deadline=None)
@given(thresholds=st.lists(st.floats(0, 1), min_size=1, max_size=4), begin=st.floats(0, 0.6))
def test_the_slider_does_what_merging_does(specimen, thresholds, begin):
    regions, boundary = specimen
    labels = spread_numbers(merge_edges(regions, boundary, begin))
    start = labels.copy()
    proofreading = Proofreading(labels, boundary, regions, begin)
    assert proofreading.merge_below(begin).is_empty
    for threshold in thresholds:
        proofreading.merge_below(threshold)
        assert proofreading.threshold == threshold
        same_grains(labels, merge_edges(regions, boundary, threshold))
        tables_are_right(proofreading, boundary)
    proofreading.merge_below(begin)
    np.testing.assert_array_equal(labels, start)


def test_the_slider_leaves_edited_grains_alone(specimen):
    regions, boundary = specimen
    labels = regions.copy()
    proofreading = Proofreading(labels, boundary, regions)
    pair = weakest(labels, boundary)
    proofreading.keep(pair)
    first, second = pair
    grain = next(grain for grain in np.unique(labels).tolist() if grain not in pair)
    proofreading.delete(grain)
    proofreading.merge_below(1.0)
    np.testing.assert_array_equal(labels == first, regions == first)
    np.testing.assert_array_equal(labels == second, regions == second)
    np.testing.assert_array_equal(labels == 0, regions == grain)
    assert len(np.unique(labels)) < 10


def test_grains_edited_before_are_left_alone_from_the_beginning(specimen):
    regions, boundary = specimen
    labels = regions.copy()
    labels[:20, :20] = labels.max() + 1
    edited = np.unique(regions[:20, :20])
    start = labels.copy()
    Proofreading(labels, boundary, regions).merge_below(1.0)
    mask = np.isin(regions, edited)
    np.testing.assert_array_equal(labels[mask], start[mask])
    assert (labels[~mask] != start[~mask]).any()


def weakest(labels, boundary):
    edges = edge_scores(labels, boundary)
    return tuple(edges.pairs[edges.score.argmin()].tolist())


def same_grains(one, other):
    """The same partition, whatever the numbers."""
    pairs = np.unique(np.stack((one.ravel(), other.ravel())), axis=1)
    assert len(pairs[0]) == len(np.unique(pairs[0])) == len(np.unique(pairs[1]))


def tables_are_right(proofreading, boundary):
    """What is kept up to date is what is found from scratch."""
    fresh = Proofreading(proofreading.labels.copy(), boundary)
    kept, new = (each._plane.edges.scores() for each in (proofreading, fresh))
    order = [np.lexsort(edges.pairs.T) for edges in (kept, new)]
    for name in ("pairs", "score", "length"):
        np.testing.assert_array_equal(getattr(kept, name)[order[0]], getattr(new, name)[order[1]])
    assert proofreading._plane.extents.area == fresh._plane.extents.area
    assert proofreading._plane.extents._box == fresh._plane.extents._box


def assert_same(one, other):
    np.testing.assert_array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[1], other[1])
    assert one[2:] == other[2:]


@settings(max_examples=60, deadline=None)
@given(edits=st.lists(EDITS, min_size=1, max_size=8), seed=st.integers(0, 3))
def test_any_edits_can_be_undone_and_done_again(edits, seed):
    regions = cells(np.random.default_rng(seed).random((25, 2)) * 64, (64, 64))
    fading = ndi.zoom(np.random.default_rng(seed).random((4, 4)), 16, order=1).astype(np.float32)
    boundary = np.clip(ndi.gaussian_filter(lines(regions), 0.7) * 2 * fading, 0, 1)
    labels = spread_numbers(merge_edges(regions, boundary, 0.3))
    proofreading, history = Proofreading(labels, boundary, regions, 0.3), History()
    states = [state(proofreading)]
    for edit in edits:
        before = labels.copy()
        try:
            made = do(proofreading, *edit)
        except InputError:
            np.testing.assert_array_equal(labels, before)
            continue
        changed_pixels_are_told(before, labels, made)
        tables_are_right(proofreading, boundary)
        history.record(0, made)
        states.append(state(proofreading))
    while step := history.undo():
        proofreading.revert(step[1])
    assert_same(state(proofreading), states[0])
    tables_are_right(proofreading, boundary)
    while step := history.redo():
        proofreading.apply(step[1])
    assert_same(state(proofreading), states[-1])
    tables_are_right(proofreading, boundary)


def changed_pixels_are_told(before, after, edit):
    """Nothing changes outside the box, and numbers of grains that are not part of the edit stay."""
    changed = np.flatnonzero(before != after)
    top, bottom, left, right = edit.box
    rows, columns = np.divmod(changed, before.shape[1])
    assert ((rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)).all()
    assert edit.is_empty == (not len(changed))
    if edit.kind != "threshold":
        np.testing.assert_array_equal(edit.indices, changed)
        np.testing.assert_array_equal(edit.after, after.ravel()[changed])
        np.testing.assert_array_equal(edit.before, before.ravel()[changed])
    if edit.kind not in ("delete", "paint"):
        assert (after[before > 0] > 0).all()  # what belonged to a grain still does


def test_a_plane_of_a_stack_is_edited_in_place():
    stack = np.repeat(drawn("1122 1222 1233")[None], 3, axis=0)
    stack[1:] += 10
    Proofreading(stack[1], above=40).delete(13)
    assert (stack[0] == drawn("1122 1222 1233")).all()
    assert (stack[1] == 0).sum() == 2
    with pytest.raises(ValueError, match="contiguous"):
        Proofreading(stack[:, 0].T)
    with pytest.raises(ValueError, match="belong"):
        Proofreading(stack[0], np.zeros((2, 2), np.float32))


def test_what_is_not_known_is_no_boundary():
    labels, boundary = doubtful_stripes()
    boundary[:, :15] = np.nan
    proofreading = Proofreading(labels, boundary.astype(float))
    assert proofreading.doubtful().score == 0
    tables_are_right(proofreading, np.nan_to_num(boundary))


def test_slices_have_room_for_new_numbers_of_their_own():
    stack = np.ones((3, 20, 20), np.int32)
    new = set()
    for plane, above in zip(stack, room_for_new(stack), strict=True):
        Proofreading(plane, above=above).split([(0, 10), (19, 10)])
        new |= set(np.unique(plane)) - {1}
    assert len(new) == 3


def test_training_labels_are_a_copy_with_the_numbers_of_the_grains():
    grains = drawn("1122 1220 1233")
    labels = training_labels(grains)
    np.testing.assert_array_equal(labels, grains)
    assert labels.dtype == np.int32
    assert not np.shares_memory(labels, grains)
    with pytest.raises(InputError, match="fewer than three"):
        training_labels(drawn("1120"))
