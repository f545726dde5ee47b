"""Parties, people, e-mail keys, passwords, roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from hansa.centers.user._rules.email import EmailAddress
from hansa.centers.user._tables import ATTEMPT_RANK, EMAIL_KEY_RANK, PARTY_RANK
from hansa.centers.user.types import Contact, Party, PartyId, PartyKind, PartyState, Role

if TYPE_CHECKING:
    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Transaction


class LogInFacts(msgspec.Struct, frozen=True):
    """What is known under an e-mail address: how often it was tried lately, and whose it is, if anybody's."""

    attempts: int
    since: datetime
    party_id: PartyId | None
    password_hash: str | None


class Holder(msgspec.Struct, frozen=True):
    """A party as far as its rights go. `owner` is the person behind an app."""

    party_id: PartyId
    kind: PartyKind
    state: PartyState
    locale: str
    roles: tuple[Role, ...]
    owner: PartyId | None


async def claim_email(tx: Transaction, *, email: EmailAddress, party_id: UUID, now: datetime) -> bool:
    """Take an e-mail address for a party; false when somebody has it. Two at once: one waits and gets false."""
    tx.locks(EMAIL_KEY_RANK)
    taken = await tx.raw.fetchval(
        """INSERT INTO "user".email_key (key, party_id, created_at) VALUES ($1, $2, $3)
           ON CONFLICT (key) DO NOTHING RETURNING party_id""",
        email.key,
        party_id,
        now,
    )
    return taken is not None


async def insert_party(tx: Transaction, ctx: Ctx, *, party_id: UUID, kind: PartyKind) -> None:
    """Add a party."""
    await tx.raw.execute(
        """INSERT INTO "user".party (party_id, kind, state, locale, business, traffic, created_at)
           VALUES ($1, $2, 'active', $3, $4, $5, $6)""",
        party_id,
        kind.value,
        ctx.locale,
        ctx.business,
        ctx.traffic.value,
        ctx.now(),
    )


async def insert_people(tx: Transaction, ctx: Ctx, people: Mapping[PartyId, str]) -> set[PartyId]:
    """Add people by their ids with their names; return those that were not there before."""
    rows = await tx.raw.fetch(
        """WITH added AS (
             INSERT INTO "user".party (party_id, kind, state, locale, business, traffic, created_at)
             SELECT party_id, 'person', 'active', $3, $4, $5, $6 FROM unnest($1::uuid[]) AS n (party_id)
              ORDER BY party_id
             ON CONFLICT (party_id) DO NOTHING RETURNING party_id)
           INSERT INTO "user".person (party_id, name, email, updated_at)
           SELECT n.party_id, n.name, '', $6
             FROM added JOIN unnest($1::uuid[], $2::text[]) AS n (party_id, name) USING (party_id)
           RETURNING party_id""",
        list(people),
        list(people.values()),
        ctx.locale,
        ctx.business,
        ctx.traffic.value,
        ctx.now(),
    )
    return {row["party_id"] for row in rows}


async def put_person(tx: Transaction, *, party_id: UUID, name: str, email: str, now: datetime) -> None:
    """Write who a party is and where mail reaches it."""
    await tx.raw.execute(
        """INSERT INTO "user".person (party_id, name, email, updated_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (party_id) DO UPDATE
           SET name = excluded.name, email = excluded.email, updated_at = excluded.updated_at""",
        party_id,
        name,
        email,
        now,
    )


async def put_password(tx: Transaction, *, party_id: UUID, password_hash: str, now: datetime) -> None:
    """Write a party's password hash."""
    await tx.raw.execute(
        """INSERT INTO "user".password (party_id, hash, changed_at) VALUES ($1, $2, $3)
           ON CONFLICT (party_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at""",
        party_id,
        password_hash,
        now,
    )


async def insert_app(tx: Transaction, *, party_id: UUID, owner: UUID, name: str) -> None:
    """Write whose program an app is."""
    await tx.raw.execute(
        'INSERT INTO "user".app (party_id, owner, name) VALUES ($1, $2, $3)', party_id, owner, name
    )


async def count_attempt(
    tx: Transaction, *, email_hash: bytes, email_key: str, now: datetime, window: timedelta
) -> LogInFacts:
    """Count one more log-in for an address and read what is known under it.

    Counted before the password is looked at, so that many at once are counted too.
    """
    tx.locks(ATTEMPT_RANK)
    row = await tx.raw.fetchrow(
        """WITH counted AS (
             INSERT INTO "user".log_in_attempt AS a (email_hash, attempts, since) VALUES ($1, 1, $3)
             ON CONFLICT (email_hash) DO UPDATE
             SET attempts = CASE WHEN a.since <= $4 THEN 1 ELSE least(a.attempts + 1, 1000000) END,
                 since = CASE WHEN a.since <= $4 THEN $3 ELSE a.since END
             RETURNING attempts, since)
           SELECT c.attempts, c.since, k.party_id, p.hash AS password_hash
             FROM counted c
             LEFT JOIN "user".email_key k ON k.key = $2
             LEFT JOIN "user".password p ON p.party_id = k.party_id""",
        email_hash,
        email_key,
        now,
        now - window,
    )
    return msgspec.convert(dict(row or {}), LogInFacts)


async def count_attempt_of_party(
    tx: Transaction, *, party_id: UUID, now: datetime, window: timedelta
) -> LogInFacts:
    """Count one more try of somebody logged in to prove who they are, and read what is known of them."""
    counted = await count_attempt(
        tx, email_hash=party_subject(party_id), email_key="", now=now, window=window
    )
    known = await tx.raw.fetchval('SELECT hash FROM "user".password WHERE party_id = $1', party_id)
    return LogInFacts(counted.attempts, counted.since, PartyId(party_id), known)


def party_subject(party_id: UUID) -> bytes:
    """Return under which name tries of somebody logged in are counted."""
    return sha256(b"party " + party_id.bytes).digest()


async def uncount_attempt(tx: Transaction, subject: bytes) -> None:
    """Take back one try that was counted: it was none of those that are meant."""
    tx.locks(ATTEMPT_RANK)
    await tx.raw.execute(
        """UPDATE "user".log_in_attempt SET attempts = attempts - 1 WHERE email_hash = $1 AND attempts > 0""",
        subject,
    )


async def forget_attempts(tx: Transaction, email_hash: bytes) -> None:
    """Start counting anew: the right password was given."""
    tx.locks(ATTEMPT_RANK)
    await tx.raw.execute('DELETE FROM "user".log_in_attempt WHERE email_hash = $1', email_hash)


async def lock_states(tx: Transaction, party_ids: Sequence[UUID]) -> dict[PartyId, PartyState]:
    """Lock parties in key order, so that none is suspended or merged meanwhile; return their states."""
    tx.locks(PARTY_RANK)
    rows = await tx.raw.fetch(
        """SELECT party_id, state FROM "user".party WHERE party_id = ANY($1::uuid[])
           ORDER BY party_id FOR NO KEY UPDATE""",
        list(party_ids),
    )
    return {PartyId(row["party_id"]): PartyState(row["state"]) for row in rows}


async def put_state(tx: Transaction, *, party_id: UUID, state: PartyState) -> None:
    """Set the state of a locked party."""
    await tx.raw.execute('UPDATE "user".party SET state = $2 WHERE party_id = $1', party_id, state.value)


async def put_locale(tx: Transaction, *, party_id: UUID, locale: str) -> None:
    """Set the language a party reads."""
    tx.locks(PARTY_RANK)
    await tx.raw.execute('UPDATE "user".party SET locale = $2 WHERE party_id = $1', party_id, locale)


async def mark_merged(tx: Transaction, *, guest: UUID, party: UUID) -> bool:
    """Turn an active guest into a part of `party`; false when it is no active guest (any more)."""
    tx.locks(PARTY_RANK)
    merged = await tx.raw.fetchval(
        """UPDATE "user".party SET state = 'merged', merged_into = $2
           WHERE party_id = $1 AND kind = 'guest' AND state = 'active' RETURNING party_id""",
        guest,
        party,
    )
    return merged is not None


async def merged_into(tx: Transaction, party_id: UUID) -> list[PartyId]:
    """Return the guests and accounts that turned out to be a party, oldest first, and theirs."""
    rows = await tx.raw.fetch(
        # Two looks at the index of merges, not one OR that reads the table.
        """SELECT party_id FROM "user".party WHERE merged_into = $1
           UNION
           SELECT below.party_id FROM "user".party p JOIN "user".party below ON below.merged_into = p.party_id
            WHERE p.merged_into = $1
            ORDER BY party_id""",
        party_id,
    )
    return [PartyId(row["party_id"]) for row in rows]


async def kin_of(tx: Transaction, party_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Return for each party itself, and then whoever turned out to be it: everything one person was."""
    rows = await tx.raw.fetch(
        """SELECT party_id, kin FROM (
             SELECT w AS party_id, w AS kin FROM unnest($1::uuid[]) AS w
             UNION
             SELECT p.merged_into, p.party_id FROM "user".party p WHERE p.merged_into = ANY($1::uuid[])
             UNION
             SELECT p.merged_into, below.party_id
               FROM "user".party p JOIN "user".party below ON below.merged_into = p.party_id
              WHERE p.merged_into = ANY($1::uuid[])) found
            ORDER BY party_id, kin <> party_id, kin""",
        list(party_ids),
    )
    found: dict[UUID, list[UUID]] = {party: [] for party in party_ids}
    for row in rows:
        found[row["party_id"]].append(row["kin"])
    return found


async def drop_person(tx: Transaction, party_id: UUID) -> None:
    """Forget what a party said about itself."""
    await tx.raw.execute('DELETE FROM "user".person WHERE party_id = $1', party_id)


async def read_holders(tx: Transaction, party_ids: Sequence[UUID]) -> dict[UUID, Holder]:
    """Read parties as far as their rights go; who is not there is absent."""
    if not party_ids:
        return {}
    rows = await tx.raw.fetch(
        """SELECT p.party_id, p.kind, p.state, p.locale, a.owner,
                  ARRAY(SELECT r.role FROM "user".role r WHERE r.party_id = p.party_id ORDER BY r.role) AS roles
             FROM "user".party p LEFT JOIN "user".app a ON a.party_id = p.party_id
            WHERE p.party_id = ANY($1::uuid[])""",
        list(party_ids),
    )
    return {row["party_id"]: msgspec.convert(dict(row), Holder, strict=False) for row in rows}


async def read_party(tx: Transaction, party_id: UUID) -> Party | None:
    """Read a party as it sees itself."""
    row = await tx.raw.fetchrow(
        """SELECT p.party_id AS id, p.kind, p.locale, p.created_at,
                  coalesce(n.name, a.name, '') AS name, coalesce(n.email, '') AS email,
                  ARRAY(SELECT r.role FROM "user".role r WHERE r.party_id = p.party_id ORDER BY r.role) AS roles
             FROM "user".party p
             LEFT JOIN "user".person n ON n.party_id = p.party_id
             LEFT JOIN "user".app a ON a.party_id = p.party_id
            WHERE p.party_id = $1""",
        party_id,
    )
    return msgspec.convert(dict(row), Party, strict=False) if row else None


async def read_contacts(tx: Transaction, party_ids: Sequence[UUID]) -> dict[UUID, Contact]:
    """Read how to reach parties; who turned out to be another party is reached where that one is.

    Who gave no name and no address is absent.
    """
    rows = await tx.raw.fetch(
        """SELECT p.party_id, n.name, n.email, m.locale
             FROM "user".party p
             JOIN "user".party up ON up.party_id = coalesce(p.merged_into, p.party_id)
             JOIN "user".party m ON m.party_id = coalesce(up.merged_into, up.party_id) AND m.state <> 'erased'
             JOIN "user".person n ON n.party_id = m.party_id
            WHERE p.party_id = ANY($1::uuid[])""",
        list(party_ids),
    )
    return {r["party_id"]: Contact(email=r["email"], name=r["name"], locale=r["locale"]) for r in rows}


async def put_role(tx: Transaction, *, party_id: UUID, role: Role, granted_by: str, now: datetime) -> bool:
    """Give a role to an active party; false when it has it already or is not there."""
    given = await tx.raw.fetchval(
        """INSERT INTO "user".role (party_id, role, granted_by, granted_at)
           SELECT party_id, $2, $3, $4 FROM "user".party WHERE party_id = $1 AND state = 'active'
           ON CONFLICT (party_id, role) DO NOTHING RETURNING party_id""",
        party_id,
        role.value,
        granted_by,
        now,
    )
    return given is not None


async def drop_role(tx: Transaction, *, party_id: UUID, role: Role) -> bool:
    """Take a role away; false when the party did not have it."""
    taken = await tx.raw.fetchval(
        'DELETE FROM "user".role WHERE party_id = $1 AND role = $2 RETURNING party_id', party_id, role.value
    )
    return taken is not None


async def drop_old_attempts(tx: Transaction, before: datetime) -> None:
    """Forget log-in attempts that no window counts any more."""
    await tx.raw.execute('DELETE FROM "user".log_in_attempt WHERE since < $1', before)


async def broken_keys(tx: Transaction, limit: int) -> list[dict[str, Any]]:
    """Return e-mail keys that lead nowhere: no such party, or one that cannot log in."""
    rows = await tx.raw.fetch(
        """SELECT k.party_id, p.kind, p.state
             FROM "user".email_key k LEFT JOIN "user".party p ON p.party_id = k.party_id
            WHERE p.party_id IS NULL OR p.kind <> 'person' OR p.state = 'erased'
            ORDER BY k.party_id LIMIT $1""",
        limit,
    )
    return [dict(row) for row in rows]
