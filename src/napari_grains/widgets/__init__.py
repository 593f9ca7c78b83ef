"""What napari shows: docks that turn layers into jobs for the engine and results into layers. No numerics."""

from napari_grains.widgets._segment_dock import SegmentDock

__all__ = ["SegmentDock"]
