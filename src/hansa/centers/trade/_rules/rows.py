"""Rows of trade, as its rules make them and its statements take them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.trade._rules.dividing import Split
from hansa.centers.trade.types import LineState, OrderState, Parcel

OrderKey = tuple[UUID, UUID]
"""(buyer, order): the distribution key first."""

Row = Mapping[str, Any]


class NewCheckout(msgspec.Struct, frozen=True, array_like=True):
    """A row of `trade.checkout`, in the order of its columns."""

    buyer: UUID
    id: UUID
    business: str
    traffic: str
    payment_id: UUID
    payable: int
    currency: str
    generation: int
    plan_hash: str
    decisions: str
    orders: tuple[UUID, ...]
    placed_at: datetime
    pay_by: datetime


class NewOrder(msgspec.Struct, frozen=True, array_like=True):
    """A row of `trade.order` as it is placed, in the order of the insert's columns."""

    buyer: UUID
    id: UUID
    checkout_id: UUID
    payment_id: UUID
    business: str
    traffic: str
    entity: str
    shop_id: UUID
    seller: UUID
    place_id: UUID
    currency: str
    goods: int
    discount: int
    freight: int
    tax: int
    option: str
    terms: str
    address_version: UUID | None
    placed_by: str
    placed_at: datetime
    due_at: datetime
    state: OrderState
    seller_version: UUID | None
    """The legal entity that sells, as it stood then."""


class NewNote(msgspec.Struct, frozen=True, array_like=True):
    """A row of `trade.note`, in the order of its columns."""

    buyer: UUID
    order_id: UUID
    id: UUID
    kind: str
    author: UUID
    text: str
    written_at: datetime


class LineMove(msgspec.Struct, frozen=True, array_like=True):
    """One line's move. It is made under the order's lock, in the version in which the line was read."""

    line_no: int
    previous: LineState
    state: LineState
    quantity: int
    parcel: Parcel | None = None


class Move(msgspec.Struct, frozen=True, array_like=True):
    """One order's move, in the order of the statement's parameters."""

    buyer: UUID
    id: UUID
    previous: OrderState
    state: OrderState
    version: int
    at: datetime
    actor: str
    cause: str
    due_at: datetime | None
    origin: OrderState | None
    """Where the order stood before it came to `state`: differs from `previous` when it stays where it is."""
    paid: bool = False
    """Whether this is the moment at which the order is paid."""
    extended: bool = False
    lines: tuple[LineMove, ...] = ()
    splits: tuple[Split, ...] = ()
    """Lines that are divided before they move."""
    details: dict[str, int | str] = {}
