"""What a shop does with one product: its words, prices, variants and pictures, and whether buyers see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from litestar import Response, get, post

from hansa.centers.product import api as product
from hansa.centers.product.errors import ChangeNotFound, OfferChangedSince, OfferNotFound
from hansa.centers.product.types import (
    CHANGE_ID,
    MEDIA_ID,
    OFFER_ID,
    ChangeState,
    Edited,
    Field,
    FieldKind,
    FieldValue,
    FieldValues,
    Matrix,
    MediaId,
    Option,
    Product,
    ProductEdit,
    ProductPage,
)
from hansa.kernel.problem import Invalid, Problem
from hansa.web.answers import go, show
from hansa.web.forms import Fields
from hansa.web.parts import Form
from hansa.web.routes.pictures import TAKES_PICTURES
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.fields import money, text_of, texts, whole
from hansa.web.routes.selling.good_view import PRICE, WITHDRAW, good_page, own_offers, own_page
from hansa.web.routes.selling.goods import (
    DESCRIPTION_MAX,
    EDIT,
    TITLE_MAX,
    read_category,
    read_values,
)
from hansa.web.routes.selling.uploads import read_upload
from hansa.web.visit import Seen
from hansa.web.words import problem_words

_VALUES_MAX = 2_000
_FAULT = 500
_CALLED = {
    "titles": "title-zh", "titles.zh": "title-zh", "titles.en": "title-en",
    "descriptions.zh": "description-zh", "descriptions.en": "description-en", "category_id": "category",
}  # fmt: skip


@get("/sell/{slug:str}/goods/{product_id:str}")
async def show_good(seen: Seen, slug: str, product_id: str) -> Response[str]:
    """One product of the shop; another shop's looks as if there were none."""
    at = await desk(seen, slug, EDIT)
    return show(seen, await good_page(at, await own_page(at, product_id)))


@post("/sell/{slug:str}/goods/{product_id:str}/edit")
async def edit(seen: Seen, slug: str, product_id: str) -> Response[str]:
    """Change what a product is called, what is said of it, and of what kind it is."""
    at, fields = await sent(seen, slug, EDIT)
    page = await own_page(at, product_id)
    one = page.product
    category = read_category(fields)
    template = await product.template(at.ctx, one.category_id) if one.category_id else ()
    change = ProductEdit(
        titles=one.titles | texts(fields, "title", letters_max=TITLE_MAX),
        descriptions=texts(fields, "description", letters_max=DESCRIPTION_MAX, required=False),
        category_id=category,
        attributes=_attributes(fields, template) if category == one.category_id else None,
    )
    if fields.errors:
        return await _again(at, page, "edit", fields)
    return await _edited(at, page, "edit", fields, change)


@post("/sell/{slug:str}/goods/{product_id:str}/prices")
async def set_prices(seen: Seen, slug: str, product_id: str) -> Response[str]:
    """Set the prices that are not as they were; one that a colleague changed meanwhile is not overwritten."""
    at, fields = await sent(seen, slug, PRICE)
    page = await own_page(at, product_id)
    wanted = []
    for offer in own_offers(at, page).values():
        id_ = OFFER_ID.show(offer.id)
        if f"price-{id_}" not in fields.values:
            continue
        price = money(fields, f"price-{id_}", at.currency)
        before = money(fields, f"list-{id_}", at.currency, required=False)
        if price is not None and (price, before) != (offer.base, offer.list_price):
            wanted.append((offer, price, before, whole(fields, f"version-{id_}")))
    if fields.errors:
        return await _again(at, page, "prices", fields)
    for offer, price, before, version in wanted:
        try:
            await product.set_price(
                at.ctx, offer_id=offer.id, price=price, list_price=before, seen_version=version
            )
        except Invalid as refused:
            id_ = OFFER_ID.show(offer.id)
            fields.blame_all(refused, called={"price": f"price-{id_}", "list_price": f"list-{id_}"})
        except OfferChangedSince as refused:
            fields.errors[f"price-{OFFER_ID.show(offer.id)}"] = problem_words(refused, seen.gettext)
    if fields.errors:
        return await _again(at, await own_page(at, product_id), "prices", fields)
    return go(seen, at.at(f"goods/{product_id}"), told="saved")


@post("/sell/{slug:str}/goods/{product_id:str}/withdraw")
async def withdraw(seen: Seen, slug: str, product_id: str) -> Response[str]:
    """Take one variant off sale; setting its price brings it back."""
    at, fields = await sent(seen, slug, WITHDRAW)
    page = await own_page(at, product_id)
    wanted = OFFER_ID.read(fields.raw("offer"))
    if wanted not in {offer.id for offer in own_offers(at, page).values()}:
        raise OfferNotFound
    await product.withdraw_offer(at.ctx, offer_id=wanted)
    return go(seen, at.at(f"goods/{product_id}"), told="saved")


@post("/sell/{slug:str}/goods/{product_id:str}/values")
async def add_values(seen: Seen, slug: str, product_id: str) -> Response[str]:
    """Add values to the options: every variant they make is offered at the price given."""
    at, fields = await sent(seen, slug, EDIT)
    page = await own_page(at, product_id)
    price = money(fields, "new-price", at.currency)
    more = {
        option.code: read_values(
            text_of(fields, f"add-{option.code}", letters_max=_VALUES_MAX, required=False),
            taken=option.values,
        )
        for option in page.product.options
    }
    if not any(more.values()):
        fields.blame(
            f"add-{page.product.options[0].code}" if page.product.options else "new-price", "required"
        )
    if fields.errors or price is None:
        return await _again(at, page, "values", fields)
    options = tuple(
        Option(option.code, option.names, (*option.values, *more[option.code]))
        for option in page.product.options
    )
    known = [sku.values for sku in page.skus]
    try:
        made = product.variants(options, Matrix(price=price))
    except Invalid as refused:
        return await _refused(at, product_id, "values", fields, refused)
    change = ProductEdit(options=options, add_skus=tuple(sku for sku in made if sku.values not in known))
    return await _edited(at, page, "values", fields, change)


@post("/sell/{slug:str}/goods/{product_id:str}/photos", **TAKES_PICTURES)
async def add_photo(seen: Seen, slug: str, product_id: str) -> Response[str]:
    """Take in a picture and show it with the product, behind the others."""
    at = await desk(seen, slug, EDIT)
    page = await own_page(at, product_id)
    fields, content = await read_upload(seen)
    if not content:
        fields.blame("file", "choose")
        return await _again(at, page, "photo", fields)
    try:
        media = await product.add_picture(at.ctx, shop_id=at.shop.id, content=content)
    except Problem as refused:
        return await _refused(at, product_id, "photo", fields, refused)
    return await _edited(at, page, "photo", fields, ProductEdit(pictures=(*page.product.pictures, media.id)))


@post("/sell/{slug:str}/goods/{product_id:str}/photos/first")
async def first_photo(seen: Seen, slug: str, product_id: str) -> Response[str]:
    """Show a picture before the others."""
    return await _rearranged(*await sent(seen, slug, EDIT), product_id, lambda media, rest: (media, *rest))


@post("/sell/{slug:str}/goods/{product_id:str}/photos/remove")
async def remove_photo(seen: Seen, slug: str, product_id: str) -> Response[str]:
    """Show a picture no more."""
    return await _rearranged(*await sent(seen, slug, EDIT), product_id, lambda _media, rest: rest)


@post("/sell/{slug:str}/goods/{product_id:str}/publish")
async def publish(seen: Seen, slug: str, product_id: str) -> Response[str]:
    """Put a draft before buyers, or have it wait where the business looks first."""
    at, fields = await sent(seen, slug, EDIT)
    page = await own_page(at, product_id)
    try:
        done = await product.publish_product(
            at.ctx, product_id=page.product.id, seen_version=whole(fields, "version")
        )
    except Problem as refused:
        return await _refused(at, product_id, "edit", fields, refused)
    return go(seen, at.at(f"goods/{product_id}"), told=_told(done, "on_sale"))


@post("/sell/{slug:str}/goods/{product_id:str}/archive")
async def archive(seen: Seen, slug: str, product_id: str) -> Response[str]:
    """Take a product away from buyers."""
    return await _moved(*await sent(seen, slug, EDIT), product_id, product.archive_product)


@post("/sell/{slug:str}/goods/{product_id:str}/redraft")
async def redraft(seen: Seen, slug: str, product_id: str) -> Response[str]:
    """Make what was put away a draft again."""
    return await _moved(*await sent(seen, slug, EDIT), product_id, product.redraft_product)


@post("/sell/{slug:str}/goods/{product_id:str}/withdraw-change")
async def withdraw_change(seen: Seen, slug: str, product_id: str) -> Response[str]:
    """Take back a change that waits."""
    at, fields = await sent(seen, slug, EDIT)
    page = await own_page(at, product_id)
    change = await product.change(at.ctx, CHANGE_ID.read(fields.raw("change")))
    if change.product_id != page.product.id:
        raise ChangeNotFound
    try:
        await product.withdraw_change(at.ctx, change_id=change.id)
    except Problem as refused:
        return await _refused(at, product_id, "edit", fields, refused)
    return go(seen, at.at(f"goods/{product_id}"), told="saved")


async def _rearranged(
    at: Desk,
    fields: Fields,
    product_id: str,
    arrange: Callable[[MediaId, tuple[MediaId, ...]], tuple[MediaId, ...]],
) -> Response[str]:
    page = await own_page(at, product_id)
    media = MEDIA_ID.read(fields.raw("photo"))
    rest = tuple(one for one in page.product.pictures if one != media)
    if len(rest) == len(page.product.pictures):  # it is gone already
        return go(at.seen, at.at(f"goods/{product_id}"))
    return await _edited(at, page, "photo", fields, ProductEdit(pictures=arrange(media, rest)))


async def _edited(
    at: Desk, page: ProductPage, form: str, fields: Fields, change: ProductEdit
) -> Response[str]:
    """Edit a product as it was seen; say so if the change waits for a decision."""
    version = whole(fields, "version", required=False)
    product_id = at.seen.request.path_params["product_id"]
    try:
        done = await product.edit_product(
            at.ctx, product_id=page.product.id, edit=change, seen_version=version
        )
    except Problem as refused:
        return await _refused(at, product_id, form, fields, refused)
    return go(at.seen, at.at(f"goods/{product_id}"), told=_told(done, "saved"))


async def _moved(
    at: Desk, fields: Fields, product_id: str, move: Callable[..., Awaitable[Product]]
) -> Response[str]:
    page = await own_page(at, product_id)
    try:
        await move(at.ctx, product_id=page.product.id, seen_version=whole(fields, "version"))
    except Problem as refused:
        return await _refused(at, product_id, "edit", fields, refused)
    return go(at.seen, at.at(f"goods/{product_id}"), told="saved")


def _told(done: Edited, otherwise: str) -> str:
    waits = done.change is not None and done.change.state is ChangeState.PENDING
    return "in_review" if waits else otherwise


async def _refused(at: Desk, product_id: str, form: str, fields: Fields, refused: Problem) -> Response[str]:
    """Show a product as it stands now, with why a form was refused. Raises what is wrong on our side."""
    if refused.status >= _FAULT:
        raise refused
    if isinstance(refused, Invalid):
        fields.blame_all(
            refused, called=_CALLED | {one: one.replace("attributes.", "attr-") for one in _named(refused)}
        )
    problem = "" if fields.errors else problem_words(refused, at.seen.gettext)
    return await _shown(
        at, await own_page(at, product_id), {form: fields.form(problem=problem)}, refused.status
    )


def _named(refused: Invalid) -> list[str]:
    return [error.field for error in refused.errors if error.field.startswith("attributes.")]


async def _again(at: Desk, page: ProductPage, form: str, fields: Fields) -> Response[str]:
    return await _shown(at, page, {form: fields.form()}, 422)


async def _shown(at: Desk, page: ProductPage, forms: Mapping[str, Form], status: int) -> Response[str]:
    """Show the page again; a form that was refused as a whole keeps the texts the product has."""
    if "edit" in forms and "title-zh" not in forms["edit"].values:
        problem = forms["edit"].problem or "; ".join(forms["edit"].errors.values())
        forms = {"step": Form(problem=problem, errors={})}
    return show(at.seen, await good_page(at, page, forms=forms), status=status)


def _attributes(fields: Fields, template: tuple[Field, ...]) -> FieldValues:
    """Read the fields of a category's template; what was left empty is not said."""
    said: FieldValues = {}
    for field in template:
        here = f"attr-{field.code}"
        value: FieldValue | None
        if field.kind is FieldKind.CHOICES:
            value = [
                choice.code for choice in field.choices if f"{here}-{choice.code}" in fields.values
            ] or None
        elif field.kind is FieldKind.BOOLEAN:
            value = {"yes": True, "no": False}.get(fields.raw(here))
        elif field.kind is FieldKind.INTEGER:
            value = whole(fields, here, least=-(10**9), required=False)
        else:
            value = fields.raw(here).strip() or None
        if value is not None:
            said[field.code] = value
    return said


ROUTES = (
    show_good, edit, set_prices, withdraw, add_values, add_photo, first_photo, remove_photo, publish, archive,
    redraft, withdraw_change,
)  # fmt: skip
