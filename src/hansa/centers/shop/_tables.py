from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
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
from hansa.centers.shop._rules.states import INVITATION_TRANSITIONS, TRANSITIONS
from hansa.kernel.snapshot import changed_xid

SHOP_RANK = rank_base("shop") + 1
STAFF_RANK = rank_base("shop") + 2
INVITATION_RANK = rank_base("shop") + 3
PROFILE_RANK = rank_base("shop") + 4
CLOSING_RANK = rank_base("shop") + 5
COMMISSION_RANK = rank_base("shop") + 6

metadata = MetaData(schema="shop")

_AT = DateTime(timezone=True)

S = TypeVar("S", bound=str)


def transitions_sql(before: str, after: str, steps: Mapping[S | None, Iterable[S]]) -> str:
    """Say in SQL that a row came to where it stands by a legal step.

    A row that came from nowhere is written as coming from '': a comparison with NULL would be neither true nor
    false, and a CHECK that is not false lets the row in.
    """
    legal = sorted((was or "", one) for was, wanted in steps.items() for one in wanted)
    pairs = ", ".join(f"('{was}', '{one}')" for was, one in legal)
    return f"(coalesce({before}, ''), {after}) IN ({pairs})"


slug = Table(
    "slug",
    metadata,
    Column("business", Text, primary_key=True),
    Column("traffic", Text, primary_key=True),
    Column("slug", Text, primary_key=True),
    Column("shop_id", Uuid, nullable=False),
    Column("taken_at", _AT, nullable=False),
    UniqueConstraint("business", "traffic", "slug", "shop_id", name="slug_of_shop"),
    Index("slug_shop", "shop_id"),
)

shop = Table(
    "shop",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("name", JSONB, nullable=False),
    Column("owner", Uuid, nullable=False),
    Column("previous_status", Text),
    Column("status", Text, nullable=False),
    Column("submission", Integer, nullable=False),
    Column("submitted_at", _AT),
    Column("seller", Uuid),
    Column("version", BigInteger, nullable=False),
    Column("opened_at", _AT, nullable=False),
    changed_xid(),
    UniqueConstraint("business", "traffic", "slug", name="shop_slug"),
    ForeignKeyConstraint(
        ["business", "traffic", "slug", "id"],
        ["shop.slug.business", "shop.slug.traffic", "shop.slug.slug", "shop.slug.shop_id"],
        name="shop_has_slug",
    ),
    CheckConstraint(transitions_sql("previous_status", "status", TRANSITIONS), name="shop_transition"),
    CheckConstraint(
        "(submission > 0) = (submitted_at IS NOT NULL) AND (status <> 'ready_for_review' OR submission > 0)",
        name="shop_submission",
    ),
    Index("shop_listed", "business", "traffic", "id"),
    Index("shop_owner", "owner"),
    Index("shop_changed", "changed_xid"),
    Index(
        "shop_to_review",
        "business",
        "traffic",
        "submitted_at",
        "id",
        postgresql_where=text("status = 'ready_for_review'"),
    ),
)

status_change = Table(
    "status_change",
    metadata,
    Column("shop_id", Uuid, ForeignKey("shop.shop.id"), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("previous", Text),
    Column("status", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("changed_at", _AT, nullable=False),
    CheckConstraint(transitions_sql("previous", "status", TRANSITIONS), name="status_change_transition"),
    info={"append_only": True, "erasable": ("reasons",)},  # their sentences; codes stay
)

answer = Table(
    "answer",
    metadata,
    Column("shop_id", Uuid, ForeignKey("shop.shop.id"), primary_key=True),
    Column("requirement", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("value", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("answered_at", _AT, nullable=False),
    info={"append_only": True, "erasable": ("value",)},
)

seller = Table(
    "seller",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", Uuid, ForeignKey("shop.shop.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("registration", Text, nullable=False),
    Column("tax_ids", JSONB, nullable=False),
    Column("address", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("stated_at", _AT, nullable=False),
    UniqueConstraint("shop_id", "version", name="seller_version"),
    CheckConstraint("country ~ '^[A-Z]{2}$'", name="seller_country"),
    info={"append_only": True, "erasable": ("name", "address")},
)

profile = Table(
    "profile",
    metadata,
    Column("shop_id", Uuid, ForeignKey("shop.shop.id"), primary_key=True),
    Column("tagline", JSONB, nullable=False),
    Column("story", JSONB, nullable=False),
    Column("returns", JSONB, nullable=False),
    Column("logo", Uuid),
    Column("return_place", Uuid),
    Column("version", BigInteger, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("shop_id", Uuid, ForeignKey("shop.shop.id"), primary_key=True),
    Column("party", Uuid, primary_key=True),
    Column("roles", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("permissions", ARRAY(Text), nullable=False),
    Column("added_at", _AT, nullable=False),
    CheckConstraint("cardinality(permissions) + cardinality(roles) > 0", name="staff_has_permissions"),
    CheckConstraint(
        "roles <@ ARRAY['manager', 'catalogue', 'fulfilment', 'finance', 'support']", name="staff_roles"
    ),
    Index("staff_party", "party"),
)

staff_step = Table(
    "staff_step",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", Uuid, ForeignKey("shop.shop.id"), nullable=False),
    Column("party", Uuid, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("permissions", ARRAY(Text), nullable=False),
    Column("actor", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("changed_at", _AT, nullable=False),
    Index("staff_step_shop", "shop_id", "id"),
    Index("staff_step_party", "shop_id", "party", "id"),
    info={"append_only": True},
)

invitation = Table(
    "invitation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop_id", Uuid, ForeignKey("shop.shop.id"), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("party", Uuid),
    Column("roles", ARRAY(Text), nullable=False),
    Column("permissions", ARRAY(Text), nullable=False),
    Column("previous_state", Text),
    Column("state", Text, nullable=False),
    Column("invited_by", Uuid),
    Column("invited_at", _AT, nullable=False),
    Column("expires_at", _AT, nullable=False),
    Column("accepted_by", Uuid),
    UniqueConstraint("secret_hash", name="invitation_secret"),
    CheckConstraint(
        transitions_sql("previous_state", "state", INVITATION_TRANSITIONS), name="invitation_transition"
    ),
    CheckConstraint("(state = 'accepted') = (accepted_by IS NOT NULL)", name="invitation_accepted"),
    CheckConstraint("NOT ('owner' = ANY (roles)) OR party IS NOT NULL", name="invitation_owner_is_named"),
    Index("invitation_shop", "shop_id", "id"),
)

closing = Table(
    "closing",
    metadata,
    Column("shop_id", Uuid, ForeignKey("shop.shop.id"), primary_key=True),
    Column("asked_at", _AT, nullable=False),
    Column("objections", JSONB, nullable=False),
)

commission_rule = Table(
    "commission_rule",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("shop_id", Uuid),
    Column("category_id", Uuid),
    Column("offer_id", Uuid),
    Column("kind", Text),
    Column("basis_points", Integer, nullable=False),
    Column("valid_from", _AT, nullable=False),
    Column("valid_until", _AT),
    Column("created_at", _AT, nullable=False),
    Column("created_by", Text, nullable=False),
    changed_xid(),
    CheckConstraint("basis_points BETWEEN 0 AND 10000", name="commission_rule_rate"),
    CheckConstraint("valid_until >= valid_from", name="commission_rule_validity"),
    Index("commission_rule_listed", "business", "traffic", "id"),
    Index("commission_rule_changed", "changed_xid"),
)
