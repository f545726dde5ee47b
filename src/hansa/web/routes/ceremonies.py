"""Passkeys as forms send them: a script asks for a challenge, the form carries the device's answer."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response

from hansa.centers.user import api as user
from hansa.centers.user.errors import PasskeyRefused
from hansa.centers.user.types import CEREMONY_ID, CeremonyId
from hansa.centers.user.types import Ceremony as Begun
from hansa.kernel.ids import IdMalformed
from hansa.web.forms import Fields
from hansa.web.headers import PAGE_HEADERS
from hansa.web.visit import Visit

_LETTERS_MAX = 16_000


def begun(ceremony: Begun) -> Response[bytes]:
    """Hand a challenge to the script that asked for it."""
    told = {"ceremony": CEREMONY_ID.show(ceremony.id), "options": ceremony.options}
    return Response(
        msgspec.json.encode(told),
        media_type="application/json",
        status_code=200,
        headers={**PAGE_HEADERS, "cache-control": "no-store"},
    )


def answered(fields: Fields) -> tuple[CeremonyId, dict[str, Any]]:
    """Read what a device answered. Raises `PasskeyRefused`."""
    text = fields.raw("credential")
    if not text or len(text) > _LETTERS_MAX:
        raise PasskeyRefused
    try:
        credential = msgspec.json.decode(text.encode(), type=dict[str, Any])
        return CEREMONY_ID.read(fields.raw("ceremony")), credential
    except (msgspec.DecodeError, UnicodeError, RecursionError, IdMalformed):
        raise PasskeyRefused from None


def possible(seen: Visit) -> bool:
    """Tell whether passkeys work on the page that is asked for: they belong to a domain and those below it."""
    host, domain = seen.request.url.hostname or "", user.passkey_domain(seen.ctx)
    return host == domain or host.endswith(f".{domain}")
