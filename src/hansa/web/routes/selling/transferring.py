"""Goods go from place to place of a shop: they are sent, are on the way, and are taken in with what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.errors import SkuNotFound, TransferNotFound
from hansa.centers.inventory.types import (
    TRANSFER_ID,
    ArrivedLine,
    GoodsOnTheWay,
    SentLine,
    TransferLine,
    TransferState,
)
from hansa.centers.place import api as place
from hansa.centers.place.types import PLACE_ID, Place, PlaceId
from hansa.centers.product import api as product
from hansa.centers.product.types import SKU_ID, SkuId
from hansa.kernel.problem import Invalid, Problem
from hansa.kernel.texts import pick
from hansa.web.answers import show
from hansa.web.forms import Fields
from hansa.web.parts import Action, Choice, Form, Link
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.doing import Done, once
from hansa.web.routes.selling.fields import whole
from hansa.web.routes.selling.naming import Named, named
from hansa.web.routes.selling.paging import pager
from hansa.web.routes.selling.stock import ADJUST, REASONS, RECEIVE, SEE, own_places
from hansa.web.selling import OnTheWayRow, TransferPage, TransferRow, TransfersPage
from hansa.web.visit import Seen
from hansa.web.words import problem_words

PAGE = 50
_LINES_MAX = 100
_CODE_MAX = 64
_NOTE_MAX = 400
_FAULT = 500
_CAME, _WHY = "came-", "why-"
_STATES = MappingProxyType(
    {TransferState.SENT: "shipped", TransferState.RECEIVED: "arrived", TransferState.RECALLED: "recalled"}
)


@get("/sell/{slug:str}/transfers")
async def show_transfers(seen: Seen, slug: str) -> Response[str]:
    """What is on the way between the shop's places; `state=all` has what arrived and was called back as well."""
    return await _list(await desk(seen, slug, SEE))


@post("/sell/{slug:str}/transfers")
async def send(seen: Seen, slug: str) -> Response[str]:
    """Send several things from one place to another, by their numbers."""
    at, fields = await sent(seen, slug, ADJUST)
    ours = {PLACE_ID.show(one.id): one for one in await own_places(at)}
    start, goal = ours.get(fields.raw("start")), ours.get(fields.raw("goal"))
    if start is None:
        fields.blame("start", "choose_one")
    if goal is None or goal is start:
        fields.blame("goal", "choose_one")
    note = fields.text("note", letters_max=_NOTE_MAX, required=False)
    lines, problem = await _lines(at, fields)
    if fields.errors or start is None or goal is None:
        return await _list(at, form=fields.form(problem=problem), status=422)

    async def work() -> Done:
        made = await inventory.send_stock(
            at.ctx, from_place_id=start.id, to_place_id=goal.id, lines=lines, note=note
        )
        return Done(_at(at, made), "goods_sent")

    async def again(form: Form, status: int) -> Response[str]:
        return await _list(at, form=form, status=status)

    return await _worked(at, fields, "send", work, again)


@get("/sell/{slug:str}/transfers/{transfer_id:str}")
async def show_transfer(seen: Seen, slug: str, transfer_id: str) -> Response[str]:
    """One batch: what was sent, and what came of it."""
    at = await desk(seen, slug, SEE)
    return await _page(at, await _known(at, transfer_id))


@post("/sell/{slug:str}/transfers/{transfer_id:str}/receive")
async def receive(seen: Seen, slug: str, transfer_id: str) -> Response[str]:
    """Take in what came: as many as were sent, unless the fields say otherwise, and why."""
    at, fields = await sent(seen, slug, RECEIVE)
    goods = await _known(at, transfer_id)
    came = []
    for one in goods.lines:
        id_ = SKU_ID.show(one.sku_id)
        pieces = whole(fields, _CAME + id_, required=False)
        if pieces is None or pieces == one.sent:
            continue
        reason = next((known for known in REASONS if known.value == fields.raw(_WHY + id_)), None)
        if reason is None:
            fields.blame(_WHY + id_, "choose_one")
        else:
            came.append(ArrivedLine(sku_id=one.sku_id, received=pieces, reason=reason))

    async def work() -> Done:
        await inventory.receive_transfer(at.ctx, transfer_id=goods.id, lines=came)
        return Done(_at(at, goods), "goods_arrived")

    async def again(form: Form, status: int) -> Response[str]:
        return await _page(at, await _known(at, transfer_id), forms={"receive": form}, status=status)

    if fields.errors:
        return await again(fields.form(), 422)
    return await _worked(at, fields, f"receive {goods.id}", work, again)


@post("/sell/{slug:str}/transfers/{transfer_id:str}/recall")
async def recall(seen: Seen, slug: str, transfer_id: str) -> Response[str]:
    """Call goods back that are on the way."""
    at, fields = await sent(seen, slug, ADJUST)
    goods = await _known(at, transfer_id)

    async def work() -> Done:
        await inventory.recall_transfer(at.ctx, transfer_id=goods.id)
        return Done(_at(at, goods), "goods_recalled")

    async def again(form: Form, status: int) -> Response[str]:
        return await _page(at, await _known(at, transfer_id), forms={"receive": form}, status=status)

    return await _worked(at, fields, f"recall {goods.id}", work, again)


def at_transfers(at: Desk) -> Link:
    """Return the way to what is on the way."""
    return Link(label=at.seen.gettext("On the way"), url=at.at("transfers"))


def _at(at: Desk, goods: GoodsOnTheWay) -> str:
    return at.at(f"transfers/{TRANSFER_ID.show(goods.id)}")


async def _lines(at: Desk, fields: Fields) -> tuple[list[SentLine], str]:
    """Read a number and how many of it, line by line; what is wrong with the first bad line is said."""
    _ = at.seen.gettext
    rows = [row.split() for row in fields.raw("lines").replace(",", " ").splitlines() if row.strip()]
    bad = next((row for row in rows if len(row) != 2 or len(row[0]) > _CODE_MAX or not _pieces(row[1])), None)
    if not rows or len(rows) > _LINES_MAX or bad is not None:
        fields.blame("lines", "lines" if rows else "required")
        return [], _("This line cannot be read: %(line)s") % {
            "line": " ".join(bad)[:_CODE_MAX]
        } if bad else ""
    keys = [(at.shop.id, code) for code, _pieces_ in rows]
    known = await product.skus_by_code(at.ctx, sorted(set(keys)))
    ours = await named(at, {sku for found in known.values() for sku in found})
    wanted: dict[SkuId, int] = {}
    for key, (code, pieces) in zip(keys, rows, strict=True):
        found = [sku for sku in known.get(key, []) if sku in ours and ours[sku].ours]
        if len(found) != 1:
            fields.blame("lines", "lines")
            said = (
                _("Nothing of the shop has the number %(code)s")
                if not found
                else _("Several things have the number %(code)s")
            )
            return [], said % {"code": code}
        wanted[found[0]] = wanted.get(found[0], 0) + int(pieces)
    return [SentLine(sku_id=sku, quantity=pieces) for sku, pieces in wanted.items()], ""


def _pieces(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0


async def _worked(
    at: Desk,
    fields: Fields,
    route: str,
    work: Callable[[], Awaitable[Done]],
    again: Callable[[Form, int], Awaitable[Response[str]]],
) -> Response[str]:
    try:
        return await once(at.seen, fields, route=f"/sell/transfers/{route}", work=work)
    except Problem as refused:
        if refused.status >= _FAULT or isinstance(refused, TransferNotFound):
            raise
        if isinstance(refused, Invalid):
            fields.blame_all(refused)
        problem = "" if fields.errors else problem_words(refused, at.seen.gettext)
        return await again(fields.form(problem=problem), refused.status)


async def _known(at: Desk, transfer_id: str) -> GoodsOnTheWay:
    """Return goods of this shop. Raises `TransferNotFound` for another one's."""
    wanted = TRANSFER_ID.read(transfer_id)
    try:
        goods = await inventory.transfer_by_id(at.ctx, transfer_id=wanted)
    except Problem as refused:
        if refused.status >= _FAULT:
            raise
        raise TransferNotFound from None
    if goods.from_place_id not in {one.id for one in await place.places_of_shop(at.ctx, at.shop.id)}:
        raise TransferNotFound
    return goods


async def _list(at: Desk, *, form: Form | None = None, status: int = 200) -> Response[str]:
    seen, _ = at.seen, at.seen.gettext
    every = await place.places_of_shop(at.ctx, at.shop.id)
    names = _names(at, every)
    places = await own_places(at)
    all_of_it = seen.asked("state") == "all"
    after = seen.asked("after", letters_max=1000) if seen.request.method == "GET" else ""
    try:
        page = await inventory.transfers(
            at.ctx,
            place_ids=[one.id for one in every if one.traffic is at.ctx.traffic],
            on_the_way=not all_of_it,
            cursor=after or None,
            limit=PAGE,
        )
    except SkuNotFound:  # a place was given up this moment
        raise TransferNotFound from None
    here = at.at("transfers", state="all" if all_of_it else "")
    view = TransfersPage(
        chrome=seen.chrome(section="sell", path=here),
        desk=at.part("stock"),
        forms={"send": form} if form else {},
        rows=tuple(
            TransferRow(
                url=_at(at, one),
                start=names.get(one.from_place_id, ""),
                goal=names.get(one.to_place_id, ""),
                state=_STATES[one.state],
                sent_at=one.sent_at,
                note=one.note,
            )
            for one in page.items
        ),
        tabs=(
            Link(label=_("On the way"), url=at.at("transfers"), current=not all_of_it),
            Link(label=_("All of them"), url=at.at("transfers", state="all"), current=all_of_it),
        ),
        pager=pager(seen, len(page.items), page.cursor, here),
        back=Link(label=_("Stock"), url=at.at("stock")),
        places=tuple(Choice(value=PLACE_ID.show(one.id), label=names[one.id]) for one in places),
        post_url=at.at("transfers") if at.may(ADJUST) and len(places) > 1 else "",
        on_the_way=not all_of_it,
    )
    return show(seen, view, status=status)


async def _page(
    at: Desk,
    goods: GoodsOnTheWay,
    *,
    forms: Mapping[str, Form] = MappingProxyType({}),
    status: int = 200,
) -> Response[str]:
    seen, _ = at.seen, at.seen.gettext
    names = _names(at, await place.places_of_shop(at.ctx, at.shop.id))
    things = await named(at, [one.sku_id for one in goods.lines])
    url = _at(at, goods)
    is_sent = goods.state is TransferState.SENT
    back = Action(
        label=_("Call it back"),
        url=f"{url}/recall",
        icon="undo-2",
        fields=(("attempt", at.part("stock").attempt),),
    )
    view = TransferPage(
        chrome=seen.chrome(section="sell", path=url),
        desk=at.part("stock"),
        forms=forms,
        start=names.get(goods.from_place_id, ""),
        goal=names.get(goods.to_place_id, ""),
        state=_STATES[goods.state],
        sent_at=goods.sent_at,
        closed_at=goods.closed_at,
        note=goods.note,
        reasons=(
            Choice(value="", label=_("came as it was sent")),
            *(Choice(value=one.value, label=_(word)) for one, word in REASONS.items()),
        ),
        rows=tuple(_row(at, things[one.sku_id], one) for one in goods.lines if one.sku_id in things),
        back=at_transfers(at),
        came=goods.state is TransferState.RECEIVED,
        receive_url=f"{url}/receive" if is_sent and at.may(RECEIVE) else "",
        actions=(back,) if is_sent and at.may(ADJUST) else (),
    )
    return show(seen, view, status=status)


def _row(at: Desk, thing: Named, one: TransferLine) -> OnTheWayRow:
    id_ = SKU_ID.show(one.sku_id)
    return OnTheWayRow(
        name=thing.name,
        picture=thing.picture,
        option=thing.option,
        code=thing.code,
        field=_CAME + id_,
        why=_WHY + id_,
        sent=one.sent,
        received=one.received,
        reason=at.seen.gettext(REASONS[one.reason]) if one.reason in REASONS else "",
    )


def _names(at: Desk, places: list[Place]) -> dict[PlaceId, str]:
    return {one.id: pick(one.name, at.ctx.locale) for one in places}


ROUTES = (show_transfers, send, show_transfer, receive, recall)
