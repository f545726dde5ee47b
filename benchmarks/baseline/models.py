"""The tables. No foreign keys, as in Hansa: their checks would only cost the database time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CHAR, BigInteger, CheckConstraint, DateTime, Index, LargeBinary, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The declarative base: aware times, 64-bit amounts."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        bytes: LargeBinary,
    }


class Session(Base):
    """A log-in: the SHA-256 of its token, never the token."""

    __tablename__ = "session"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    buyer: Mapped[UUID]
    expires_at: Mapped[datetime]


class Offer(Base):
    """What a shop asks for a SKU."""

    __tablename__ = "offer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sku_id: Mapped[UUID]
    product_id: Mapped[UUID]
    shop_id: Mapped[UUID]
    title: Mapped[str]
    options: Mapped[str]
    price: Mapped[int]
    currency: Mapped[str] = mapped_column(CHAR(3))
    version: Mapped[int]
    active: Mapped[bool]


class Stock(Base):
    """How much there is of a SKU. The CHECK is what makes overselling impossible."""

    __tablename__ = "stock"
    __table_args__ = (
        CheckConstraint("on_hand >= 0 AND held >= 0 AND allocated >= 0", name="stock_not_negative"),
        CheckConstraint("held + allocated <= on_hand", name="stock_not_oversold"),
        # Room in each page keeps updates there, so that they touch no index.
        {"postgresql_with": {"fillfactor": 50}},
    )

    sku_id: Mapped[UUID] = mapped_column(primary_key=True)
    place_id: Mapped[UUID]
    on_hand: Mapped[int]
    held: Mapped[int] = mapped_column(default=0)
    allocated: Mapped[int] = mapped_column(default=0)


class Checkout(Base):
    """A quote that was taken; it keeps the quote's id."""

    __tablename__ = "checkout"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    buyer: Mapped[UUID]
    payment_id: Mapped[UUID]
    payable: Mapped[int]
    currency: Mapped[str] = mapped_column(CHAR(3))
    placed_at: Mapped[datetime]
    pay_by: Mapped[datetime]


class Order(Base):
    """An order: one buyer, one shop, one place."""

    __tablename__ = "order"
    __table_args__ = (
        Index("order_buyer", "buyer", "id"),
        Index("order_shop", "shop_id", "id"),
        Index("order_checkout", "checkout_id"),
        {"postgresql_with": {"fillfactor": 85}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    checkout_id: Mapped[UUID]
    payment_id: Mapped[UUID]
    buyer: Mapped[UUID]
    shop_id: Mapped[UUID]
    place_id: Mapped[UUID]
    state: Mapped[str]
    version: Mapped[int]
    currency: Mapped[str] = mapped_column(CHAR(3))
    payable: Mapped[int]
    placed_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]


class Line(Base):
    """A line of an order as it was quoted."""

    __tablename__ = "line"

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    line_no: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    offer_id: Mapped[UUID]
    offer_version: Mapped[int]
    sku_id: Mapped[UUID]
    product_id: Mapped[UUID]
    title: Mapped[str]
    options: Mapped[str]
    quantity: Mapped[int]
    unit_price: Mapped[int]
    gross: Mapped[int]


class Hold(Base):
    """What an order keeps from others until it is paid or closed."""

    __tablename__ = "hold"
    __table_args__ = (Index("hold_expiring", "expires_at", postgresql_where=text("state = 'held'")),)

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    sku_id: Mapped[UUID] = mapped_column(primary_key=True)
    place_id: Mapped[UUID]
    quantity: Mapped[int]
    state: Mapped[str]
    expires_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Payment(Base):
    """What a buyer owes for a checkout."""

    __tablename__ = "payment"
    __table_args__ = (Index("payment_checkout", "checkout_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    checkout_id: Mapped[UUID]
    payer: Mapped[UUID]
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(CHAR(3))
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    expires_at: Mapped[datetime]
    captured_at: Mapped[datetime | None]


class Attempt(Base):
    """One try at a payment: written before the provider is asked, resolved with the order."""

    __tablename__ = "attempt"

    payment_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    state: Mapped[str]
    amount: Mapped[int]
    reference: Mapped[str]
    started_at: Mapped[datetime]


class History(Base):
    """One change of an order."""

    __tablename__ = "history"

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    previous_state: Mapped[str]
    state: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
    cause: Mapped[str]


class Account(Base):
    """A ledger account with its balance: debits positive."""

    __tablename__ = "account"
    __table_args__ = ({"postgresql_with": {"fillfactor": 50}},)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_class: Mapped[str]
    currency: Mapped[str] = mapped_column(CHAR(3))
    balance: Mapped[int]


class Journal(Base):
    """A set of entries that sums to zero."""

    __tablename__ = "journal"
    __table_args__ = (Index("journal_reference", "reference", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    reference: Mapped[UUID]
    actor: Mapped[str]
    occurred_at: Mapped[datetime]


class Entry(Base):
    """An amount on an account."""

    __tablename__ = "entry"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    journal_id: Mapped[UUID] = mapped_column(primary_key=True)
    amount: Mapped[int]


class Deadline(Base):
    """Something that is to happen unless it is withdrawn."""

    __tablename__ = "deadline"
    __table_args__ = (Index("deadline_due", "due_at"),)

    subject: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]


class OutboxEvent(Base):
    """A fact to deliver after commit."""

    __tablename__ = "outbox"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    topic: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    subject: Mapped[UUID]
    actor: Mapped[str]
    occurred_at: Mapped[datetime]
    payload: Mapped[dict[str, Any]]


class IdempotencyRecord(Base):
    """A write that was answered under a key."""

    __tablename__ = "idempotency"

    buyer: Mapped[UUID] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[bytes]
    status: Mapped[int] = mapped_column(SmallInteger)
    answer: Mapped[bytes]
    created_at: Mapped[datetime]
