"""Grants: which permissions roles carry, and what a token may do of what its holder may."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from hansa.centers.user._rules.roles import ROLES
from hansa.centers.user.types import Role
from hansa.kernel.ids import IdKind, IdMalformed

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_PERMISSION = re.compile(rf"[a-z_]{{1,40}}(?:\.[a-z_]{{1,40}}){{2}}(?:@[a-z_]{{1,40}}:{_UUID})?")
_SHOWN = re.compile(r"([a-z_]{1,40})_[0-9a-z]{26}")


def is_permission(text: str) -> bool:
    """Tell whether a text is written like a permission: `<center>.<noun>.<verb>`, or that `@shop:<uuid>`."""
    return bool(_PERMISSION.fullmatch(text))


def read_grant(text: str) -> str:
    """Read a grant as the API shows it: `trade.order.read@shop_01jd3x...` is `trade.order.read@shop:<uuid>`.

    What is not written so stays as it is; `is_permission` judges it.
    """
    permission, at, shown = text.partition("@")
    kind = _SHOWN.fullmatch(shown)
    if not at or kind is None:
        return text
    try:
        return f"{permission}@{kind[1]}:{IdKind[UUID](kind[1]).read(shown)}"
    except IdMalformed:
        return text


def show_grant(grant: str) -> str:
    """Write a grant as the API shows it: an object by its shown id, whose prefix is its kind."""
    permission, _, named = grant.partition("@")
    kind, _, key = named.partition(":")
    return f"{permission}@{IdKind[UUID](kind).show(UUID(key))}" if key else grant


def grants_of_roles(roles: Iterable[Role], *, declared: Collection[str]) -> frozenset[str]:
    """Return what the roles permit; `declared` is every permission that the centers know."""
    held: set[str] = set()
    for role in roles:
        held |= set(declared) if role is Role.OPERATOR else ROLES[role]
    return frozenset(held.intersection(declared))


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
