"""Draft orders: a shop's staff makes an order for a buyer at agreed prices; the buyer accepts it and pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from hansa.centers.message import api as message
from hansa.centers.product import api as product
from hansa.centers.product.types import Offer, OfferId
from hansa.centers.shop.types import ShopId, shop_object
from hansa.centers.trade import _store, extensions
from hansa.centers.trade._rules.rows import Row
from hansa.centers.trade._service.drafted import standing_of
from hansa.centers.trade._service.placing import place
from hansa.centers.trade._service.quoting import (
    going_to,
    gross_of,
    group_up,
    measure_errors,
    measured,
    quoted_line,
    seal,
    source,
    written_down,
)
from hansa.centers.trade._service.reading import kin
from hansa.centers.trade._tables import DRAFT_RANK
from hansa.centers.trade.errors import (
    BuyerUnknown,
    DraftEnded,
    DraftNotFound,
    MixedCurrencies,
    OfferUnavailable,
    TooManyDrafts,
)
from hansa.centers.trade.events import DraftMade
from hansa.centers.trade.terms import Deadlines
from hansa.centers.trade.types import (
    DRAFT_ID,
    LINES_MAX,
    NOTE_LETTERS_MAX,
    DraftId,
    DraftLine,
    DraftOrder,
    DraftState,
    Group,
    LineRequest,
    Placed,
)
from hansa.centers.user.types import AddressId
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.money import INT64_MAX
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.texts import plain_errors

PERMISSION = "trade.order.draft"
_encode = msgspec.json.Encoder().encode


A_DAY_MAX = 20
"""How many drafts a shop makes for one buyer in a day: each is told, and nobody asked for them."""


async def make_draft(
    ctx: Ctx,
    *,
    shop_id: ShopId,
    buyer: UUID,
    lines: Sequence[DraftLine],
    freight: int | None = None,
    valid_for: timedelta | None = None,
    note: str = "",
) -> DraftOrder:
    """Make an order for a buyer, at agreed prices. Nothing is held; the buyer is told.

    `valid_for` is at most what the business allows (`Deadlines.draft`), which is the default; the buyer reads
    the `note`. Needs `trade.order.draft` of the shop. Raises `Forbidden`, `Invalid`, `OfferUnavailable`,
    `MixedCurrencies`, `TooManyDrafts`, `BuyerUnknown`: it is for who ordered from the shop or wrote to it.
    """
    ctx.require(PERMISSION, of=shop_object(shop_id))
    longest = ctx.term(Deadlines).draft
    note = note.strip()
    _check(lines, freight, valid_for, longest, note)
    lines, currency = await _agreed_lines(ctx, shop_id, lines)
    now = ctx.now()
    made = DraftOrder(
        id=DRAFT_ID.new(),
        business=ctx.business,
        shop_id=shop_id,
        buyer=buyer,
        state=DraftState.OPEN,
        lines=tuple(lines),
        currency=currency,
        goods=sum(line.gross for line in lines),
        freight=freight,
        made_by=ctx.actor.label,
        made_at=now,
        expires_at=now + (valid_for or longest),
        note=note,
    )
    async with ctx.transaction() as tx:
        await _demand_welcome(tx, ctx, shop_id, buyer)
        await _store.insert_draft(
            tx,
            draft_id=made.id,
            shop_id=shop_id,
            business=ctx.business,
            traffic=ctx.traffic.value,
            buyer=buyer,
            lines=_encode(made.lines).decode(),
            currency=made.currency,
            goods=made.goods,
            freight=freight,
            made_by=made.made_by,
            made_at=now,
            expires_at=made.expires_at,
            note=note,
        )
        tx.emit(ctx, _told(made))
    return made


async def draft(ctx: Ctx, *, draft_id: DraftId) -> DraftOrder:
    """Return a draft to its buyer, as itself or as the guest it was made for, or to staff of its shop. Raises `DraftNotFound`."""
    row, _ = await _load(ctx, draft_id)
    return _draft(ctx, row)


async def drafts(ctx: Ctx, *, cursor: str | None = None, limit: int = 20) -> Page[DraftOrder]:
    """Return what shops made for the acting buyer in this business, newest first."""
    ctx.party()
    return await _page(ctx, shop_id=None, cursor=cursor, limit=limit)


async def shop_drafts(
    ctx: Ctx, *, shop_id: ShopId, cursor: str | None = None, limit: int = 20
) -> Page[DraftOrder]:
    """Return a shop's drafts, newest first. Needs `trade.order.draft` of the shop."""
    ctx.require(PERMISSION, of=shop_object(shop_id))
    return await _page(ctx, shop_id=shop_id, cursor=cursor, limit=limit)


async def accept_draft(
    ctx: Ctx,
    *,
    draft_id: DraftId,
    address_id: AddressId | None = None,
    option: str | None = None,
    key: IdempotencyKey | None = None,
) -> Placed:
    """Accept a draft: it is placed as it was agreed, and waits for its payment. Its buyer's alone.

    Agreed prices take no further discounts; tax and the stock are as they are now. Raises `DraftNotFound`,
    `DraftEnded`, `OfferUnavailable`, `NoPlaceServes`, and what `place` raises.
    """
    row, is_buyer = await _load(ctx, draft_id)
    if not is_buyer:
        raise DraftNotFound
    found = _draft(ctx, row)
    if found.checkout_id is not None and (before := await _placed(ctx, found)) is not None:
        return before
    if found.state is not DraftState.OPEN:
        raise DraftEnded(state=found.state)
    offers = await _offers(ctx, found.shop_id, found.lines)
    if _unfit(found.lines, offers):
        raise OfferUnavailable
    goes_to = await going_to(ctx, address_id)
    agreed = tuple(
        msgspec.structs.replace(
            quoted_line(
                number,
                LineRequest(line.offer_id, line.quantity, line.measure),
                offers[line.offer_id],
                locale=ctx.locale,
            ),
            unit_minor=line.unit_minor,
            measure=line.measure,
            gross=line.gross,
        )
        for number, line in enumerate(found.lines, start=1)
    )
    placed, sourced = await source(ctx, agreed, goes_to.destination)
    lines = extensions.TAX.of(ctx)(ctx, placed, goes_to.destination)
    groups = await group_up(
        ctx,
        lines,
        {found.shop_id: option} if option else {},
        sourced=sourced,
        destination=goes_to.destination,
    )
    if found.freight is not None:
        groups = _agreed_freight(groups, found.freight)
    quote = written_down(
        ctx,
        lines=lines,
        groups=groups,
        currency=found.currency,
        goes_to=goes_to,
        notes={},
        draft_id=found.id,
    )
    return await place(ctx, token=seal(ctx, quote), key=key)


async def withdraw_draft(ctx: Ctx, *, draft_id: DraftId) -> DraftOrder:
    """Take back a draft that nobody accepted yet. Needs `trade.order.draft` of its shop.

    Raises `DraftNotFound`, `Forbidden`, `DraftEnded`.
    """
    row, _ = await _load(ctx, draft_id)
    ctx.require(PERMISSION, of=shop_object(row["shop_id"]))
    async with ctx.transaction() as tx:
        locked = (await _store.lock_drafts(tx, [draft_id]))[draft_id]
        standing = standing_of(ctx, locked)
        if standing is not DraftState.OPEN:
            raise DraftEnded(state=standing)
        await _store.end_drafts(
            tx,
            ids=[draft_id],
            state=DraftState.WITHDRAWN,
            by=[ctx.actor.label],
            at=[ctx.now()],
            checkouts=[None],
        )
        return _draft(ctx, await _row(tx, draft_id))


async def _demand_welcome(tx: Transaction, ctx: Ctx, shop_id: ShopId, buyer: UUID) -> None:
    """Refuse a draft for whoever never had to do with the shop, or has many of it: each is told, and nobody asked."""
    parties = await kin(tx, buyer)
    here = {"business": ctx.business, "traffic": ctx.traffic.value}
    if not await _store.has_ordered(
        tx, shop_id=shop_id, buyers=parties, **here
    ) and not await message.has_spoken(tx, ctx, shop_id=shop_id, parties=parties):
        raise BuyerUnknown
    tx.locks(DRAFT_RANK)
    since = ctx.now() - timedelta(days=1)
    if await _store.drafts_since(tx, shop_id=shop_id, buyer=buyer, since=since) >= A_DAY_MAX:
        raise TooManyDrafts(drafts_max=A_DAY_MAX)


def _check(
    lines: Sequence[DraftLine],
    freight: int | None,
    valid_for: timedelta | None,
    longest: timedelta,
    note: str,
) -> None:
    errors = []
    if not 1 <= len(lines) <= LINES_MAX:
        errors.append(FieldError("lines", "length", f"A draft has 1 to {LINES_MAX} lines"))
    for at, line in enumerate(lines):
        if line.unit_minor < 0 or line.unit_minor * line.quantity > INT64_MAX // LINES_MAX:
            errors.append(FieldError(f"lines.{at}.unit_minor", "range", "This is no price"))
    if freight is not None and not 0 <= freight <= INT64_MAX // LINES_MAX:
        errors.append(FieldError("freight", "range", "This is no freight"))
    if valid_for is not None and not timedelta() < valid_for <= longest:
        errors.append(FieldError("valid_for", "range", f"At most {longest.total_seconds():.0f} seconds"))
    errors += plain_errors("note", note, length_max=NOTE_LETTERS_MAX, required=False)
    if errors:
        raise Invalid(*errors)


async def _offers(ctx: Ctx, shop_id: ShopId, lines: Sequence[DraftLine]) -> dict[OfferId, Offer]:
    """Return the offers of a draft's lines; each is this shop's, and for sale."""
    offers = await product.offers(ctx, [line.offer_id for line in lines])
    missing = [
        at
        for at, line in enumerate(lines)
        if not ((offer := offers.get(line.offer_id)) and offer.active and offer.shop_id == shop_id)
    ]
    if missing:
        raise OfferUnavailable(lines=missing)
    return dict(offers)


def _unfit(lines: Sequence[DraftLine], offers: Mapping[OfferId, Offer]) -> list[FieldError]:
    return [
        FieldError(f"lines.{at}.{error.field}", error.code, error.message)
        for at, line in enumerate(lines)
        for error in measure_errors(line.measure, offers[line.offer_id], quantity=line.quantity)
    ]


async def _agreed_lines(ctx: Ctx, shop_id: ShopId, lines: Sequence[DraftLine]) -> tuple[list[DraftLine], str]:
    """Return the lines with what they cost, and their currency."""
    offers = await _offers(ctx, shop_id, lines)
    currencies = {offer.price.currency for offer in offers.values()}
    if len(currencies) > 1:
        raise MixedCurrencies(currencies=sorted(currencies))
    if errors := _unfit(lines, offers):
        raise Invalid(*errors)
    agreed = [_agreed(line, offers[line.offer_id]) for line in lines]
    if dear := [at for at, line in enumerate(agreed) if line.gross > INT64_MAX // LINES_MAX]:
        raise Invalid(*(FieldError(f"lines.{at}.unit_minor", "range", "This is no price") for at in dear))
    return agreed, currencies.pop()


def _agreed(line: DraftLine, offer: Offer) -> DraftLine:
    """Return the line with what its price is for, that of the offer as it is now, and what it costs so."""
    measure = measured(LineRequest(line.offer_id, line.quantity, line.measure), offer)
    gross = gross_of(offer, unit_minor=line.unit_minor, quantity=line.quantity, measure=measure)
    return msgspec.structs.replace(line, measure=measure, gross=gross)


def _agreed_freight(groups: tuple[Group, ...], freight: int) -> tuple[Group, ...]:
    """Put the agreed freight on the first parcel; the shop sends in as many as it likes."""
    return tuple(
        msgspec.structs.replace(group, freight=0 if at else freight) for at, group in enumerate(groups)
    )


async def _load(ctx: Ctx, draft_id: DraftId) -> tuple[Row, bool]:
    """Return a draft that the actor may see, and whether it was made for the actor, or the guest the actor was."""
    party = ctx.actor.party
    async with ctx.transaction() as tx:
        row = await _store.draft_by_id(tx, draft_id)
        is_buyer = row is not None and party is not None and row["buyer"] in await kin(tx, party)
    if row is None or (row["business"], row["traffic"]) != (ctx.business, ctx.traffic.value):
        raise DraftNotFound
    if not is_buyer and not ctx.may(PERMISSION, of=shop_object(row["shop_id"])):
        raise DraftNotFound
    return row, is_buyer


async def _row(tx: Transaction, draft_id: DraftId) -> Row:
    row = await _store.draft_by_id(tx, draft_id)
    assert row is not None  # noqa: S101 - it is locked
    return row


async def _placed(ctx: Ctx, found: DraftOrder) -> Placed | None:
    """Return what became of a draft that was accepted, to whoever accepts it again."""
    assert found.checkout_id is not None  # noqa: S101 - it was accepted
    async with ctx.transaction() as tx:
        keys = [(party, found.checkout_id) for party in await kin(tx, ctx.party())]
        return next(iter((await _store.placed_checkouts(tx, keys)).values()), None)


async def _page(ctx: Ctx, *, shop_id: ShopId | None, cursor: str | None, limit: int) -> Page[DraftOrder]:
    limit = checked_limit(limit)
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await _store.page_of_drafts(
            tx,
            business=ctx.business,
            traffic=ctx.traffic.value,
            shop_id=shop_id,
            buyers=None if shop_id else await kin(tx, ctx.party()),
            before=before,
            limit=limit + 1,
        )
    return page_of([_draft(ctx, row) for row in rows], limit=limit, key=lambda one: (one.id,))


def _draft(ctx: Ctx, row: Row) -> DraftOrder:
    return DraftOrder(
        id=row["id"],
        business=row["business"],
        shop_id=row["shop_id"],
        buyer=row["buyer"],
        state=standing_of(ctx, row),
        lines=msgspec.convert(row["lines"], tuple[DraftLine, ...]),
        currency=row["currency"],
        goods=row["goods"],
        freight=row["freight"],
        made_by=row["made_by"],
        made_at=row["made_at"],
        expires_at=row["expires_at"],
        checkout_id=row["checkout_id"],
        note=row["note"],
    )


def _told(made: DraftOrder) -> DraftMade:
    return DraftMade(
        draft_id=made.id,
        shop_id=made.shop_id,
        buyer=made.buyer,
        goods=made.goods,
        currency=made.currency,
        expires_at=made.expires_at.isoformat(),
    )
