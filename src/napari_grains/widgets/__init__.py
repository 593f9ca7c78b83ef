"""What napari shows: docks that turn layers into jobs for the engine and results into layers. No numerics.

Its names are loaded when they are used: the stub beside this file lists where from.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
