from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_grains.images import unique_stems

NAMES = st.sampled_from(["a", "A", "b", "a_2", "x_a", "x_a_2", "\u00df", "ss"])
FOLDERS = st.sampled_from(["/x", "/y/x", "/z"])
SUFFIXES = st.sampled_from([".tif", ".png", ".TIF"])
PATHS = st.builds(lambda folder, name, suffix: Path(folder) / (name + suffix), FOLDERS, NAMES, SUFFIXES)


@pytest.mark.parametrize(
    ("paths", "stems"),
    [
        ([], []),
        (["a.tif", "b.png"], ["a", "b"]),
        (["run1/a.tif", "run2/a.tif", "run2/b.tif"], ["run1_a", "run2_a", "b"]),
        (["run/a.tif", "run/a.png"], ["a", "a_2"]),
        (["run/a.tif", "run/A.png"], ["a", "A_2"]),
        (["run/a.tif", "run/a.tif"], ["a", "a_2"]),
        (["p/run/a.tif", "q/run/a.tif"], ["a", "a_2"]),
        (["run1/a.tif", "run1/a.png", "run2/a.tif"], ["run1_a", "run1_a_2", "run2_a"]),
        (["x/a.tif", "y/a.tif", "z/x_a.tif"], ["x_a_2", "y_a", "x_a"]),
        (["/a.tif", "/x/a.tif"], ["a", "x_a"]),
    ],
)
def test_stems(paths, stems):
    assert unique_stems(paths) == stems


@given(st.lists(PATHS, max_size=12))
def test_distinct_even_where_case_does_not_count(paths):
    stems = unique_stems(paths)
    assert len({stem.casefold() for stem in stems}) == len(paths) == len(stems)
    given_stems = [path.stem.casefold() for path in paths]
    for path, stem in zip(paths, stems, strict=True):
        assert path.stem in stem
        if given_stems.count(path.stem.casefold()) == 1:
            assert stem == path.stem
