"""The ledger's tables, as its migrations make them. Distribution keys come first in the primary keys."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import CHAR

from hansa.centers.order import rank_base

ACCOUNT_RANK = rank_base("ledger") + 1

metadata = MetaData(schema="ledger")

account = Table(
    "account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("traffic", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("business", Text, nullable=False),
    Column("account_class", Text, nullable=False),
    Column("party", Uuid),
    Column("currency", CHAR(3), nullable=False),
    Column("normal", SmallInteger, nullable=False),
    Column("floor_minor", BigInteger),
    Column("balance_minor", BigInteger, nullable=False, server_default="0"),
    Column("entries", BigInteger, nullable=False, server_default="0"),
    Column("posted_at", DateTime(timezone=True)),
    CheckConstraint("floor_minor IS NULL OR balance_minor * normal >= floor_minor", name="account_floor"),
    Index("account_party", "party", postgresql_where=text("party IS NOT NULL")),
)

journal = Table(
    "journal",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("traffic", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("business", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reference", Uuid, nullable=False),
    Column("reverses", Uuid),
    Column("accounts", ARRAY(Uuid), nullable=False),
    Column("currencies", ARRAY(Text), nullable=False),
    Column("amounts", ARRAY(BigInteger), nullable=False),
    Column("payload_hash", LargeBinary, nullable=False),
    Column("actor", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("ledger.is_balanced(accounts, currencies, amounts)", name="journal_zero_sum"),
    Index("journal_reference", "reference", "occurred_at", "id"),
    info={"append_only": True},
)

entry = Table(
    "entry",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("journal_id", Uuid, nullable=False),
    Column("line", SmallInteger, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("balance_minor", BigInteger, nullable=False),
    Column("posted_at", DateTime(timezone=True), nullable=False),
    info={"append_only": True},
)
