"""Phases are learned from strokes: targets, loss, network, held-out slices, and the whole job."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_grains.errors import InputError
from napari_grains.events import Answer, Preview, Update, drive
from napari_grains.images import PixelSize, calibrated
from napari_grains.inference import PhasePredictor, PhaseSettings, WorkingFrame, map_phases, phase_scale
from napari_grains.networks import NetworkCard, UNet, UNetConfig, save_network
from napari_grains.training import Finetuning, PaintedImage, finetune, finetune_arrays, phase_settings
from napari_grains.training._aims import aim_of
from napari_grains.training._aims._phase_held_out import hold_out_phases
from napari_grains.training._aims._phase_loss import phase_error, phase_loss
from napari_grains.training._aims._phase_network import phase_network
from napari_grains.training._aims._phase_painted import PaintedPhases
from napari_grains.training._aims._phase_patches import judging_squares
from napari_grains.training._aims._phase_scores import confusion, intersections_over_unions
from napari_grains.training._aims._phase_targets import phase_targets
from napari_grains.weights import find_phase_network, list_networks, list_phase_networks

TINY = UNetConfig(base_channels=4, depth=2)
QUICK = Finetuning(steps=60, seconds=None, batch=2, patch=64, learning_rate=1e-2)


def two_phases(seed=0, size=96, share=0.1):
    """A dark and a bright phase in coarse blocks, with noise, and labels on a share of the pixels."""
    rng = np.random.default_rng(seed)
    truth = np.kron(rng.integers(1, 3, (size // 16, size // 16)), np.ones((16, 16), int))
    grey = truth + rng.normal(0, 0.1, truth.shape)
    return grey.astype(np.float32), np.where(rng.random(truth.shape) < share, truth, 0), truth


def painted(seed=0, share=0.1, **more):
    grey, labels, _ = two_phases(seed, share=share)
    return PaintedImage(calibrated(grey, name=f"steel {seed}"), labels, paint="phases", **more)


@pytest.fixture
def start(tmp_path):
    torch.manual_seed(0)
    path = tmp_path / "start.safetensors"
    save_network(path, UNet(TINY), NetworkCard("start", TINY))
    return path


def test_a_thin_stroke_survives_where_the_image_shrinks_unless_phases_meet_in_a_pixel():
    labels = np.zeros((16, 16), int)
    labels[1, :8], labels[9, 1], labels[10, 2] = 1, 2, 1
    targets = phase_targets(labels, WorkingFrame(0.25, labels.shape), 2)
    assert targets.classes[0].tolist() == [1, 1, 0, 0]
    assert targets.classes[2].tolist()[1:] == [0, 0, 0]
    with pytest.raises(InputError, match="phases are 1 to 2, found 3 to 3"):
        phase_targets(np.full((4, 4), 3), WorkingFrame(1.0, (4, 4)), 2)


def test_nothing_is_learned_where_nothing_is_painted():
    logits = torch.randn(1, 3, 4, 4, requires_grad=True)
    phases = torch.zeros(1, 1, 4, 4)
    phases[0, 0, 1, 2] = 2
    phase_loss(logits, phases).backward()
    changed = logits.grad.abs().sum(1)[0] > 0
    assert changed.nonzero().tolist() == [[1, 2]]
    assert phase_loss(logits, torch.zeros(1, 1, 4, 4)).item() == 0


def test_who_knows_nothing_errs_as_chance_does_and_who_is_right_not_at_all():
    phases = torch.randint(1, 4, (2, 1, 8, 8)).float()
    assert float(phase_error(torch.zeros(2, 3, 8, 8), phases)) == pytest.approx((1 - 1 / 3) / 2)
    right = torch.nn.functional.one_hot(phases[:, 0].long() - 1, 3).movedim(-1, 1) * 100.0
    assert float(phase_error(right, phases)) == pytest.approx(0)


def test_classes_count_by_the_square_root_of_their_area_and_by_their_overlap():
    logits = torch.zeros(1, 2, 1, 10)
    logits[:, 0] = 5.0  # right on the first class, wrong on the second
    phases = torch.tensor([1.0] * 9 + [2.0]).reshape(1, 1, 1, 10)
    right, wrong = torch.nn.functional.softplus(torch.tensor([-5.0, 5.0])).tolist()
    first = float(torch.tensor(5.0).sigmoid())
    overlaps = (18 * first + 1) / (10 * first + 10), (2 * (1 - first) + 1) / (10 * (1 - first) + 2)
    expected = (3 * right + wrong) / 4 + 0.5 * (1 - sum(overlaps) / 2)
    assert float(phase_loss(logits, phases, balance=0.5)) == pytest.approx(expected)


def test_several_channels_share_the_first_layer(start):
    network, card = phase_network(start, ("a", "b", "c"), 2)
    before = UNet(TINY)
    before.load_state_dict({**phase_network(start, ("a", "b"), 1)[0].state_dict()}, strict=False)
    image = torch.randn(1, 1, 16, 16)
    single, _ = phase_network(start, ("a", "b", "c"), 1)
    assert torch.allclose(network.features(image.repeat(1, 2, 1, 1)), single.features(image), atol=1e-5)
    assert (card.task, card.class_names, card.architecture.in_channels) == ("phases", ("a", "b", "c"), 2)
    assert dict(card.architecture.heads) == {"phases": 3}


def test_of_several_slices_some_are_held_out_and_blocks_of_a_single_one():
    card = NetworkCard("start", TINY)
    images = [replace(painted(seed), scale=1.0) for seed in range(4)]
    fields = PaintedPhases(images, card, number=2).fields()
    held = hold_out_phases(fields)
    assert str(held) == "another image"
    (key,) = held.keys
    learned, judged = held.split(key, fields[key].targets)
    assert not any(learned.counts)
    assert judged.counts == fields[key].targets.counts
    assert str(hold_out_phases({(0, 0): fields[0, 0]})) == "parts of the image"


def test_of_many_squares_those_with_the_rare_phase_judge():
    known = torch.ones(60, 1, 8, 8)
    known[50, 0, 0, 0] = 2
    chosen = judging_squares(known)
    assert len(chosen) == 24
    assert 50 in chosen


def test_confusion_and_iou():
    truth, found = np.array([0, 1, 1, 2, 2]), np.array([1, 1, 2, 2, 2])
    counts = confusion(truth, found, 3)
    assert counts == [[1, 1, 0], [0, 2, 0], [0, 0, 0]]
    assert intersections_over_unions(counts) == [0.5, 0.6667, None]


def test_phases_are_learned_from_a_tenth_of_the_pixels_and_mapped(start, tmp_path):
    previews = []
    job = finetune([painted()], QUICK, start=start, device="cpu", watch=0, class_names=("soft", "hard"))
    done = drive(job, lambda event: previews.append(event) if isinstance(event, Preview) else None)
    figures = done.figures
    assert figures["kept"] == "trained"
    assert figures["held_out"] == "parts of the image"
    assert min(figures["iou"]) > 0.8
    assert figures["temperature"] == done.card.temperature > 0
    assert 0 <= figures["calibration"]["error_before"] < 0.5
    assert {preview.name for preview in previews} == {"phases"}
    assert previews[-1].array.dtype == np.int32
    path = tmp_path / "phases.safetensors"
    save_network(path, done.network, done.card)
    grey, _, truth = two_phases(7)
    result = drive(map_phases(calibrated(grey), PhaseSettings(str(path), device="cpu")))
    assert (result.phases == truth).mean() > 0.95
    assert result.class_names == ("soft", "hard")
    assert sum(one.fraction for one in result.fractions) == pytest.approx(1)
    assert result.confidence.min() >= 0.5
    nothing = PhasePredictor.load(str(path), "cpu")
    assert nothing.knows
    doubtful = drive(map_phases(calibrated(grey), PhaseSettings(str(path), device="cpu", unknown=True)))
    assert (doubtful.phases == 0).mean() < 0.2
    kept = doubtful.phases > 0
    assert (doubtful.phases[kept] == result.phases[kept]).all()


def test_a_network_for_phases_goes_on_and_is_listed_apart(start, monkeypatch):
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(start.parent))
    images = [{"image": two_phases()[0], "labels": two_phases()[1], "paint": "phases", "scale": 0.5}]
    arguments = {"steps": 12, "seconds": None, "batch": 2, "patch": 64, "device": "cpu"}
    first = drive(
        finetune_arrays(images, start=str(start), output=str(start.parent / "p.safetensors"), **arguments)
    )
    assert "p" in list_phase_networks()
    assert "p" not in list_networks()
    assert find_phase_network("p") == start.parent / "p.safetensors"
    again = drive(finetune_arrays(images, start="p", output=str(start.parent / "q.safetensors"), **arguments))
    assert again["before"] == pytest.approx(first["after"], rel=0.05)


def test_several_channels_are_learned_together(start):
    grey, labels, _ = two_phases()
    nothing = calibrated(np.random.default_rng(1).normal(size=grey.shape).astype(np.float32))
    image = PaintedImage(nothing, labels, paint="phases", channels=(calibrated(grey),))
    done = drive(finetune([image], QUICK, start=start, device="cpu"))
    assert done.card.architecture.in_channels == 2
    assert done.card.class_names == ("phase 1", "phase 2")
    assert min(done.figures["iou"]) > 0.8


def test_asked_where_to_paint_next_it_answers_for_phases_too(start):
    grey, labels, _ = two_phases()
    labels[48:] = 0
    stack = calibrated(np.stack([grey, grey]), name="steel")
    other = calibrated(np.stack([-grey, -grey]), name="map")
    image = PaintedImage(stack, np.stack([labels, 0 * labels]), paint="phases", channels=[other])
    events, asked = [], iter([Update({"suggest": {"image": 0, "slice": 1, "errors": []}})])
    job = finetune([image], replace(QUICK, steps=4), start=start)
    fine = drive(job, events.append, updates=lambda: next(asked, None))
    assert fine.figures["steps"] == 4
    answers = [event.result for event in events if isinstance(event, Answer)]
    assert len(answers) == 1
    assert (answers[0]["image"], answers[0]["slice"]) == (0, 1)
    assert answers[0]["uncertainty"].shape == grey.shape
    assert answers[0]["extent"] == 16
    assert 0 < answers[0]["doubt"] <= 1  # bits, of two phases


def test_kinds_of_paint_are_not_mixed(start):
    other = replace(painted(), paint="boundary")
    with pytest.raises(InputError, match="one kind at a time"):
        aim_of([painted(), other])
    with pytest.raises(InputError, match="class names are for phases"):
        aim_of([other], ("a", "b"))
    with pytest.raises(InputError, match="phase 2 is painted, but there are names for 1"):
        aim_of([painted()], ("a",), start)


def test_what_concerns_boundaries_has_no_effect_on_phases():
    chosen = Finetuning(batch=3, rehearsal=2, keeping=0.7, zoom=2.0, learning_rate=0.1)
    used = phase_settings(chosen)
    assert (used.batch, used.rehearsal, used.matched, used.keeping) == (5, 0, False, 0.0)
    assert (used.zoom, used.rate("all")) == (2.0, 0.1)
    assert phase_settings(used) == used == phase_settings(replace(chosen, rates={"all": 1.0}, matched=False))


def test_the_scale_follows_the_pixel_size():
    card = NetworkCard(
        "n", recipe={"finetuning": [{"painted": [{"scale": 0.5, "pixel_size_m": [1e-6, 1e-6]}]}]}
    )
    assert phase_scale(card, PixelSize(y=2e-6, x=2e-6, source="typed")) == pytest.approx(1.0)
    assert phase_scale(card, None) == 0.5
    assert phase_scale(NetworkCard("n"), None) == 1.0
