"""What goes over the wire: as Hansa's routes have it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Body(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WantedLine(Body):
    """An offer and how many of it."""

    offer_id: UUID
    quantity: Annotated[int, Field(ge=1, le=1_000_000)] = 1


class QuoteBody(Body):
    """What to quote."""

    lines: Annotated[list[WantedLine], Field(min_length=1, max_length=500)]


class PlaceBody(Body):
    """The quote to place."""

    token: Annotated[str, Field(max_length=500_000)]


class PayBody(Body):
    """The card to charge."""

    card: Annotated[str, Field(min_length=1, max_length=64)]


class QuotedLine(BaseModel):
    """A priced line; amounts in minor units."""

    line_no: int
    offer_id: UUID
    offer_version: int
    sku_id: UUID
    product_id: UUID
    title: str
    options: str
    quantity: int
    unit_minor: int
    gross: int


class SignedQuote(BaseModel):
    """What the token carries."""

    id: UUID
    buyer: UUID
    shop_id: UUID
    place_id: UUID
    currency: str
    payable: int
    expires_at: datetime
    lines: list[QuotedLine]


class QuoteAnswer(BaseModel):
    """A quote; send `token` back to place it."""

    token: str
    currency: str
    payable: int
    expires_at: datetime
    lines: list[QuotedLine]


class PlacedOrder(BaseModel):
    """One order of a checkout that was taken."""

    id: UUID
    shop_id: UUID
    payable: int


class PlaceAnswer(BaseModel):
    """A checkout that was taken; its stock is held until `pay_by`."""

    checkout_id: UUID
    payment_id: UUID
    state: str
    currency: str
    payable: int
    pay_by: datetime
    orders: list[PlacedOrder]


class PayAnswer(BaseModel):
    """What came of paying."""

    payment_id: UUID
    state: str
    orders: list[UUID]
