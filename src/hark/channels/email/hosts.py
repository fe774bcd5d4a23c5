"""Which hosts Hark may connect to for a mailbox, and sentences for what goes wrong on the way there."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable

from hark.channels.base import TransportError
from hark.channels.email.types import Security

# An IPv4 address in IPv6 clothes: compatible (RFC 4291 2.5.5.1) and translated (RFC 6052); a local translator (RFC 8215).
CLOTHES = tuple(ipaddress.IPv6Network(one) for one in ("::/96", "64:ff9b::/96"))
LOCAL_TRANSLATOR = ipaddress.IPv6Network("64:ff9b:1::/48")

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""(host, port) -> addresses that may be connected to, best first. Raises TransportError when there is none."""


def host_policy(*, allow_private: bool) -> Resolve:
    """Resolver that refuses this machine and private networks unless `allow_private`.

    Otherwise a mailbox's settings could be used to talk to services behind the firewall. The caller connects to the
    returned address, not to the name, so a second look-up cannot answer differently.
    """

    async def resolve(host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise TransportError(
                f"The server name {host!r} is not known. Check its spelling; nothing was sent.", permanent=False
            ) from error
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        allowed = [one for one in addresses if allow_private or is_public(one)]
        if not allowed:
            raise TransportError(
                f"The server {host!r} is on a private network, which this installation does not allow. "
                "An administrator can allow it with HARK_PRIVATE_HOSTS=true.",
                permanent=False,
            )
        return allowed

    return resolve


def is_public(address: str) -> bool:
    """Whether an IP address is reachable on the internet: not loopback, link-local, private, shared or reserved."""
    one = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(one, ipaddress.IPv6Address):
        if any(one in network for network in CLOTHES):
            return is_public(str(ipaddress.IPv4Address(int(one) & 0xFFFF_FFFF)))
        mapped = one.ipv4_mapped or one.sixtofour
        if one.is_site_local or one in LOCAL_TRANSLATOR or (mapped is not None and not is_public(str(mapped))):
            return False
    return one.is_global and not one.is_multicast


async def connect(host: str, port: int, resolve: Resolve, timeout_s: float) -> socket.socket:
    """A connected, non-blocking socket to the first allowed address that answers. Raises TransportError, OSError."""
    error: OSError | None = None
    for address in (await resolve(host, port))[:4]:
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.get_running_loop().sock_connect(sock, (address, port))
        except OSError as failed:  # TimeoutError is one
            sock.close()
            error = failed
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    assert error is not None
    raise error


def tls_context(security: Security, *, verify: bool) -> ssl.SSLContext | None:
    """The TLS settings of a connection, or None for plain text."""
    if security == "none":
        return None
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def explain(error: BaseException, host: str, port: int) -> str:
    """One or two sentences for a connection that did not come about."""
    if isinstance(error, TransportError):
        return error.message
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {host} is not valid ({error.verify_message}). Nothing was sent to it."
    if isinstance(error, ssl.SSLError):
        return (f"{host} does not speak TLS on port {port}. Choose STARTTLS or another port "
                "(usual: 993 and 465 for TLS, 143 and 587 for STARTTLS).")  # fmt: skip
    if isinstance(error, ConnectionRefusedError):
        return f"{host} does not accept connections on port {port}. Check the port, or whether the server runs."
    if isinstance(error, TimeoutError):
        return f"{host} did not answer on port {port} in time. Check the host name, the port and any firewall between."
    if isinstance(error, ConnectionError):
        return f"{host} closed the connection on port {port}. It may expect TLS, or be busy; try again."
    return f"{host} could not be reached on port {port}: {error}."
