"""From a quote to the rows of its checkout: everything that can be worked out before the lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.shop.types import Shop, ShopId
from hansa.centers.trade._rules.pricing import freight_shares
from hansa.centers.trade._rules.rows import NewCheckout, NewNote, NewOrder
from hansa.centers.trade.events import CheckoutPlaced
from hansa.centers.trade.types import (
    NOTE_ID,
    FrozenTerms,
    Group,
    NoteKind,
    OrderId,
    OrderState,
    Placed,
    PlacedOrder,
    Quote,
    QuotedLine,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A checkout ready to be placed: its rows, its event, and the answer when it is taken."""

    checkout: NewCheckout
    orders: tuple[NewOrder, ...]
    lines: tuple[tuple[Any, ...], ...]
    allocations: tuple[tuple[Any, ...], ...]
    notes: tuple[NewNote, ...]
    event: CheckoutPlaced
    placed: Placed


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a draft needs beside its quote."""

    entity: str
    placed_by: str
    now: datetime
    plan_hash: str
    decisions: str
    terms: FrozenTerms
    sellers: Mapping[ShopId, Shop]
    commission_bp: Mapping[int, int]
    """The platform's rate by line number, in basis points."""
    opening: OrderState


def draft(
    quote: Quote,
    *,
    at: Circumstances,
    order_ids: Sequence[OrderId],
    payment_id: UUID,
    pay_by: datetime,
) -> Draft:
    """Write down the checkout of a quote, one order per group. Pure: ids and time are given."""
    lines = {line.line_no: line for line in quote.lines}
    orders = tuple(
        _order(quote, group, order_id, payment_id, at=at, pay_by=pay_by)
        for order_id, group in zip(order_ids, quote.groups, strict=True)
    )
    line_rows: list[tuple[Any, ...]] = []
    allocation_rows: list[tuple[Any, ...]] = []
    for order_id, group in zip(order_ids, quote.groups, strict=True):
        freight = freight_shares([lines[line_no] for line_no in group.line_nos], group.freight)
        for line_no in group.line_nos:
            line = lines[line_no]
            line_rows.append(
                _line_row(quote.buyer, order_id, line, freight[line_no], at.commission_bp[line_no])
            )
            allocation_rows.extend(_allocation_rows(quote.buyer, order_id, line))
    return Draft(
        checkout=NewCheckout(
            buyer=quote.buyer,
            id=quote.id,
            business=quote.business,
            traffic=quote.traffic.value,
            payment_id=payment_id,
            payable=quote.payable,
            currency=quote.currency,
            generation=quote.generation,
            plan_hash=at.plan_hash,
            decisions=at.decisions,
            orders=tuple(order_ids),
            placed_at=at.now,
            pay_by=pay_by,
        ),
        orders=orders,
        lines=tuple(line_rows),
        allocations=tuple(allocation_rows),
        notes=_notes(quote, order_ids, at.now) if quote.notes else (),
        event=_event(quote, order_ids, payment_id, pay_by),
        placed=_placed(quote, order_ids, payment_id, pay_by, at.opening),
    )


def _event(quote: Quote, order_ids: Sequence[OrderId], payment_id: UUID, pay_by: datetime) -> CheckoutPlaced:
    return CheckoutPlaced(
        checkout_id=quote.id,
        buyer=quote.buyer,
        payment_id=payment_id,
        orders=tuple(order_ids),
        payable=quote.payable,
        currency=quote.currency,
        pay_by=pay_by.isoformat(),
        shops=tuple(group.shop_id for group in quote.groups),
    )


def _notes(quote: Quote, order_ids: Sequence[OrderId], now: datetime) -> tuple[NewNote, ...]:
    """Keep what the buyer wrote to a shop with the first of its orders."""
    first: dict[str, OrderId] = {}
    for order_id, group in zip(order_ids, quote.groups, strict=True):
        first.setdefault(str(group.shop_id), order_id)
    return tuple(
        NewNote(quote.buyer, first[shop], NOTE_ID.new(), NoteKind.BUYER.value, quote.buyer, text, now)
        for shop, text in quote.notes.items()
        if shop in first
    )


def _placed(
    quote: Quote, order_ids: Sequence[OrderId], payment_id: UUID, pay_by: datetime, opening: OrderState
) -> Placed:
    return Placed(
        checkout_id=quote.id,
        payment_id=payment_id,
        orders=tuple(
            PlacedOrder(order_id, group.shop_id, group.payable)
            for order_id, group in zip(order_ids, quote.groups, strict=True)
        ),
        payable=quote.payable,
        currency=quote.currency,
        state=opening,
        pay_by=pay_by,
    )


def _order(
    quote: Quote,
    group: Group,
    order_id: OrderId,
    payment_id: UUID,
    *,
    at: Circumstances,
    pay_by: datetime,
) -> NewOrder:
    shop = at.sellers[group.shop_id]
    return NewOrder(
        buyer=quote.buyer,
        id=order_id,
        checkout_id=quote.id,
        payment_id=payment_id,
        business=quote.business,
        traffic=quote.traffic.value,
        entity=at.entity,
        shop_id=group.shop_id,
        seller=shop.owner,
        place_id=group.place_id,
        currency=quote.currency,
        goods=group.goods,
        discount=group.discount,
        freight=group.freight,
        tax=group.tax,
        option=_json(group.option),
        terms=_json(at.terms),
        address_version=quote.address_version,
        placed_by=at.placed_by,
        placed_at=at.now,
        due_at=pay_by,
        state=at.opening,
        seller_version=shop.seller,
    )


def _line_row(
    buyer: UUID, order_id: OrderId, line: QuotedLine, freight: int, commission_bp: int
) -> tuple[Any, ...]:
    measure = line.measure
    return (
        buyer,
        order_id,
        line.line_no,
        line.offer_id,
        line.offer_version,
        line.sku_id,
        line.product_id,
        line.title,
        line.options,
        line.art,
        line.quantity,
        measure.amount if measure else None,
        measure.unit if measure else None,
        measure.per if measure else None,
        line.unit_minor,
        line.gross,
        line.discount,
        line.tax,
        freight,
        commission_bp,
        _json(line.attribution) if line.attribution else None,
        _json(line.inputs) if line.inputs else None,
        _json(line.category_ids) if line.category_ids else None,
    )


def _allocation_rows(buyer: UUID, order_id: OrderId, line: QuotedLine) -> list[tuple[Any, ...]]:
    return [
        (
            buyer,
            order_id,
            line.line_no,
            ordinal,
            share.layer,
            share.funder.kind.value,
            share.funder.party,
            share.minor,
        )
        for ordinal, share in enumerate(line.allocations, start=1)
    ]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
