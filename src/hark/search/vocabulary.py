"""The words that documents hold: to find what a mistyped word meant and how a growing word may end."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from unicodedata import normalize

LONG = 40  # longer words are codes and addresses: nobody mistypes them, they copy them


class Vocabulary:
    """Folded words with the number of documents that hold them. Korean is compared by its letters (jamo)."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._sorted: list[tuple[str, str]] | None = None
        self._by_length: dict[int, list[str]] | None = None

    def add(self, forms: Iterable[str]) -> None:
        """The words of a document, each once."""
        for form in forms:
            if len(form) > LONG:
                continue
            if form not in self.counts:
                self._sorted = self._by_length = None
            self.counts[form] += 1

    def remove(self, forms: Iterable[str]) -> None:
        """The words of a document that is gone, each once."""
        for form in forms:
            self.counts[form] -= 1
            if self.counts[form] <= 0:
                del self.counts[form]
                self._sorted = self._by_length = None

    def beginning_with(self, start: str, limit: int) -> list[str]:
        """Known words that begin so, the most frequent first."""
        if self._sorted is None:
            self._sorted = sorted((normalize("NFD", form), form) for form in self.counts)
        letters = normalize("NFD", start)
        first = bisect_left(self._sorted, (letters,))
        found = []
        for spelled, form in self._sorted[first : first + 2_000]:
            if not spelled.startswith(letters):
                break
            found.append(form)
        return sorted(found, key=lambda form: (-self.counts[form], form))[:limit]

    def near(self, word: str, limit: int) -> list[tuple[str, int]]:
        """Known words within the edits a word of this length may have (none below four letters, one below eight, then
        two; a swap of neighbours is one), the nearest and then the most frequent first: (word, edits)."""
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        letters = normalize("NFD", word)
        allowed = 0 if len(letters) < 4 else 1 if len(letters) < 8 else 2
        if not allowed or len(word) > LONG or any(c.isdigit() for c in word):
            return []
        if self._by_length is None:
            self._by_length = {}
            for form in self.counts:
                spelled = normalize("NFD", form)
                self._by_length.setdefault(len(spelled), []).append(spelled)
        found: list[tuple[str, int]] = []
        for length in range(len(letters) - allowed, len(letters) + allowed + 1):
            choices = self._by_length.get(length, [])
            for spelled, edits, _ in extract(letters, choices, scorer=OSA.distance, score_cutoff=allowed, limit=20):
                found.append((normalize("NFC", spelled), int(edits)))
        return sorted(found, key=lambda f: (f[1], -self.counts[f[0]], f[0]))[:limit]
