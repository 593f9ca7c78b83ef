"""Seeded synthetic micrographs of polycrystals, with the truth about every grain. No torch.

Its names are loaded when they are used: the stub beside this file lists where from.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
