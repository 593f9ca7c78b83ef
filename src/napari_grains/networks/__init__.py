"""Networks, their files and the device they run on."""

from napari_grains.weights import find_network, list_networks, user_folder

from ._checkpoint import NetworkCard, file_hash, load_network, read_card, save_network
from ._device import DevicePlan, choose_device, cpu_multiplies_bfloat16
from ._unet import UNet, UNetConfig

DISTANCE_UNIT = 10.0
"""Pixels per unit of the distance head's output."""

__all__ = [
    "DISTANCE_UNIT",
    "DevicePlan",
    "NetworkCard",
    "UNet",
    "UNetConfig",
    "choose_device",
    "cpu_multiplies_bfloat16",
    "file_hash",
    "find_network",
    "list_networks",
    "load_network",
    "read_card",
    "save_network",
    "user_folder",
]
