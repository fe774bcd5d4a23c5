"""How likely is it that a hit answers the query?"""

import numpy as np

from hark.search.query import Question
from hark.search.ranking import Ranked
from hark.search.shelf import Floats

GOOD = 0.5


def confidence(ranked: Ranked, question: Question) -> Floats:
    """Per hit, 0..1."""
    return np.clip(ranked.covered, 0, 1)
