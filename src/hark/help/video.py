"""Addresses of videos: whose they are and how a player of theirs is asked for without telling them about the reader.
Pure."""

import re
from typing import Literal, NamedTuple
from urllib.parse import parse_qs, urlsplit

Provider = Literal["youtube", "vimeo", "file"]
_ID = re.compile(r"^[\w-]{6,20}$")
_NUMBER = re.compile(r"^\d{5,12}$")
_FILE = re.compile(r"\.(mp4|webm|ogv|mov|m4v)$", re.IGNORECASE)
OWN_FILE = re.compile(r"^/help/files/[0-9a-f-]{36}$")


class Video(NamedTuple):
    """`id` is the provider's, or the address of a file. `page` is where it can be watched without any script."""

    provider: Provider
    id: str
    page: str


def find_video(url: str, *, asked: bool = False) -> Video | None:
    """The video of an address; None when it is none. `asked`: somebody said it is one, so a file of our own is taken
    whatever its name is."""
    if asked and OWN_FILE.match(url):
        return Video("file", url, url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if parts.scheme not in ("http", "https") or not host:
        return None
    if host in ("youtube.com", "youtube-nocookie.com", "youtu.be"):
        return _youtube(host, parts.path, parts.query)
    if host in ("vimeo.com", "player.vimeo.com"):
        number = next((part for part in parts.path.split("/") if _NUMBER.match(part)), None)
        return Video("vimeo", number, f"https://vimeo.com/{number}") if number else None
    if _FILE.search(parts.path):
        return Video("file", url, url)
    return None


def _youtube(host: str, path: str, query: str) -> Video | None:
    pieces = [part for part in path.split("/") if part]
    if host == "youtu.be":
        id = pieces[0] if pieces else ""
    elif pieces[:1] in (["embed"], ["shorts"], ["live"], ["v"]):
        id = pieces[1] if len(pieces) > 1 else ""
    else:
        id = parse_qs(query).get("v", [""])[0]
    return Video("youtube", id, f"https://www.youtube.com/watch?v={id}") if _ID.match(id) else None
