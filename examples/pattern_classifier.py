"""Train a classifier that tells simulated patterns of single crystals from those of powders."""

import numpy as np

from napari_grains.events import drive
from napari_grains.networks import PATTERN
from napari_grains.synthesis import PatternRecipe
from napari_grains.training import ClassifierTraining, Examples, train_classifier

RECIPES = {
    "powder": PatternRecipe(zones=0, orientations=0, rings=1),
    "single crystal": PatternRecipe(rings=0),
}


def simulated(seed: int, number: int) -> Examples:
    """Draw so many patterns of each class; each is of a crystal of its own, and a group of its own."""
    images = [recipe.pattern(seed, k).image for recipe in RECIPES.values() for k in range(number)]
    classes = np.repeat(list(RECIPES), number)
    return Examples.named(images, classes.tolist(), [str(k) for k in range(len(images))])


settings = ClassifierTraining(PATTERN, "patterns", steps=40, batch=16, folds=0)
trained = drive(train_classifier(simulated(0, 100), settings, held_out=simulated(1, 50), device="cpu"))
print(f"{trained.scores.accuracy:.0%} of {len(trained.scores.labels)} patterns held out are told right")
