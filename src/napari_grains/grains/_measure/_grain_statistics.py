"""What the summary says of the distribution of grains, from the table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ._bimodal import Mixture, fitted_mixture
from ._distribution import Lognormal, by_number_and_area, fitted_lognormal
from ._grain_size import grain_size_planimetric

Summary = dict[str, object]


def statistics_of_grains(table: pd.DataFrame, *, same_pixels: bool = True) -> Summary:
    """Diameters, log-normal fit, largest grain and whether there are two sizes.

    Distributions are of complete grains with Miles-Lantuejoul weights.

    Parameters
    ----------
    table : DataFrame
        Of all fields; with ecd_um where all are calibrated.
    same_pixels : bool
        Whether px are the same everywhere.
    """
    table = table.sort_values(["ecd_px", "weight"])  # sums then depend on the names of grains in no digit
    calibrated = "ecd_um" in table and not table["ecd_um"].isna().any()
    column = {"px": "ecd_px" if same_pixels else None, "um": "ecd_um" if calibrated else None}
    best = column["um"] or column["px"]
    fit, mixture = None, None
    if best is not None:
        diameters, weights = table[best].to_numpy(float), table["weight"].to_numpy(float)
        fit, mixture = fitted_lognormal(diameters, weights), fitted_mixture(diameters, weights)
    # px over the unit of the fits, where there are both.
    per_unit = {unit: _ratio(table, name, best) for unit, name in column.items()}
    return {
        **{f"diameters_{unit}": _diameters(table, name) for unit, name in column.items()},
        "lognormal": _lognormal(fit, per_unit),
        "bimodal": _bimodal(mixture, per_unit),
        **_largest(table, calibrated=calibrated, same_pixels=same_pixels),
    }


def _ratio(table: pd.DataFrame, column: str | None, other: str | None) -> float | None:
    if column is None or other is None:
        return None
    return float(table[column].iloc[0] / table[other].iloc[0])


def _diameters(table: pd.DataFrame, column: str | None) -> Summary | None:
    if column is None:
        return None
    diameters, weights = table[column].to_numpy(float), table["weight"].to_numpy(float)
    return dict(by_number_and_area(diameters, diameters**2, weights))


def _times(value: float | None, factor: float | None) -> float | None:
    return None if value is None or factor is None else value * factor


def _lognormal(fit: Lognormal | None, per_unit: dict[str, float | None]) -> Summary:
    median = None if fit is None else fit.median
    return {
        **{f"median_{unit}": _times(median, factor) for unit, factor in per_unit.items()},
        "sigma_ln": None if fit is None else fit.sigma_ln,
        "p_value": None if fit is None else fit.p_value,
    }


def _bimodal(mixture: Mixture | None, per_unit: dict[str, float | None]) -> Summary:
    fine, coarse = (None, None) if mixture is None else mixture.median
    return {
        "detected": mixture is not None and mixture.detected,
        **{f"fine_median_{unit}": _times(fine, factor) for unit, factor in per_unit.items()},
        **{f"coarse_median_{unit}": _times(coarse, factor) for unit, factor in per_unit.items()},
        "coarse_area_fraction": None if mixture is None else mixture.coarse_area_fraction,
        "ashman_d": None if mixture is None else mixture.ashman_d,
        "bic_gain": None if mixture is None else mixture.bic_gain,
    }


def _largest(table: pd.DataFrame, *, calibrated: bool, same_pixels: bool) -> Summary:
    """Largest complete grain (ASTM E930); largest of all, and said so, where the rim cuts a larger one."""
    area = table["area_um2" if calibrated else "area_px"]
    known = calibrated or same_pixels
    complete = area[~table["edge"]]
    largest = complete.idxmax() if known and len(complete) else None
    um2 = None if largest is None or not calibrated else float(table["area_um2"][~table["edge"]].max())
    return {
        "largest_grain_area_px": (
            float(table["area_px"][~table["edge"]].max()) if largest is not None and same_pixels else None
        ),
        "largest_grain_area_um2": um2,
        "astm_g_largest": None if um2 is None else grain_size_planimetric(1e6 / um2),
        # A cut grain that shows more than the largest complete one: the largest is not known.
        "largest_grain_cut": bool(
            known and np.any(area[table["edge"]] > (complete.max() if len(complete) else 0))
        ),
    }
