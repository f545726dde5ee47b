"""What parties want to be told, and how mail to them fares."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.message._tables import PREFERENCE_RANK, STANDING_RANK
from hansa.centers.message.types import Channel, QuietHours
from hansa.kernel.context import Traffic

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

Where = tuple[UUID, str, str]
"""A party in a business and traffic class."""


class Wishes(msgspec.Struct):
    """What one party chose in one business."""

    chosen: dict[str, dict[Channel, bool]] = {}
    """By topic."""
    quiet: QuietHours | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How mail to one address of a party fares."""

    fingerprint: bytes
    refusals: int
    code: str
    suppressed_at: datetime | None


async def read_wishes(tx: Transaction, places: Sequence[Where]) -> dict[Where, Wishes]:
    """Read what parties chose; every place asked for is there."""
    wishes = {place: Wishes({}) for place in places}
    keys = [list(column) for column in zip(*wishes, strict=True)] if wishes else [[], [], []]
    for row in await tx.raw.fetch(
        """SELECT party_id, business, traffic, topic, channel, enabled
             FROM unnest($1::uuid[], $2::text[], $3::text[]) AS k (party_id, business, traffic)
             JOIN message.preference USING (party_id, business, traffic)""",
        *keys,
    ):
        of = wishes[row["party_id"], row["business"], row["traffic"]]
        of.chosen.setdefault(row["topic"], {})[Channel(row["channel"])] = row["enabled"]
    for row in await tx.raw.fetch(
        """SELECT party_id, business, traffic, starts, ends, time_zone
             FROM unnest($1::uuid[], $2::text[], $3::text[]) AS k (party_id, business, traffic)
             JOIN message.quiet_hours USING (party_id, business, traffic)""",
        *keys,
    ):
        wishes[row["party_id"], row["business"], row["traffic"]].quiet = QuietHours(
            starts=row["starts"], ends=row["ends"], time_zone=row["time_zone"]
        )
    return wishes


async def put_preference(
    tx: Transaction,
    *,
    party_ids: Sequence[UUID],
    business: str,
    traffic: Traffic,
    topic: str,
    channel: Channel,
    enabled: bool,
    now: datetime,
) -> None:
    """Write what parties chose, in place of what they chose before."""
    tx.locks(PREFERENCE_RANK)
    await tx.raw.execute(
        """INSERT INTO message.preference (party_id, business, traffic, topic, channel, enabled, changed_at)
           SELECT party_id, $2, $3, $4, $5, $6, $7 FROM unnest($1::uuid[]) AS p (party_id) ORDER BY party_id
           ON CONFLICT (party_id, business, traffic, topic, channel)
           DO UPDATE SET enabled = excluded.enabled, changed_at = excluded.changed_at""",
        list(party_ids),
        business,
        traffic.value,
        topic,
        channel.value,
        enabled,
        now,
    )


async def put_quiet_hours(
    tx: Transaction, *, party_ids: Sequence[UUID], business: str, traffic: Traffic, quiet: QuietHours
) -> None:
    """Write when parties want quiet."""
    tx.locks(PREFERENCE_RANK)
    await tx.raw.execute(
        """INSERT INTO message.quiet_hours (party_id, business, traffic, starts, ends, time_zone)
           SELECT party_id, $2, $3, $4, $5, $6 FROM unnest($1::uuid[]) AS p (party_id) ORDER BY party_id
           ON CONFLICT (party_id, business, traffic)
           DO UPDATE SET starts = excluded.starts, ends = excluded.ends, time_zone = excluded.time_zone""",
        list(party_ids),
        business,
        traffic.value,
        quiet.starts,
        quiet.ends,
        quiet.time_zone,
    )


async def drop_quiet_hours(
    tx: Transaction, *, party_ids: Sequence[UUID], business: str, traffic: Traffic
) -> None:
    """Forget when parties wanted quiet."""
    tx.locks(PREFERENCE_RANK)
    await tx.raw.execute(
        """DELETE FROM message.quiet_hours
            WHERE party_id = ANY($1::uuid[]) AND business = $2 AND traffic = $3""",
        list(party_ids),
        business,
        traffic.value,
    )


async def drop_preferences(tx: Transaction, party_ids: Sequence[UUID]) -> None:
    """Forget what parties wanted, everywhere."""
    tx.locks(PREFERENCE_RANK)
    for table in ("preference", "quiet_hours"):
        await tx.raw.execute(f"DELETE FROM message.{table} WHERE party_id = ANY($1::uuid[])", list(party_ids))


async def follow_parties(tx: Transaction, *, guests: Sequence[UUID], parties: Sequence[UUID]) -> None:
    """Let guests who turned out to be parties want what these want; their own wishes go."""
    tx.locks(PREFERENCE_RANK)
    for statement in (
        "DELETE FROM message.preference WHERE party_id = ANY($1::uuid[]) AND $2::uuid[] IS NOT NULL",
        "DELETE FROM message.quiet_hours WHERE party_id = ANY($1::uuid[]) AND $2::uuid[] IS NOT NULL",
        """INSERT INTO message.preference (party_id, business, traffic, topic, channel, enabled, changed_at)
           SELECT guest, business, traffic, topic, channel, enabled, changed_at
             FROM unnest($1::uuid[], $2::uuid[]) AS m (guest, party)
             JOIN message.preference p ON p.party_id = m.party""",
        """INSERT INTO message.quiet_hours (party_id, business, traffic, starts, ends, time_zone)
           SELECT guest, business, traffic, starts, ends, time_zone
             FROM unnest($1::uuid[], $2::uuid[]) AS m (guest, party)
             JOIN message.quiet_hours q ON q.party_id = m.party""",
    ):
        await tx.raw.execute(statement, list(guests), list(parties))


async def read_standing(tx: Transaction, party_id: UUID) -> Standing | None:
    """Read how mail to a party fares; None when nothing was refused."""
    row = await tx.raw.fetchrow(
        "SELECT fingerprint, refusals, code, suppressed_at FROM message.mail_standing WHERE party_id = $1",
        party_id,
    )
    return Standing(**dict(row)) if row else None


async def lock_standing(tx: Transaction, party_id: UUID) -> Standing | None:
    """Read how mail to a party fares, to change it."""
    tx.locks(STANDING_RANK)
    row = await tx.raw.fetchrow(
        """SELECT fingerprint, refusals, code, suppressed_at FROM message.mail_standing
            WHERE party_id = $1 FOR UPDATE""",
        party_id,
    )
    return Standing(**dict(row)) if row else None


async def put_standing(tx: Transaction, party_id: UUID, standing: Standing) -> None:
    """Write how mail to a party fares."""
    await tx.raw.execute(
        """INSERT INTO message.mail_standing (party_id, fingerprint, refusals, code, suppressed_at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (party_id) DO UPDATE
             SET fingerprint = excluded.fingerprint, refusals = excluded.refusals, code = excluded.code,
                 suppressed_at = excluded.suppressed_at""",
        party_id,
        standing.fingerprint,
        standing.refusals,
        standing.code,
        standing.suppressed_at,
    )


async def drop_standings(tx: Transaction, party_ids: Sequence[UUID]) -> None:
    """Forget what was refused: mail goes to these parties again."""
    tx.locks(STANDING_RANK)
    await tx.raw.execute(
        "DELETE FROM message.mail_standing WHERE party_id = ANY($1::uuid[])", list(party_ids)
    )
