"""What our mails link to, without a sign-in: getting no more automatic mail, and files too large for a mail."""

from html import escape

from litestar import Response

from hark.channels.email import queries
from hark.channels.email.links import Leaving, read_file, read_leaving
from hark.contacts.suppressions import Reason, find_suppression, lift_suppression, suppress
from hark.conversations.attachments import file_headers
from hark.core.actor import system
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import NotFound
from hark.core.files import Files
from hark.core.http import PUBLIC, get, post

GONE = "This link is not complete, or its time is over. Ask for a new one by answering the mail it came in."
WORDS = {
    "en": {
        "title": "Automatic mails", "ask": "{address} gets a mail from {name} when an answer in the chat has not been read, "
        "or a transcript was asked for.", "leave": "Send no more such mails", "left": "{address} gets no more automatic "
        "mails from {name}. Answers that a person writes to your mails still arrive.", "back": "Send them again",
    },
    "ko": {
        "title": "자동 메일", "ask": "채팅 답변을 읽지 않았거나 대화 내용을 요청한 경우 {name}에서 {address}로 메일을 보내요.",
        "leave": "이런 메일 그만 받기", "left": "{name}에서 {address}로 자동 메일을 더 이상 보내지 않아요. 담당자가 직접 쓴 답장은 계속 받아요.",
        "back": "다시 받기",
    },
    "it": {
        "title": "E-mail automatiche", "ask": "{address} riceve un'e-mail da {name} quando una risposta in chat non è stata "
        "letta o quando è stata chiesta una trascrizione.", "leave": "Non inviare più queste e-mail", "left": "{address} non "
        "riceve più e-mail automatiche da {name}. Le risposte scritte da una persona arrivano ancora.", "back": "Inviale di nuovo",
    },
}  # fmt: skip
PAGE = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="robots" content="noindex"><title>{title}</title><style>:root{{color-scheme:light dark}}body{{font:16px/1.5 '
    "system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem}}h1{{font-size:1.25rem}}button{{font:inherit;"
    "padding:.6rem 1rem;min-height:44px;border-radius:6px;border:1px solid;background:none;color:inherit;cursor:pointer}}"
    '</style></head><body><main><h1>{title}</h1><p role="status">{text}</p>'
    '<form method="post" action="{action}"><button>{button}</button></form></main></body></html>'
)
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


async def get_unsubscribe(db: Db, keys: Keys, token: str) -> Response[str]:
    """The page behind the link. Looking at it changes nothing: mail scanners open every link."""
    who = _who(keys, token)
    left = await find_suppression(db, who.workspace_id, who.address) is not None
    return await _page(db, who, token, left=left)


async def post_unsubscribe(db: Db, keys: Keys, token: str) -> Response[str]:
    """No more automatic mail to this address: by one click in a mail program (RFC 8058 3.2), or the page's button."""
    who = _who(keys, token)
    async with db.transaction(system(who.workspace_id)) as tx:
        await suppress(tx, who.address, Reason.UNSUBSCRIBED)
    return await _page(db, who, token, left=True)


async def post_resubscribe(db: Db, keys: Keys, token: str) -> Response[str]:
    """It was a mistake: automatic mails again."""
    who = _who(keys, token)
    async with db.transaction(system(who.workspace_id)) as tx:
        await lift_suppression(tx, who.address)
    return await _page(db, who, token, left=False)


def _who(keys: Keys, token: str) -> Leaving:
    who = read_leaving(keys, token)
    if who is None:
        raise NotFound(GONE)
    return who


async def _page(db: Db, who: Leaving, token: str, *, left: bool) -> Response[str]:
    workspace = await queries.get_greeting(db, who.workspace_id, missing=GONE)
    language = workspace.locale.replace("_", "-").split("-")[0].lower()
    words = WORDS.get(language, WORDS["en"])
    text = words["left" if left else "ask"].format(address=escape(who.address), name=escape(workspace.name))
    page = PAGE.format(
        language=language if language in WORDS else "en", title=words["title"], text=text,
        action=f"/api/mail/unsubscribe/{token}{'/back' if left else ''}", button=words["back" if left else "leave"],
    )  # fmt: skip
    return Response(page, media_type="text/html", headers=HEADERS)


async def get_mailed_file(db: Db, files: Files, keys: Keys, token: str) -> Response[bytes]:
    """A file that was too large for its mail. Raises NotFound when its time is over, or its message was deleted."""
    wanted = read_file(keys, token, db.now())
    if wanted is None:
        raise NotFound(GONE)
    found = await queries.get_mailed_file(db, wanted.workspace_id, wanted.id, missing=GONE)
    headers = file_headers(found.name, found.content_type, inline=False)
    return Response(await files.get(found.blob_key), headers=headers, media_type=headers["content-type"])


ROUTES = (
    get("/api/mail/unsubscribe/{token:str}", get_unsubscribe, can=PUBLIC, media_type="text/html"),
    post("/api/mail/unsubscribe/{token:str}", post_unsubscribe, can=PUBLIC, media_type="text/html"),
    post("/api/mail/unsubscribe/{token:str}/back", post_resubscribe, can=PUBLIC, media_type="text/html"),
    get("/api/mail/files/{token:str}", get_mailed_file, can=PUBLIC, media_type="*/*"),
)
