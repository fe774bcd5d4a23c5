"""Personal data out of a text before it leaves, and back into the answer. Pure.

Replaced by numbered marks: addresses, telephone and card numbers, IBANs, IP addresses, what stands behind the `?` of links,
and the names that are known here (the contact's, the team's). The same value gets the same mark, so the model can speak
of it; marks in the answer become the values again. What nobody knows to be a name cannot be found this way.
"""

import re
from collections.abc import Iterable, Mapping

import msgspec

_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_IBAN = r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b"
_IP = r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-fA-F]{1,4}:){4,7}[0-9a-fA-F]{1,4}\b"
_NUMBER = r"(?<![\w.])\+?\(?\d(?:[ ()./-]?\d){6,18}(?![\w])"
_QUERY = r"(?<=\w)\?[^\s<>\"')\]]+"
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
_MARK = re.compile(r"\[([A-Z]+)_(\d+)\]")
_KINDS: tuple[tuple[str, "re.Pattern[str]"], ...] = (
    ("EMAIL", re.compile(_EMAIL)),
    ("IBAN", re.compile(_IBAN)),
    ("IP", re.compile(_IP)),
    ("NUMBER", re.compile(_NUMBER)),
)
LEAST_NAME = 2


class Redacted(msgspec.Struct):
    """Texts without personal data, and what stands for what: mark -> value."""

    values: dict[str, str] = {}

    def hide(self, text: str, names: Iterable[str] = ()) -> str:
        """The text with marks. `names`: people known here, longest first in effect; matched as whole words, in any case."""
        text = _LINK.sub(lambda link: re.sub(_QUERY, lambda found: "?" + self._mark("LINK", found.group()[1:]), link.group()), text)
        for kind, pattern in _KINDS:
            text = pattern.sub(lambda found, kind=kind: self._mark(kind, found.group()), text)  # type: ignore[misc]
        for name in sorted({n for whole in names for n in (whole, *whole.split()) if len(n) >= LEAST_NAME}, key=len, reverse=True):
            text = re.sub(rf"(?<![\w\[]){re.escape(name)}(?![\w\]])", lambda found: self._mark("NAME", found.group()), text, flags=re.I)
        return text

    def show(self, text: str) -> str:
        """The text with the values again; a mark that stands for nothing stays."""
        return _MARK.sub(lambda found: self.values.get(found.group(), found.group()), text)

    def _mark(self, kind: str, value: str) -> str:
        known = {held: mark for mark, held in self.values.items() if mark.startswith(f"[{kind}_")}
        if value not in known:
            mark = f"[{kind}_{len(known) + 1}]"
            self.values[mark] = value
            return mark
        return known[value]


def leaks(text: str, values: Mapping[str, str]) -> bool:
    """Whether any of the hidden values stands in a text."""
    return any(value in text for value in values.values())
