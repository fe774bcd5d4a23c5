"""A long text in pieces that each mean one thing: what a vector is made of."""

import re

LENGTH, MOST = 900, 12  # characters of a piece, pieces of a text; what comes after is found by its words
_END = re.compile(r"(?<=[.!?。！？])\s+|\n+")


def passages(title: str, text: str) -> list[str]:
    """The text in pieces of about `LENGTH` characters that end with a sentence where they can, each under the title, which
    says what it is about. Nothing for nothing."""
    pieces: list[str] = []
    growing = ""
    for sentence in _END.split(text):
        for start in range(0, len(sentence), LENGTH):
            part = sentence[start : start + LENGTH].strip()
            if growing and len(growing) + len(part) >= LENGTH:
                pieces.append(growing)
                growing = ""
            growing = f"{growing} {part}".strip()
        if len(pieces) >= MOST:
            break
    pieces = [*pieces, growing][:MOST] if growing else pieces[:MOST]
    return [f"{title}\n{piece}".strip() for piece in pieces] or [title.strip()] * bool(title.strip())
