"""Classifiers by the name of their network."""

from __future__ import annotations

from torch import nn

from napari_grains.errors import InputError

from ._backbones import backbone, unet_encoder
from ._classifier import LATTICE, PATTERN, Classifier, ClassifierConfig
from ._grain_classifier import GrainClassifier
from ._lattice_net import lattice_encoder, lattice_head
from ._pattern_net import PATTERN_FEATURES, pattern_encoder, pattern_head

UNET = "unet"
"""Name of the classifier that reads the encoder of the bundled U-Net: weights without a download."""


def classifier(
    name: str, classes: int, channels: int = 1, *, pretrained: bool = False, measures: int = 0
) -> Classifier:
    """Make a classifier by name.

    Parameters
    ----------
    name : str
        "pattern", "lattice" (which measures diffraction patterns first), "unet" (the encoder of the bundled
        U-Net) or a classifier of torchvision, such as "resnet18", "vgg11_bn", "densenet121" or
        "efficientnet_b0".
    classes : int
        Number of classes, at least 2.
    channels : int
        Input channels. The first layer of a pretrained network keeps the sum of its weights over red, green
        and blue, shared evenly among the channels: one grey channel gives what the grey picture gave as RGB.
    pretrained : bool
        Whether to start from weights: torchvision's are downloaded once, those of "unet" are bundled.
    measures : int
        Numbers that are read beside the image, which makes a `GrainClassifier`.

    Returns
    -------
    Classifier
        In training mode; what is not pretrained is drawn from torch's generator.

    Raises
    ------
    InputError
        If there is no such classifier, it has no feature maps, there are no weights for it, or they cannot be
        downloaded.
    """
    config = ClassifierConfig(name, classes, channels, measures)
    if name in (PATTERN, LATTICE) and pretrained:
        raise InputError(
            f"the {name} network has no weights of torchvision; start from a file or train it anew."
        )
    if name == LATTICE:
        return _lattice(config)
    if name == PATTERN:
        encoder, features = pattern_encoder(channels), PATTERN_FEATURES
    else:
        make = unet_encoder if name == UNET else backbone
        encoder, features = make(name, channels, pretrained=pretrained)
    if measures:
        return GrainClassifier(config, encoder)
    head = pattern_head(classes) if name == PATTERN else nn.Linear(features, classes)
    return Classifier(config, encoder, head)


def _lattice(config: ClassifierConfig) -> Classifier:
    if config.measures:
        raise InputError("the lattice network reads whole diffraction patterns, no grains; choose another.")
    return Classifier(config, lattice_encoder(), lattice_head(config.classes))
