"""The tables as `_migrations` makes them. What belongs to a party lies together: `party_id` comes first."""

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
CONVERSATION_RANK = rank_base("message") + 5
SAID_RANK = rank_base("message") + 6
REPORT_RANK = rank_base("message") + 7

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
    Column("about_kind", Text),
    Column("about_id", Text),
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

# A row is one conversation: `last_number` messages, and per side how far it read and when it was told of unread ones.
conversation = Table(
    "conversation",
    metadata,
    Column("conversation_id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("buyer", Uuid, nullable=False),
    Column("shop_id", Uuid, nullable=False),
    Column("state", Text, CheckConstraint("state IN ('open', 'closed', 'blocked')"), nullable=False),
    Column("previous_state", Text),
    Column("blocked_by", Text),
    Column("last_number", Integer, nullable=False),
    Column("buyer_read", Integer, nullable=False),
    Column("shop_read", Integer, nullable=False),
    Column("buyer_unread", Integer, nullable=False),
    Column("shop_unread", Integer, nullable=False),
    Column("buyer_told_at", _AT),
    Column("shop_told_at", _AT),
    Column("opened_at", _AT, nullable=False),
    Column("last_at", _AT, nullable=False),
    CheckConstraint("(state = 'blocked') = (blocked_by IS NOT NULL)"),
    CheckConstraint(
        "((previous_state IS NULL AND state = 'open')"
        " OR (previous_state, state) IN (('open', 'closed'), ('open', 'blocked'), ('closed', 'open'),"
        " ('closed', 'blocked'), ('blocked', 'blocked'), ('blocked', 'open'))) IS TRUE"
    ),
    CheckConstraint("buyer_read BETWEEN 0 AND last_number AND shop_read BETWEEN 0 AND last_number"),
    CheckConstraint("buyer_unread BETWEEN 0 AND last_number AND shop_unread BETWEEN 0 AND last_number"),
    Index("conversation_once", "buyer", "shop_id", "reference", "business", "traffic", unique=True),
    Index("conversation_of_buyer", "buyer", "last_at", "conversation_id"),
    Index("conversation_of_shop", "shop_id", "last_at", "conversation_id"),
)

# What was said: free text, which goes when its writer or the buyer is forgotten.
said = Table(
    "said",
    metadata,
    Column("conversation_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("side", Text, CheckConstraint("side IN ('buyer', 'shop')"), nullable=False),
    Column("author", Uuid, nullable=False),
    Column("text", Text, nullable=False),
    Column("media", ARRAY(Uuid), nullable=False),
    Column("state", Text, CheckConstraint("state IN ('shown', 'withheld', 'erased')"), nullable=False),
    Column("sent_at", _AT, nullable=False),
    CheckConstraint("(state = 'erased') = (text = '' AND cardinality(media) = 0)"),
    Index("said_by", "author", "sent_at"),
)

picture = Table(
    "picture",
    metadata,
    Column("party", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("uploaded_at", _AT, nullable=False),
    Column("conversation_id", Uuid),
    Index("picture_unsaid", "uploaded_at", postgresql_where=text("conversation_id IS NULL")),
    Index("picture_said", "conversation_id"),
)

report = Table(
    "report",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("conversation_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("reporter", Uuid, nullable=False),
    Column("side", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("reported_at", _AT, nullable=False),
    Column("resolution", Text),
    Column("resolved_by", Text),
    Column("resolved_at", _AT),
    CheckConstraint("(resolution IS NULL) = (resolved_at IS NULL)"),
    Index(
        "report_waiting_once",
        "conversation_id",
        "number",
        "side",
        unique=True,
        postgresql_where=text("resolution IS NULL"),
    ),
    Index("report_listed", "business", "traffic", "report_id"),
    Index("report_by", "reporter"),
)

# Every version that was ever published; the last one counts, and a withdrawn one leaves the centers their words.
template = Table(
    "template",
    metadata,
    Column("business", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("version", Integer, CheckConstraint("version > 0"), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text),
    Column("withdrawn", Boolean, nullable=False),
    Column("published_at", _AT, nullable=False),
    Column("published_by", Text, nullable=False),
    info={"append_only": True},
)
