"""A provider for tests on loopback, with the answers and error bodies of Google's and Microsoft's documentation, and mail
servers that believe its tokens: a real Dovecot (by introspection, RFC 7662) and a real SMTP server."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from aiosmtpd.smtp import SMTP, AuthResult
from tests.support.mailservers import Dovecot, SmtpSink

from hark.channels.email.oauth.providers import PROVIDERS, Place, Provider, Providers

CLIENT_ID, CLIENT_SECRET = "hark-client-id", "hark-client-secret"
TRACE = "Trace ID: 0f4d2c1a Correlation ID: 9b7e Timestamp: 2026-11-23 07:00:00Z"

Flavour = Literal["google", "microsoft"]
Answer = tuple[int, dict[str, Any]]


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class OAuthServer:
    """One authorization server. What a test changes: `user` (who signs in), `granted` (scopes; None: all that is asked),
    `rotates` (a new refresh token at each renewal, the old one void), `life_s`, `sign_in_life_s`, `interval_s`, `down`,
    `delay_s`, `refusal` (of every renewal). What it looks at: `requests`, `renewals`, `revoked`."""

    def __init__(self, flavour: Flavour = "google") -> None:
        self.flavour: Flavour = flavour
        self.user = "desk@example.com"
        self.secret = CLIENT_SECRET
        self.granted: str | None = None
        self.rotates = flavour == "microsoft"
        self.life_s = 3599
        self.sign_in_life_s: int | None = None
        self.down = False
        self.delay_s = 0.0
        self.interval_s = 5
        self.refusal: Answer | None = None
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.renewals = 0
        self.revoked: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.devices: dict[str, dict[str, Any]] = {}
        self.access: dict[str, str] = {}  # token -> user
        self.refresh: dict[str, tuple[str, str, bool]] = {}  # token -> user, scope, of a public client
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def provider(self, *, imap: int = 1, smtp: int = 1) -> Provider:
        """The real provider, but for its addresses: these are on loopback, where no TLS is."""
        real = PROVIDERS[self.flavour]
        tenant = "/{tenant}" if self.flavour == "microsoft" else ""
        return msgspec.structs.replace(
            real, authorize_url=f"{self.url}{tenant}/authorize", token_url=f"{self.url}{tenant}/token",
            device_url=f"{self.url}{tenant}/devicecode" if real.device_url else None,
            revoke_url=f"{self.url}/revoke" if real.revoke_url else None,
            imap=Place("localhost", imap, "none"), smtp=Place("localhost", smtp, "none"),
            mail_hosts=frozenset({("localhost", "none")}),
        )  # fmt: skip

    def providers(self, **ports: int) -> Providers:
        return {**PROVIDERS, self.flavour: self.provider(**ports)}

    def consent(self, url: str, decision: str = "allow") -> dict[str, str]:
        """What a person's browser brings back from the page at `url` after a click: the query of the redirect."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{self.url}/")
        assert urlsplit(url).path.endswith("/authorize")
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        assert len(query["code_challenge"]) == 43
        if decision != "allow":
            return {"state": query["state"], "error": decision, "error_description": "AADSTS65004: User declined."}
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return {"state": query["state"], "code": code, "scope": query["scope"]}

    def enter(self, user_code: str, decision: Literal["allow", "declined", "expired"] = "allow") -> None:
        """A person enters the code on another device."""
        self.devices[user_code]["decision"] = decision

    def withdraw(self) -> None:
        """The account's owner or administrator ends every sign-in at once."""
        self.access.clear()
        self.refresh.clear()

    def tokens_of(self, user: str) -> list[str]:
        return [token for token, owner in self.access.items() if owner == user]

    # the endpoints ------------------------------------------------------------------------------------------------

    def _issue(self, form: dict[str, str], user: str, scope: str, *, public: bool, nonce: str | None = None) -> Answer:
        scope = self.granted if self.granted is not None else scope
        token = secrets.token_urlsafe(24)
        self.access[token] = user
        answer: dict[str, Any] = {
            "token_type": "Bearer", "scope": scope, "expires_in": self.life_s, "access_token": token,
        }  # fmt: skip
        old = form.get("refresh_token")
        if old is None or self.rotates:
            fresh = secrets.token_urlsafe(24)
            self.refresh[fresh] = (user, scope, public)
            answer["refresh_token"] = fresh
        if old is not None and self.rotates:
            del self.refresh[old]
        if self.sign_in_life_s is not None:
            answer["refresh_token_expires_in"] = self.sign_in_life_s
        claims = {"aud": form["client_id"], "iss": self.url, "sub": "1"} | ({"nonce": nonce} if nonce else {})
        claims |= {"email": user} if self.flavour == "google" else {"preferred_username": user}
        answer["id_token"] = f"{b64(b'{}')}.{b64(json.dumps(claims).encode())}.{b64(b'signature')}"
        if self.flavour == "microsoft":
            answer["ext_expires_in"] = self.life_s
        return 200, answer

    def _refuse(self, error: str, number: int, words: str, status: int = 400) -> Answer:
        """The body of an error: Google's two members, Microsoft's seven."""
        if self.flavour == "google":
            return status, {"error": error, "error_description": words}
        return status, {
            "error": error, "error_description": f"AADSTS{number}: {words} {TRACE}", "error_codes": [number],
            "timestamp": "2026-11-23 07:00:00Z", "trace_id": "0f4d2c1a", "correlation_id": "9b7e",
            "error_uri": f"https://login.microsoftonline.com/error?code={number}",
        }  # fmt: skip

    def token(self, form: dict[str, str]) -> Answer:
        if form.get("client_id") != CLIENT_ID:
            return self._refuse("invalid_client", 700016, "Application was not found in the directory.", 401)
        if form["grant_type"] == "authorization_code":
            return self._token_for_code(form)
        if form["grant_type"] == "urn:ietf:params:oauth:grant-type:device_code":
            return self._token_for_device(form)
        assert form["grant_type"] == "refresh_token"
        self.renewals += 1
        time.sleep(self.delay_s)
        if self.refusal is not None:
            return self.refusal
        if form["refresh_token"] not in self.refresh:
            words = "Token has been expired or revoked." if self.flavour == "google" else "The grant has been revoked."
            return self._refuse("invalid_grant", 50173, words)
        user, scope, public = self.refresh[form["refresh_token"]]
        if public and "client_secret" in form:
            words = "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."
            return self._refuse("invalid_client", 700025, words, 401)
        if not public and form.get("client_secret") != self.secret:
            return self._refuse("invalid_client", 7000215, "Invalid client secret provided.", 401)
        return self._issue(form, user, scope, public=public)

    def _token_for_code(self, form: dict[str, str]) -> Answer:
        if form.get("client_secret") != self.secret:
            return self._refuse("invalid_client", 7000215, "Invalid client secret provided.", 401)
        asked = self.codes.pop(form["code"], None)
        if asked is None:
            return self._refuse("invalid_grant", 54005, "The authorization code was already redeemed.")
        challenge = b64(hashlib.sha256(form["code_verifier"].encode()).digest())
        if challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return self._refuse("invalid_grant", 501481, "The code verifier does not match the code challenge.")
        return self._issue(form, self.user, asked["scope"], public=False, nonce=asked["nonce"])

    def device(self, form: dict[str, str]) -> Answer:
        code = f"{secrets.token_hex(4).upper()}"
        self.devices[code] = {"device_code": secrets.token_urlsafe(16), "decision": None, "scope": form["scope"]}
        message = f"To sign in, use a web browser to open https://microsoft.com/devicelogin and enter the code {code}."
        return 200, {
            "user_code": code, "device_code": self.devices[code]["device_code"], "expires_in": 900, "interval": self.interval_s,
            "verification_uri": "https://microsoft.com/devicelogin", "message": message,
        }  # fmt: skip

    def _token_for_device(self, form: dict[str, str]) -> Answer:
        if "client_secret" in form:
            return self._refuse("invalid_client", 700025, "Client is public.", 401)
        found = next((d for d in self.devices.values() if d["device_code"] == form["device_code"]), None)
        if found is None or found["decision"] == "expired":
            return self._refuse("expired_token", 70020, "The provided value for 'device_code' is not valid: expired.")
        if found["decision"] == "declined":
            return self._refuse("authorization_declined", 70018, "The user declined.")
        if found["decision"] == "hurried":
            return self._refuse("slow_down", 70019, "Polling too often.")
        if found["decision"] is None:
            return self._refuse(
                "authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending."
            )
        return self._issue(form, self.user, found["scope"], public=True)

    def revoke(self, form: dict[str, str]) -> Answer:
        if form["token"] not in self.refresh and form["token"] not in self.access:
            return 400, {"error": "invalid_token", "error_description": "Token expired or revoked"}
        self.revoked.append(form["token"])
        self.withdraw()
        return 200, {}

    def introspect(self, form: dict[str, str]) -> Answer:
        user = self.access.get(form["token"])
        return 200, {"active": True, "email": user, "username": user} if user else {"active": False}

    def answer(self, path: str, form: dict[str, str]) -> Answer:
        with self._lock:
            self.requests.append((path, form))
            if self.down and path != "introspect":
                return 503, {"error": "temporarily_unavailable"}
            calls = {
                "token": self.token,
                "devicecode": self.device,
                "revoke": self.revoke,
                "introspect": self.introspect,
            }
            return calls[path](form)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                path = urlsplit(self.path).path.rpartition("/")[2]
                self._send(*server.answer(path, form))

            def do_GET(self) -> None:
                """The page a browser sees: two links back."""
                if not urlsplit(self.path).path.endswith("/authorize"):
                    return self._write(404, "text/plain", b"")
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                back = {d: server.consent(f"{server.url}{self.path}", d) for d in ("allow", "access_denied")}
                links = "".join(
                    f'<a id="{d}" href="{query["redirect_uri"]}?{urlencode(values)}">{d}</a> '
                    for d, values in back.items()
                )
                page = f"<!doctype html><title>Sign in</title>{links}".encode()
                return self._write(200, "text/html", page)

            def _send(self, status: int, answer: dict[str, Any]) -> None:
                self._write(status, "application/json", json.dumps(answer).encode())

            def _write(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-type", f"{kind}; charset=utf-8")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


class TokenDovecot(Dovecot):
    """A Dovecot whose users may sign in with XOAUTH2 and OAUTHBEARER: it asks `oauth` about each token."""

    def __init__(self, oauth: OAuthServer, mechanisms: str = "xoauth2 oauthbearer") -> None:
        super().__init__()
        asked = self.root / "oauth2.conf"
        asked.write_text(
            f"introspection_mode = post\nintrospection_url = {oauth.url}/introspect\nusername_attribute = username\n"
            "active_attribute = active\nactive_value = true\n"
        )
        with (self.root / "dovecot.conf").open("a") as config:
            config.write(
                f"auth_mechanisms = plain {mechanisms}\npassdb {{\n  driver = oauth2\n  mechanisms = {mechanisms}\n"
                f"  args = {asked}\n}}\n"
            )


class TokenSink(SmtpSink):
    """An SMTP server that takes mail from whoever shows a token of `oauth` by XOAUTH2; a refusal has Google's shape."""

    def __init__(self, oauth: OAuthServer) -> None:
        super().__init__()
        self.oauth = oauth
        self.refused = 0

    def _connection(self) -> SMTP:
        one = super()._connection()
        one._auth_required = True
        return one

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        user, bearer, *_ = base64.b64decode(args[1]).decode().split("\x01")
        token = bearer.removeprefix("auth=Bearer ")
        if self.oauth.access.get(token) == user.removeprefix("user="):
            return AuthResult(success=True)
        self.refused += 1
        await server.challenge_auth('{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}')
        return AuthResult(success=False, handled=False)
