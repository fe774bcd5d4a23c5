"""The folders of a mailbox: what each is for, where read mails go, and the live test of a server."""

import asyncio
import re
from typing import Literal, get_args

import msgspec
from imapclient import IMAPClient

from hark.channels.base import Check
from hark.channels.email.hosts import Resolve
from hark.channels.email.imap.calls import connect, log_out
from hark.channels.email.imap.errors import NETWORK, sentence
from hark.channels.email.oauth.sasl import GetToken
from hark.channels.email.types import ImapConfig

Role = Literal["inbox", "sent", "drafts", "junk", "trash", "archive", "all", "flagged"]
ROLES: tuple[Role, ...] = get_args(Role)
CLOSED = frozenset({b"\\noselect", b"\\nonexistent"})

# Servers without SPECIAL-USE (RFC 6154): the names that the usual servers and programs give these folders.
NAMES: dict[Role, frozenset[str]] = {
    "sent": frozenset({
        "sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete objekte", "gesendete elemente",
        "posta inviata", "inviata", "inviati", "elementi inviati", "envoyés", "éléments envoyés", "messages envoyés",
        "enviados", "elementos enviados", "verzonden", "verzonden items", "wysłane", "elementy wysłane", "skickat",
        "보낸편지함", "보낸 편지함", "보낸메일함", "送信済み", "送信済みアイテム", "已发送", "已发送邮件", "寄件備份",
    }),
    "drafts": frozenset({
        "drafts", "draft", "entwürfe", "bozze", "brouillons", "borradores", "rascunhos", "concepten",
        "robocze", "utkast", "임시보관함", "임시 보관함", "下書き", "草稿", "草稿箱",
    }),
    "junk": frozenset({
        "junk", "spam", "junk e-mail", "junk email", "junk-e-mail", "bulk mail", "posta indesiderata",
        "courrier indésirable", "indésirables", "correo no deseado", "lixo eletrônico", "ongewenste e-mail",
        "wiadomości-śmieci", "skräppost", "스팸", "스팸편지함", "스팸메일함", "정크 메일", "迷惑メール", "垃圾邮件",
    }),
    "trash": frozenset({
        "trash", "bin", "deleted items", "deleted messages", "deleted", "papierkorb", "gelöschte elemente",
        "gelöschte objekte", "cestino", "posta eliminata", "corbeille", "éléments supprimés", "papelera",
        "elementos eliminados", "lixeira", "prullenbak", "verwijderde items", "kosz", "elementy usunięte", "papperskorgen",
        "휴지통", "지운편지함", "지운 편지함", "ゴミ箱", "已删除", "已删除邮件",
    }),
    "archive": frozenset({"archive", "archives", "archiv", "archivio", "archivo", "archief", "보관함", "アーカイブ"}),
}  # fmt: skip


class ImapFolder(msgspec.Struct, frozen=True, kw_only=True):
    """A folder that can be opened, by its full name in Unicode. `role`: what it is for, where that is known."""

    name: str
    role: Role | None = None


class ImapCheck(Check, frozen=True, kw_only=True):
    """The answer of an incoming server: `folders` are names, `mailbox` says what each is for, INBOX first."""

    mailbox: list[ImapFolder] = []


def list_folders(client: IMAPClient) -> list[ImapFolder]:
    """All folders that can be opened: INBOX first, then by name. Roles as the server states them, else by usual names."""
    found: list[ImapFolder] = []
    for flags, _, name in client.list_folders():
        marks = {flag.lower() for flag in flags}
        if marks.isdisjoint(CLOSED):
            found.append(ImapFolder(name=name, role=_stated(marks, name)))
    known = {one.role for one in found}
    named = [one if one.role else msgspec.structs.replace(one, role=_usual(one.name, known)) for one in found]
    return sorted(named, key=lambda one: (one.role != "inbox", one.name.casefold()))


def _stated(marks: set[bytes], name: str) -> Role | None:
    if name.upper() == "INBOX":
        return "inbox"
    return next((role for role in ROLES if b"\\" + role.encode() in marks), None)


def _usual(name: str, known: set[Role | None]) -> Role | None:
    """By its name, at the top of the mailbox or just below INBOX; nothing where the server stated that role itself."""
    leaf = re.sub(r"^INBOX[./]", "", name).casefold()
    return next((role for role, names in NAMES.items() if role not in known and leaf in names), None)


def _text(value: bytes | str | None) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else value or ""


def sent_folders(client: IMAPClient) -> frozenset[str]:
    """The folders that hold what people of the team have sent from elsewhere."""
    return frozenset(one.name for one in list_folders(client) if one.role == "sent")


def open_target(client: IMAPClient, wanted: str) -> str:
    """The folder that read mails go to, by the server's name for it; made when it is missing.

    People write levels with "/": that becomes the server's own delimiter. Where personal folders live below another
    (`INBOX.` on Courier and many hosted servers), it is looked for and made there. Raises IMAPClientError.
    """
    listed = client.list_folders()
    names = {name for _, _, name in listed}
    delimiter = next((_text(one) for _, one, _ in listed if one), "/")
    prefix = ""
    if client.has_capability("NAMESPACE") and (personal := client.namespace().personal):
        prefix = personal[0][0]
    plain = wanted.replace("/", delimiter)
    for name in (wanted, plain, prefix + plain):
        if name in names:
            return name
    name = plain if plain.startswith(prefix) else prefix + plain
    client.create_folder(name)
    client.subscribe_folder(name)
    return name


async def check_imap(config: ImapConfig, resolve: Resolve, token: GetToken | None = None) -> ImapCheck:
    """Connect, sign in and list the folders; the sentence says what to change when that fails."""
    try:
        addresses = await resolve(config.host, config.port)
        fresh = await token(None) if token else None
        mailbox = await asyncio.to_thread(_look, config, addresses, fresh)
    except NETWORK as error:
        return ImapCheck(ok=False, sentence=sentence(error, config))
    names = [one.name for one in mailbox]
    missing = [one for one in config.folders if one not in names and one.upper() != "INBOX"]
    if missing:
        said = f"There is no folder {missing[0]!r} in this mailbox."
        return ImapCheck(ok=False, sentence=said, folders=names, mailbox=mailbox)
    said = f"{config.host} accepts {config.username}: {len(names)} folders."
    return ImapCheck(ok=True, sentence=said, folders=names, mailbox=mailbox)


def _look(config: ImapConfig, addresses: list[str], token: str | None) -> list[ImapFolder]:
    client = connect(config, addresses, token)
    try:
        return list_folders(client)
    finally:
        log_out(client)
