"""Where a webhook may go: which URLs are taken, and which addresses a name may stand for."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from hansa.kernel.problem import FieldError
from hansa.kernel.texts import storable

URL_LENGTH_MAX = 2048
_PORTS_BELOW_1024 = frozenset({80, 443})  # a web server's; a mail server would take our body for commands
_PORTS = {"https": 443, "http": 80}

# Set aside by IANA for protocols and documentation; not every Python counts all of it as such.
_SET_ASIDE = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("3fff::/20"),
)

# Addresses that stand for an IPv4 address, which is the one to judge.
_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")


class Target:
    """A URL, read: where to connect and what to ask for."""

    __slots__ = ("authority", "host", "path", "port", "scheme")

    def __init__(self, url: httpx.URL) -> None:
        self.scheme = url.scheme
        self.host = url.raw_host.decode("ascii")
        self.port = url.port or _PORTS[url.scheme]
        self.path = url.raw_path
        self.authority = url.netloc.decode("ascii")

    def is_among(self, hosts: Collection[str]) -> bool:
        """Tell whether the settings name this host, alone or with its port."""
        return self.host in hosts or f"{self.host}:{self.port}" in hosts


def read_target(text: str) -> Target | FieldError:
    """Read a URL that was stored or is to be. It has a scheme, a host and perhaps port, path and query."""
    if len(text) > URL_LENGTH_MAX:
        return FieldError("url", "too_long", f"At most {URL_LENGTH_MAX} characters")
    url = _read(text)
    if url is None or url.scheme not in _PORTS or not url.raw_host:
        return FieldError("url", "malformed", "A URL looks like https://example.com/hooks")
    if url.userinfo or url.fragment:
        return FieldError("url", "malformed", "Neither a name and password nor a fragment belongs here")
    if url.port is not None and not 0 < url.port < 65536:
        return FieldError("url", "port", "A port is from 1 to 65535")
    return Target(url)


def _read(text: str) -> httpx.URL | None:
    if not storable(text) or any(letter.isspace() or not letter.isprintable() for letter in text):
        return None
    try:
        url = httpx.URL(text)
        url.raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError, ValueError):
        return None
    return url


def url_error(target: Target, *, plain: bool, chosen: Collection[str]) -> FieldError | None:
    """Say why nothing is sent there; `plain` allows http, `chosen` are hosts that the settings let through."""
    if target.is_among(chosen):
        return None
    if target.scheme != "https" and not plain:
        return FieldError("url", "insecure", "Live events leave by https only")
    if target.port < 1024 and target.port not in _PORTS_BELOW_1024:
        return FieldError("url", "port", "Use port 443, 80 or one from 1024 on")
    if (literal := _literal(target.host)) is not None and not is_public(literal):
        return FieldError("url", "private", "This address is not on the internet")
    return None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is somebody's on the internet: not this machine, this network, or its services."""
    if any(address in network for network in _SET_ASIDE):
        return False
    if isinstance(address, IPv6Address):
        return all(is_public(inner) for inner in _inside(address)) and (
            address.ipv4_mapped is not None
            or address in _NAT64
            or (address in _GLOBAL_UNICAST and address.is_global and not address.is_multicast)
        )
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _inside(address: IPv6Address) -> list[IPv4Address]:
    """Return the IPv4 addresses that an IPv6 address leads to by a gateway."""
    found = [inner for inner in (address.ipv4_mapped, address.sixtofour) if inner is not None]
    if address.teredo is not None:
        found += address.teredo
    if address in _NAT64:
        found.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return found


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
