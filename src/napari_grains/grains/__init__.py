"""Grains: from a boundary map to a partition, its edges, its measurements and a grain size.

Nothing here imports torch, Qt or napari.

Its names are loaded when they are used: the stub beside this file lists where from.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
