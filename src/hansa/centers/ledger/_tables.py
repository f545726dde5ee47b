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
from hansa.kernel.snapshot import Xid8

ACCOUNT_RANK = rank_base("ledger") + 1
"""Accounts; a hold is changed only under the lock of its account, and has none of its own."""
SEALING_RANK = rank_base("ledger") + 2

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
    Column("held_minor", BigInteger, nullable=False, server_default="0"),
    CheckConstraint(
        "floor_minor IS NULL OR balance_minor * normal - held_minor >= floor_minor", name="account_floor"
    ),
    Index("account_party", "party", postgresql_where=text("party IS NOT NULL")),
    Index(
        "account_shop",
        "business",
        "traffic",
        "entity",
        "party",
        "currency",
        postgresql_where=text("account_class IN ('seller_payable', 'seller_receivable')"),
    ),
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
    Column("xid", Xid8, nullable=False, server_default=text("pg_current_xact_id()")),
    CheckConstraint("ledger.is_balanced(accounts, currencies, amounts)", name="journal_zero_sum"),
    Index("journal_reference", "reference", "occurred_at", "id"),
    Index("journal_xid", "xid"),
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

hold = Table(
    "hold",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("business", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reference", Uuid, nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("payload_hash", LargeBinary, nullable=False),
    Column("actor", Text, nullable=False),
    Column("placed_at", DateTime(timezone=True), nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("posted_minor", BigInteger, nullable=False, server_default="0"),
    Column("journal_id", Uuid),
    Column("resolved_at", DateTime(timezone=True)),
    CheckConstraint("minor > 0 AND posted_minor BETWEEN 0 AND minor", name="hold_amount"),
    CheckConstraint(
        "((previous_state IS NULL AND state = 'held')"
        " OR (previous_state = 'held' AND state IN ('posted', 'voided', 'expired'))) IS TRUE",
        name="hold_transition",
    ),
    CheckConstraint(
        "(state = 'posted') = (posted_minor > 0) AND (state = 'posted') = (journal_id IS NOT NULL)"
        " AND (state = 'held') = (resolved_at IS NULL)",
        name="hold_outcome",
    ),
    Index("hold_account", "account_id", "id"),
)

seal = Table(
    "seal",
    metadata,
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("journals", ARRAY(Uuid), nullable=False),
    Column("digests", ARRAY(LargeBinary), nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("sealed_at", DateTime(timezone=True), nullable=False),
    info={"append_only": True},
)

chain = Table(
    "chain",
    metadata,
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

sealing = Table(
    "sealing",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("through_xid", Xid8, nullable=False, server_default=text("'0'::xid8")),
)
