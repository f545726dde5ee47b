"""What a shop has, where: looking, taking in, correcting, and how far it may be sold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.errors import SkuNotFound
from hansa.centers.inventory.types import (
    QUANTITY_MAX,
    TRANSFER_ID,
    Adjustment,
    MovementKind,
    MovementReason,
    Receipt,
    SentLine,
    StockLevel,
    StockLimits,
    Transfer,
)
from hansa.centers.inventory.types import Movement as Moved
from hansa.centers.place import api as place
from hansa.centers.place.types import PLACE_ID, Place, PlaceId, PlaceStatus
from hansa.centers.product.types import SKU_ID, SkuId
from hansa.kernel.page import LIMIT_MAX
from hansa.kernel.problem import Invalid, Problem
from hansa.kernel.texts import pick
from hansa.web.answers import show
from hansa.web.forms import Fields
from hansa.web.i18n import N_
from hansa.web.parts import Choice, Fact, Form, Link
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.doing import Done, once
from hansa.web.routes.selling.fields import whole
from hansa.web.routes.selling.naming import Named, named
from hansa.web.routes.selling.paging import pager
from hansa.web.selling import LevelPage, Movement, StockPage, StockRow
from hansa.web.visit import Seen
from hansa.web.words import problem_words

SEE = "inventory.stock.see"
RECEIVE, ADJUST, LIMIT = "inventory.stock.receive", "inventory.stock.adjust", "inventory.stock.limit"
COUNT = "inventory.stock.count"
PAGE = 50
_MOVEMENTS_SHOWN = 20
_WORDS_MAX = 200
_FAULT = 500
_KINDS: Mapping[MovementKind, str] = MappingProxyType(
    {
        MovementKind.RECEIVED: N_("Came in"),
        MovementKind.ADJUSTED: N_("Corrected"),
        MovementKind.SHIPPED: N_("Sent to a buyer"),
        MovementKind.RETURNED: N_("Came back"),
        MovementKind.TRANSFERRED: N_("Went to another place"),
    }
)
_CAME = N_("Came from another place")
REASONS: Mapping[MovementReason, str] = MappingProxyType(
    {
        MovementReason.COUNTED: N_("Counted"),
        MovementReason.BROKEN: N_("Broken"),
        MovementReason.SPOILED: N_("Spoiled"),
        MovementReason.LOST: N_("Lost"),
        MovementReason.FOUND: N_("Found"),
        MovementReason.USED: N_("Used by the shop"),
        MovementReason.OTHER: N_("Something else"),
    }
)
_OTHERS: Mapping[MovementReason, str] = MappingProxyType(
    {MovementReason.PUSHED: N_("Told by a program"), MovementReason.STOCKTAKE: N_("Stocktake")}
)


@get("/sell/{slug:str}/stock")
async def show_stock(seen: Seen, slug: str) -> Response[str]:
    """What there is at one of the shop's places; `place` says which, the first one if it does not."""
    at = await desk(seen, slug, SEE)
    _ = seen.gettext
    places = await own_places(at)
    asked = seen.asked("place")
    here = next((one for one in places if PLACE_ID.show(one.id) == asked), places[0] if places else None)
    levels: Sequence[StockLevel] = ()
    cursor = None
    if here is not None:
        after = seen.asked("after", letters_max=1000) or None
        page = await inventory.stock_of_place(at.ctx, place_id=here.id, cursor=after, limit=PAGE)
        levels, cursor = page.items, page.cursor
    view = StockPage(
        chrome=seen.chrome(section="sell"),
        desk=at.part("stock"),
        heading=_("Stock"),
        lede="",
        rows=await _rows(at, levels),
        pager=pager(seen, len(levels), cursor, at.at("stock", place=PLACE_ID.show(here.id) if here else "")),
        places=tuple(
            Link(
                label=pick(one.name, at.ctx.locale),
                url=at.at("stock", place=PLACE_ID.show(one.id)),
                current=one is here,
            )
            for one in places
        ),
        goods_url=at.at("goods") if at.may("product.product.edit") else "",
        places_url=at.at("places/new") if at.may("place.place.add") else "",
        count_url=at.at("stocktakes", place=PLACE_ID.show(here.id)) if here and at.may(COUNT) else "",
        transfers_url=at.at("transfers") if len(places) > 1 else "",
        empty="" if levels else "nothing_yet" if places else "no_place",
    )
    return show(seen, view)


@get("/sell/{slug:str}/stock/of/{sku_id:str}")
async def show_variant(seen: Seen, slug: str, sku_id: str) -> Response[str]:
    """One variant at every place of the shop, also where it never was."""
    at = await desk(seen, slug, SEE)
    wanted = SKU_ID.read(sku_id)
    thing = await _thing(at, wanted)
    places = await own_places(at)
    known = await _levels(at, wanted, places)
    view = StockPage(
        chrome=seen.chrome(section="sell"),
        desk=at.part("stock"),
        heading=thing.name,
        lede=thing.option,
        rows=tuple(
            _row(
                at,
                thing,
                known.get(one.id) or _nothing(at, wanted, one),
                place_name=pick(one.name, at.ctx.locale),
            )
            for one in places
        ),
        pager=pager(seen, len(places), None, at.at("stock")),
        places=(),
        goods_url=thing.url,
        places_url=at.at("places/new") if at.may("place.place.add") else "",
        empty="" if places else "no_place",
    )
    return show(seen, view)


@get("/sell/{slug:str}/stock/{place_id:str}/{sku_id:str}")
async def show_level(seen: Seen, slug: str, place_id: str, sku_id: str) -> Response[str]:
    """One variant at one place, and why there is as much of it."""
    at = await desk(seen, slug, SEE)
    return await _level_page(at, await own_place(at, place_id), SKU_ID.read(sku_id))


@post("/sell/{slug:str}/stock/{place_id:str}/{sku_id:str}/receive")
async def receive(seen: Seen, slug: str, place_id: str, sku_id: str) -> Response[str]:
    """Take goods in."""
    at, fields = await sent(seen, slug, RECEIVE)
    here, sku = await own_place(at, place_id), SKU_ID.read(sku_id)
    await _thing(at, sku)
    quantity = whole(fields, "quantity", least=1)
    reference = fields.text("reference", letters_max=_WORDS_MAX, required=False)
    if fields.errors or quantity is None:
        return await _level_page(at, here, sku, forms={"receive": fields.form()}, status=422)
    receipt = Receipt(sku_id=sku, place_id=here.id, quantity=quantity, reference=reference)

    async def work() -> Done:
        await inventory.receive_stock(at.ctx, receipts=[receipt])
        return Done(at.at(f"stock/{place_id}/{sku_id}"), "saved")

    return await _worked(at, fields, here, sku, "receive", work)


@post("/sell/{slug:str}/stock/{place_id:str}/{sku_id:str}/adjust")
async def adjust(seen: Seen, slug: str, place_id: str, sku_id: str) -> Response[str]:
    """Correct what is on hand to what was counted; the difference to what the page showed is booked."""
    at, fields = await sent(seen, slug, ADJUST)
    here, sku = await own_place(at, place_id), SKU_ID.read(sku_id)
    await _thing(at, sku)
    counted, before = whole(fields, "counted"), whole(fields, "seen", least=-QUANTITY_MAX)
    reason = next((one for one in REASONS if one.value == fields.raw("reason")), None)
    note = fields.text("note", letters_max=_WORDS_MAX, required=False)
    if reason is None:
        fields.blame("reason", "choose_one")
    if counted is not None and counted == before:
        fields.blame("counted", "as_before")
    if fields.errors or counted is None or before is None or reason is None:
        return await _level_page(at, here, sku, forms={"adjust": fields.form()}, status=422)
    change = Adjustment(sku_id=sku, place_id=here.id, difference=counted - before, reason=reason, note=note)

    async def work() -> Done:
        await inventory.adjust(at.ctx, adjustments=[change])
        return Done(at.at(f"stock/{place_id}/{sku_id}"), "saved")

    return await _worked(at, fields, here, sku, "adjust", work)


@post("/sell/{slug:str}/stock/{place_id:str}/{sku_id:str}/limits")
async def limit(seen: Seen, slug: str, place_id: str, sku_id: str) -> Response[str]:
    """Say how far it may be sold, and when it counts as running out."""
    at, fields = await sent(seen, slug, LIMIT)
    here, sku = await own_place(at, place_id), SKU_ID.read(sku_id)
    await _thing(at, sku)
    safety, backorder, low_at = (whole(fields, one) or 0 for one in ("safety", "backorder", "low_at"))
    if fields.errors:
        return await _level_page(at, here, sku, forms={"limits": fields.form()}, status=422)
    limits = StockLimits(sku_id=sku, place_id=here.id, safety=safety, backorder=backorder, low_at=low_at)

    async def work() -> Done:
        await inventory.set_limits(at.ctx, limits=[limits])
        return Done(at.at(f"stock/{place_id}/{sku_id}"), "saved")

    return await _worked(at, fields, here, sku, "limits", work)


@post("/sell/{slug:str}/stock/{place_id:str}/{sku_id:str}/move")
async def move(seen: Seen, slug: str, place_id: str, sku_id: str) -> Response[str]:
    """Send pieces to another place of the shop; `how=at_once` books them there, where they are already."""
    at, fields = await sent(seen, slug, ADJUST)
    here, sku = await own_place(at, place_id), SKU_ID.read(sku_id)
    await _thing(at, sku)
    pieces = whole(fields, "pieces", least=1)
    why = fields.text("why", letters_max=_WORDS_MAX, required=False)
    there = next((one for one in await own_places(at) if PLACE_ID.show(one.id) == fields.raw("place")), None)
    if there is None or there.id == here.id:
        fields.blame("place", "choose_one")
    if fields.errors or pieces is None or there is None:
        return await _level_page(at, here, sku, forms={"move": fields.form()}, status=422)
    at_once = fields.raw("how") == "at_once"
    wanted = Transfer(sku_id=sku, from_place_id=here.id, to_place_id=there.id, quantity=pieces, note=why)

    async def work() -> Done:
        if at_once:
            await inventory.transfer(at.ctx, transfers=[wanted])
            return Done(at.at(f"stock/{place_id}/{sku_id}"), "moved")
        made = await inventory.send_stock(
            at.ctx,
            from_place_id=here.id,
            to_place_id=there.id,
            lines=[SentLine(sku_id=sku, quantity=pieces)],
            note=why,
        )
        return Done(at.at(f"transfers/{TRANSFER_ID.show(made.id)}"), "goods_sent")

    return await _worked(at, fields, here, sku, "move", work)


async def _worked(
    at: Desk, fields: Fields, here: Place, sku: SkuId, form: str, work: Callable[[], Awaitable[Done]]
) -> Response[str]:
    route = f"/sell/stock/{form} {here.id} {sku}"
    try:
        return await once(at.seen, fields, route=route, work=work)
    except Problem as refused:
        if refused.status >= _FAULT:
            raise
        if isinstance(refused, Invalid):
            plain = {error.field: error.field.rpartition(".")[2] for error in refused.errors}
            fields.blame_all(refused, called=plain | {"adjustments.0.difference": "counted"})
        problem = "" if fields.errors else problem_words(refused, at.seen.gettext)
        forms = {form: fields.form(problem=problem)}
        return await _level_page(at, here, sku, forms=forms, status=refused.status)


async def _level_page(
    at: Desk,
    here: Place,
    sku: SkuId,
    *,
    forms: Mapping[str, Form] = MappingProxyType({}),
    status: int = 200,
) -> Response[str]:
    _ = at.seen.gettext
    thing = await _thing(at, sku)
    level = (await _levels(at, sku, [here])).get(here.id) or _nothing(at, sku, here)
    url = at.at(f"stock/{PLACE_ID.show(here.id)}/{SKU_ID.show(sku)}")
    after = at.seen.asked("after", letters_max=1000) if at.seen.request.method == "GET" else ""
    page = await inventory.movements(
        at.ctx, sku_id=sku, place_id=here.id, cursor=after or None, limit=_MOVEMENTS_SHOWN
    )
    number = at.seen.pages.formatter(at.ctx.locale).number
    others = [one for one in await own_places(at) if one.id != here.id]
    limits = {"safety": level.safety, "backorder": level.backorder, "low_at": level.low_at}
    closed = here.status is PlaceStatus.CLOSED
    coming = (await inventory.pieces_on_the_way(at.ctx, place_id=here.id, sku_ids=[sku])).get(sku, 0)
    view = LevelPage(
        chrome=at.seen.chrome(section="sell", path=url),
        desk=at.part("stock"),
        forms=forms,
        row=_row(at, thing, level, place_name=pick(here.name, at.ctx.locale)),
        seen=level.on_hand,
        figures=(
            Fact(label=_("On hand"), text=number(level.on_hand)),
            Fact(label=_("Promised to orders"), text=number(level.held + level.allocated)),
            Fact(label=_("Kept back"), text=number(level.safety)),
            Fact(label=_("To be had"), text=number(level.available)),
            *((Fact(label=_("On the way here"), text=number(coming)),) if coming else ()),
        ),
        movements=tuple(_movement(at, one) for one in page.items),
        pager=pager(at.seen, len(page.items), page.cursor, url),
        receive_url=f"{url}/receive" if at.may(RECEIVE) and not closed else "",
        adjust_url=f"{url}/adjust" if at.may(ADJUST) else "",
        limits_url=f"{url}/limits" if at.may(LIMIT) else "",
        move_url=f"{url}/move" if at.may(ADJUST) and others else "",
        reasons=tuple(Choice(value=one.value, label=_(words)) for one, words in REASONS.items()),
        others=tuple(
            Choice(value=PLACE_ID.show(one.id), label=pick(one.name, at.ctx.locale)) for one in others
        ),
        limits=forms.get("limits") or Form(values={name: str(value) for name, value in limits.items()}),
        back=Link(label=pick(here.name, at.ctx.locale), url=at.at("stock", place=PLACE_ID.show(here.id))),
    )
    return show(at.seen, view, status=status)


async def own_places(at: Desk) -> list[Place]:
    """Return the shop's places that were not given up."""
    return [
        one
        for one in await place.places_of_shop(at.ctx, at.shop.id)
        if one.status is not PlaceStatus.CLOSED and one.traffic is at.ctx.traffic
    ]


async def own_place(at: Desk, place_id: str) -> Place:
    """Return a place of this shop. Raises `SkuNotFound` for another one's."""
    wanted = PLACE_ID.read(place_id)
    found = next((one for one in await place.places_of_shop(at.ctx, at.shop.id) if one.id == wanted), None)
    if found is None:
        raise SkuNotFound
    return found


async def _thing(at: Desk, sku: SkuId) -> Named:
    """Return what a variant is called. Raises `SkuNotFound` for one that this shop does not deal in."""
    thing = (await named(at, [sku])).get(sku)
    if thing is None or not thing.ours:
        raise SkuNotFound
    return thing


async def _levels(at: Desk, sku: SkuId, places: Sequence[Place]) -> dict[PlaceId, StockLevel]:
    wanted = [one.id for one in places[:LIMIT_MAX]]
    found = await inventory.stock_of_skus(at.ctx, sku_ids=[sku], place_ids=wanted)
    return {level.place_id: level for level in found}


def _nothing(at: Desk, sku: SkuId, here: Place) -> StockLevel:
    return StockLevel(sku_id=sku, place_id=here.id, traffic=at.ctx.traffic, on_hand=0, held=0, allocated=0)


async def _rows(at: Desk, levels: Sequence[StockLevel]) -> tuple[StockRow, ...]:
    things = await named(at, [level.sku_id for level in levels])
    return tuple(_row(at, things[level.sku_id], level) for level in levels if level.sku_id in things)


def _row(at: Desk, thing: Named, level: StockLevel, *, place_name: str = "") -> StockRow:
    return StockRow(
        name=thing.name,
        option=thing.option,
        code=thing.code,
        picture=thing.picture,
        url=at.at(f"stock/{PLACE_ID.show(level.place_id)}/{SKU_ID.show(level.sku_id)}"),
        place=place_name,
        on_hand=level.on_hand,
        promised=level.held + level.allocated,
        left=level.available,
        low=level.available <= level.low_at,
    )


def _movement(at: Desk, one: Moved) -> Movement:
    _ = at.seen.gettext
    mine = one.actor.endswith(f":{at.ctx.actor.party}")
    return Movement(
        at=one.occurred_at,
        what=_(_CAME) if one.kind is MovementKind.TRANSFERRED and one.quantity > 0 else _(_KINDS[one.kind]),
        quantity=one.quantity,
        why=_why(at, one),
        by=_("by you") if mine else "",
    )


def _why(at: Desk, one: Moved) -> str:
    """Return the reason in words, and what came with it: a note, or a document's number, but no sheet's id."""
    words = REASONS.get(one.reason) or _OTHERS.get(one.reason)
    own = one.note or ("" if words else one.reference)
    if not words or not own:
        return own or (at.seen.gettext(words) if words else "")
    return at.seen.gettext("%(reason)s: %(note)s") % {"reason": at.seen.gettext(words), "note": own}


ROUTES = (show_stock, show_variant, show_level, receive, adjust, limit, move)
