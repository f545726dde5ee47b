"""What people who are forgotten leave behind at shops."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hansa.centers.shop._tables import INVITATION_RANK, PROFILE_RANK, STAFF_RANK
from hansa.centers.shop.types import ShopId
from hansa.kernel.db import Transaction
from hansa.kernel.ids import uuid7
from hansa.kernel.texts import Texts


class NamedPost(msgspec.Struct, frozen=True, kw_only=True):
    """What a party is at a shop, with the shop's name."""

    shop_id: UUID
    business: str
    name: Texts
    roles: list[str]
    permissions: list[str]


async def open_shops_of(tx: Transaction, parties: Sequence[UUID]) -> list[tuple[UUID, str]]:
    """Return owner and business of the live shops of parties that are not closed."""
    rows = await tx.raw.fetch(
        """SELECT owner, business FROM shop.shop
            WHERE owner = ANY($1::uuid[]) AND traffic = 'live' AND status <> 'closed' ORDER BY id""",
        list(parties),
    )
    return [(row["owner"], row["business"]) for row in rows]


async def shops_owned_by(tx: Transaction, parties: Sequence[UUID]) -> dict[ShopId, UUID]:
    """Return the shops that parties own, in whatever business, traffic and status, with whose each is."""
    rows = await tx.raw.fetch(
        "SELECT id, owner FROM shop.shop WHERE owner = ANY($1::uuid[]) ORDER BY id", list(parties)
    )
    return {ShopId(row["id"]): row["owner"] for row in rows}


async def shops_named_by(tx: Transaction, parties: Sequence[UUID]) -> list[UUID]:
    """Return the shops that parties own, act for, or have an open invitation to or from."""
    rows = await tx.raw.fetch(
        """SELECT id AS shop_id FROM shop.shop WHERE owner = ANY($1::uuid[])
            UNION SELECT shop_id FROM shop.staff WHERE party = ANY($1::uuid[])
            UNION SELECT shop_id FROM shop.invitation
                   WHERE state = 'pending' AND (party = ANY($1::uuid[]) OR invited_by = ANY($1::uuid[]))""",
        list(parties),
    )
    return [row["shop_id"] for row in rows]


async def end_posts(tx: Transaction, parties: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """Remove parties from the staff of locked shops; return (shop, party)."""
    tx.locks(STAFF_RANK)
    rows = await tx.raw.fetch(
        "DELETE FROM shop.staff WHERE party = ANY($1::uuid[]) RETURNING shop_id, party", list(parties)
    )
    return sorted((row["shop_id"], row["party"]) for row in rows)


async def insert_departures(
    tx: Transaction, left: Sequence[tuple[UUID, UUID]], *, actor: str, cause: str, at: Sequence[datetime]
) -> None:
    """Write down that parties act for shops no more: (shop, party), and when."""
    await tx.raw.execute(
        """INSERT INTO shop.staff_step (id, shop_id, party, roles, permissions, actor, cause, changed_at)
           SELECT id, shop_id, party, '{}', '{}', $5, $6, at
             FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[]) AS gone (id, shop_id, party, at)""",
        [uuid7() for _ in left],
        [shop_id for shop_id, _ in left],
        [party for _, party in left],
        list(at),
        actor,
        cause,
    )


async def end_invitations(tx: Transaction, parties: Sequence[UUID]) -> None:
    """End open invitations that parties of locked shops made, or were named in."""
    tx.locks(INVITATION_RANK)
    await tx.raw.execute(
        """UPDATE shop.invitation SET previous_state = state, state = 'withdrawn'
            WHERE id IN (SELECT id FROM shop.invitation
                          WHERE state = 'pending'
                            AND (party = ANY($1::uuid[]) OR invited_by = ANY($1::uuid[]))
                          ORDER BY id FOR UPDATE)""",
        list(parties),
    )


async def forget_sole_traders(tx: Transaction, shops: Sequence[UUID]) -> None:
    """Blank the name and seat of owners who sold as themselves; country and numbers stay, by which the books are kept."""
    await tx.raw.execute(
        """UPDATE shop.seller SET name = '', address = ''
            WHERE shop_id = ANY($1::uuid[]) AND kind = 'sole_trader'""",
        list(shops),
    )


async def forget_profiles(tx: Transaction, shops: Sequence[UUID]) -> None:
    """Blank what owners said about themselves and their shops, which are over."""
    tx.locks(PROFILE_RANK)
    await tx.raw.execute(
        """UPDATE shop.profile SET tagline = '{}', story = '{}', returns = '{}', version = version + 1
            WHERE shop_id IN (SELECT shop_id FROM shop.profile WHERE shop_id = ANY($1::uuid[])
                                 AND (tagline, story, returns) <> ('{}'::jsonb, '{}'::jsonb, '{}'::jsonb)
                               ORDER BY shop_id FOR UPDATE)""",
        list(shops),
    )


async def posts_with_names(tx: Transaction, parties: Sequence[UUID], *, limit: int) -> list[NamedPost]:
    """Return the shops that parties own or act for."""
    rows = await tx.raw.fetch(
        """SELECT id AS shop_id, business, name, ARRAY['owner'] AS roles, '{}'::text[] AS permissions
             FROM shop.shop WHERE owner = ANY($1::uuid[])
           UNION ALL
           SELECT s.id, s.business, s.name, m.roles, m.permissions
             FROM shop.staff m JOIN shop.shop s ON s.id = m.shop_id WHERE m.party = ANY($1::uuid[])
            ORDER BY 1 LIMIT $2""",
        list(parties),
        limit,
    )
    return [msgspec.convert(dict(row), NamedPost) for row in rows]
