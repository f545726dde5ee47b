"""Rows of trade, as its rules make them and its statements take them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.trade.types import OrderState

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
    orders: str
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
