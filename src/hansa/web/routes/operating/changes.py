"""Changes of products that wait: what is, what is to be, and the decision."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.product import api as product
from hansa.centers.product.types import (
    CHANGE_ID,
    PRODUCT_ID,
    CategoryId,
    Change,
    ChangeId,
    ChangeKind,
    ChangeState,
    FieldValue,
    FieldValues,
    NewSku,
    Option,
    ProductId,
    ProductPage,
)
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import Shop
from hansa.kernel.texts import Texts, pick
from hansa.web.answers import show
from hansa.web.i18n import LANGUAGES, N_
from hansa.web.operating import ChangePage, ChangeRow, ChangesPage, Difference, Piece
from hansa.web.parts import Fact, Form, Link, Picture
from hansa.web.routes.operating.desk import DECIDE_CHANGES, Desk, desk, one_of, sent
from hansa.web.routes.operating.differing import compared
from hansa.web.routes.operating.doing import worked
from hansa.web.routes.pictures import photo, photographs
from hansa.web.routes.selling.doing import Done
from hansa.web.routes.selling.fields import text_of
from hansa.web.routes.selling.paging import pager
from hansa.web.showing import picture
from hansa.web.visit import Seen

CHANGES = "changes"
PAGE = 30
_REASON_MAX = 1000
_FIELDS = MappingProxyType(
    {
        "titles": N_("name"), "descriptions": N_("description"), "category_id": N_("kind of goods"),
        "attributes": N_("facts"), "custom": N_("facts"), "pictures": N_("pictures"), "options": N_("variants"),
        "add_skus": N_("variants"), "art": N_("drawing"),
    }
)  # fmt: skip
_NAMES = MappingProxyType({"zh": "中文", "en": "English"})


@get("/operate/changes")
async def show_changes(seen: Seen) -> Response[str]:
    """What waits for a decision, the oldest first."""
    at = desk(seen, CHANGES)
    after = seen.asked("after", letters_max=1000)
    page = await product.waiting_changes(at.ctx, cursor=after or None, limit=PAGE)
    view = ChangesPage(
        chrome=seen.chrome(section="operate", path=at.at(CHANGES)),
        desk=at.part(CHANGES),
        changes=await rows(at, page.items),
        pager=pager(seen, len(page.items), page.cursor, at.at(CHANGES)),
    )
    return show(seen, view)


@get("/operate/changes/{change_id:str}")
async def show_change(seen: Seen, change_id: str) -> Response[str]:
    """One change, field by field."""
    return await _page(desk(seen, CHANGES), CHANGE_ID.read(change_id))


@post("/operate/changes/{change_id:str}")
async def decide(seen: Seen, change_id: str) -> Response[str]:
    """Let a change through, or decline it and say why; the shop reads that."""
    at, fields = await sent(seen, CHANGES, DECIDE_CHANGES)
    wanted = CHANGE_ID.read(change_id)
    state = ChangeState(one_of(fields, "verdict", ChangeState.CONFIRMED, ChangeState.DECLINED))
    declines = state is ChangeState.DECLINED
    reason = text_of(fields, "reason", letters_max=_REASON_MAX, required=declines)

    async def work() -> Done:
        await product.decide_change(at.ctx, change_id=wanted, state=state, reason=reason)
        return Done(at.at(CHANGES), "change_declined" if declines else "change_through")

    async def again(forms: Mapping[str, Form], status: int) -> Response[str]:
        return await _page(at, wanted, forms=forms, status=status)

    return await worked(at, fields, form="decision", route=f"changes/{wanted}", work=work, again=again)


async def rows(at: Desk, changes: list[Change]) -> tuple[ChangeRow, ...]:
    """Show changes in a list."""
    pages = await _pages(at, {one.product_id for one in changes})
    shops = await shop.shops(at.ctx, {one.shop_id for one in changes})
    return tuple(_row(at, one, pages.get(one.product_id), shops.get(one.shop_id)) for one in changes)


async def _pages(at: Desk, ids: Collection[ProductId]) -> dict[ProductId, ProductPage]:
    if not ids:
        return {}
    async with at.ctx.transaction() as tx:
        found = await product.catalogued_in(tx, product_ids=list(ids))
    return {page.product.id: page for page, _ in found}


def _row(at: Desk, one: Change, page: ProductPage | None, seller: Shop | None) -> ChangeRow:
    return ChangeRow(
        url=at.at(f"{CHANGES}/{CHANGE_ID.show(one.id)}"),
        name=_name(at, one, page),
        picture=_picture(at, page),
        shop=pick(seller.name, at.ctx.locale) if seller else "–",
        what=_what(at, one),
        at=one.proposed_at,
    )


def _name(at: Desk, one: Change, page: ProductPage | None) -> str:
    titles = page.product.titles if page else one.before.titles or one.edit.titles or {}
    return pick(titles, at.ctx.locale) or PRODUCT_ID.show(one.product_id)


def _picture(at: Desk, page: ProductPage | None) -> Picture:
    if page is None:
        return picture("")
    if page.product.pictures:
        return Picture(url=photo(at.seen, page.product.pictures[0]))
    return picture(page.product.art or (page.skus[0].art if page.skus else ""))


def _what(at: Desk, one: Change) -> str:
    _ = at.seen.gettext
    if one.kind is ChangeKind.PUBLISH:
        return _("New: put before buyers for the first time")
    fields = [field for field in _FIELDS if getattr(one.edit, field) is not None]
    return ", ".join(dict.fromkeys(_(_FIELDS[field]) for field in fields))


async def _page(
    at: Desk, change_id: ChangeId, *, forms: Mapping[str, Form] = MappingProxyType({}), status: int = 200
) -> Response[str]:
    _ = at.seen.gettext
    one = await product.change(at.ctx, change_id)
    page = (await _pages(at, [one.product_id])).get(one.product_id)
    seller = (await shop.shops(at.ctx, [one.shop_id])).get(one.shop_id)
    waits = one.state is ChangeState.PENDING
    here = at.at(f"{CHANGES}/{CHANGE_ID.show(change_id)}")
    named = {cat.id: pick(cat.names, at.ctx.locale) for cat in await product.categories(at.ctx)}
    first = one.kind is ChangeKind.PUBLISH
    view = ChangePage(
        chrome=at.seen.chrome(section="operate", path=here),
        desk=at.part(CHANGES),
        forms=forms,
        name=_name(at, one, page),
        picture=_picture(at, page),
        state="in_review" if waits else one.state.value,
        facts=(
            Fact(label=_("Seller"), text=pick(seller.name, at.ctx.locale) if seller else "–"),
            Fact(label=_("What changes"), text=_what(at, one)),
        ),
        note=one.note,
        differences=tuple(_first_shown(at, page, named) if first and page else _differences(at, one, named)),
        back=Link(label=_("Goods"), url=at.at(CHANGES)),
        post_url=here if waits and at.ctx.may(DECIDE_CHANGES) else "",
        first=first,
        reason=one.reason,
    )
    return show(at.seen, view, status=status)


def _differences(at: Desk, one: Change, categories: Mapping[CategoryId, str]) -> Iterator[Difference]:
    """Yield what is to change, field by field."""
    _ = at.seen.gettext
    edit, before = one.edit, one.before
    if edit.titles is not None:
        yield from _texts(_("Name"), before.titles or {}, edit.titles)
    if edit.descriptions is not None:
        yield from _texts(_("Description"), before.descriptions or {}, edit.descriptions)
    if edit.category_id is not None:
        was = categories.get(before.category_id, "") if before.category_id else ""
        yield _difference(_("Kind of goods"), was, categories.get(edit.category_id, ""))
    if edit.art is not None:
        yield _difference(_("Drawing"), before.art or "", edit.art)
    for was_said, said in ((before.attributes, edit.attributes), (before.custom, edit.custom)):
        if said is not None:
            yield from _values(was_said or {}, said)
    if edit.pictures is not None:
        yield Difference(
            label=_("Pictures"),
            before=(),
            after=(),
            before_photographs=photographs(at.seen, before.pictures or ()),
            after_photographs=photographs(at.seen, edit.pictures),
        )
    if edit.options is not None:
        yield _difference(_("Variants"), _options(at, before.options or ()), _options(at, edit.options))
    if edit.add_skus is not None:
        yield _difference(_("Added variants"), "", "\n".join(_sku(at, sku) for sku in edit.add_skus))


def _first_shown(at: Desk, page: ProductPage, categories: Mapping[CategoryId, str]) -> Iterator[Difference]:
    """Yield all of a product that nobody has seen yet, as what is new."""
    _ = at.seen.gettext
    one = page.product
    yield from _texts(_("Name"), {}, one.titles)
    yield from _texts(_("Description"), {}, one.descriptions)
    if one.category_id:
        yield _difference(_("Kind of goods"), "", categories.get(one.category_id, ""))
    yield from _values({}, one.attributes)
    yield from _values({}, one.custom)
    if one.pictures:
        yield Difference(
            label=_("Pictures"),
            before=(),
            after=(),
            after_photographs=photographs(at.seen, one.pictures),
        )
    if one.options:
        yield _difference(_("Variants"), "", _options(at, one.options))


def _texts(label: str, before: Texts, after: Texts) -> Iterator[Difference]:
    for code in LANGUAGES:
        was, now = before.get(code, ""), after.get(code, "")
        if was != now:
            yield _difference(f"{label} · {_NAMES[code]}", was, now, lang=code)


def _values(before: FieldValues, after: FieldValues) -> Iterator[Difference]:
    for code in dict.fromkeys((*before, *after)):
        was, now = _value(before.get(code)), _value(after.get(code))
        if was != now:
            yield _difference(code.replace("_", " "), was, now)


def _value(said: FieldValue | None) -> str:
    if said is None:
        return ""
    return ", ".join(said) if isinstance(said, list) else str(said)


def _difference(label: str, before: str, after: str, *, lang: str = "") -> Difference:
    gone, come = compared(before, after) if before else ((), (Piece(text=after),) if after else ())
    return Difference(label=label, before=gone, after=come, lang=lang)


def _options(at: Desk, options: tuple[Option, ...]) -> str:
    language = at.ctx.locale
    return "\n".join(
        f"{pick(one.names, language)}: {', '.join(pick(value.names, language) for value in one.values)}"
        for one in options
    )


def _sku(at: Desk, sku: NewSku) -> str:
    write = at.seen.pages.formatter(at.ctx.locale).plain_money
    return f"{', '.join(sku.values.values()) or sku.code or '–'}: {write(sku.price)}"


ROUTES = (show_changes, show_change, decide)
