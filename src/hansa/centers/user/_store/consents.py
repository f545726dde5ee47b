"""Consents: what was said to which text, only ever added to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.user._tables import PARTY_RANK
from hansa.centers.user.types import CONSENT_ID, ConsentRecord

if TYPE_CHECKING:
    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Transaction


class Word(msgspec.Struct, frozen=True):
    """The latest word of a party on a purpose."""

    purpose: str
    version: int
    given: bool
    at: datetime


async def lock_party(tx: Transaction, party_id: UUID) -> None:
    """Let words of one party come one after the other."""
    tx.locks(PARTY_RANK)
    await tx.raw.execute('SELECT FROM "user".party WHERE party_id = $1 FOR NO KEY UPDATE', party_id)


async def latest(tx: Transaction, ctx: Ctx, party_ids: Sequence[UUID]) -> dict[str, Word]:
    """Read the latest word that any of these parties (one person's) said on each purpose of a business."""
    rows = await tx.raw.fetch(
        """SELECT DISTINCT ON (purpose) purpose, version, given, at FROM "user".consent
            WHERE party_id = ANY($1::uuid[]) AND business = $2 AND traffic = $3
            ORDER BY purpose, consent_id DESC""",
        list(party_ids),
        ctx.business,
        ctx.traffic.value,
    )
    return {row["purpose"]: msgspec.convert(dict(row), Word) for row in rows}


async def insert_word(
    tx: Transaction,
    ctx: Ctx,
    *,
    party_id: UUID,
    purpose: str,
    version: int,
    language: str,
    text: str,
    text_hash: bytes,
    given: bool,
) -> None:
    """Write down what a party said, and the text it said it to when that is new."""
    await tx.raw.execute(
        """INSERT INTO "user".consent_text (text_hash, text, first_used_at) VALUES ($1, $2, $3)
           ON CONFLICT (text_hash) DO NOTHING""",
        text_hash,
        text,
        ctx.now(),
    )
    await tx.raw.execute(
        """INSERT INTO "user".consent (party_id, consent_id, business, traffic, purpose, version, language, text_hash,
                                       given, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        party_id,
        CONSENT_ID.new(),
        ctx.business,
        ctx.traffic.value,
        purpose,
        version,
        language,
        text_hash,
        given,
        ctx.now(),
    )


async def history(tx: Transaction, party_ids: Sequence[UUID], *, limit: int | None) -> list[ConsentRecord]:
    """Read everything these parties ever said, in every business, newest first."""
    rows = await tx.raw.fetch(
        """SELECT c.business, c.purpose, c.version, c.given, t.text, c.at
             FROM "user".consent c JOIN "user".consent_text t USING (text_hash)
            WHERE c.party_id = ANY($1::uuid[]) ORDER BY c.consent_id DESC LIMIT $2""",
        list(party_ids),
        limit,
    )
    return [msgspec.convert(dict(row), ConsentRecord) for row in rows]


async def consenting(
    tx: Transaction, ctx: Ctx, *, purpose: str, version: int, party_ids: Sequence[UUID]
) -> set[UUID]:
    """Return those of these parties whose latest word on a purpose is yes, to this version."""
    rows = await tx.raw.fetch(
        """SELECT party_id FROM (
             SELECT DISTINCT ON (party_id) party_id, version, given FROM "user".consent
              WHERE party_id = ANY($1::uuid[]) AND business = $2 AND traffic = $3 AND purpose = $4
              ORDER BY party_id, consent_id DESC) word
            WHERE given AND version = $5""",
        list(party_ids),
        ctx.business,
        ctx.traffic.value,
        purpose,
        version,
    )
    return {row["party_id"] for row in rows}
