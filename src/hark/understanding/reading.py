"""Reading one text: rules, then the classifiers in use. What bots, rules and the consumer of messages ask."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hark.core.db import Queries
from hark.understanding.language import LANGUAGES
from hark.understanding.meaning import meaning_of
from hark.understanding.models import MODELS, InUse
from hark.understanding.signals import Signals, own_words, signals
from hark.understanding.types import Guessed, Place, Task

if TYPE_CHECKING:
    from hark.understanding.meaning import Vector

_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
REASONS = 3
NEAR = 3  # characters between two words that are shown as one reason
_OF_A_WORD = 80  # words of a text that are looked at for reasons


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """`guesses` in the order of `Task`, of the tasks a classifier exists for; reasons are places in the text given."""

    signals: Signals
    model_id: UUID | None
    guesses: list[Guessed]

    def find(self, task: Task) -> Guessed | None:
        """The guess of one task; None without a classifier for it."""
        return next((guess for guess in self.guesses if guess.task is task), None)


async def read(
    db: Queries, workspace_id: int, text: str, *, subject: str = "", languages: Sequence[str] = LANGUAGES
) -> Reading:
    """Read a text of a customer. `subject` speaks too, where it is new; quoted history does not."""
    model = await MODELS.of(db, workspace_id)
    meaning = await meaning_of(db, model, learned_text(text, subject))
    return read_with(model, text, subject=subject, languages=languages, meaning=meaning)


def read_with(
    model: InUse, text: str, *, subject: str = "", languages: Sequence[str] = LANGUAGES, meaning: "Vector | None" = None
) -> Reading:
    """The same with given classifiers: pure, about two milliseconds. With an embedding those that learned with one read."""
    found = signals(text, languages)
    if not model.tasks:
        return Reading(signals=found, model_id=None, guesses=[])
    whole = learned_text(text, subject)
    guesses = []
    for task, alone in sorted(model.tasks.items()):
        from hark.understanding.classifier import NONE

        fits = meaning is not None and task in model.embedded and len(meaning) == model.embedded[task].dimensions
        classifier = model.embedded[task] if fits else alone
        guess = classifier.guess(whole, found.language, meaning if fits else None)
        value = None if guess.label == NONE else int(guess.label)
        because = (
            _places(text, classifier.contributions(whole, found.language, guess.label), found.language)
            if guess.known
            else []
        )
        guesses.append(
            Guessed(task=task, value=value, confidence=round(guess.confidence, 4), known=guess.known, because=because)
        )
    return Reading(signals=found, model_id=model.id, guesses=guesses)


def learned_text(text: str, subject: str) -> str:
    """What a classifier sees of a message, in training as in use: the subject of the first one, and its own words."""
    own = own_words(text).strip()
    plain = re.sub(r"(?i)^(?:\s*(?:re|fwd?|aw|r|i|회신|전달)\s*:\s*)+", "", subject).strip()
    return f"{plain}\n{own}" if plain else own


# parts ------------------------------------------------------------------------------------------------------------------


def _places(text: str, shares: list[tuple[str, str, float]], language: str) -> list[Place]:
    """Where the words stand that spoke most for the guess, at most `REASONS`, neighbours as one."""
    from hark.understanding.features import STOP, folded_text, stem

    weight: dict[str, float] = {}
    concept_weight: dict[str, float] = {}
    for view, name, share in shares:
        if view == "words":
            for part in re.split("[_&]", name):
                weight[part] = weight.get(part, 0.0) + share / (1 + ("_" in name or "&" in name))
        elif view == "concepts":
            for part in name.split("&"):
                concept_weight[part] = concept_weight.get(part, 0.0) + share / (1 + ("&" in name))
    from hark.understanding.concepts import concepts

    scored: list[tuple[float, int, int]] = []
    for match in list(_WORD.finditer(text))[:_OF_A_WORD]:
        folded = folded_text(match[0])
        if not folded or len(folded) < 2 or not folded[0].isalnum():
            continue
        stemmed = stem(folded, language)
        if stemmed in STOP or folded in STOP:
            continue
        score = weight.get(stemmed, 0.0) + sum(concept_weight.get(c, 0.0) for c in concepts([stemmed], folded))
        if score > 0:
            scored.append((score, match.start(), match.end()))
    best = sorted(sorted(scored, reverse=True)[:REASONS], key=lambda item: item[1])
    places: list[Place] = []
    for _, start, end in best:
        if places and 0 <= start - places[-1].end <= NEAR and "\n" not in text[places[-1].end : start]:
            places[-1] = Place(places[-1].start, end)
        else:
            places.append(Place(start, end))
    return places
