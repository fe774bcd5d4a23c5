"""Which content coding an answer has: Accept-Encoding by its weights (RFC 9110, section 12.5.3)."""

from functools import lru_cache

BR, GZIP, IDENTITY = b"br", b"gzip", b"identity"
OURS = (BR, GZIP, IDENTITY)
"""What we make, the smallest first: that is taken where a client wants several equally."""

_UNSAID = 0.0001  # identity is taken unless it is refused, but nobody has asked for it
_LONGEST = 500


@lru_cache(maxsize=512)
def accepted(header: bytes) -> tuple[bytes, ...]:
    """The codings of ours that a client takes, the one it wants most first. Who takes none gets it as it is."""
    weights = _weights(header[:_LONGEST].decode("latin-1").lower())
    wanted = {coding: _weight(weights, coding) for coding in OURS}
    return tuple(sorted((c for c in OURS if wanted[c] > 0), key=lambda c: -wanted[c])) or (IDENTITY,)


def _weight(weights: dict[str, float], coding: bytes) -> float:
    default = _UNSAID if coding == IDENTITY else 0.0
    return weights.get(coding.decode(), weights.get("*", default))


def _weights(header: str) -> dict[str, float]:
    """Coding -> weight; a weight that cannot be read is none."""
    found: dict[str, float] = {}
    for part in header.split(","):
        coding, *parameters = (piece.strip() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        if coding:
            found[coding.removeprefix("x-")] = weight
    return found
