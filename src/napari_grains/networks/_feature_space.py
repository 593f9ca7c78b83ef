"""Where the classes lie among the features, and how far from them an image is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

MOST_AXES = 64
"""Directions whose spread is kept; all others share one."""
_FLOOR = 1e-6


@dataclass(frozen=True, eq=False)
class FeatureSpace:
    """Means of the classes and the spread that they share.

    The spread is that of probabilistic principal components (Tipping and Bishop, 1999): its own along a few
    axes, one for all other directions, so that it exists for fewer examples than features.

    Parameters
    ----------
    means : Tensor, (K, F)
        Of the classes.
    axes : Tensor, (q, F)
        Orthonormal directions of the largest spread.
    variances : Tensor, (q,)
        Along the axes.
    rest : Tensor, scalar
        Variance in every other direction.
    """

    means: Tensor
    axes: Tensor
    variances: Tensor
    rest: Tensor

    @classmethod
    def fit(cls, features: Tensor, labels: Tensor, classes: int) -> FeatureSpace:
        """Fit to features (N, F) of known labels (N,), of which every class has at least one."""
        features = features.double()
        means = torch.stack([features[labels == k].mean(dim=0) for k in range(classes)])
        inside = features - means[labels]
        free = max(1, len(features) - classes)
        _, singular, directions = torch.linalg.svd(inside, full_matrices=False)
        variances = singular**2 / free
        kept = min(MOST_AXES, len(variances), free, features.shape[1] - 1)
        others = features.shape[1] - kept
        floor = _FLOOR + 0.01 * variances.sum() / features.shape[1]
        rest = (variances[kept:].sum() / others).clamp_min(floor)
        spread = variances[:kept].clamp_min(floor)
        return cls(means.float(), directions[:kept].float(), spread.float(), rest.float())

    def distance(self, features: Tensor) -> Tensor:
        """Mahalanobis distance (N,) of features (N, F) from the nearest class (Lee et al., 2018)."""
        off = features.float()[:, None] - self.means
        along = off @ self.axes.T
        beside = (off.square().sum(-1) - along.square().sum(-1)).clamp_min(0)
        squared = (along.square() / self.variances).sum(-1) + beside / self.rest
        return squared.min(dim=1).values.sqrt()

    def tensors(self) -> dict[str, Tensor]:
        """All of it by name."""
        return {"means": self.means, "axes": self.axes, "variances": self.variances, "rest": self.rest}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor]) -> FeatureSpace:
        """Read what `tensors` gave.

        Raises
        ------
        KeyError
            If a part is missing.
        """
        return cls(tensors["means"], tensors["axes"], tensors["variances"], tensors["rest"])
