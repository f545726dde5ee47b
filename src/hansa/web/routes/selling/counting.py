"""A place is counted: sheets are begun, filled in, looked over and posted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.errors import StocktakeBlocked, StocktakeNotFound, StocktakeOpen
from hansa.centers.inventory.types import (
    STOCKTAKE_ID,
    Counted,
    Stocktake,
    StocktakeId,
    StocktakeState,
)
from hansa.centers.place.types import PLACE_ID, Place
from hansa.centers.product import api as product
from hansa.centers.product.types import SKU_ID, SkuId
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Problem
from hansa.kernel.texts import pick
from hansa.web.answers import go, show
from hansa.web.forms import Fields
from hansa.web.parts import Form, Link
from hansa.web.routes.selling.counting_view import COUNT, PAGE, POST, SHOWN, at_sheet, sheet_page, state_of
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.doing import Done, once
from hansa.web.routes.selling.fields import whole
from hansa.web.routes.selling.naming import named
from hansa.web.routes.selling.paging import pager
from hansa.web.routes.selling.stock import own_place, own_places
from hansa.web.selling import SheetRow, SheetsPage
from hansa.web.visit import Seen
from hansa.web.words import problem_words

_NOTE_MAX = 400
_CODE_MAX = 64
_PREFIX = "count-"
_FAULT = 500


@get("/sell/{slug:str}/stocktakes")
async def show_sheets(seen: Seen, slug: str) -> Response[str]:
    """The sheets of one of the shop's places; `place` says which, the first one if it does not."""
    return await _sheets(await desk(seen, slug, COUNT))


@post("/sell/{slug:str}/stocktakes")
async def begin(seen: Seen, slug: str) -> Response[str]:
    """Begin to count a place. Where somebody has begun already, go on with that sheet."""
    at, fields = await sent(seen, slug, COUNT)
    here = await own_place(at, fields.raw("place"))
    note = fields.text("note", letters_max=_NOTE_MAX, required=False)
    if fields.errors:
        return await _sheets(at, here=here, form=fields.form(), status=422)

    async def work() -> Done:
        made = await inventory.open_stocktake(at.ctx, place_id=here.id, note=note)
        return Done(at_sheet(at, made.id))

    try:
        return await once(seen, fields, route=f"/sell/stocktakes {here.id}", work=work)
    except StocktakeOpen as other:
        sheet = STOCKTAKE_ID.read(str(other.extras["stocktake_id"]))
        return go(seen, at_sheet(at, sheet), told="counting_already")


@get("/sell/{slug:str}/stocktakes/{sheet_id:str}")
async def show_sheet(seen: Seen, slug: str, sheet_id: str) -> Response[str]:
    """One sheet: what is still to be counted, what was, and where it is off."""
    at = await desk(seen, slug, COUNT)
    sheet, here = await _sheet(at, sheet_id)
    return await sheet_page(at, sheet, here)


@post("/sell/{slug:str}/stocktakes/{sheet_id:str}/counts")
async def count(seen: Seen, slug: str, sheet_id: str) -> Response[str]:
    """Write down what was found of the rows that were filled in."""
    at, fields = await sent(seen, slug, COUNT)
    sheet, here = await _sheet(at, sheet_id)
    found: dict[SkuId, int] = {}
    for name in [one for one in fields.values if one.startswith(_PREFIX)]:
        pieces, sku = whole(fields, name, required=False), _sku(name)
        if pieces is not None and sku is not None:
            found[sku] = pieces
    if not found and not fields.errors:
        return go(seen, at_sheet(at, sheet.id, show=_shown(fields)))
    ours = await named(at, found)
    counted = [Counted(sku_id=sku, counted=found[sku]) for sku in found if sku in ours and ours[sku].ours]

    async def work() -> Done:
        if counted:
            await inventory.count(at.ctx, stocktake_id=sheet.id, counted=counted)
        return Done(at_sheet(at, sheet.id, show=_shown(fields)), "saved")

    return await _worked(at, fields, sheet, here, "counts", work)


@post("/sell/{slug:str}/stocktakes/{sheet_id:str}/entry")
async def enter(seen: Seen, slug: str, sheet_id: str) -> Response[str]:
    """Write down one thing by its number: the shop's own, or the GTIN on the pack."""
    at, fields = await sent(seen, slug, COUNT)
    sheet, here = await _sheet(at, sheet_id)
    code, pieces = fields.text("code", letters_max=_CODE_MAX), whole(fields, "pieces")
    known = await _by_number(at, code) if code and not fields.errors else []
    if code and not known and "code" not in fields.errors:
        fields.blame("code", "nobodys")
    elif len(known) > 1:
        fields.blame("code", "several")

    async def work() -> Done:
        counted = [Counted(sku_id=known[0], counted=pieces or 0)]
        await inventory.count(at.ctx, stocktake_id=sheet.id, counted=counted)
        return Done(at_sheet(at, sheet.id, show=_shown(fields)), "saved")

    return await _worked(at, fields, sheet, here, "entry", work)


@post("/sell/{slug:str}/stocktakes/{sheet_id:str}/approve")
async def approve(seen: Seen, slug: str, sheet_id: str) -> Response[str]:
    """Post what is off, and close the sheet."""
    at, fields = await sent(seen, slug, POST)
    sheet, here = await _sheet(at, sheet_id)

    async def work() -> Done:
        await inventory.approve_stocktake(at.ctx, stocktake_id=sheet.id)
        return Done(at_sheet(at, sheet.id), "stocktake_posted")

    return await _worked(at, fields, sheet, here, "step", work)


@post("/sell/{slug:str}/stocktakes/{sheet_id:str}/cancel")
async def cancel(seen: Seen, slug: str, sheet_id: str) -> Response[str]:
    """Close the sheet; nothing is posted."""
    at, fields = await sent(seen, slug, COUNT)
    sheet, here = await _sheet(at, sheet_id)

    async def work() -> Done:
        await inventory.cancel_stocktake(at.ctx, stocktake_id=sheet.id)
        return Done(at.at("stocktakes", place=PLACE_ID.show(here.id)), "stocktake_dropped")

    return await _worked(at, fields, sheet, here, "step", work)


async def _sheets(
    at: Desk, *, here: Place | None = None, form: Form | None = None, status: int = 200
) -> Response[str]:
    seen, _ = at.seen, at.seen.gettext
    places = await own_places(at)
    asked = seen.asked("place")
    here = here or next((one for one in places if PLACE_ID.show(one.id) == asked), next(iter(places), None))
    if here is None:
        return go(seen, at.at("stock"))
    place_id = PLACE_ID.show(here.id)
    after = seen.asked("after", letters_max=1000) if seen.request.method == "GET" else ""
    page = await inventory.stocktakes(at.ctx, place_id=here.id, cursor=after or None, limit=PAGE)
    latest = (
        page.items if not after else (await inventory.stocktakes(at.ctx, place_id=here.id, limit=1)).items
    )
    opened = next((one for one in latest if one.state is StocktakeState.OPEN), None)
    view = SheetsPage(
        chrome=seen.chrome(section="sell", path=at.at("stocktakes", place=place_id)),
        desk=at.part("stock"),
        forms={"begin": form} if form else {},
        place=place_id,
        heading=pick(here.name, at.ctx.locale),
        sheets=tuple(_row(at, one) for one in page.items),
        pager=pager(seen, len(page.items), page.cursor, at.at("stocktakes", place=place_id)),
        places=tuple(
            Link(
                label=pick(one.name, at.ctx.locale),
                url=at.at("stocktakes", place=PLACE_ID.show(one.id)),
                current=one.id == here.id,
            )
            for one in places
        ),
        back=Link(label=_("Stock"), url=at.at("stock", place=place_id)),
        post_url="" if opened else at.at("stocktakes"),
        go_on=Link(label=_("Go on counting"), url=at_sheet(at, opened.id)) if opened else None,
    )
    return show(seen, view, status=status)


def _row(at: Desk, one: Stocktake) -> SheetRow:
    return SheetRow(
        url=at_sheet(at, one.id),
        state=state_of(one),
        opened_at=one.opened_at,
        note=one.note,
        by=at.seen.gettext("by you") if one.opened_by.endswith(f":{at.ctx.actor.party}") else "",
    )


async def _sheet(at: Desk, sheet_id: str) -> tuple[Stocktake, Place]:
    """Return a sheet of this shop and its place. Raises `StocktakeNotFound` for another one's."""
    wanted: StocktakeId = STOCKTAKE_ID.read(sheet_id)
    try:
        sheet = await inventory.stocktake(at.ctx, stocktake_id=wanted)
        return sheet, await own_place(at, PLACE_ID.show(sheet.place_id))
    except Problem as refused:
        if refused.status >= _FAULT:
            raise
        raise StocktakeNotFound from None


async def _by_number(at: Desk, code: str) -> list[SkuId]:
    """Return the shop's variants that have this number, as its own or as the GTIN on the pack."""
    key = (at.shop.id, code)
    found = (await product.skus_by_code(at.ctx, [key])).get(key, [])
    if not found and product.gtin_valid(code):
        found = [one.id for one in (await product.skus_by_gtin(at.ctx, gtin=code)).items]
    ours = await named(at, found)
    return [sku for sku in found if sku in ours and ours[sku].ours]


async def _worked(
    at: Desk,
    fields: Fields,
    sheet: Stocktake,
    here: Place,
    form: str,
    work: Callable[[], Awaitable[Done]],
) -> Response[str]:
    def again(problem: str = "") -> Mapping[str, Form]:
        return MappingProxyType({form: fields.form(problem=problem)})

    if fields.errors:
        return await sheet_page(at, sheet, here, shown=_shown(fields), forms=again(), status=422)
    try:
        return await once(at.seen, fields, route=f"/sell/stocktakes/{form} {sheet.id}", work=work)
    except StocktakeBlocked as refused:
        skus = [SKU_ID.read(str(line["sku_id"])) for line in refused.extras["lines"]]
        names = ", ".join(one.name for one in (await named(at, skus)).values())
        problem = f"{problem_words(refused, at.seen.gettext)}: {names}"
        return await sheet_page(at, sheet, here, shown="off", forms=again(problem), status=refused.status)
    except Problem as refused:
        if refused.status >= _FAULT:
            raise
        problem = problem_words(refused, at.seen.gettext)
        now = await inventory.stocktake(at.ctx, stocktake_id=sheet.id)
        return await sheet_page(
            at, now, here, shown=_shown(fields), forms=again(problem), status=refused.status
        )


def _shown(fields: Fields) -> str:
    asked = fields.raw("show")
    return asked if asked in SHOWN else ""


def _sku(name: str) -> SkuId | None:
    try:
        return SKU_ID.read(name.removeprefix(_PREFIX))
    except IdMalformed:
        return None


ROUTES = (show_sheets, begin, show_sheet, count, enter, approve, cancel)
