"""What people who are forgotten leave behind at shops."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hansa.centers.shop._store.shops import digest_of
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


async def shops_left_by(tx: Transaction, parties: Sequence[UUID]) -> list[UUID]:
    """Return the shops whose staff parties ever were: whoever hands a shop over stays on as staff."""
    rows = await tx.raw.fetch(
        "SELECT DISTINCT shop_id FROM shop.staff_step WHERE party = ANY($1::uuid[])", list(parties)
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


async def forget_sole_traders(
    tx: Transaction, *, shops: Sequence[UUID], everywhere: Sequence[UUID], labels: Sequence[str]
) -> None:
    """Blank the name and seat of who sold as themselves; country and numbers stay, by which the books are kept.

    `shops` are owned by who is forgotten; of the others `everywhere`, what they stated themselves (`labels`).
    """
    await tx.raw.execute(
        """UPDATE shop.seller SET name = '', address = ''
            WHERE kind = 'sole_trader' AND name <> ''
              AND (shop_id = ANY($1::uuid[]) OR shop_id = ANY($2::uuid[]) AND actor = ANY($3::text[]))""",
        list(shops),
        list(everywhere),
        list(labels),
    )


async def forget_dossiers(
    tx: Transaction, *, shops: Sequence[UUID], everywhere: Sequence[UUID], labels: Sequence[str]
) -> None:
    """Blank the answers of who applied as themselves, or never came to sell, and the sentences of decisions.

    Of a shop that sold for a company the answers stay: they are the company's. Codes of reasons stay everywhere.
    """
    await tx.raw.execute(FORGET_ANSWERS, list(shops), list(everywhere), list(labels))
    await tx.raw.execute(FORGET_SENTENCES, list(shops))


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


async def forget_names(tx: Transaction, shops: Sequence[UUID], *, name: Texts) -> None:
    """Call locked shops of people something that names nobody, under an address that does not either.

    The addresses they had stay taken, as digests: nobody steps in under them, and nobody reads them.
    """
    rows = await tx.raw.fetch(NAMED_AFTER_PEOPLE, list(shops))
    ids = [row["id"] for row in rows]
    if not ids:
        return
    await tx.raw.execute(TAKE_BARE_ADDRESSES, ids)
    await tx.raw.execute(FORGET_NAMES, ids, msgspec.json.encode(name).decode())
    await tx.raw.execute(FORGET_ADDRESSES, ids)


_BARE = "'closed-' || right(replace(id::text, '-', ''), 20)"
"""An address that says nothing, of a shop by its id."""

NAMED_AFTER_PEOPLE = f"""
SELECT id FROM shop.shop s
 WHERE id = ANY($1::uuid[]) AND slug <> {_BARE}
   AND (EXISTS (SELECT FROM shop.seller l WHERE l.shop_id = s.id AND l.kind = 'sole_trader')
        OR NOT EXISTS (SELECT FROM shop.seller l WHERE l.shop_id = s.id)
        OR NOT EXISTS (SELECT FROM shop.status_change c WHERE c.shop_id = s.id AND c.status = 'active'))
 ORDER BY id
"""

TAKE_BARE_ADDRESSES = f"""
INSERT INTO shop.slug (business, traffic, slug, shop_id, taken_at)
SELECT business, traffic, {_BARE}, id, opened_at
  FROM shop.shop WHERE id = ANY($1::uuid[])
"""

FORGET_NAMES = f"""
UPDATE shop.shop SET name = $2::text::jsonb, slug = {_BARE}, version = version + 1,
                     changed_xid = pg_current_xact_id()
 WHERE id = ANY($1::uuid[])
"""

FORGET_ADDRESSES = f"""
UPDATE shop.slug g SET slug = {digest_of("g.slug")}
  FROM shop.shop s WHERE g.shop_id = s.id AND s.id = ANY($1::uuid[]) AND g.slug <> s.slug
"""

FORGET_ANSWERS = """
UPDATE shop.answer a SET value = ''
 WHERE a.value <> ''
   AND (a.shop_id = ANY($1::uuid[])
        AND (EXISTS (SELECT FROM shop.seller s WHERE s.shop_id = a.shop_id AND s.kind = 'sole_trader')
             OR NOT EXISTS (SELECT FROM shop.seller s WHERE s.shop_id = a.shop_id)
             OR NOT EXISTS (SELECT FROM shop.status_change c WHERE c.shop_id = a.shop_id AND c.status = 'active'))
     OR a.shop_id = ANY($2::uuid[]) AND a.actor = ANY($3::text[])
        AND EXISTS (SELECT FROM shop.seller s
                     WHERE s.shop_id = a.shop_id AND s.kind = 'sole_trader' AND s.actor = a.actor))
"""

FORGET_SENTENCES = """
UPDATE shop.status_change
   SET reasons = (SELECT jsonb_agg(jsonb_set(one, '{message}', '""') ORDER BY place)
                    FROM jsonb_array_elements(reasons) WITH ORDINALITY AS said (one, place))
 WHERE shop_id = ANY($1::uuid[]) AND jsonb_array_length(reasons) > 0
"""


async def posts_with_names(tx: Transaction, parties: Sequence[UUID]) -> list[NamedPost]:
    """Return the shops that parties own or act for."""
    rows = await tx.raw.fetch(
        """SELECT id AS shop_id, business, name, ARRAY['owner'] AS roles, '{}'::text[] AS permissions
             FROM shop.shop WHERE owner = ANY($1::uuid[])
           UNION ALL
           SELECT s.id, s.business, s.name, m.roles, m.permissions
             FROM shop.staff m JOIN shop.shop s ON s.id = m.shop_id WHERE m.party = ANY($1::uuid[])
            ORDER BY 1""",
        list(parties),
    )
    return [msgspec.convert(dict(row), NamedPost) for row in rows]


class Told(msgspec.Struct, frozen=True):
    """Something a shop said or was told, as its owner reads it: of what kind, and the rest as JSON."""

    kind: str
    content: msgspec.Raw


async def dossiers_of(tx: Transaction, parties: Sequence[UUID]) -> list[Told]:
    """Return every answer, legal entity and decision of the shops that parties own, in every version."""
    rows = await tx.raw.fetch(DOSSIERS, list(parties))
    return [Told(row["kind"], msgspec.Raw(row["content"].encode())) for row in rows]


DOSSIERS = """
WITH own AS (SELECT id FROM shop.shop WHERE owner = ANY($1::uuid[]))
SELECT 'shop.answer' AS kind, shop_id, answered_at AS at,
       json_build_object('requirement', requirement, 'value', value, 'version', version,
                         'answered_at', answered_at)::text AS content
  FROM shop.answer WHERE shop_id IN (SELECT id FROM own)
UNION ALL
SELECT 'shop.seller', shop_id, stated_at,
       json_build_object('version', version, 'stated_at', stated_at, 'entity',
         json_build_object('kind', kind, 'name', name, 'country', country, 'registration', registration,
                           'tax_ids', tax_ids, 'address', address))::text
  FROM shop.seller WHERE shop_id IN (SELECT id FROM own)
UNION ALL
SELECT 'shop.decision', shop_id, changed_at,
       json_build_object('status', status, 'cause', cause, 'reasons', reasons, 'changed_at', changed_at)::text
  FROM shop.status_change WHERE shop_id IN (SELECT id FROM own)
 ORDER BY 2, 3, 1
"""
