"""Networks, their files and the device they run on."""

from napari_grains.weights import (
    find_classifier,
    find_network,
    find_phase_network,
    list_classifiers,
    list_networks,
    list_phase_networks,
    user_folder,
)

from ._checkpoint import NetworkCard, file_hash, load_network, read_card, save_network
from ._classifier import LATTICE, PATTERN, Classifier, ClassifierConfig
from ._classifier_file import (
    TASKS,
    ClassifierCard,
    StoredClassifier,
    load_classifier,
    read_classifier_card,
    save_classifier,
)
from ._device import DevicePlan, choose_device, cpu_multiplies_bfloat16
from ._feature_space import FeatureSpace
from ._grain_classifier import GrainClassifier
from ._inputs import Inputs
from ._named import UNET, classifier
from ._preparation import Preparation, disc
from ._unet import UNet, UNetConfig

DISTANCE_UNIT = 10.0
"""Pixels per unit of the distance head's output."""

__all__ = [
    "DISTANCE_UNIT",
    "LATTICE",
    "PATTERN",
    "TASKS",
    "UNET",
    "Classifier",
    "ClassifierCard",
    "ClassifierConfig",
    "DevicePlan",
    "FeatureSpace",
    "GrainClassifier",
    "Inputs",
    "NetworkCard",
    "Preparation",
    "StoredClassifier",
    "UNet",
    "UNetConfig",
    "choose_device",
    "classifier",
    "cpu_multiplies_bfloat16",
    "disc",
    "file_hash",
    "find_classifier",
    "find_network",
    "find_phase_network",
    "list_classifiers",
    "list_networks",
    "list_phase_networks",
    "load_classifier",
    "load_network",
    "read_card",
    "read_classifier_card",
    "save_classifier",
    "save_network",
    "user_folder",
]
