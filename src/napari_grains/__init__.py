"""Grain boundaries, grains, phases and grain size from micrographs, in napari and headless.

Importing the package imports neither torch nor napari; each room exports its public names:
`napari_grains.images`, `napari_grains.grains`, `napari_grains.synthesis`, `napari_grains.networks`,
`napari_grains.inference` and `napari_grains.training`.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("napari-grains")
except PackageNotFoundError:  # run from a source tree that was not installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
