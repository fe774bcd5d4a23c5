"""What of an article is given to somebody who has asked: the address of its page, and the piece of it that answers."""

from collections.abc import Collection

from hark.help.markdown import plain_text
from hark.search.types import Snippet

MAX_SECTION = 700  # characters of an article that are quoted


def page_address(base_url: str, page: str | None) -> str | None:
    """The whole address of a public page as search found it (`/help/...`, or `//host/...` at a domain of its own)."""
    if page is None or not page.startswith("//"):
        return page and base_url.rstrip("/") + page
    return base_url.partition("://")[0] + ":" + page


def marked_words(snippet: Snippet) -> set[str]:
    """The words of a snippet that met the query."""
    return {snippet.text[start:end].casefold() for start, end in snippet.marks}


def section_of(body: str, snippet: str, marked: Collection[str] = ()) -> str:
    """The paragraph that holds most of the marked words, else the one a snippet stands in, else the first one; and what
    follows under the same heading. As text."""
    blocks = [block for part in body.split("\n\n") if (block := part.strip())]
    texts = [("" if block.startswith("#") else plain_text(block).strip()) for block in blocks]
    piece = " ".join(snippet.strip(" …").split())[:60]
    met = [sum(word in text.casefold() for word in marked) for text in texts]
    at = met.index(max(met)) if any(met) else None
    if at is None:
        at = next((n for n, text in enumerate(texts) if piece and piece in " ".join(text.split())), None)
    if at is None:
        at = next((n for n, text in enumerate(texts) if text), 0)
    quoted: list[str] = []
    for text in texts[at:]:
        if not text or len("\n\n".join([*quoted, text])) > MAX_SECTION:
            break
        quoted.append(text)
    return "\n\n".join(quoted) or (texts[at][: MAX_SECTION - 1] + "…" if texts and texts[at] else "")
