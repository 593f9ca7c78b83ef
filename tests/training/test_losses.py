"""Losses against values worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from napari_grains.networks import DISTANCE_UNIT
from napari_grains.training import Loss
from napari_grains.training._losses import (
    boundary_loss,
    distance_loss,
    skeleton_recall,
    soft_skeleton,
    total_loss,
)


def image(*values):
    return torch.tensor(values, dtype=torch.float32).reshape(1, 1, 1, -1)


def test_boundary_loss_of_an_undecided_network():
    # p = 1/2 everywhere, one of four pixels is boundary: cross-entropy ln 2 (2 + 3) / 4;
    # Dice 1 - (2 * 1/2 + 1) / (4 * 1/2 + 1 + 1) = 1/2, counted half.
    loss = boundary_loss(image(0, 0, 0, 0), image(1, 0, 0, 0), weight=2.0)
    assert float(loss) == pytest.approx(1.25 * math.log(2) + 0.25, rel=1e-6)


def test_boundary_loss_of_chosen_probabilities():
    p, q = 0.8, 0.3
    logits = image(math.log(p / (1 - p)), math.log(q / (1 - q)))
    entropy = (-3 * math.log(p) - math.log(1 - q)) / 2
    dice = 1 - (2 * p + 1) / (p + q + 1 + 1)
    loss = boundary_loss(logits, image(1, 0), weight=3.0)
    assert float(loss) == pytest.approx(entropy + 0.5 * dice, rel=1e-5)


def test_dice_is_taken_image_by_image():
    one, two = (image(0, 0), image(1, 0)), (image(3, -3), image(1, 0))
    both = boundary_loss(torch.cat([one[0], two[0]]), torch.cat([one[1], two[1]]))
    assert float(both) == pytest.approx(float(boundary_loss(*one) + boundary_loss(*two)) / 2, rel=1e-6)


def test_boundary_loss_of_the_truth_is_nothing():
    assert float(boundary_loss(image(30, -30, -30), image(1, 0, 0))) == pytest.approx(0, abs=1e-5)
    assert float(boundary_loss(image(-30, -30), image(0, 0))) == pytest.approx(0, abs=1e-5)


def test_half_precision_logits_are_summed_in_float32():
    logits, target = torch.zeros(1, 1, 300, 300, dtype=torch.bfloat16), torch.zeros(1, 1, 300, 300)
    loss = boundary_loss(logits, target)
    assert loss.dtype == torch.float32
    # Dice 1 - 1 / (45000 + 1)
    assert float(loss) == pytest.approx(math.log(2) + 0.5 * (1 - 1 / 45001), rel=1e-5)


def test_distance_loss_is_hubers():
    # Errors 0.1 (quadratic: e^2 / 2 beta = 0.025) and 1 (linear: e - beta / 2 = 0.9), beta 0.2
    assert float(distance_loss(image(0.6, 2.0), image(0.5, 1.0))) == pytest.approx(
        (0.025 + 0.9) / 2, rel=1e-5
    )


def test_deep_inside_any_larger_distance_is_right():
    assert float(distance_loss(image(3.0, 4.0, 9.0), image(3.0, 3.0, 3.0))) == 0
    assert float(distance_loss(image(2.0), image(3.0))) == pytest.approx(0.9, rel=1e-5)
    assert float(distance_loss(image(4.0), image(2.0))) == pytest.approx(1.9, rel=1e-5)


@pytest.mark.parametrize("target", [3.0, 5.0])
def test_targets_are_cut_off_too(target):
    assert float(distance_loss(image(2.9), image(target))) == pytest.approx(0.1**2 / 0.4, rel=1e-4)


def test_no_gradient_from_what_is_deep_enough():
    prediction = image(5.0, 1.0).requires_grad_()
    distance_loss(prediction, image(3.0, 3.0)).backward()
    assert prediction.grad[0, 0, 0, 0] == 0
    assert prediction.grad[0, 0, 0, 1] < 0


def test_weights_of_pixels_multiply_what_is_taken_pixel_by_pixel():
    logit, target, weight = image(0, 0, 0, 0), image(1, 0, 0, 0), image(0, 1, 1, 0.5)
    assert float(boundary_loss(logit, target, dice=0, pixels=weight)) == pytest.approx(2.5 / 4 * math.log(2))
    distance = distance_loss(image(0.6, 2.0), image(0.5, 1.0), pixels=image(1, 0))
    assert float(distance) == pytest.approx(0.025 / 2, rel=1e-5)


def test_dice_does_not_see_pixels_without_weight():
    seen, hidden = image(2, -1), image(2, -1, 5, -5)
    loss = boundary_loss(seen, image(1, 0)) - boundary_loss(seen, image(1, 0), dice=0)
    weight = image(1, 1, 0, 0)
    masked = boundary_loss(hidden, image(1, 0, 0, 1), pixels=weight)
    masked = masked - boundary_loss(hidden, image(1, 0, 0, 1), dice=0, pixels=weight)
    assert float(masked) == pytest.approx(float(loss), rel=1e-5)


def test_skeleton_recall_is_the_mean_probability_on_the_centreline():
    probability, centreline = torch.full((1, 1, 100, 100), 0.3), torch.zeros(1, 1, 100, 100)
    centreline[..., 50] = 1
    assert float(skeleton_recall(probability, centreline)) == pytest.approx(31 / 101, rel=1e-5)
    centreline[..., :50, 50] = 0.5  # counts half
    assert float(skeleton_recall(probability, centreline)) == pytest.approx((0.3 * 75 + 1) / 76, rel=1e-5)


def test_soft_skeleton_of_a_bar_is_its_middle():
    bar = torch.zeros(1, 1, 32, 32)
    bar[..., 12:17] = 1  # five wide
    skeleton = soft_skeleton(bar)
    assert torch.equal(skeleton[0, 0, 8:24].nonzero()[:, 1].unique(), torch.tensor([14]))
    assert torch.equal(soft_skeleton(torch.zeros(1, 1, 8, 8)), torch.zeros(1, 1, 8, 8))


def truth(gap=False):
    """A vertical boundary between two grains, four pixels wide, and logits that are sure of it."""
    x = torch.arange(64.0)
    distance = ((x - 31.5).abs()).expand(1, 1, 64, 64) / DISTANCE_UNIT
    boundary = (distance * DISTANCE_UNIT <= 1.5).float()
    logit = 24 * boundary - 12
    if gap:
        logit = logit.clone()
        logit[..., 20:40, :] = -12
    batch = {"boundary": boundary, "distance": distance, "weight": torch.ones_like(boundary)}
    return {"boundary": logit, "distance": distance}, batch


NOTHING = {"dice": 0.0, "distance": 0.0}


@pytest.mark.parametrize("part", ["skeleton_recall", "cldice"])
def test_losses_of_topology_are_nothing_at_the_truth_and_see_a_gap(part):
    alone, topology = Loss(**NOTHING), Loss(**NOTHING | {part: 1.0})
    perfect = float(total_loss(*truth(), topology) - total_loss(*truth(), alone))
    assert perfect == pytest.approx(0, abs=0.02)
    gap = float(total_loss(*truth(gap=True), topology) - total_loss(*truth(gap=True), alone))
    missed = 20 / 64  # of the centreline
    expected = missed if part == "skeleton_recall" else 1 - 2 * (1 - missed) / (2 - missed)
    assert gap == pytest.approx(expected, abs=0.02)


def test_an_invented_line_costs_cldice_its_precision():
    outputs, batch = truth()
    outputs["boundary"] = outputs["boundary"].clone()
    outputs["boundary"][..., 8:12] = 12
    loss = Loss(**NOTHING | {"cldice": 1.0})
    added = float(total_loss(outputs, batch, loss) - total_loss(outputs, batch, Loss(**NOTHING)))
    assert added == pytest.approx(1 - 2 * 0.5 / 1.5, abs=0.03)  # half of the skeleton is right


def test_total_loss_is_the_sum_of_its_parts():
    outputs, batch = truth(gap=True)
    loss = Loss(boundary_weight=2.0, dice=0.25, distance=0.5)
    expected = boundary_loss(outputs["boundary"], batch["boundary"], weight=2.0, dice=0.25)
    expected = expected + 0.5 * distance_loss(outputs["distance"], batch["distance"])
    assert float(total_loss(outputs, batch, loss)) == pytest.approx(float(expected), rel=1e-6)


def test_all_parts_have_finite_gradients():
    outputs, batch = truth(gap=True)
    logit = outputs["boundary"].requires_grad_()
    total_loss(outputs, batch, Loss(1.0, 0.5, 0.5, 0.5)).backward()
    assert torch.isfinite(logit.grad).all()
    assert logit.grad[0, 0, 20:40, 30:34].max() < 0  # more probable where the gap is


@pytest.mark.parametrize("wrong", [{"dice": -1.0}, {"boundary_weight": 0.0}, {"cldice": math.nan}])
def test_weights_that_make_no_loss_are_refused(wrong):
    with pytest.raises(ValueError, match="weights"):
        Loss(**wrong)
