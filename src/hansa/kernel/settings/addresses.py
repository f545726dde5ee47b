"""Whether a text is an address of the kind a setting asks for."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*", re.IGNORECASE)  # RFC 1123, 2.1; other scripts as punycode
_HOST_LENGTH_MAX = 253


def is_url(text: str) -> bool:
    """Tell whether this is a URL over http or https, with a host and perhaps a port."""
    if not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and _is_host(parts.hostname or "")


def is_origin(text: str) -> bool:
    """Tell whether this is scheme, host and perhaps port, and nothing else (RFC 6454, 6.2)."""
    return is_url(text) and "@" not in text and text == f"{urlsplit(text).scheme}://{urlsplit(text).netloc}"


def is_network(text: str) -> bool:
    """Tell whether this is an IP address or a network as in CIDR, without bits beside its prefix."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _is_host(text: str) -> bool:
    if ":" in text:
        return is_network(text)
    return bool(_HOST.fullmatch(text)) and len(text) <= _HOST_LENGTH_MAX
