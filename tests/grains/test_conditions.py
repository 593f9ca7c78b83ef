"""Conditions that filter the table of grains."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from napari_grains.errors import InputError
from napari_grains.grains import rows_where

TABLE = pd.DataFrame(
    {
        "grain": [1, 2, 3, 4],
        "ecd_um": [2.0, 5.0, 8.0, np.nan],
        "aspect_ratio": [1.0, 3.0, 1.5, 2.0],
        "edge": [False, True, False, False],
        "note": ["a", "b", "c", "d"],
    }
)


@pytest.mark.parametrize(
    ("condition", "grains"),
    [
        ("", [1, 2, 3, 4]),
        ("  ", [1, 2, 3, 4]),
        ("ecd_um > 2", [2, 3]),
        ("ECD_um>=2", [1, 2, 3]),
        ("ecd_um > 2 and not edge", [3]),
        ("not (ecd_um > 2 and edge)", [1, 3, 4]),
        ("edge or aspect_ratio == 2", [2, 4]),
        ("grain = 1 or grain = 2 and edge", [1, 2]),
        ("(grain = 1 or grain = 2) and edge", [2]),
        ("2 < ecd_um <= 8", [2, 3]),
        ("aspect_ratio < ecd_um", [1, 2, 3]),
        ("ecd_um > -1e-3", [1, 2, 3]),
        ("ecd_um < .5e1", [1]),
        ("NOT edge AND grain != 1", [3, 4]),
        ("edge == 1", [2]),
    ],
)
def test_rows_fulfil_the_condition(condition, grains):
    assert list(TABLE["grain"][rows_where(TABLE, condition)]) == grains


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("ecd_um >", "something is missing"),
        ("ecd_um", "compared with nothing"),
        ("5", "compared with nothing"),
        ("ecd_um > 3 edge", "not expected"),
        ("(edge", "not closed"),
        ("edge)", "not expected"),
        ("note == 1", "holds no numbers"),
        ("- ecd_um < 3", "sign"),
        ("area > 3", "no column “area”"),
        ("@edge", "means nothing"),
        ("__import__('os')", "means nothing"),
        ("edge.any", "means nothing"),
        ("and edge", "missing"),
        (" and ".join(["edge"] * 51), "101 words"),
    ],
)
def test_what_is_no_condition_is_said_in_one_line(condition, says):
    with pytest.raises(InputError) as error:
        rows_where(TABLE, condition)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_deep_parentheses_are_read():
    assert rows_where(TABLE, "(" * 49 + "edge" + ")" * 49).sum() == 1
