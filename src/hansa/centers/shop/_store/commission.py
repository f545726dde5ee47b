"""Commission rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from hansa.centers.shop._store.shops import plain
from hansa.centers.shop._tables import COMMISSION_RANK, commission_rule
from hansa.centers.shop.types import CommissionRule, CommissionRuleId, CommissionScope
from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.snapshot import CHANGED_XID_NOW

_RULE = tuple(column for column in commission_rule.c if column.name != "changed_xid")
_SCOPE = CommissionScope.__struct_fields__


async def insert_rule(tx: Transaction, new: CommissionRule) -> None:
    """Write a rule."""
    values: dict[str, Any] = msgspec.structs.asdict(new)
    scope: CommissionScope = values.pop("scope")
    await tx.conn.execute(insert(commission_rule).values(**values, **msgspec.structs.asdict(scope)))


async def lock_rule(tx: Transaction, rule_id: CommissionRuleId) -> CommissionRule | None:
    """Return a rule, locked for a change."""
    tx.locks(COMMISSION_RANK)
    rows = await tx.conn.execute(select(*_RULE).where(commission_rule.c.id == rule_id).with_for_update())
    row = rows.mappings().first()
    return _rule(row) if row else None


async def end_rule(tx: Transaction, rule_id: CommissionRuleId, *, at: datetime) -> CommissionRule:
    """Say when a locked rule ends."""
    rows = await tx.conn.execute(
        update(commission_rule)
        .where(commission_rule.c.id == rule_id)
        .values(valid_until=at, changed_xid=CHANGED_XID_NOW)
        .returning(*_RULE)
    )
    return _rule(rows.mappings().one())


async def rules_of(
    tx: Transaction, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], list[CommissionRule]]:
    """Return the rules of each (business, traffic), ended ones too: whoever asks goes by its own clock."""
    found: dict[tuple[str, str], list[CommissionRule]] = {key: [] for key in keys}
    rows = await tx.conn.execute(
        select(*_RULE).where(tuple_(commission_rule.c.business, commission_rule.c.traffic).in_(keys))
    )
    for row in rows.mappings():
        rule = _rule(row)
        found[rule.business, rule.traffic.value].append(rule)
    return found


async def count_living(tx: Transaction, *, business: str, traffic: Traffic, now: datetime) -> int:
    """Count a business's rules that hold or will."""
    rows = await tx.conn.execute(
        select(func.count())
        .select_from(commission_rule)
        .where(
            commission_rule.c.business == business,
            commission_rule.c.traffic == traffic,
            (commission_rule.c.valid_until.is_(None)) | (commission_rule.c.valid_until > now),
        )
    )
    return int(rows.scalar_one())


async def list_rules(
    tx: Transaction,
    *,
    business: str,
    traffic: Traffic,
    shop_id: UUID | None,
    before: UUID | None,
    limit: int,
) -> list[CommissionRule]:
    """Return a business's rules, the latest made first; with a shop, those that name it."""
    query = select(*_RULE).where(commission_rule.c.business == business, commission_rule.c.traffic == traffic)
    if shop_id is not None:
        query = query.where(commission_rule.c.shop_id == shop_id)
    if before is not None:
        query = query.where(commission_rule.c.id < before)
    rows = await tx.conn.execute(query.order_by(commission_rule.c.id.desc()).limit(limit))
    return [_rule(row) for row in rows.mappings()]


def _rule(row: RowMapping) -> CommissionRule:
    values = plain(row)
    values["scope"] = {name: values.pop(name) for name in _SCOPE}
    return msgspec.convert(values, CommissionRule)
