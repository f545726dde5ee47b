"""Drafts, staged changes, review and history."""

import asyncio
from collections import Counter
from uuid import uuid4

import asyncpg
import pytest

from centers.product.kiln import GLAZE, check, eur, make
from hansa.centers.product import api as product
from hansa.centers.product.errors import (
    ChangeDecided,
    ChangeNotFound,
    ChangeOutdated,
    ChangePending,
    OfferChangedSince,
    ProductChangedSince,
    ProductCodeTaken,
    ProductNotFound,
    ProductStateWrong,
    SkuUnknown,
)
from hansa.centers.product.types import (
    ChangeState,
    Field,
    FieldKind,
    NewSku,
    ProductEdit,
    ProductReview,
    ProductState,
)
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

KETTLE = ProductEdit(titles={"en": "Kettle"})
KILN = Field(code="kiln", names={"en": "Kiln"}, kind=FieldKind.TEXT, required=True)


@pytest.fixture
async def reviewed(markets):
    """A market whose operator looks at everything first."""
    return await markets(terms=[ProductReview(new_products=True, edits=True)])


async def title(market, product_id):
    return (await product.product(market.ctx, product_id)).product.titles["en"]


async def test_a_draft_is_seen_by_its_shop_alone_until_it_is_published(market):
    seller = await market.seller()
    page = await make(seller, draft=True)
    [offer] = page.offers
    other_shop, other = await market.seller("other")

    buyer = market.person()
    with pytest.raises(ProductNotFound):
        await product.product(buyer, page.product.id)
    assert (await product.product(seller[1], page.product.id)).product.state is ProductState.DRAFT
    assert (await product.list_products(market.ctx)).items == []
    assert not offer.active
    assert isinstance(await check(market, (offer.id, offer.version)), OfferChangedSince)
    with pytest.raises(SkuUnknown):
        await product.make_offer(other, shop_id=other_shop.id, sku_id=offer.sku_id, price=eur(1))

    published = await product.publish_product(seller[1], product_id=page.product.id)

    assert published.product.state is ProductState.PUBLISHED
    shown = await product.product(buyer, page.product.id)
    assert await check(market, (offer.id, shown.offers[0].version)) is None
    assert len((await product.list_products(market.ctx)).items) == 1
    assert len(await market.told("product.published")) == 1
    with pytest.raises(ProductStateWrong):
        await product.publish_product(seller[1], product_id=page.product.id)
    assert await market.verify() == []


async def test_a_draft_may_lack_what_a_published_product_must_say(market):
    category = await product.add_category(market.ctx, slug="pots", names={"en": "Pots"}, attributes=[KILN])
    seller = await market.seller()
    page = await make(seller, category=category, draft=True)

    with pytest.raises(Invalid):
        await product.publish_product(seller[1], product_id=page.product.id)
    edited = await product.edit_product(
        seller[1], product_id=page.product.id, edit=ProductEdit(attributes={"kiln": "Ru"})
    )
    assert edited.change is None
    await product.publish_product(seller[1], product_id=page.product.id)


async def test_an_edit_without_review_is_confirmed_at_once_and_remembered(market):
    seller = await market.seller()
    page = await make(seller)

    edited = await product.edit_product(seller[1], product_id=page.product.id, edit=KETTLE)

    assert edited.change.state is ChangeState.CONFIRMED
    assert edited.change.before.titles == {"en": "Teapot"}
    [kept] = (await product.changes_of_product(seller[1], product_id=page.product.id)).items
    assert kept == edited.change
    said = (await product.product_history(seller[1], product_id=page.product.id)).items
    assert [entry.action for entry in said] == ["edit_confirmed", "edit_proposed", "created"]
    assert {entry.actor for entry in said} == {seller[1].actor.label}


async def test_an_edit_waits_where_edits_are_reviewed(reviewed):
    seller = await reviewed.seller()
    page = await make(seller)
    [waiting] = (await product.waiting_changes(reviewed.ctx)).items
    assert page.product.state is ProductState.DRAFT
    await product.decide_change(reviewed.ctx, change_id=waiting.id, state=ChangeState.CONFIRMED)

    edited = await product.edit_product(
        seller[1], product_id=page.product.id, edit=KETTLE, note="It boils water"
    )

    assert edited.change.state is ChangeState.PENDING
    assert await title(reviewed, page.product.id) == "Teapot"
    with pytest.raises(ChangePending):
        await product.edit_product(seller[1], product_id=page.product.id, edit=KETTLE)
    [waiting] = (await product.waiting_changes(reviewed.ctx)).items
    assert (waiting.note, waiting.edit, waiting.before.titles) == (
        "It boils water",
        KETTLE,
        {"en": "Teapot"},
    )
    decided = await product.decide_change(reviewed.ctx, change_id=waiting.id, state=ChangeState.CONFIRMED)
    assert decided.change.decided_by == "system"
    assert await title(reviewed, page.product.id) == "Kettle"
    assert (await product.list_products(reviewed.ctx, query="kettle")).count == 1
    assert await reviewed.verify() == []


async def test_a_shop_sees_what_waits_of_its_own(reviewed):
    seller, rival = await reviewed.seller(), await reviewed.seller(slug="rival")
    pages = [await make(seller) for _ in range(3)]
    await make(rival)
    shop_id = pages[0].product.shop_id

    first = await product.shop_waiting_changes(seller[1], shop_id=shop_id, limit=2)
    rest = await product.shop_waiting_changes(seller[1], shop_id=shop_id, cursor=first.cursor, limit=2)

    waiting = [one.product_id for one in first.items + rest.items]
    assert waiting == [page.product.id for page in pages]
    assert (await product.shop_waiting_changes(reviewed.ctx, shop_id=shop_id)).items[0].id == first.items[
        0
    ].id
    with pytest.raises(Forbidden):
        await product.shop_waiting_changes(rival[1], shop_id=shop_id)
    await product.withdraw_change(seller[1], change_id=first.items[0].id)
    assert len((await product.shop_waiting_changes(seller[1], shop_id=shop_id)).items) == 2


@pytest.mark.parametrize("state", [ChangeState.DECLINED, ChangeState.WITHDRAWN])
async def test_what_is_declined_or_withdrawn_changes_nothing(reviewed, state):
    seller = await reviewed.seller()
    page = await make(seller)
    [waiting] = (await product.waiting_changes(reviewed.ctx)).items

    if state is ChangeState.DECLINED:
        with pytest.raises(Invalid):
            await product.decide_change(reviewed.ctx, change_id=waiting.id, state=state)
        await product.decide_change(reviewed.ctx, change_id=waiting.id, state=state, reason="Not a teapot")
    else:
        await product.withdraw_change(seller[1], change_id=waiting.id)

    ended = await product.change(seller[1], waiting.id)
    assert ended.state is state
    assert (await product.product(seller[1], page.product.id)).product.state is ProductState.DRAFT
    with pytest.raises(ChangeDecided):
        await product.decide_change(reviewed.ctx, change_id=waiting.id, state=ChangeState.CONFIRMED)
    with pytest.raises(ChangeDecided):
        await product.withdraw_change(seller[1], change_id=waiting.id)
    await product.edit_product(seller[1], product_id=page.product.id, edit=KETTLE)  # a draft: at once
    again = await product.publish_product(seller[1], product_id=page.product.id)
    assert again.change.state is ChangeState.PENDING


async def test_what_moved_on_since_it_was_proposed_is_not_overwritten(reviewed):
    seller = await reviewed.seller()
    page = await make(seller)
    [waiting] = (await product.waiting_changes(reviewed.ctx)).items
    await product.decide_change(reviewed.ctx, change_id=waiting.id, state=ChangeState.CONFIRMED)
    edited = await product.edit_product(seller[1], product_id=page.product.id, edit=KETTLE)

    await reviewed.rows("UPDATE product.product SET titles = $1, previous_state = state", '{"en": "Bowl"}')

    with pytest.raises(ChangeOutdated) as refused:
        await product.decide_change(reviewed.ctx, change_id=edited.change.id, state=ChangeState.CONFIRMED)
    assert refused.value.extras["fields"] == ["titles"]


async def test_an_archived_product_is_gone_for_buyers_and_can_begin_again(market):
    seller = await market.seller()
    page = await make(seller)
    second = await market.seller("second")
    rival = await product.make_offer(second[1], shop_id=second[0].id, sku_id=page.skus[0].id, price=eur(2))

    await product.archive_product(market.ctx, product_id=page.product.id)

    with pytest.raises(ProductNotFound):
        await product.product(market.person(), page.product.id)
    found = await product.offers(market.ctx, [page.offers[0].id, rival.id])
    assert [one.active for one in found.values()] == [False, False]
    assert (await product.list_products(market.ctx)).items == []
    with pytest.raises(ProductStateWrong):
        await product.edit_product(seller[1], product_id=page.product.id, edit=KETTLE)
    draft = await product.redraft_product(seller[1], product_id=page.product.id)
    assert draft.state is ProductState.DRAFT
    await product.publish_product(market.ctx, product_id=page.product.id)
    assert (await product.list_products(market.ctx)).items[0].offers == 2
    assert await market.verify() == []


async def sold_by_two(market):
    """A shop's product that a rival sells too: the shop, the rival, and the page with both offers."""
    seller, rival = await market.seller(), await market.seller("rival")
    page = await make(seller)
    await product.make_offer(rival[1], shop_id=rival[0].id, sku_id=page.skus[0].id, price=eur(2))
    return seller, rival, await product.product(market.ctx, page.product.id)


async def test_what_others_sell_too_is_not_renamed_under_them(market):
    seller, rival, page = await sold_by_two(market)

    edited = await product.edit_product(seller[1], product_id=page.product.id, edit=KETTLE)
    assert edited.change.state is ChangeState.PENDING
    assert await title(market, page.product.id) == "Teapot"
    await product.decide_change(market.ctx, change_id=edited.change.id, state=ChangeState.CONFIRMED)
    assert await title(market, page.product.id) == "Kettle"

    (theirs,) = [one for one in page.offers if one.shop_id == rival[0].id]
    await product.withdraw_offer(rival[1], offer_id=theirs.id)
    alone = await product.edit_product(
        seller[1], product_id=page.product.id, edit=ProductEdit(titles={"en": "Pot"})
    )
    assert alone.change.state is ChangeState.CONFIRMED
    assert await title(market, page.product.id) == "Pot"


async def test_what_others_sell_too_is_not_archived_under_them(market):
    seller, rival, page = await sold_by_two(market)

    left = await product.archive_product(seller[1], product_id=page.product.id)

    assert left.state is ProductState.PUBLISHED
    found = await product.offers(market.ctx, [one.id for one in page.offers])
    assert {one.shop_id: one.active for one in found.values()} == {seller[0].id: False, rival[0].id: True}
    assert [one.offers for one in (await product.list_products(market.ctx)).items] == [1]
    again = await product.archive_product(seller[1], product_id=page.product.id)
    assert again.state is ProductState.PUBLISHED
    assert await market.verify() == []


async def test_of_two_editors_one_is_told_that_the_other_was_there(market):
    seller = await market.seller()
    page = await make(seller)
    edits = [ProductEdit(titles={"en": f"Pot {n}"}) for n in range(4)]

    outcomes = await asyncio.gather(
        *(
            product.edit_product(seller[1], product_id=page.product.id, edit=edit, seen_version=1)
            for edit in edits
        ),
        return_exceptions=True,
    )

    assert Counter(type(one).__name__ for one in outcomes) == {"Edited": 1, "ProductChangedSince": 3}
    won = next(edit for edit, one in zip(edits, outcomes, strict=True) if not isinstance(one, Exception))
    assert (await product.product(market.ctx, page.product.id)).product.titles == won.titles


async def test_of_two_reviewers_one_decides(reviewed):
    await make(await reviewed.seller())
    [waiting] = (await product.waiting_changes(reviewed.ctx)).items

    outcomes = await asyncio.gather(
        product.decide_change(reviewed.ctx, change_id=waiting.id, state=ChangeState.CONFIRMED),
        product.decide_change(reviewed.ctx, change_id=waiting.id, state=ChangeState.DECLINED, reason="No"),
        return_exceptions=True,
    )

    assert Counter(type(one).__name__ for one in outcomes) == {"Edited": 1, "ChangeDecided": 1}


async def test_two_edits_at_once_stage_one(reviewed):
    seller = await reviewed.seller()
    page = await make(seller)
    [waiting] = (await product.waiting_changes(reviewed.ctx)).items
    await product.decide_change(reviewed.ctx, change_id=waiting.id, state=ChangeState.CONFIRMED)

    outcomes = await asyncio.gather(
        *(product.edit_product(seller[1], product_id=page.product.id, edit=KETTLE) for _ in range(3)),
        return_exceptions=True,
    )

    assert Counter(type(one).__name__ for one in outcomes) == {"Edited": 1, "ChangePending": 2}


async def test_seller_a_cannot_see_or_touch_what_seller_b_stages(reviewed):
    seller = await reviewed.seller()
    page = await make(seller)
    [waiting] = (await product.waiting_changes(reviewed.ctx)).items
    _, other = await reviewed.seller("other")
    here = page.product.id

    for doing in (
        lambda ctx: product.edit_product(ctx, product_id=here, edit=KETTLE),
        lambda ctx: product.publish_product(ctx, product_id=here),
        lambda ctx: product.archive_product(ctx, product_id=here),
        lambda ctx: product.redraft_product(ctx, product_id=here),
        lambda ctx: product.withdraw_change(ctx, change_id=waiting.id),
        lambda ctx: product.change(ctx, waiting.id),
        lambda ctx: product.changes_of_product(ctx, product_id=here),
        lambda ctx: product.product_history(ctx, product_id=here),
        product.waiting_changes,
        lambda ctx: product.decide_change(ctx, change_id=waiting.id, state=ChangeState.CONFIRMED),
    ):
        with pytest.raises(Forbidden):
            await doing(other)
        with pytest.raises(Unauthenticated):
            await doing(reviewed.platform.context("bazaar"))
        with pytest.raises((ProductNotFound, ChangeNotFound, Forbidden)):
            await doing(reviewed.platform.context("fair", actor=other.actor))
    with pytest.raises(Forbidden):  # nor may a seller decide of what is theirs
        await product.decide_change(seller[1], change_id=waiting.id, state=ChangeState.CONFIRMED)
    with pytest.raises(ChangeNotFound):
        await product.change(seller[1], uuid4())
    assert (await product.change(seller[1], waiting.id)) == waiting


async def test_the_database_itself_keeps_history_and_states(market):
    seller = await market.seller()
    page = await make(seller)
    await product.edit_product(seller[1], product_id=page.product.id, edit=KETTLE)
    for statement in ("UPDATE product.history SET actor = 'x'", "DELETE FROM product.history"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await market.rows(statement)
    for statement in (
        "UPDATE product.product SET previous_state = 'archived', state = 'published'",
        "UPDATE product.change SET previous_state = 'confirmed', state = 'declined'",
        "UPDATE product.change SET decided_at = NULL",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await market.rows(statement)


async def test_a_shop_has_one_product_under_a_number(market):
    seller, other = await market.seller(), await market.seller("other")
    await make(seller, code="TP-1")
    with pytest.raises(ProductCodeTaken):
        await make(seller, code="TP-1")
    await make(other, code="TP-1")
    await make(seller, code="")
    await make(seller, code="")


async def test_another_shop_finds_the_master_by_its_gtin(market):
    seller = await market.seller()
    page = await make(seller, skus=[NewSku(price=eur(5), gtin="4006381333931")])
    await make(seller, draft=True, skus=[NewSku(price=eur(5), gtin="4006381333931")])
    other_shop, other = await market.seller("other")

    [found] = (await product.skus_by_gtin(other, gtin="4006381333931")).items
    await product.make_offer(other, shop_id=other_shop.id, sku_id=found.id, price=eur(4))

    assert found.product_id == page.product.id
    assert (await product.list_products(market.ctx)).items[0].price == eur(4)
    with pytest.raises(Invalid):
        await product.skus_by_gtin(other, gtin="123")


async def test_a_changed_product_is_told_under_the_version_that_was_seen(market):
    seller = await market.seller()
    page = await make(seller, options=[GLAZE], skus=[NewSku(values={"glaze": "ink"}, price=eur(1))])
    with pytest.raises(ProductChangedSince) as refused:
        await product.archive_product(seller[1], product_id=page.product.id, seen_version=7)
    assert refused.value.extras["version"] == 1
