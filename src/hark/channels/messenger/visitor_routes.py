"""What the widget speaks over HTTP, below `/api/messenger/{key}`. Who asks is said by `Authorization: Visitor <token>`;
no cookie is read or set."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body as MultipartBody

from hark.channels.messenger import articles, home, posting, uploads
from hark.channels.messenger.accounts import get_inbox
from hark.channels.messenger.facts import keep_facts, keep_sent, watched
from hark.channels.messenger.frame import frame_page, is_own, require_allowed
from hark.channels.messenger.identifying import identify
from hark.channels.messenger.identity import read_identity
from hark.channels.messenger.limits import Buckets
from hark.channels.messenger.links import Links, is_face, is_signed
from hark.channels.messenger.mailing import queue_transcript
from hark.channels.messenger.presence import mark_read
from hark.channels.messenger.threads import (
    find_thread_of,
    get_message,
    get_thread,
    list_messages,
    list_threads,
    message_view,
)
from hark.channels.messenger.types import (
    Boot,
    Booted,
    ContactDetails,
    File,
    FoundArticles,
    Identify,
    NewPost,
    Nothing,
    OpenedArticle,
    Posted,
    ReadUpTo,
    Session,
    ThreadList,
    ThreadPage,
    Track,
    VisitorView,
)
from hark.channels.messenger.visitors import (
    known_address,
    lock_visitor,
    open_session,
    save_contact_details,
    start_session,
)
from hark.conversations.attachments import file_headers
from hark.core.actor import system
from hark.core.clock import unix
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import BadRequest, NotFound, Unauthorized
from hark.core.files import Files
from hark.core.http import PUBLIC, VISITOR, get, post
from hark.core.wake import Bus
from hark.settings import Settings
from hark.visits.writer import FactWriter

MAX_LIMIT = 200

AnyRequest = Request[Any, Any, Any]


async def get_frame(db: Db, settings: Settings, request: AnyRequest, key: str, origin: str = "") -> Response[bytes]:
    """The page of the widget's frame. `origin`: of the page that holds it; pages of Hark's own, such as a help centre, may
    always."""
    own = is_own(origin, request.headers.get("host", ""), settings.base_url)
    return frame_page(await get_inbox(db, key), origin, own=own)


async def post_boot(
    db: Db, keys: Keys, settings: Settings, buckets: Buckets, request: AnyRequest, key: str, data: Boot
) -> Booted:
    """The first word of a widget."""
    inbox = await get_inbox(db, key)
    origin = request.headers.get("origin", "")
    if origin and not is_own(origin, request.headers.get("host", ""), settings.base_url):
        require_allowed(inbox, origin)
    buckets.admit_boot(inbox, _peer(request))
    claims = read_identity(inbox, keys, data.jwt, now=unix(db.now())) if data.jwt else None
    async with db.transaction(system(inbox.workspace_id)) as tx:
        session, token = await start_session(tx, inbox, data, claims)
    return await home.boot_view(db, session, token, Links(inbox, keys, db.now()))


async def get_threads(db: Db, request: AnyRequest, key: str) -> ThreadList:
    session = await _session(db, request, key)
    threads = [row.view() for row in await list_threads(db, session)]
    return ThreadList(threads=threads, unread=sum(t.unread for t in threads))


async def get_messages(
    db: Db, keys: Keys, request: AnyRequest, key: str, id: UUID, after: int = 0, limit: int = 100
) -> ThreadPage:
    session = await _session(db, request, key)
    if not (1 <= limit <= MAX_LIMIT and 0 <= after < 2**31):
        raise BadRequest(f"`limit` is 1 to {MAX_LIMIT}, `after` the seq of a message.", code="bad_limit")
    thread = await get_thread(db, session, id)
    links = Links(session.inbox, keys, db.now())
    rows = await list_messages(db, session, id, after=after, limit=limit)
    return ThreadPage(thread=thread.view(), messages=[message_view(row, links) for row in rows])


async def post_message(
    db: Db, keys: Keys, buckets: Buckets, visits: FactWriter, request: AnyRequest, key: str, id: UUID, data: NewPost
) -> Posted:
    """The same message id again is answered as the first time."""
    session = await _session(db, request, key)
    buckets.admit_post(session, _peer(request))
    async with db.transaction(system(session.inbox.workspace_id)) as tx:
        is_new = await posting.post_message(tx, session, id, data)
    if is_new:
        await keep_sent(visits, watched(session), id, db.now())
    thread_id = id if is_new else await find_thread_of(db, session, data.id)
    row = await get_message(db, session, data.id)
    thread = await get_thread(db, session, thread_id or id)
    return Posted(message=message_view(row, Links(session.inbox, keys, db.now())), thread=thread.view())


@dataclass
class VisitorUpload:
    file: UploadFile


async def post_visitor_attachment(
    db: Db,
    files: Files,
    keys: Keys,
    buckets: Buckets,
    request: AnyRequest,
    key: str,
    data: Annotated[VisitorUpload, MultipartBody(media_type=RequestEncodingType.MULTI_PART)],
) -> File:
    """A file for the visitor's next message."""
    session = await _session(db, request, key)
    buckets.admit_post(session, _peer(request), cost=2)
    content = await data.file.read()
    buckets.admit_upload(session, _peer(request), len(content))
    links = Links(session.inbox, keys, db.now())
    claimed = data.file.content_type or ""
    return await uploads.keep_upload(db, files, session, links, name=data.file.filename, claimed=claimed, data=content)


async def get_visitor_attachment(
    db: Db, files: Files, keys: Keys, key: str, id: UUID, signature: str
) -> Response[bytes]:
    """A file by its signed address."""
    inbox = await get_inbox(db, key)
    if not is_signed(inbox, keys, id, signature, db.now()):
        raise NotFound("This address is no longer good. Open the conversation again.")
    file = await uploads.get_file(db, inbox.workspace_id, inbox.id, id)
    headers = file_headers(file.name, file.content_type, inline=True)
    return Response(await files.get(file.blob_key), headers=headers, media_type=headers["content-type"])


async def get_face(db: Db, files: Files, keys: Keys, key: str, agent_id: int, signature: str) -> Response[bytes]:
    """The picture of somebody whom the messenger has shown, while it shows faces."""
    inbox = await get_inbox(db, key)
    if not is_face(inbox, keys, agent_id, signature):
        raise NotFound(home.NO_FACE)
    picture = await files.get(await home.face_key(db, inbox, agent_id))
    headers = {"cache-control": "public, max-age=3600", "content-security-policy": "default-src 'none'; sandbox"}
    return Response(picture, headers=headers, media_type=uploads.file_type("picture", picture, ""))


async def post_visitor_read(db: Db, bus: Bus, request: AnyRequest, key: str, id: UUID, data: ReadUpTo) -> None:
    session = await _session(db, request, key)
    if not await mark_read(db, bus, session, id, data.seq):
        raise NotFound("There is no such conversation.")


async def post_transcript(db: Db, buckets: Buckets, request: AnyRequest, key: str, id: UUID, data: Nothing) -> None:
    """Send the conversation to the visitor's address by mail, at most every ten minutes."""
    session = await _session(db, request, key)
    await get_thread(db, session, id)
    address = await known_address(db, session)
    if address is None:
        raise BadRequest("No address is known to send it to. Say yours first.", code="no_address")
    buckets.admit_post(session, _peer(request))
    buckets.admit_transcript(session.inbox, _peer(request), id, address)
    async with db.transaction(system(session.inbox.workspace_id)) as tx:
        await queue_transcript(tx, id, address)


async def post_contact_details(
    db: Db, buckets: Buckets, request: AnyRequest, key: str, data: ContactDetails
) -> VisitorView:
    """A typed name and address. They prove nothing and show nothing."""
    session = await _session(db, request, key)
    buckets.admit_post(session, _peer(request))
    async with db.transaction(system(session.inbox.workspace_id)) as tx:
        return home.visitor_view(await save_contact_details(tx, session, data))


async def post_identify(
    db: Db, keys: Keys, buckets: Buckets, request: AnyRequest, key: str, data: Identify
) -> VisitorView:
    """Say who the visitor is. For another person than before, boot again instead."""
    session = await _session(db, request, key)
    buckets.admit_post(session, _peer(request))
    claims = read_identity(session.inbox, keys, data.jwt, now=unix(db.now()))
    async with db.transaction(system(session.inbox.workspace_id)) as tx:
        visitor = await lock_visitor(tx, session)
        if visitor.user_id not in (None, claims.sub):
            raise Unauthorized("This visitor is another person of the site already. Boot again.", code="bad_identity")
        return home.visitor_view(await identify(tx, session.inbox, visitor, claims))


async def post_track(db: Db, buckets: Buckets, visits: FactWriter, request: AnyRequest, key: str, data: Track) -> None:
    """Facts about what happens on the site, as far as the messenger may collect them."""
    session = await _session(db, request, key)
    buckets.admit_post(session, _peer(request), cost=0.2)
    buckets.admit_facts(session, _peer(request), data.facts)
    await keep_facts(visits, watched(session), data.facts, data.visit, db.now())


async def get_found_articles(
    db: Db, buckets: Buckets, request: AnyRequest, key: str, q: str = "", language: str = ""
) -> FoundArticles:
    """Articles for what a visitor has typed so far."""
    session = await _session(db, request, key)
    buckets.admit_post(session, _peer(request), cost=0.1)
    return await articles.find_for(db, session, q, language[:35])


async def get_shown_article(
    db: Db, keys: Keys, buckets: Buckets, settings: Settings, request: AnyRequest, key: str, id: int, language: str = ""
) -> OpenedArticle:
    """An article, to be read in the messenger."""
    session = await _session(db, request, key)
    buckets.admit_post(session, _peer(request), cost=0.2)
    return await articles.get_shown(db, keys, session, id, language[:35], settings.base_url)


async def _session(db: Db, request: AnyRequest, key: str) -> Session:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "visitor" or not token:
        await get_inbox(db, key)
        raise Unauthorized("This is for visitors: boot first, then send the token.", code="unknown_visitor")
    return await open_session(db, key, token.strip())


def _peer(request: AnyRequest) -> str:
    return request.client.host if request.client else "unknown"


ROUTES = (
    get("/messenger/{key:str}/frame", get_frame, can=PUBLIC, media_type="*/*"),
    post("/api/messenger/{key:str}/boot", post_boot, can=PUBLIC),
    get("/api/messenger/{key:str}/threads", get_threads, can=VISITOR),
    get("/api/messenger/{key:str}/threads/{id:uuid}", get_messages, can=VISITOR),
    post("/api/messenger/{key:str}/threads/{id:uuid}/messages", post_message, can=VISITOR),
    post("/api/messenger/{key:str}/threads/{id:uuid}/read", post_visitor_read, can=VISITOR, status_code=204),
    post("/api/messenger/{key:str}/threads/{id:uuid}/transcript", post_transcript, can=VISITOR, status_code=202),
    post("/api/messenger/{key:str}/attachments", post_visitor_attachment, can=VISITOR),
    get("/api/messenger/{key:str}/attachments/{id:uuid}/signed/{signature:str}", get_visitor_attachment, can=PUBLIC,
        media_type="*/*"),
    get("/api/messenger/{key:str}/faces/{agent_id:int}/shown/{signature:str}", get_face, can=PUBLIC, media_type="*/*"),
    get("/api/messenger/{key:str}/articles", get_found_articles, can=VISITOR),
    get("/api/messenger/{key:str}/articles/{id:int}", get_shown_article, can=VISITOR),
    post("/api/messenger/{key:str}/contact", post_contact_details, can=VISITOR),
    post("/api/messenger/{key:str}/identify", post_identify, can=VISITOR),
    post("/api/messenger/{key:str}/track", post_track, can=VISITOR, status_code=202),
)  # fmt: skip
