"""Apps: registered, shown, let in, and held to what they were let do."""

import asyncio
from datetime import timedelta

import pytest

from hansa.centers.interconnect import api
from hansa.centers.interconnect.errors import (
    AppNotFound,
    ConsentOutdated,
    EndpointNotFound,
    NotInstalled,
    ScopeNotHeld,
)
from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import Adjustment, MovementReason
from hansa.centers.shop import api as shop
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade import api as trade
from hansa.centers.user import api as user
from hansa.centers.user.errors import TokenNotFound
from hansa.kernel.context import ActorKind, Traffic
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

ASKED = ("trade.order.read", "inventory.stock.see", "inventory.stock.adjust")


@pytest.fixture
async def developer(outside):
    return await outside.house.person()


@pytest.fixture
async def app(developer):
    return await api.register_app(
        developer,
        name="Warehouse",
        scopes=ASKED,
        about={"en": "Follows orders"},
        homepage="https://erp.example.com",
    )


async def let_in(seller, app, *scopes):
    seen = (await api.consent(seller.ctx, shop_id=seller.shop_id, app_id=app.id)).seen
    return await api.install(
        seller.ctx, shop_id=seller.shop_id, app_id=app.id, scopes=scopes or ASKED, seen=seen
    )


async def token(developer, app, seller, **about):
    return await api.issue_token(
        developer,
        app_id=app.id,
        shop_id=seller.shop_id,
        label="till",
        expires_at=developer.now() + timedelta(days=30),
        **about,
    )


async def acting(outside, secret):
    """Whoever a token is, as the edge lets them in; None when nobody."""
    identity = await user.identify(outside.platform, secret)
    if identity is None:
        return None
    return outside.platform.context(identity.business, traffic=identity.traffic, actor=identity.actor)


async def test_a_shop_lets_an_app_in_and_sees_before_what_it_may(outside, developer, app):
    seller = await outside.seller()
    asked = await api.consent(seller.ctx, shop_id=seller.shop_id, app_id=app.id)

    assert (asked.app.name, asked.app.about) == ("Warehouse", {"en": "Follows orders"})
    assert {one.scope for one in asked.scopes} == set(ASKED)
    assert all(one.means["en"] and one.means["zh"] and one.yours and not one.given for one in asked.scopes)

    await let_in(seller, app, "trade.order.read")
    program = await acting(outside, (await token(developer, app, seller)).secret)

    assert (program.actor.kind, program.actor.party) == (ActorKind.APP, app.id)
    assert program.actor.grants == {f"trade.order.read@shop:{seller.shop_id}"}
    assert (await trade.shop_orders(program, shop_id=seller.shop_id)).items == []
    good = await outside.goods(seller)
    change = Adjustment(
        sku_id=good.sku_id, place_id=good.place_id, difference=5, reason=MovementReason.COUNTED
    )
    with pytest.raises(Forbidden):
        await inventory.adjust(program, adjustments=[change])

    await let_in(seller, app, "trade.order.read", "inventory.stock.adjust")
    program = await acting(outside, (await token(developer, app, seller)).secret)
    assert (await inventory.adjust(program, adjustments=[change]))[0].on_hand == 5
    given = await api.consent(seller.ctx, shop_id=seller.shop_id, app_id=app.id)
    assert {one.scope for one in given.scopes if one.given} == {
        "trade.order.read",
        "inventory.stock.adjust",
    }
    ((installed, known),) = (await api.installed_in(seller.ctx, shop_id=seller.shop_id)).items
    assert (installed.app_id, known.name) == (app.id, "Warehouse")


async def test_an_app_that_was_removed_does_nothing_more(outside, developer, app):
    seller = await outside.seller()
    await let_in(seller, app)
    issued = await token(developer, app, seller)

    await api.uninstall(seller.ctx, shop_id=seller.shop_id, app_id=app.id)

    assert await acting(outside, issued.secret) is None
    with pytest.raises(NotInstalled):
        await token(developer, app, seller)
    with pytest.raises(NotInstalled):
        await api.uninstall(seller.ctx, shop_id=seller.shop_id, app_id=app.id)
    assert (await api.installed_in(seller.ctx, shop_id=seller.shop_id)).items == []
    await let_in(seller, app)
    assert await acting(outside, issued.secret) is None


async def test_a_token_is_rotated_without_a_gap(outside, developer, app):
    seller = await outside.seller()
    await let_in(seller, app)
    first = await token(developer, app, seller, scopes=["trade.order.read"])
    about = {"app_id": app.id, "shop_id": seller.shop_id}

    second = await api.rotate_token(
        developer,
        **about,
        token_id=first.token.id,
        expires_at=developer.now() + timedelta(days=30),
        overlap=timedelta(hours=1),
    )

    assert second.token.grants == first.token.grants
    assert [one.id for one in await api.tokens(developer, **about)] == [second.token.id, first.token.id]
    assert await acting(outside, first.secret) is not None
    await outside.wait(hours=1, minutes=1)
    assert await acting(outside, first.secret) is None
    assert await acting(outside, second.secret) is not None
    with pytest.raises(TokenNotFound):
        await api.revoke_token(developer, **about, token_id=first.token.id)
    await api.revoke_token(developer, **about, token_id=second.token.id)
    assert await acting(outside, second.secret) is None
    assert await api.tokens(developer, **about) == []


async def test_nobody_lets_an_app_do_what_they_may_not_do(outside, developer, app):
    seller = await outside.seller()
    clerk = outside.staff(seller, "interconnect.app.install", "trade.order.read")
    seen = (await api.consent(clerk, shop_id=seller.shop_id, app_id=app.id)).seen
    about = {"shop_id": seller.shop_id, "app_id": app.id, "seen": seen}

    with pytest.raises(ScopeNotHeld) as refused:
        await api.install(clerk, **about, scopes=ASKED)
    assert set(refused.value.extras["scopes"]) == {"inventory.stock.see", "inventory.stock.adjust"}
    with pytest.raises(Invalid):
        await api.install(clerk, **about, scopes=["product.offer.price"])  # not asked for
    with pytest.raises(Invalid):
        await api.install(clerk, **about, scopes=[])
    assert (await api.install(clerk, **about, scopes=["trade.order.read"])).scopes == ("trade.order.read",)
    other = outside.staff(seller, "trade.order.read")
    for refused_to in (other, developer):
        with pytest.raises(Forbidden):
            await api.install(refused_to, **about, scopes=["trade.order.read"])


async def test_an_app_cannot_ask_for_more_behind_anybodys_back(outside, developer, app):
    seller = await outside.seller()
    seen = (await api.consent(seller.ctx, shop_id=seller.shop_id, app_id=app.id)).seen
    await let_in(seller, app)
    issued = await token(developer, app, seller)

    await api.change_app(developer, app_id=app.id, scopes=[*ASKED, "product.offer.price"])
    with pytest.raises(ConsentOutdated):
        await api.install(
            seller.ctx, shop_id=seller.shop_id, app_id=app.id, scopes=["trade.order.read"], seen=seen
        )
    program = await acting(outside, issued.secret)
    assert len(program.actor.grants) == 3

    await api.change_app(developer, app_id=app.id, scopes=["trade.order.read"])
    program = await acting(outside, issued.secret)
    assert program.actor.grants == {f"trade.order.read@shop:{seller.shop_id}"}
    await api.change_app(developer, app_id=app.id, scopes=["product.offer.price"])
    assert (await acting(outside, issued.secret)).actor.grants == frozenset()
    assert (await api.installed_in(seller.ctx, shop_id=seller.shop_id)).items == []


async def test_wrong_apps_are_refused_by_field(developer):
    with pytest.raises(Invalid) as refused:
        await api.register_app(
            developer,
            name="ERP",
            scopes=["trade.order.read", "shop.staff.change"],
            about={"en": "x" * 1001},
            homepage="javascript:alert(1)",
        )
    assert {error.field for error in refused.value.errors} == {"scopes.1", "about.en", "homepage"}
    for name in ("", "a\0b", "x" * 100):
        with pytest.raises(Invalid):
            await api.register_app(developer, name=name, scopes=ASKED)
    for page in (
        "http://example.com",
        "https://",
        "https://a b",
        "https://u:p@example.com",
        "https://e\u202e",
    ):
        with pytest.raises(Invalid):
            await api.register_app(developer, name="ERP", scopes=ASKED, homepage=page)


async def test_an_apps_things_are_its_owners_alone(outside, developer, app):
    seller, stranger = await outside.seller(), await outside.house.person()
    await let_in(seller, app)
    issued = await token(developer, app, seller)
    about = {"app_id": app.id, "shop_id": seller.shop_id}
    later = stranger.now() + timedelta(days=1)

    for attempt in (
        api.change_app(stranger, app_id=app.id, homepage=""),
        api.retire_app(stranger, app_id=app.id),
        api.open_sandbox(stranger, app_id=app.id),
        api.installations(stranger, app_id=app.id),
        api.tokens(stranger, **about),
        api.issue_token(stranger, **about, label="x", expires_at=later),
        api.revoke_token(stranger, **about, token_id=issued.token.id),
        api.list_endpoints(stranger, app_id=app.id),
        api.issue_token(seller.ctx, **about, label="x", expires_at=later),
    ):
        with pytest.raises(AppNotFound):
            await attempt
    nobody = outside.platform.context("bazaar")
    for attempt in (
        api.retire_app(nobody, app_id=app.id),
        api.register_app(nobody, name="x", scopes=ASKED),
        api.my_apps(nobody),
        api.list_endpoints(nobody, app_id=app.id),
    ):
        with pytest.raises(Unauthenticated):
            await attempt
    assert [one.id for one in (await api.my_apps(developer)).items] == [app.id]
    assert (await api.my_apps(stranger)).items == []
    program = await acting(outside, issued.secret)
    assert [one.shop_id for one in (await api.installations(program, app_id=app.id)).items] == [
        seller.shop_id
    ]
    with pytest.raises(AppNotFound):
        await api.issue_token(program, **about, label="x", expires_at=later)


async def test_a_leaked_token_makes_no_others(outside, developer, app):
    seller = await outside.seller()
    await let_in(seller, app)
    made = await user.issue_token(
        developer, label="leaked", grants=[], expires_at=developer.now() + timedelta(days=1)
    )
    program = await acting(outside, made.secret)
    later = program.now() + timedelta(days=1)
    for attempt in (
        api.issue_token(program, app_id=app.id, shop_id=seller.shop_id, label="x", expires_at=later),
        api.open_sandbox(program, app_id=app.id),
    ):
        with pytest.raises(Forbidden):
            await attempt


async def test_an_app_is_told_what_each_shop_lets_it_see(outside, receivers, developer, app):
    receiver = await receivers()
    here, there, elsewhere = [await outside.seller() for _ in range(3)]
    made = await api.add_endpoint(
        developer,
        app_id=app.id,
        url=receiver.url,
        types=["stock.changed", "order.moved", "app.installed", "app.uninstalled"],
    )
    await let_in(here, app, "inventory.stock.see")
    await let_in(there, app, "trade.order.read")
    await outside.send()
    assert receiver.types == ["app.installed"] * 2
    assert {one.event["shop_id"]: one.event["data"]["scopes"] for one in receiver.taken} == {
        SHOP_ID.show(here.shop_id): ["inventory.stock.see"],
        SHOP_ID.show(there.shop_id): ["trade.order.read"],
    }
    receiver.taken.clear()

    for one in (here, there, elsewhere):
        await outside.happen(one)
        await outside.house.paid_order(await outside.house.buyer(), await outside.goods(one, stock=2))
    await outside.send()

    stock_of = [one.event["shop_id"] for one in receiver.taken if one.event["type"] == "stock.changed"]
    orders_of = [one.event["shop_id"] for one in receiver.taken if one.event["type"] == "order.moved"]
    assert (len(set(stock_of)), len(set(orders_of))) == (1, 1)
    assert set(stock_of) != set(orders_of)
    assert all(one.is_signed_with(made.secret) for one in receiver.taken)
    receiver.taken.clear()

    await api.uninstall(here.ctx, shop_id=here.shop_id, app_id=app.id)
    await outside.happen(here)
    await outside.send()
    assert receiver.types == ["app.uninstalled"]


async def test_an_app_sees_to_its_endpoints_itself(outside, receivers, developer, app):
    receiver, seller = await receivers(), await outside.seller()
    await let_in(seller, app)
    program = await acting(outside, (await token(developer, app, seller)).secret)

    made = await api.add_endpoint(program, app_id=app.id, url=receiver.url, types=["order.moved"])
    assert [one.id for one in (await api.list_endpoints(program, app_id=app.id)).items] == [made.endpoint.id]
    with pytest.raises(Forbidden):
        await api.add_endpoint(program, shop_id=seller.shop_id, url=receiver.url, types=["order.moved"])
    with pytest.raises(EndpointNotFound):
        await api.endpoint(seller.ctx, endpoint_id=made.endpoint.id)


async def test_a_retired_app_is_over_everywhere(outside, receivers, developer, app):
    receiver, seller = await receivers(), await outside.seller()
    await let_in(seller, app)
    issued = await token(developer, app, seller)
    made = await api.add_endpoint(developer, app_id=app.id, url=receiver.url, types=["stock.changed"])
    await outside.happen(seller)
    await outside.house.deliver()

    await api.retire_app(developer, app_id=app.id)
    await outside.happen(seller)
    await outside.send()

    assert receiver.taken == []
    assert await acting(outside, issued.secret) is None
    for attempt in (
        api.app(developer, app_id=app.id),
        api.retire_app(developer, app_id=app.id),
        api.consent(seller.ctx, shop_id=seller.shop_id, app_id=app.id),
    ):
        with pytest.raises(AppNotFound):
            await attempt
    with pytest.raises(EndpointNotFound):
        await api.endpoint(developer, endpoint_id=made.endpoint.id)
    assert await outside.house.violations() == []


async def test_a_sandbox_never_meets_what_is_live(outside, receivers, developer):
    """The bazaar's live side and its sandbox: same API, different worlds."""
    live_developer = outside.live(developer)
    app = await api.register_app(live_developer, name="Both", scopes=ASKED)
    sandbox = await api.open_sandbox(live_developer, app_id=app.id)
    again = await api.open_sandbox(live_developer, app_id=app.id)
    owner = await acting(outside, sandbox.secret)

    assert again.shop_id == sandbox.shop_id
    assert owner.traffic is Traffic.SANDBOX
    assert owner.actor.holder == developer.party()
    assert all(one.endswith(f"@shop:{sandbox.shop_id}") for one in owner.actor.grants)
    issued = await api.issue_token(
        live_developer,
        app_id=app.id,
        shop_id=sandbox.shop_id,
        label="test",
        expires_at=owner.now() + timedelta(days=400),
    )
    program = await acting(outside, issued.secret)
    assert (program.traffic, len(program.actor.grants)) == (Traffic.SANDBOX, 3)

    live_shop = await shop.open_shop(
        live_developer, slug=f"live-{app.id.hex}", name={"en": "Live"}, owner=developer.party()
    )
    live_owner = await outside.again(live_developer)
    seen = (await api.consent(live_owner, shop_id=live_shop.id, app_id=app.id)).seen
    await api.install(live_owner, shop_id=live_shop.id, app_id=app.id, scopes=["trade.order.read"], seen=seen)
    with pytest.raises(Forbidden):
        await trade.shop_orders(program, shop_id=live_shop.id)
    with pytest.raises(Forbidden):
        await api.shop_events(program, shop_id=live_shop.id)

    receiver = await receivers()
    made = await api.add_endpoint(
        program, app_id=app.id, url=receiver.url, types=["order.moved", "app.installed"]
    )
    with pytest.raises(EndpointNotFound):
        await api.endpoint(live_developer, endpoint_id=made.endpoint.id)
    assert (await api.list_endpoints(live_developer, app_id=app.id)).items == []
    await outside.send()
    assert {one.event["traffic"] for one in receiver.taken} <= {"sandbox"}
    receiver.taken.clear()
    await api.install(live_owner, shop_id=live_shop.id, app_id=app.id, scopes=["trade.order.read"], seen=seen)
    await outside.send()
    assert receiver.taken == []  # what a live shop does is none of the sandbox's business
    with pytest.raises(ShopNotFound):
        await shop.shop_by_slug(program, slug=f"live-{app.id.hex}")


async def test_an_erased_developer_leaves_no_apps(outside, developer, app):
    seller = await outside.seller()
    await let_in(seller, app)
    issued = await token(developer, app, seller)
    async with outside.platform.db.transaction() as tx:
        (answer,) = await erase(tx, developer)

    assert answer == ["interconnect.app"]
    assert (await api.installed_in(seller.ctx, shop_id=seller.shop_id)).items == []
    rows = await outside.rows("SELECT about, homepage FROM interconnect.app WHERE app_id = $1", app.id)
    assert tuple(rows[0].values()) == ({}, "")
    found = await acting(outside, issued.secret)
    assert found is None or found.actor.grants == frozenset()


async def erase(tx, who):
    from hansa.centers.interconnect._handlers import erase as handler
    from hansa.centers.user.extensions import Erasure

    return await handler(tx, [Erasure(who, (who.party(),))])


async def test_two_who_install_at_once_leave_one_installation(outside, developer, app):
    seller = await outside.seller()
    await asyncio.gather(*(let_in(seller, app) for _ in range(5)))
    assert len((await api.installed_in(seller.ctx, shop_id=seller.shop_id)).items) == 1


async def test_pages_of_apps_and_installations_are_complete(outside, developer, app):
    sellers = [await outside.seller() for _ in range(3)]
    for one in sellers:
        await let_in(one, app)
    found, cursor = [], None
    while True:
        page = await api.installations(developer, app_id=app.id, cursor=cursor, limit=2)
        found += [one.shop_id for one in page.items]
        if (cursor := page.cursor) is None:
            break
    assert sorted(found) == sorted(one.shop_id for one in sellers)
    others = [await api.register_app(developer, name=f"n{n}", scopes=ASKED) for n in range(2)]
    page = await api.my_apps(developer, limit=2)
    rest = await api.my_apps(developer, cursor=page.cursor, limit=2)
    assert [one.id for one in [*page.items, *rest.items]] == [others[1].id, others[0].id, app.id]
