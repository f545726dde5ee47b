"""What shops say about themselves: answers, legal entity, profile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from hansa.centers.shop._store.shops import plain
from hansa.centers.shop._tables import PROFILE_RANK, answer, profile, seller
from hansa.centers.shop.types import Answer, LegalEntity, Seller, SellerId, ShopId, ShopProfile
from hansa.kernel.db import Transaction


async def answers_of(tx: Transaction, shop_id: ShopId) -> list[Answer]:
    """Return what a shop answered, each as last given."""
    rows = await tx.conn.execute(
        select(answer.c.requirement, answer.c.value, answer.c.version, answer.c.answered_at)
        .ext(distinct_on(answer.c.requirement))
        .where(answer.c.shop_id == shop_id)
        .order_by(answer.c.requirement, answer.c.version.desc())
    )
    return [msgspec.convert(plain(row), Answer) for row in rows.mappings()]


async def insert_answer(tx: Transaction, shop_id: ShopId, given: Answer, *, actor: str) -> None:
    """Write an answer of a locked shop; the ones before it stay."""
    await tx.conn.execute(
        insert(answer).values(**msgspec.structs.asdict(given), shop_id=shop_id, actor=actor)
    )


async def insert_seller(tx: Transaction, stated: Seller, *, actor: str) -> None:
    """Write a version of a locked shop's legal entity; the ones before it stay."""
    await tx.conn.execute(
        insert(seller).values(
            **msgspec.to_builtins(stated.entity),
            id=stated.id,
            shop_id=stated.shop_id,
            version=stated.version,
            stated_at=stated.stated_at,
            actor=actor,
        )
    )


async def read_sellers(tx: Transaction, ids: Sequence[SellerId]) -> dict[SellerId, Seller]:
    """Return the versions of legal entities that exist among these ids."""
    rows = await tx.conn.execute(select(seller).where(seller.c.id.in_(ids)))
    return {row["id"]: _seller(row) for row in rows.mappings()}


async def sellers_of(tx: Transaction, shop_id: ShopId, *, before: int | None, limit: int) -> list[Seller]:
    """Return the versions of a shop's legal entity, the latest first."""
    query = select(seller).where(seller.c.shop_id == shop_id)
    if before is not None:
        query = query.where(seller.c.version < before)
    rows = await tx.conn.execute(query.order_by(seller.c.version.desc()).limit(limit))
    return [_seller(row) for row in rows.mappings()]


async def read_profile(tx: Transaction, shop_id: ShopId) -> ShopProfile | None:
    """Return how a shop presents itself; None when it never said."""
    rows = await tx.conn.execute(select(profile).where(profile.c.shop_id == shop_id))
    row = rows.mappings().first()
    return msgspec.convert(plain(row), ShopProfile) if row else None


async def put_profile(tx: Transaction, said: ShopProfile) -> None:
    """Write how a locked shop presents itself, in place of what it said before."""
    tx.locks(PROFILE_RANK)
    values: dict[str, Any] = msgspec.structs.asdict(said)
    await tx.conn.execute(
        insert(profile)
        .values(**values)
        .on_conflict_do_update(
            index_elements=[profile.c.shop_id],
            set_={name: value for name, value in values.items() if name != "shop_id"},
        )
    )


async def first_outdated_seller(tx: Transaction) -> UUID | None:
    """Return a shop that does not point to the last version of its legal entity, which no use case makes."""
    found: UUID | None = await tx.raw.fetchval(
        """SELECT s.id FROM shop.shop s
             LEFT JOIN LATERAL (SELECT e.id FROM shop.seller e
                                 WHERE e.shop_id = s.id ORDER BY e.version DESC LIMIT 1) last ON true
            WHERE last.id IS DISTINCT FROM s.seller ORDER BY s.id LIMIT 1"""
    )
    return found


def _seller(row: RowMapping) -> Seller:
    values = plain(row)
    stated_at: datetime = values["stated_at"]
    entity = msgspec.convert({name: values[name] for name in LegalEntity.__struct_fields__}, LegalEntity)
    return Seller(
        id=SellerId(values["id"]),
        shop_id=ShopId(values["shop_id"]),
        version=values["version"],
        entity=entity,
        stated_at=stated_at,
    )
