"""Sending over SMTP (RFC 5321): connections are kept and used again, and every failure says what may have happened."""

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPConnectResponseError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
)

from hark.channels.base import Check, SendResult, TransportError
from hark.channels.email.hosts import Resolve, connect, explain, tls_context
from hark.channels.email.oauth.sasl import GetToken, answer_to_refusal, choose_mechanism, initial_response
from hark.channels.email.smtp_answers import Answer, Stage, judge, meaning, read_answer
from hark.channels.email.types import OutEnvelope, SmtpConfig

MAX_IDLE_S = 30.0  # servers hang up after minutes; a connection older than this is not worth its risk
MAX_USES = 100
MAX_PARALLEL = 4  # connections to one server: providers begin to refuse above ten


class SmtpSender:
    """Sends mails; keeps idle connections per server for the life of the worker. One event loop."""

    def __init__(self, resolve: Resolve, *, helo: str = "localhost") -> None:
        self._resolve = resolve
        self._helo = helo
        self._idle: dict[SmtpConfig, list[_Line]] = {}
        self._slots: dict[SmtpConfig, asyncio.Semaphore] = {}
        self._limits: dict[tuple[str, int], int] = {}

    async def send(
        self, raw: bytes, envelope: OutEnvelope, config: SmtpConfig, token: GetToken | None = None
    ) -> SendResult:
        """Hand one mail over. Raises TransportError; `maybe_sent` only when the connection broke after the text left.

        Some recipients may be refused while others are accepted: see `SendResult`. A wrong password is not
        permanent: the mail is fine and goes once the mailbox is put right. With `token` it signs in by OAuth 2.
        """
        if not envelope.recipients:
            raise TransportError("The mail has no recipient. Add one and send it again.", permanent=True)
        async with self._slots.setdefault(config, asyncio.Semaphore(MAX_PARALLEL)):
            line = self._take(config)
            if line is not None:
                try:
                    return await self._deliver(line, raw, envelope, config)
                except _StaleError:
                    pass  # the server had closed it meanwhile; nothing was handed over
            return await self._deliver(_Line(await self._open(config, token)), raw, envelope, config)

    def size_limit(self, host: str, port: int) -> int | None:
        """The most bytes this server takes, as far as it has said so since we started."""
        return self._limits.get((host, port))

    def _lower_limit(self, config: SmtpConfig, limit: int) -> None:
        """What a server says at the beginning may be more than it takes in the end."""
        key = config.host, config.port
        self._limits[key] = min(limit, self._limits.get(key, limit))

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        lines = [line for some in self._idle.values() for line in some]
        self._idle.clear()
        for line in lines:
            with contextlib.suppress(SMTPException, OSError):
                await line.client.quit(timeout=2)
            line.client.close()

    def _take(self, config: SmtpConfig) -> "_Line | None":
        some = self._idle.get(config, [])
        while some:
            line = some.pop()
            fresh = asyncio.get_running_loop().time() - line.since < MAX_IDLE_S and line.uses < MAX_USES
            if fresh and line.client.is_connected:
                return line
            line.client.close()
        return None

    async def _open(self, config: SmtpConfig, token: GetToken | None) -> SMTP:
        try:
            client = await _connect(config, self._resolve, self._helo, token)
        except TransportError as error:  # no such host, or one we must not connect to
            error.account = True
            raise
        except SMTPResponseException as error:
            answer = read_answer(error.code, error.message)
            slow = judge(answer, "connect") == "slow"
            raise TransportError(_sentence(error, config), permanent=False, account=True, slow=slow) from error
        except (SMTPException, OSError) as error:
            raise TransportError(_sentence(error, config), permanent=False, account=True) from error
        said = client.esmtp_extensions.get("size", "") if client.supports_extension("size") else ""
        if said.isdigit() and int(said):  # RFC 1870 3: no number or 0 is no limit
            self._lower_limit(config, int(said))
        return client

    async def _deliver(self, line: "_Line", raw: bytes, envelope: OutEnvelope, config: SmtpConfig) -> SendResult:
        keep = False
        try:
            limit = self.size_limit(config.host, config.port)
            if limit is not None and len(raw) > limit:
                raise _too_large(config, len(raw), limit)
            result = await _transaction(line, raw, envelope, config)
            keep = True
        except TransportError as error:
            if error.limit is not None:
                self._lower_limit(config, error.limit)
            with contextlib.suppress(SMTPException, OSError):
                await line.client.rset(timeout=5)
                keep = True
            raise
        finally:
            if keep and line.client.is_connected:
                line.uses += 1
                line.since = asyncio.get_running_loop().time()
                self._idle.setdefault(config, []).append(line)
            else:
                line.client.close()
        return result


class _Line:
    """One open connection."""

    def __init__(self, client: SMTP) -> None:
        self.client = client
        self.uses = 0
        self.since = 0.0


class _StaleError(Exception):
    """A kept connection turned out closed before anything of this mail was accepted."""


async def _connect(config: SmtpConfig, resolve: Resolve, helo: str, get_token: GetToken | None) -> SMTP:
    if get_token is None:
        return await _sign_in(config, resolve, helo, None)
    token = await get_token(None)
    try:
        return await _sign_in(config, resolve, helo, token)
    except SMTPAuthenticationError:
        # Refused before its time (withdrawn, or a clock was wrong): a fresh one decides.
        return await _sign_in(config, resolve, helo, await get_token(token))


async def _sign_in(config: SmtpConfig, resolve: Resolve, helo: str, token: str | None) -> SMTP:
    sock = await connect(config.host, config.port, resolve, config.timeout_s)
    client = SMTP(hostname=config.host, sock=sock, local_hostname=helo, timeout=config.timeout_s,
                  use_tls=config.security == "tls", start_tls=config.security == "starttls",
                  tls_context=tls_context(config.security, verify=config.verify))  # fmt: skip
    try:
        await client.connect()
        await client.ehlo()
        if token is not None:
            await _sign_in_with_token(client, config, token)
        elif config.username:
            await client.login(config.username, config.password)
    except BaseException:
        client.close()
        sock.close()
        raise
    return client


async def _sign_in_with_token(client: SMTP, config: SmtpConfig, token: str) -> None:
    mechanism = choose_mechanism({one.upper() for one in client.server_auth_methods})
    if mechanism is None:
        raise SMTPNotSupported("the server offers no sign-in with OAuth 2")
    first = initial_response(mechanism, config.username, token, config.host, config.port)
    answer = await client.execute_command(b"AUTH", mechanism.encode(), base64.b64encode(first.encode()))
    if answer.code == 334:  # its reason; the answer itself follows
        answer = await client.execute_command(base64.b64encode(answer_to_refusal(mechanism)))
    if answer.code != 235:
        raise SMTPAuthenticationError(answer.code, answer.message)


async def _transaction(line: _Line, raw: bytes, envelope: OutEnvelope, config: SmtpConfig) -> SendResult:
    client = line.client
    options = _options(client, raw, envelope)
    encoding = "utf-8" if "SMTPUTF8" in options else "ascii"
    answers: dict[str, Answer] = {}
    async with _before_data(line, config, len(raw)):
        await client.mail(envelope.sender, options=options, encoding=encoding)
        for recipient in envelope.recipients:
            try:
                await client.rcpt(recipient, encoding=encoding)
            except SMTPRecipientRefused as error:
                answers[recipient] = read_answer(error.code, error.message)
    refused, later = _sort_out(answers)
    if len(answers) == len(envelope.recipients):
        return _nobody(answers, refused, later)
    try:
        response = await client.data(raw)
    except SMTPResponseException as error:
        raise _refusal(read_answer(error.code, error.message), "data", config, len(raw)) from error
    except (SMTPException, OSError) as error:
        # The text may have left; only the server's answer is missing (RFC 5321 4.2.5 leaves this open by design).
        raise TransportError(
            f"The connection to {config.host} broke before it confirmed the mail, so the mail may have been sent. "
            "Look whether the recipient has it before sending it again.",
            permanent=False, maybe_sent=True,
        ) from error  # fmt: skip
    said = f"{response.code} {response.message}"[:500]
    return SendResult(provider_id=None, response=said, refused=refused, later=later)


def _sort_out(answers: dict[str, Answer]) -> tuple[dict[str, str], dict[str, str]]:
    """Recipients refused for good, and those to try again (a full mailbox, greylisting), with what was said of them."""
    refused: dict[str, str] = {}
    later: dict[str, str] = {}
    for recipient, answer in answers.items():
        again = judge(answer, "recipient") != "never"
        (later if again else refused)[recipient] = f"{answer}. {meaning(answer)}".strip()
    return refused, later


def _nobody(answers: dict[str, Answer], refused: dict[str, str], later: dict[str, str]) -> SendResult:
    """No recipient was accepted. All for good, or all for now: one failure; else some are tried again."""
    if refused and later:
        return SendResult(refused=refused, later=later)
    first, answer = next(iter(answers.items()))
    more = f" The other {len(answers) - 1} recipients were refused too." if len(answers) > 1 else ""
    said = refused.get(first) or later[first]
    verdict = judge(answer, "recipient")
    raise TransportError(
        f"The server refused {first}: {said}{more}", permanent=not later,
        slow=verdict == "slow", account=verdict == "account",
    )  # fmt: skip


@contextlib.asynccontextmanager
async def _before_data(line: _Line, config: SmtpConfig, size: int) -> AsyncIterator[None]:
    """Errors while nothing of the mail has been handed over: trying again is safe."""
    try:
        yield
    except SMTPResponseException as error:
        if error.code == 421 and line.uses:
            raise _StaleError from error
        raise _refusal(read_answer(error.code, error.message), "sender", config, size) from error
    except (SMTPException, OSError) as error:
        if line.uses:
            raise _StaleError from error
        raise TransportError(_sentence(error, config), permanent=False, account=True) from error


def _options(client: SMTP, raw: bytes, envelope: OutEnvelope) -> list[str]:
    options = []
    if client.supports_extension("size"):
        options.append(f"SIZE={len(raw)}")
    if not raw.isascii() and client.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")
    foreign = next((one for one in (envelope.sender, *envelope.recipients) if not one.isascii()), None)
    if foreign is not None:
        if not client.supports_extension("smtputf8"):
            raise TransportError(
                f"The server cannot deliver to {foreign}: it knows no international addresses.", permanent=True
            )
        options.append("SMTPUTF8")
    return options


def _refusal(answer: Answer, stage: Stage, config: SmtpConfig, size: int) -> TransportError:
    """The whole mail was refused: by its sender's address, or after its text."""
    verdict = judge(answer, stage)
    if verdict == "too_large":
        return _too_large(config, size, size - 1, answer)
    what = "refused the sender" if stage == "sender" else "did not take the mail"
    why = meaning(answer)
    return TransportError(
        f"The mail server {what}: {answer}.{f' {why}' if why else ''}", permanent=verdict == "never",
        account=verdict == "account" or stage == "sender", slow=verdict == "slow",
    )  # fmt: skip


def _too_large(config: SmtpConfig, size: int, limit: int, answer: Answer | None = None) -> TransportError:
    most = f" It takes at most {megabytes(limit)}." if answer is None else f" It said: {answer}."
    return TransportError(
        f"The mail is too large for {config.host}: {megabytes(size)}.{most} Nothing was sent.",
        permanent=True,
        limit=limit,
    )


def megabytes(size: int) -> str:
    """A size as people read it; mails are measured with their transfer encoding, a third more than the files."""
    return f"{size / 1_000_000:.1f} MB"


def _sentence(error: BaseException, config: SmtpConfig) -> str:
    if isinstance(error, SMTPAuthenticationError) and config.oauth:
        return (f"{config.host} refused the sign-in of {config.username} with a fresh token ({error.code} "
                f"{' '.join(error.message.split())[:200]}). Check that this is the account's own user name, and that "
                "sending by SMTP is allowed for it.")  # fmt: skip
    if isinstance(error, SMTPAuthenticationError):
        return (f"{config.host} refused the user name or the password for {config.username}. Check both; some "
                "providers want an app password.")  # fmt: skip
    starttls = "starttls" in str(error).lower() and not isinstance(error, SMTPResponseException)
    if starttls or isinstance(error, SMTPNotSupported):
        what = "STARTTLS" if starttls else "this way to sign in"
        return f"{config.host} does not offer {what} on port {config.port}. Choose another security or port."
    if isinstance(error, SMTPConnectResponseError | SMTPResponseException):
        return f"{config.host} answered {error.code} {' '.join(error.message.split())[:200]}. Try again later."
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(cause, ssl.SSLError | OSError):
        return explain(cause, config.host, config.port)
    return f"{config.host} ended the conversation on port {config.port}. It may expect TLS, or be busy; try again."


async def check_smtp(config: SmtpConfig, resolve: Resolve, token: GetToken | None = None) -> Check:
    """Connect and sign in without sending anything; the sentence says what to change when that fails."""
    try:
        client = await _connect(config, resolve, "localhost", token)
    except TransportError as error:
        return Check(ok=False, sentence=error.message)
    except (SMTPException, OSError) as error:
        return Check(ok=False, sentence=_sentence(error, config))
    with contextlib.suppress(SMTPException, OSError):
        await client.quit(timeout=2)
    client.close()
    signed_in = f" and accepts {config.username}" if config.username else ""
    return Check(ok=True, sentence=f"{config.host} answers{signed_in}.")
