"""Tables of contents of a Markdown folder: collections, their order and their titles."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.help.test_imports import zipped

from hark.help.imports.contents import Entry, parse_contents
from hark.help.imports.sources import read_source
from hark.help.imports.types import Found

PAGES = {
    f"{name}.md": f"Words of {name}.\n" for name in ("intro", "install", "use", "guide/first", "guide/more", "loose")
}


def told(entries: list[Entry]) -> Any:
    """Entries as (title, address, those below)."""
    return [(e.title, e.address, *([told(e.entries)] if e.entries else [])) for e in entries]


WANTED = [
    ("Intro", "intro.md"),
    ("Guide", "", [("First *one*".replace("*", ""), "guide/first.md"), ("More", "guide/more.md")]),
]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("TOC.md", "---\nuser-guide-title: x\n---\n# Guide {#g}\n\n+ [Intro](intro.md)\n+ Guide {#guide}\n   + [First *one*](guide/first.md)\n   + [[!DNL More]](guide/more.md)\n"),
        ("SUMMARY.md", "# Summary\n\n[Intro](intro.md)\n- [Intro](intro.md)\n\n# Guide\n\n- [First one](<guide/first.md> \"t\")\n- [More](guide/more.md)\n"),
        ("_sidebar.md", "* [Intro](intro.md)\n* Guide\n  * [First one](guide/first.md)\n  * [More](guide/more.md)\n"),
        ("toc.yml", "- name: Intro\n  href: intro.md\n- name: Guide\n  items:\n  - name: First one\n    href: guide/first.md\n  - {name: More, href: guide/more.md}\n"),
        ("_toc.yml", "format: jb-book\nroot: intro\nparts:\n- {title: Intro, file: intro.md}\n- caption: Guide\n  chapters:\n  - {file: guide/first.md, title: First one}\n  - {file: guide/more.md, title: More}\n"),
        ("mkdocs.yml", "theme: !!python/name:x.y\nnav:\n- Intro: intro.md\n- Guide:\n  - First one: guide/first.md\n  - More: guide/more.md\n"),
    ],
)  # fmt: skip
def test_each_kind_of_table_says_the_same(name: str, text: str) -> None:
    assert told(parse_contents(name, text)) == WANTED


@given(st.sampled_from(["toc.md", "toc.yml"]), st.text(alphabet="-+* #[](){}:!&\n\tab.md", max_size=80))
def test_whatever_stands_there_is_read(name: str, text: str) -> None:
    parse_contents(name, text)


def read(files: dict[str, str], *languages: str) -> Found:
    return read_source("markdown", zipped(dict(files)), languages)


def test_collections_their_order_and_titles_are_those_of_the_table() -> None:
    table = "# Book\n\n- Working with it\n  - [Use it](use.md)\n  - Longer\n    - [More of it](guide/more.md)\n    - [First](guide/first.md)\n- Before\n  - [Install](install.md)\n  - [gone](gone.md)\n  - [site](https://x.example)\n"
    found = read(PAGES | {"SUMMARY.md": table}, "en")
    assert [(c.texts["en"].title, c.parent is None) for c in found.collections] == [
        ("Working with it", True), ("Longer", False), ("Before", True),
    ]  # fmt: skip
    titles = {c.key: c.texts["en"].title for c in found.collections}
    assert [(a.texts["en"].title, titles.get(a.collection or "")) for a in found.articles] == [
        ("Use it", "Working with it"), ("More of it", "Longer"), ("First", "Longer"), ("Install", "Before"),
        ("Intro", None), ("Loose", None),
    ]  # fmt: skip
    assert {p.sentence.partition(",")[0] for p in found.problems} == {
        "It names gone.md", "Articles the table of contents does not name: 2. They stand by their folders",
    }  # fmt: skip


def test_a_table_of_each_language_gives_the_titles_of_that_language() -> None:
    tables = {"en": ("Guide", "Start"), "ko-KR": ("안내", "시작"), "it": ("Guida", "Inizio")}
    files: dict[str, str] = {}
    for folder, (guide, start) in tables.items():
        files |= {f"{folder}/{name}": text for name, text in PAGES.items()}
        files[f"{folder}/TOC.md"] = (
            f"+ {start} {{#start}}\n   + [a](intro.md)\n   + [b](install.md)\n+ {guide} {{#guide}}\n   + [c](guide/first.md)\n"
        )
    found = read(files, "en", "it", "ko")
    assert [(c.key, {x: w.title for x, w in c.texts.items()}) for c in found.collections] == [
        ("md:#start", {"en": "Start", "it": "Inizio", "ko": "시작"}),
        ("md:guide", {"en": "Guide", "it": "Guida", "ko": "안내"}),  # the key an import by folders would give it
    ]


def test_without_a_table_folders_say_their_place_and_title_themselves() -> None:
    found = read({
        "b/one.md": "One.", "b/_index.md": "---\ntitle: Second\nweight: 2\n---\nShort.", "a/one.md": "One.",
        "a/_category_.json": '{"label": "Third", "position": 3}', "c/one.md": "One.", "c/README.md": "---\nweight: 1\n---\n# First\n",
        "d/summary.md": "# A summary\n\n- [one](../a/one.md)\n- [one](../b/one.md)\n",
    }, "en")  # fmt: skip
    assert [c.texts["en"].title for c in found.collections] == ["First", "Second", "Third", "D"]
    assert "A summary" in {a.texts["en"].title for a in found.articles}  # a list of links deep inside is an article


def test_a_few_lines_stand_for_no_more_than_they_are() -> None:
    lines = ["a0: &a0 [x.md, x.md]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)), "nav: *a8"]
    assert parse_contents("mkdocs.yml", "\n".join(lines)) == []
