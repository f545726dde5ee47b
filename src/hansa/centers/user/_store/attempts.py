"""Log-ins that were tried lately, and what is known under an address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from hansa.centers.user._tables import ATTEMPT_RANK
from hansa.centers.user.types import PartyId

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


class KnownUnder(msgspec.Struct, frozen=True):
    """Whose an address is, and the hash of the password, if there is one."""

    party_id: PartyId
    password_hash: str | None


async def known_under(tx: Transaction, email_key: str) -> KnownUnder | None:
    """Return who logs in with an address; None when nobody does."""
    row = await tx.raw.fetchrow(
        """SELECT k.party_id, p.hash AS password_hash
             FROM "user".email_key k LEFT JOIN "user".password p ON p.party_id = k.party_id
            WHERE k.key = $1""",
        email_key,
    )
    return msgspec.convert(dict(row), KnownUnder) if row else None


async def count(
    tx: Transaction, subjects: Sequence[bytes], *, now: datetime, window: timedelta
) -> dict[bytes, tuple[int, datetime]]:
    """Count one more try for each subject; return how many there are, and since when, by subject."""
    tx.locks(ATTEMPT_RANK)
    rows = await tx.raw.fetch(
        """INSERT INTO "user".log_in_attempt AS a (email_hash, attempts, since)
           SELECT w.subject, 1, $2 FROM unnest($1::bytea[]) AS w (subject) ORDER BY w.subject
           ON CONFLICT (email_hash) DO UPDATE
           SET attempts = CASE WHEN a.since <= $3 THEN 1 ELSE least(a.attempts + 1, 1000000) END,
               since = CASE WHEN a.since <= $3 THEN $2 ELSE a.since END
           RETURNING email_hash, attempts, since""",
        list(subjects),
        now,
        now - window,
    )
    return {row["email_hash"]: (row["attempts"], row["since"]) for row in rows}


async def forget_and_take_back(tx: Transaction, *, forgotten: bytes, taken_back: Sequence[bytes]) -> None:
    """Start one subject anew, and take one try of each of the others back; rows are locked in the order of `count`."""
    tx.locks(ATTEMPT_RANK)
    await tx.raw.execute(
        """WITH locked AS (
             SELECT email_hash FROM "user".log_in_attempt
              WHERE email_hash = ANY($2::bytea[] || $1::bytea) ORDER BY email_hash FOR UPDATE),
           gone AS (
             DELETE FROM "user".log_in_attempt a USING locked l
              WHERE a.email_hash = l.email_hash AND a.email_hash = $1::bytea)
           UPDATE "user".log_in_attempt a SET attempts = a.attempts - 1 FROM locked l
            WHERE a.email_hash = l.email_hash AND a.email_hash <> $1::bytea AND a.attempts > 0""",
        forgotten,
        list(taken_back),
    )
