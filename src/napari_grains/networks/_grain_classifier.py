"""Networks that sort grains into classes: feature maps within the grain, beside what was measured of it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from ._classifier import Classifier, ClassifierConfig
from ._inputs import Inputs

POOLED_SHARE = 0.3
"""What all pooled features vary by, in units of what all measures do: less, as they are many and general."""
_FLOOR = 1e-3
"""Least spread of a feature among the examples; what hardly differs is not blown up."""


class GrainClassifier(Classifier):
    """Mean of the feature maps of every stage within the grain, shape and grey, standardised; a linear head.

    A grain's texture shows in the fine maps of the first stages, what surrounds it in the coarse ones of the
    last. Pooled features and measures are each scaled to a total of their own, however many they are.

    Parameters
    ----------
    config : ClassifierConfig
        With the number of measures.
    encoder : nn.Sequential
        (N, channels, Y, X) to feature maps.
    """

    head: nn.Linear
    middle: Tensor
    scale: Tensor

    def __init__(self, config: ClassifierConfig, encoder: nn.Sequential) -> None:
        stages = _ends_of_stages(encoder, config.channels)
        pooled = sum(stages.values())
        super().__init__(config, encoder, nn.Linear(pooled + config.measures, config.classes))
        self._stages, self.pooled = frozenset(stages), pooled
        self.register_buffer("middle", torch.zeros(pooled + config.measures))
        self.register_buffer("scale", torch.ones(pooled + config.measures))

    def features_of(self, inputs: Inputs) -> Tensor:
        """Standardised features (N, F), which the head reads."""
        return self.standardised(self.raw_features(inputs))

    def raw_features(self, inputs: Inputs) -> Tensor:
        """Means within the grains (N, P), then the measures (N, M)."""
        means = self.means(self.stage_maps(inputs.images), inputs.masks)
        assert inputs.measures is not None  # noqa: S101 - for mypy; grains have been measured
        return torch.cat([means, inputs.measures], dim=1)

    def stage_maps(self, images: Tensor) -> list[Tensor]:
        """Feature maps (N, F, y, x) at the end of each stage, the finest first."""
        found = []
        for number, part in enumerate(self.encoder):
            images = part(images)
            if number in self._stages:
                found.append(images)
        return found

    @staticmethod
    def means(maps: list[Tensor], masks: Tensor | None) -> Tensor:
        """Mean (N, P) of all maps within the masks (N, 1, S, S), or of all of them without masks."""
        return torch.cat([_mean_within(one.float(), masks) for one in maps], dim=1)

    def standardised(self, raw: Tensor) -> Tensor:
        """Features (N, F) about their middle, each in units of its spread and of its kind's share."""
        return (raw - self.middle) * self.scale

    @torch.no_grad()
    def standardise_by(self, raw: Tensor) -> None:
        """Take middle and scale of the features from those of examples (N, F)."""
        spread, middle = torch.std_mean(raw, dim=0, correction=0)
        number = torch.full_like(spread, self.pooled / POOLED_SHARE)
        number[self.pooled :] = max(1, self.config.measures)
        self.middle.copy_(middle)
        self.scale.copy_(1 / (spread.clamp_min(_FLOOR) * number.sqrt()))


@torch.no_grad()
def _ends_of_stages(encoder: nn.Sequential, channels: int) -> dict[int, int]:
    """Find number and channels of the parts after which the resolution is reduced, and of the last one."""
    was_training = encoder.training
    encoder.eval()
    maps, shapes = torch.zeros(1, channels, 64, 64), []
    for part in encoder:
        maps = part(maps)
        shapes.append(maps.shape)
    encoder.train(was_training)
    sizes = [*(shape[2] for shape in shapes), 0]
    return {k: shape[1] for k, shape in enumerate(shapes) if sizes[k + 1] < sizes[k]}


def _mean_within(maps: Tensor, masks: Tensor | None) -> Tensor:
    """Mean (N, F) of maps (N, F, y, x), weighted with the share of each cell that is the grain's."""
    if masks is None:
        return maps.mean(dim=(2, 3))
    weights = F.adaptive_avg_pool2d(masks, (maps.shape[-2], maps.shape[-1]))
    return (maps * weights).sum(dim=(2, 3)) / weights.sum(dim=(2, 3)).clamp_min(1e-6)
