"""Tables of contents beside Markdown: `TOC.md`, `SUMMARY.md` (mdBook, GitBook), `_sidebar.md` (docsify), `toc.yml` (DocFX),
`_toc.yml` (Jupyter Book), the `nav` of `mkdocs.yml`. From them come the collections, their order and their titles. Pure.
"""

import html
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from hark.help.imports.dialects import to_ours
from hark.help.slugs import slugify

NAMES = ("toc.md", "summary.md", "_sidebar.md", "toc.yml", "toc.yaml", "_toc.yml", "mkdocs.yml", "mkdocs.yaml")
_ITEM = re.compile(r"^([ \t]*)(?:[-*+]|\d{1,3}[.)])[ \t]+(\S.*?)[ \t]*$")
_HEADING = re.compile(r"^#{1,6}[ \t]+(\S.*?)[ \t]*#*[ \t]*$")
_LINK = re.compile(r"^\[(.*)\]\(\s*<?([^\s>)]*)[^)]*\)")
_ID = re.compile(r"\s*\{#([\w.-]+)\}\s*$")
_MARKS = re.compile(r"[*`​]+|\\(?=[\[\]_*])")
_DEEPEST = 8
"""Levels that are read; collections have two, what is deeper stands in the second."""


class Entry(msgspec.Struct):
    """A line of a table of contents: an article (`address` as it is written there), a group, or both."""

    title: str
    address: str = ""
    id: str = ""
    entries: list["Entry"] = []


class Group(msgspec.Struct, kw_only=True):
    """A collection that a table of contents makes. `page`: the path of the article its title leads to."""

    key: str
    parent: str | None
    titles: dict[str, str]
    page: str | None


class Arranged(msgspec.Struct, kw_only=True):
    """`places`: path of an article -> (its number, the key of its collection); `titles`: (language, path) -> title."""

    groups: list[Group] = []
    places: dict[str, tuple[int, str | None]] = {}
    titles: dict[tuple[str, str], str] = {}


def parse_contents(name: str, text: str) -> list[Entry]:
    """What a table of contents says; nothing where it is none."""
    if not name.lower().endswith((".yml", ".yaml")):
        return _of_markdown(text)
    import yaml  # type: ignore[import-untyped]

    try:
        found = yaml.load(text, Loader=_lenient(yaml))  # noqa: S506 -- it is a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError):
        return []
    return _of_yaml(found)


def _of_markdown(text: str) -> list[Entry]:
    """Nested lists; a heading behind the first begins a group of all that follows."""
    top: list[Entry] = []
    within = top  # of the last heading
    stack: list[tuple[int, Entry]] = []
    is_first = True
    for line in text.splitlines():
        if heading := _HEADING.match(line):
            stack = []
            if not (is_first and not top):
                group = _entry(heading[1])
                top.append(group)
                within = group.entries
            is_first = False
        elif item := _ITEM.match(line):
            is_first, indent = False, len(item[1].expandtabs(4))
            while stack and stack[-1][0] >= indent:
                stack.pop()
            entry = _entry(item[2])
            (stack[-1][1].entries if stack else within).append(entry)
            if len(stack) < _DEEPEST:
                stack.append((indent, entry))
    return top


def _entry(line: str) -> Entry:
    line = to_ours(line, lambda sentence: None).strip()
    id = _ID.search(line)
    line = _ID.sub("", line)
    link = _LINK.match(line)
    title = _ID.sub("", link[1] if link else line)
    return Entry(_plain(title), link[2] if link else "", id[1] if id else "")


def _plain(title: str) -> str:
    return " ".join(_MARKS.sub("", html.unescape(title)).split())[:200]


def _lenient(yaml: Any) -> Any:
    """A safe loader that reads over the tags of MkDocs (`!!python/name:`, `!ENV`) and takes no aliases: a few lines of them
    can stand for more entries than fit into memory."""

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise yaml.YAMLError("aliases are not read")
            return super().compose_node(parent, index)

    Loader.add_multi_constructor("", lambda loader, suffix, node: None)
    return Loader


def _of_yaml(found: Any, depth: int = 0) -> list[Entry]:
    """DocFX: name, href, items. Jupyter Book: root, parts, chapters, sections of file and title. MkDocs: nav of {title: path}."""
    if depth > _DEEPEST:
        return []
    if isinstance(found, Mapping):
        lists = [found.get(name) for name in ("nav", "items", "parts", "chapters", "sections", "subtrees", "entries")]
        return [entry for one in lists if isinstance(one, list) for entry in _of_yaml(one, depth + 1)]
    entries = []
    for one in found if isinstance(found, list) else []:
        if isinstance(one, str):
            entries.append(Entry("", one))
        elif isinstance(one, Mapping):
            entries += _of_mapping(one, depth)
    return [e for e in entries if e.title or e.address or e.entries]


def _of_mapping(one: Mapping[Any, Any], depth: int) -> list[Entry]:
    title = next((str(one[k]) for k in ("name", "title", "caption") if isinstance(one.get(k), str | int)), "")
    address = next((one[k] for k in ("href", "file", "topicHref") if isinstance(one.get(k), str)), "")
    if title or address:
        return [Entry(_plain(title), address, entries=_of_yaml(one, depth + 1))]
    return [
        Entry(_plain(str(key)), value)
        if isinstance(value, str)
        else Entry(_plain(str(key)), entries=_of_yaml(value, depth + 1))
        for key, value in one.items()
        if isinstance(value, str | list)
    ]


def arrange(tables: Mapping[str, Sequence[Entry]], find: Callable[[str, str], str | None]) -> Arranged:
    """The collections and places of articles from the tables of several languages, the leading one first. `find(language,
    address)` is the path of an article, the same in each language. A group is the same in another language where its
    articles are."""
    if not tables:
        return Arranged()
    leading, *others = tables
    arranged = Arranged()
    _Arranging(arranged, leading, lambda address: find(leading, address)).go(tables[leading])
    for language in others:
        _translate(arranged, tables[language], language, find)
    return arranged


class _Arranging:
    def __init__(self, arranged: Arranged, language: str, find: Callable[[str], str | None]) -> None:
        self.arranged, self.language, self.find = arranged, language, find

    def go(self, entries: Sequence[Entry], chain: Sequence[Group] = ()) -> None:
        for entry in entries:
            path = self.find(entry.address) if entry.address else None
            within = list(chain)
            if entry.entries and len(chain) < 2 and entry.title and self._paths(entry.entries):
                within.append(self._group(entry, path, chain))
            if path is not None and path not in self.arranged.places:
                self.arranged.places[path] = (len(self.arranged.places), within[-1].key if within else None)
                if entry.title:
                    self.arranged.titles[(self.language, path)] = entry.title
            self.go(entry.entries, within)

    def _group(self, entry: Entry, path: str | None, chain: Sequence[Group]) -> Group:
        """Its key is the folder all its articles are in, so that an import by folders was of the same collection."""
        folders = [p.split("/")[:-1] for p in self._paths(entry.entries)]
        common = []
        for names in zip(*folders, strict=False):
            if len(set(names)) > 1:
                break
            common.append(names[0])
        taken = {group.key for group in self.arranged.groups}
        key = "md:" + "/".join(folder_of(common)[: len(chain) + 1])
        if len(folder_of(common)) <= len(chain) or key in taken:
            stem = (chain[-1].key if chain else "md:") + "#" + slugify(entry.id or entry.title, fallback="group")
            key = next(k for n in range(len(taken) + 1) if (k := f"{stem}-{n}" if n else stem) not in taken)
        group = Group(key=key, parent=chain[-1].key if chain else None, titles={self.language: entry.title}, page=path)
        self.arranged.groups.append(group)
        return group

    def _paths(self, entries: Sequence[Entry]) -> list[str]:
        found = []
        for entry in entries:
            if entry.address and (path := self.find(entry.address)) is not None:
                found.append(path)
            found += self._paths(entry.entries)
        return found


def folder_of(parts: Sequence[str]) -> list[str]:
    """The folders of a path without the one all articles of a repository are in, such as `docs`."""
    return list(parts[1:] if parts and parts[0].lower() in ("docs", "help", "content", "articles", "src") else parts)


def _translate(
    arranged: Arranged, entries: Sequence[Entry], language: str, find: Callable[[str, str], str | None]
) -> None:
    """Titles of another language: of articles, and of the groups most of whose articles stand below that title."""
    votes: dict[str, Counter[str]] = {}
    parents = {group.key: group.parent for group in arranged.groups}

    def walk(entries: Sequence[Entry], chain: Sequence[str]) -> None:
        for entry in entries:
            within = [*chain, entry.title] if entry.entries and entry.title and len(chain) < 2 else list(chain)
            path = find(language, entry.address) if entry.address else None
            if path is not None and path in arranged.places:
                arranged.titles.setdefault((language, path), entry.title)
                key = arranged.places[path][1]
                keys = [k for k in (parents.get(key or ""), key) if k]
                for k, title in zip(keys, within, strict=False):
                    votes.setdefault(k, Counter())[title] += 1
            walk(entry.entries, within)

    walk(entries, ())
    for group in arranged.groups:
        if group.key in votes:
            group.titles.setdefault(language, votes[group.key].most_common(1)[0][0])
