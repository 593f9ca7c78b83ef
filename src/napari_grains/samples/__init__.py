"""Micrographs to try things on: synthetic ones with their truth, real ones by download.

Each function gives the layers of one sample as tuples (data, properties, kind of layer), which is what
napari's *File > Open Sample* takes. Importing the package imports nothing else; a sample loads what it
needs. No torch, no napari.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
