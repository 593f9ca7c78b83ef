"""Losses against values worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from napari_grains.training._losses import boundary_loss, distance_loss


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
