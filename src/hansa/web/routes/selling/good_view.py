"""One product as its shop keeps it: texts, pictures, variants with prices and stock, and changes that wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hansa.centers.inventory import api as inventory
from hansa.centers.product import api as product
from hansa.centers.product.errors import ProductNotFound
from hansa.centers.product.types import (
    CHANGE_ID,
    MEDIA_ID,
    OFFER_ID,
    PRODUCT_ID,
    SKU_ID,
    Change,
    ChangeKind,
    ChangeState,
    Field,
    FieldKind,
    FieldValue,
    MediaId,
    Offer,
    Product,
    ProductPage,
    ProductReview,
    ProductState,
    Sku,
    SkuId,
)
from hansa.kernel.texts import pick
from hansa.web.i18n import LANGUAGES, N_
from hansa.web.parts import Action, Choice, Form, Link
from hansa.web.routes.selling.desk import Desk
from hansa.web.routes.selling.fields import plain
from hansa.web.routes.selling.goods import category_choices
from hansa.web.routes.selling.naming import name, pages, photo
from hansa.web.selling import Asked, GoodPage, Photo, VariantRow, WaitingChange

_CHANGES_SHOWN = 5
PRICE = "product.offer.price"
WITHDRAW = "product.offer.withdraw"

_CHANGED = MappingProxyType(
    {
        "titles": N_("name"), "descriptions": N_("description"), "category_id": N_("kind of goods"),
        "attributes": N_("facts"), "custom": N_("facts"), "pictures": N_("pictures"), "options": N_("variants"),
        "add_skus": N_("variants"), "art": N_("drawing"),
    }
)  # fmt: skip


async def own_page(at: Desk, product_id: str) -> ProductPage:
    """Return a product that this shop keeps, as it is at this moment. Raises `ProductNotFound`."""
    wanted = PRODUCT_ID.read(product_id)
    page = (await pages(at, [wanted])).get(wanted)
    if page is None or page.product.shop_id != at.shop.id:
        raise ProductNotFound
    return page


def own_offers(at: Desk, page: ProductPage) -> dict[SkuId, Offer]:
    """Return what this shop asks for the variants of a product here."""
    return {
        offer.sku_id: offer
        for offer in page.offers
        if offer.shop_id == at.shop.id
        and offer.business == at.ctx.business
        and offer.traffic is at.ctx.traffic
    }


async def good_page(
    at: Desk, page: ProductPage, *, forms: Mapping[str, Form] = MappingProxyType({})
) -> GoodPage:
    """Show a product to somebody who may edit it."""
    one = page.product
    here = at.at(f"goods/{PRODUCT_ID.show(one.id)}")
    tree = await product.categories(at.ctx)
    changes = await product.changes_of_product(at.ctx, product_id=one.id, limit=_CHANGES_SHOWN)
    waits = any(change.state is ChangeState.PENDING for change in changes.items)
    edits = one.state is not ProductState.ARCHIVED and not waits
    template = await product.template(at.ctx, one.category_id) if one.category_id else ()
    return GoodPage(
        chrome=at.seen.chrome(section="sell", path=here),
        desk=at.part("goods"),
        forms=forms,
        name=pick(one.titles, at.ctx.locale),
        state="on_sale" if one.state is ProductState.PUBLISHED else one.state.value,
        version=one.version,
        front_url=at.seen.at(f"products/{PRODUCT_ID.show(one.id)}")
        if one.state is ProductState.PUBLISHED
        else "",
        actions=_actions(at, one, here, waits=waits),
        texts=forms.get("edit") or _texts(one),
        categories=category_choices(at, tree, one.category_id),
        asked=tuple(_asked(at, field, one.attributes, forms.get("edit")) for field in template),
        variants=await _variants(at, page, forms.get("prices")),
        photos=tuple(_photo(at, one, media, here, edits=edits) for media in one.pictures),
        currency=at.currency,
        edit_url=f"{here}/edit" if edits else "",
        prices_url=f"{here}/prices" if at.may(PRICE) and page.skus else "",
        photo_url=f"{here}/photos" if edits else "",
        values_url=f"{here}/values" if edits and one.options else "",
        options=tuple(
            Link(label=pick(option.names, at.ctx.locale), url=option.code) for option in one.options
        ),
        changes=tuple(change_row(at, change, here) for change in changes.items if _telling(change)),
        reviewed=at.ctx.term(ProductReview).edits and one.state is ProductState.PUBLISHED,
    )


def _actions(at: Desk, one: Product, here: str, *, waits: bool) -> tuple[Action, ...]:
    _ = at.seen.gettext
    seen = (("version", str(one.version)),)
    why = _("A change waits for a decision first.") if waits else ""
    if one.state is ProductState.DRAFT:
        label = _("Hand in for review") if at.ctx.term(ProductReview).new_products else _("Put on sale")
        return (Action(label=label, url=f"{here}/publish", primary=True, fields=seen, closed_because=why),)
    if one.state is ProductState.PUBLISHED:
        return (
            Action(
                label=_("Put away"), url=f"{here}/archive", icon="archive", fields=seen, closed_because=why
            ),
        )
    return (Action(label=_("Bring back as a draft"), url=f"{here}/redraft", fields=seen),)


def _texts(one: Product) -> Form:
    kinds = {"title": one.titles, "description": one.descriptions}
    return Form(
        values={f"{kind}-{code}": said.get(code, "") for kind, said in kinds.items() for code in LANGUAGES}
    )


def _asked(at: Desk, field: Field, values: Mapping[str, FieldValue], typed: Form | None) -> Asked:
    """Show a field of the category's template, with what the product says there."""
    _ = at.seen.gettext
    held = values.get(field.code, "")
    here = f"attr-{field.code}"
    choices: tuple[tuple[str, str], ...]
    if field.kind is FieldKind.BOOLEAN:
        choices = (("", _("not said")), ("yes", _("yes")), ("no", _("no")))
        said = {"": "", "True": "yes", "False": "no"}.get(str(held), "")
    else:
        choices = tuple((choice.code, pick(choice.names, at.ctx.locale)) for choice in field.choices)
        if field.kind is FieldKind.CHOICE:
            choices = (("", _("not said")), *choices)
        said = held if isinstance(held, str) else str(held)
    several = held if isinstance(held, list) else [said]
    if typed is not None:
        said = typed.values.get(here, "")
        several = [code for code, _name in choices if f"{here}-{code}" in typed.values] or [said]
    return Asked(
        name=here,
        label=pick(field.names, at.ctx.locale),
        value="" if isinstance(held, list) else said,
        unit=field.unit,
        required=field.required,
        many=field.kind is FieldKind.CHOICES,
        choices=tuple(Choice(value=code, label=label, checked=code in several) for code, label in choices),
    )


async def _variants(at: Desk, page: ProductPage, typed: Form | None) -> tuple[VariantRow, ...]:
    stock = await inventory.availability(at.ctx, [sku.id for sku in page.skus])
    offers = own_offers(at, page)
    return tuple(
        _variant(at, page, sku, offer, sum(stock.get(sku.id, {}).values()), typed)
        for sku in page.skus
        if (offer := offers.get(sku.id)) is not None
    )


def _variant(
    at: Desk, page: ProductPage, sku: Sku, offer: Offer, left: int, typed: Form | None
) -> VariantRow:
    shown = name(at, page, sku)
    id_ = OFFER_ID.show(offer.id)
    values = typed.values if typed else {}
    gone = Action(
        label=at.seen.gettext("Take off sale"),
        url=at.at(f"goods/{PRODUCT_ID.show(page.product.id)}/withdraw"),
        fields=(("offer", id_),),
    )
    return VariantRow(
        offer=id_,
        name=shown.option or shown.name,
        code=sku.code,
        picture=shown.picture,
        price=values.get(f"price-{id_}", plain(offer.base)),
        list_price=values.get(f"list-{id_}", plain(offer.list_price) if offer.list_price else ""),
        version=offer.version,
        active=offer.active,
        left=left,
        stock_url=at.at(f"stock/of/{SKU_ID.show(sku.id)}") if at.may("inventory.stock.see") else "",
        withdraw=gone if offer.active and at.may(WITHDRAW) else None,
    )


def _photo(at: Desk, one: Product, media: MediaId, here: str, *, edits: bool) -> Photo:
    _ = at.seen.gettext
    named = (("photo", MEDIA_ID.show(media)), ("version", str(one.version)))
    first = Action(label=_("Show first"), url=f"{here}/photos/first", fields=named)
    gone = Action(label=_("Remove"), url=f"{here}/photos/remove", fields=named)
    doing = (gone,) if media == one.pictures[0] else (first, gone)
    return Photo(url=photo(at, media, form="medium"), alt="", actions=doing if edits else ())


def _telling(change: Change) -> bool:
    """Tell whether a change says something: what was confirmed on the spot does not."""
    return change.state is not ChangeState.CONFIRMED or bool(change.reason)


def change_row(at: Desk, change: Change, here: str) -> WaitingChange:
    """Say what a change is about and how it stands; `here` is the address of its product."""
    _ = at.seen.gettext
    fields: Sequence[str] = [field for field in _CHANGED if getattr(change.edit, field) is not None]
    words = _("Put on sale") if change.kind is ChangeKind.PUBLISH else ""
    what = words or ", ".join(dict.fromkeys(_(_CHANGED[field]) for field in fields))
    gone = Action(
        label=_("Take the change back"),
        url=f"{here}/withdraw-change",
        fields=(("change", CHANGE_ID.show(change.id)),),
    )
    waits = change.state is ChangeState.PENDING
    return WaitingChange(
        state="in_review" if waits else change.state.value,
        at=change.decided_at or change.proposed_at,
        what=what,
        reason=change.reason,
        withdraw=gone if waits else None,
    )
