"""Guests who have not been here for long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.kernel.context import Traffic

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


class QuietGuest(msgspec.Struct, frozen=True):
    """A guest who has not been here for long. `traffic` is where it began."""

    party_id: UUID
    traffic: Traffic
    created_at: datetime


class Quiet(msgspec.Struct, frozen=True):
    """Since when a guest must not have been seen: by real time, and by clocks that were moved (business, traffic)."""

    before: datetime
    by_clock: dict[tuple[str, str], datetime]


async def quiet_guests(
    tx: Transaction, quiet: Quiet, *, after: QuietGuest | None, limit: int
) -> list[QuietGuest]:
    """Read guests who began long ago, were not seen since, and have no erasure yet; who began first comes first."""
    rows = await tx.raw.fetch(
        _QUIET + " AND (p.created_at, p.party_id) > ($6, $7) ORDER BY p.created_at, p.party_id LIMIT $8",
        *_times(quiet),
        after.created_at if after else datetime.min,  # noqa: DTZ901 - PostgreSQL's -infinity
        after.party_id if after else UUID(int=0),
        limit,
    )
    return [msgspec.convert(dict(row), QuietGuest, strict=False) for row in rows]


async def still_quiet(tx: Transaction, quiet: Quiet, party_ids: Sequence[UUID]) -> list[QuietGuest]:
    """Read which of these locked parties are such guests."""
    rows = await tx.raw.fetch(
        _QUIET + " AND p.party_id = ANY($6::uuid[]) ORDER BY p.party_id", *_times(quiet), list(party_ids)
    )
    return [msgspec.convert(dict(row), QuietGuest, strict=False) for row in rows]


def _times(quiet: Quiet) -> tuple[datetime, list[str], list[str], list[datetime], datetime]:
    clocks = sorted(quiet.by_clock)
    return (
        quiet.before,
        [business for business, _ in clocks],
        [traffic for _, traffic in clocks],
        [quiet.by_clock[clock] for clock in clocks],
        max([quiet.before, *quiet.by_clock.values()]),
    )


# $5 is the latest of all times: where the index of guests is left.
_QUIET = """
SELECT p.party_id, p.traffic, p.created_at
  FROM "user".party p
  LEFT JOIN unnest($2::text[], $3::text[], $4::timestamptz[]) AS c (business, traffic, before)
         ON c.business = p.business AND c.traffic = p.traffic
 WHERE p.kind = 'guest' AND p.state IN ('active', 'suspended')
   AND p.created_at < $5 AND p.created_at < coalesce(c.before, $1)
   AND NOT EXISTS (SELECT FROM "user".token t WHERE t.party_id = p.party_id AND t.seen_at >= coalesce(c.before, $1))
   AND NOT EXISTS (SELECT FROM "user".erasure e WHERE e.party_id = p.party_id)
"""
