"""Words for the search index: the same function makes the tokens of a text and of a query.

NFKC and casefold first. Latin (and other spaced) words become accent-free words and their first six letters, so that
"delivered" finds "delivery". Chinese, Japanese and Korean runs become overlapping pairs of characters and the last
character alone, so that every substring of two or more can be found, and one syllable as a prefix.
"""

import re
import unicodedata

STEM = 6
MAX_WORD = 60
MAX_TOKENS = 20_000
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003134f"
_RUNS = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_IS_CJK = re.compile(rf"[{_CJK}]")
_FOREIGN = re.compile(r"([^\x00-\x7f]+)")
_SPACE = re.compile(r"\s+")


def fold(text: str) -> str:
    """The text as searching compares it: NFKC, casefold, without accents. Korean syllables stay whole.

    Most of most texts is ASCII, where all of that is lower case; the rest is folded run by run.
    """
    if text.isascii():
        return text.lower()
    return "".join(part.lower() if part.isascii() else _fold_foreign(part) for part in _FOREIGN.split(text))


def _fold_foreign(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():
        return folded
    bare = "".join(c for c in unicodedata.normalize("NFD", folded) if c < "\u0300" or unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFC", bare)


def search_tokens(text: str) -> list[str]:
    """The tokens to index, each once, at most `MAX_TOKENS`."""
    tokens: dict[str, None] = {}
    for run in dict.fromkeys(_RUNS.findall(fold(text))):
        if not run.isascii() and _IS_CJK.match(run):
            tokens.update((run[i : i + 2], None) for i in range(len(run) - 1))
            tokens[run[-1]] = None
        else:
            word = run[:MAX_WORD]
            tokens[word] = None
            if len(word) > STEM:
                tokens[word[:STEM]] = None
        if len(tokens) > MAX_TOKENS:
            break
    return list(tokens)[:MAX_TOKENS]


def search_query(text: str) -> str | None:
    """A `tsquery` over such tokens that all words of the query must meet; None when it holds no word at all.

    The last word may still be growing, so its beginning is enough; a prefix of every word would read half the index.
    The result is only letters, digits and operators, so it can be cast as it is: `$1::tsquery`.
    """
    parts: list[str] = []
    runs = _RUNS.findall(fold(text))[:30]
    for n, run in enumerate(runs, 1):
        if _IS_CJK.match(run):
            pairs = [run[i : i + 2] for i in range(len(run) - 1)]
            parts += [f"'{pair}'" for pair in pairs] or [f"'{run}':*"]
        else:
            word = run[:MAX_WORD]
            whole = f"'{word}':*" if n == len(runs) else f"'{word}'"
            parts.append(f"({whole} | '{word[:STEM]}')" if len(word) > STEM else whole)
    return " & ".join(dict.fromkeys(parts)) or None


def cjk_runs(text: str) -> list[str]:
    """The Chinese, Japanese and Korean parts of a query: pairs can meet by chance, so a hit must hold these whole."""
    return [run for run in _RUNS.findall(fold(text)) if _IS_CJK.match(run)]


def one_line(text: str, limit: int) -> str:
    """White space as single spaces, cut to `limit` characters with an ellipsis."""
    line = _SPACE.sub(" ", text[: limit * 4]).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
