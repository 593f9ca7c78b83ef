"""What a fine-tuning can be for: boundaries of grains, or phases.

Everything in which the two differ is behind `Aim`: what paint says, how the network begins, what it minimises
and is judged by, and what is shown and told of it.
"""

from ._aim import Aim
from ._choice import aim_of
from ._phase_settings import phase_settings

__all__ = ["Aim", "aim_of", "phase_settings"]
