"""Headers every page is sent with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# No inline style or script anywhere, nothing from other hosts, no framing. Forms post to ourselves alone.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

PAGE_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "content-security-policy": CONTENT_POLICY,
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(self), microphone=()",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
    }
)
