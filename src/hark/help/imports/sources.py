"""From a folder, a zip file or JSON to what is in it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from hark.help.imports.intercom import read_intercom
from hark.help.imports.markdown_folder import read_folder
from hark.help.imports.trees import Folder, Tree, Zip
from hark.help.imports.types import Found, Kind, Unreadable
from hark.help.imports.zendesk import read_zendesk

NOT_JSON = "It is neither a zip file nor JSON. Nothing was imported."
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp4", ".webm", ".pdf")


def read_source(kind: Kind, source: Path | bytes, languages: Sequence[str]) -> Found:
    """What a source holds, for a help centre with these languages (the default one first). Raises Unreadable."""
    if isinstance(source, Path) and source.is_file():
        source = source.read_bytes()
    if isinstance(source, bytes) and not source.startswith(b"PK"):
        return _of_json(kind, [_json(source)], languages, {})
    tree: Tree = Folder(source) if isinstance(source, Path) else Zip(source)
    if kind == "markdown":
        return read_folder(tree, languages)
    documents = [_json(tree.read(name)) for name in tree.names if name.lower().endswith(".json")]
    files = {
        name.rpartition("/")[2]: tree.read(name) for name in tree.names if name.lower().endswith(_PICTURES)
    }  # fmt: skip
    return _of_json(kind, documents, languages, files)


def _of_json(kind: Kind, documents: list[Any], languages: Sequence[str], files: dict[str, bytes]) -> Found:
    if kind == "markdown":
        raise Unreadable("A Markdown folder comes as a zip file. Nothing was imported.", code="nothing_found")
    return (read_zendesk if kind == "zendesk" else read_intercom)(documents, languages, files)


def _json(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf").replace(b"\\u0000", b""))  # no column holds a NUL
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(NOT_JSON, code="no_json") from error
