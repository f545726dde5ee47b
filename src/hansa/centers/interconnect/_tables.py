"""The tables as `_migrations` makes them."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from hansa.centers.order import rank_base

# Global lock order: `tx.locks(RANK)` before rows of a table are locked, then by key.
APP_RANK = rank_base("interconnect")
INSTALLATION_RANK = rank_base("interconnect") + 1
ENDPOINT_RANK = rank_base("interconnect") + 2
DELIVERY_RANK = rank_base("interconnect") + 3
AUTHORIZATION_RANK = rank_base("interconnect") + 4
REFRESH_RANK = rank_base("interconnect") + 5

metadata = MetaData(schema="interconnect")

_AT = DateTime(timezone=True)

app = Table(
    "app",
    metadata,
    Column("app_id", Uuid, primary_key=True),
    Column("owner", Uuid, nullable=False),
    Column("business", Text, nullable=False),
    Column("about", JSONB, nullable=False),
    Column("homepage", Text, nullable=False),
    Column("scopes", ARRAY(Text), CheckConstraint("cardinality(scopes) > 0"), nullable=False),
    Column("sandbox_shop", Uuid),
    Column("registered_at", _AT, nullable=False),
    Column("retired_at", _AT),
    Column("redirect_uris", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("secret_hash", LargeBinary),
    Index("app_owner", "owner", "app_id"),
)

installation = Table(
    "installation",
    metadata,
    Column("app_id", Uuid, primary_key=True),
    Column("shop_id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("scopes", ARRAY(Text), CheckConstraint("cardinality(scopes) > 0"), nullable=False),
    Column("installed_by", Uuid, nullable=False),
    Column("installed_at", _AT, nullable=False),
    Column("ended_at", _AT),
    Index("installation_shop", "shop_id", "app_id"),
)

app_token = Table(
    "app_token",
    metadata,
    Column("app_id", Uuid, primary_key=True),
    Column("shop_id", Uuid, primary_key=True),
    Column("token_id", Uuid, primary_key=True),
    Column("issued_at", _AT, nullable=False),
    Column("authorization_id", Uuid),
    Index(
        "app_token_authorization", "authorization_id", postgresql_where=text("authorization_id IS NOT NULL")
    ),
)

authorization = Table(
    "authorization",
    metadata,
    Column("authorization_id", Uuid, primary_key=True),
    Column("app_id", Uuid, nullable=False),
    Column("shop_id", Uuid, nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("scopes", ARRAY(Text), CheckConstraint("cardinality(scopes) > 0"), nullable=False),
    Column("granted_by", Uuid, nullable=False),
    Column("granted_at", _AT, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("challenge", Text, nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("code_expires_at", _AT, nullable=False),
    Column("code_used_at", _AT),
    Column("ended_at", _AT),
    Column("reason", Text, nullable=False, server_default=""),
    UniqueConstraint("code_hash", name="authorization_code"),
    Index("authorization_of", "app_id", "shop_id", postgresql_where=text("ended_at IS NULL")),
)

refresh_token = Table(
    "refresh_token",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("authorization_id", Uuid, nullable=False),
    Column("issued_at", _AT, nullable=False),
    Column("expires_at", _AT, nullable=False),
    Column("used_at", _AT),
    Index("refresh_token_of", "authorization_id"),
)

endpoint = Table(
    "endpoint",
    metadata,
    Column("endpoint_id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("shop_id", Uuid),
    Column("app_id", Uuid),
    Column("url", Text, nullable=False),
    Column("types", ARRAY(Text), CheckConstraint("cardinality(types) > 0"), nullable=False),
    Column("description", Text, nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("secret", Text, nullable=False),
    Column("old_secret", Text),
    Column("old_secret_until", _AT),
    Column("sealed_with", Text, nullable=False),
    Column("failing_since", _AT),
    Column("created_by", Uuid, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("version", Integer, CheckConstraint("version > 0"), nullable=False, server_default="1"),
    CheckConstraint("num_nonnulls(shop_id, app_id) = 1", name="endpoint_of_one"),
    CheckConstraint("(old_secret IS NULL) = (old_secret_until IS NULL)", name="endpoint_old_secret_ends"),
    CheckConstraint(
        "((previous_state IS NULL AND state = 'active')"
        " OR (previous_state = 'active' AND state IN ('disabled', 'removed'))"
        " OR (previous_state = 'disabled' AND state IN ('active', 'removed'))) IS TRUE",
        name="endpoint_transition",
    ),
    Index("endpoint_created_by", "created_by"),
    Index("endpoint_shop", "shop_id", "endpoint_id", postgresql_where=text("shop_id IS NOT NULL")),
    Index("endpoint_app", "app_id", "endpoint_id", postgresql_where=text("app_id IS NOT NULL")),
)

message = Table(
    "message",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("shop_id", Uuid),
    Column("app_id", Uuid),
    Column("type", Text, nullable=False),
    Column("permission", Text),
    Column("payload", Text, nullable=False),
    Column("occurred_at", _AT, nullable=False),
    Column("created_at", _AT, nullable=False),
    Index("message_feed", "shop_id", "seq", postgresql_where=text("app_id IS NULL")),
    Index("message_created", "created_at", postgresql_using="brin"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("endpoint_id", Uuid, primary_key=True),
    Column("delivery_id", Uuid, primary_key=True),
    Column("message_id", Uuid, nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('due', 'waiting', 'delivered', 'failed', 'skipped')"),
        nullable=False,
    ),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("round", Integer, nullable=False, server_default="1"),
    Column("leased_until", _AT),
    Column("created_at", _AT, nullable=False),
    Column("settled_at", _AT),
    UniqueConstraint("endpoint_id", "message_id", name="delivery_once"),
    CheckConstraint(
        "(state IN ('delivered', 'failed', 'skipped')) = (settled_at IS NOT NULL)", name="delivery_settled"
    ),
    Index("delivery_due", "endpoint_id", "delivery_id", postgresql_where=text("state = 'due'")),
    Index("delivery_id", "delivery_id"),
    Index("delivery_created", "created_at", postgresql_using="brin"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("endpoint_id", Uuid, primary_key=True),
    Column("delivery_id", Uuid, primary_key=True),
    Column("attempt_id", Uuid, primary_key=True),
    Column("at", _AT, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer),
    Column("duration_ms", Integer, CheckConstraint("duration_ms >= 0"), nullable=False),
    Column("response", Text, CheckConstraint("length(response) <= 1000"), nullable=False),
    Column("recorded_at", _AT, nullable=False),
    Index("attempt_recorded", "recorded_at", postgresql_using="brin"),
)
