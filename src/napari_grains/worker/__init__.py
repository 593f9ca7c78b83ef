"""The engine process: is told a job and its arguments, drives the generator, sends events and the result.

Started by `napari_grains.engine` as ``python -m napari_grains.worker``. It imports torch only through the
jobs, runs them one at a time on its main thread, and ends when the viewer process ends.
"""

from napari_grains.worker._worker import Worker

__all__ = ["Worker"]
