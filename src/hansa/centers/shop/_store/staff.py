"""Who acts for shops, and who was invited to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from hansa.centers.shop._rules.staff import Post
from hansa.centers.shop._store.shops import plain
from hansa.centers.shop._tables import INVITATION_RANK, STAFF_RANK, invitation, shop, staff, staff_step
from hansa.centers.shop.types import Invitation, InvitationId, InvitationState, ShopId, Staff, StaffStep
from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction

_INVITATION = tuple(column for column in invitation.c if column.name not in {"secret_hash", "previous_state"})


async def put_staff(tx: Transaction, member: Staff) -> Staff:
    """Write what a party may do for a shop, in place of what it might before."""
    tx.locks(STAFF_RANK)
    values: dict[str, Any] = msgspec.to_builtins(member, builtin_types=(UUID,)) | {
        "added_at": member.added_at
    }
    rows = await tx.conn.execute(
        insert(staff)
        .values(**values)
        .on_conflict_do_update(
            index_elements=[staff.c.shop_id, staff.c.party],
            set_={"permissions": values["permissions"], "roles": values["roles"]},
        )
        .returning(staff)
    )
    return msgspec.convert(plain(rows.mappings().one()), Staff)


async def count_staff(tx: Transaction, shop_id: ShopId, *, besides: UUID) -> int:
    """Count a shop's staff but for one party."""
    rows = await tx.conn.execute(
        select(func.count()).select_from(staff).where(staff.c.shop_id == shop_id, staff.c.party != besides)
    )
    return int(rows.scalar_one())


async def delete_staff(tx: Transaction, shop_id: ShopId, party: UUID) -> bool:
    """Remove a party from a shop's staff; False when it was not there."""
    tx.locks(STAFF_RANK)
    rows = await tx.conn.execute(
        delete(staff).where(staff.c.shop_id == shop_id, staff.c.party == party).returning(staff.c.party)
    )
    return rows.first() is not None


async def insert_step(tx: Transaction, step: StaffStep) -> None:
    """Keep a change of a locked shop's staff."""
    values: dict[str, Any] = msgspec.structs.asdict(step) | {
        "roles": [role.value for role in step.roles],
        "permissions": list(step.permissions),
    }
    await tx.conn.execute(insert(staff_step).values(**values))


async def staff_steps(
    tx: Transaction, shop_id: ShopId, *, before: UUID | None, limit: int
) -> list[StaffStep]:
    """Return what changed about a shop's staff, the latest first."""
    query = select(staff_step).where(staff_step.c.shop_id == shop_id)
    if before is not None:
        query = query.where(staff_step.c.id < before)
    rows = await tx.conn.execute(query.order_by(staff_step.c.id.desc()).limit(limit))
    return [msgspec.convert(plain(row), StaffStep) for row in rows.mappings()]


async def was_removed(tx: Transaction, shop_id: ShopId, party: UUID) -> bool:
    """Tell whether the last that is known of a party at a shop is that it left or was removed."""
    rows = await tx.conn.execute(
        select(func.cardinality(staff_step.c.roles) + func.cardinality(staff_step.c.permissions))
        .where(staff_step.c.shop_id == shop_id, staff_step.c.party == party)
        .order_by(staff_step.c.id.desc())
        .limit(1)
    )
    return rows.scalar_one_or_none() == 0


async def list_staff(tx: Transaction, shop_id: ShopId, *, after: UUID | None, limit: int) -> list[Staff]:
    """Return a shop's staff by party id, those after `after`."""
    query = select(staff).where(staff.c.shop_id == shop_id)
    if after is not None:
        query = query.where(staff.c.party > after)
    rows = await tx.conn.execute(query.order_by(staff.c.party).limit(limit))
    return [msgspec.convert(plain(row), Staff) for row in rows.mappings()]


async def posts_of(tx: Transaction, parties: Sequence[UUID]) -> list[Post]:
    """Return what parties are at which shops."""
    rows = await tx.raw.fetch(_POSTS.format(owner="owner", party="party"), list(parties))
    return [_post(row) for row in rows]


async def posts_at(tx: Transaction, shop_ids: Collection[ShopId]) -> list[Post]:
    """Return who is what at shops, owners first."""
    rows = await tx.raw.fetch(_POSTS.format(owner="id", party="shop_id"), list(shop_ids))
    return sorted((_post(row) for row in rows), key=lambda post: (post.roles is not None, post.party))


async def post_at(tx: Transaction, shop_id: ShopId, party: UUID) -> Post | None:
    """Return what a party is at one shop, as it stands in this transaction."""
    posts = await posts_of(tx, [party])
    return next((post for post in posts if post.shop_id == shop_id), None)


async def insert_invitation(tx: Transaction, new: Invitation, *, secret_hash: bytes) -> None:
    """Write an invitation."""
    tx.locks(INVITATION_RANK)
    values: dict[str, Any] = msgspec.structs.asdict(new) | {
        "roles": [role.value for role in new.roles],
        "permissions": list(new.permissions),
    }
    await tx.conn.execute(insert(invitation).values(**values, secret_hash=secret_hash))


async def read_invitation(tx: Transaction, invitation_id: InvitationId) -> Invitation | None:
    """Return an invitation; whoever holds its shop's row may go by it."""
    rows = await tx.conn.execute(select(*_INVITATION).where(invitation.c.id == invitation_id))
    row = rows.mappings().first()
    return msgspec.convert(plain(row), Invitation) if row else None


async def find_invitation(tx: Transaction, secret_hash: bytes) -> Invitation | None:
    """Return the invitation that a secret belongs to."""
    rows = await tx.conn.execute(select(*_INVITATION).where(invitation.c.secret_hash == secret_hash))
    row = rows.mappings().first()
    return msgspec.convert(plain(row), Invitation) if row else None


async def settle_invitation(
    tx: Transaction, invitation_id: InvitationId, state: InvitationState, *, accepted_by: UUID | None = None
) -> Invitation:
    """End an invitation that is pending, of a locked shop; the database refuses any other."""
    tx.locks(INVITATION_RANK)
    rows = await tx.conn.execute(
        update(invitation)
        .where(invitation.c.id == invitation_id)
        .values(previous_state=invitation.c.state, state=state, accepted_by=accepted_by)
        .returning(*_INVITATION)
    )
    return msgspec.convert(plain(rows.mappings().one()), Invitation)


async def withdraw_invitations(tx: Transaction, shop_id: ShopId, *, invited_by: UUID) -> None:
    """End what somebody who acts for the shop no more has offered in its name."""
    tx.locks(INVITATION_RANK)
    await tx.raw.execute(
        """UPDATE shop.invitation SET previous_state = state, state = 'withdrawn'
            WHERE id IN (SELECT id FROM shop.invitation
                          WHERE shop_id = $1 AND invited_by = $2 AND state = 'pending' ORDER BY id FOR UPDATE)""",
        shop_id,
        invited_by,
    )


async def count_pending(tx: Transaction, shop_id: ShopId) -> int:
    """Count a shop's open invitations."""
    rows = await tx.conn.execute(
        select(func.count())
        .select_from(invitation)
        .where(invitation.c.shop_id == shop_id, invitation.c.state == InvitationState.PENDING)
    )
    return int(rows.scalar_one())


async def list_invitations(
    tx: Transaction, shop_id: ShopId, *, before: UUID | None, limit: int
) -> list[Invitation]:
    """Return a shop's invitations, the latest first."""
    query = select(*_INVITATION).where(invitation.c.shop_id == shop_id)
    if before is not None:
        query = query.where(invitation.c.id < before)
    rows = await tx.conn.execute(query.order_by(invitation.c.id.desc()).limit(limit))
    return [msgspec.convert(plain(row), Invitation) for row in rows.mappings()]


async def first_owner_on_staff(tx: Transaction) -> UUID | None:
    """Return a shop whose owner is also its staff, which no use case makes."""
    rows = await tx.conn.execute(
        select(shop.c.id)
        .join(staff, (staff.c.shop_id == shop.c.id) & (staff.c.party == shop.c.owner))
        .order_by(shop.c.id)
        .limit(1)
    )
    return rows.scalar_one_or_none()


def _post(row: asyncpg.Record) -> Post:
    return Post(**dict(row) | {"traffic": Traffic(row["traffic"])})


_POSTS = """
SELECT owner AS party, id AS shop_id, business, traffic, NULL::text[] AS roles, '{{}}'::text[] AS permissions
  FROM shop.shop WHERE {owner} = ANY($1::uuid[])
 UNION ALL
SELECT m.party, m.shop_id, s.business, s.traffic, m.roles, m.permissions
  FROM shop.staff m JOIN shop.shop s ON s.id = m.shop_id WHERE m.{party} = ANY($1::uuid[])
"""
