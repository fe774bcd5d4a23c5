"""How likely is it that a hit answers the query? And when is the best one good enough to be shown as an answer?

A logistic regression on four things that mean the same in every language and collection. It was fitted, and `GOOD` chosen,
on the tuned halves (`bench.answers.search_data`) of KorQuAD, SQuAD-it and the titles of the help articles in three
languages, each asked with its answer in the index and again with its answer taken out, and on questions about something else
altogether asked of the help articles; each set weighs the same. On the other halves what is said and what is right agree
within .08 in every band of it (docs/develop/search.md), and 95 % of right first hits are kept in the mean. `hark bench answers` measures it.
"""

import numpy as np

from hark.search.query import Question
from hark.search.ranking import WHOLE, Ranked
from hark.search.shelf import Floats

GOOD = 0.14
START, COVERED, DENSITY, LEAD, WORDS = -11.7, 1.7, 4.3, 6.2, 1.24


def confidence(ranked: Ranked, question: Question) -> Floats:
    """Per hit, 0 to 1. Covered: the share of the query's weight it holds. Density: how well the words it holds are met.
    Lead: by what share of the better score it is ahead of the next one, or behind the first. Words: how many were asked.
    Where vectors are there, what nearness in meaning says comes on top.

    A document that holds all words is never below `GOOD`: an exact hit may be the wrong one, it is never noise.
    """
    asked = sum(not part.word.stop for part in question.parts)
    if not asked or not len(ranked.slots):
        return np.zeros(len(ranked.slots))  # "how do I ...": nothing was asked yet
    others = np.full(len(ranked.scores), ranked.scores[0])
    others[0] = ranked.scores[1] if len(ranked.scores) > 1 else 0.0
    ahead = (ranked.scores - others) / np.maximum(np.maximum(ranked.scores, others), 1e-9)
    density = ranked.strength / np.maximum(ranked.covered, 0.01)
    sure = START + COVERED * ranked.covered + DENSITY * density + LEAD * ahead + WORDS * np.log1p(asked) + ranked.meant
    chance: Floats = 1 / (1 + np.exp(-sure))
    return np.where(ranked.least >= WHOLE, np.maximum(chance, GOOD), chance)
