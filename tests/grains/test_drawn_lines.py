"""Test lines as starts and steps."""

from __future__ import annotations

import numpy as np

from napari_grains.grains import as_vectors, circles_as_segments


def test_segments_become_starts_and_steps():
    vectors = as_vectors(np.array([[[1, 2], [4, 6]], [[0, 0], [0, -3]]]))
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, [[[1, 2], [3, 4]], [[0, 0], [0, -3]]])
    assert as_vectors(np.empty((0, 2, 2))).shape == (0, 2, 2)


def test_circles_become_closed_polygons():
    segments = circles_as_segments(np.array([[10.0, 20.0, 5.0], [0.0, 0.0, 2.0]]))
    np.testing.assert_allclose(segments[:, 1:, 0], segments[:, :-1, 1])
    np.testing.assert_allclose(segments[:, 0, 0], segments[:, -1, 1], atol=1e-12)
    radii = np.linalg.norm(segments[0] - (10, 20), axis=-1)
    np.testing.assert_allclose(radii, 5)
    lengths = np.linalg.norm(segments[:, :, 1] - segments[:, :, 0], axis=-1).sum(axis=1)
    np.testing.assert_allclose(lengths, 2 * np.pi * np.array([5, 2]), rtol=2e-4)
    assert circles_as_segments(np.empty((0, 3))).shape[0] == 0
