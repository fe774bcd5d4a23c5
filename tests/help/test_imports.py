"""Articles from elsewhere: what becomes of links, pictures, languages and addresses, and that again changes nothing."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.help.desk import Desk
from tests.support.pictures import png

from hark.core.actor import system
from hark.core.db import Db
from hark.core.files import Files
from hark.help.audience import ANYBODY
from hark.help.imports.jobs import run_imports
from hark.help.imports.running import take_in
from hark.help.imports.sources import read_source
from hark.help.imports.types import Outcome, Unreadable
from hark.help.markdown import find_links
from hark.help.published import find_centre, find_redirect, list_live
from hark.help.queries import get_centre

FOLDER = {
    "en/README.md": "# About this folder",
    "en/start/index.md": "---\ntitle: Getting started\ndescription: First steps\n---\n",
    "en/start/01-install.md": "---\ntitle: Install\ntags: [setup, linux]\naliases: [/old/install]\norder: 1\n---\n# Install\n\n"
    "See [use](../use.md#first-steps), [gone](nothing.md) and ![a screen](img/screen.png){width=300}.\n\n:::tip\nBe quick.\n:::\n",
    "en/use.md": "# Use it\n\n## First steps\n\nClick **[!UICONTROL Save]**. ![lost](img/lost.png)\n",
    "it/start/01-install.md": "# Installare\n\nVedi [uso](../use.md).\n",
    "ko-KR/start/01-install.md": "# 설치\n\n설명입니다.\n",
    "fr/use.md": "# Utiliser",
}


def zipped(files: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, text in files.items():
            file.writestr(name, text)
    return out.getvalue()


async def imported(
    desk: Desk, db: Db, files: Files, kind: Any, source: bytes | Path, *, publish: bool = True
) -> Outcome:
    workspace_id = (await find_centre(db, slug=desk.centre["slug"])).workspace_id  # type: ignore[union-attr]
    centre = await get_centre(db, workspace_id, desk.centre["id"])
    found = read_source(kind, source, centre.languages)
    return await take_in(db, files, system(workspace_id), centre, found, publish=publish)


async def by_title(desk: Desk) -> dict[str, dict[str, Any]]:
    rows = desk.ok(await desk.client.get(f"/api/help/articles?centre_id={desk.centre['id']}"))["items"]
    return {row["title"]: await desk.get(row["id"]) for row in rows}


async def test_a_folder_of_markdown(desk: Desk, db: Db, files: Files, tmp_path: Path) -> None:
    for name, text in FOLDER.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "en/start/img").mkdir()
    (tmp_path / "en/start/img/screen.png").write_bytes(png())
    outcome = await imported(desk, db, files, "markdown", tmp_path)
    assert outcome.counts == {"created": 4}
    found = await by_title(desk)
    assert set(found) == {"Install", "Use it"}
    install = found["Install"]
    assert {x: t["title"] for x, t in install["texts"].items()} == {"en": "Install", "it": "Installare", "ko": "설치"}
    assert [state["stale"] for state in install["languages"]] == [False] * 3
    text = install["texts"]["en"]
    assert text["keywords"] == ["setup", "linux"]
    targets = [link.target for link in find_links(text["body"])]
    assert targets[0] == f"article:{found['Use it']['id']}#first-steps"
    assert targets[1].startswith("/help/files/")
    assert "gone and ![a screen]" in text["body"]
    assert "> [!TIP]\n> Be quick." in text["body"]
    assert found["Use it"]["texts"]["en"]["body"].endswith("Click **Save**. lost")
    shelves = desk.ok(await desk.client.get(f"/api/help/collections?centre_id={desk.centre['id']}"))["items"]
    assert [s["texts"]["en"]["title"] for s in shelves] == ["Getting started"]
    centre = await find_centre(db, slug=desk.centre["slug"])
    assert centre is not None
    target = await find_redirect(db, centre, "/old/install/")
    assert target is not None
    assert target.article_id == install["id"]
    told = " ".join(f"{p.item}: {p.sentence}" for p in outcome.problems)
    for part in ("en/README.md", "fr:", "nothing.md", "img/lost.png"):
        assert part in told


async def test_again_changes_only_what_nobody_changed_here(desk: Desk, db: Db, files: Files) -> None:
    first: dict[str, str | bytes] = {"a.md": "# A\n\nOne.", "b.md": "# B\n\nOne.", "c.md": "# C\n\nOne."}
    assert (await imported(desk, db, files, "markdown", zipped(first))).counts == {"created": 3}
    assert (await imported(desk, db, files, "markdown", zipped(first))).counts == {"unchanged": 3}
    found = await by_title(desk)
    await desk.save(found["B"], body="Ours.")
    second: dict[str, str | bytes] = {"a.md": "# A\n\nTwo.", "b.md": "# B\n\nTwo.", "c.md": "# C\n\nOne."}
    assert (await imported(desk, db, files, "markdown", zipped(second))).counts == {
        "updated": 1,
        "kept": 1,
        "unchanged": 1,
    }
    found = await by_title(desk)
    assert [found[x]["texts"]["en"]["body"] for x in "ABC"] == ["Two.", "Ours.", "One."]
    assert found["A"]["texts"]["en"]["live_version"] == 2


ZENDESK = {
    "categories": [{"id": 1, "name": "General", "locale": "en-us", "position": 1, "html_url": "https://x.zendesk.com/hc/en-us/categories/1-General"}],
    "sections": [
        {"id": 2, "category_id": 1, "name": "FAQ", "locale": "en-us", "position": 1},
        {"id": 3, "category_id": 1, "parent_section_id": 2, "name": "Deep", "locale": "en-us", "position": 2},
    ],
    "articles": [
        {"id": 10, "section_id": 2, "title": "Returns", "locale": "en-us", "source_locale": "en-us", "draft": False, "position": 1,
         "label_names": ["refund"], "user_segment_id": None, "html_url": "https://x.zendesk.com/hc/en-us/articles/10-Returns",
         "body": '<p>See <a href="https://x.zendesk.com/hc/en-us/articles/11-Other">other</a>.</p><script>alert(1)</script>'
                 '<iframe src="//www.youtube.com/embed/dQw4w9WgXcQ"></iframe><img src="/hc/article_attachments/5/pic.png" alt="p">'},
        {"id": 11, "section_id": 3, "title": "Other", "locale": "en-us", "source_locale": "en-us", "draft": True,
         "user_segment_id": 99, "html_url": "https://x.zendesk.com/hc/en-us/articles/11-Other", "body": "<h1>Hi</h1><p>Text</p>"},
    ],
    "translations": [
        {"id": 20, "source_id": 10, "source_type": "Article", "locale": "it", "title": "Resi", "body": "<p>Vedi.</p>",
         "html_url": "https://x.zendesk.com/hc/it/articles/10-Resi", "draft": False},
        {"id": 21, "source_id": 10, "source_type": "Article", "locale": "fr", "title": "Retours", "body": "<p>Voir.</p>"},
    ],
}  # fmt: skip


async def test_zendesk_guide(desk: Desk, db: Db, files: Files) -> None:
    source = zipped({"all.json": json.dumps(ZENDESK), "attachments/pic.png": png()})
    outcome = await imported(desk, db, files, "zendesk", source)
    assert outcome.counts == {"created": 3}
    found = await by_title(desk)
    body = found["Returns"]["texts"]["en"]["body"]
    assert f"[other](article:{found['Other']['id']})" in body
    assert "@[](https://www.youtube.com/watch?v=dQw4w9WgXcQ)" in body
    assert "/help/files/" in body
    assert "alert" not in body
    assert (found["Other"]["visibility"], found["Other"]["texts"]["en"]["state"]) == ("internal", "draft")
    assert found["Returns"]["texts"]["it"]["title"] == "Resi"
    centre = await find_centre(db, slug=desk.centre["slug"])
    assert centre is not None
    for path in ("/hc/en-us/articles/10-Returns", "/hc/en-us/articles/10", "/hc/it/articles/10-Resi"):
        target = await find_redirect(db, centre, path)
        assert target is not None, path
        assert target.article_id == found["Returns"]["id"]
    assert await find_redirect(db, centre, "/hc/en-us/categories/1-General") is not None
    told = " ".join(p.sentence for p in outcome.problems)
    for part in ("script", "language fr", "internal", "up one level"):
        assert part in told


INTERCOM = [
    {"type": "list", "data": [
        {"type": "collection", "id": "1", "name": "Basics", "description": "All of it", "default_locale": "en", "order": 1,
         "parent_id": None, "url": "https://help.x.com/en/collections/1-basics"},
        {"type": "collection", "id": "2", "name": "More", "default_locale": "en", "order": 2, "parent_id": "1"},
    ]},
    {"type": "list", "data": [
        {"type": "article", "id": "100", "title": "Hello", "description": "Short", "state": "published", "parent_id": 2,
         "parent_type": "collection", "default_locale": "en", "url": "https://help.x.com/en/articles/100-hello",
         "body": '<h2 id="h">Hi</h2><p class="no-margin">Read <a href="https://help.x.com/en/articles/100-hello">me</a></p>'
                 '<div class="intercom-interblocks-callout"><p>Mind this</p></div>',
         "translated_content": {"type": "article_translated_content", "ko": {"type": "article_content", "title": "안녕하세요",
             "body": "<p>내용</p>", "state": "draft", "url": "https://help.x.com/ko/articles/100"}}},
    ]},
]  # fmt: skip


async def test_intercom(desk: Desk, db: Db, files: Files) -> None:
    source = zipped({"collections.json": json.dumps(INTERCOM[0]), "articles.json": json.dumps(INTERCOM[1])})
    outcome = await imported(desk, db, files, "intercom", source)
    assert outcome.counts == {"created": 2}
    found = (await by_title(desk))["Hello"]
    assert (found["texts"]["en"]["state"], found["texts"]["ko"]["state"]) == ("published", "draft")
    assert f"[me](article:{found['id']})" in found["texts"]["en"]["body"]
    assert "> [!NOTE]\n> Mind this" in found["texts"]["en"]["body"]
    assert found["texts"]["en"]["summary"] == "Short"
    shelves = desk.ok(await desk.client.get(f"/api/help/collections?centre_id={desk.centre['id']}"))["items"]
    assert [(s["texts"]["en"]["title"], s["parent_id"] is None) for s in shelves] == [("Basics", True), ("More", False)]
    assert found["collection_id"] == shelves[1]["id"]


async def test_an_upload_is_run_by_the_worker_and_can_be_watched(desk: Desk, db: Db, files: Files) -> None:
    async def upload(kind: str, name: str, data: bytes, publish: bool = True) -> dict[str, Any]:
        path = f"/api/help/imports?centre_id={desk.centre['id']}&kind={kind}&publish={str(publish).lower()}"
        started = desk.ok(await desk.client.request("POST", path, files={"file": (name, data)}))
        assert started["state"] == "waiting"
        assert await run_imports(db, files) == 1
        return desk.ok(await desk.client.get(f"/api/help/imports/{started['id']}"))

    done = await upload("markdown", "docs.zip", zipped({"a.md": "# A\n\nOne.", "empty.md": "---\ntitle: Empty\n---\n"}))
    assert (done["state"], done["done"], done["total"], done["counts"]) == ("done", 2, 2, {"created": 1, "skipped": 1})
    assert done["problems"] == [{"item": "empty.md", "sentence": "It has no text and was left out."}]
    failed = await upload("zendesk", "x.json", b"{}")
    assert (failed["state"], failed["finished_at"] is None) == ("failed", False)
    assert "no article" in failed["problem"]
    listed = desk.ok(await desk.client.get(f"/api/help/imports?centre_id={desk.centre['id']}"))["items"]
    assert [run["state"] for run in listed] == ["failed", "done"]
    centre = await find_centre(db, slug=desk.centre["slug"])
    assert centre is not None
    live = await list_live(db, centre.workspace_id, bodies=True)
    assert [(a.title, a.body) for a in live] == [("A", "One.")]
    assert ANYBODY.person is None


async def test_an_export_of_an_odd_shape_ends_with_a_sentence(desk: Desk, db: Db, files: Files) -> None:
    odd = [
        {"articles": [{"id": 1, "title": "A\0B", "body": "<p>x\0</p>", "locale": "en", "label_names": 7}]},
        {
            "articles": [{"id": {"a": 1}, "title": ["x"], "body": {"y": 1}, "locale": 5, "section_id": "z"}],
            "sections": [3, {}],
        },
        {"articles": [{"id": 3}], "categories": {"id": 1}, "translations": [{"source_id": 3, "locale": None}]},
    ]
    for n, document in enumerate(odd):
        path = f"/api/help/imports?centre_id={desk.centre['id']}&kind=zendesk"
        started = desk.ok(
            await desk.client.request("POST", path, files={"file": ("x.json", json.dumps(document).encode())})
        )
        assert await run_imports(db, files) == 1
        done = desk.ok(await desk.client.get(f"/api/help/imports/{started['id']}"))
        assert done["state"] in ("done", "failed"), n
        assert done["state"] == "done" or done["problem"].endswith(".")


@pytest.mark.parametrize(
    ("kind", "source"),
    [("markdown", b"PK\x03\x04 broken"), ("markdown", b"{}"), ("markdown", zipped({"a.txt": "x"})), ("intercom", b"no json"),
     ("zendesk", b'[1, {"id": 2}]'), ("intercom", b'{"type": "list", "data": "x"}')],
)  # fmt: skip
def test_what_cannot_be_read_is_told_in_a_sentence(kind: Any, source: bytes) -> None:
    with pytest.raises(Unreadable) as told:
        read_source(kind, source, ["en"])
    assert told.value.detail.endswith(".")


def test_a_zip_file_cannot_reach_out(tmp_path: Path) -> None:
    found = read_source(
        "markdown", zipped({"a.md": "![x](../../etc/passwd) ![y](/etc/passwd)", "../b.md": "# B"}), ["en"]
    )
    assert [a.key for a in found.articles] == ["md:a"]
    assert found.file("../../etc/passwd", "a.md") is None
    assert found.file("/etc/passwd", "a.md") is None


def test_the_shared_help_centre_is_paired_by_path() -> None:
    folder = Path(__file__).parents[3] / "shared" / "data" / "helpcentre"
    if not folder.is_dir():
        pytest.skip("the shared data are not here")
    found = read_source("markdown", folder, ["en", "it", "ko"])
    assert len(found.articles) == 346
    first = found.collections[0]
    assert first.texts["ko"].title == "Marketo Measure 소개"  # the table of contents of each language
    assert len(found.collections) > 50
    assert all(set(a.texts) == {"en", "it", "ko"} for a in found.articles)
    assert not any("[!DNL" in t.body or "[!UICONTROL" in t.title for a in found.articles for t in a.texts.values())
