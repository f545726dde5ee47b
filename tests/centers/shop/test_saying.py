"""A shop's addresses and how it presents itself."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest
from msgspec.structs import replace

from hansa.centers.shop import api as shop
from hansa.centers.shop.errors import ProfileChangedSince, ShopNotFound, SlugsFull, SlugTaken
from hansa.kernel.problem import Forbidden, Invalid


async def found(market, slug):
    return await shop.shop_by_slug(market.ctx, slug=slug)


async def test_a_shop_that_moves_is_found_at_every_address_it_had(market):
    opened, seller = await market.seller("celadon")

    await shop.change_slug(seller, shop_id=opened.id, slug="celadon-house")
    moved = await shop.change_slug(seller, shop_id=opened.id, slug="green-glaze")

    for slug in ("celadon", "celadon-house", "green-glaze"):
        assert await found(market, slug) == moved
    assert moved.slug == "green-glaze"
    assert (await shop.shops(market.ctx, [opened.id]))[opened.id] == moved
    assert (await shop.change_slug(seller, shop_id=opened.id, slug="celadon")).slug == "celadon"
    assert len(await market.told("shop.slug_changed")) == 3


async def test_an_address_that_was_left_is_taken_by_nobody_else(market):
    opened, seller = await market.seller("celadon")
    _, rival = await market.seller("other")
    await shop.change_slug(seller, shop_id=opened.id, slug="celadon-house")

    with pytest.raises(SlugTaken):
        await market.seller("celadon")
    theirs = (await shop.list_shops(market.ctx)).items[0]
    with pytest.raises(SlugTaken):
        await shop.change_slug(rival, shop_id=theirs.id, slug="celadon")
    assert theirs.slug == "other"
    assert (await found(market, "celadon")).id == opened.id


async def test_of_many_who_want_an_address_one_gets_it(market):
    sellers = [await market.seller(f"s{n}") for n in range(5)]

    outcomes = await asyncio.gather(
        *(shop.change_slug(seller, shop_id=opened.id, slug="best") for opened, seller in sellers),
        market.seller("best"),
        return_exceptions=True,
    )

    assert [isinstance(one, SlugTaken) for one in outcomes].count(False) == 1


async def test_a_shop_moves_only_so_often(market):
    opened, seller = await market.seller("s0")
    for n in range(1, 10):
        await shop.change_slug(seller, shop_id=opened.id, slug=f"s{n}")

    with pytest.raises(SlugsFull):
        await shop.change_slug(seller, shop_id=opened.id, slug="s10")
    with pytest.raises(ShopNotFound):
        await found(market, "s10")
    assert (await shop.change_slug(seller, shop_id=opened.id, slug="s3")).slug == "s3"


async def test_only_who_may_moves_a_shop_and_to_a_right_address(market):
    opened, seller = await market.seller()
    _, rival = await market.seller("other")

    with pytest.raises(Forbidden):
        await shop.change_slug(rival, shop_id=opened.id, slug="mine")
    with pytest.raises(Invalid):
        await shop.change_slug(seller, shop_id=opened.id, slug="Not A Slug\0")
    assert await shop.change_slug(seller, shop_id=opened.id, slug="celadon") == opened


async def test_the_database_gives_no_shop_the_address_of_another(market):
    await market.seller("celadon")
    other, _ = await market.seller("other")

    for slug in ("celadon", "nobodys"):
        with pytest.raises((asyncpg.ForeignKeyViolationError, asyncpg.UniqueViolationError)):
            await market.rows("UPDATE shop.shop SET slug = $1 WHERE id = $2", slug, other.id)


async def test_a_profile_is_read_back_as_it_was_said(market):
    opened, seller = await market.seller()
    silent = await shop.profile(market.ctx, shop_id=opened.id)
    assert (silent.version, silent.story) == (0, {})

    said = await shop.change_profile(
        seller,
        profile=replace(silent, tagline={"en": "Glazes of the south", "zh": "南方的釉"}, logo=uuid4()),
    )

    assert said.version == 1
    assert await shop.profile(market.ctx, shop_id=opened.id) == said
    with pytest.raises(ShopNotFound):
        await shop.profile(market.platform.context("fair"), shop_id=opened.id)


async def test_of_two_who_change_a_profile_one_is_told_to_look_again(market):
    opened, seller = await market.seller()
    silent = await shop.profile(market.ctx, shop_id=opened.id)

    outcomes = await asyncio.gather(
        *(shop.change_profile(seller, profile=replace(silent, story={"en": f"{n}"})) for n in range(5)),
        return_exceptions=True,
    )

    assert [isinstance(one, ProfileChangedSince) for one in outcomes].count(False) == 1


async def test_wrong_texts_of_a_profile_are_named(market):
    opened, seller = await market.seller()
    silent = await shop.profile(market.ctx, shop_id=opened.id)

    with pytest.raises(Invalid) as refusal:
        await shop.change_profile(
            seller,
            profile=replace(silent, tagline={"en": "x" * 161}, story={"EN!": "x"}, returns={"zh": "a\0"}),
        )

    assert [error.field for error in refusal.value.errors] == ["tagline.en", "story", "returns.zh"]
