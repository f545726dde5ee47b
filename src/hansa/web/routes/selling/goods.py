"""What a shop keeps in the catalogue: the list, and something new."""

from __future__ import annotations

import re
from collections.abc import Sequence

from litestar import Response, get, post

from hansa.centers.inventory import api as inventory
from hansa.centers.product import api as product
from hansa.centers.product.types import (
    CATEGORY_ID,
    PRODUCT_ID,
    Category,
    CategoryId,
    Matrix,
    NewSku,
    Option,
    OptionValue,
    Product,
    ProductPage,
    ProductState,
)
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import Money
from hansa.kernel.problem import Invalid, Problem
from hansa.kernel.texts import Texts, pick
from hansa.web.answers import show
from hansa.web.forms import Fields
from hansa.web.i18n import N_
from hansa.web.parts import Choice, Form, Link
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.doing import Done, once
from hansa.web.routes.selling.fields import money, text_of, texts
from hansa.web.routes.selling.naming import pages, shown_picture
from hansa.web.routes.selling.paging import pager
from hansa.web.selling import GoodRow, GoodsPage, NewGoodPage
from hansa.web.visit import Seen
from hansa.web.words import problem_words

EDIT = "product.product.edit"
CREATE = "product.product.create"
PRICE = "product.offer.price"
PAGE = 25
TITLE_MAX, DESCRIPTION_MAX, CODE_MAX = 200, 10_000, 64
_VALUES_MAX = 2_000
_OPTIONS = ("1", "2")
_TABS = {
    ProductState.PUBLISHED: N_("On sale"),
    ProductState.DRAFT: N_("Drafts"),
    ProductState.ARCHIVED: N_("Put away"),
}
_CALLED = {
    "titles": "title-zh", "titles.zh": "title-zh", "titles.en": "title-en",
    "descriptions.zh": "description-zh", "descriptions.en": "description-en", "category_id": "category",
}  # fmt: skip


@get("/sell/{slug:str}/goods")
async def show_goods(seen: Seen, slug: str) -> Response[str]:
    """The shop's products, newest first; `state` narrows them."""
    at = await desk(seen, slug, EDIT)
    asked = seen.asked("state")
    state = ProductState(asked) if asked in {one.value for one in ProductState} else None
    after = seen.asked("after", letters_max=1000)
    page = await product.products_of_shop(
        at.ctx, shop_id=at.shop.id, state=state, cursor=after or None, limit=PAGE
    )
    here = state.value if state else ""
    creates = at.may(CREATE)
    view = GoodsPage(
        chrome=seen.chrome(section="sell"),
        desk=at.part("goods"),
        goods=await _rows(at, page.items),
        pager=pager(seen, len(page.items), page.cursor, at.at("goods", state=here)),
        tabs=tabs(at, here),
        clear_url=at.at("goods"),
        new_url=at.at("goods/new") if creates else "",
        import_url=at.at("imports") if creates else "",
        exports=tuple(Link(label=form.upper(), url=at.at(f"export/{form}")) for form in ("csv", "jsonl")),
        empty="" if page.items else "no_match" if state or after else "nothing_yet",
    )
    return show(seen, view)


@get("/sell/{slug:str}/goods/new")
async def show_new(seen: Seen, slug: str) -> Response[str]:
    """The form for something new."""
    return await _new_page(await desk(seen, slug, CREATE))


@post("/sell/{slug:str}/goods/new")
async def create(seen: Seen, slug: str) -> Response[str]:
    """Make a draft with all its variants; pictures, single prices and stock follow on its own page."""
    at, fields = await sent(seen, slug, CREATE)
    titles = texts(fields, "title", letters_max=TITLE_MAX)
    descriptions = texts(fields, "description", letters_max=DESCRIPTION_MAX, required=False)
    price = money(fields, "price", at.currency)
    code = fields.text("code", letters_max=CODE_MAX, required=False)
    category = read_category(fields)
    options = _read_options(fields)
    if fields.errors or price is None:
        return await _new_page(at, form=fields.form(), status=422)
    variants: Sequence[NewSku] = [NewSku(price=price, code=code)]
    if options:
        named = "-".join([code, *("{" + option.code + "}" for option in options)]) if code else ""
        try:
            variants = product.variants(options, Matrix(price=price, code=named))
        except Invalid as refused:
            return await _refused(at, fields, refused)

    async def work() -> Done:
        made = await product.create_product(
            at.ctx,
            shop_id=at.shop.id,
            titles=titles,
            descriptions=descriptions,
            options=options,
            skus=variants,
            category_id=category,
            code=code,
            draft=True,
        )
        return Done(at.at(f"goods/{PRODUCT_ID.show(made.product.id)}"), "drafted")

    try:
        return await once(seen, fields, route=f"/sell/goods {at.shop.id}", work=work)
    except Problem as refused:
        return await _refused(at, fields, refused)


def category_choices(at: Desk, tree: Sequence[Category], chosen: CategoryId | None) -> tuple[Choice, ...]:
    """Return the business's tree of goods to choose from, branches before their twigs."""
    _ = at.seen.gettext
    names = {one.id: pick(one.names, at.ctx.locale) for one in tree}
    return (
        Choice(value="", label=_("Not in any kind yet"), checked=chosen is None),
        *(
            Choice(
                value=CATEGORY_ID.show(one.id),
                label=" · ".join(names[above] for above in one.lineage if above in names),
                checked=one.id == chosen,
            )
            for one in tree
        ),
    )


def read_category(fields: Fields) -> CategoryId | None:
    """Return the kind of goods that was chosen, None for none."""
    text = fields.raw("category")
    try:
        return CATEGORY_ID.read(text) if text else None
    except IdMalformed:
        fields.blame("category", "unknown")
        return None


def read_values(text: str, *, taken: Sequence[OptionValue] = ()) -> tuple[OptionValue, ...]:
    """Read values of an option, one a line, in one language or two with a slash between: `Celadon / 青瓷`."""
    known = {value.code for value in taken}
    values = []
    for at, line in enumerate((line.strip() for line in text.split("\n") if line.strip()), len(taken) + 1):
        names = _by_language(line)
        code = _coded(names, f"v{at}")
        while code in known:
            code = f"{code[:40]}-{at}"
        known.add(code)
        values.append(OptionValue(code, names))
    return tuple(values)


def _by_language(line: str) -> Texts:
    """Tell the Chinese of a line from the rest."""
    said: Texts = {}
    for part in (part.strip() for part in line.split("/") if part.strip()):
        said.setdefault("zh" if re.search("[\u4e00-\u9fff]", part) else "en", part)
    return said or {"en": line}


def _coded(names: Texts, otherwise: str) -> str:
    """Return a name for programs, made of the English one where there is one."""
    plain = re.sub(r"[^a-z0-9]+", "-", names.get("en", "").lower()).strip("-")[:40]
    return plain or otherwise


def _read_options(fields: Fields) -> tuple[Option, ...]:
    """Return the options of a new product; a name without values is noted, and the other way round."""
    options: list[Option] = []
    for at in _OPTIONS:
        names = texts(fields, f"option-{at}", letters_max=64, required=False)
        values = text_of(fields, f"values-{at}", letters_max=_VALUES_MAX, required=bool(names))
        if values and not names:
            fields.blame(f"option-{at}-zh", "one_language")
        if names and values:
            code = _coded(names, f"o{at}")
            code = f"{code}-{at}" if code in {one.code for one in options} else code
            options.append(Option(code, names, read_values(values)))
    return tuple(options)


async def _refused(at: Desk, fields: Fields, refused: Problem) -> Response[str]:
    if refused.status >= 500:
        raise refused
    if isinstance(refused, Invalid):
        fields.blame_all(refused, called=_CALLED)
    problem = "" if fields.errors else problem_words(refused, at.seen.gettext)
    return await _new_page(at, form=fields.form(problem=problem), status=refused.status)


async def _new_page(at: Desk, *, form: Form | None = None, status: int = 200) -> Response[str]:
    view = NewGoodPage(
        chrome=at.seen.chrome(section="sell", path=at.at("goods/new")),
        desk=at.part("goods"),
        forms={"new": form} if form else {},
        post_url=at.at("goods/new"),
        categories=category_choices(at, await product.categories(at.ctx), None),
        currency=at.currency,
    )
    return show(at.seen, view, status=status)


async def _rows(at: Desk, goods: Sequence[Product]) -> tuple[GoodRow, ...]:
    known = await pages(at, [one.id for one in goods])
    skus = [sku.id for page in known.values() for sku in page.skus]
    stock = await inventory.availability(at.ctx, skus) if at.may("inventory.stock.see") else None
    rows = []
    for one in goods:
        page = known.get(one.id)
        prices = sorted(_prices(at, page), key=lambda price: price.minor) if page else []
        left = (
            sum(sum(stock.get(sku.id, {}).values()) for sku in page.skus)
            if page and stock is not None
            else None
        )
        rows.append(
            GoodRow(
                name=pick(one.titles, at.ctx.locale),
                url=at.at(f"goods/{PRODUCT_ID.show(one.id)}"),
                picture=shown_picture(at, one),
                state="on_sale" if one.state is ProductState.PUBLISHED else one.state.value,
                code=one.code,
                variants=len(page.skus) if page else 1,
                price=prices[0] if prices else None,
                dearest=prices[-1] if prices and prices[-1] != prices[0] else None,
                left=left,
            )
        )
    return tuple(rows)


def _prices(at: Desk, page: ProductPage) -> list[Money]:
    return [
        offer.base
        for offer in page.offers
        if offer.shop_id == at.shop.id
        and offer.business == at.ctx.business
        and offer.traffic is at.ctx.traffic
    ]


def tabs(at: Desk, current: str) -> tuple[Link, ...]:
    """Return the rooms of the shop's goods: by state, what waits for a decision, and what others keep."""
    _ = at.seen.gettext
    return (
        Link(label=_("All"), url=at.at("goods"), current=not current),
        *(
            Link(label=_(word), url=at.at("goods", state=state.value), current=state.value == current)
            for state, word in _TABS.items()
        ),
        Link(label=_("In review"), url=at.at("changes"), current=current == "changes"),
        *(
            [Link(label=_("Beside others"), url=at.at("beside"), current=current == "beside")]
            if at.may(PRICE)
            else []
        ),
    )


ROUTES = (show_goods, show_new, create)
