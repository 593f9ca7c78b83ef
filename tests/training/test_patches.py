"""What comes in each step: patches of strokes, and synthetic micrographs."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from napari_grains.synthesis import Recipe
from napari_grains.training import Finetuning
from napari_grains.training import _rehearsal as rehearsal
from napari_grains.training._aims import phase_settings
from napari_grains.training._patches import Patches
from napari_grains.training._rehearsal import Rehearsal
from napari_grains.training._targets import Targets


@pytest.fixture
def patches():
    """A boundary at one end of a field, a grain at the other."""
    boundary, grain = np.zeros((2, 64, 256), bool)
    boundary[:, 0], grain[:, -1] = True, True
    field = SimpleNamespace(grey=np.zeros((64, 256), np.float32))
    rng = np.random.default_rng(0)
    return Patches({(0, 0): field}, {(0, 0): Targets(boundary, grain)}, rng)


def test_what_was_chosen_is_the_size_of_small_steps_and_of_large_ones():
    assert Finetuning().sizes(small=True) == (1, 1)
    assert Finetuning().sizes() == (4, 4)
    for small in (True, False):
        assert Finetuning(batch=3, rehearsal=0).sizes(small=small) == (3, 0)
        assert Finetuning(rehearsal=2).sizes(small=small)[1] == 2


def test_phases_take_large_steps_for_their_statistics():
    assert phase_settings(Finetuning()).sizes(small=True) == (8, 0)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_classes_come_in_turn_however_few_patches_a_step_has(patches, number):
    steps = [patches.draw(number, 64) for _ in range(12)]
    around_boundary = torch.cat([batch["boundary"].flatten(1).any(1) for batch in steps])
    around_grain = torch.cat([batch["grain"].flatten(1).any(1) for batch in steps])
    assert around_boundary.tolist() == [True, False] * (6 * number)
    assert torch.equal(around_grain, ~around_boundary)


def test_recipes_come_in_turn_and_their_micrographs_again(monkeypatch):
    monkeypatch.setattr(rehearsal, "_KEPT", 2)
    drawn = []
    micrograph = Recipe.micrograph

    def recorded(self, seed, index, shape):
        drawn.append((self.noise, index))
        return micrograph(self, seed, index, shape)

    monkeypatch.setattr(Recipe, "micrograph", recorded)
    both = Rehearsal([Recipe(noise=0.0), Recipe(noise=1.0)], 0)
    rng = np.random.default_rng(0)
    batches = [both.draw(1, 32, rng) for _ in range(7)]
    assert drawn == [(0.0, 0), (1.0, 0), (0.0, 1), (1.0, 1)]
    assert all(batch["image"].shape == (1, 1, 32, 32) for batch in batches)
