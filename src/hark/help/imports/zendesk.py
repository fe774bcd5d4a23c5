"""Zendesk Guide: the JSON of its Help Center API, as one document, as the pages it answers, or as a zip of these.

Categories and sections become collections, articles and their translations articles; `html_url` becomes a redirect.
Shapes: developer.zendesk.com, Help Center API, "Articles", "Sections", "Categories", "Translations".
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from hark.help.imports.html import html_to_markdown
from hark.help.imports.types import Found, FoundArticle, FoundCollection, FoundText, ImportProblem, Unreadable, Words

_ARTICLE = re.compile(r"/articles/(\d+)")
_KEYS = ("categories", "sections", "articles", "translations")


def read_zendesk(documents: Sequence[Any], languages: Sequence[str], files: dict[str, bytes]) -> Found:
    """Raises Unreadable when there is no article in it. `files`: pictures that came along, by their names."""
    lists = {key: _unique(_rows(documents, key)) for key in _KEYS}
    if not lists["articles"]:
        raise Unreadable("There is no article of Zendesk Guide in it: export the answers of its Help Center API. Nothing was "
                         "imported.", code="nothing_found")  # fmt: skip
    return _Zendesk(lists, languages, files).found()


class _Zendesk:
    def __init__(
        self, lists: dict[str, list[dict[str, Any]]], languages: Sequence[str], files: dict[str, bytes]
    ) -> None:
        self.lists = lists
        self.languages = list(languages)
        self.files = files
        self.problems: list[ImportProblem] = []
        self.translations: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for row in [*lists["translations"], *_inline(lists)]:
            key = (str(row.get("source_type", "")), str(row.get("source_id", "")))
            self.translations.setdefault(key, []).append(row)

    def found(self) -> Found:
        rows = sorted(self.lists["articles"], key=lambda r: (_int(r.get("position")), _int(r.get("id"))))
        articles = [a for row in rows if (a := self._article(row))]
        return Found(
            collections=self._collections(), articles=articles, problems=self.problems, link=_link, file=self._file
        )

    def _collections(self) -> list[FoundCollection]:
        found = []
        for row in sorted(self.lists["categories"], key=lambda r: _int(r.get("position"))):
            found.append(self._collection(row, "Category", None))
        parents = {str(r.get("id")): r for r in self.lists["sections"]}
        for row in sorted(self.lists["sections"], key=lambda r: _int(r.get("position"))):
            if row.get("parent_section_id") in parents or str(row.get("parent_section_id")) in parents:
                self.problems.append(
                    ImportProblem(
                        str(row.get("name", "")), "Collections go two levels deep: this section was moved up one level."
                    )
                )
            category = row.get("category_id")
            known = any(str(c.get("id")) == str(category) for c in self.lists["categories"])
            found.append(self._collection(row, "Section", f"zendesk:category:{category}" if known else None))
        return found

    def _collection(self, row: dict[str, Any], kind: str, parent: str | None) -> FoundCollection:
        texts: dict[str, Words] = {}
        for one in [row, *self.translations.get((kind, str(row.get("id"))), [])]:
            language, title = self._language(one.get("locale")), str(one.get("title") or one.get("name") or "").strip()
            if language and title:
                body = re.sub(r"<[^>]*>", "", str(one.get("description") or one.get("body") or ""))
                texts.setdefault(language, Words(title=title[:200], description=body.strip()[:500]))
        if not texts:
            texts = {self.languages[0]: Words(title=str(row.get("name") or f"{kind} {row.get('id')}")[:200])}
        return FoundCollection(
            key=f"zendesk:{kind.lower()}:{row.get('id')}", parent=parent, texts=texts, paths=_paths(row)
        )

    def _article(self, row: dict[str, Any]) -> FoundArticle | None:
        item = str(row.get("title") or row.get("name") or row.get("id"))
        texts: dict[str, FoundText] = {}
        for one in [*self.translations.get(("Article", str(row.get("id"))), []), row]:
            language = self._language(one.get("locale") or row.get("source_locale"))
            if language is None:
                self.problems.append(
                    ImportProblem(
                        item,
                        f"The help centre does not have the language {one.get('locale')}, so that text was left out.",
                    )
                )
                continue
            if language not in texts:
                texts[language] = self._text(one, row, item)
        if not texts:
            return None
        if row.get("user_segment_id") is not None:
            self.problems.append(
                ImportProblem(
                    item, "Only some people could read it in Zendesk; it was made internal. Choose who may read it."
                )
            )
        source = self._language(row.get("source_locale") or row.get("locale"))
        return FoundArticle(
            key=f"zendesk:{row.get('id')}",
            collection=f"zendesk:section:{row['section_id']}" if row.get("section_id") is not None else None,
            source_language=source if source in texts else next(iter(texts)),
            visibility="public" if row.get("user_segment_id") is None else "internal", texts=texts,
        )  # fmt: skip

    def _text(self, one: dict[str, Any], row: dict[str, Any], item: str) -> FoundText:
        told: list[str] = []
        body = html_to_markdown(str(one.get("body") or ""), told.append)
        self.problems += [ImportProblem(item, sentence) for sentence in dict.fromkeys(told)]
        labels = [str(label)[:80] for label in _list(row.get("label_names")) if str(label).strip()]
        return FoundText(
            title=str(one.get("title") or one.get("name") or "").strip()[:300], body=body,
            draft=bool(one.get("draft") or row.get("draft")), keywords=labels[:50], base=str(row.get("id")),
            paths=_paths(one),
        )  # fmt: skip

    def _language(self, locale: Any) -> str | None:
        return match_language(str(locale or self.languages[0]), self.languages)

    def _file(self, address: str, base: str) -> tuple[str, bytes] | None:
        name = urlsplit(address).path.rpartition("/")[2]
        return (name, self.files[name]) if name in self.files else None


def match_language(locale: str, languages: Sequence[str]) -> str | None:
    """The help centre's language for `en-us`, `pt_BR`, `ko`: the same, else one of the same first part."""
    code = locale.replace("_", "-").lower()
    exact = next((x for x in languages if x.lower() == code), None)
    return exact or next((x for x in languages if x.lower().partition("-")[0] == code.partition("-")[0]), None)


def _rows(documents: Iterable[Any], key: str) -> Iterable[dict[str, Any]]:
    for document in documents:
        if isinstance(document, dict):
            yield from (row for row in _list(document.get(key)) if isinstance(row, dict))
            single = document.get(key[:-1] if key != "categories" else "category")
            if isinstance(single, dict):
                yield single
        elif isinstance(document, list) and key == "articles":
            yield from (row for row in document if isinstance(row, dict) and "section_id" in row)


def _inline(lists: dict[str, list[dict[str, Any]]]) -> Iterable[dict[str, Any]]:
    """Translations that stand inside of what they translate."""
    for key, kind in (("articles", "Article"), ("sections", "Section"), ("categories", "Category")):
        for row in lists[key]:
            for one in _list(row.get("translations")):
                if isinstance(one, dict):
                    yield {**one, "source_type": kind, "source_id": row.get("id")}


def _unique(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each once, the last one said: pages of one export can overlap."""
    return list({(str(r.get("id")), str(r.get("locale"))): r for r in rows}.values())


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _int(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _paths(row: dict[str, Any]) -> list[str]:
    """The path an article or section had, with and without its title in it."""
    path = urlsplit(str(row.get("html_url") or "")).path
    short = re.match(r"^(.*/(?:articles|sections|categories)/\d+)(?:-.*)?$", path)
    return list(dict.fromkeys(p for p in (path, short[1] if short else "") if len(p) > 1))


def _link(address: str, base: str) -> str | None:
    found = _ARTICLE.search(urlsplit(address).path)
    return f"zendesk:{found[1]}" if found else None
