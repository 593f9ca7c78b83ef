"""The convolutional part of torchvision's classifiers, for any number of channels."""

from __future__ import annotations

import os
from typing import cast
from urllib.parse import urlparse

import torch
from torch import Tensor, nn
from torchvision import models

from napari_grains.errors import InputError
from napari_grains.weights import find_network

from ._checkpoint import load_network
from ._unet import UNet

_NOT_FEATURES = ("avgpool", "fc", "dropout", "AuxLogits", "aux1", "aux2")
"""Parts of a network with an "fc" that come after its feature maps."""


def backbone(name: str, channels: int, *, pretrained: bool) -> tuple[nn.Sequential, int]:
    """Make the convolutional part of a classifier of torchvision.

    Parameters
    ----------
    name : str
        As torchvision lists it.
    channels : int
        Input channels.
    pretrained : bool
        Whether to take torchvision's weights.

    Returns
    -------
    encoder : nn.Sequential
        (N, channels, Y, X) to feature maps (N, F, y, x).
    features : int
        F.

    Raises
    ------
    InputError
        See `classifier`.
    """
    model = _model(name)
    encoder = _encoder(model, name)
    features = _features(encoder, name)
    if pretrained:
        model.load_state_dict(pretrained_tensors(name))
    _adapt_first_layer(encoder, channels)
    return encoder, features


def unet_encoder(_name: str, channels: int, *, pretrained: bool) -> tuple[nn.Sequential, int]:
    """Make the encoder of a U-Net, with the weights of the bundled network if wanted; as `backbone`."""
    network = load_network(find_network())[0] if pretrained else UNet()
    parts = [part for block in network.encoder for part in (block, nn.MaxPool2d(2))]
    encoder = nn.Sequential(*parts[:-1]).train()
    _adapt_first_layer(encoder, channels)
    return encoder, network.config.base_channels << network.config.depth


def pretrained_tensors(name: str) -> dict[str, Tensor]:
    """Weights of a classifier by torchvision, from its cache or downloaded into it.

    Raises
    ------
    InputError
        If there are none, or they cannot be had; the line says what to do without a network.
    """
    try:
        weights = models.get_model_weights(name).DEFAULT
    except (ValueError, AttributeError):
        raise InputError(f"torchvision has no weights for {name}; train it without them.") from None
    try:
        tensors = weights.get_state_dict(progress=False, check_hash=True, weights_only=True)
    except (OSError, RuntimeError) as error:
        file = os.path.basename(urlparse(weights.url).path)  # noqa: PTH119 - of an address, not of a file
        folder = os.path.join(torch.hub.get_dir(), "checkpoints")  # noqa: PTH118 - shown as it is
        reason = " ".join(str(error).split())
        raise InputError(
            f"the weights of {name} could not be downloaded ({reason}); copy {file} from {weights.url} to "
            f"{folder}, or train without pretrained weights."
        ) from None
    return cast("dict[str, Tensor]", tensors)


def _model(name: str) -> nn.Module:
    if name not in models.list_models(module=models):
        raise InputError(
            f"there is no classifier {name!r}; use pattern, or one of torchvision such as resnet18, "
            "vgg11_bn, densenet121 or efficientnet_b0."
        )
    options = {"init_weights": False} if name in {"googlenet", "inception_v3"} else {}
    return cast("nn.Module", models.get_model(name, weights=None, **options))


def _encoder(model: nn.Module, name: str) -> nn.Sequential:
    """Parts up to the last feature maps, one after the other."""
    features = getattr(model, "features", None)
    if isinstance(features, nn.Sequential) and not hasattr(model, "permute"):
        return nn.Sequential(*features, nn.ReLU()) if name.startswith("densenet") else features
    if isinstance(layers := getattr(model, "layers", None), nn.Sequential):
        return layers
    if hasattr(model, "fc"):
        parts = [part for key, part in model.named_children() if key not in _NOT_FEATURES]
        return nn.Sequential(*parts)
    raise InputError(f"{name} has no convolutional feature maps; use resnet18, for example.")


def _adapt_first_layer(encoder: nn.Sequential, channels: int) -> None:
    """Let the first convolution read so many channels, with the same sum of its weights."""
    path, first = next(
        (path, module) for path, module in encoder.named_modules() if isinstance(module, nn.Conv2d)
    )
    if first.in_channels == channels:
        return
    adapted = nn.Conv2d(
        channels,
        first.out_channels,
        cast("tuple[int, int]", first.kernel_size),
        cast("tuple[int, int]", first.stride),
        cast("tuple[int, int]", first.padding),
        bias=first.bias is not None,
    )
    with torch.no_grad():
        adapted.weight.copy_(first.weight.sum(dim=1, keepdim=True) / channels)
        if first.bias is not None and adapted.bias is not None:
            adapted.bias.copy_(first.bias)
    encoder.set_submodule(path, adapted)


@torch.no_grad()
def _features(encoder: nn.Sequential, name: str) -> int:
    """Channels of the feature maps, by trying."""
    encoder.eval()
    maps = encoder(torch.zeros(1, 3, 64, 64))
    encoder.train()
    if maps.ndim != 4:
        raise InputError(f"{name} has no convolutional feature maps; use resnet18, for example.")
    return int(maps.shape[1])
