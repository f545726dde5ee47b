"""The tables as `_migrations` makes them. Personal data stands in `person`, `email_key` and the addresses alone."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)

from hansa.centers.order import rank_base
from hansa.kernel.snapshot import Xid8

# Global lock order: `tx.locks(RANK)` before rows of a table are locked, then by key.
ATTEMPT_RANK = rank_base("user")
EMAIL_KEY_RANK = rank_base("user") + 1
PARTY_RANK = rank_base("user") + 2
TOKEN_RANK = rank_base("user") + 3
ADDRESS_RANK = rank_base("user") + 4

metadata = MetaData(schema="user")

_AT = DateTime(timezone=True)

party = Table(
    "party",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("kind", Text, CheckConstraint("kind IN ('person', 'app', 'guest')"), nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('active', 'suspended', 'merged', 'erased')"),
        nullable=False,
    ),
    Column("merged_into", Uuid),
    Column("locale", Text, nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("created_at", _AT, nullable=False),
    CheckConstraint("(state = 'merged') = (merged_into IS NOT NULL)", name="party_merged_into_somebody"),
    Index("party_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
)

person = Table(
    "person",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("updated_at", _AT, nullable=False),
)

email_key = Table(
    "email_key",
    metadata,
    Column("key", Text, primary_key=True),
    Column("party_id", Uuid, nullable=False),
    Column("verified_at", _AT),
    Column("created_at", _AT, nullable=False),
    Index("email_key_party", "party_id"),
)

password = Table(
    "password",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("changed_at", _AT, nullable=False),
)

log_in_attempt = Table(
    "log_in_attempt",
    metadata,
    Column("email_hash", LargeBinary, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("since", _AT, nullable=False),
)

role = Table(
    "role",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", _AT, nullable=False),
)

app = Table(
    "app",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("owner", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Index("app_owner", "owner", "party_id"),
)

token = Table(
    "token",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("token_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("kind", Text, CheckConstraint("kind IN ('session', 'api')"), nullable=False),
    Column("label", Text, nullable=False),
    Column("grants", ARRAY(Text), nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("expires_at", _AT, nullable=False),
    Column("ends_at", _AT, nullable=False),
    Column("ended_at", _AT),
    Column("changed_xid", Xid8, nullable=False, server_default=text("pg_current_xact_id()")),
    CheckConstraint("octet_length(hash) = 32", name="token_hash_is_sha256"),
    CheckConstraint("expires_at <= ends_at", name="token_never_past_its_end"),
    Index("token_party", "party_id", "token_id"),
    Index("token_changed", "changed_xid"),
    Index("token_expiry", "expires_at"),
)

address = Table(
    "address",
    metadata,
    Column("address_id", Uuid, primary_key=True),
    Column("party_id", Uuid, nullable=False),
    Column("version_id", Uuid, nullable=False),
    Column("preferred", Boolean, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("removed_at", _AT),
    Index("address_party", "party_id", "address_id"),
)

address_version = Table(
    "address_version",
    metadata,
    Column("version_id", Uuid, primary_key=True),
    Column("address_id", Uuid, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("district", Text, nullable=False),
    Column("street", Text, nullable=False),
    Column("postcode", Text, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("frozen_at", _AT),
    Index("address_version_address", "address_id", "version_id"),
    Index("address_version_unfrozen", "created_at", postgresql_where=text("frozen_at IS NULL")),
)
