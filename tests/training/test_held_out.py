"""Which strokes are held out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage as ndi
from strokes import painted_image

from napari_grains.networks import NetworkCard
from napari_grains.training._held_out import MARGIN, HeldOut, split
from napari_grains.training._painted import Painted


def fields_of(*images):
    return Painted(list(images), NetworkCard("start")).fields()


@pytest.fixture(scope="module")
def one():
    return fields_of(painted_image(size=160))


def test_of_one_image_blocks_with_about_a_fifth_of_both_classes(one):
    held_out = HeldOut.choose(one)
    learned, held = split(one, held_out)
    [key] = one
    shares = np.divide(held[key].counts, one[key].targets.counts)
    assert np.all((shares > 0.1) & (shares < 0.35))
    assert str(held_out) == "parts of the image"
    assert min(learned[key].counts) > 0


def test_no_pixel_is_learned_from_and_judged_by(one):
    [key] = one
    for part in range(5):
        learned, held = HeldOut(key, part).split(key, one[key].targets)
        assert not (learned.known & held.known).any()
        away = ndi.distance_transform_edt(~held.known)[learned.known]
        assert away.min() > MARGIN


def test_the_parts_cover_all_of_an_image_once(one):
    [key] = one
    known = [HeldOut(key, part).split(key, one[key].targets)[1].known for part in range(5)]
    assert np.array_equal(np.sum(known, axis=0), one[key].targets.known)


def test_of_several_images_one_is_held_out_whole():
    fields = fields_of(*(painted_image(number) for number in range(3)))
    held_out = HeldOut.choose(fields)
    learned, held = split(fields, held_out)
    assert str(held_out) == "another image"
    assert len(learned) == 2
    assert set(learned).isdisjoint(held)
    [key] = held
    assert held[key].counts == fields[key].targets.counts


def test_a_few_strokes_are_too_few_to_hold_some_out():
    image = painted_image()
    labels = np.zeros_like(image.labels)
    labels[10, 10:20] = 2
    labels[30, 10:20] = 1
    fields = fields_of(image.with_labels(labels))
    assert HeldOut.choose(fields) is None
    learned, held = split(fields, None)
    assert len(learned) == 1
    assert held == {}


def test_what_is_held_out_stays_so_while_further_strokes_come(one):
    [key] = one
    held_out = HeldOut.choose(one)
    _, before = held_out.split(key, one[key].targets)
    more = type(one[key].targets)(one[key].targets.boundary, ~one[key].targets.boundary)
    learned, after = held_out.split(key, more)
    assert not (before.known & learned.known).any()
    assert not (before.boundary & ~after.boundary).any()
