"""Classifiers: layers, torchvision's networks in grey, their weights, files, feature space."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torchvision import models

from napari_grains.errors import InputError
from napari_grains.networks import (
    LATTICE,
    PATTERN,
    UNET,
    ClassifierCard,
    ClassifierConfig,
    FeatureSpace,
    NetworkCard,
    Preparation,
    StoredClassifier,
    UNet,
    UNetConfig,
    classifier,
    disc,
    find_classifier,
    find_network,
    list_classifiers,
    list_networks,
    load_classifier,
    load_network,
    read_card,
    read_classifier_card,
    save_classifier,
    save_network,
)
from napari_grains.weights import bundled_folder

NAMES = ("steel", "rust", "paint")
CARD = ClassifierCard(
    "small", ClassifierConfig(PATTERN, 3), NAMES, "patterns", Preparation(32, power=0.5, disc=True), 1.5, 9.0
)


def weights_of(layers):
    return [
        sum(one.numel() for one in layer.parameters())
        for layer in layers
        if isinstance(layer, nn.Conv2d | nn.Linear)
    ]


def test_layers_of_the_pattern_network():
    network = classifier(PATTERN, 3)
    assert weights_of(network.encoder.modules()) == [320, 18_496, 73_856]
    assert weights_of(network.head.modules()) == [8_256, 195]
    norms = sum(one.numel() for norm in network.batch_norms() for one in norm.parameters())
    assert norms == 2 * (32 + 64 + 128)
    assert sum(one.numel() for one in network.parameters()) == 101_123 + norms
    [dropout] = [layer for layer in network.modules() if isinstance(layer, nn.Dropout)]
    assert dropout.p == 0.3
    assert sum(isinstance(layer, nn.MaxPool2d) for layer in network.modules()) == 2
    assert network.eval()(torch.zeros(2, 1, 64, 64)).shape == (2, 3)
    assert network.features(torch.zeros(2, 1, 64, 64)).shape == (2, 128)


@pytest.mark.parametrize(
    ("name", "features"),
    [
        ("resnet18", 512),
        ("resnet50", 2048),
        ("vgg11_bn", 512),
        ("densenet121", 1024),
        ("efficientnet_b0", 1280),
        ("mobilenet_v3_small", 576),
        ("squeezenet1_0", 512),
        (UNET, 256),
    ],
)
def test_classifiers_of_one_channel_by_name(name, features):
    network = classifier(name, 4).eval()
    image = torch.zeros(2, 1, 64, 64)
    assert network.features(image).shape == (2, features)
    assert network(image).shape == (2, 4)
    assert network.config == ClassifierConfig(name, 4, 1)
    last = {id(one) for part in network.last_stage() for one in part.parameters()}
    encoder = list(network.encoder.parameters())
    assert 0 < len(last) < len(encoder)
    assert id(encoder[-1]) in last or isinstance(network.encoder[-1], nn.ReLU)
    assert id(encoder[0]) not in last


@pytest.mark.parametrize("name", ["vit_b_16", "swin_t", "resnet", "", "fasterrcnn_resnet50_fpn"])
def test_what_is_no_classifier_with_feature_maps_is_refused(name):
    with pytest.raises(InputError) as caught:
        classifier(name, 3)
    assert "resnet18" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture
def downloaded(tmp_path, monkeypatch):
    """Weights of a small network as torchvision would offer them, at an address that is a file."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "cache"))
    torch.manual_seed(5)
    model = models.squeezenet1_1()
    file = tmp_path / "weights.pth"
    torch.save(model.state_dict(), file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    file = file.rename(tmp_path / f"squeezenet1_1-{digest[:8]}.pth")
    monkeypatch.setattr(models.SqueezeNet1_1_Weights.DEFAULT.value, "url", file.as_uri())
    return model


def test_a_grey_channel_gives_what_the_grey_picture_gave_in_colour(downloaded):
    network = classifier("squeezenet1_1", 3, pretrained=True).eval()
    grey = torch.randn(2, 1, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = downloaded.eval().features(grey.expand(-1, 3, -1, -1))
        torch.testing.assert_close(network.encoder(grey), expected, rtol=1e-4, atol=1e-4)
    summed = downloaded.features[0].weight.sum(dim=1, keepdim=True)
    torch.testing.assert_close(network.encoder[0].weight, summed)
    two = classifier("squeezenet1_1", 3, 2, pretrained=True)
    torch.testing.assert_close(two.encoder[0].weight.sum(dim=1, keepdim=True), summed)


def test_without_a_network_one_line_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    address = "http://127.0.0.1:9/squeezenet1_1-12345678.pth"
    monkeypatch.setattr(models.SqueezeNet1_1_Weights.DEFAULT.value, "url", address)
    with pytest.raises(InputError) as caught:
        classifier("squeezenet1_1", 3, pretrained=True)
    message = str(caught.value)
    assert "\n" not in message
    for part in ("could not be downloaded", "squeezenet1_1-12345678.pth", address, str(tmp_path)):
        assert part in message


@pytest.mark.parametrize("name", [PATTERN, LATTICE])
def test_the_networks_for_patterns_have_no_weights_of_others(name):
    with pytest.raises(InputError, match=f"the {name} network.*train it anew"):
        classifier(name, 3, pretrained=True)


def test_the_encoder_of_the_bundled_network_is_at_hand_offline():
    encoder = classifier(UNET, 2, pretrained=True).encoder.state_dict()
    bundled = load_network(find_network("default"))[0].encoder.state_dict()
    assert [tuple(one.shape) for one in encoder.values()] == [tuple(one.shape) for one in bundled.values()]
    for one, other in zip(encoder.values(), bundled.values(), strict=True):
        assert torch.equal(one, other)


def stored(seed=0, card=CARD):
    torch.manual_seed(seed)
    network = classifier(PATTERN, 3).eval()
    features, labels = torch.randn(30, 128), torch.arange(30) % 3
    return StoredClassifier(network, card, FeatureSpace.fit(features, labels, 3))


def test_a_file_holds_all_of_it(tmp_path):
    path, one = tmp_path / "new" / "small.safetensors", stored()
    save_classifier(path, one)
    found = load_classifier(path)
    assert found.card == read_classifier_card(path) == CARD
    assert not found.network.training
    image = torch.randn(1, 1, 32, 32)
    assert torch.equal(found.network(image), one.network(image))
    torch.testing.assert_close(
        found.space.distance(torch.ones(1, 128)), one.space.distance(torch.ones(1, 128))
    )
    save_classifier(tmp_path / "again.safetensors", one)
    assert (tmp_path / "again.safetensors").read_bytes() == path.read_bytes()


def test_a_file_without_a_feature_space(tmp_path):
    path = tmp_path / "a.safetensors"
    save_classifier(path, replace(stored(), space=None))
    assert load_classifier(path).space is None


def test_networks_for_boundaries_and_classifiers_are_told_apart(tmp_path):
    classes, boundaries = tmp_path / "classes.safetensors", tmp_path / "boundaries.safetensors"
    save_classifier(classes, stored())
    save_network(boundaries, UNet(UNetConfig(1, 2, 1)), NetworkCard("x", UNetConfig(1, 2, 1)))
    for read in (read_card, load_network):
        with pytest.raises(InputError, match="is a classifier"):
            read(classes)
    with pytest.raises(InputError, match="is no classifier"):
        load_classifier(boundaries)


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    """The user's folder with a network, two classifiers and a file that is neither."""
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(tmp_path))
    save_network(
        tmp_path / "alloy.safetensors", UNet(UNetConfig(1, 2, 1)), NetworkCard("x", UNetConfig(1, 2, 1))
    )
    for name in ("rust", "default"):
        save_classifier(tmp_path / f"{name}.safetensors", stored())
    (tmp_path / "damaged.safetensors").write_bytes(b"nothing")
    return tmp_path


def test_networks_for_boundaries_and_classifiers_are_listed_apart(own_folder):
    own = {name: own_folder / f"{name}.safetensors" for name in ("rust", "default")}
    assert list_classifiers() == own | {"patterns": bundled_folder() / "patterns.safetensors"}
    assert set(list_networks()) == {"default", "alloy", "damaged"}
    assert list_networks()["default"] == bundled_folder() / "default.safetensors"


def test_a_name_is_looked_for_among_networks_of_its_kind_first(own_folder):
    assert find_network() == bundled_folder() / "default.safetensors"
    assert find_classifier("default") == own_folder / "default.safetensors"
    with pytest.raises(InputError, match=r"rust.safetensors is a classifier"):
        load_network(find_network("rust"))
    with pytest.raises(InputError, match=r"alloy.safetensors is no classifier"):
        load_classifier(find_classifier("alloy"))
    with pytest.raises(InputError, match=r"no network 'iron'.*one of: default, alloy, damaged\.$"):
        find_network("iron")
    with pytest.raises(InputError, match=r"no classifier 'iron'.*one of: patterns, default, rust\.$"):
        find_classifier("iron")


def test_the_classifier_of_patterns_is_bundled(tmp_path, monkeypatch):
    monkeypatch.setenv("NAPARI_GRAINS_NETWORKS", str(tmp_path))
    assert list_classifiers() == {"patterns": bundled_folder() / "patterns.safetensors"}
    assert set(list_networks()) == {"default"}


def test_damaged_and_foreign_cards(tmp_path):
    path = tmp_path / "a.safetensors"
    with pytest.raises(ValueError, match="the card says"):
        save_classifier(
            path, replace(stored(), card=replace(CARD, architecture=ClassifierConfig(PATTERN, 3, 2)))
        )
    save_classifier(path, stored())
    path.write_bytes(path.read_bytes().replace(b'temperature\\": 1.5', b'temperature\\": 0.0'))
    with pytest.raises(InputError, match="another version"):
        load_classifier(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError):
        load_classifier(path)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ClassifierConfig(PATTERN, 1),
        lambda: ClassifierConfig(PATTERN, 2, 0),
        lambda: replace(CARD, class_names=("a", "b")),
        lambda: replace(CARD, task="dreams"),
        lambda: replace(CARD, temperature=0.0),
        lambda: Preparation(4),
        lambda: Preparation(low=60, high=40),
    ],
)
def test_what_cannot_be_is_refused(make):
    with pytest.raises(ValueError, match=r"\w"):
        make()


def test_images_are_prepared_whatever_their_size_and_depth():
    image = np.tile(np.linspace(0, 60_000, 100).astype(np.uint16), (80, 1))
    tensor = Preparation(32, low=0, high=100)(image)
    assert tensor.shape == (1, 32, 32)
    assert tensor.dtype == torch.float32
    assert -1 <= tensor.min() < -0.9 < 0.9 < tensor.max() <= 1
    assert (tensor[0, 0].diff() > 0).all()
    assert Preparation(32)(np.stack([image, image])).shape == (2, 32, 32)
    faint = Preparation(32, power=0.5, low=0, high=100)(image)
    assert faint.mean() > tensor.mean()


def test_a_disc_leaves_nothing_in_the_corners():
    preparation = Preparation(64, disc=True)
    tensor = preparation(np.random.default_rng(0).random((64, 64)))
    assert tensor[0, 0, 0] == tensor[0, -1, -1] == preparation.black == -1
    assert disc(64).sum() == pytest.approx(np.pi * 32**2, rel=0.01)


def test_far_from_every_class_is_far_in_feature_space():
    generator = torch.Generator().manual_seed(0)
    centres = 10 * torch.randn(3, 40, generator=generator)
    labels = torch.arange(300) % 3
    features = centres[labels] + torch.randn(300, 40, generator=generator)
    space = FeatureSpace.fit(features, labels, 3)
    usual = space.distance(features)
    assert usual.mean() == pytest.approx(np.sqrt(40), rel=0.1)  # unit variance in 40 directions
    assert space.distance(torch.zeros(1, 40)) > 2 * usual.max()
    again = FeatureSpace.from_tensors(space.tensors())
    assert torch.equal(again.distance(features), usual)


def test_a_feature_space_of_fewer_examples_than_features():
    features = torch.randn(6, 500, generator=torch.Generator().manual_seed(0))
    space = FeatureSpace.fit(features, torch.tensor([0, 0, 0, 1, 1, 1]), 2)
    assert torch.isfinite(space.distance(features)).all()
    assert space.distance(features + 100).min() > space.distance(features).max()
    one_each = FeatureSpace.fit(features[:2], torch.tensor([0, 1]), 2)
    assert torch.isfinite(one_each.distance(features)).all()
