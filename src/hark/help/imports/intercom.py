"""Intercom: the JSON of its articles API, as one document, as the pages it answers, or as a zip of these.

Collections (with those below them) become collections, `translated_content` the other languages, `url` a redirect.
Shapes: developers.intercom.com, "Articles" and "Help Center" 2.15.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from hark.help.imports.html import html_to_markdown
from hark.help.imports.types import Found, FoundArticle, FoundCollection, FoundText, ImportProblem, Unreadable, Words
from hark.help.imports.zendesk import match_language

_ARTICLE = re.compile(r"/articles/(\d+)")


def read_intercom(documents: Sequence[Any], languages: Sequence[str], files: dict[str, bytes]) -> Found:
    """Raises Unreadable when there is no article in it. `files`: pictures that came along, by their names."""
    rows = [row for document in documents for row in _rows(document)]
    articles = {str(r.get("id")): r for r in rows if r.get("type") == "article" or "body" in r}
    shelves = {
        str(r.get("id")): r for r in rows if r.get("type") in ("collection", "section", "help_center_collection")
    }
    if not articles:
        raise Unreadable("There is no article of Intercom in it: export the answers of its articles API. Nothing was imported.",
                         code="nothing_found")  # fmt: skip
    return _Intercom(articles, shelves, languages, files).found()


class _Intercom:
    def __init__(
        self, articles: dict[str, dict[str, Any]], shelves: dict[str, dict[str, Any]], languages: Sequence[str],
        files: dict[str, bytes],
    ) -> None:  # fmt: skip
        self.articles = articles
        self.shelves = shelves
        self.languages = list(languages)
        self.files = files
        self.problems: list[ImportProblem] = []

    def found(self) -> Found:
        articles = [a for row in self.articles.values() if (a := self._article(row))]
        shelves = sorted(self.shelves.values(), key=lambda r: (self._depth(r), r.get("order") or 0))
        return Found(
            collections=[self._collection(row) for row in shelves], articles=articles, problems=self.problems, link=_link,
            file=self._file,
        )  # fmt: skip

    def _depth(self, row: dict[str, Any]) -> int:
        depth, seen = 0, {str(row.get("id"))}
        while (parent := str(row.get("parent_id") or "")) in self.shelves and parent not in seen:
            row, depth = self.shelves[parent], depth + 1
            seen.add(parent)
        return depth

    def _collection(self, row: dict[str, Any]) -> FoundCollection:
        title = str(row.get("name") or row.get("title") or row.get("id"))
        parent = self.shelves.get(str(row.get("parent_id") or ""))
        if parent is not None and self._depth(row) > 1:
            self.problems.append(ImportProblem(title, "Collections go two levels deep: this one was moved up."))
            while (above := self.shelves.get(str(parent.get("parent_id") or ""))) is not None:
                parent = above
        texts: dict[str, Words] = {}
        for locale, one in [(row.get("default_locale"), row), *_translations(row)]:
            language, name = self._language(locale), str(one.get("name") or one.get("title") or "").strip()
            if language and name:
                texts.setdefault(language, Words(title=name[:200], description=str(one.get("description") or "")[:500]))
        return FoundCollection(
            key=f"intercom:collection:{row.get('id')}",
            parent=f"intercom:collection:{parent.get('id')}" if parent is not None else None,
            texts=texts or {self.languages[0]: Words(title=title[:200])}, paths=_path(row),
        )  # fmt: skip

    def _article(self, row: dict[str, Any]) -> FoundArticle | None:
        item = str(row.get("title") or row.get("id"))
        texts: dict[str, FoundText] = {}
        source = self._language(row.get("default_locale"))
        for locale, one in [*_translations(row), (row.get("default_locale"), row)]:
            language = self._language(locale)
            if language is None:
                self.problems.append(
                    ImportProblem(
                        item, f"The help centre does not have the language {locale}, so that text was left out."
                    )
                )
            elif language not in texts and (one.get("title") or one.get("body")):
                texts[language] = self._text(one, item)
        if not texts:
            return None
        parent = str(row.get("parent_id") or next(iter(row.get("parent_ids") or []), ""))
        return FoundArticle(
            key=f"intercom:{row.get('id')}", collection=f"intercom:collection:{parent}" if parent in self.shelves else None,
            source_language=source if source in texts else next(iter(texts)), texts=texts,
        )  # fmt: skip

    def _text(self, one: dict[str, Any], item: str) -> FoundText:
        told: list[str] = []
        body = html_to_markdown(str(one.get("body") or ""), told.append)
        self.problems += [ImportProblem(item, sentence) for sentence in dict.fromkeys(told)]
        return FoundText(
            title=str(one.get("title") or "").strip()[:300], summary=str(one.get("description") or "").strip()[:1000],
            body=body, draft=one.get("state") == "draft", paths=_path(one),
        )  # fmt: skip

    def _language(self, locale: Any) -> str | None:
        return match_language(str(locale or self.languages[0]), self.languages)

    def _file(self, address: str, base: str) -> tuple[str, bytes] | None:
        name = urlsplit(address).path.rpartition("/")[2]
        return (name, self.files[name]) if name in self.files else None


def _rows(document: Any) -> Iterable[dict[str, Any]]:
    """Everything with an id: of a list, of a page of the API, of a document with several lists, or the document itself."""
    if isinstance(document, list):
        yield from (row for row in document if isinstance(row, dict))
    elif isinstance(document, dict) and document.get("type") in ("article", "collection"):
        yield document
    elif isinstance(document, dict):
        for name, type in (("data", None), ("articles", "article"), ("collections", "collection")):
            inside = document.get(name)
            rows = inside.get("data") if isinstance(inside, dict) else inside
            for row in rows if isinstance(rows, list) else []:
                if isinstance(row, dict):
                    yield {"type": type, **row} if type else row


def _translations(row: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    content = row.get("translated_content")
    if not isinstance(content, dict):
        return []
    return [(locale, one) for locale, one in content.items() if isinstance(one, dict)]


def _path(row: dict[str, Any]) -> list[str]:
    path = urlsplit(str(row.get("url") or "")).path
    short = re.match(r"^(.*/(?:articles|collections)/\d+)(?:-.*)?$", path)
    return list(dict.fromkeys(p for p in (path, short[1] if short else "") if len(p) > 1))


def _link(address: str, base: str) -> str | None:
    found = _ARTICLE.search(urlsplit(address).path)
    return f"intercom:{found[1]}" if found else None
