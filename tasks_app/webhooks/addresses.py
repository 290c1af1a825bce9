"""Which addresses a webhook may reach, so that its URL does not reach into the own network.

A name is resolved once for each attempt, and the connection goes to the address that was checked:
a name that changes its address in between gains nothing.
"""

import asyncio
import ipaddress
import socket
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

URL_MAX_LENGTH = 2_000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class UnsafeUrlError(Exception):
    """The URL must not be requested. The text says why."""


class Target(NamedTuple):
    """The parts of a URL that decide where a connection goes."""

    scheme: str
    host: str
    port: int

    @property
    def is_allowed(self) -> bool:
        """Whether WEBHOOK_ALLOWED_HOSTS names the host."""
        return self.host in {name.lower() for name in settings.WEBHOOK_ALLOWED_HOSTS}


def parse(url: str) -> Target:
    """Return where a URL leads.

    Raises:
        UnsafeUrlError: It is not a URL that a webhook may have.
    """
    if len(url) > URL_MAX_LENGTH or not url.isascii() or not url.isprintable() or " " in url:
        raise UnsafeUrlError(f"Must be a URL of at most {URL_MAX_LENGTH:,} ASCII characters.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UnsafeUrlError("Must be a URL.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UnsafeUrlError("Must be a URL that begins with https://.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise UnsafeUrlError("Must not contain a user, a password or a fragment.")
    target = Target(parts.scheme, parts.hostname.lower(), port or _PORTS[parts.scheme])
    if target.scheme == "http" and not target.is_allowed:
        raise UnsafeUrlError(
            "Must begin with https://, or WEBHOOK_ALLOWED_HOSTS must contain the host."
        )
    return target


_PORTS = {"http": 80, "https": 443}


def resolve(target: Target) -> str:
    """Return the address to connect to. It may take seconds.

    Raises:
        UnsafeUrlError: The host has only addresses that webhooks must not reach.
        OSError: The host has no address.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    return _first_allowed(target, [str(sockaddr[0]) for *_, sockaddr in found])


async def resolve_async(target: Target) -> str:
    """Return the address to connect to, as `resolve` does, without blocking the event loop."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    return _first_allowed(target, [str(sockaddr[0]) for *_, sockaddr in found])


def _first_allowed(target: Target, addresses: list[str]) -> str:
    for text in addresses:
        if target.is_allowed or is_public(ipaddress.ip_address(text.partition("%")[0])):
            return text
    raise UnsafeUrlError(
        f"The host {target.host} has no public address. To allow it, add it to"
        " WEBHOOK_ALLOWED_HOSTS."
    )


def is_public(address: Address) -> bool:
    """Return whether an address belongs to the internet: not to this machine or its network."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if address.teredo or address.is_site_local:
            return False
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved
