"""Which network is kept."""

from __future__ import annotations

from copy import deepcopy

import pytest
import torch

from napari_grains.networks import UNet, UNetConfig
from napari_grains.training._race import Race

HELD = {"image": torch.zeros(1, 1, 4, 4)}


class Learner:
    """Its networks are told apart by a number, and judged as told."""

    def __init__(self):
        self._network = UNet(
            UNetConfig(base_channels=1, depth=1, heads={"boundary": 1, "distance": 1})
        ).eval()
        self.errors = {}
        self.become(0, 0.5)

    @property
    def average(self):
        return deepcopy(self._network)

    def become(self, number, error):
        self._network.heads["boundary"].bias.data.fill_(number)
        self.errors[number] = error

    def judge(self, _held, network):
        return self.errors[number_of(network)]


def number_of(network):
    return int(network.heads["boundary"].bias.detach())


@pytest.fixture
def learner():
    return Learner()


def test_the_network_before_the_training_is_kept_if_nothing_beats_it(learner):
    race = Race(learner, HELD)
    for number, error in enumerate((0.6, 0.5, 0.499), 1):  # a hair better is not better
        learner.become(number, error)
        assert race.enter() == error
    assert (race.won, race.before, race.score) == (False, 0.5, 0.5)
    assert number_of(race.best()) == 0


def test_what_falls_by_next_to_nothing_makes_no_progress(learner):
    race = Race(learner, HELD)
    for number, (error, since) in enumerate([(0.499, 0), (0.49999, 1), (0.4999, 2), (0.48, 0)], 1):
        learner.become(number, error)
        race.enter()
        assert race.since == since


def test_what_has_lost_most_of_the_gain_is_not_kept(learner):
    race = Race(learner, HELD)
    for number, error in enumerate((0.4, 0.3, 0.41, 0.6), 1):
        learner.become(number, error)
        race.enter()
    assert (race.won, race.before, race.score) == (True, 0.5, 0.3)
    assert number_of(race.best()) == 2
    assert race.since == 2


def test_where_the_first_is_right_on_all_strokes_nothing_can_win(learner):
    learner.become(0, 0.003)
    race = Race(learner, HELD)
    assert not race.open
    learner.become(1, 0.0)
    race.enter()
    assert not race.won


def test_a_tiny_gain_is_chance(learner):
    learner.become(0, 0.02)
    race = Race(learner, HELD)
    assert race.open
    for number, error in enumerate((0.017, 0.0159), 1):
        learner.become(number, error)
        race.enter()
    assert number_of(race.best()) == 2


def test_of_better_ones_the_latest_is_kept_but_small_losses_do_not_add_up(learner):
    race = Race(learner, HELD)
    for number, error in enumerate((0.3, 0.35, 0.39, 0.41), 1):
        learner.become(number, error)
        race.enter()
    assert number_of(race.best()) == 3
    assert race.score == 0.39


def test_other_strokes_may_let_the_first_win_again(learner):
    race = Race(learner, HELD)
    learner.become(1, 0.3)
    race.enter()
    assert race.won
    learner.errors = {0: 0.2, 1: 0.25}
    race.change(HELD)
    assert (race.won, race.before, race.score) == (False, 0.2, 0.2)
    learner.become(2, 0.1)
    race.enter()
    assert number_of(race.best()) == 2


def test_without_held_out_strokes_the_latest_is_kept_and_is_not_called_validated(learner):
    race = Race(learner, None)
    learner.become(1, 9.0)
    assert race.enter() is None
    assert (race.validated, race.won, race.before, race.score) == (False, True, None, None)
    assert number_of(race.best()) == 1
