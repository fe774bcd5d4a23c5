"""Real questions with the text that answers each, as the search benchmark reads them.

Every set is cut into two halves by a hash of the question's id: constants are chosen on `tuned`, figures of the other half
(`held_out`) and of all are reported. A title with a copy among the tuned ones is tuned too.
"""

import gzip
import re
from html import unescape
from pathlib import Path
from zlib import crc32

import msgspec

from hark.bench.mails import data_folder
from hark.core.errors import NotFound
from hark.search.types import Document

_LINK = re.compile(r"(?<!!)\[(?!!)([^\[\]]*)\]\([^)]*\)")
WEIGHTS = {"body": 1.0, "links": 0.3}
OTHER_PRODUCTS = ("WebApplicationsCorpus.json", "AskUbuntuCorpus.json", "ChatbotCorpus.json")
HELP_FOLDERS = {"en": "en", "it": "it-IT", "ko": "ko-KR"}


class Asked(msgspec.Struct, frozen=True):
    """One question; `answers` are the ids of the documents that answer it, more than one where they are copies."""

    id: str
    text: str
    answers: frozenset[str]
    tuned: bool


def _tuned(id: str) -> bool:
    return crc32(id.encode()) % 2 == 0


class Collection(msgspec.Struct, frozen=True):
    """Documents in one language and the questions asked of them."""

    name: str
    language: str
    documents: list[Document]
    questions: list[Asked]


class _Qa(msgspec.Struct):
    id: str
    question: str


class _Paragraph(msgspec.Struct):
    context: str
    qas: list[_Qa]


class _Article(msgspec.Struct):
    paragraphs: list[_Paragraph]


class _Sentence(msgspec.Struct):
    text: str


class _Corpus(msgspec.Struct):
    sentences: list[_Sentence]


class _Squad(msgspec.Struct):
    data: list[_Article]


def korquad() -> Collection:
    """Korean questions on paragraphs of Wikipedia. Raises NotFound."""
    path = _there("search", "korquad", "dataset", "KorQuAD_v1.0_dev.json")
    return _squad("korquad", "ko", path.read_bytes())


def squad_it() -> Collection:
    """Italian questions on paragraphs of Wikipedia. Raises NotFound."""
    return _squad("squad_it", "it", gzip.decompress(_there("search", "squad-it", "SQuAD_it-test.json.gz").read_bytes()))


def _squad(name: str, language: str, raw: bytes) -> Collection:
    documents: dict[str, Document] = {}
    questions = []
    for article in msgspec.json.decode(raw, type=_Squad).data:
        for paragraph in article.paragraphs:
            fields = {"body": paragraph.context}
            document = documents.setdefault(
                paragraph.context, Document(id=f"{name}-{len(documents)}", fields=fields, language=language)
            )
            questions += [
                Asked(qa.id, qa.question, frozenset({str(document.id)}), _tuned(qa.id)) for qa in paragraph.qas
            ]
    return Collection(name, language, list(documents.values()), questions)


def helpcentre(language: str) -> Collection:
    """Titles of help articles, asked of their bodies. Raises NotFound.

    A body is the file without its front matter, without the heading that repeats the title and without the file's name;
    Markdown is taken off. The words of links, which name other articles, are a field of their own. Nearly every article
    lies there twice, under the same title in two folders with slightly different texts (at least .7 of their words in
    common): each is a document of its own, and either copy answers the title. Contents, licence and notes to contributors
    have no title and are no articles.
    """
    folder = _there("helpcentre", HELP_FOLDERS[language])
    documents, titles = [], {}
    for path in sorted(folder.rglob("*.md")):
        text = path.read_text("utf-8")
        head = re.match(r"---\n(.*?)\n---\n", text, re.S)
        title = head and re.search(r"^title:\s*(.+)$", head[1], re.M)
        if not head or not title:
            continue
        name = path.relative_to(folder).as_posix()
        body = re.sub(r"^\s*# .*\n", "", text[head.end() :], count=1)
        documents.append(Document(id=name, fields=fields(body), language=language))
        titles[name] = plain(title[1].strip().strip("'\""))
    copies: dict[str, set[str]] = {}
    for name, text in titles.items():
        copies.setdefault(text, set()).add(name)
    questions = [
        Asked(name, text, frozenset(copies[text]), any(map(_tuned, copies[text]))) for name, text in titles.items()
    ]
    return Collection(f"helpcentre_{language}", language, documents, questions)


def about_something_else(collection: Collection) -> list[str]:
    """Questions in the language of a collection of help articles that none of them answers; none for other collections.
    Raises NotFound."""
    if not collection.name.startswith("helpcentre"):
        return []
    if collection.language == "en":
        texts = [_there("intent", "nlu-eval", name).read_bytes() for name in OTHER_PRODUCTS]
        return [s.text for raw in texts for s in msgspec.json.decode(raw, type=_Corpus).sentences]
    return [question.text for question in {"it": squad_it, "ko": korquad}[collection.language]().questions[::7]]


def fields(markdown: str) -> dict[str, str]:
    """An article's text, and apart from it the words of its links."""
    text, links = plain(_LINK.sub(" ", markdown)), _LINK.findall(markdown)
    return {"body": text, "links": plain("\n".join(links))}


def plain(markdown: str) -> str:
    """The words of these articles' Markdown: no addresses, pictures' files, anchors or marks."""
    text = re.sub(r"\[!(?:DNL|UICONTROL) ([^\]]*)\]", r"\1", markdown)
    text = re.sub(r"\{[#:][^}]*\}|<[^>\n]*>|\[![A-Z]+\]", " ", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return unescape(re.sub(r"[*_`|>#]+", " ", text))


def _there(*parts: str) -> Path:
    path = data_folder().joinpath(*parts)
    if not path.exists():
        raise NotFound(f"The questions are not here: put them below HARK_BENCH_DATA as {'/'.join(parts)}.")
    return path
