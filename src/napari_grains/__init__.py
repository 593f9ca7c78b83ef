"""Grain boundaries, grains, phases and grain size from micrographs, in napari and headless.

Importing the package imports neither torch nor napari; each room exports its public names:
`napari_grains.images`, `napari_grains.grains`, `napari_grains.synthesis`, `napari_grains.networks`,
`napari_grains.inference` and `napari_grains.training`.
"""

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """Look the version up when it is asked for: reading package metadata would slow every import."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - see above

    try:
        return version("napari-grains")
    except PackageNotFoundError:  # run from a source tree that was not installed
        return "0+unknown"
