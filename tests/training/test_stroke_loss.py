"""The loss on strokes."""

from __future__ import annotations

import pytest
import torch

from napari_grains.training._stroke_loss import (
    UNDECIDED,
    consistency_loss,
    kept_loss,
    stroke_error,
    stroke_loss,
)

SIZE = 24


def empty():
    return torch.zeros(1, 1, SIZE, SIZE)


def painted():
    boundary, grain = empty(), empty()
    boundary[0, 0, 5, 3:9] = 1
    grain[0, 0, 18, 10:20] = 1
    return boundary, grain


def test_pixels_that_are_not_painted_have_no_gradient():
    boundary, grain = painted()
    logit = torch.randn(1, 1, SIZE, SIZE, generator=torch.Generator().manual_seed(0), requires_grad=True)
    stroke_loss(logit, boundary, grain, 1.0).backward()
    near = torch.nn.functional.max_pool2d(boundary + grain, 3, 1, 1) > 0
    assert not logit.grad[~near].any()
    assert logit.grad[near].any()


def test_a_line_within_a_pixel_of_the_stroke_is_right_and_one_beyond_is_not():
    boundary, grain = painted()
    losses = []
    for shift in (0, 1, 2):
        logit = torch.full((1, 1, SIZE, SIZE), -9.0)
        logit[0, 0, 5 + shift, 2:10] = 9
        losses.append(float(stroke_loss(logit, boundary, grain, 1.0)))
    assert losses[0] == losses[1] < 0.01
    assert losses[2] > 5


def test_a_grain_stroke_at_the_rim_of_a_line_is_right_and_one_across_it_is_not():
    _, grain = painted()
    beside, across = (torch.full((1, 1, SIZE, SIZE), -9.0) for _ in range(2))
    beside[0, 0, 16:19] = 9  # three rows, the last of which was painted as grain
    across[0, 0, :, 14:17] = 9
    assert float(stroke_loss(beside, empty(), grain, 1.0)) < 0.01
    assert float(stroke_loss(across, empty(), grain, 1.0)) > 0.5
    losses = [float(stroke_loss(beside, empty(), grain, lenient)) for lenient in (1.0, 0.5, 0.0)]
    assert losses[0] < losses[1] < losses[2] > 0.5


def test_classes_count_by_their_expected_share_and_not_by_what_was_painted():
    boundary, grain = painted()
    boundary[0, 0, 8:14] = 1
    flat = torch.zeros(1, 1, SIZE, SIZE)
    half = float(stroke_loss(flat, boundary, grain, 1.0))
    assert half == pytest.approx(2 * 0.6931, abs=1e-3)
    flat = flat.requires_grad_()
    stroke_loss(flat, boundary, grain, 1.0, prior=0.5).backward()
    assert float(flat.grad.sum()) == pytest.approx(0, abs=1e-5)


def test_one_class_alone_will_do():
    boundary, grain = painted()
    assert float(stroke_loss(empty(), boundary, empty(), 1.0)) == pytest.approx(0.6931, abs=1e-3)
    assert float(stroke_loss(empty(), empty(), grain, 1.0)) == pytest.approx(0.6931, abs=1e-3)
    assert float(stroke_loss(empty(), empty(), empty(), 1.0)) == 0


def test_the_error_is_bounded_however_sure_a_network_is():
    boundary, grain = painted()
    wrong = torch.full((1, 1, SIZE, SIZE), -50.0)
    assert float(stroke_error(wrong, boundary, grain, 1.0, prior=0.3)) == pytest.approx(0.3)
    assert float(stroke_error(-wrong, boundary, grain, 1.0, prior=0.3)) == pytest.approx(0.7)
    assert float(stroke_error(empty(), boundary, grain, 1.0)) == pytest.approx(UNDECIDED)


def test_being_sure_and_wrong_can_count_no_more_than_being_undecided():
    boundary, grain = painted()
    for sure in (0.0, 2.0, 40.0):
        wrong = sure * (grain - boundary)
        assert float(stroke_error(wrong, boundary, grain, 0.0, most=UNDECIDED)) == pytest.approx(UNDECIDED)
    right = 2.0 * (boundary - grain)
    plain, most = (stroke_error(right, boundary, grain, 0.0, most=limit) for limit in (1.0, UNDECIDED))
    assert 0 < float(most) == float(plain) < 0.02


def test_what_was_said_before_is_kept_where_nothing_was_painted():
    said = {"boundary": torch.full((1, 1, 4, 4), 8.0), "distance": torch.ones(1, 1, 4, 4)}
    other = {"boundary": -said["boundary"], "distance": said["distance"]}
    ignored = torch.ones(1, 1, 4, 4)
    assert float(kept_loss(said, said, ignored)) < 0.01
    assert float(kept_loss(other, said, ignored)) > 5
    assert float(kept_loss(other, said, 0 * ignored)) == 0


def test_agreeing_asks_for_more_than_the_teacher_is_sure_of_and_for_nothing_where_it_is_undecided():
    said = torch.zeros(1, 1, SIZE, SIZE)
    said[..., :8], said[..., 16:] = 1.0, -3.0
    logit = said.clone().requires_grad_()
    outputs = {"boundary": logit, "distance": torch.zeros_like(said)}
    consistency_loss(
        outputs, {"boundary": said, "distance": torch.zeros_like(said)}, torch.ones_like(said)
    ).backward()
    assert (logit.grad[..., :8] < 0).all()  # up, beyond what was said
    assert (logit.grad[..., 16:] > 0).all()
    assert not logit.grad[..., 8:16].any()


def test_agreeing_says_nothing_of_painted_pixels():
    said = torch.full((1, 1, SIZE, SIZE), 2.0)
    painted = torch.zeros_like(said)
    painted[..., :4] = 1
    logit = torch.zeros_like(said, requires_grad=True)
    outputs = {"boundary": logit, "distance": torch.zeros_like(said)}
    consistency_loss(outputs, {"boundary": said, "distance": torch.zeros_like(said)}, 1 - painted).backward()
    assert not logit.grad[..., :4].any()
    assert (logit.grad[..., 4:] < 0).all()
