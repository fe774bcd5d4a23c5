"""Which past reply answers a question best: question against answer and question against question, by words and by pieces
of words, less what an answer has in common with every question.

The terms of a text are counted once; pieces (characters) are looked up per term, so a question costs two products over
the vocabulary and one over the texts. How the weights were chosen: `docs/develop/suggestions.md`.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from hark.search.analysis import words
from hark.search.stopwords import STOPWORDS

WHOLE, PIECES = 1.0, 0.4  # weights of the two ways to compare; tuned on the first two thirds of the benchmark's pairs
COMMON = 1.5  # how much of what an answer shares with the average question is taken off
SAME_QUESTION = 0.8  # weight of question against question, beside question against answer
RARITY = 1.5  # exponent of the inverse document frequency: a rare word says more than its logarithm
ECHO = 0.4  # how much a word counts that comes back in answers to questions that hold it
FEW_ECHOES = 2.0  # so many such answers, as often as by chance, are thought to be there already
FEW = 20  # texts that are thought to be there beside those that are: among three, no word is common yet
MAX_CHARACTERS = 6_000  # of a text are read
_SMALL = frozenset().union(*STOPWORDS.values())
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NAMES = re.compile(r"\b(?:\w+_\w+|[A-Za-z]*[a-z][A-Z]\w*)\b")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")


class Pair(NamedTuple):
    """A customer's question (its subject on the first line) and the reply it got. `question` may be empty."""

    question: str
    answer: str
    language: str | None


class Scores(NamedTuple):
    """An array each, one value per pair: what to order by, and how like its question and its answer are to the question
    that was asked (about 0..1). `words`: how many different ones were asked, without small ones."""

    total: Any
    question: Any
    answer: Any
    words: int


class Ranker:
    """Pairs ready to be ranked. Never changed once built, so it is read while the next one is built."""

    def __init__(self, pairs: Sequence[Pair], before: "Ranker | None" = None) -> None:
        """`before`: another ranker, whose pairs come first; only the new texts are read then."""
        self._vocabulary: dict[str, int] = dict(before._vocabulary) if before else {}
        self._questions: Any
        self._answers: Any
        questions = self._count((p.question, p.language) for p in pairs)
        answers = self._count((p.answer, p.language) for p in pairs)
        wide = len(self._vocabulary)
        if before:
            questions, answers = (
                _stacked(a, b, wide) for a, b in ((before._questions, questions), (before._answers, answers))
            )
        questions.resize((questions.shape[0], wide))
        self.size = questions.shape[0]
        self._questions, self._answers = questions, answers
        self._ways: tuple[_Way, ...] = tuple(
            _Way([parts_of(term) for term in self._vocabulary], self._questions, self._answers, weight)
            for parts_of, weight in ((_itself, WHOLE), (pieces, PIECES))
        )

    def score(self, question: str, language: str | None) -> Scores:
        """How well the reply of each pair would answer this question."""
        asked = count_terms(question, language)
        answer, same, total = (np.zeros(self.size, dtype=np.float32) for _ in range(3))
        for way, parts_of in zip(self._ways, (_itself, pieces), strict=True):
            by_term = way.ask((parts_of(term), _damped(n)) for term, n in asked.items())
            like_answer = (self._answers @ by_term) / way.answer_norms
            like_question = (self._questions @ by_term) / way.question_norms
            answer += way.weight * like_answer
            same += way.weight * like_question
            total += way.weight * (like_answer - COMMON * way.common + SAME_QUESTION * like_question)
        whole = WHOLE + PIECES
        return Scores(total, same / whole, answer / whole, sum(term not in _SMALL for term in asked))

    def _count(self, texts: Iterable[tuple[str, str | None]]) -> Any:
        counts: list[float] = []
        columns: list[int] = []
        ends = [0]
        for text, language in texts:
            for term, n in count_terms(text, language).items():
                columns.append(self._vocabulary.setdefault(term, len(self._vocabulary)))
                counts.append(_damped(n))
            ends.append(len(columns))
        return _matrix(counts, columns, ends, len(self._vocabulary))


class Likeness:
    """Which replies say nearly the same, by the words that belong to no single customer."""

    def __init__(self, replies: Sequence[Collection[str]], before: "Likeness | None" = None) -> None:
        """`before`: another one, whose replies come first."""
        self._ids: dict[str, int] = dict(before._ids) if before else {}
        columns = [self._ids.setdefault(word, len(self._ids)) for words in replies for word in words]
        ends = np.cumsum([0, *(len(words) for words in replies)])
        weights = np.repeat([1 / max(1.0, len(words)) ** 0.5 for words in replies], np.diff(ends))
        matrix = _matrix(weights, columns, ends, len(self._ids))
        self._matrix: Any = _stacked(before._matrix, matrix, len(self._ids)) if before else matrix

    def alike(self, row: int) -> Any:
        """How like all replies are to one of them (0..1): cosine of their words."""
        start, end = self._matrix.indptr[row : row + 2]
        one = np.zeros(self._matrix.shape[1], dtype=np.float32)
        one[self._matrix.indices[start:end]] = self._matrix.data[start:end]
        return self._matrix @ one


class _Way:
    """One way to compare texts: by the parts of every term, weighted by how rare they are in all texts."""

    def __init__(self, parts: Sequence[tuple[str, ...]], questions: Any, answers: Any, weight: float) -> None:
        self.weight = weight
        self._ids: dict[str, int] = {}
        columns = [self._ids.setdefault(part, len(self._ids)) for of in parts for part in of]
        ends = np.cumsum([0, *(len(of) for of in parts)])
        plain = _matrix(np.ones(len(columns)), columns, ends, len(self._ids))
        plain.sum_duplicates()
        asked, said = ((m @ plain).sign() for m in (questions, answers))
        known = questions.getnnz(1) > 0
        self._rarity = _rarity(asked, said, int(known.sum() + (answers.getnnz(1) > 0).sum())) * _echo(
            asked, said, known
        )
        self._parts = (plain @ sparse.diags(self._rarity)).tocsr()
        asked, said = questions @ self._parts, answers @ self._parts
        self.question_norms, self.answer_norms = _norms(asked), _norms(said)
        mean = np.asarray((sparse.diags(1 / self.question_norms) @ asked).sum(0)).ravel()
        self.common = (said @ mean.astype(np.float32)) / self.answer_norms / max(1, int(known.sum()))

    def ask(self, parts: Iterable[tuple[tuple[str, ...], float]]) -> Any:
        """What each term of the vocabulary is worth to a question of these parts (with their counts), whatever its
        length."""
        asked = np.zeros(len(self._ids), dtype=np.float32)
        for of, n in parts:
            for part in of:
                if (id := self._ids.get(part)) is not None:
                    asked[id] += n
        asked *= self._rarity
        return self._parts @ (asked / (float(np.linalg.norm(asked)) or 1.0))


def _rarity(asked: Any, said: Any, texts: int) -> Any:
    """The inverse document frequency of every part, sharpened."""
    seen = _times(asked) + _times(said)
    return (np.log((texts + FEW) / (seen + 1)).clip(0) ** RARITY).astype(np.float32)


def _echo(asked: Any, said: Any, known: Any) -> Any:
    """How much more often than by chance a part of a question comes back in its own answer, as a factor on its weight."""
    both = _times(asked.multiply(said).tocsr())
    chance = _times(asked) * _times(said[np.flatnonzero(known)]) / max(1, int(known.sum()))
    return np.exp(ECHO * np.log((both + FEW_ECHOES) / (chance + FEW_ECHOES)).clip(-3, 3)).astype(np.float32)


def _times(matrix: Any) -> Any:
    """In how many rows each column stands."""
    return np.bincount(matrix.indices, minlength=matrix.shape[1])


def _matrix(data: Any, columns: Any, ends: Any, width: int) -> Any:
    indices = np.array(columns, dtype=np.int32)
    return sparse.csr_matrix((np.array(data, dtype=np.float32), indices, np.array(ends)), (len(ends) - 1, width))


def _stacked(above: Any, below: Any, width: int) -> Any:
    widened = [sparse.csr_matrix((m.data, m.indices, m.indptr), (m.shape[0], width)) for m in (above, below)]
    return sparse.vstack(widened, format="csr")


def _norms(matrix: Any) -> Any:
    return np.maximum(np.sqrt(np.asarray(matrix.multiply(matrix).sum(1)).ravel()), 1e-6).astype(np.float32)


def _damped(n: int) -> float:
    return 1 + float(np.log(n))


def _itself(term: str) -> tuple[str, ...]:
    return (term,)


def pieces(term: str) -> tuple[str, ...]:
    """The pieces of a term: three to five characters with its edges, two and three of a Korean one."""
    edged = f" {term} "
    sizes = (2, 3) if _HANGUL.search(term) else (3, 4, 5)
    return tuple(edged[i : i + n] for n in sizes for i in range(len(edged) - n + 1))


def count_terms(text: str, language: str | None) -> Mapping[str, int]:
    """The terms of a text, counted; a name of code (`rx_streamer`, `rxStreamer`) whole and by its parts."""
    text = text[:MAX_CHARACTERS]
    found = [term for word in words(text, language) for term in word.terms]
    for name in _NAMES.findall(text):
        found.append(name.lower())
        if "_" not in name:
            found += [term for word in words(_HUMPS.sub(" ", name), language) for term in word.terms]
    return Counter(found)


def guess_language(text: str) -> str | None:
    """Which of the languages we read a text is most likely in, by its script and small words; None when nothing tells."""
    text = text[:2_000]
    if len(_HANGUL.findall(text)) > len(text.split()):
        return "ko"
    said = Counter(re.findall(r"[^\W\d_]+", text.lower()))
    votes = {language: sum(n for word, n in said.items() if word in STOPWORDS[language]) for language in ("en", "it")}
    best = max(votes, key=votes.__getitem__)
    return best if votes[best] else None
