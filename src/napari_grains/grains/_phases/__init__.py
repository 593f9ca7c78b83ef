"""How much there is of each phase."""
