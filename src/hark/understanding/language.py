"""Which language a text is written in, out of those a workspace speaks; careful with the short texts of chats.

Scripts decide first (Hangul is Korean), then words that only one language has, and only then a statistical model
(py3langid), whose word counts when it is sure. What cannot be told is "": nothing is guessed from a number or an emoji.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

LANGUAGES = ("en", "ko", "it")
SURE = 0.7  # of the model, restricted to the given languages
SHORT = 3  # words; below, the model guesses
_HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SCRIPTS = {"ko": _HANGUL, "ja": _KANA, "zh": _HAN}
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")

# Words of everyday mails that the other two languages do not have; a few more for the short ones ("grazie mille").
_EN = """
the and you your is are was were have has had not don't can't i'm it's this that with for my me
we they what when where why how please thanks thank hello hi hey yes ok help want need would
could should refund order account password login card money invoice cancel delivery broken wrong
still never on of to from at be been does did doesn't didn't won't isn't i've there any some get
got ship shipped item charged human agent morning great
"""
_IT = """
il lo la gli le un una uno di che non per con del della dei delle nel nella sul sulla al alla ai
mi ti ci vi si sono sei siamo ho hai ha abbiamo avete hanno e ma anche perche come quando dove
cosa quanto questo questa grazie ciao buongiorno buonasera salve prego vorrei voglio posso
potete puo devo fattura ordine pacco rimborso conto carta abbonamento problema ancora mai sempre
piu mio mia miei tutto bene perfetto aiuto funziona arrivato operatore persona soldi spedizione
disdire bloccato mille gentile cordiali saluti scusate
"""
_OWN_WORDS = {"en": frozenset(_EN.split()), "it": frozenset(_IT.split())}


def language(text: str, languages: Sequence[str] = LANGUAGES) -> str:
    """The language of a text as its two letters, one of `languages`, or "" when it cannot be told.

    With one language given, every text that has letters is taken to be in it.
    """
    text = _ADDRESS.sub(" ", text[:2000])
    letters = sum(1 for c in text if c.isalpha())
    if letters == 0:
        return ""
    if len(languages) == 1:
        return languages[0]
    for code, script in _SCRIPTS.items():
        # A Korean sentence about "iPhone 15 Pro" has more Latin letters than its share; a name in Hangul has few.
        if code in languages and len(script.findall(text)) * 4 >= letters:
            return code
    return _latin(text, tuple(code for code in languages if code not in _SCRIPTS))


def _latin(text: str, languages: tuple[str, ...]) -> str:
    from hark.core.text import fold

    if not languages:
        return ""
    words = _LATIN_WORD.findall(fold(text).replace("\u2019", "'"))
    if not words:
        return ""
    found = {code: sum(w in _OWN_WORDS[code] for w in words) for code in languages if code in _OWN_WORDS}
    ordered = sorted(found.values(), reverse=True)
    if found and set(found) == set(languages):
        best = max(found, key=lambda code: found[code])
        if ordered[0] and (len(ordered) == 1 or ordered[0] > ordered[1]):
            return best
    code, sure = _model(languages).classify(text)
    return str(code) if (sure >= SURE and len(words) >= SHORT) or sure >= 0.9 else ""


@lru_cache(maxsize=32)
def _model(languages: tuple[str, ...]) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = [code for code in languages if code in model.nb_classes]
    model.set_languages(known or ["en"])
    return model
