"""The tables as `_migrations` makes them. What belongs to a party lies together: `party_id` comes first."""

from __future__ import annotations

from sqlalchemy import (
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
    Time,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from hansa.centers.order import rank_base

# Global lock order: `tx.locks(RANK)` before rows of a table are locked, then by key.
NOTIFICATION_RANK = rank_base("message") + 1
DELIVERY_RANK = rank_base("message") + 2
STANDING_RANK = rank_base("message") + 3
PREFERENCE_RANK = rank_base("message") + 4

metadata = MetaData(schema="message")

_AT = DateTime(timezone=True)

notification = Table(
    "notification",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("notification_id", Uuid, primary_key=True),
    Column("template", Text, nullable=False),
    Column("params", JSONB, nullable=False),
    Column("locale", Text),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("in_app", Boolean, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("read_at", _AT),
    Index(
        "notification_unread",
        "party_id",
        "business",
        "traffic",
        postgresql_where=text("in_app AND read_at IS NULL"),
    ),
)

delivery = Table(
    "delivery",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("notification_id", Uuid, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('queued', 'sent', 'suppressed', 'undeliverable', 'failed', 'bounced')"),
        nullable=False,
    ),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("updated_at", _AT, nullable=False),
    Column("not_before", _AT),
    CheckConstraint("not_before IS NULL OR state = 'queued'"),
    Index("delivery_later", "notification_id", postgresql_where=text("not_before IS NOT NULL")),
)

delivery_log = Table(
    "delivery_log",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("notification_id", Uuid, primary_key=True),
    Column("log_id", Uuid, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("at", _AT, nullable=False),
    info={"append_only": True},
)

# What a party did not choose is as its topic has it.
preference = Table(
    "preference",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("changed_at", _AT, nullable=False),
)

quiet_hours = Table(
    "quiet_hours",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("starts", Time, nullable=False),
    Column("ends", Time, CheckConstraint("ends <> starts"), nullable=False),
    Column("time_zone", Text, nullable=False),
)

# Which address it is about is a hash that only this party's own address gives; the address is `user`'s.
mail_standing = Table(
    "mail_standing",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("refusals", Integer, CheckConstraint("refusals > 0"), nullable=False),
    Column("code", Text, nullable=False),
    Column("suppressed_at", _AT),
)
