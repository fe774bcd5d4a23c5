"""A folder of Markdown: one folder per language or none, front matter, collections by a table of contents or else by folder,
pictures beside the texts.

The same path in two language folders is one article in two languages. Pure but for reading the tree.
"""

import posixpath
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from hark.help.imports.contents import NAMES, Arranged, Entry, Group, arrange, folder_of, parse_contents
from hark.help.imports.dialects import to_ours
from hark.help.imports.rewriting import is_elsewhere
from hark.help.imports.trees import Tree
from hark.help.imports.types import (
    MAX_ARTICLES,
    Found,
    FoundArticle,
    FoundCollection,
    FoundText,
    ImportProblem,
    Unreadable,
    Words,
)
from hark.help.slugs import slugify

ENDINGS = (".md", ".markdown", ".mdx")
OF_A_REPOSITORY = frozenset({"readme", "license", "licence", "contributing", "code-of-conduct", "code_of_conduct", "changelog",
                             "metadata", "toc", "summary", "_sidebar", "_navbar", "security", "pull_request_template"})  # fmt: skip
INDEXES = frozenset({"index", "_index", "readme"})
SHORT = 300
"""Characters of a folder's own page up to which it is the collection's description and no article."""
_LANGUAGE = re.compile(r"^[a-z]{2,3}([-_][A-Za-z]{2,4})?$")
_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_TITLE_LINE = re.compile(r"^#[ \t]+(\S.*?)[ \t]*#*[ \t]*$", re.MULTILINE)
_ID = re.compile(r"\s*\{#[\w.-]+\}\s*$")
_DASHES = re.compile(r"[-_]+")
_NUMBER = re.compile(r"^\d{1,4}[-_. ]+")


def read_folder(tree: Tree, languages: Sequence[str]) -> Found:
    """Everything in the folder, for a help centre with these languages; the first is that of texts without a language of
    their own. Raises Unreadable when there is no Markdown."""
    reader = _Reader(tree, languages)
    if not reader.pages:
        raise Unreadable("There is no Markdown file in it. Nothing was imported.", code="nothing_found")
    if len(reader.pages) > MAX_ARTICLES:
        raise Unreadable(
            f"There are more than {MAX_ARTICLES:,} articles. Import a smaller folder.", code="too_many_files"
        )
    return reader.found()


class _Reader:
    def __init__(self, tree: Tree, languages: Sequence[str]) -> None:
        self.tree = tree
        self.languages = list(languages)
        self.problems: list[ImportProblem] = []
        names = [n for n in tree.names if n.lower().endswith(ENDINGS)]
        self.folders = self._language_folders(names)
        self.pages: dict[str, dict[str, str]] = {}  # path inside its language -> language -> name in the tree
        for name in names:
            top = name.partition("/")[0]
            if not self.folders:
                self.pages.setdefault(name, {})[self.languages[0]] = name
            elif top in self.folders:
                self.pages.setdefault(name.partition("/")[2], {})[self.folders[top]] = name
            elif not _is_of_a_repository(name):
                self.problems.append(
                    ImportProblem(name, "It stands beside the folders of the languages and was left out.")
                )
        self.categories = self._categories()
        self.arranged = self._contents()

    def _contents(self) -> Arranged:
        """What the tables of contents say; one is one when it leads to at least two articles. It is no article itself."""
        tables: dict[str, tuple[str, list[Entry]]] = {}
        for name in self.tree.names:
            folder, _, inside = name.partition("/") if self.folders else ("", "", name)
            if folder and folder not in self.folders:
                continue
            parts = inside.split("/")
            if parts[-1].lower() not in NAMES or folder_of(parts[:-1]):
                continue
            language = self.folders[folder] if folder else self.languages[0]
            base = posixpath.join(posixpath.dirname(name), "docs", "x") if "mkdocs" in parts[-1].lower() else name
            entries = parse_contents(name, self.tree.text(name))
            lost = [a for a in _addresses(entries) if self._path(a, base) is None]
            if language in tables or len(_addresses(entries)) - len(lost) < 2:
                continue
            self.pages.pop(inside, None)
            tables[language] = (base, entries)
            self.problems += [
                ImportProblem(name, f"It names {address[:200]}, which is not there.")
                for address in dict.fromkeys(lost)
                if not is_elsewhere(address)
            ]
        ordered = {x: tables[x] for x in self.languages if x in tables}
        return arrange(
            {x: entries for x, (_, entries) in ordered.items()},
            lambda language, address: self._path(address, ordered[language][0]),
        )

    def _language_folders(self, names: Sequence[str]) -> dict[str, str]:
        """Folder -> language of the help centre, of the top folders that are named by a language."""
        tops = sorted({n.partition("/")[0] for n in names if "/" in n})
        known = {top: language for top in tops if (language := self._language(top))}
        for top in tops:
            if known and top not in known and _LANGUAGE.match(top):
                self.problems.append(
                    ImportProblem(top, "The help centre does not have this language, so it was left out.")
                )
        return known

    def _language(self, folder: str) -> str | None:
        if not _LANGUAGE.match(folder):
            return None
        code = folder.replace("_", "-").lower()
        exact = next((x for x in self.languages if x.lower() == code), None)
        return exact or next((x for x in self.languages if x.lower().partition("-")[0] == code.partition("-")[0]), None)

    def found(self) -> Found:
        articles, shelves = [], {}
        for path, by_language in sorted(self.pages.items()):
            if "/" not in path and _is_of_a_repository(path):
                self.problems.append(
                    ImportProblem(min(by_language.values()), "It is about the folder itself and was left out.")
                )
                continue
            texts = {language: self._text(name, self.arranged.titles.get((language, path), ""))
                     for language, name in by_language.items()}  # fmt: skip
            if "/" in path and _stem(path) in INDEXES:
                shelves[posixpath.dirname(path)] = texts
                texts = {x: t for x, t in texts.items() if len(t.body) > SHORT}
            if article := self._article(path, texts):
                articles.append(article)
        articles.sort(key=lambda a: (a[0], a[1].key))
        if self.arranged.places and (behind := sum(1 for place, _ in articles if place[0])):
            self.problems.append(
                ImportProblem(
                    "",
                    f"Articles the table of contents does not name: {behind}. They stand by their folders, behind the others.",
                )
            )
        in_order = [a for _, a in articles]
        return Found(
            collections=self._collections(in_order, shelves), articles=in_order, problems=self.problems, link=self._link,
            file=self._file,
        )  # fmt: skip

    def _article(self, path: str, texts: dict[str, FoundText]) -> tuple[tuple[bool, int], FoundArticle] | None:
        """The article and its place: first by the table of contents, then by what stands above the text."""
        if not texts:
            return None
        language = next((x for x in self.languages if x in texts), next(iter(texts)))
        front = _front(self.tree.text(self.pages[path][language]))[0]
        internal = front.get("internal") is True or str(front.get("visibility", "")).lower() in (
            "internal",
            "private",
            "team",
        )
        key = f"md:{path.rpartition('.')[0]}"
        listed = self.arranged.places.get(path)
        place = (False, listed[0]) if listed else (True, _place(front))
        return place, FoundArticle(
            key=key, collection=listed[1] if listed else _shelf(path), source_language=language, visibility="internal" if internal else "public",
            texts=texts,
        )  # fmt: skip

    def _text(self, name: str, listed: str = "") -> FoundText:
        """`listed`: its title in the table of contents, for a text that says none itself."""
        front, body = _front(self.tree.text(name))
        if front.get("?"):
            self.problems.append(
                ImportProblem(name, "The lines above the text (front matter) could not be read and were left out.")
            )
        told: list[str] = []
        body = to_ours(body, told.append)
        self.problems += [ImportProblem(name, sentence) for sentence in dict.fromkeys(told)]
        heading = _TITLE_LINE.search(body)
        if heading and not body[: heading.start()].strip():
            body = body[heading.end() :]
        else:
            heading = None
        own = to_ours(str(front.get("title") or ""), told.append).strip()
        title = own or (_ID.sub("", heading[1]) if heading else "") or listed or _from_name(name)
        return FoundText(
            title=title[:300], body=body.strip(), slug=_slug(front.get("slug")), draft=front.get("draft") is True,
            summary=to_ours(str(front.get("summary") or front.get("description") or ""), told.append).strip()[:1000],
            keywords=_words(front, "keywords") or _words(front, "tags"), base=name,
            paths=[p for p in [*_words(front, "aliases"), *_words(front, "redirect_from")] if p.startswith("/")],
        )  # fmt: skip

    def _collections(
        self, articles: Sequence[FoundArticle], shelves: dict[str, dict[str, FoundText]]
    ) -> list[FoundCollection]:
        """The collections of the table of contents, then one for each other folder with articles, two levels deep, by its
        place and name; a parent before its children."""
        groups = {group.key: group for group in self.arranged.groups}
        keys = {a.collection for a in articles if a.collection}
        keys |= {parent for key in keys if (parent := self._parent(key, groups))}
        others = sorted(keys - groups.keys(), key=lambda key: (self._folder_place(key), key))
        found = []
        for key in [*(key for key in groups if key in keys), *others]:
            if group := groups.get(key):
                page = group.page or ""
                own = shelves.get(posixpath.dirname(page), {}) if _stem(page) in INDEXES else {}
                titles, fallback = group.titles, next(iter(group.titles.values()))
            else:
                path = key.removeprefix("md:")
                own, titles = self._own_page(path, shelves), {}
                fallback = str(self.categories.get(path, {}).get("label") or _from_name(path))
            below = {key, *(k for k in keys if self._parent(k, groups) == key)}
            used = sorted({x for a in articles if a.collection in below for x in a.texts})
            texts = {
                x: Words(title=(titles.get(x) or (own[x].title if x in own else fallback))[:200],
                         description=own[x].summary[:500] if x in own else "")
                for x in used
            }  # fmt: skip
            found.append(FoundCollection(key=key, parent=self._parent(key, groups), texts=texts))
        return found

    def _own_page(self, path: str, shelves: dict[str, dict[str, FoundText]]) -> dict[str, FoundText]:
        """A folder's own page, also where all folders are in one of `docs`."""
        return next((texts for folder, texts in shelves.items() if "/".join(folder_of(folder.split("/"))) == path), {})

    def _parent(self, key: str, groups: dict[str, Group]) -> str | None:
        if key in groups:
            return groups[key].parent
        return key.rpartition("/")[0] if "/" in key else None

    def _folder_place(self, key: str) -> int:
        path = key.removeprefix("md:")
        for inside, by_language in self.pages.items():
            if _stem(inside) in INDEXES and "/".join(folder_of(inside.split("/")[:-1])) == path:
                return _place(_front(self.tree.text(min(by_language.values())))[0])
        return _place(self.categories.get(path, {}))

    def _categories(self) -> dict[str, dict[str, Any]]:
        """What Docusaurus keeps of each folder in `_category_.json`: label, position."""
        found: dict[str, dict[str, Any]] = {}
        for name in self.tree.names:
            if posixpath.basename(name).lower() == "_category_.json":
                inside = name.partition("/")[2] if self.folders else name
                front, _ = _front(f"---\n{self.tree.text(name)}\n---\n")  # JSON is YAML
                found.setdefault("/".join(folder_of(inside.split("/")[:-1])), front)
        return found

    def _link(self, address: str, base: str) -> str | None:
        """The key of the article an address leads to."""
        path = self._path(address, base)
        return f"md:{path.rpartition('.')[0]}" if path else None

    def _path(self, address: str, base: str) -> str | None:
        """The path, the same in each language, of the article an address leads to, read from the file `base`."""
        path = unquote(address.partition("#")[0].partition("?")[0])
        if not path or ":" in path.partition("/")[0] or path.startswith("//"):
            return None
        for name in self._candidates(path, base):
            inside = name.partition("/")[2] if self.folders else name
            if inside in self.pages:
                return inside
        return None

    def _candidates(self, path: str, base: str) -> list[str]:
        """Names in the tree an address may mean, read from the file `base`."""
        root = base.partition("/")[0] + "/" if self.folders else ""
        plain = posixpath.normpath(
            root + path.lstrip("/") if path.startswith("/") else posixpath.join(posixpath.dirname(base), path)
        )
        if plain.lower().endswith(ENDINGS):
            return [plain]
        return [
            *(f"{plain}{ending}" for ending in ENDINGS),
            *(f"{plain}/{name}.md" for name in ("index", "_index", "README")),
        ]

    def _file(self, address: str, base: str) -> tuple[str, bytes] | None:
        path = unquote(address.partition("#")[0].partition("?")[0])
        if not path or ":" in path.partition("/")[0] or path.startswith("//"):
            return None
        root = base.partition("/")[0] + "/" if self.folders else ""
        names = (
            [root + path.lstrip("/"), path.lstrip("/"), f"static/{path.lstrip('/')}"]
            if path.startswith("/")
            else [posixpath.join(posixpath.dirname(base), path)]
        )
        for name in map(posixpath.normpath, names):
            if name in self.tree.known:
                return posixpath.basename(name), self.tree.read(name)
        return None


def _is_of_a_repository(path: str) -> bool:
    return _stem(path) in OF_A_REPOSITORY


def _addresses(entries: Sequence[Entry]) -> list[str]:
    return [a for e in entries for a in ([e.address] if e.address else []) + _addresses(e.entries)]


def _stem(path: str) -> str:
    return posixpath.basename(path).rpartition(".")[0].lower()


def _shelf(path: str) -> str | None:
    """The key of the collection of a path: its first two folders, without those all are in such as `docs`."""
    folders = folder_of([f for f in posixpath.dirname(path).split("/") if f])
    return f"md:{'/'.join(folders[:2])}" if folders else None


def _front(text: str) -> tuple[dict[str, Any], str]:
    """(what stands above the text, the text); what cannot be read is told under "?"."""
    import yaml  # type: ignore[import-untyped]

    text = text.replace("\r\n", "\n")
    found = _FRONT.match(text)
    if found is None:
        return {}, text
    try:
        front = yaml.safe_load(found[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        return {"?": True}, text[found.end() :]
    return ({str(k).lower(): v for k, v in front.items()} if isinstance(front, dict) else {}), text[found.end() :]


def _words(front: dict[str, Any], name: str) -> list[str]:
    value = front.get(name)
    items = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return list(dict.fromkeys(word for item in items if (word := str(item).strip()[:80])))[:50]


def _slug(value: Any) -> str | None:
    return slugify(str(value).strip("/").rpartition("/")[2]) if value else None


def _place(front: dict[str, Any]) -> int:
    for name in ("order", "weight", "position", "sidebar_position", "nav_order"):
        value = front.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return 10**6


def _from_name(path: str) -> str:
    """A title from a name: `02-getting_started.md` is "Getting started"."""
    name = posixpath.basename(path)
    stem = name.rpartition(".")[0] if name.lower().endswith(ENDINGS) else name
    words = _DASHES.sub(" ", _NUMBER.sub("", stem)).strip() or stem
    return words[:1].upper() + words[1:]
