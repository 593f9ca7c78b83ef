"""A run in small."""

from __future__ import annotations

import pytest
import torch

from napari_grains.events import drive
from napari_grains.networks import UNetConfig
from napari_grains.synthesis import Recipe
from napari_grains.training import Pretraining, TrainingProgress, pretrain

SMALL = Pretraining(
    recipe=Recipe(kinds={"etched": 1.0}, grain_diameter=(14, 24), noise=0.5),
    architecture=UNetConfig(base_channels=4, depth=2),
    steps=30,
    batch=4,
    size=64,
    ema=0.9,
    workers=0,
    seed=1,
)


@pytest.fixture(scope="session")
def small():
    return SMALL


@pytest.fixture(scope="package", autouse=True)
def _one_thread():
    """A tiny network gains nothing from threads, and loses much on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def run_small(settings=SMALL, *, every=5, stop_at=None, **options):
    """Train, and return the network and the events with losses."""
    events = []
    should_stop = None if stop_at is None else lambda: events[-1].done >= stop_at
    trained = drive(
        pretrain(settings, **{"device": "cpu", "name": "small", "every": every} | options),
        events.append,
        should_stop,
    )
    return trained, [event for event in events if isinstance(event, TrainingProgress)]


@pytest.fixture(scope="session")
def train():
    return run_small


@pytest.fixture(scope="package")
def run(_one_thread):
    """The run of `SMALL`."""
    return run_small()


@pytest.fixture(scope="session")
def same():
    """Whether two networks are equal, bit for bit."""

    def compare(one, other):
        values = other.network.state_dict()
        return all(torch.equal(tensor, values[name]) for name, tensor in one.network.state_dict().items())

    return compare
