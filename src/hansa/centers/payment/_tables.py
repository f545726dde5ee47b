"""Payment's tables, as its migrations make them. Distribution keys come first in the primary keys.

A payment's row stands for its attempts and refunds as well: whoever changes any of them holds its lock.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import CHAR

from hansa.centers.order import rank_base

PAYMENT_RANK = rank_base("payment") + 1
STATEMENT_RANK = rank_base("payment") + 2
SANDBOX_RANK = rank_base("payment") + 9

metadata = MetaData(schema="payment")

_AT = DateTime(timezone=True)

payment = Table(
    "payment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("checkout_id", Uuid, nullable=False),
    Column("payer", Uuid, nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("captured_attempt", SmallInteger),
    Column("captured_minor", BigInteger, nullable=False, server_default="0"),
    Column("refunded_minor", BigInteger, nullable=False, server_default="0"),
    Column("share_orders", ARRAY(Uuid), nullable=False),
    Column("share_shops", ARRAY(Uuid), nullable=False),
    Column("share_minors", ARRAY(BigInteger), nullable=False),
    Column("share_refunded", ARRAY(BigInteger), nullable=False),
    Column("expires_at", _AT, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("changed_at", _AT, nullable=False),
    Index("payment_checkout", "checkout_id"),
    Index("payment_payer", "payer"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("payment_id", Uuid, primary_key=True),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("provider", Text, nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("brand", Text, nullable=False),
    Column("last_four", CHAR(4), nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("parts", SmallInteger, nullable=False, server_default="0"),
    Column("taken", Boolean, nullable=False, server_default="false"),
    Column("refunded_minor", BigInteger, nullable=False, server_default="0"),
    Column("provider_reference", Text),
    Column("decline_code", Text),
    Column("started_at", _AT, nullable=False),
    Column("resolved_at", _AT),
    Column("asked_at", _AT),
    Index(
        "attempt_unresolved",
        "asked_at",
        "started_at",
        postgresql_where=text("state IN ('started', 'pending', 'authorised')"),
    ),
)

part = Table(
    "part",
    metadata,
    Column("payment_id", Uuid, primary_key=True),
    Column("attempt", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("reference", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("brand", Text, nullable=False),
    Column("last_four", CHAR(4), nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("refunded_minor", BigInteger, nullable=False, server_default="0"),
    Column("started_at", _AT, nullable=False),
    Column("captured_at", _AT),
    Column("released_at", _AT),
    Index("part_reference", "reference"),
    Index("part_releasing", "started_at", postgresql_where=text("state = 'releasing'")),
)

refund_part = Table(
    "refund_part",
    metadata,
    Column("payment_id", Uuid, primary_key=True),
    Column("refund_id", Uuid, primary_key=True),
    Column("part", SmallInteger, primary_key=True, autoincrement=False),
    Column("reference", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("resolved_at", _AT),
    Index("refund_part_reference", "reference"),
)

refund = Table(
    "refund",
    metadata,
    Column("payment_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("attempt", SmallInteger, nullable=False),
    Column("order_id", Uuid),
    Column("minor", BigInteger, nullable=False),
    Column("refused_minor", BigInteger, nullable=False, server_default="0"),
    Column("reason", Text, nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("provider_reference", Text),
    Column("requested_at", _AT, nullable=False),
    Column("resolved_at", _AT),
    Column("by_hand_minor", BigInteger, nullable=False, server_default="0"),
    Column("by_hand_reference", Text),
    Column("by_hand_by", Text),
    Column("by_hand_at", _AT),
    Index("refund_id", "id"),
    Index(
        "refund_refused_waits",
        "requested_at",
        "id",
        postgresql_where=text("refused_minor > by_hand_minor"),
    ),
    Index("refund_requested", "requested_at", postgresql_where=text("state = 'requested'")),
)

callback = Table(
    "callback",
    metadata,
    Column("payment_id", Uuid, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("attempt", SmallInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("received_at", _AT, nullable=False),
    info={"append_only": True},
)

odd_amount = Table(
    "odd_amount",
    metadata,
    Column("payment_id", Uuid, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("reference", Text, nullable=False),
    Column("settled_by", Text, nullable=False),
    Column("settled_at", _AT, nullable=False),
    info={"append_only": True},
)

statement = Table(
    "statement",
    metadata,
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("rows", Integer, nullable=False, server_default="0"),
    Column("matched", Integer, nullable=False, server_default="0"),
    Column("missing_here", Integer, nullable=False, server_default="0"),
    Column("missing_there", Integer, nullable=False, server_default="0"),
    Column("differs", Integer, nullable=False, server_default="0"),
    Column("reconciled_at", _AT, nullable=False),
)

statement_row = Table(
    "statement_row",
    metadata,
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("at", _AT, nullable=False),
    Index("statement_row_reference", "reference"),
    info={"append_only": True},
)

statement_difference = Table(
    "statement_difference",
    metadata,
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("reference", Text, primary_key=True),
    Column("day", Date, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("their_minor", Numeric),
    Column("their_currency", CHAR(3)),
    Column("our_minor", BigInteger),
    Column("our_currency", CHAR(3)),
    Column("found_at", _AT, nullable=False),
    Column("cleared_at", _AT),
    Index("statement_difference_day", "business", "traffic", "provider", "day", "kind", "reference"),
)

sandbox_charge = Table(
    "sandbox_charge",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("provider_reference", Text, nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("behaviour", Text, nullable=False),
    Column("charged_at", _AT, nullable=False),
    Column("due_at", _AT, nullable=False),
    Column("callbacks_left", SmallInteger, nullable=False),
    Column("refunded_minor", BigInteger, nullable=False, server_default="0"),
    Index("sandbox_charge_due", "business", "traffic", "due_at", postgresql_where=text("callbacks_left > 0")),
)

sandbox_hold = Table(
    "sandbox_hold",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("provider_reference", Text, nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("behaviour", Text, nullable=False),
    Column("held_at", _AT, nullable=False),
    Column("due_at", _AT, nullable=False),
    Column("expires_at", _AT, nullable=False),
    Column("captured_minor", BigInteger, nullable=False, server_default="0"),
    Column("voided_at", _AT),
)

sandbox_capture = Table(
    "sandbox_capture",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("hold_reference", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("captured_at", _AT, nullable=False),
    Column("refunded_minor", BigInteger, nullable=False, server_default="0"),
    Index("sandbox_capture_hold", "hold_reference"),
)

sandbox_refund = Table(
    "sandbox_refund",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("charge_reference", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("refunded_at", _AT, nullable=False),
)
