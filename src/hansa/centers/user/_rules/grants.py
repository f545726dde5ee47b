"""Grants: which permissions roles carry, and what a token may do of what its holder may."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from hansa.centers.user.types import Role

_PERMISSION = re.compile(r"[a-z_]{1,40}(?:\.[a-z_]{1,40}){2}(?:@[a-z_]{1,40}:[0-9a-f-]{36})?")


def is_permission(text: str) -> bool:
    """Tell whether a text is written like a permission: `<center>.<noun>.<verb>`, or that `@shop:<uuid>`."""
    return bool(_PERMISSION.fullmatch(text))


def grants_of_roles(roles: Iterable[Role], *, declared: Collection[str]) -> frozenset[str]:
    """Return what the roles permit; `declared` is every permission that the centers know."""
    return frozenset(declared) if Role.OPERATOR in roles else frozenset()


def is_covered(grant: str, held: Collection[str]) -> bool:
    """Tell whether who holds `held` may do `grant`: a permission for everything covers every object."""
    return grant in held or grant.partition("@")[0] in held


def covered(grants: Iterable[str], held: Collection[str]) -> frozenset[str]:
    """Return those of a token's grants that its holder (still) holds: losing a role takes them away."""
    return frozenset(grant for grant in grants if is_covered(grant, held))


def slid(expires_at: datetime, *, now: datetime, idle: timedelta, ends_at: datetime) -> datetime | None:
    """Return the later expiry of a session in use, or `None` while sliding would not be worth a write.

    A write is worth it once a tenth of the idle time has gone by, so a session in constant use costs ten
    writes per idle time. A session never lives past `ends_at`.
    """
    later = min(now + idle, ends_at)
    return later if later - expires_at >= idle / 10 else None
